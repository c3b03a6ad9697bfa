"""The embedded broker: Dramatiq's tasks as rows of one SQLite file, for machines without Redis.

A task in the hands of a worker is leased, not taken: ``ready_at`` moves into the future and the
worker moves it on while it lives. A worker that was killed stops doing so, and the task comes
back by itself. The same column holds a delay, so nothing has to remember a timer.

The log is the truth and every task can be derived from it again; the file is therefore written
with ``synchronous=NORMAL``: a power cut may undo the last commits, which costs a task run twice.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, RLock
from uuid import uuid4

from dramatiq import Broker, Consumer, Message, MessageProxy, Middleware
from dramatiq.common import current_millis
from dramatiq.errors import ConnectionClosed, DecodeError, QueueJoinTimeout, QueueNotFound

IDLE_POLL_MS = (10, 160)  # first and longest pause between two looks into an empty queue

TASK_KEY = "task_key"  # message option: at most one task of a key is waiting, running or set aside
_LEASE, _ROW, _STARTS = "lease", "task_id", "starts"  # message options only the broker writes
_OURS = (_LEASE, _ROW, _STARTS)

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS task (
        id INTEGER PRIMARY KEY,
        message_id TEXT NOT NULL UNIQUE,
        queue TEXT NOT NULL,
        task_key TEXT UNIQUE,
        message BLOB NOT NULL,
        ready_at INTEGER NOT NULL,     -- ms since 1970: when the delay or the lease ends
        lease TEXT,                    -- who has it; NULL while it waits
        attempts INTEGER NOT NULL DEFAULT 0,  -- starts that no end answered
        set_aside_at INTEGER           -- ms since 1970: quarantined
    )""",
    "CREATE INDEX IF NOT EXISTS task_ready ON task (queue, ready_at) WHERE set_aside_at IS NULL",
)

_ENQUEUE = """
    INSERT INTO task (message_id, queue, task_key, message, ready_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (message_id) DO UPDATE SET message = excluded.message,
        ready_at = excluded.ready_at, lease = NULL, attempts = 0, set_aside_at = NULL
    ON CONFLICT (task_key) DO NOTHING"""
_LOOK = """
    SELECT 1 FROM task WHERE queue = ? AND set_aside_at IS NULL AND ready_at <= ? LIMIT 1"""
_TAKE = """
    UPDATE task SET lease = ?, ready_at = ? WHERE id IN (
        SELECT id FROM task WHERE queue = ? AND set_aside_at IS NULL AND ready_at <= ?
        ORDER BY ready_at, id LIMIT ?)
    RETURNING id, message, attempts"""
# A lease that ends later than any lease given now could was given before the clock was set back.
_FREE_STRAYS = """
    UPDATE task SET ready_at = ?1 WHERE lease IS NOT NULL AND ready_at > ?1 + ?2"""


