"""Appending single events from eight threads, durably, beside a bare INSERT on eight connections.

Both write the same bytes into tables with the same columns and keys. What is compared is the
store: dense positions in commit order, the guard on versions and the commands' ids come on top of
what the bare INSERT does. They take turns, so that the machine's moods fall on both.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from projections import VIEW_METADATA
from shilu.bench.figure import Figure, at_share, median
from store.branch import BranchStore, LogRecorder
from store.mapper import SealedEvent
from store.migrate import migrate

THREADS, SECONDS, ROUNDS = 8, 2.0, 5
TOPIC = "daily_log.activity_logged.v1"
STATE, ENVELOPE = b"s" * 640, b"e" * 330  # as long as an entry's
COLUMNS = "stream_id, version, topic, state, envelope, command_id"
SQLITE_TABLE = """CREATE TABLE IF NOT EXISTS bare (position INTEGER PRIMARY KEY, stream_id TEXT,
    version INTEGER, topic TEXT, state BLOB, envelope BLOB, command_id TEXT,
    UNIQUE (stream_id, version))"""
POSTGRES_TABLE = """CREATE TABLE bare (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream_id uuid, version bigint, topic text, state bytea, envelope bytea, command_id uuid,
    UNIQUE (stream_id, version))"""
Append = Callable[[], None]


def measure(folder: Path, url: str) -> Iterator[Figure]:
    """Yield the figures of SQLite, and of the PostgreSQL at ``url`` if one is given."""
    yield from _figures("sqlite", BranchStore("append", folder), _bare_sqlite(folder), 1.2)
    if url:
        store = BranchStore(f"append_{uuid4().hex[:8]}", folder / "postgres", url)
        yield from _figures("postgresql", store, _bare_postgres(url), 0.7)


def _figures(
    name: str, store: BranchStore, bare: Callable[[], Append], goal: float
) -> Iterator[Figure]:
    store.data_dir.mkdir(parents=True, exist_ok=True)
    migrate(store, f"sqlite:///{store.data_dir / 'accounts.db'}", None, VIEW_METADATA)
    recorder = store.recorder()
    ratios, rates, took = [], [], list[float]()
    for _ in range(ROUNDS):
        ours, waited = at_once(lambda: appending(recorder))
        theirs, _waited = at_once(bare)
        ratios.append(ours / theirs)
        rates.append((ours, theirs))
        took += waited
    said = ", ".join(f"{ours:,.0f}/{theirs:,.0f}" for ours, theirs in rates)
    beside = f"{ROUNDS} rounds of {SECONDS:g} s, events/s ours and bare: {said}"
    yield Figure(
        f"append_{name}", round(median(ratios), 2), goal, "of bare", at_least=True, beside=beside
    )
    yield Figure(f"append_{name}_p99", round(at_share(took, 0.99), 2), 3, "ms")


def at_once(opened: Callable[[], Append]) -> tuple[float, list[float]]:
    """Append from all threads for some seconds; return events a second and each one's ms."""
    took: list[list[float]] = [[] for _ in range(THREADS)]
    until = time.perf_counter() + SECONDS

    def work(mine: list[float]) -> None:
        append = opened()
        while (began := time.perf_counter()) < until:
            append()
            mine.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in took]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(map(len, took)) / SECONDS, [one for mine in took for one in mine]


def appending(recorder: LogRecorder) -> Append:
    """Return what appends one event of a new stream through the store."""
    return lambda: _keep(
        recorder.insert_events([SealedEvent(uuid4(), 1, TOPIC, STATE, ENVELOPE, uuid4())])
    )


def _keep(_: object) -> None:
    """Take a result that is not needed."""


def _bare_sqlite(folder: Path) -> Callable[[], Append]:
    def opened() -> Append:
        connection = sqlite3.connect(folder / "bare.db", timeout=60, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(SQLITE_TABLE)
        insert = f"INSERT INTO bare ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
        return lambda: _keep(connection.execute(insert, _row(str)))

    return opened


def _bare_postgres(url: str) -> Callable[[], Append]:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(POSTGRES_TABLE)

    def opened() -> Append:
        connection = psycopg.connect(url, autocommit=True)
        insert = f"INSERT INTO bare ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)"  # noqa: S608
        return lambda: _keep(connection.execute(insert, _row(lambda it: it), prepare=True))

    return opened


def _row(kind: Callable[[Any], Any]) -> tuple[Any, ...]:
    return kind(uuid4()), 1, TOPIC, STATE, ENVELOPE, kind(uuid4())
