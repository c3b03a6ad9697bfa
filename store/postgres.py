"""The log of one branch in one PostgreSQL schema: an eventsourcing persistence module.

One autocommitted INSERT takes the next positions (distributed.md, rules 1 to 4): two writers that
saw the same newest position collide on the primary key, the later one waits for the earlier one's
commit, fails and takes the next. So positions are dense and in commit order, without a sequence,
a table lock or NOTIFY, and a tail never passes over an event.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    OperationalError,
    StoredEvent,
    Subscription,
)
from psycopg.errors import CheckViolation, UniqueViolation
from psycopg.sql import SQL, Composed, Identifier
from psycopg_pool import ConnectionPool, PoolTimeout

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

# The position is the primary key: its index is the older one and is checked first, so batches
# that touch the same streams queue there and cannot deadlock on (stream_id, version).
CREATE_LOG = (
    """CREATE TABLE IF NOT EXISTS {schema}.events (
        position bigint PRIMARY KEY,
        stream_id uuid NOT NULL,
        version bigint NOT NULL,
        topic text NOT NULL,
        state bytea NOT NULL,
        envelope bytea,
        command_id uuid,
        command_no smallint,
        UNIQUE (stream_id, version),
        UNIQUE (command_id, command_no))""",
    "CREATE TABLE IF NOT EXISTS {schema}.log_queue (log text PRIMARY KEY)",
    "INSERT INTO {schema}.log_queue VALUES ('events') ON CONFLICT DO NOTHING",
)
INSERT = """INSERT INTO {schema}.events
    (position, stream_id, version, topic, state, envelope, command_id, command_no)
    SELECT head.position + row.n, row.stream_id, row.version, row.topic, row.state,
        row.envelope, row.command_id, row.command_no
    FROM (SELECT coalesce(max(position), 0) AS position FROM {schema}.events) AS head,
        unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::bytea[], %s::uuid[],
            %s::smallint[]) WITH ORDINALITY
        AS row (stream_id, version, topic, state, envelope, command_id, command_no, n)
    RETURNING position"""
FIND = """SELECT e.position, e.stream_id, e.version, e.topic, e.state FROM {schema}.events AS e
    JOIN unnest(%s::uuid[], %s::bigint[]) AS k (stream_id, version)
    ON e.stream_id = k.stream_id AND e.version = k.version ORDER BY e.position"""
AUDIT = """SELECT position, stream_id::text, version, topic, state, coalesce(envelope, ''),
    command_id::text FROM {schema}.events WHERE position > %s ORDER BY position LIMIT %s"""
EVENT = "position, stream_id, version, topic, state"
STORED = "position, stream_id::text, version, topic, state, coalesce(envelope, '')"
ATTEMPTS, WAIT_SECONDS = 40, 0.1  # a database that restarts is away for a second or two
QUEUE_SECONDS = 1.0  # how long to queue behind a row lock after a lost race (rule 3)
LOST = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError, PoolTimeout)

_pools: dict[str, ConnectionPool] = {}
_pools_lock = threading.Lock()


def pool_of(url: str) -> ConnectionPool:
    """Return this process's one pool for a database; all branches in it share it (rule 7)."""
    with _pools_lock:
        pool = _pools.get(url)
        if pool is None or pool.closed:
            pool = _pools[url] = ConnectionPool(
                url, min_size=1, max_size=10, timeout=10, kwargs={"autocommit": True}, open=True
            )
        return pool


def close_pools() -> None:
    """Close the pools of this process."""
    with _pools_lock:
        for pool in _pools.values():
            pool.close()
        _pools.clear()


