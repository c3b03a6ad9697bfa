"""Rebuilding a projection beside the live one, swapping it in, and checking it row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, select, text, update
from sqlalchemy.sql.elements import quoted_name

from projections.base import POSITION, Projection, Writer
from store.log_reader import LogReader

BATCH = 5000
Progress = Callable[[int, int], None]
"""Told how many events are done and how many there are."""


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

    Readers see the old tables until the moment of the swap, which is one transaction.
    """
    shadow = _Shadow(engine, projection)
    shadow.create()
    position = _fill(reader, engine, projection, shadow, progress)
    with engine.execution_options(write=True).begin() as connection:
        _lock(connection, projection)
        position = _apply_rest(reader, connection, projection, shadow, position, None)
        shadow.swap(connection)
        connection.execute(
            update(POSITION)
            .where(POSITION.c.name == projection.name)
            .values(version=projection.version, position=position)
        )
    return position


def check(
    reader: LogReader, engine: Engine, projection: Projection, progress: Progress = _silent
) -> Difference | None:
    """Compare the live tables with a rebuild at the same position; return the first difference."""
    shadow = _Shadow(engine, projection)
    shadow.create()
    try:
        live = _live_position(engine, projection)
        position = _fill(reader, engine, projection, shadow, progress, until=live)
        with engine.execution_options(write=True).begin() as connection:
            _lock(connection, projection)
            live = _position(connection, projection)
            _apply_rest(reader, connection, projection, shadow, position, live)
            return _first_difference(connection, projection, shadow)
    finally:
        shadow.drop()


class _Shadow:
    """The tables of a projection under other names."""

    def __init__(self, engine: Engine, projection: Projection) -> None:
        self._engine = engine
        self._projection = projection
        self.metadata = MetaData()
        for table in projection.metadata.sorted_tables:
            copy = table.to_metadata(self.metadata, name=f"{table.name}__new")
            for index in copy.indexes:
                index.name = quoted_name(f"{index.name}__new", quote=None)

    def tables(self) -> dict[str, Table]:
        """Return the shadow of each table by the live table's name."""
        return {name.removesuffix("__new"): t for name, t in self.metadata.tables.items()}

    def create(self) -> None:
        """Make the shadow tables, empty; what an earlier, broken off rebuild left is dropped."""
        with self._engine.execution_options(write=True).begin() as connection:
            self.metadata.drop_all(connection)
            self.metadata.create_all(connection)

    def drop(self) -> None:
        """Drop the shadow tables."""
        with self._engine.execution_options(write=True).begin() as connection:
            self.metadata.drop_all(connection)

    def swap(self, connection: Connection) -> None:
        """Put the shadow tables in the place of the live ones."""
        schema = _schema_prefix(connection)
        for table in reversed(self._projection.metadata.sorted_tables):
            connection.execute(text(f'DROP TABLE {schema}"{table.name}"'))
        for table in self._projection.metadata.sorted_tables:
            rename = f'ALTER TABLE {schema}"{table.name}__new" RENAME TO "{table.name}"'
            connection.execute(text(rename))
            self._rename_indexes(connection, table)

    def _rename_indexes(self, connection: Connection, table: Table) -> None:
        schema = _schema_prefix(connection)
        for index in sorted(table.indexes, key=lambda i: str(i.name)):
            if connection.dialect.name == "sqlite":  # knows no renaming of an index
                connection.execute(text(f'DROP INDEX "{index.name}__new"'))
                index.create(connection)
            else:
                new = f'ALTER INDEX {schema}"{index.name}__new" RENAME TO "{index.name}"'
                connection.execute(text(new))
        if connection.dialect.name != "sqlite":
            key = f'ALTER INDEX {schema}"{table.name}__new_pkey" RENAME TO "{table.name}_pkey"'
            connection.execute(text(key))


def _fill(
    reader: LogReader,
    engine: Engine,
    projection: Projection,
    shadow: _Shadow,
    progress: Progress,
    until: int | None = None,
) -> int:
    """Apply the log to the shadow, a transaction a batch; return the position reached."""
    position, head = 0, until if until is not None else reader.head()
    while position < head:
        events = reader.after(position, min(BATCH, head - position))
        if not events:
            break
        with engine.execution_options(write=True).begin() as connection:
            projection.apply(Writer(connection, shadow.tables()), events)
        position = events[-1].position
        progress(position, head)
    return position


def _apply_rest(
    reader: LogReader,
    connection: Connection,
    projection: Projection,
    shadow: _Shadow,
    position: int,
    until: int | None,
) -> int:
    """Apply what came in meanwhile, inside the transaction that holds the position's row."""
    while events := reader.after(position, BATCH):
        wanted = [e for e in events if until is None or e.position <= until]
        if wanted:
            projection.apply(Writer(connection, shadow.tables()), wanted)
            position = wanted[-1].position
        if len(wanted) < len(events):
            break
    return position


def _first_difference(
    connection: Connection, projection: Projection, shadow: _Shadow
) -> Difference | None:
    for table in projection.metadata.sorted_tables:
        rebuilt = shadow.tables()[table.name]
        pairs = zip_longest(_rows(connection, table), _rows(connection, rebuilt))
        for live, again in pairs:
            if live != again:
                return _named(projection, table, live, again)
    return None


def _named(
    projection: Projection,
    table: Table,
    live: dict[str, Any] | None,
    rebuilt: dict[str, Any] | None,
) -> Difference:
    """Say what differs: a row that only one side has, or the first column of a shared row."""
    live_key, rebuilt_key = _key(table, live), _key(table, rebuilt)
    if live is not None and rebuilt is not None and live_key == rebuilt_key:
        column = next(name for name in live if live[name] != rebuilt[name])
        return Difference(
            projection.name, table.name, live_key, column, live[column], rebuilt[column]
        )
    if rebuilt is None or (live is not None and live_key < rebuilt_key):
        return Difference(projection.name, table.name, live_key, "*", live, None)
    return Difference(projection.name, table.name, rebuilt_key, "*", None, rebuilt)


def _key(table: Table, row: dict[str, Any] | None) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns) if row else ()


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    return (dict(row) for row in connection.execute(query).mappings())


def _lock(connection: Connection, projection: Projection) -> None:
    """Keep every follower from advancing this projection until the transaction ends."""
    connection.execute(
        update(POSITION)
        .where(POSITION.c.name == projection.name)
        .values(position=POSITION.c.position)
    )


def _position(connection: Connection, projection: Projection) -> int:
    query = select(POSITION.c.position).where(POSITION.c.name == projection.name)
    return connection.execute(query).scalar() or 0


def _live_position(engine: Engine, projection: Projection) -> int:
    with engine.connect() as connection:
        return _position(connection, projection)


def _schema_prefix(connection: Connection) -> str:
    names = connection.get_execution_options().get("schema_translate_map") or {}
    return f'"{names[None]}".' if names.get(None) else ""
