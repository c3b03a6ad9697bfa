"""Many threads' appends become one transaction (event-store.md 2.1: durable and fast at once)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from eventsourcing.persistence import StoredEvent

GROUP_LIMIT = 200


@dataclass(slots=True)
class Append:
    """One caller's events, and what became of them: positions or an error."""

    events: Sequence[StoredEvent]
    positions: Sequence[int] = ()
    error: BaseException | None = None
    done: bool = field(default=False)

    def succeed(self, positions: Sequence[int]) -> None:
        """Say that the events stand at these positions."""
        self.positions, self.done = positions, True

    def fail(self, error: BaseException) -> None:
        """Say why the events were not appended."""
        self.error, self.done = error, True


class GroupCommit:
    """Whoever gets the lock writes for all who wait; nobody waits longer than one commit.

    ``write`` appends a group and marks each of its members; an error it raises is everybody's.
    """

    def __init__(self, write: Callable[[list[Append]], None]) -> None:
        self._write = write
        self._waiting: deque[Append] = deque()
        self._lock = threading.Lock()

    def append(self, events: Sequence[StoredEvent]) -> Sequence[int]:
        """Return the positions of the appended events, or raise why not."""
        mine = Append(events)
        self._waiting.append(mine)
        while not mine.done:
            with self._lock:
                if not mine.done:
                    self._commit_group()
        if mine.error is not None:
            raise mine.error
        return mine.positions

    def pause(self, work: Callable[[], None]) -> None:
        """Do something between two commits."""
        with self._lock:
            work()

    def _commit_group(self) -> None:
        group: list[Append] = []
        while self._waiting and len(group) < GROUP_LIMIT:
            group.append(self._waiting.popleft())
        try:
            self._write(group)
        except BaseException as error:
            for append in group:
                if not append.done:
                    append.fail(error)
            if not isinstance(error, Exception):
                raise
