"""What every projection is: its tables, its handlers, its version, its position.

A batch of events and the new position are committed together, and the position advances by
compare-and-set (distributed.md, rule 5), so two followers never apply an event twice. A projection
reads only events: it never asks the domain again, and it never opens a sealed field.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    and_,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from store.log_reader import LoggedEvent

POSITIONS = MetaData()
POSITION = Table(
    "projection_position",
    POSITIONS,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
)
POLL_SECONDS = 0.005
Row = dict[str, Any]
Key = tuple[Any, ...]


class Overtaken(Exception):
    """Another follower has advanced this projection; the batch was dropped."""


class Writer:
    """Collects the rows of a batch and writes them at its end, many at a time.

    ``tables`` maps a table's name to the one really written: the live one, or its shadow.
    """

    def __init__(self, connection: Connection, tables: Mapping[str, Table]) -> None:
        self.connection = connection
        self._tables = tables
        self._pending: dict[str, dict[Key, Row]] = {}

    def insert(self, table: Table, **row: Any) -> None:
        """Add a row that is not there yet."""
        self._pending.setdefault(table.name, {})[_key(table, row)] = row

    def upsert(self, table: Table, **row: Any) -> None:
        """Add a row, or replace the one with its key."""
        if _key(table, row) not in self._pending.get(table.name, {}):
            self.flush(table)
            self._execute_upsert(table, row)
        else:
            self.insert(table, **row)

    def change(self, table: Table, key: Mapping[str, Any], **values: Any) -> None:
        """Change the row with this primary key; nothing happens if there is none."""
        waiting = self._pending.get(table.name, {}).get(_key(table, key))
        if waiting is not None:
            waiting.update(values)
            return
        live = self._tables[table.name]
        self.connection.execute(update(live).where(_is(live, key)).values(**values))

    def row(self, table: Table, **key: Any) -> Row | None:
        """Return the row with this primary key, or None."""
        waiting = self._pending.get(table.name, {}).get(_key(table, key))
        if waiting is not None:
            return waiting
        live = self._tables[table.name]
        found = self.connection.execute(select(live).where(_is(live, key))).mappings().first()
        return dict(found) if found else None

    def rows(self, table: Table, **values: Any) -> list[Row]:
        """Return the rows with these values, by primary key."""
        self.flush(table)
        live = self._tables[table.name]
        query = select(live).where(_is(live, values)).order_by(*live.primary_key.columns)
        return [dict(found) for found in self.connection.execute(query).mappings()]

    def flush(self, table: Table | None = None) -> None:
        """Write what waits, of one table or of all."""
        for name in [table.name] if table is not None else list(self._pending):
            if rows := list(self._pending.pop(name, {}).values()):
                self.connection.execute(insert(self._tables[name]), rows)

    def _execute_upsert(self, table: Table, row: Row) -> None:
        live = self._tables[table.name]
        keys = [column.name for column in live.primary_key.columns]
        changes = {name: value for name, value in row.items() if name not in keys}
        if self.connection.dialect.name == "sqlite":
            one = sqlite_insert(live).values(**row)
            self.connection.execute(one.on_conflict_do_update(index_elements=keys, set_=changes))
        else:
            other = postgres_insert(live).values(**row)
            self.connection.execute(other.on_conflict_do_update(index_elements=keys, set_=changes))


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
        """Apply events in order; topics that it does not know change nothing."""
        for event in events:
            handler = self.handlers.get(event.topic, self.every)
            if handler is not None:
                handler(writer, event)
        writer.flush()


def advance(connection: Connection, projection: Projection, expected: int, position: int) -> None:
    """Move a projection from ``expected`` to ``position``. Raises Overtaken if it is elsewhere."""
    moved = connection.execute(
        update(POSITION)
        .where(
            POSITION.c.name == projection.name,
            POSITION.c.position == expected,
            POSITION.c.version == projection.version,
        )
        .values(position=position)
    )
    if moved.rowcount != 1:
        raise Overtaken(projection.name)


def begin(engine: Engine, projections: Sequence[Projection]) -> None:
    """Write down a first position for each projection that has none."""
    with engine.execution_options(write=True).begin() as connection:
        known = set(connection.execute(select(POSITION.c.name)).scalars())
        for projection in projections:
            if projection.name not in known:
                row = {"name": projection.name, "version": projection.version, "position": 0}
                connection.execute(_insert_if_absent(connection, row))


def positions(engine: Engine) -> dict[str, int]:
    """Return how far each projection has come."""
    with engine.connect() as connection:
        rows = connection.execute(select(POSITION.c.name, POSITION.c.position)).all()
    return {row.name: row.position for row in rows}


def versions(engine: Engine) -> dict[str, int]:
    """Return the version with which each projection's tables were made."""
    with engine.connect() as connection:
        rows = connection.execute(select(POSITION.c.name, POSITION.c.version)).all()
    return {row.name: row.version for row in rows}


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


def _key(table: Table, row: Mapping[str, Any]) -> Key:
    return tuple(row.get(column.name) for column in table.primary_key.columns)


def _is(table: Table, values: Mapping[str, Any]) -> Any:
    return and_(*(table.c[name] == value for name, value in values.items()))
