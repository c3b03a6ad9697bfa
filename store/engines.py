"""SQLAlchemy engines, one per database and process, for views, vault and accounts."""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

BUSY_SECONDS = 15.0
MOST_OPEN = 40  # SQLite files of a process whose connections are kept; the longest unused close
_open: OrderedDict[int, Engine] = OrderedDict()
_engines: dict[str, Engine] = {}
_lock = threading.Lock()


def engine_of(
    url: str, *, schema: str | None = None, synchronous: str = "FULL", secure_delete: bool = False
) -> Engine:
    """Return the engine of a database; tables without a schema are in ``schema``.

    On SQLite a schema is a file of its own, so the name changes nothing there. ``synchronous``
    is SQLite's: FULL where a commit must last, NORMAL where it can be made again; so is
    ``secure_delete``, for keys. The first caller of a process decides both.
    """
    with _lock:
        engine = _engines.get(url)
        if engine is None:
            engine = _engines[url] = _new_engine(url, synchronous, secure_delete)
    if engine.dialect.name == "sqlite" or schema is None:
        return engine
    return engine.execution_options(schema_translate_map={None: schema})


def dispose_all() -> None:
    """Close every pooled connection of this process; for tests and for the end."""
    with _lock:
        for engine in _engines.values():
            engine.dispose()
        _engines.clear()
        _open.clear()


def _note_use(engine: Engine) -> None:
    """Note that a SQLite file is in use; of more than MOST_OPEN the longest unused is closed.

    Who has one of its connections keeps it: a disposed engine opens anew when it is asked again.
    """
    with _lock:
        _open[id(engine)] = engine
        _open.move_to_end(id(engine))
        unused = _open.popitem(last=False)[1] if len(_open) > MOST_OPEN else None
    if unused is not None:
        unused.dispose()


def _new_engine(url: str, synchronous: str, secure_delete: bool) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        _tune_sqlite(engine, synchronous, secure_delete=secure_delete)
        return engine
    parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed, pool_size=8, max_overflow=8, pool_pre_ping=True)


def _tune_sqlite(engine: Engine, synchronous: str, *, secure_delete: bool) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we begin ourselves, below
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")  # nosemgrep: raw-sql
        if secure_delete:
            connection.execute("PRAGMA secure_delete=ON")  # what is overwritten becomes zeros

    @event.listens_for(engine, "checkout")
    def taken(*_: Any) -> None:
        _note_use(engine)

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        # A transaction that reads first and writes later can fail at its first write; those
        # who will write say so with execution_options(write=True) and queue up at once.
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
