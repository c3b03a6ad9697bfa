"""An agent's working days as the checks about coaching need them, from the views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, select

from domain.coaching_moments import LogDay, Meeting
from domain.rhythm import DayCount, Rules, day_count
from projections.agent_day import DAY, ENTRY, days_written, submitted_days
from projections.people_facts import leave_as_of
from projections.team_facts import PEOPLE

COLUMNS = ("calls", "meetings", "closings", "new_visits")


def worked_days(
    connection: Connection, rules: Rules, agent_id: str, until: date, span: int
) -> list[date]:
    """Return the working days of the last ``span`` calendar days without leave, oldest first."""
    days = [until - timedelta(days=back) for back in reversed(range(span))]
    absent = leave_as_of(connection, PEOPLE, days)
    return [day for day in days if rules.is_working_day(day) and (agent_id, day) not in absent]


def log_days(
    connection: Connection, rules: Rules, agent_id: str, until: date, most: int = 20
) -> list[LogDay]:
    """Return an agent's last working days up to ``until``, oldest first."""
    span = 2 * most
    days = worked_days(connection, rules, agent_id, until, span)[-most:]
    written = days_written(connection, agent_id, until, span)
    submitted = submitted_days(connection, agent_id, until - timedelta(days=span))
    query = select(DAY.c.day).where(DAY.c.agent_id == agent_id, DAY.c.help_wanted.is_(True))
    help_wanted = set(connection.execute(query).scalars())
    return [
        LogDay(
            day,
            day in written or day in submitted,
            _share(written.get(day, {}), rules, day),
            day.isoformat() in help_wanted,
        )
        for day in days
    ]


def meetings(connection: Connection, agent_id: str, days: Sequence[date]) -> list[Meeting]:
    """Return what an agent logged on these days, in the order in which it happened."""
    query = (
        select(ENTRY)
        .where(
            ENTRY.c.agent_id == agent_id,
            ENTRY.c.day.in_([day.isoformat() for day in days]),
            ENTRY.c.withdrawn.is_(False),
        )
        .order_by(ENTRY.c.started_at)
    )
    return [
        Meeting(date.fromisoformat(row.day), row.kind, row.customer_id, row.result)
        for row in connection.execute(query)
    ]


def measures(
    connection: Connection, rules: Rules, agent_id: str, first: date, last: date
) -> dict[str, float]:
    """Return what the log shows of an agent from a day to a day: shares and numbers a working day.

    ``fill`` is the share of working days with a log; the four columns of the quota are averages;
    ``calls_to_meetings`` is how many meetings a call led to, absent without calls.
    """
    span = (last - first).days + 1
    days = worked_days(connection, rules, agent_id, last, span)
    written = days_written(connection, agent_id, last, span)
    submitted = submitted_days(connection, agent_id, first)
    counts = [day_count(written.get(day, {}), rules.mode_on(day)) for day in days]
    found = {"fill": _mean([float(day in written or day in submitted) for day in days])}
    for column in COLUMNS:
        found[column] = _mean([float(getattr(count, column)) for count in counts])
    if calls := _total(counts, "calls"):
        found["calls_to_meetings"] = round(_total(counts, "meetings") / calls, 2)
    query = select(DAY.c.policies).where(
        DAY.c.agent_id == agent_id, DAY.c.day >= first.isoformat(), DAY.c.day <= last.isoformat()
    )
    found["policies"] = float(sum(connection.execute(query).scalars()))
    return found


def _share(kinds: Mapping[str, int], rules: Rules, day: date) -> float:
    mode, count = rules.mode_on(day), day_count(kinds, rules.mode_on(day))
    wanted = [(getattr(count, name), getattr(mode, name)) for name in COLUMNS]
    shares = [min(done / of, 1.0) for done, of in wanted if of]
    return _mean(shares) if shares else 1.0


def _total(counts: Sequence[DayCount], column: str) -> int:
    return sum(getattr(count, column) for count in counts)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 3) if values else 0.0
