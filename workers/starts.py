"""Counts starts before they happen, and runs alone what may have killed its process."""

from __future__ import annotations

from threading import Condition, get_ident
from typing import Protocol, runtime_checkable

import structlog
from dramatiq import Broker, MessageProxy, Middleware
from dramatiq.middleware import SkipMessage

from store.queue import TASK_KEY

log = structlog.get_logger(__name__)


@runtime_checkable
class Counting(Protocol):
    """What `CountStarts` asks of a broker."""

    def starts(self, message: MessageProxy) -> int: ...
    def begin(self, message: MessageProxy) -> int: ...
    def end(self, message: MessageProxy, *, well: bool) -> None: ...


class CountStarts(Middleware):
    """Counts each start before it happens, and runs alone what may have killed its process."""

    def __init__(self, max_starts: int) -> None:
        self._max_starts = max_starts
        self._gate = Gate()

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:
        """Let a suspect wait until it is alone; then count the start; quarantine at the cap."""
        counting = _counting(broker)
        self._gate.enter(alone=counting.starts(message) > 0)
        starts = counting.begin(message)
        if starts == 0:
            raise SkipMessage("another worker has it")
        if starts > self._max_starts:
            log.error("task.quarantined", task=message.options.get(TASK_KEY), starts=starts - 1)
            message.fail()
            raise SkipMessage("started too often without an end")

    def after_process_message(
        self,
        broker: Broker,
        message: MessageProxy,
        *,
        result: object = None,
        exception: BaseException | None = None,
    ) -> None:
        """Let the next one in; the process lives, so the count begins anew."""
        del result
        self._gate.leave()
        _counting(broker).end(message, well=exception is None)

    def after_skip_message(self, broker: Broker, message: MessageProxy) -> None:
        """Let the next one in."""
        del broker, message
        self._gate.leave()


class Gate:
    """Lets many threads in, or one alone; one that waits to be alone lets nobody else pass it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside: set[int] = set()
        self._alone: int | None = None

    def enter(self, *, alone: bool) -> None:
        """Wait until this thread may go in."""
        me = get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._alone is None)
            if alone:
                self._alone = me
                self._changed.wait_for(lambda: not self._inside)
            self._inside.add(me)

    @property
    def is_claimed(self) -> bool:
        """Tell whether a thread is alone inside or waits to be."""
        return self._alone is not None

    def leave(self) -> None:
        """Go out; harmless for a thread that is not in."""
        me = get_ident()
        with self._changed:
            self._inside.discard(me)
            if self._alone == me:
                self._alone = None
            self._changed.notify_all()


def _counting(broker: Broker) -> Counting:
    if not isinstance(broker, Counting):
        raise TypeError(f"{type(broker).__name__} counts no starts")
    return broker
