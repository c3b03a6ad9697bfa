"""The SQL with which the rows of one table are read and written, many at a time.

It is written once for each table: to put an SQLAlchemy statement together for every batch takes
longer than the database needs to do it. PostgreSQL gets one statement with arrays for any number
of rows, SQLite one statement run for each row (event-store.md, "How to get > 100k/s").
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Boolean, Connection, Float, Integer, LargeBinary, String, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import BigInteger, TypeEngine

Row = dict[str, Any]
Key = tuple[Any, ...]
KNOWN_TABLES = 1024  # of all branches, whose SQL is kept

# A plain value in the type that PostgreSQL's arrays ask for: they take no mixture.
_POSTGRES: tuple[tuple[type[TypeEngine[Any]], str, Callable[[Any], Any]], ...] = (
    (Boolean, "boolean", bool),
    (BigInteger, "bigint", int),
    (Integer, "integer", int),
    (Float, "double precision", float),
    (LargeBinary, "bytea", bytes),
    (String, "text", str),
)


class RowSql(ABC):
    """Reads and writes rows of one table. Keys are in the order of its primary key."""

    def __init__(self, table: Table, schema: str) -> None:
        self.table = table
        self.columns = tuple(column.name for column in table.columns)
        self.key = tuple(column.name for column in table.primary_key.columns)
        self._at = f'{schema}"{table.name}"'
        self._selects: dict[tuple[str, ...], str] = {}
        self._flags = tuple(c.name for c in table.columns if isinstance(c.type, Boolean))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the columns."""
        return frozenset(self.columns)

    @abstractmethod
    def insert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Add rows; a column that a row does not name stays empty."""

    @abstractmethod
    def update(self, connection: Connection, names: Sequence[str], rows: Mapping[Key, Row]) -> None:
        """Set these columns in the rows with these keys."""

    def row(self, connection: Connection, key: Key) -> Row | None:
        """Return the row with this key, or None."""
        found = self.rows(connection, dict(zip(self.key, key, strict=True)))
        return found[0] if found else None

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """Return the rows with these values, by their key."""
        names = tuple(values)
        if names not in self._selects:
            self._selects[names] = self._select(names)
        found = _fetched(connection, self._selects[names], tuple(values.values()))
        return [self._row(row) for row in found]

    def _select(self, names: tuple[str, ...]) -> str:
        order = _listed(self.key)
        return (
            f"SELECT {_listed(self.columns)} FROM {self._at}"
            f" WHERE {self._equal(names)} ORDER BY {order}"
        )

    def _equal(self, names: Sequence[str]) -> str:
        return " AND ".join(f'"{name}" = {self._mark}' for name in names)

    def _row(self, values: Sequence[Any]) -> Row:
        row = dict(zip(self.columns, values, strict=True))
        for name in self._flags:
            if row[name] is not None:
                row[name] = bool(row[name])
        return row

    _mark = "?"


class SQLiteRows(RowSql):
    """One statement, run for each row."""

    def insert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Add rows; a column that a row does not name stays empty."""
        connection.exec_driver_sql(self._insert, [self._values(row) for row in rows])

    def update(self, connection: Connection, names: Sequence[str], rows: Mapping[Key, Row]) -> None:
        """Set these columns in the rows with these keys."""
        new = ", ".join(f'"{name}" = ?' for name in names)
        sql = f"UPDATE {self._at} SET {new} WHERE {self._equal(self.key)}"
        values = [(*[row[name] for name in names], *key) for key, row in rows.items()]
        connection.exec_driver_sql(sql, values)

    @cached_property
    def _insert(self) -> str:
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self._at} ({_listed(self.columns)}) VALUES ({marks})"

    def _values(self, row: Row) -> tuple[Any, ...]:
        return tuple(map(row.get, self.columns))


class PostgresRows(RowSql):
    """One statement with an array for each column."""

    _mark = "%s"

    def insert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Add rows; a column that a row does not name stays empty."""
        connection.exec_driver_sql(self._insert, self._arrays(self.columns, rows))

    def update(self, connection: Connection, names: Sequence[str], rows: Mapping[Key, Row]) -> None:
        """Set these columns in the rows with these keys."""
        keys = [dict(zip(self.key, key, strict=True)) for key in rows]
        arrays = (*self._arrays(names, list(rows.values())), *self._arrays(self.key, keys))
        connection.exec_driver_sql(self._update(tuple(names)), arrays)

    @cached_property
    def _insert(self) -> str:
        arrays = ", ".join(map(self._array, self.columns))
        return f"INSERT INTO {self._at} ({_listed(self.columns)}) SELECT * FROM unnest({arrays})"

    def _update(self, names: tuple[str, ...]) -> str:
        new = ", ".join(f'"{name}" = changed."{name}"' for name in names)
        keys = [f"key_{no}" for no in range(len(self.key))]
        same = " AND ".join(
            f'live."{name}" = changed.{key}' for name, key in zip(self.key, keys, strict=True)
        )
        arrays = ", ".join(map(self._array, (*names, *self.key)))
        return (
            f"UPDATE {self._at} AS live SET {new}"
            f" FROM unnest({arrays}) AS changed ({_listed(names)}, {', '.join(keys)}) WHERE {same}"
        )

    def _array(self, name: str) -> str:
        return f"%s::{self._kinds[name][0]}[]"

    def _arrays(self, names: Sequence[str], rows: Sequence[Row]) -> tuple[list[Any], ...]:
        return tuple(_converted(self._kinds[name][1], name, rows) for name in names)

    @cached_property
    def _kinds(self) -> dict[str, tuple[str, Callable[[Any], Any]]]:
        return {
            column.name: next(
                (sql, plain) for kind, sql, plain in _POSTGRES if isinstance(column.type, kind)
            )
            for column in self.table.columns
        }


def _fetched(connection: Connection, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Return what a query finds, from the driver itself: SQLAlchemy's result takes ten times as long.

    Raises DBAPIError like SQLAlchemy.
    """
    dialect, raw = connection.dialect, connection.connection
    cursor = raw.cursor()
    try:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
    except dialect.loaded_dbapi.Error as problem:
        lost = dialect.is_disconnect(problem, raw, cursor)
        kind = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(
            sql, None, problem, kind, hide_parameters=True, connection_invalidated=lost
        ) from problem
    finally:
        cursor.close()


def _converted(plain: Callable[[Any], Any], name: str, rows: Sequence[Row]) -> list[Any]:
    values = [row.get(name) for row in rows]
    return [value if value is None else plain(value) for value in values]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def row_sql(connection: Connection, table: Table) -> RowSql:
    """Return the SQL of a table as this connection speaks it."""
    return _row_sql(table, connection.dialect.name, schema_prefix(connection))


@lru_cache(maxsize=KNOWN_TABLES)
def _row_sql(table: Table, dialect: str, schema: str) -> RowSql:
    return (SQLiteRows if dialect == "sqlite" else PostgresRows)(table, schema)


def schema_prefix(connection: Connection) -> str:
    """Return what stands before a table's name: the branch's schema and a dot, or nothing."""
    names = connection.get_execution_options().get("schema_translate_map") or {}
    return f'"{names[None]}".' if names.get(None) else ""
