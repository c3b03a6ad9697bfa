"""The auditor's proof page: the newest checkpoint, the whole log verified, evidence taken out."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from projections.evidence import Evidence
from service import evidence_jobs
from service.context import Proofs
from store.checkpoints import Checkpoints, checkpoints_engine
from store.signer_client import SignerClient
from store.sqlite import connect
from store.verifier.shilu_verify import INTACT
from store.verifier.shilu_verify import main as verifier
from tests.copies import app_over
from tests.service.conftest import CUSTOMERS, Branch, Visitor, errors_of
from tests.signing import sign_checkpoint

ORIGIN = "shilu.test/main"


@pytest.fixture
def key(branch: Branch, tmp_path: Path) -> Iterator[str]:
    """The public key of a signer in a process of its own; the branch's pages are built around it."""
    files = tmp_path / "signer.key", tmp_path / "signer.sock", tmp_path / "signer.vkey"
    process = subprocess.Popen([sys.executable, "-m", "store.signer", ORIGIN, *files])
    try:
        until = time.monotonic() + 20
        while not files[1].exists() and time.monotonic() < until:
            time.sleep(0.05)
        kept = Checkpoints(checkpoints_engine(branch.store), ORIGIN)
        evidence = Evidence(branch.store, ORIGIN, files[2], files[1])
        proofs = Proofs(SignerClient(files[1]), kept, files[2], (), evidence)
        branch.context = replace(branch.context, proofs=proofs)
        branch.app = app_over(branch.context)
        yield files[2].read_text("utf-8").strip()
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def auditor(branch: Branch, key: str) -> Visitor:
    """The auditor of a branch with a checkpoint."""
    branch.log_visit()
    sign_checkpoint(branch, branch.context.proofs.signer)  # type: ignore[union-attr,arg-type]
    return branch.visitor("x1")


def test_the_page_shows_the_checkpoint_its_code_and_its_key(auditor: Visitor, key: str) -> None:
    page = auditor.get("/proof").text

    assert ORIGIN in page
    assert key in page
    assert 'class="qr"' in page


def test_before_the_first_checkpoint_the_page_says_so(branch: Branch, key: str) -> None:
    auditor = branch.visitor("x1")

    assert "还没有存证" in auditor.get("/proof").text
    answer = auditor.post("/proof/verify")
    assert answer.status_code == 409
    assert "还没有签过存证" in errors_of(answer)


def test_an_intact_log_is_found_intact_step_by_step_and_that_is_on_record(
    auditor: Visitor,
) -> None:
    page = auditor.post("/proof/verify").text

    assert 'class="step"' in page
    assert "完好" in page
    auditor.branch.follow()
    assert "验证了整个日志" in auditor.get("/events?topic=audit.").text


def test_an_altered_event_is_named_with_its_block(auditor: Visitor) -> None:
    with connect(auditor.branch.store.folder / "log.db") as writer:
        writer.execute("DROP TRIGGER IF EXISTS events_are_for_ever")
        writer.execute("UPDATE events SET state = state || 'x' WHERE position = 5")

    page = auditor.post("/proof/verify").text

    assert "被改动" in page
    assert 'href="/events/5"' in page
    assert "在第 0 块（第 1–256 条）" in page


def test_the_log_is_held_to_an_older_checkpoint_too(auditor: Visitor) -> None:
    old = auditor.get("/log/checkpoint").text
    auditor.branch.log_visit(minutes_ago=20)

    assert "完好" in auditor.post("/proof/verify", since=old.replace("\n", "\r\n")).text
    answer = auditor.post("/proof/verify", since=old.replace("—", "-"))
    assert answer.status_code == 422
    assert "不是本日志签过的存证" in errors_of(answer)


