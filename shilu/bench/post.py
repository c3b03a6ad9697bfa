"""What sealing, envelope, tree and receipt add to the POST of an entry.

Two branches, each behind a web server of its own as the product runs it, on SQLite with durable
commits: in the one everything is as it is, in the other nothing is sealed, no envelope is made and
no receipt signed. The same entry goes to both over HTTP, now to the one first, now to the other;
what is told are medians and the median of the differences. The network in between is this
machine's own, which makes the share larger than any user would see it. The tree grows in the
follower's process, never in a POST; its cost for each event stands beside.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import click

from service.sessions import COOKIE
from shilu.bench.evidence import grow_tree, seconds_of, signing
from shilu.bench.figure import Figure
from shilu.bench.post_server import AGENTS, READY, Served
from shilu.terminal import bar, echo_json
from store.branch import BranchStore

PAIRS = 1000
WARM = 20  # pairs before the first that counts
READY_WITHIN = 60.0  # seconds for a branch to be made and served
NOTE = "客户担心缴费年限太长，想看看十年期的方案，约了下次带对比表再谈"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Report:
    """Milliseconds; ``overhead`` is the median difference as a share of the bare median.

    ``processor_*`` are means of processor time instead of the clock's, that of the signer's
    process included: they say the same on a machine that does other things as well.
    """

    pairs: int
    bare_median: float
    full_median: float
    median_difference: float
    overhead: float
    processor_bare: float
    processor_difference: float
    processor_overhead: float
    tree_microseconds_per_event: float
    load: float


class Side:
    """One of the two branches, as a browser that keeps its connection sees it."""

    def __init__(self, port: int, served: Served) -> None:
        self._server, self._served = HTTPConnection("127.0.0.1", port, timeout=30), served

    def post(self, no: int, command: str, clock: str) -> float:
        """Log a meeting as agent ``no``; return the milliseconds until the whole answer is here."""
        token, csrf = self._served.sessions[no]
        fields = {
            "csrf_token": csrf,
            "command_id": command,
            "day": self._served.day,
            "kind": "face_meeting",
            "customer_id": f"C-{no}",
            "started_at": clock,
            "result": "interested",
            "note": NOTE,
            "repeat_is_meant": "yes",
        }
        headers = {"Cookie": f"{COOKIE}={token}", "Content-Type": FORM}
        began = time.perf_counter()
        self._server.request("POST", "/today/entries", urlencode(fields), headers)
        answer = self._server.getresponse()
        answer.read()
        took = time.perf_counter() - began
        if answer.status != 303:
            raise click.ClickException(f"the entry was refused: {answer.status}")
        return took * 1000

    def close(self) -> None:
        """Hang up."""
        self._server.close()

    def processor(self) -> float:
        """Return the milliseconds of the processor that the server has taken so far."""
        return seconds_of(self._served.pid) * 1000


@contextmanager
def serving(store: BranchStore, *signer: Path) -> Iterator[Side]:
    """Serve a new branch from a process of its own as long as the context lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = [str(store.data_dir), store.name, str(port), *map(str, signer)]
    process = subprocess.Popen([sys.executable, "-m", "shilu.bench.post_server", *where])  # noqa: S603
    try:
        with closing(Side(port, _ready(store.data_dir / READY, process))) as side:
            yield side
    finally:
        process.terminate()
        process.wait(20)


def _ready(told: Path, process: subprocess.Popen[bytes]) -> Served:
    until = time.monotonic() + READY_WITHIN
    while not told.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise click.ClickException("the server of a branch did not start; see above")
        time.sleep(0.05)
    return Served(**json.loads(told.read_text()))


def paired(
    full: Side,
    bare: Side,
    pairs: int,
    signer_seconds: Callable[[], float],
    told: Callable[[int, int], None],
) -> Report:
    """Post the same entries to both sides, in turn first to the one and first to the other."""
    clock: tuple[list[float], list[float]] = [], []
    worked = [0.0, 0.0, 0.0]
    for no in range(-WARM, pairs):
        if no == 0:
            worked = [full.processor(), bare.processor(), signer_seconds() * 1000]
        command, at = str(uuid4()), f"{8 + no % 4:02}:{no % 60:02}"
        sides = [(0, full), (1, bare)] if no % 2 else [(1, bare), (0, full)]
        for which, side in sides:
            took = side.post(no % AGENTS, command, at)
            if no >= 0:
                clock[which].append(took)
        told(no + WARM + 1, pairs + WARM)
    now = full.processor(), bare.processor(), signer_seconds() * 1000
    by_full, by_bare, by_signer = ((b - a) / pairs for a, b in zip(worked, now, strict=True))
    return _report(clock, by_full + by_signer, by_bare)


def _report(clock: tuple[list[float], list[float]], by_full: float, by_bare: float) -> Report:
    full, bare = (statistics.median(row) for row in clock)
    between = statistics.median(a - b for a, b in zip(*clock, strict=True))
    return Report(
        len(clock[0]),
        bare_median=round(bare, 3),
        full_median=round(full, 3),
        median_difference=round(between, 3),
        overhead=round(between / bare, 4),
        processor_bare=round(by_bare, 3),
        processor_difference=round(by_full - by_bare, 3),
        processor_overhead=round((by_full - by_bare) / by_bare, 4),
        tree_microseconds_per_event=0.0,
        load=round(os.getloadavg()[0], 1),
    )


def compare(data: Path, pairs: int) -> Report:
    """Make both branches below ``data``, serve them and post to both."""
    sealed, plain = BranchStore("sealed", data / "full"), BranchStore("plain", data / "bare")
    for store in (sealed, plain):
        store.data_dir.mkdir(parents=True)
    with (
        signing(sealed) as (evidence, signer_seconds),
        serving(sealed, evidence.signer_socket, evidence.vkey_file) as full,
        serving(plain) as bare,
        bar("posting") as progress,
    ):
        report = paired(full, bare, pairs, signer_seconds, progress)
    return replace(report, tree_microseconds_per_event=grow_tree(sealed))


def measure(folder: Path, _url: str) -> Iterator[Figure]:
    """Yield the figure that is to be held; on SQLite."""
    found = compare(folder, PAIRS)
    beside = f"{found.median_difference} ms of {found.bare_median} ms, {PAIRS} pairs"
    yield Figure("proof_overhead", round(found.overhead * 100, 1), 5, "%", beside=beside)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--pairs", type=click.IntRange(min=10), default=PAIRS, show_default=True)
def main(data: Path, pairs: int) -> None:
    """Measure what sealing, tree and receipt add to a POST; print the figures as JSON."""
    echo_json(compare(data, pairs))


if __name__ == "__main__":
    main()
