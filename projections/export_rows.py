"""Rows of the views for tables that people take away: by team and day, never a name or a number.

Customers stand in them by their id alone; what people wrote stands in none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select

from projections import team_day
from projections.agent_day import DAY, ENTRY
from projections.callback_queue import CALL
from projections.cases import CASE
from projections.review_queue import LOG

Found = Mapping[str, Any]
Teams = Collection[str]


def team_days(
    connection: Connection, teams: Teams, first: date, last: date
) -> Iterator[tuple[date, team_day.TeamState]]:
    """Go through the days and teams, as the board shows them now."""
    for back in range((last - first).days + 1):
        day = first + timedelta(days=back)
        for team_id in sorted(teams):
            state = team_day.team_state(connection, team_id, day)
            if state is not None:
                yield day, state


def entries(connection: Connection, teams: Teams, first: date, last: date) -> list[Found]:
    """Return the entries of these teams' days, in their order."""
    query = (
        select(ENTRY, DAY.c.team_id)
        .join(DAY, (DAY.c.agent_id == ENTRY.c.agent_id) & (DAY.c.day == ENTRY.c.day))
        .where(
            DAY.c.team_id.in_(teams),
            ENTRY.c.day >= first.isoformat(),
            ENTRY.c.day <= last.isoformat(),
        )
        .order_by(ENTRY.c.day, DAY.c.team_id, ENTRY.c.agent_id, ENTRY.c.started_at)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def callbacks(connection: Connection, teams: Teams, first: date, last: date) -> list[Found]:
    """Return the callbacks about these teams that were listed for these days."""
    query = (
        select(CALL)
        .where(
            CALL.c.team_id.in_(teams),
            CALL.c.on_day >= first.isoformat(),
            CALL.c.on_day <= last.isoformat(),
        )
        .order_by(CALL.c.on_day, CALL.c.position)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def reviews(connection: Connection, teams: Teams, first: date, last: date) -> list[Found]:
    """Return these teams' logs of these days on their way through the review."""
    query = (
        select(LOG)
        .where(
            LOG.c.team_id.in_(teams),
            LOG.c.day >= first.isoformat(),
            LOG.c.day <= last.isoformat(),
        )
        .order_by(LOG.c.day, LOG.c.team_id, LOG.c.agent_id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def cases(connection: Connection, teams: Teams, since: str, until: str) -> list[Found]:
    """Return these teams' cases opened between two ISO instants in UTC."""
    query = (
        select(CASE)
        .where(CASE.c.team_id.in_(teams), CASE.c.opened_at >= since, CASE.c.opened_at < until)
        .order_by(CASE.c.position)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
