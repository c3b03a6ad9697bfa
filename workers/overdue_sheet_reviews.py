"""Finds weeks and months that nobody reviewed in time; they go up the line (批阅逾期; R-04, R-14).

On the morning of each working day it looks at what was on record then, however late it runs, and
finds each sheet once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from domain.application import TeamRecord
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Role
from projections.base import wait_for
from projections.checks import CHECKS, sheet_reviews_found_late
from projections.sheet_queue import unreviewed_at
from projections.sheets import SHEETS
from store.mapper import instant
from workers.overdue_reviews import PATIENCE, Looked
from workers.tasks import NotYet

LOOK_BACK = timedelta(days=60)  # what began earlier helps nobody any more


def check(
    record: TeamRecord,
    views: Engine,
    team_id: str,
    day: date,
    due_at: datetime,
    now: Callable[[], datetime],
) -> Looked:
    """Put on record which sheets of a team wait too long on a morning; a repeat changes nothing.

    ``late`` has one ``agent/kind/period`` for each. Raises NotYet when the views are behind.
    """
    key = CheckKey(Check.OVERDUE_SHEET_REVIEWS, team_id, day)
    done = record.scheduled_checks.find(key)
    earlier = record.recording.receipt_of(key.command_id)
    if done is not None and earlier is not None:
        return Looked(done.findings, earlier)
    late = tuple(_late(record, views, team_id, day, due_at))
    moment = now()
    by = By("system", Role.SYSTEM, moment, moment, key.command_id, "worker")
    receipt = record.scheduled_checks.finish(key, team_id, due_at, late, by=by)
    return Looked(late, receipt)


def _late(
    record: TeamRecord, views: Engine, team_id: str, day: date, due_at: datetime
) -> Sequence[str]:
    head = record.recorder.max_notification_id() or 0
    for projection in (SHEETS, CHECKS):
        if not wait_for(views, projection.name, head, PATIENCE):
            raise NotYet(projection.name)
    allowed, since = timedelta(hours=record.rulebook.rules().review.sheet_hours), day - LOOK_BACK
    with views.connect() as connection:
        found = sheet_reviews_found_late(connection, [team_id], since)
        waits = unreviewed_at(
            connection, team_id, since, instant(due_at - allowed), instant(due_at)
        )
    keys = [(one.agent_id, one.kind, one.period) for one in waits]
    return ["/".join(map(str, key)) for key in keys if key not in found]
