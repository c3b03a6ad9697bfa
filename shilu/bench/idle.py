"""What `shilu up` takes when nobody does anything, and what an agent's pages weigh."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from shilu.bench.figure import Figure
from shilu.bench.office import Browser, Office

SETTLED = 15.0  # seconds until nothing is loaded any more
PAGES = ("/today", "/today/submit", "/plans", "/week", "/month", "/customers", "/mine")
PARTS = re.compile(rb'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"')


def measure(folder: Path, _url: str) -> Iterator[Figure]:
    """Yield the figures of a small branch, on the embedded default whatever ``url`` is."""
    office = Office(folder, agents=10)
    office.found(1000)
    with office.running("up") as (supervisor,):
        time.sleep(SETTLED)
        yield Figure(
            "idle_memory",
            _memory_of(supervisor),
            300,
            "MB",
            beside="all processes, shared pages once",
        )
        with closing(office.browser()) as browser:
            weights = {path: _weight(browser, path, office.tokens[0]) for path in PAGES}
    heaviest = max(weights, key=lambda path: weights[path])
    kilobytes = round(weights[heaviest] / 1000, 1)
    yield Figure("agent_page", kilobytes, 50, "KB", beside=f"{heaviest}, packed, with all it loads")


def _memory_of(supervisor: int) -> int:
    """Return the proportional megabytes of a process and all that it started."""
    family, parents = {supervisor}, _parents()
    while children := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= children
    return sum(map(_kilobytes, family)) >> 10


def _parents() -> dict[int, int]:
    """Return whose child each process is."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            found[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    return found


def _kilobytes(pid: int) -> int:
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.findall(r"^Pss: +(\d+)", told, re.MULTILINE)[0])


def _weight(browser: Browser, path: str, token: str) -> int:
    """Return the bytes over the wire of a page and of the styles and scripts that it names."""
    status, page = browser.page(path, token)
    if status != 200:
        raise LookupError(f"{path}: {status}")
    parts = set(PARTS.findall(gzip.decompress(page) if page[:2] == b"\x1f\x8b" else page))
    return len(page) + sum(len(browser.page(part.decode(), token)[1]) for part in parts)