def test_no_more_than_a_few_verify_at_once(
    auditor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(evidence_jobs.AT_ONCE):
        evidence_jobs._slots.acquire()
    try:
        assert auditor.post("/proof/verify").status_code == 503
    finally:
        for _ in range(evidence_jobs.AT_ONCE):
            evidence_jobs._slots.release()


def test_who_leaves_while_it_runs_makes_room_for_the_next(auditor: Visitor) -> None:
    for _ in range(evidence_jobs.AT_ONCE + 2):
        answer = auditor.client.post(
            "/proof/verify",
            data={"csrf_token": auditor.csrf, "command_id": "2b1f0a52-3c0c-4f6e-9d2f-0f4d6c1e8f10"},
            buffered=False,
        )
        assert answer.status_code == 200
        answer.close()


def test_an_export_proves_itself_and_holds_no_contact_in_clear(
    auditor: Visitor, key: str, tmp_path: Path
) -> None:
    answer = auditor.post("/exports", what="full")

    assert answer.mimetype == "application/zip"
    bundle = tmp_path / "evidence.zip"
    bundle.write_bytes(answer.data)
    assert verifier([str(bundle), "--vkey", key]) == INTACT
    whole = b"".join(read_all(answer.data).values())
    for _owner, name, phone in CUSTOMERS.values():
        assert name.encode() not in whole
        assert phone.encode() not in whole


def test_the_cover_reads_in_both_languages(auditor: Visitor, key: str) -> None:
    files = read_all(auditor.post("/exports", what="full").data)

    assert "取证包" in files["cover.zh.html"].decode()
    english = files["cover.en.html"].decode()
    assert "Evidence" in english
    assert key in english


def test_an_export_is_on_record_with_the_hash_of_its_manifest(auditor: Visitor) -> None:
    answer = auditor.post("/exports", what="envelopes", first="2", last="4")

    auditor.branch.follow()
    manifest = json.loads(read_all(answer.data)["manifest.json"])
    assert (manifest["from"], manifest["to"], manifest["states"]) == (2, 4, False)
    page = auditor.get("/exports").text
    assert "导出取证包：第 2 至 4 条" in page


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"what": "full", "first": "9", "last": "3"}, "没有已签存证的记录"),
        ({"what": "full", "since": "2031-01-01"}, "没有已签存证的记录"),
        ({}, "请选择一项"),
    ],
)
def test_a_range_that_holds_nothing_is_refused(
    auditor: Visitor, fields: dict[str, str], told: str
) -> None:
    answer = auditor.post("/exports", **fields)

    assert answer.status_code == 422
    assert told in errors_of(answer)


def test_days_choose_the_events_that_were_recorded_on_them(auditor: Visitor) -> None:
    head = auditor.branch.store.reader().head()

    files = read_all(auditor.post("/exports", what="full", since="2026-11-18").data)

    manifest = json.loads(files["manifest.json"])
    assert 1 < manifest["from"] <= manifest["to"] == head


def test_without_a_signer_nothing_leaves_and_nothing_is_on_record(
    branch: Branch, auditor: Visitor, tmp_path: Path
) -> None:
    proofs = branch.context.proofs
    assert proofs is not None
    assert proofs.evidence is not None
    away = replace(proofs.evidence, signer_socket=tmp_path / "nobody.sock")
    branch.context = replace(branch.context, proofs=replace(proofs, evidence=away))
    branch.app = app_over(branch.context)
    head = branch.store.reader().head()

    answer = branch.visitor("x1").post("/exports", what="full")

    assert answer.status_code == 503
    assert "签名进程没有应答" in errors_of(answer)
    assert branch.store.reader().head() == head


def test_the_daily_message_can_be_had_from_the_page(auditor: Visitor, key: str) -> None:
    answer = auditor.get("/proof/message")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert key in answer.text
    assert ORIGIN in answer.text


def read_all(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


# --- the same for programs ---


def api(visitor: Visitor, path: str, body: dict[str, object]) -> TestResponse:
    headers = {"Idempotency-Key": str(uuid4()), "X-CSRF-Token": visitor.csrf}
    return visitor.client.post(f"/api/v1{path}", json=body, headers=headers)


def test_a_program_has_the_log_verified(auditor: Visitor) -> None:
    old = auditor.get("/log/checkpoint").text

    answer = api(auditor, "/log-verifications", {"since": [old]})

    assert answer.status_code == 201
    found = answer.get_json()
    assert (found["verdict"], found["event"], found["block"]) == ("intact", None, None)
    assert found["receipt"]["position"] == found["position"]


def test_a_program_takes_evidence_out(auditor: Visitor, key: str, tmp_path: Path) -> None:
    head = auditor.branch.store.reader().head()

    answer = api(auditor, "/evidence-exports", {"first": 3, "last": 9})

    assert (answer.status_code, answer.mimetype) == (201, "application/zip")
    bundle = tmp_path / "evidence.zip"
    bundle.write_bytes(answer.data)
    assert verifier([str(bundle), "--vkey", key]) == INTACT
    assert auditor.branch.store.reader().head() == head + 1
    assert api(auditor, "/evidence-exports", {"first": 10**6}).status_code == 409
    assert api(auditor, "/evidence-exports", {"first": 9, "last": 3}).status_code == 422
