"""Workers that are killed in the middle of their work, by somebody or by a task."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from shilu.children import spawned
from shilu.supervisor import Process
from tests.workers.conftest import Place
from tests.workers.support import start_redis, until
from workers.broker import MAX_STARTS
from workers.tasks import Task

pytestmark = pytest.mark.alone

PATIENCE_MS = 1_500


class Journal:
    """What the workers of a test wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def count(self, word: str) -> Counter[str]:
        """How often each task started, or ended."""
        lines = (line.split() for line in self.path.read_text().splitlines())
        return Counter(line[1] for line in lines if len(line) == 2 and line[0] == word)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def command(place: Place, journal: Journal, patience_ms: int = PATIENCE_MS) -> list[str]:
    module = "tests.workers.crash_worker"
    arguments = [place.url, str(place.file), str(journal.path), str(patience_ms)]
    return [sys.executable, "-m", module, *arguments]


def fill(place: Place, *names: str) -> None:
    broker = place.open()
    broker.declare_queue("checks")
    for name in names:
        broker.enqueue(Task("note", "checks", (name,)).message())


def test_tasks_of_a_killed_worker_are_done_by_the_next_within_15_seconds(
    place: Place, journal: Journal
) -> None:
    names = [f"{n:02d}" for n in range(20)]
    fill(place, *names)

    as_shipped = command(place, journal, patience_ms=10_000)
    first = subprocess.Popen(as_shipped)
    until(lambda: journal.count("end").total() >= 4)
    first.send_signal(signal.SIGKILL)
    first.wait()
    killed_at = time.monotonic()
    second = subprocess.Popen(as_shipped)
    try:
        until(lambda: len(journal.count("end")) == 20, seconds=15)
    finally:
        second.kill()
        second.wait()

    print(f"redone {time.monotonic() - killed_at:.1f} s after the kill")
    assert sorted(journal.count("end")) == names


def test_a_task_that_kills_its_process_is_quarantined_and_all_others_are_done(
    place: Place, journal: Journal
) -> None:
    names = [f"{n:02d}" for n in range(20)]
    fill(place, *names[:10], "poison", *names[10:])
    worker = Process("worker", partial(spawned, command(place, journal), dict(os.environ)))

    def tended(what: bool) -> bool:
        worker.tend(time.monotonic())
        return what

    until(lambda: tended(len(journal.count("end")) == 20), seconds=60)
    until(lambda: tended(journal.count("start")["poison"] == MAX_STARTS), seconds=60)
    settled_at = time.monotonic() + 3 * PATIENCE_MS / 1000
    until(lambda: tended(time.monotonic() > settled_at))  # only time shows that it stays away
    worker.ask_to_end()
    until(worker.has_ended)
    worker.reap()

    assert journal.count("start")["poison"] == MAX_STARTS
    assert sorted(journal.count("end")) == names


def test_a_redis_that_is_killed_loses_nothing_and_strands_no_delayed_task(
    tmp_path: Path, journal: Journal
) -> None:
    server = start_redis(tmp_path)
    place = Place(f"unix://{tmp_path / 'r.sock'}", tmp_path / "unused.db")
    names = [f"{n:02d}" for n in range(20)]
    fill(place, *names)
    for name in ("delayed-1", "delayed-2"):
        place.opened[0].enqueue(Task("note", "checks", (name,)).message(), delay=2_000)
    worker = Process("worker", partial(spawned, command(place, journal), dict(os.environ)))

    def tended(what: bool) -> bool:
        worker.tend(time.monotonic())
        return what

    try:
        until(lambda: tended(journal.count("end").total() >= 4))
        server.kill()
        server.wait()
        away_until = time.monotonic() + 1.5  # the worker notices within a second
        until(lambda: tended(time.monotonic() > away_until))
        server = start_redis(tmp_path)
        until(lambda: tended(len(journal.count("end")) == 22), seconds=40)
    finally:
        worker.ask_to_end()
        until(worker.has_ended, seconds=20)
        worker.reap()
        server.kill()
        server.wait()


def test_a_worker_ends_within_3_seconds_of_sigterm_and_finishes_what_it_began(
    place: Place, journal: Journal
) -> None:
    fill(place, *(f"{n:02d}" for n in range(40)))
    worker = subprocess.Popen(command(place, journal))
    until(lambda: journal.count("end").total() >= 4)

    worker.terminate()
    stopped_at = time.monotonic()

    assert worker.wait(10) == 0
    assert time.monotonic() - stopped_at < 3
    assert journal.count("start") == journal.count("end")
