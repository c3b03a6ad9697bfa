"""Lighthouse on the pages of every role: at least 95 for speed, 100 for access, practice and search.

SHILU_LIGHTHOUSE=menu takes the pages of everybody's main menu, =all every page there is; without it
nothing is measured here: twenty seconds a page, and a score that a busy machine lowers.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.sessions import COOKIE
from tests.access.world import READERS
from tests.journeys.conftest import BROWSERS
from tests.journeys.every_page import Served

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(
        not os.environ.get("SHILU_LIGHTHOUSE"), reason="asked for by SHILU_LIGHTHOUSE=menu or =all"
    ),
]
FOLDER = Path(__file__).parent / "lighthouse"
ALL_PAGES = os.environ.get("SHILU_LIGHTHOUSE") == "all"
LOWEST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
LCP, TBT, CLS = 1500.0, 200.0, 0.0  # ms, ms, share of the screen
TRIES = 3  # a busy machine makes a page slow, never fast: the best of three counts


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The pages of this module, served."""
    made = Served(tmp_path_factory.mktemp("world"))
    yield made
    made.stop()


@pytest.mark.parametrize("reader", ["", *READERS])
def test_lighthouse_is_content_with_every_page(served: Served, reader: str) -> None:
    wanted = pages_of(served, reader)

    best = {path: ["never measured"] for path in wanted}
    for _ in range(TRIES):
        left = [path for path, wrong in best.items() if wrong]
        for path, report in zip(left, measure(served, reader, left), strict=True):
            best[path] = shortcomings(report, phone=reader in ("", "a"))
        if not any(best.values()):
            break

    faults = {path: wrong for path, wrong in best.items() if wrong}
    assert not faults, json.dumps(faults, ensure_ascii=False, indent=1)


def pages_of(served: Served, reader: str) -> list[str]:
    """Return the pages of the reader's main menu, or all of them where that is asked for."""
    every = [path for path in served.pages(reader) if path != "/no-such-page"]
    if ALL_PAGES or not reader:
        return every
    home = served.world.ask(READERS[reader], "GET", every[0]).text
    navigation = re.search(r"<nav .*?</nav>", home, re.S)
    assert navigation is not None
    return re.findall(r'href="(/[^"]+)"', navigation.group())


def measure(served: Served, reader: str, paths: list[str]) -> list[dict[str, Any]]:
    """Return Lighthouse's report of each path."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules/lighthouse").is_dir():
        missing = "Lighthouse is not installed: python3 dev.py test brings it, given node and npm"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    cookie = f"{COOKIE}={served.token(reader)}" if reader else ""
    pages = [
        {"url": served.address + path, "cookie": cookie, "phone": reader in ("", "a")}
        for path in paths
    ]
    chromium = next((found for name in BROWSERS if (found := shutil.which(name))), "")
    done = subprocess.run(
        [node, str(FOLDER / "run.mjs")],
        input=json.dumps({"pages": pages}),
        capture_output=True,
        text=True,
        env={**os.environ, "CHROME_PATH": chromium},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def shortcomings(report: dict[str, Any], *, phone: bool) -> list[str]:
    """Return in what a page falls short of the budget."""
    if "failed" in report:
        return [str(report["failed"])]
    scores, numbers = report["scores"], report["numbers"]
    wrong = [f"{name} {scores[name]}" for name, least in LOWEST.items() if scores[name] < least]
    if "/sign-in" in report["at"] and "/sign-in" not in report["url"]:
        wrong.append("the reader was not let in")
    if phone:
        wrong += [f"LCP {numbers['lcp']:.0f} ms"] if numbers["lcp"] > LCP else []
    wrong += [f"TBT {numbers['tbt']:.0f} ms"] if numbers["tbt"] > TBT else []
    wrong += [f"CLS {numbers['cls']:.3f}"] if numbers["cls"] > CLS else []
    return [*wrong, *report["below"]] if wrong else []
