"""How a process is told to stop."""

from __future__ import annotations

import os
import selectors
import signal
from threading import Event


class Stop(Event):
    """An event that a signal handler may set.

    The library's own must not: its `set` takes a lock that the interrupted `wait` of the same
    thread may hold, and then the process hangs for ever. A pipe has no lock.
    """

    def __init__(self) -> None:
        super().__init__()
        self._read, self._write = os.pipe()
        self._told = False

    def is_set(self) -> bool:
        """Tell whether the process shall stop."""
        return self._told

    def set(self) -> None:
        """Ask it to stop, and wake who waits."""
        if not self._told:
            self._told = True
            os.write(self._write, b".")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until asked to stop, at most ``timeout`` seconds; tell whether that was so."""
        with selectors.DefaultSelector() as waiting:  # select() itself knows only 1024 files
            waiting.register(self._read, selectors.EVENT_READ)
            waiting.select(timeout)  # the byte stays: all who wait wake up
        return self._told


def stop_on_signal() -> Stop:
    """Return an event that SIGTERM or SIGINT sets."""
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
