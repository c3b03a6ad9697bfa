"""Positions and recorded instants: what stood on record at a moment of the past.

Instants may run backwards by some milliseconds from event to event (event-store.md, finding 6);
here they are forced to rise, so that a moment maps to one position.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Column, Connection, Index, MetaData, String, Table, func, select

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent
from store.mapper import instant

METADATA = MetaData()
MOMENT = Table(
    "timeline_moment",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("recorded_at", String, nullable=False),
    Index("timeline_moment_recorded_at", "recorded_at", "position"),
)
NEWEST = Table(
    "timeline_newest",
    METADATA,
    Column("no", BigInteger, primary_key=True),
    Column("recorded_at", String, nullable=False),
)


def _keep(writer: Writer, event: LoggedEvent) -> None:
    said = instant(event.recorded_at)
    newest = writer.row(NEWEST, no=1)
    if newest is None:
        writer.insert(NEWEST, no=1, recorded_at=said)
    else:
        said = max(said, newest["recorded_at"])
        writer.change(NEWEST, {"no": 1}, recorded_at=said)
    writer.insert(MOMENT, position=event.position, recorded_at=said)


TIMELINE = Projection("timeline", 2, METADATA, {}, every=_keep)


def position_at(connection: Connection, moment: datetime) -> int:
    """Return the newest position on record at ``moment`` (aware); 0 before the first."""
    query = (
        select(MOMENT.c.position)
        .where(MOMENT.c.recorded_at <= instant(moment))
        .order_by(MOMENT.c.recorded_at.desc(), MOMENT.c.position.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() or 0


def recorded_at(connection: Connection, position: int) -> datetime | None:
    """Return when a position was put on record, or None if there is no such position."""
    query = select(MOMENT.c.recorded_at).where(MOMENT.c.position == position)
    found = connection.execute(query).scalar()
    return datetime.fromisoformat(found).astimezone(UTC) if found else None


def newest(connection: Connection) -> int:
    """Return the newest position that is projected; 0 of an empty log."""
    return connection.execute(select(func.max(MOMENT.c.position))).scalar() or 0


def span(connection: Connection) -> tuple[datetime, datetime] | None:
    """Return the first and the newest recorded instant, or None of an empty log."""
    # one query each: SQLite goes to the end of an index for one of them, through it for both
    first = connection.execute(select(func.min(MOMENT.c.recorded_at))).scalar()
    last = connection.execute(select(func.max(MOMENT.c.recorded_at))).scalar()
    if first is None or last is None:
        return None
    return datetime.fromisoformat(first), datetime.fromisoformat(last)
