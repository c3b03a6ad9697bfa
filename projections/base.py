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
from functools import cache
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
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from store.log_reader import LoggedEvent
from store.mapper import instant

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
KEY = "key_"  # names of bound key values; no column is called so
Row = dict[str, Any]
Key = tuple[Any, ...]


class Overtaken(Exception):
    """Another follower has advanced this projection; the batch was dropped."""


class RowExists(Exception):
    """A handler inserted a row twice: the projection's handlers contradict the log."""


class Writer:
    """Collects the changes of a batch and writes them at its end, many rows at a time.

    What was read or written in the batch is remembered, so that a handler may read a row, change
    it and read it again for the price of one SELECT. ``tables`` maps a table's name to the one
    really written: the live one, or its shadow.
    """

    def __init__(self, connection: Connection, tables: Mapping[str, Table]) -> None:
        self.connection = connection
        self._tables = tables
        self._new: dict[str, dict[Key, Row]] = {}
        self._changed: dict[str, dict[Key, Row]] = {}
        self._known: dict[str, dict[Key, Row | None]] = {}

    def insert(self, table: Table, **row: Any) -> None:
        """Add a row that is not there yet. Raises RowExists if the batch has added it before."""
        row = _storable(row)
        key = _key(table, row)
        rows = self._new.setdefault(table.name, {})
        if key in rows:
            raise RowExists(f"{table.name}{list(key)}")
        rows[key] = row

    def change(self, table: Table, key: Mapping[str, Any], **values: Any) -> None:
        """Change the row with this primary key; nothing happens if there is none."""
        values, at = _storable(values), _key(table, _storable(key))
        if new := self._new.get(table.name, {}).get(at):
            new.update(values)
            return
        self._changed.setdefault(table.name, {}).setdefault(at, {}).update(values)
        if known := self._known.get(table.name, {}).get(at):
            known.update(values)

    def row(self, table: Table, **key: Any) -> Row | None:
        """Return the row with this primary key as the batch has left it so far, or None."""
        at = _key(table, _storable(key))
        if new := self._new.get(table.name, {}).get(at):
            return new
        known = self._known.setdefault(table.name, {})
        if at not in known:
            live = self._tables[table.name]
            query = select(live).where(_is(live, _storable(key)))
            found = self.connection.execute(query).mappings().first()
            changes = self._changed.get(table.name, {}).get(at, {})
            known[at] = {**found, **changes} if found else None
        return known[at]

    def rows(self, table: Table, **values: Any) -> list[Row]:
        """Return the rows with these values, by primary key."""
        self.flush(table)
        live = self._tables[table.name]
        query = select(live).where(_is(live, _storable(values))).order_by(*live.primary_key.columns)
        return [dict(found) for found in self.connection.execute(query).mappings()]

    def flush(self, table: Table | None = None) -> None:
        """Write what waits, of one table or of all."""
        for name in [table.name] if table is not None else list(self._tables):
            if new := self._new.pop(name, None):
                self.connection.execute(insert(self._tables[name]), list(new.values()))
                for key in new:
                    self._known.get(name, {}).pop(key, None)
            if changed := self._changed.pop(name, None):
                self._update(self._tables[name], changed)

    def _update(self, live: Table, changed: Mapping[Key, Row]) -> None:
        """Write changes, those of the same columns together."""
        groups: dict[tuple[str, ...], list[Row]] = {}
        for key, values in changed.items():
            of_key = {f"{KEY}{no}": value for no, value in enumerate(key)}
            groups.setdefault(tuple(sorted(values)), []).append({**values, **of_key})
        at = [column == bindparam(f"{KEY}{no}") for no, column in enumerate(live.primary_key)]
        for names, rows in groups.items():
            query = update(live).where(*at).values({name: bindparam(name) for name in names})
            self.connection.execute(query, rows)


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


def _key(table: Table, row: Mapping[str, Any]) -> Key:
    return tuple([row.get(name) for name in _key_names(table)])


@cache
def _key_names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


def _storable(row: Mapping[str, Any]) -> Row:
    """Return the row as both databases can keep it: PostgreSQL's text holds no NUL."""
    return {
        name: value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        if isinstance(value, str) and "\0" in value
        else value
        for name, value in row.items()
    }


def _is(table: Table, values: Mapping[str, Any]) -> Any:
    return and_(*(table.c[name] == value for name, value in values.items()))
