"""The supervisor restarts what dies, stops in order and leaves no orphan."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.workers.support import until

pytestmark = pytest.mark.alone


class Toys:
    """A running supervisor of toys."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.journal = folder / "journal"
        self.journal.touch()
        command = [sys.executable, "-m", "tests.faults.toy_supervisor", str(folder), *names]
        self.supervisor = subprocess.Popen(command)
        self.names = names
        until(lambda: all(self.pids(name) for name in names))

    def pids(self, name: str) -> list[int]:
        """Every process that ever had this name, oldest first."""
        return [int(what) for who, what in self.lines() if who == name and what.isdigit()]

    def ends(self) -> list[str]:
        """Who ended when asked to, in order."""
        return [who for who, what in self.lines() if what == "ended"]

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.journal.read_text().splitlines()]

    def everybody(self) -> list[int]:
        return [int(what) for _, what in self.lines() if what.isdigit()]

    def kill_all(self) -> None:
        for pid in [self.supervisor.pid, *self.everybody()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.supervisor.wait()


@pytest.fixture
def toys(tmp_path: Path) -> Iterator[Toys]:
    running = Toys(tmp_path, "worker", "scheduler", "web", "follower")
    yield running
    running.kill_all()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def test_a_process_that_dies_is_started_again(toys: Toys) -> None:
    os.kill(toys.pids("web")[0], signal.SIGKILL)
    died_at = time.monotonic()

    until(lambda: len(toys.pids("web")) == 2)

    assert time.monotonic() - died_at < 5
    assert [len(toys.pids(name)) for name in ("worker", "scheduler", "follower")] == [1, 1, 1]


def test_what_a_dead_process_had_started_dies_with_it(toys: Toys) -> None:
    helper = toys.pids("web-helper")[0]

    os.kill(toys.pids("web")[0], signal.SIGKILL)

    until(lambda: not is_alive(helper))


def test_a_killed_supervisor_leaves_no_child_behind(toys: Toys) -> None:
    children = [toys.pids(name)[0] for name in toys.names]

    toys.supervisor.kill()

    until(lambda: not any(map(is_alive, children)), seconds=2)


def test_processes_are_stopped_in_order_and_nothing_is_left(toys: Toys) -> None:
    toys.supervisor.terminate()

    assert toys.supervisor.wait(10) == 0
    assert toys.ends() == ["scheduler", "web", "worker", "follower"]
    assert not any(map(is_alive, toys.everybody()))


def test_a_process_that_will_not_end_is_killed_after_its_grace(tmp_path: Path) -> None:
    toys = Toys(tmp_path, "stubborn", "worker")
    try:
        toys.supervisor.terminate()

        assert toys.supervisor.wait(10) == 0
        assert not any(map(is_alive, toys.everybody()))
    finally:
        toys.kill_all()


def test_restarts_in_a_row_take_longer_and_longer(toys: Toys) -> None:
    pauses = []
    for times in range(1, 4):
        os.kill(toys.pids("web")[-1], signal.SIGKILL)
        died_at = time.monotonic()
        until(lambda times=times: len(toys.pids("web")) == times + 1)
        pauses.append(time.monotonic() - died_at)

    assert pauses[2] - pauses[0] > 0.3  # 0.2, 0.4, 0.8 seconds and the start itself


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = up(tmp_path, port)

    assert answer.returncode == 1
    assert f"port {port} is taken" in answer.stderr


def test_a_second_supervisor_of_the_same_files_refuses(tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = up(tmp_path, 1)

    assert answer.returncode == 1
    assert "another `shilu up`" in answer.stderr


def up(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SHILU_DATA": str(data), "SHILU_PORT": str(port)}
    command = [sys.executable, "-m", "shilu", "up"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20)
