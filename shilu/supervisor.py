"""`shilu up`: start every process, restart what dies, stop in order, leave no orphan.

Each process leads a session of its own, so that whatever it started can be ended with it; on
Linux the kernel ends it when the supervisor itself is killed (children.py).
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from shilu.children import Child, Start, load, starter

START_ORDER = ("signer", "web", "follower", "worker", "scheduler")
FIRST = ("signer", "web")  # people wait for these; loading all five at once takes twice as long
STOP_ORDER = ("scheduler", "web", "worker", "follower", "signer")
GRACE = 20.0  # seconds for one process to end its work before it is killed
BACK_OFF = (0.1, 10.0)  # seconds before the first and the slowest restart in a row
FIRST_ALONE = 5.0  # seconds at most that the others wait for the first to answer
HEALTHY_AFTER = 10.0  # a process that lived this long starts its back-off anew
TICK = 0.05


class Settings(Protocol):
    """What the supervisor needs to know of the settings."""

    @property
    def data_dir(self) -> Path: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    def environment(self) -> Mapping[str, str]: ...


def up(settings: Settings) -> int:
    """Migrate, start and supervise everything until SIGTERM or SIGINT; return the exit code.

    1: the port is taken, another supervisor has these files, or the tables could not be made.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **settings.environment()}
    lock = _lock(settings.data_dir / "up.lock")
    if lock is None:
        return _refuse(f"another `shilu up` has {settings.data_dir}")
    with lock:
        if not _is_free(settings.host, settings.port):
            return _refuse(f"port {settings.port} is taken; choose another with SHILU_PORT")
        load()
        if starter("migrate", environment, "--quiet")().wait():
            return _refuse("the tables could not be made; see above")
        processes = [Process(name, starter(name, environment)) for name in START_ORDER]
        Supervisor(processes, Readiness(settings.host, settings.port)).run()
    return 0


@dataclass
class Process:
    """One process to keep alive: started, watched, restarted with growing pauses, ended."""

    name: str
    start: Start
    child: Child | None = None
    _started_at: float = field(default=0.0, init=False)
    _start_at: float = field(default=0.0, init=False)
    _pause: float = field(default=BACK_OFF[0], init=False)

    def tend(self, now: float) -> None:
        """Start it when it is time to; notice its death and plan the restart."""
        if self.child is None:
            if now >= self._start_at:
                self._start(now)
        elif self.has_ended():
            code = self.reap()
            self._plan_restart(now)
            _log("died", process=self.name, exit_code=code, restart_in=round(self._pause, 1))

    def has_ended(self) -> bool:
        """Tell whether the process is gone, without reaping it: its number stays taken."""
        if self.child is None:
            return True
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return self.child.poll() is not None
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.child.pid, options) is not None

    def reap(self) -> int:
        """Kill what is left of the process and all it started; return its exit code."""
        if self.child is None:
            return 0
        # Before wait(): a reaped number could be somebody else's by the time it is signalled
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, signal.SIGKILL)
        code = self.child.wait()
        self.child = None
        return code

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process; what it started is its own affair until it is reaped."""
        if self.child is not None and not self.has_ended():
            os.kill(self.child.pid, signal.SIGTERM)

    def _start(self, now: float) -> None:
        self._started_at = now
        self.child = self.start()
        _log("started", process=self.name, pid=self.child.pid)

    def _plan_restart(self, now: float) -> None:
        lived = now - self._started_at
        self._pause = BACK_OFF[0] if lived > HEALTHY_AFTER else min(self._pause * 2, BACK_OFF[1])
        self._start_at = now + self._pause


@dataclass
class Readiness:
    """Whether the product answers yet; asked until it does, then told to people once."""

    host: str
    port: int
    heard: bool = False
    told: bool = False
    _ask_at: float = field(default=0.0, init=False)

    def ask(self, now: float) -> None:
        """Ask /readyz five times a second at most; print the address when it says yes."""
        if self.told or now < self._ask_at:
            return
        self._ask_at = now + 0.2
        status = _answer(self.host, self.port)
        self.heard = self.heard or status is not None
        if status == http.client.OK:
            self.told = True
            print(f"Shilu is ready: http://{self.host}:{self.port}", flush=True)  # noqa: T201


class Supervisor:
    """The loop around the processes."""

    def __init__(self, processes: Sequence[Process], readiness: Readiness | None = None) -> None:
        self._processes = processes
        self._readiness = readiness
        self._signals = 0
        self._all_from = time.monotonic() + FIRST_ALONE

    def run(self) -> None:
        """Tend the processes until SIGTERM or SIGINT; a second signal ends them at once."""
        earlier = {n: signal.signal(n, self._on_signal) for n in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._signals:
                now = time.monotonic()
                for process in self._due(now):
                    process.tend(now)
                if self._readiness:
                    self._readiness.ask(now)
                time.sleep(TICK)
        finally:
            self.stop()
            for number, handler in earlier.items():
                signal.signal(number, handler)

    def _due(self, now: float) -> Sequence[Process]:
        """Return whom to tend: the first alone until one answers, or has had its time."""
        if self._readiness is None or self._readiness.heard or now >= self._all_from:
            return self._processes
        return [process for process in self._processes if process.name in FIRST]

    def stop(self) -> None:
        """End the processes one after the other, so that nobody loses what they still need."""
        by_name = {process.name: process for process in self._processes}
        order = [name for name in STOP_ORDER if name in by_name]
        rest = [name for name in by_name if name not in order]
        for name in order + rest:
            process = by_name[name]
            process.ask_to_end()
            _wait_for(process.has_ended, GRACE, until=lambda: self._signals > 1)
            code = process.reap()
            _log("stopped", process=name, exit_code=code)

    def _on_signal(self, *_: object) -> None:
        self._signals += 1


def _wait_for(what: Callable[[], bool], seconds: float, until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not what() and not until() and time.monotonic() < deadline:
        time.sleep(0.01)


def _lock(path: Path) -> IO[str] | None:
    """Hold the file for as long as this process lives, or return None if somebody else does."""
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _answer(host: str, port: int) -> int | None:
    """Return the status with which the web process says how it is; None when it is not there."""
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _refuse(reason: str) -> int:
    print(f"shilu up: {reason}", file=sys.stderr, flush=True)  # noqa: T201
    return 1


def _log(event: str, **facts: object) -> None:
    """Write one JSON line in the form the processes' own logs have, without importing structlog."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + "Z"
    line = {"timestamp": stamp, "level": "info", "logger": "shilu.supervisor", "event": event}
    print(json.dumps(line | facts), file=sys.stderr, flush=True)  # noqa: T201
