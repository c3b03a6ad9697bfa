"""Finds who has not handed in a week or a month by its deadline (R-10, R-20, R-24).

Like the missing logs, it looks at the team and the sheets as on record at the deadline itself,
however late the check runs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from domain.application import TeamRecord
from domain.rhythm import Rules
from domain.scheduled_check import CheckKey
from domain.sheet_figures import last_of_month
from domain.words import By, Check, Role, SheetKind
from projections.base import wait_for
from projections.sheet_queue import handed_in
from projections.sheets import SHEETS
from projections.team_day import team_state
from projections.team_facts import TEAM_DAY
from projections.timeline import TIMELINE, position_at
from store.mapper import instant
from workers.absent import PATIENCE
from workers.missing_logs import Looked
from workers.tasks import NotYet

KINDS = {Check.MISSING_WEEKS: SheetKind.WEEK, Check.MISSING_MONTHS: SheetKind.MONTH}


def check(
    record: TeamRecord,
    views: Engine,
    of: Check,
    team_id: str,
    period: date,
    due_at: datetime,
    now: Callable[[], datetime],
) -> Looked:
    """Put on record which agents of a team have not handed in; a repeat changes nothing.

    Who was away for the whole week, or up to the month's deadline, is not missed. Raises NotYet
    when the views are behind.
    """
    key = CheckKey(of, team_id, period)
    done = record.scheduled_checks.find(key)
    earlier = record.recording.receipt_of(key.command_id)
    if done is not None and earlier is not None:
        return Looked(done.findings, earlier)
    missing = lacking(record, views, of, team_id, period, due_at)
    moment = now()
    by = By("system", Role.SYSTEM, moment, moment, key.command_id, "worker")
    receipt = record.scheduled_checks.finish(key, team_id, due_at, missing, by=by)
    return Looked(tuple(missing), receipt)


def lacking(
    record: TeamRecord, views: Engine, of: Check, team_id: str, period: date, due_at: datetime
) -> list[str]:
    """Return who of a team was at work and had handed nothing in by ``due_at``. Raises NotYet."""
    head = record.recorder.max_notification_id() or 0
    for projection in (TIMELINE, TEAM_DAY, SHEETS):
        if not wait_for(views, projection.name, head, PATIENCE):
            raise NotYet(projection.name)
    rules = record.rulebook.rules()
    with views.connect() as connection:
        then = position_at(connection, due_at)
        days = _days(rules, of, period, due_at)
        at_work = _at_work(connection, team_id, days, then)
        by_then = handed_in(connection, at_work, KINDS[of], period, instant(due_at))
    return sorted(at_work - by_then)


def _days(rules: Rules, of: Check, period: date, due_at: datetime) -> list[date]:
    last = period + timedelta(days=6) if of is Check.MISSING_WEEKS else last_of_month(period)
    last = min(last, rules.day_of(due_at))
    days = [period + timedelta(days=n) for n in range((last - period).days + 1)]
    return [day for day in days if rules.is_working_day(day)]


def _at_work(connection: Connection, team_id: str, days: list[date], position: int) -> set[str]:
    found: set[str] = set()
    for day in days:
        state = team_state(connection, team_id, day, position)
        found |= {m.agent_id for m in state.members if not m.on_leave} if state else set()
    return found