class PostgresLogRecorder(NewestEnvelopes, ApplicationRecorder):
    """Appends to the log of one schema and reads from it. Thread-safe."""

    def __init__(self, url: str, schema: str) -> None:
        super().__init__()
        self._url = url
        self._schema_name, self._schema = schema, Identifier(schema)
        self._group = GroupCommit(self._write)
        self._contended_until = 0.0

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Append events, all or none, and return their positions.

        Raises DuplicateCommand when the command is on record, IntegrityError when somebody else
        wrote these versions, OperationalError when the database stays away.
        """
        if not stored_events:
            return []
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
        rows = self._read(
            f"SELECT {EVENT} FROM {{schema}}.events WHERE stream_id = %s"
            " AND (%s::bigint IS NULL OR version > %s) AND (%s::bigint IS NULL OR version <= %s)"
            f" ORDER BY version {'DESC' if desc else ''} LIMIT %s",
            (originator_id, gt, gt, lte, lte, limit),
        )
        return [StoredEvent(r[1], r[2], r[3], bytes(r[4])) for r in rows]

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
        first = (start or 0) if inclusive_of_start or start is None else start + 1
        rows = self._read(
            f"SELECT {EVENT} FROM {{schema}}.events WHERE position >= %s"
            " AND (%s::bigint IS NULL OR position <= %s)"
            " AND (%s::text[] IS NULL OR topic = ANY(%s)) ORDER BY position LIMIT %s",
            (first, stop, stop, list(topics) or None, list(topics), limit),
        )
        return [Notification(r[1], r[2], r[3], bytes(r[4]), id=r[0]) for r in rows]

    def max_notification_id(self) -> int | None:
        """Return the newest position, or None of an empty log."""
        newest: int | None = self._read("SELECT max(position) FROM {schema}.events", ())[0][0]
        return newest

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Refuse: the follower polls (architecture.md, section 4)."""
        raise NotProvided("subscribe")

    def rows_after(self, position: int, limit: int) -> list[StoredRow]:
        """Return the rows behind ``position``, oldest first."""
        return self._rows("position > %s ORDER BY position LIMIT %s", (position, limit))

    def rows_of(self, stream_id: UUID) -> list[StoredRow]:
        """Return a stream's rows, oldest first."""
        return self._rows("stream_id = %s ORDER BY version", (stream_id,))

    def audit_rows(self, position: int, limit: int) -> list[AuditRow]:
        """Return everything that is stored behind ``position``, oldest first."""
        return [AuditRow._make(row) for row in self._read(AUDIT, (position, limit))]

    def elsewhere(self) -> Callable[[], AuditSource]:
        """Return what opens the same log in another process."""
        return partial(type(self), self._url, self._schema_name)

    def receipt_of(self, command_id: UUID) -> ReceiptRow | None:
        """Return position, stream and version of the command's last event, or None."""
        rows = self._read(
            "SELECT position, stream_id, version FROM {schema}.events WHERE command_id = %s"
            " ORDER BY command_no DESC LIMIT 1",
            (command_id,),
        )
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else None

    def known_commands(self, command_ids: Collection[UUID]) -> set[UUID]:
        """Return which of these commands are on record."""
        rows = self._read(
            "SELECT DISTINCT command_id FROM {schema}.events WHERE command_id = ANY(%s)",
            (list(command_ids),),
        )
        return {r[0] for r in rows}

    def _write(self, group: list[Append]) -> None:
        """Append the group in one statement; when it conflicts, each member goes alone."""
        try:
            positions = self._insert([e for append in group for e in append.events])
        except IntegrityError:
            if len(group) == 1:
                raise
            for append in group:
                self._write_alone(append)
            return
        at = 0
        for append in group:
            append.succeed(positions[at : at + len(append.events)])
            at += len(append.events)

    def _write_alone(self, append: Append) -> None:
        try:
            append.succeed(self._insert(append.events))
        except IntegrityError as conflict:
            append.fail(conflict)

    def _insert(self, events: Sequence[StoredEvent]) -> list[int]:
        columns, sent = _columns(events), False
        for attempt in range(ATTEMPTS):
            try:
                return self._send(columns)
            except UniqueViolation as violation:
                earlier = self._look(events, violation, answer_was_lost=sent)
                if earlier is not None:
                    return earlier
                self._contended_until = time.monotonic() + QUEUE_SECONDS
            except CheckViolation as moved:
                raise OperationalError("the branch is being moved") from moved
            except LOST as problem:
                # It may or may not have been committed: the next attempt will tell.
                sent = True
                if attempt == ATTEMPTS - 1:
                    raise OperationalError(problem) from problem
                time.sleep(WAIT_SECONDS)
        raise OperationalError("the log stayed contended")

    def _look(
        self, events: Sequence[StoredEvent], violation: UniqueViolation, *, answer_was_lost: bool
    ) -> list[int] | None:
        """Say what a unique violation means (rule 4).

        Returns the positions when it was our own earlier attempt, None when somebody else took
        the positions; raises DuplicateCommand or IntegrityError for a true conflict.
        """
        keys = [[e.originator_id for e in events], [e.originator_version for e in events]]
        found = {(r[1], r[2]): r for r in self._read(FIND, keys)}
        mine = all(
            (row := found.get((e.originator_id, e.originator_version))) is not None
            and (row[3], bytes(row[4])) == (e.topic, e.state)
            for e in events
        )
        if mine and answer_was_lost:
            return sorted(row[0] for row in found.values())
        commands = {c for _, c in map(sealed_parts, events) if c is not None}
        if commands and self.known_commands(commands):
            raise DuplicateCommand(violation) from violation
        if found:
            raise IntegrityError(violation) from violation
        return None

    def _send(self, columns: list[list[Any]]) -> list[int]:
        with pool_of(self._url).connection() as connection:
            if time.monotonic() > self._contended_until:
                cursor = connection.execute(self._sql(INSERT), columns, prepare=True)
                return sorted(row[0] for row in cursor.fetchall())
            with connection.transaction():
                connection.execute(
                    self._sql("SELECT log FROM {schema}.log_queue WHERE log = 'events' FOR UPDATE")
                )
                cursor = connection.execute(self._sql(INSERT), columns, prepare=True)
                return sorted(row[0] for row in cursor.fetchall())

    def _rows(self, where: str, values: Sequence[Any]) -> list[StoredRow]:
        rows = self._read(f"SELECT {STORED} FROM {{schema}}.events WHERE {where}", values)
        return [StoredRow._make(row) for row in rows]

    def _read(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        for attempt in range(ATTEMPTS):
            try:
                with pool_of(self._url).connection() as connection:
                    found: list[tuple[Any, ...]] = connection.execute(
                        self._sql(sql), values
                    ).fetchall()
                    return found
            except LOST as problem:
                if attempt == ATTEMPTS - 1:
                    raise OperationalError(problem) from problem
                time.sleep(WAIT_SECONDS)
        raise AssertionError("unreachable")

    def _sql(self, text: str) -> Composed:
        return SQL(text).format(schema=self._schema)


def _columns(events: Sequence[StoredEvent]) -> list[list[Any]]:
    numbers: dict[UUID, int] = {}
    columns: list[list[Any]] = [[], [], [], [], [], [], []]
    for event in events:
        envelope, command_id = sealed_parts(event)
        number = None
        if command_id is not None:
            number = numbers[command_id] = numbers.get(command_id, -1) + 1
        row = (
            event.originator_id,
            event.originator_version,
            event.topic,
            event.state,
            envelope,
            command_id,
            number,
        )
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return columns


class PostgresFactory(LogFactory):
    """Makes the recorder of the schema that ``SHILU_LOG_SCHEMA`` names in ``SHILU_LOG_URL``."""

    def application_recorder(self) -> PostgresLogRecorder:
        """Return the recorder; it makes no table (that is for ``migrate``)."""
        return PostgresLogRecorder(
            self.required("SHILU_LOG_URL"), self.required("SHILU_LOG_SCHEMA")
        )
