"""Browsers as witnesses: they keep checkpoints and receipts, and notice a log that was rolled back.

And the auditor's browser as a verifier: it recomputes exported evidence by itself.
"""

from __future__ import annotations

import json
import re
import shutil
import time
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visit

SIGNED_WITHIN = 40.0  # seconds; the worker asks for a checkpoint each ten
KEPT = "shilu.checkpoint"


def signed_size(site: Site) -> int:
    try:
        with urllib.request.urlopen(f"{site.address}/log/checkpoint", timeout=5) as answer:
            return int(answer.read().decode().split("\n")[1])
    except OSError:
        return 0


def await_checkpoint(site: Site, of_at_least: int) -> int:
    until = time.monotonic() + SIGNED_WITHIN
    while time.monotonic() < until:
        size = signed_size(site)
        if size >= of_at_least:
            return size
        time.sleep(0.5)
    raise AssertionError(f"no checkpoint of {of_at_least} events")


def stored(page: Page, key: str = KEPT) -> Any:
    return json.loads(page.evaluate(f"localStorage.getItem('{key}')") or "null")


def look_anew(page: Page, path: str = "/mine") -> None:
    """Come back later: the browser asks at most once a minute."""
    page.evaluate(
        f"localStorage.setItem('{KEPT}', JSON.stringify("
        f"{{...JSON.parse(localStorage.getItem('{KEPT}')), checked: 0}}))"
    )
    page.goto(path)


def write_an_entry(page: Page) -> int:
    page.goto("/today?kind=face_meeting")
    page.get_by_role("group", name="面谈了谁？").get_by_role("radio").first.check(force=True)
    page.get_by_role("radio", name="意向明确").check(force=True)
    page.get_by_role("button", name="保存这次面谈").click()
    expect(page.get_by_role("status").filter(has_text="记下了")).to_be_visible()
    found = re.search(r"after=(\d+)", page.url)
    assert found
    return int(found[1])


def test_a_phone_keeps_a_checkpoint_and_finds_its_receipts_in_the_next(
    site: Site, visit: Visit, pictures: Path
) -> None:
    await_checkpoint(site, 1)
    page = visit("agent", phone=True)
    page.goto("/mine")
    expect(page.locator("[data-if=kept]")).to_be_visible()
    first = stored(page)["size"]

    position = write_an_entry(page)
    expect(page.get_by_role("status").get_by_role("link", name="回执")).to_be_visible()
    await_checkpoint(site, position)
    look_anew(page)

    expect(page.locator("[data-kept=found]")).to_have_text("1")
    assert stored(page)["size"] >= position > first
    assert stored(page)["first"] == first
    expect(page.locator("#witness")).to_be_hidden()
    page.locator("#kept").scroll_into_view_if_needed()
    page.screenshot(path=pictures / "witness-phone.png")


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("{...it, size: it.size + 5}", "比保存的存证还短"),
        ("{...it, root: btoa('x'.repeat(32))}", "以前的记录被改动过"),
        ("{...it, size: 77, root: btoa('x'.repeat(32))}", "以前的记录被改动过"),
        ("{...it, origin: 'elsewhere'}", "另一本日志"),
    ],
)
def test_a_log_that_does_not_go_on_from_what_was_kept_raises_the_alarm(
    site: Site, visit: Visit, kept: str, told: str
) -> None:
    await_checkpoint(site, 100)
    page = visit("supervisor")
    page.goto("/receipts")
    expect(page.locator("[data-if=kept]")).to_be_visible()

    page.evaluate(
        f"it => localStorage.setItem('{KEPT}', JSON.stringify({kept}))",
        {**stored(page), "checked": 0},
    )
    page.goto("/receipts")

    expect(page.locator("#witness")).to_be_visible()
    expect(page.locator("[data-if=alarm]")).to_contain_text(told)
    page.get_by_role("button", name="已处理，清除").click()
    expect(page.locator("#witness")).to_be_hidden()


def test_a_receipt_that_is_in_no_checkpoint_raises_the_alarm(site: Site, visit: Visit) -> None:
    await_checkpoint(site, 100)
    page = visit("agent2", phone=True)
    page.goto("/mine")
    expect(page.locator("[data-if=kept]")).to_be_visible()

    forged = [{"position": 50, "leaf": "A" * 43 + "=", "note": "x"}]
    page.evaluate("it => localStorage.setItem('shilu.receipts', JSON.stringify(it))", forged)
    look_anew(page)

    expect(page.locator("[data-if=alarm]")).to_contain_text("回执的记录不在日志里")


def test_the_auditor_verifies_exports_and_recomputes_in_the_browser(
    site: Site, visit: Visit, tmp_path: Path, pictures: Path
) -> None:
    await_checkpoint(site, 100)
    page = visit("auditor", accept_downloads=True)
    page.goto("/proof")
    page.get_by_role("button", name="开始验证").click()
    expect(page.get_by_role("heading", name="完好")).to_be_visible(timeout=60_000)

    page.goto("/exports")
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="记入日志并导出").click()
    evidence = tmp_path / "evidence.zip"
    download.value.save_as(evidence)

    assert recomputed(page, evidence) == "完好"
    page.screenshot(path=pictures / "recompute-desk.png")
    assert recomputed(page, altered(evidence, tmp_path, b'"type":"', 700)) == "没有通过"
    expect(page.locator("#told")).to_contain_text("被改动")


def test_a_rolled_back_log_is_noticed_by_a_phone_that_was_there(site: Site, visit: Visit) -> None:
    size = await_checkpoint(site, 1)
    backup = site.folder.with_name("backup")
    site.stop()
    shutil.copytree(site.folder, backup, ignore=shutil.ignore_patterns("*.sock"))
    site.up()
    page = visit("agent2", phone=True)
    position = write_an_entry(page)
    await_checkpoint(site, max(position, size + 1))
    page.goto("/mine")
    expect(page.locator("[data-if=kept]")).to_be_visible()
    look_anew(page)
    expect(page.locator("[data-kept=found]")).to_have_text("1")

    # whoever runs it brings back yesterday's files, even what the signer remembers
    site.stop()
    for name in ("branches", "signer.key", "signer.state"):
        restore(backup / name, site.folder / name)
    site.up()
    look_anew(page)

    expect(page.locator("#witness")).to_be_visible()
    expect(page.locator("[data-if=alarm]")).to_contain_text("比保存的存证还短")


def restore(kept: Path, place: Path) -> None:
    if kept.is_dir():
        shutil.rmtree(place)
        shutil.copytree(kept, place)
    elif kept.exists():
        shutil.copy(kept, place)


def recomputed(page: Page, evidence: Path) -> str:
    page.goto("/proof/recompute")
    page.locator("#bundle").set_input_files(evidence)
    page.get_by_role("button", name="重算").click()
    expect(page.locator("#verdict")).not_to_be_empty(timeout=60_000)
    return page.locator("#verdict").inner_text()


def altered(evidence: Path, folder: Path, mark: bytes, behind: int) -> Path:
    """Return a copy in which one letter of an envelope is another."""
    copy = folder / "altered.zip"
    with zipfile.ZipFile(evidence) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            data = bytearray(old.read(name))
            if name == "events.bin":
                at = data.index(mark, behind) + len(mark)
                data[at] ^= 1
            new.writestr(name, bytes(data))
    return copy
