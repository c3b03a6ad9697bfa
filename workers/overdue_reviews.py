"""Finds logs that nobody reviewed in time; they go up the line (批阅逾期; R-04).

It looks at what was on record when the time was over, however late the check runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine

from domain.application import TeamRecord
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Receipt, Role
from projections.base import wait_for
from projections.review_queue import REVIEW_QUEUE, unreviewed_at
from store.mapper import instant
from workers.tasks import NotYet

PATIENCE = 1.0  # seconds to wait for the view before the task goes back to the queue


@dataclass(frozen=True, slots=True)
class Looked:
    """Whose logs waited too long."""

    late: tuple[str, ...]
    receipt: Receipt


def check(
    record: TeamRecord,
    views: Engine,
    team_id: str,
    day: date,
    due_at: datetime,
    now: Callable[[], datetime],
) -> Looked:
    """Put on record whose logs of a day have no review; a repeat changes nothing.

    Raises NotYet when the view is behind.
    """
    key = CheckKey(Check.OVERDUE_REVIEWS, team_id, day)
    done = record.scheduled_checks.find(key)
    earlier = record.recording.receipt_of(key.command_id)
    if done is not None and earlier is not None:
        return Looked(done.findings, earlier)
    head = record.recorder.max_notification_id() or 0
    if not wait_for(views, REVIEW_QUEUE.name, head, PATIENCE):
        raise NotYet(REVIEW_QUEUE.name)
    with views.connect() as connection:
        waits = unreviewed_at(connection, team_id, day, instant(due_at))
    late = tuple(log.agent_id for log in waits)
    moment = now()
    by = By("system", Role.SYSTEM, moment, moment, key.command_id, "worker")
    receipt = record.scheduled_checks.finish(key, team_id, due_at, late, by=by)
    return Looked(late, receipt)
