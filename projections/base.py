"""What every projection is: its tables, its handlers, its version, its position.

A batch of events and the new position are committed together, and the position advances by
compare-and-set (distributed.md, rule 5), so two followers never apply an event twice. A projection
reads only events: it never asks the domain again, and it never opens a sealed field.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from projections.row_sql import Row, schema_prefix
from projections.writer import RowExists, Writer
from store.log_reader import LoggedEvent
from store.mapper import instant

__all__ = [
    "POSITION",
    "POSITIONS",
    "SHADOW",
    "Handler",
    "Overtaken",
    "Place",
    "Projection",
    "Row",
    "RowExists",
    "Writer",
    "advance",
    "begin",
    "corrected",
    "places",
    "positions",
    "wait_for",
]

POSITIONS = MetaData()
POSITION = Table(
    "projection_position",
    POSITIONS,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
)
SHADOW = Table(  # who builds a projection anew, and how far (rebuilding.py)
    "projection_shadow",
    POSITIONS,
    Column("name", String(64), primary_key=True),
    Column("builder", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
)
POLL_SECONDS = 0.005
PLACES = select(POSITION)


class Overtaken(Exception):
    """Another follower has advanced this projection; the batch was dropped."""


def corrected(event: LoggedEvent, names: Collection[str], instants: Collection[str]) -> Row:
    """Return the new values of those fields that a correction changes; instants in our format."""
    found = {name: new for name, (_, new) in event.data["changes"].items() if name in names}
    for name in found.keys() & set(instants):
        found[name] = instant(datetime.fromisoformat(found[name])) if found[name] else None
    return found


Handler = Callable[[Writer, LoggedEvent], None]


@dataclass(frozen=True)
class Projection:
    """One reader's question, answered from the log.

    ``version`` goes up when handlers or tables change; the follower then rebuilds beside the
    live tables. ``handlers`` maps an event's topic to what it changes; ``every`` is for all others.
    """

    name: str
    version: int
    metadata: MetaData
    handlers: Mapping[str, Handler]
    every: Handler | None = None

    def live_tables(self) -> dict[str, Table]:
        """Return the tables by name."""
        return dict(self.metadata.tables)

    def apply(self, writer: Writer, events: Iterable[LoggedEvent]) -> None:
        """Apply events in order and write what they change."""
        self.collect(writer, events)
        writer.flush()

    def collect(self, writer: Writer, events: Iterable[LoggedEvent]) -> None:
        """Let the writer collect what events change; topics that it does not know change nothing."""
        for event in events:
            handler = self.handlers.get(event.topic, self.every)
            if handler is not None:
                handler(writer, event.storable())


def advance(
    connection: Connection, projections: Sequence[Projection], expected: int, position: int
) -> None:
    """Move projections from ``expected`` to ``position``, all or none.

    Raises Overtaken if one is elsewhere, or of another version.
    """
    who = [value for one in projections for value in (one.name, one.version)]
    sql = _advance(connection.dialect.name, schema_prefix(connection), len(projections))
    moved = connection.exec_driver_sql(sql, (position, expected, *who))
    if moved.rowcount != len(projections):
        raise Overtaken(", ".join(one.name for one in projections))


@lru_cache(maxsize=256)
def _advance(dialect: str, schema: str, count: int) -> str:
    """Return the statement; on PostgreSQL rows are locked by name, or two followers could block."""
    mark, at = ("?" if dialect == "sqlite" else "%s"), f'{schema}"{POSITION.name}"'
    these = " OR ".join([f"(name = {mark} AND version = {mark})"] * count)
    where = f"position = {mark} AND ({these})"
    if dialect != "sqlite":
        where = f"name IN (SELECT name FROM {at} WHERE {where} ORDER BY name FOR UPDATE)"  # noqa: S608
    return f"UPDATE {at} SET position = {mark} WHERE {where}"  # noqa: S608  names of ours


def begin(engine: Engine, projections: Sequence[Projection]) -> None:
    """Write down a first position for each projection that has none."""
    with engine.execution_options(write=True).begin() as connection:
        known = set(connection.execute(select(POSITION.c.name)).scalars())
        for projection in projections:
            if projection.name not in known:
                row = {"name": projection.name, "version": projection.version, "position": 0}
                connection.execute(_insert_if_absent(connection, row))


@dataclass(frozen=True, slots=True)
class Place:
    """How far a projection has come, and the version with which its tables were made."""

    version: int
    position: int


def places(engine: Engine) -> dict[str, Place]:
    """Return the place of each projection."""
    with engine.connect() as connection:
        return {row.name: Place(row.version, row.position) for row in connection.execute(PLACES)}


def positions(engine: Engine) -> dict[str, int]:
    """Return how far each projection has come."""
    return {name: place.position for name, place in places(engine).items()}


def wait_for(engine: Engine, name: str, position: int, timeout: float = 1.0) -> bool:
    """Wait until a projection has come to ``position``; tell whether it has within ``timeout`` s.

    So people read what they have just written.
    """
    until = time.monotonic() + timeout
    query = select(POSITION.c.position).where(POSITION.c.name == name)
    while True:
        with engine.connect() as connection:
            reached = connection.execute(query).scalar() or 0
        if reached >= position:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(POLL_SECONDS)


def _insert_if_absent(connection: Connection, row: Row) -> Any:
    if connection.dialect.name == "sqlite":
        return sqlite_insert(POSITION).values(**row).on_conflict_do_nothing()
    return postgres_insert(POSITION).values(**row).on_conflict_do_nothing()