def create_queue(path: Path) -> None:
    """Create the file and its table; harmless to repeat. For `store.migrate` alone."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        for statement in SCHEMA:
            connection.execute(statement)
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class QueueState:
    """How the queue stands: numbers of tasks, and how long the oldest ready one has waited (ms)."""

    waiting: int
    leased: int
    set_aside: int
    oldest_ms: int


@dataclass(frozen=True, slots=True)
class Taken:
    """One task handed out: its row, its message as stored, its starts that no end answered."""

    row: int
    message: bytes
    starts: int


class TaskTable:
    """The table of tasks. Each method is one transaction; any thread may call it.

    Raises ConnectionClosed when the file cannot be read or written, for Dramatiq to try again.
    """

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        with _as_broker_error():
            uri = f"{path.absolute().as_uri()}?mode=rw"  # rw: only migrate creates it
            self._connection = sqlite3.connect(
                uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10
            )
            self._connection.execute("PRAGMA synchronous = NORMAL")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def put(self, message_id: str, queue: str, key: str | None, message: bytes, at: int) -> bool:
        """Store a task that may start ``at`` (ms since 1970); False if its key is taken.

        A message that is there already is stored anew: that is how a failed task is tried again.
        """
        return self._write(_ENQUEUE, (message_id, queue, key, message, at)) == 1

    def take(self, queue: str, lease: str, most: int, lease_ms: int) -> list[Taken]:
        """Lease up to ``most`` ready tasks, those that waited longest first."""
        now = current_millis()
        with self._lock, _as_broker_error():
            # Reading first keeps an idle worker from taking the write lock a hundred times a second
            if self._connection.execute(_LOOK, (queue, now)).fetchone() is None:
                return []
            arguments = (lease, now + lease_ms, queue, now, most)
            rows = self._connection.execute(_TAKE, arguments).fetchall()
        return [Taken(*row) for row in sorted(rows)]

    def keep(self, lease: str, lease_ms: int) -> None:
        """Move the end of this lease on, and free leases from before a clock was set back."""
        now = current_millis()
        self._write("UPDATE task SET ready_at = ? WHERE lease = ?", (now + lease_ms, lease))
        self._write(_FREE_STRAYS, (now, 2 * lease_ms))

    def begin(self, row: int, lease: str) -> int:
        """Count a start before it happens and return the count; 0 if the lease was lost."""
        statement = """UPDATE task SET attempts = attempts + 1 WHERE id = ? AND lease = ?
            RETURNING attempts"""
        with self._lock, _as_broker_error():
            found = self._connection.execute(statement, (row, lease)).fetchall()
        return int(found[0][0]) if found else 0

    def done(self, row: int, lease: str) -> None:
        """Forget a task, unless the lease was lost and somebody else has it now."""
        self._write("DELETE FROM task WHERE id = ? AND lease = ?", (row, lease))

    def set_aside(self, row: int, lease: str) -> None:
        """Quarantine a task: it keeps its key, and nobody gets it until `release`."""
        statement = "UPDATE task SET lease = NULL, set_aside_at = ? WHERE id = ? AND lease = ?"
        self._write(statement, (current_millis(), row, lease))

    def give_back(self, row: int, lease: str) -> None:
        """End a lease early: the task is ready at once."""
        statement = "UPDATE task SET lease = NULL, ready_at = ? WHERE id = ? AND lease = ?"
        self._write(statement, (current_millis(), row, lease))

    def release(self, older_than_ms: int, attempts: int) -> int:
        """Let tasks out of quarantine, with ``attempts`` already counted; return how many."""
        now = current_millis()
        statement = """UPDATE task SET set_aside_at = NULL, attempts = ?, ready_at = ?
            WHERE set_aside_at <= ?"""
        return self._write(statement, (attempts, now, now - older_than_ms))

    def clear(self, queue: str) -> None:
        """Drop every task of a queue."""
        self._write("DELETE FROM task WHERE queue = ?", (queue,))

    def unfinished(self, queue: str) -> int:
        """Return how many tasks of a queue wait or run; quarantined ones don't count."""
        statement = "SELECT count(*) FROM task WHERE queue = ? AND set_aside_at IS NULL"
        with self._lock, _as_broker_error():
            return int(self._connection.execute(statement, (queue,)).fetchone()[0])

    def state(self) -> QueueState:
        """Return how the whole file stands."""
        statement = """SELECT
            count(*) FILTER (WHERE set_aside_at IS NULL AND lease IS NULL),
            count(*) FILTER (WHERE lease IS NOT NULL),
            count(*) FILTER (WHERE set_aside_at IS NOT NULL),
            min(ready_at) FILTER (WHERE set_aside_at IS NULL AND lease IS NULL) FROM task"""
        with self._lock, _as_broker_error():
            waiting, leased, aside, oldest = self._connection.execute(statement).fetchone()
        now = current_millis()
        return QueueState(waiting, leased, aside, max(0, now - oldest) if oldest else 0)

    def _write(self, statement: str, arguments: tuple[object, ...]) -> int:
        with self._lock, _as_broker_error():
            return self._connection.execute(statement, arguments).rowcount


