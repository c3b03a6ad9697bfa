"""What an agent's log shows for weeks and months: 实际达成, counted and never typed (R-11, R-21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from domain.rhythm import Rules
from domain.sheet_figures import HISTORY, WEEK, Figures, day_figures, total
from domain.words import ActivityResult
from projections.agent_day import DAY, ENTRY, days_written


def days_done(
    connection: Connection, agent_id: str, rules: Rules, first: date, last: date
) -> dict[date, Figures]:
    """Return the columns of each day with something in it, policies as the log says."""
    written = days_written(connection, agent_id, last, (last - first).days + 1)
    signed = _signed(connection, agent_id, first, last)
    return {
        day: day_figures(written.get(day, {}), rules.mode_on(day), signed.get(day, 0))
        for day in sorted({*written, *signed})
    }


def done(connection: Connection, agent_id: str, rules: Rules, first: date, last: date) -> Figures:
    """Return the columns of these days, both included.

    Policies are those that the company counted or those that the log says were signed, whichever
    are more: the company's count may come later.
    """
    own = total(days_done(connection, agent_id, rules, first, last).values())
    counted = _counted(connection, agent_id, first, last)
    return own + Figures(policies=max(counted - own.policies, 0))


def weeks_before(
    connection: Connection, agent_id: str, rules: Rules, monday: date, weeks: int = HISTORY
) -> Sequence[Figures]:
    """Return the columns of each of the weeks before a Monday, oldest first."""
    mondays = [monday - WEEK * back for back in range(weeks, 0, -1)]
    return [done(connection, agent_id, rules, one, one + timedelta(days=6)) for one in mondays]


def _signed(connection: Connection, agent_id: str, first: date, last: date) -> Mapping[date, int]:
    query = (
        select(ENTRY.c.day, func.count())
        .where(
            ENTRY.c.agent_id == agent_id,
            ENTRY.c.day >= first.isoformat(),
            ENTRY.c.day <= last.isoformat(),
            ENTRY.c.result == ActivityResult.SIGNED,
            ENTRY.c.withdrawn.is_(False),
        )
        .group_by(ENTRY.c.day)
    )
    return {date.fromisoformat(day): n for day, n in connection.execute(query)}


def _counted(connection: Connection, agent_id: str, first: date, last: date) -> int:
    query = select(func.sum(DAY.c.policies)).where(
        DAY.c.agent_id == agent_id,
        DAY.c.day >= first.isoformat(),
        DAY.c.day <= last.isoformat(),
    )
    return int(connection.execute(query).scalar() or 0)
