"""Entries over HTTP: at 200 a second, as many as go, and beside a rebuild; none may be lost."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

import click

from shilu.bench.figure import Figure, at_share, median
from shilu.bench.office import Browser, Office

RATE, SECONDS, CLIENTS, AGENTS = 200, 15, 16, 200
PEAK = 167  # entries a second: a tenth of a million in ten minutes (100,000 agents, ten each)
CALM = 20  # entries a second beside a rebuild
PAST = 100_000  # events to rebuild


@dataclass
class Posted:
    """What came of it: milliseconds of each POST, of each until it was read, and positions."""

    took: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    seconds: float = 0.0


def measure(folder: Path, url: str) -> Iterator[Figure]:
    """Yield the figures of SQLite, and of the PostgreSQL at ``url`` if one is given."""
    for name, where in (("sqlite", ""), ("postgresql", url)):
        if where or name == "sqlite":
            yield from _figures(name, folder / name, where)


def _figures(name: str, folder: Path, url: str) -> Iterator[Figure]:
    office = Office(folder, AGENTS, url)
    office.found(PAST)
    with office.running("signer", "follower", "web"):
        post(office, 200, CLIENTS)  # so that everything is loaded
        even = post(office, RATE * SECONDS, CLIENTS, RATE)
        beside = f"{RATE}/s for {SECONDS} s, median {median(even.took):.1f} ms"
        yield Figure(f"post_{name}_p99", _p99(even.took), 15, "ms", beside=beside)
        reading = post(office, CALM * SECONDS, CLIENTS, CALM, and_read=True)
        beside = f"{CALM}/s, median {median(reading.read):.1f} ms"
        yield Figure(f"post_and_read_{name}_p99", _p99(reading.read), 30, "ms", beside=beside)
        most = post(office, 2000, CLIENTS)
        rate = round(len(most.took) / most.seconds)
        beside = f"one web process, {CLIENTS} connections; the evening of 100,000 agents"
        yield Figure(f"posts_{name}", rate, PEAK, "entries/s", at_least=True, beside=beside)
        calm = post(office, CALM * SECONDS, CLIENTS, CALM)
        busy = _beside_a_rebuild(office)
        ratio = round(_p99(busy.took) / _p99(calm.took), 2)
        beside = f"p99 {_p99(calm.took)} ms alone, {_p99(busy.took)} ms beside"
        yield Figure(f"rebuild_beside_{name}", ratio, 1.5, "of alone", beside=beside)
        done = [even, reading, most, calm, busy]
        yield _lost(name, office, [position for one in done for position in one.positions])


def _lost(name: str, office: Office, positions: list[int]) -> Figure:
    """Count the acknowledged entries that are not in the log, or share a place with another."""
    head = office.store.reader().head()
    there = {position for position in positions if position <= head}
    beside = f"{len(positions):,} acknowledged"
    return Figure(f"lost_{name}", len(positions) - len(there), 0, "entries", beside=beside)


def _p99(values: list[float]) -> float:
    return round(at_share(values, 0.99), 1)


def post(
    office: Office, count: int, clients: int, rate: float = 0.0, *, and_read: bool = False
) -> Posted:
    """Post entries, at an even rate (of arrivals, whatever the answers do) or as fast as it goes.

    ``and_read`` asks for the day afterwards, as it is once the entry is in. Milliseconds count from
    when the entry was due.
    """
    due, posted, problems = SimpleQueue[tuple[int, float]](), Posted(), list[Exception]()
    began = time.perf_counter() + 0.1
    for no in range(count):
        due.put((no % office.agents, began + no / rate if rate else 0.0))
    work = _worker(office, due, posted, problems, and_read)
    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    posted.seconds = time.perf_counter() - began
    return posted


def _worker(
    office: Office,
    due: SimpleQueue[tuple[int, float]],
    posted: Posted,
    problems: list[Exception],
    and_read: bool,
) -> Callable[[], None]:
    def work() -> None:
        try:
            with closing(office.browser()) as browser:
                while not problems:
                    no, at = due.get_nowait()
                    time.sleep(max(0.0, at - time.perf_counter()))
                    _post_one(browser, no, at or time.perf_counter(), posted, and_read)
        except Empty:
            return
        except (click.ClickException, OSError) as problem:
            problems.append(problem)

    return work


def _post_one(browser: Browser, no: int, at: float, posted: Posted, and_read: bool) -> None:
    path, position = browser.log(no)
    posted.took.append((time.perf_counter() - at) * 1000)
    posted.positions.append(position)
    if and_read:
        status, _ = browser.ask("GET", f"{path}?after={position}", no=no)
        if status != 200:
            raise click.ClickException(f"the day could not be read: {status}")
        posted.read.append((time.perf_counter() - at) * 1000)


def _beside_a_rebuild(office: Office) -> Posted:
    command = [sys.executable, "-m", "shilu", "rebuild"]
    rebuilding = subprocess.Popen(  # noqa: S603  our own module
        command, env=office.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        return post(office, CALM * SECONDS, CLIENTS, CALM)
    finally:
        rebuilding.terminate()
        rebuilding.wait(30)
