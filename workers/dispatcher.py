"""Follows the log and queues what an event calls for, at once.

It only hastens: whatever it queues is also due (`projections.due`), and the scheduler queues what
is due. So its position may start anywhere, a broker that is away makes it wait, and an event it
sees twice is queued once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from projections.due import SAYS_NOTHING
from workers.tasks import Task, compare_callback, destroy_key

BATCH = 500


class Event(Protocol):
    """What the dispatcher looks at."""

    @property
    def position(self) -> int: ...
    @property
    def topic(self) -> str: ...
    @property
    def data(self) -> Mapping[str, object]: ...


class Reader(Protocol):
    """The log."""

    def after(self, position: int, limit: int) -> Sequence[Event]: ...


class Bookmark(Protocol):
    """How far the dispatcher came; ``move`` is False if somebody else moved it meanwhile."""

    def place(self) -> int: ...
    def move(self, place: int, to: int) -> bool: ...


def _outcome_recorded(event: Event) -> Task | None:
    if event.data["outcome"] in SAYS_NOTHING:
        return None
    return compare_callback(str(event.data["callback_id"]))


def _subject_erased(event: Event) -> Task | None:
    return destroy_key(str(event.data["customer_id"]))


TASKS: dict[str, Callable[[Event], Task | None]] = {
    "customer.subject_erased.v1": _subject_erased,
    "callback.outcome_recorded.v1": _outcome_recorded,
}


class Dispatcher:
    """Turns events into tasks, in the order of the log."""

    def __init__(self, reader: Reader, bookmark: Bookmark, send: Callable[[Task], None]) -> None:
        self._reader, self._bookmark, self._send = reader, bookmark, send

    def step(self) -> int:
        """Look at the next events and return how many there were.

        Queues first and moves on afterwards: a crash in between repeats, and repeats are
        harmless. Raises BrokerConnectionError and stays where it is.
        """
        place = self._bookmark.place()
        events = self._reader.after(place, BATCH)
        if not events:
            return 0
        for task in tasks_of(events):
            self._send(task)
        self._bookmark.move(place, events[-1].position)
        return len(events)


def tasks_of(events: Iterable[Event]) -> list[Task]:
    """Return the tasks that these events call for."""
    asked = (TASKS[event.topic](event) for event in events if event.topic in TASKS)
    return [task for task in asked if task is not None]
