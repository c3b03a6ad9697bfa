"""The changes of a batch of events, collected and written many rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table

from projections.row_sql import Key, Row, RowSql, row_sql


class RowExists(Exception):
    """A handler inserted a row twice: the projection's handlers contradict the log."""


class UnknownColumn(LookupError):
    """A handler names a column that its table does not have."""


class Writer:
    """Collects the changes of a batch and writes them at its end, many rows at a time.

    What was read or written in the batch is remembered, so that a handler may read a row, change
    it and read it again for the price of one SELECT. ``tables`` maps a table's name to the one
    really written: the live one, or its shadow.
    """

    def __init__(self, connection: Connection, tables: Mapping[str, Table]) -> None:
        self.connection = connection
        self._tables = tables
        self._rows: dict[str, _Rows] = {}

    def insert(self, table: Table, **row: Any) -> None:
        """Add a row that is not there yet.

        Raises RowExists if the batch has added it before, UnknownColumn for a wrong name.
        """
        rows = self._of(table.name)
        key = rows.key_of(row)
        if key in rows.new:
            raise RowExists(f"{table.name}{list(key)}")
        if not row.keys() <= rows.sql.names:
            raise UnknownColumn(f"{table.name} has no {sorted(row.keys() - rows.sql.names)}")
        rows.new[key] = row

    def change(self, table: Table, key: Mapping[str, Any], **values: Any) -> None:
        """Change the row with this primary key; nothing happens if there is none."""
        rows = self._of(table.name)
        at = rows.key_of(key)
        if new := rows.new.get(at):
            new.update(values)
            return
        if at in rows.changed:
            rows.changed[at].update(values)
        else:
            rows.changed[at] = values
        if known := rows.known.get(at):
            known.update(values)

    def row(self, table: Table, **key: Any) -> Row | None:
        """Return the row with this primary key as the batch has left it so far, or None."""
        rows = self._of(table.name)
        at = rows.key_of(key)
        if new := rows.new.get(at):
            return new
        if at not in rows.known:
            found = rows.sql.row(self.connection, at)
            rows.known[at] = {**found, **rows.changed.get(at, {})} if found else None
        return rows.known[at]

    def rows(self, table: Table, **values: Any) -> list[Row]:
        """Return the rows with these values as the batch has left them, by primary key."""
        rows = self._of(table.name)
        found = {rows.key_of(row): row for row in rows.sql.rows(self.connection, values)}
        for key, changes in rows.changed.items():
            if key in found or not values.keys().isdisjoint(changes):
                found[key] = self.row(table, **dict(zip(rows.sql.key, key, strict=True))) or {}
        found |= rows.new
        wanted = values.items()
        return [dict(row) for _key, row in sorted(found.items()) if wanted <= row.items()]

    def flush(self, connection: Connection | None = None) -> None:
        """Write what waits, by another connection if one is given."""
        for name in self._tables:  # in their order: two followers must not wait for each other
            if name in self._rows:
                self._rows[name].flush(connection or self.connection)

    def _of(self, name: str) -> _Rows:
        rows = self._rows.get(name)
        if rows is None:
            rows = self._rows[name] = _Rows(row_sql(self.connection, self._tables[name]))
        return rows


class _Rows:
    """What a batch knows of one table: rows that are new, changes of others, and rows it has read."""

    def __init__(self, sql: RowSql) -> None:
        self.sql = sql
        self.key_of = _keys(sql.key)
        self.new: dict[Key, Row] = {}
        self.changed: dict[Key, Row] = {}
        self.known: dict[Key, Row | None] = {}

    def flush(self, connection: Connection) -> None:
        """Write what waits."""
        if self.new:
            self.sql.insert(connection, list(self.new.values()))
            for key in self.new:
                self.known.pop(key, None)
            self.new = {}
        if self.changed:
            for names, rows in self._alike().items():
                self.sql.update(connection, names, rows)
            self.changed = {}

    def _alike(self) -> dict[tuple[str, ...], dict[Key, Row]]:
        """Return the changes, those of the same columns together."""
        groups: dict[tuple[str, ...], dict[Key, Row]] = {}
        for key, values in self.changed.items():
            groups.setdefault(tuple(sorted(values)), {})[key] = values
        return groups


def _keys(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Key]:
    """Return what takes the key out of a row."""
    if len(names) > 1:
        return itemgetter(*names)
    name = names[0]
    return lambda row: (row[name],)
