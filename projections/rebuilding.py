"""Rebuilding a projection beside the live one, swapping it in, and checking it row by row.

The new tables (the shadow) belong to one builder at a time. Who builds says so in a row of
``projection_shadow`` that moves on with every batch, by compare-and-set like a live position; a
builder that was killed leaves a row that stands still, and the next one takes over.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Index,
    MetaData,
    Row,
    Table,
    Update,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import quoted_name

from projections.base import POSITION, SHADOW, Overtaken, Projection, Writer
from projections.row_sql import schema_prefix
from store.log_reader import LogReader

BATCH = 5000
PATIENCE_SECONDS, LOOK_SECONDS = 15.0, 0.2
Progress = Callable[[int, int], None]
"""Told how many events are done and how many there are; may raise to break off."""


@dataclass(frozen=True)
class Difference:
    """The first place where a live table is not what the log says."""

    projection: str
    table: str
    key: tuple[Any, ...]
    column: str
    live: Any
    rebuilt: Any

    def __str__(self) -> str:
        return (
            f"{self.projection}: {self.table}{list(self.key)}.{self.column}"
            f" is {self.live!r}, the log says {self.rebuilt!r}"
        )


def _silent(_done: int, _all: int) -> None:
    """Tell nobody."""


def rebuild(
    reader: LogReader, engine: Engine, projection: Projection, progress: Progress = _silent
) -> int:
    """Build the projection anew beside the live one and swap; return its position.

    Readers see the old tables until the moment of the swap, which is one transaction. While
    somebody else rebuilds or checks the same projection, this waits. Raises Overtaken if it
    stood still for so long that somebody else took over.
    """
    with _shadow_of(engine, projection, progress) as shadow:
        return _replace(reader, engine, projection, shadow, progress)


def bring_up_to_date(
    reader: LogReader, engine: Engine, projection: Projection, progress: Progress = _silent
) -> None:
    """Rebuild the projection unless its tables are of this version when our turn has come."""
    with _shadow_of(engine, projection, progress) as shadow:
        with engine.connect() as connection:
            stands = _place(connection, projection)
        if stands is None or stands.version != projection.version:
            _replace(reader, engine, projection, shadow, progress)


def check(
    reader: LogReader, engine: Engine, projection: Projection, progress: Progress = _silent
) -> Difference | None:
    """Compare the live tables with a rebuild at the same position; return the first difference.

    The live tables are read as they stand at one moment; no follower waits meanwhile.
    """
    with _shadow_of(engine, projection, progress) as shadow, _snapshot(engine) as live:
        stands = _place(live, projection)
        if stands is not None and stands.version != projection.version:
            key, ours = (projection.name,), projection.version
            return Difference(projection.name, POSITION.name, key, "version", stands.version, ours)
        shadow.fill(reader, stands.position if stands else 0, progress)
        with engine.connect() as rebuilt:
            return _first_difference(live, rebuilt, projection, shadow)


def _replace(
    reader: LogReader,
    engine: Engine,
    projection: Projection,
    shadow: Shadow,
    progress: Progress,
) -> int:
    shadow.fill(reader, reader.head(), progress)
    shadow.make_indexes()
    with engine.execution_options(write=True).begin() as connection:
        _lock(connection, projection)
        position = shadow.fill_rest(connection, reader)
        shadow.swap(connection)
        connection.execute(
            update(POSITION)
            .where(POSITION.c.name == projection.name)
            .values(version=projection.version, position=position)
        )
    return position


class Shadow:
    """The tables of a projection under other names, filled by one builder at a time."""

    def __init__(self, engine: Engine, projection: Projection) -> None:
        self._engine = engine
        self._projection = projection
        self._builder = secrets.randbelow(2**31)
        self._position = 0
        self._metadata = MetaData()
        self._indexes: list[Index] = []
        for table in projection.metadata.sorted_tables:
            copy = table.to_metadata(self._metadata, name=f"{table.name}__new")
            for index in sorted(copy.indexes, key=lambda i: str(i.name)):
                index.name = quoted_name(f"{index.name}__{self._builder:x}", quote=None)
                self._indexes.append(index)
            copy.indexes.clear()  # made when the rows are there: much faster

    def tables(self) -> dict[str, Table]:
        """Return the shadow of each table by the live table's name."""
        return {name.removesuffix("__new"): t for name, t in self._metadata.tables.items()}

    def claim(self, progress: Progress) -> None:
        """Make the tables, empty, as their only builder; wait while another one is at work."""
        seen, since = None, time.monotonic()
        while not self._claimed(seen if _is_over(since) else None):
            found = self._builder_at_work()
            if found != seen:
                seen, since = found, time.monotonic()
            progress(0, 0)
            time.sleep(LOOK_SECONDS)

    def release(self) -> None:
        """Drop what is left of the tables, unless another builder has taken over."""
        with self._engine.execution_options(write=True).begin() as connection:
            mine = SHADOW.c.name == self._projection.name, SHADOW.c.builder == self._builder
            if connection.execute(delete(SHADOW).where(*mine)).rowcount:
                self._metadata.drop_all(connection)

    def fill(self, reader: LogReader, until: int, progress: Progress) -> None:
        """Apply the log up to ``until``, a transaction a batch.

        What a batch changes is found out before its transaction begins, for nobody else writes
        these tables: so live writers wait only while rows are written.
        """
        while self._position < until:
            events = reader.after(self._position, min(BATCH, until - self._position))
            if not events:
                break
            with self._engine.connect() as reading:
                writer = Writer(reading, self.tables())
                self._projection.collect(writer, events)
            with self._engine.execution_options(write=True).begin() as connection:
                self._move(connection, events[-1].position)
                writer.flush(connection)
            self._position = events[-1].position
            progress(self._position, until)

    def fill_rest(self, connection: Connection, reader: LogReader) -> int:
        """Apply what came in meanwhile, inside the transaction of the swap; return the position."""
        while events := reader.after(self._position, BATCH):
            self._projection.apply(Writer(connection, self.tables()), events)
            self._position = events[-1].position
        return self._position

    def make_indexes(self) -> None:
        """Make the indexes, a transaction each, so that live writers get their turns."""
        for index in self._indexes:
            with self._engine.execution_options(write=True).begin() as connection:
                self._move(connection, self._position)
                index.create(connection)

    def swap(self, connection: Connection) -> None:
        """Put the shadow tables in the place of the live ones."""
        self._move(connection, self._position)
        schema = schema_prefix(connection)
        for table in reversed(self._projection.metadata.sorted_tables):
            connection.execute(
                # nosemgrep: raw-sql (names of ours, which cannot be bound)
                text(f'DROP TABLE IF EXISTS {schema}"{table.name}"')
            )
        for table in self._projection.metadata.sorted_tables:
            rename = f'ALTER TABLE {schema}"{table.name}__new" RENAME TO "{table.name}"'
            connection.execute(text(rename))
        if connection.dialect.name != "sqlite":
            self._rename_indexes(connection)

    def _rename_indexes(self, connection: Connection) -> None:
        # SQLite cannot rename an index; there it keeps the name that the builder gave it.
        schema, renamed = schema_prefix(connection), {}
        for index in self._indexes:
            renamed[str(index.name)] = str(index.name).removesuffix(f"__{self._builder:x}")
        for name in self._projection.metadata.tables:
            renamed[f"{name}__new_pkey"] = f"{name}_pkey"
        for old, new in renamed.items():
            connection.execute(
                # nosemgrep: raw-sql (names of ours, which cannot be bound)
                text(f'ALTER INDEX {schema}"{old}" RENAME TO "{new}"')
            )

    def _claimed(self, given_up: Row[Any] | None) -> bool:
        """Take the shadow if nobody has it, or if its builder stands where ``given_up`` stood."""
        row = {"name": self._projection.name, "builder": self._builder, "position": 0}
        try:
            with self._engine.execution_options(write=True).begin() as connection:
                if given_up is None:
                    connection.execute(insert(SHADOW).values(**row))
                elif not connection.execute(self._from(given_up).values(**row)).rowcount:
                    return False
                self._metadata.drop_all(connection)
                self._metadata.create_all(connection)
        except IntegrityError:
            return False
        return True

    def _builder_at_work(self) -> Row[Any] | None:
        query = select(SHADOW).where(SHADOW.c.name == self._projection.name)
        with self._engine.connect() as connection:
            return connection.execute(query).first()

    def _move(self, connection: Connection, position: int) -> None:
        """Say how far the shadow is. Raises Overtaken if another builder has taken over."""
        mine = update(SHADOW).where(
            SHADOW.c.name == self._projection.name, SHADOW.c.builder == self._builder
        )
        if not connection.execute(mine.values(position=position)).rowcount:
            raise Overtaken(f"another builder took over {self._projection.name}")

    def _from(self, stands: Row[Any]) -> Update:
        return update(SHADOW).where(
            SHADOW.c.name == stands.name,
            SHADOW.c.builder == stands.builder,
            SHADOW.c.position == stands.position,
        )


