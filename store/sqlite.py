"""The log of one branch in one SQLite file: an eventsourcing persistence module.

WAL mode, every commit synced, one writer connection per process with group commit. Positions are
taken inside the write transaction, so they are dense and in commit order (distributed.md, 2).
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    OperationalError,
    StoredEvent,
    Subscription,
)

from store.factory import LogFactory
from store.group_commit import Append, GroupCommit
from store.log_reader import AuditRow, AuditSource, StoredRow
from store.recorder import (
    DuplicateCommand,
    NewestEnvelopes,
    NotProvided,
    ReceiptRow,
    sealed_parts,
)

CREATE_LOG = (
    """CREATE TABLE IF NOT EXISTS events (
        position INTEGER PRIMARY KEY,
        stream_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL,
        envelope BLOB,
        command_id TEXT,
        command_no INTEGER,
        UNIQUE (stream_id, version),
        UNIQUE (command_id, command_no))""",
)
INSERT = (
    "INSERT INTO events (position, stream_id, version, topic, state, envelope, command_id,"
    " command_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
EVENT = "position, stream_id, version, topic, state"
AUDIT = """SELECT position, stream_id, version, topic, state, envelope, command_id
    FROM events WHERE position > ? ORDER BY position LIMIT ?"""
# slower by half, for rows that somebody wrote anew: text or nothing where bytes belong
AUDIT_AS_BYTES = AUDIT.replace(
    "state, envelope", "CAST(state AS BLOB), CAST(coalesce(envelope, '') AS BLOB)"
)
BUSY_MILLISECONDS = 15_000
MOST_OPEN = 40  # logs of a process whose connections are kept; the longest unused are closed


def connect(path: Path, *, synchronous: str = "FULL") -> sqlite3.Connection:
    """Open a branch's file: WAL, given synchronous mode, waiting for other writers."""
    connection = sqlite3.connect(
        path, timeout=BUSY_MILLISECONDS / 1000, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")  # nosemgrep: raw-sql
    return connection


class Reader:
    """A thread's own connection; ``close`` waits for the statement that it is in.

    SQLite crashes the process when a connection is closed under a running statement.
    """

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._lock = threading.Lock()
        self._closed = False

    def rows(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]] | None:
        """Return what a query finds, None when it was closed. Raises sqlite3.Error."""
        with self._lock:
            return None if self._closed else self._connection.execute(sql, values).fetchall()

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing can be asked any more."""
        return self._closed

    def close(self) -> None:
        """Close the connection once it is idle."""
        with self._lock:
            self._closed = True
            self._connection.close()


class OpenLogs:
    """The logs of this process that have connections: of too many, the longest unused are closed."""

    def __init__(self) -> None:
        self._used: OrderedDict[SQLiteLogRecorder, None] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, log: SQLiteLogRecorder) -> None:
        """Note that a log is in use."""
        with self._lock:
            self._used[log] = None
            self._used.move_to_end(log)
            unused = self._used.popitem(last=False)[0] if len(self._used) > MOST_OPEN else None
        if unused is not None:
            unused.close()

    def forget(self, log: SQLiteLogRecorder) -> None:
        """Forget a log that was closed."""
        with self._lock:
            self._used.pop(log, None)


_open_logs = OpenLogs()


class SQLiteLogRecorder(NewestEnvelopes, ApplicationRecorder):
    """Appends to the log and reads from it. Thread-safe; other processes may write too."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._writer: sqlite3.Connection | None = None
        self._local = threading.local()
        self._readers: list[Reader] = []
        self._group = GroupCommit(self._write)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Append events, all or none, and return their positions.

        Raises DuplicateCommand when the command is on record, IntegrityError when somebody else
        wrote these versions, OperationalError when the file cannot be written.
        """
        if not stored_events:
            return []
        _open_logs.note(self)
        positions = self._group.append(stored_events)
        self._remember_newest(positions, stored_events)
        return positions

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return a stream's events within these versions."""
        conditions, values = ["stream_id = ?"], [str(originator_id)]
        for operator, bound in ((">", gt), ("<=", lte)):
            if bound is not None:
                conditions.append(f"version {operator} ?")
                values.append(str(bound))
        sql = f"SELECT {EVENT} FROM events WHERE {' AND '.join(conditions)} ORDER BY version"
        sql += " DESC" if desc else ""
        sql += f" LIMIT {int(limit)}" if limit is not None else ""
        return [StoredEvent(_id(r[1]), r[2], r[3], r[4]) for r in self._read(sql, values)]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return events in the log's order, from ``start`` (or the beginning) to ``stop``."""
        conditions: list[str] = []
        values: list[Any] = []
        if start is not None:
            conditions.append("position >= ?" if inclusive_of_start else "position > ?")
            values.append(start)
        if stop is not None:
            conditions.append("position <= ?")
            values.append(stop)
        if topics:
            conditions.append(f"topic IN ({','.join('?' * len(topics))})")
            values.extend(topics)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._read(
            f"SELECT {EVENT} FROM events {where} ORDER BY position LIMIT ?", [*values, limit]
        )
        return [Notification(_id(r[1]), r[2], r[3], r[4], id=r[0]) for r in rows]

    def max_notification_id(self) -> int | None:
        """Return the newest position, or None of an empty log."""
        return self._read("SELECT max(position) FROM events", ())[0][0]  # type: ignore[no-any-return]

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Refuse: the follower polls (architecture.md, section 4)."""
        raise NotProvided("subscribe")

    def rows_after(self, position: int, limit: int) -> list[StoredRow]:
        """Return the rows behind ``position``, oldest first."""
        return self._rows("position > ? ORDER BY position LIMIT ?", (position, limit))

    def rows_of(self, stream_id: UUID) -> list[StoredRow]:
        """Return a stream's rows, oldest first."""
        return self._rows("stream_id = ? ORDER BY version", (str(stream_id),))

    def audit_rows(self, position: int, limit: int) -> list[AuditRow]:
        """Return everything that is stored behind ``position``, oldest first."""
        try:
            rows = [AuditRow._make(row) for row in self._read(AUDIT, (position, limit))]
        except OperationalError:  # text that is not UTF-8
            rows = []
        if rows and all(type(row.state) is type(row.envelope) is bytes for row in rows):
            return rows
        return [AuditRow._make(row) for row in self._read(AUDIT_AS_BYTES, (position, limit))]

    def elsewhere(self) -> Callable[[], AuditSource]:
        """Return what opens the same log in another process."""
        return partial(type(self), self._path)

    def receipt_of(self, command_id: UUID) -> ReceiptRow | None:
        """Return position, stream and version of the command's last event, or None."""
        rows = self._read(
            "SELECT position, stream_id, version FROM events WHERE command_id = ?"
            " ORDER BY command_no DESC LIMIT 1",
            (str(command_id),),
        )
        return (rows[0][0], _id(rows[0][1]), rows[0][2]) if rows else None

    def known_commands(self, command_ids: Collection[UUID]) -> set[UUID]:
        """Return which of these commands are on record."""
        wanted = [str(c) for c in command_ids]
        found: set[UUID] = set()
        for at in range(0, len(wanted), 500):
            part = wanted[at : at + 500]
            rows = self._read(
                "SELECT DISTINCT command_id FROM events"
                f" WHERE command_id IN ({','.join('?' * len(part))})",
                part,
            )
            found |= {UUID(r[0]) for r in rows}
        return found

    def close(self) -> None:
        """Close every connection, each after what it is doing; what is asked later opens anew."""
        _open_logs.forget(self)
        readers, self._readers, self._local = self._readers, [], threading.local()
        for reader in readers:
            reader.close()
        self._group.pause(self._close_writer)

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _write(self, group: list[Append]) -> None:
        try:
            self._writer = self._writer or connect(self._path)
            self._commit(self._writer, group)
        except sqlite3.Error as problem:
            raise OperationalError(problem) from problem

    def _commit(self, writer: sqlite3.Connection, group: list[Append]) -> None:
        writer.execute("BEGIN IMMEDIATE")
        try:
            head = writer.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0]
            written: list[tuple[Append, list[int]]] = []
            for append in group:
                positions = self._append(writer, head, append)
                if positions:
                    written.append((append, positions))
                    head = positions[-1]
            writer.execute("COMMIT")
        except BaseException:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            raise
        for append, positions in written:
            append.succeed(positions)

    def _append(self, writer: sqlite3.Connection, head: int, append: Append) -> list[int]:
        """Insert one member of the group; a conflict is its own and undoes only its rows."""
        positions = list(range(head + 1, head + 1 + len(append.events)))
        writer.execute("SAVEPOINT one")
        try:
            writer.executemany(INSERT, _values(positions, append.events))
        except sqlite3.IntegrityError as problem:
            writer.execute("ROLLBACK TO one")
            append.fail(_meaning(problem))
            return []
        finally:
            writer.execute("RELEASE one")
        return positions

    def _rows(self, where: str, values: Sequence[Any]) -> list[StoredRow]:
        sql = f"SELECT {EVENT}, coalesce(envelope, x'') FROM events WHERE {where}"
        rows = self._read(sql, values)
        return [StoredRow._make(row) for row in rows]

    def _read(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        _open_logs.note(self)
        found = None
        try:
            while found is None:
                found = self._reader().rows(sql, values)
        except sqlite3.Error as problem:
            raise OperationalError(problem) from problem
        return found

    def _reader(self) -> Reader:
        """Return this thread's connection; a new one where the log was closed in between."""
        local = self._local
        reader: Reader | None = getattr(local, "reader", None)
        if reader is None or reader.is_closed:
            reader = local.reader = Reader(self._path)
            self._readers.append(reader)
        return reader


def _meaning(problem: sqlite3.IntegrityError) -> Exception:
    """Return what a refused insert means: a known command, somebody else's versions, or a move."""
    if "moved_away" in str(problem):  # store/fence.py
        return OperationalError("the branch is being moved")
    return (DuplicateCommand if "command_id" in str(problem) else IntegrityError)(problem)


def _values(positions: Sequence[int], events: Sequence[StoredEvent]) -> Iterable[tuple[Any, ...]]:
    numbers: dict[UUID, int] = {}
    for position, event in zip(positions, events, strict=True):
        envelope, command_id = sealed_parts(event)
        number = None
        if command_id is not None:
            number = numbers[command_id] = numbers.get(command_id, -1) + 1
        yield (
            position,
            str(event.originator_id),
            event.originator_version,
            event.topic,
            event.state,
            envelope,
            None if command_id is None else str(command_id),
            number,
        )


def _id(text: str) -> UUID:
    return UUID(text)


class SQLiteFactory(LogFactory):
    """Makes the recorder of the file that ``SHILU_LOG_PATH`` names."""

    def application_recorder(self) -> SQLiteLogRecorder:
        """Return the recorder; it makes no table (that is for ``migrate``)."""
        return self.opened(SQLiteLogRecorder(Path(self.required("SHILU_LOG_PATH"))))
