"""The fence around a log that is being moved: from one moment on, nobody appends to it any more.

Whoever tries fails and is not acknowledged; what was acknowledged before stands in the log. The
database itself holds the fence, so no process can have missed it.
"""

from __future__ import annotations

from contextlib import closing

from store import sqlite
from store.branch import BranchStore

NAME = "moved_away"  # of the constraint or trigger; the recorders know it


def fence(store: BranchStore) -> None:
    """Let nobody append to a branch's log. Returns when the last append is over; safe to repeat."""
    if not store.database_url:
        _on_sqlite(
            store,
            f"CREATE TRIGGER IF NOT EXISTS {NAME} BEFORE INSERT ON events"
            f" BEGIN SELECT RAISE(ABORT, '{NAME}'); END",
        )
    elif not is_fenced(store):
        _on_postgres(store, f"ADD CONSTRAINT {NAME} CHECK (false) NOT VALID")


def lift(store: BranchStore) -> None:
    """Let a branch's log be appended to again; safe to repeat."""
    if not store.database_url:
        _on_sqlite(store, f"DROP TRIGGER IF EXISTS {NAME}")
    else:
        _on_postgres(store, f"DROP CONSTRAINT IF EXISTS {NAME}")


def is_fenced(store: BranchStore) -> bool:
    """Tell whether a log on PostgreSQL has a fence."""
    import psycopg

    query = (
        "SELECT 1 FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace"
        " WHERE n.nspname = %s AND c.conname = %s"
    )
    with psycopg.connect(store.database_url, autocommit=True) as connection:
        return connection.execute(query, (store.schema, NAME)).fetchone() is not None


def _on_postgres(store: BranchStore, change: str) -> None:
    import psycopg
    from psycopg.sql import SQL, Identifier

    table = SQL("ALTER TABLE {}.events ").format(Identifier(store.schema))
    with psycopg.connect(store.database_url, autocommit=True) as connection:
        connection.execute(table + SQL(change))  # names of ours


def _on_sqlite(store: BranchStore, statement: str) -> None:
    with closing(sqlite.connect(store.folder / "log.db")) as connection:
        connection.execute(statement)
