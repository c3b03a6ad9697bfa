"""From the commit of an event to the board that shows it, at 200 events a second."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from projections.base import places
from projections.team_facts import TEAM_DAY
from shilu.bench.events import entries
from shilu.bench.figure import Figure, at_share, median
from shilu.bench.office import Office

RATE, SECONDS, AGENTS = 200, 15, 100
LOOK_EACH = 0.002  # seconds between two looks at how far the views are


def measure(folder: Path, url: str) -> Iterator[Figure]:
    """Yield the figures of SQLite, and of the PostgreSQL at ``url`` if one is given."""
    for name, where in (("sqlite", ""), ("postgresql", url)):
        if where or name == "sqlite":
            office = Office(folder / name, AGENTS, where)
            office.found()
            with office.running("follower"):
                yield _figure(name, office)


def _figure(name: str, office: Office) -> Figure:
    engine, seen, stop = office.store.views_engine(), list[tuple[int, float]](), threading.Event()
    _until_caught_up(office)

    def look() -> None:
        while not stop.wait(LOOK_EACH):
            position = places(engine)[TEAM_DAY.name].position
            if not seen or position > seen[-1][0]:
                seen.append((position, time.perf_counter()))

    looking = threading.Thread(target=look)
    looking.start()
    committed = list(_append(office))
    _until_caught_up(office)
    stop.wait(0.1)
    stop.set()
    looking.join()
    reached = [position for position, _ in seen]
    waited = [
        (seen[bisect_left(reached, position)][1] - at) * 1000
        for position, at in committed
        if position <= reached[-1]
    ]
    beside = f"{len(waited)} events at {RATE}/s, median {median(waited):.1f} ms"
    return Figure(f"view_{name}_p99", round(at_share(waited, 0.99), 1), 25, "ms", beside=beside)


def _append(office: Office) -> Iterator[tuple[int, float]]:
    """Append entries at an even rate; yield each one's position and when its commit was over."""
    recorder, began = office.store.recorder(), time.perf_counter()
    for no, event in enumerate(entries(office.agents, office.store.name, RATE * SECONDS)):
        time.sleep(max(0.0, began + no / RATE - time.perf_counter()))
        position = recorder.insert_events([event])[-1]
        yield position, time.perf_counter()


def _until_caught_up(office: Office) -> None:
    engine, reader = office.store.views_engine(), office.store.reader()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        place = places(engine).get(TEAM_DAY.name)
        if place is not None and place.position >= reader.head():
            return
        time.sleep(0.02)