@contextmanager
def _shadow_of(engine: Engine, projection: Projection, progress: Progress) -> Iterator[Shadow]:
    shadow = Shadow(engine, projection)
    shadow.claim(progress)
    try:
        yield shadow
    finally:
        shadow.release()


def _is_over(since: float) -> bool:
    return time.monotonic() - since > PATIENCE_SECONDS


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees the tables as they stand at its first query."""
    if engine.dialect.name != "sqlite":  # there, every reading transaction is so
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.begin() as connection:
        yield connection


def _first_difference(
    live: Connection, rebuilt: Connection, projection: Projection, shadow: Shadow
) -> Difference | None:
    for table in projection.metadata.sorted_tables:
        other = shadow.tables()[table.name]
        for ours, again in zip_longest(_rows(live, table), _rows(rebuilt, other)):
            if ours is None or again is None or tuple(ours) != tuple(again):
                there = again is not None and _has(live, table, again)
                return _named(projection, table, ours, again, there)
    return None


def _named(
    projection: Projection,
    table: Table,
    live: Row[Any] | None,
    rebuilt: Row[Any] | None,
    rebuilt_is_live: bool,
) -> Difference:
    """Say what differs: a row that only one side has, or the first column of a shared row."""
    if live is not None and rebuilt is not None and _key(table, live) == _key(table, rebuilt):
        ours, again = live._mapping, rebuilt._mapping
        column = next(name for name in ours if ours[name] != again[name])
        key = _key(table, live)
        return Difference(projection.name, table.name, key, column, ours[column], again[column])
    if rebuilt is None or (live is not None and rebuilt_is_live):
        return Difference(projection.name, table.name, _key(table, live), "*", _plain(live), None)
    return Difference(projection.name, table.name, _key(table, rebuilt), "*", None, _plain(rebuilt))


def _key(table: Table, row: Row[Any] | None) -> tuple[Any, ...]:
    return tuple(row._mapping[c.name] for c in table.primary_key.columns) if row else ()


def _plain(row: Row[Any] | None) -> dict[str, Any] | None:
    return dict(row._mapping) if row is not None else None


def _has(connection: Connection, table: Table, row: Row[Any]) -> bool:
    is_it = [column == row._mapping[column.name] for column in table.primary_key.columns]
    return connection.execute(select(table).where(*is_it)).first() is not None


def _rows(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    return iter(connection.execution_options(yield_per=1000).execute(query))


def _lock(connection: Connection, projection: Projection) -> None:
    """Keep every follower from advancing this projection until the transaction ends."""
    connection.execute(
        update(POSITION)
        .where(POSITION.c.name == projection.name)
        .values(position=POSITION.c.position)
    )


def _place(connection: Connection, projection: Projection) -> Row[Any] | None:
    return connection.execute(select(POSITION).where(POSITION.c.name == projection.name)).first()
