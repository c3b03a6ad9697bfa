"""Queues what is due, each second, and sweeps what was lost, each minute.

What is due is read from the `due` projection; it stays due until its outcome is on record. So
nothing is lost with a broker, missed hours are caught up, and two schedulers at once only try to
queue the same keys: correctness comes from the keys and from the events' ids, not from a leader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Connection, Engine

from domain.words import Check
from projections.due import DueCheck
from projections.supervision_due import CHECKS as SUPERVISION
from projections.turns import Pace
from workers.broker import MAX_STARTS, QUARANTINE_MS, Tasks
from workers.dispatcher import Dispatcher
from workers.tasks import (
    IMPORT,
    Task,
    bring_rows,
    check_missing_logs,
    check_missing_sheets,
    check_reviews,
    check_sheet_reviews,
    compare_callback,
    destroy_key,
    enforce_retention,
    estimate_rate,
    freeze_contest,
    look_at_supervision,
    look_for_problems,
    notify_person,
    plan_calls,
    watch_reveals,
)

TICK = 1.0  # seconds between two looks at what is due
SWEEP = 60.0  # seconds after which what is still due is queued once more
POLL = 0.1  # seconds between two looks at the log
MOST_UNDER_WAY = 100  # due checks of one branch in the broker at once
UNDER_WAY = timedelta(seconds=10)  # after that, a task that is still due holds nobody back
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TICKS_A_SECOND = 10  # of all branches together: what is due is a matter of minutes, not seconds
PACE = Pace(active=POLL, longest=1.0, a_second=100)

# A deadline is looked at only when what was accepted just before it has reached the views, and
# what the dispatcher sent has had its chance.
SETTLE = timedelta(seconds=5)

log = structlog.get_logger(__name__)

Due = Callable[[datetime], Sequence[DueCheck]]


class Broker(Protocol):
    """What the scheduler asks of a broker."""

    def release(self, older_than_ms: int, attempts: int) -> int: ...


class Scheduler:
    """Sends each due check once a minute until its outcome is on record."""

    def __init__(self, due: Due, send: Callable[[Task], None], broker: Broker) -> None:
        self._due, self._send, self._broker = due, send, broker
        self._sent: dict[str, datetime] = {}

    def tick(self, now: datetime) -> int:
        """Queue what is due and was not queued since the last sweep; return how much that was.

        No more than MOST_UNDER_WAY at once, so that other branches' tasks need not queue behind.
        """
        due = [task_of(check) for check in self._due(now - SETTLE)]
        under_way = sum(now - self._sent.get(task.key, LONG_AGO) < UNDER_WAY for task in due)
        new = [task for task in due if task.key not in self._sent]
        for task in new[: max(MOST_UNDER_WAY - under_way, 0)]:
            self._send(task)
            self._sent[task.key] = now
        return min(len(new), max(MOST_UNDER_WAY - under_way, 0))

    def sweep(self) -> None:
        """Forget what was queued, so that the next tick queues again whatever is still due."""
        self._sent.clear()
        released = self._broker.release(QUARANTINE_MS, MAX_STARTS - 1)
        if released:
            log.warning("tasks.released", count=released)


class SometimesDue:
    """Asks what is due no more often than each few seconds, where asking costs more than a look."""

    def __init__(
        self,
        views: Engine,
        ask: Callable[[Connection, datetime], list[DueCheck]],
        pause: timedelta = timedelta(seconds=10),
    ) -> None:
        self._views, self._ask, self._pause = views, ask, pause
        self._next: datetime | None = None
        self._known: list[DueCheck] = []

    def __call__(self, now: datetime) -> list[DueCheck]:
        """Return what is due, as it was at the last asking."""
        if self._next is None or now >= self._next:
            with self._views.connect() as connection:
                self._known = self._ask(connection, now)
            self._next = now + self._pause
        return self._known


TASK_OF: Mapping[str, Callable[[DueCheck], Task]] = {
    Check.MISSING_LOGS: lambda due: check_missing_logs(due.subject, due.day, due.due_at),
    Check.CONTEST_ENDED: lambda due: freeze_contest(due.subject, due.day, due.due_at),
    Check.OVERDUE_REVIEWS: lambda due: check_reviews(due.subject, due.day, due.due_at),
    Check.OVERDUE_SHEET_REVIEWS: lambda due: check_sheet_reviews(due.subject, due.day, due.due_at),
    Check.FILLING_PROBLEMS: lambda due: look_for_problems(due.subject, due.day, due.due_at),
    Check.RETENTION: lambda due: enforce_retention(due.subject, due.day),
    Check.KEY_DESTROYED: lambda due: destroy_key(due.subject),
    Check.REVEAL_WATCH: lambda due: watch_reveals(due.subject, due.due_at),
    Check.NOTIFY: lambda due: notify_person(due.subject, due.day),
    Check.FAKE_ENTRIES: lambda due: compare_callback(due.subject),
    Check.CALL_PLAN: lambda due: plan_calls(due.subject, due.day, due.due_at),
    Check.FAKE_RATE: lambda due: estimate_rate(due.day, due.due_at),
    IMPORT: lambda due: bring_rows(*due.subject.rsplit("/", 1)),
}


def task_of(due: DueCheck) -> Task:
    """Return the task that does a due check."""
    if due.check in (Check.MISSING_WEEKS, Check.MISSING_MONTHS):
        return check_missing_sheets(due.check, due.subject, due.day, due.due_at)
    if due.check in SUPERVISION:
        return look_at_supervision(Check(due.check), due.subject, due.day, due.due_at)
    return TASK_OF[due.check](due)


class BranchRounds:
    """What the scheduler process does for one branch, a little at a time."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        scheduler: Scheduler,
        feed: Callable[[], None],
        branches: Callable[[], int],
    ) -> None:
        self._dispatcher, self._scheduler, self._feed = dispatcher, scheduler, feed
        self._branches = branches
        self._tick_at = self._sweep_at = 0.0

    def turn(self, now: float) -> bool:
        """Do what it is time for; ``now`` in monotonic seconds. Tell whether events came."""
        try:
            return self.once(now, datetime.now(UTC))
        except Exception:
            self._sweep_at = 0.0  # a broker that was away may come back empty
            raise

    def once(self, clock: float, now: datetime) -> bool:
        """Do what it is time for; ``clock`` in monotonic seconds. Tell whether events came."""
        events = self._dispatcher.step()
        if clock >= self._sweep_at:
            self._scheduler.sweep()
            self._sweep_at = clock + SWEEP
        if clock >= self._tick_at:
            self._scheduler.tick(now)
            self._feed()
            self._tick_at = clock + max(TICK, self._branches() / TICKS_A_SECOND)
        return events > 0


def sender(broker: Tasks, branch: str = "") -> Callable[[Task], None]:
    """Return what sends a branch's task to this broker; empty: the first branch's."""

    def send(task: Task) -> None:
        broker.declare_queue(task.queue)
        broker.enqueue(task.message(branch))

    return send
