"""Which weeks and months wait for their review, what became of them, and who handed in (R-04, R-10, R-20).

The tables are those of ``sheets``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from projections.sheets import SHEET, Sheet, sheet_of


def waiting(connection: Connection, teams: Collection[str], since: date) -> Sequence[Sheet]:
    """Return handed-in sheets of these teams without a review, oldest first."""
    query = (
        select(SHEET)
        .where(
            SHEET.c.team_id.in_(teams),
            SHEET.c.submitted_at.is_not(None),
            SHEET.c.reviewed_at.is_(None),
            SHEET.c.period >= since.isoformat(),
        )
        .order_by(SHEET.c.submitted_at, SHEET.c.agent_id)
    )
    return _sheets(connection, query)


def unreviewed_at(
    connection: Connection, team_id: str, since: date, handed_in_by: str, at: str
) -> Sequence[Sheet]:
    """Return a team's sheets handed in by one UTC instant and without a review at another."""
    query = select(SHEET).where(
        SHEET.c.team_id == team_id,
        SHEET.c.period >= since.isoformat(),
        SHEET.c.submitted_at <= handed_in_by,
        or_(SHEET.c.reviewed_at.is_(None), SHEET.c.reviewed_at > at),
    )
    return _sheets(connection, query.order_by(SHEET.c.submitted_at, SHEET.c.agent_id))


def done(connection: Connection, teams: Collection[str], limit: int) -> Sequence[Sheet]:
    """Return the newest reviewed sheets of these teams."""
    query = select(SHEET).where(SHEET.c.team_id.in_(teams), SHEET.c.reviewed_at.is_not(None))
    return _sheets(connection, query.order_by(SHEET.c.position.desc()).limit(limit))


def by_reviewer(connection: Connection, reviewer: str, limit: int) -> Sequence[Sheet]:
    """Return the newest sheets that somebody has reviewed."""
    query = select(SHEET).where(SHEET.c.reviewer == reviewer)
    return _sheets(connection, query.order_by(SHEET.c.position.desc()).limit(limit))


def unread(connection: Connection, agent_id: str) -> int:
    """Return how many reviews of sheets an agent has not read."""
    query = select(SHEET.c.period).where(
        SHEET.c.agent_id == agent_id, SHEET.c.reviewed_at.is_not(None), SHEET.c.read_at.is_(None)
    )
    return len(connection.execute(query).all())


def handed_in(
    connection: Connection,
    agents: Collection[str],
    kind: str,
    period: date,
    instant: str | None = None,
) -> set[str]:
    """Return who of these agents has handed in a week or month, by a UTC instant if one is given."""
    query = select(SHEET.c.agent_id).where(
        SHEET.c.kind == kind,
        SHEET.c.period == period.isoformat(),
        SHEET.c.agent_id.in_(agents),
        SHEET.c.submitted_at.is_not(None),
    )
    if instant is not None:
        query = query.where(SHEET.c.submitted_at <= instant)
    return set(connection.execute(query).scalars())


def _sheets(connection: Connection, query: Select[Any]) -> Sequence[Sheet]:
    return [sheet_of(dict(row)) for row in connection.execute(query).mappings()]