class SqliteBroker(Broker):
    """Dramatiq's broker over `TaskTable`; ``namespace`` keeps the branches of a file apart.

    A killed worker's tasks come back ``lease_ms`` after its last sign of life.
    """

    def __init__(
        self,
        path: Path,
        *,
        namespace: str = "main",
        middleware: list[Middleware] | None = None,
        lease_ms: int = 10_000,
    ) -> None:
        super().__init__(middleware=middleware)
        self.tasks = TaskTable(path)
        self.lease_ms = lease_ms
        self.queues: set[str] = set()
        self._namespace = namespace

    def close(self) -> None:
        """Close the file."""
        self.tasks.close()

    def declare_queue(self, queue_name: str) -> None:
        """Make a queue known. A delay is a column, so there are no delay queues."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def get_declared_queues(self) -> set[str]:
        """Return the names of the queues."""
        return self.queues.copy()

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 1000) -> Consumer:
        """Return an iterator over a queue's tasks; ``timeout`` in ms bounds each wait.

        Raises QueueNotFound.
        """
        return _SqliteConsumer(self, queue_name, self._stored_name(queue_name), prefetch, timeout)

    def enqueue(self, message: Message[object], *, delay: int | None = None) -> Message[object]:
        """Store a task that may start after ``delay`` ms; dropped if its task key is taken."""
        name = self._stored_name(message.queue_name)
        key = message.options.get(TASK_KEY)
        options = {k: v for k, v in message.options.items() if k not in _OURS}
        bare: Message[object] = Message(**{**message.asdict(), "options": options})
        self.emit_before("enqueue", bare, delay)
        self.tasks.put(
            bare.message_id,
            name,
            None if key is None else f"{self._namespace}:{key}",
            bare.encode(),
            current_millis() + (delay or 0),
        )
        self.emit_after("enqueue", bare, delay)
        return bare

    def starts(self, message: MessageProxy) -> int:
        """Return how many starts no end answered when the task was handed out."""
        return int(message.options[_STARTS])

    def begin(self, message: MessageProxy) -> int:
        """Count a start before it happens and return the count; 0 if somebody else has the task."""
        return self.tasks.begin(message.options[_ROW], message.options[_LEASE])

    def end(self, message: MessageProxy, *, well: bool) -> None:
        """Nothing: acknowledging deletes the row, trying again starts its count anew."""

    def was_lost(self) -> bool:
        """False: a file does not come and go."""
        return False

    def release(self, older_than_ms: int, attempts: int) -> int:
        """Let tasks out of quarantine, with ``attempts`` already counted; return how many."""
        return self.tasks.release(older_than_ms, attempts)

    def flush(self, queue_name: str) -> None:
        """Drop every task of a queue."""
        self.tasks.clear(self._stored_name(queue_name))

    def flush_all(self) -> None:
        """Drop every task."""
        for queue_name in self.queues:
            self.flush(queue_name)

    def join(self, queue_name: str, *, timeout: int | None = None, interval: int = 20) -> None:
        """Wait until a queue is empty; raises QueueJoinTimeout after ``timeout`` ms. For tests."""
        deadline = time.monotonic() + timeout / 1000 if timeout else None
        while self.tasks.unfinished(self._stored_name(queue_name)):
            if deadline and time.monotonic() >= deadline:
                raise QueueJoinTimeout(queue_name)  # type: ignore[no-untyped-call]
            time.sleep(interval / 1000)

    def _stored_name(self, queue_name: str) -> str:
        if queue_name not in self.queues:
            raise QueueNotFound(queue_name)  # type: ignore[no-untyped-call]
        return f"{self._namespace}:{queue_name}"


class _SqliteConsumer(Consumer):
    """Hands out one queue's tasks under one lease; worker threads settle them through it."""

    def __init__(
        self, broker: SqliteBroker, queue_name: str, stored_name: str, prefetch: int, timeout: int
    ) -> None:
        self._broker, self._tasks = broker, broker.tasks
        self._queue_name, self._stored_name = queue_name, stored_name
        self._prefetch, self._timeout = prefetch, timeout
        self._lease = str(uuid4())
        self._settled = Condition()
        self._held: set[int] = set()
        self._ready: list[Taken] = []
        self._kept_at = time.monotonic()
        self._pause_ms = IDLE_POLL_MS[0]

    def __next__(self) -> MessageProxy | None:
        """Return the next task, or None after a short wait."""
        self._keep_lease()
        if not self._ready:
            room = self._wait_for_room()
            self._ready = self._take(room) if room else []
            if not self._ready:
                self._pause(longer=room > 0)
                return None
        self._pause_ms = IDLE_POLL_MS[0]
        return self._decoded(self._ready.pop(0))

    def ack(self, message: MessageProxy) -> None:
        """Forget a task that was done."""
        self._settle(message, self._tasks.done)

    def nack(self, message: MessageProxy) -> None:
        """Quarantine a task that failed for good."""
        self._settle(message, self._tasks.set_aside)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Give back tasks that were not started."""
        for message in messages:
            self._settle(message, self._tasks.give_back)

    def close(self) -> None:
        """Give back what was never handed out."""
        while self._ready:
            self._tasks.give_back(self._ready.pop().row, self._lease)

    def _settle(self, message: MessageProxy, settle: Callable[[int, str], None]) -> None:
        row = message.options[_ROW]
        settle(row, message.options[_LEASE])
        self._let_go(row)

    def _wait_for_room(self) -> int:
        """Return how many more tasks may be held, after a short wait for one if there is none."""
        with self._settled:
            if len(self._held) >= self._prefetch:
                self._settled.wait(self._timeout / 1000)
            return self._prefetch - len(self._held)

    def _pause(self, *, longer: bool) -> None:
        """Wait longer and longer while the queue stays empty."""
        if longer:
            time.sleep(min(self._pause_ms, self._timeout) / 1000)
            self._pause_ms = min(self._pause_ms * 2, IDLE_POLL_MS[1])

    def _take(self, room: int) -> list[Taken]:
        taken = self._tasks.take(self._stored_name, self._lease, room, self._broker.lease_ms)
        with self._settled:
            self._held.update(task.row for task in taken)
        return taken

    def _let_go(self, row: int) -> None:
        with self._settled:
            self._held.discard(row)
            self._settled.notify()

    def _decoded(self, task: Taken) -> MessageProxy | None:
        try:
            message: Message[object] = Message.decode(task.message)
        except DecodeError:
            self._broker.logger.error("Task %d is unreadable and set aside.", task.row)
            self._tasks.set_aside(task.row, self._lease)
            self._let_go(task.row)
            return None
        options = {_ROW: task.row, _LEASE: self._lease, _STARTS: task.starts}
        return MessageProxy(message.copy(queue_name=self._queue_name, options=options))

    def _keep_lease(self) -> None:
        now = time.monotonic()
        if now - self._kept_at >= self._broker.lease_ms / 4000:
            self._tasks.keep(self._lease, self._broker.lease_ms)
            self._kept_at = now


@contextmanager
def _as_broker_error() -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.ProgrammingError) as error:
        reason = f"the task file: {error}"
        raise ConnectionClosed(reason) from error  # type: ignore[no-untyped-call]
