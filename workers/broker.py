"""Builds the broker: Redis when there is a REDIS_URL, else the SQLite file; the same promises.

Both brokers keep three promises that Dramatiq alone does not make: at most one task of a key is
under way; a start is counted before it happens, so that a task that kills its process is put in
quarantine instead of coming back for ever; and a task that was running when its process died
runs alone next time, so that the innocent ones beside it are not counted out with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, get_ident
from typing import Any, Protocol

import redis
import structlog
from dramatiq import Broker, Message, MessageProxy, Middleware
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed, Retry
from dramatiq.middleware import Retries, SkipMessage, TimeLimit
from eventsourcing.persistence import IntegrityError, PersistenceError
from redis.backoff import ConstantBackoff
from redis.retry import Retry as Patience
from sqlalchemy.exc import DBAPIError

from store.queue import TASK_KEY, SqliteBroker

MAX_STARTS = 4  # a task that killed its process this often is quarantined
QUARANTINE_MS = 3_600_000  # then it gets one start more, alone: an upgrade may have healed it
TIME_LIMIT_MS = 60_000  # far above the longest check (milliseconds to a second or two)
MAX_RETRIES = 8  # after exceptions: 1, 2, 4, … seconds apart, about three minutes in all
RETRY_MS = (1_000, 60_000)  # shortest and longest pause between two tries

PATIENCE_MS = 10_000  # a worker that said nothing for this long has died: its tasks come back
MAINTENANCE_CHANCE = 1_000_000  # of a million commands: all of them look for the dead
KEY_TTL_MS = 600_000  # Redis: how long a task may hold its key without a sign of life
STARTS_TTL_MS = 7 * 86_400_000

log = structlog.get_logger(__name__)


class Counting(Protocol):
    """What `CountStarts` asks of a broker."""

    def starts(self, message: MessageProxy) -> int: ...
    def begin(self, message: MessageProxy) -> int: ...
    def end(self, message: MessageProxy, *, well: bool) -> None: ...


class CountStarts(Middleware):
    """Counts each start before it happens, and runs alone what may have killed its process."""

    def __init__(self, max_starts: int = MAX_STARTS) -> None:
        self._max_starts = max_starts
        self._gate = Gate()

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:
        """Let a suspect wait until it is alone; then count the start; quarantine at the cap."""
        counting = _counting(broker)
        self._gate.enter(alone=counting.starts(message) > 0)
        starts = counting.begin(message)
        if starts == 0:
            raise SkipMessage("another worker has it")
        if starts > self._max_starts:
            log.error("task.quarantined", task=message.options.get(TASK_KEY), starts=starts - 1)
            message.fail()
            raise SkipMessage("started too often without an end")

    def after_process_message(
        self,
        broker: Broker,
        message: MessageProxy,
        *,
        result: object = None,
        exception: BaseException | None = None,
    ) -> None:
        """Let the next one in; the process lives, so the count begins anew."""
        del result
        self._gate.leave()
        _counting(broker).end(message, well=exception is None)

    def after_skip_message(self, broker: Broker, message: MessageProxy) -> None:
        """Let the next one in."""
        del broker, message
        self._gate.leave()


class Gate:
    """Lets many threads in, or one alone; one that waits to be alone lets nobody else pass it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside: set[int] = set()
        self._alone: int | None = None

    def enter(self, *, alone: bool) -> None:
        """Wait until this thread may go in."""
        me = get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._alone is None)
            if alone:
                self._alone = me
                self._changed.wait_for(lambda: not self._inside)
            self._inside.add(me)

    @property
    def is_claimed(self) -> bool:
        """Tell whether a thread is alone inside or waits to be."""
        return self._alone is not None

    def leave(self) -> None:
        """Go out; harmless for a thread that is not in."""
        me = get_ident()
        with self._changed:
            self._inside.discard(me)
            if self._alone == me:
                self._alone = None
            self._changed.notify_all()


class SqliteTasks(SqliteBroker):
    """The SQLite broker; its table does the counting."""

    def end(self, message: MessageProxy, *, well: bool) -> None:
        """Nothing: acknowledging deletes the row, trying again starts its count anew."""


class RedisTasks(RedisBroker):
    """Dramatiq's Redis broker with task keys and counted starts."""

    def __init__(
        self, client: redis.Redis, *, namespace: str, max_starts: int, **options: Any
    ) -> None:
        super().__init__(client=client, namespace=namespace, **options)  # type: ignore[no-untyped-call]
        self._max_starts = max_starts

    def enqueue(self, message: Message[object], *, delay: int | None = None) -> Message[object]:
        """Queue a task; dropped if its task key is taken. Raises ConnectionClosed."""
        with _as_broker_error():
            if self._claim(message):
                return super().enqueue(message, delay=delay)
        return message

    def starts(self, message: MessageProxy) -> int:
        """Return how many starts no end answered. Raises ConnectionClosed."""
        with _as_broker_error():
            return int(self.client.get(self._starts_name(message)) or 0)

    def begin(self, message: MessageProxy) -> int:
        """Count a start before it happens and return the count. Raises ConnectionClosed."""
        name = self._starts_name(message)
        with _as_broker_error():
            pipeline = self.client.pipeline()
            pipeline.incr(name)
            pipeline.pexpire(name, STARTS_TTL_MS)
            return int(pipeline.execute()[0])

    def end(self, message: MessageProxy, *, well: bool) -> None:
        """Forget the count, and the key if all went well. Raises ConnectionClosed."""
        names = [self._starts_name(message)]
        if well and TASK_KEY in message.options:
            names.append(self._name("key", message.options[TASK_KEY]))
        with _as_broker_error():
            self.client.delete(*names)

    def ping(self) -> None:
        """Raise ConnectionClosed if Redis does not answer."""
        with _as_broker_error():
            self.client.ping()

    def release(self, older_than_ms: int, attempts: int) -> int:
        """Nothing: a dead letter's key expires by itself, and the sweep queues the task anew."""
        del older_than_ms, attempts
        return 0

    def hold_key(self, message: MessageProxy) -> None:
        """Keep the key of a dead letter taken for the quarantine; after it, one start is left."""
        if TASK_KEY in message.options:
            with _as_broker_error():
                self.client.pexpire(self._name("key", message.options[TASK_KEY]), QUARANTINE_MS)
                self.client.set(self._starts_name(message), self._max_starts - 1, px=STARTS_TTL_MS)

    def _claim(self, message: Message[object]) -> bool:
        key = message.options.get(TASK_KEY)
        if key is None:
            return True
        name, mine = self._name("key", key), message.message_id.encode()
        taken = self.client.set(name, mine, nx=True, px=KEY_TTL_MS)
        return bool(taken) or self.client.get(name) == mine  # a retry has its key already

    def _starts_name(self, message: MessageProxy) -> str:
        return self._name("starts", message.options.get(TASK_KEY, message.message_id))

    def _name(self, kind: str, name: str) -> str:
        return f"{self.namespace}:{kind}:{name}"


class HoldKeys(Middleware):
    """Tells the Redis broker of dead letters."""

    def after_nack(self, broker: Broker, message: MessageProxy) -> None:
        """Keep the key taken."""
        if isinstance(broker, RedisTasks):
            broker.hold_key(message)


Tasks = SqliteTasks | RedisTasks


def build_broker(
    redis_url: str,
    queue_file: Path,
    namespace: str,
    *,
    max_starts: int = MAX_STARTS,
    patience_ms: int = PATIENCE_MS,
) -> Tasks:
    """Return the broker of this installation; ``namespace`` is the branch.

    Raises ConnectionClosed if the SQLite file is not there; Redis is first asked when used.
    """
    middleware = [CountStarts(max_starts), HoldKeys(), TimeLimit(time_limit=TIME_LIMIT_MS)]
    least, most = RETRY_MS
    middleware.append(Retries(retry_when=try_again, min_backoff=least, max_backoff=most))
    if not redis_url:
        return SqliteTasks(
            queue_file, namespace=namespace, middleware=middleware, lease_ms=patience_ms
        )
    return RedisTasks(
        redis_client(redis_url),
        namespace=f"shilu:{namespace}",
        max_starts=max_starts,
        middleware=middleware,
        heartbeat_timeout=patience_ms,
        maintenance_chance=MAINTENANCE_CHANCE,
    )


def try_again(retries: int, error: BaseException) -> bool:
    """Tell whether a task that raised is tried again.

    A store that is away, or views that are behind, are no fault of the task: it waits as long as
    it takes, up to `RETRY_MS` apart. Anything else may be a fault of ours and ends.
    """
    if isinstance(error, (Retry, DBAPIError)):
        return True
    if isinstance(error, PersistenceError) and not isinstance(error, IntegrityError):
        return True
    return retries < MAX_RETRIES


def redis_client(url: str) -> redis.Redis:
    """Return a client that gives up soon: its default would wait for some four seconds."""
    patience = Patience(ConstantBackoff(0.05), 2)
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5, retry=patience)


def warn_of_forgetful_redis(client: redis.Redis) -> None:
    """Log what is wrong with a Redis that may lose tasks; they come back, but late."""
    if not client.info("persistence").get("aof_enabled"):
        log.warning("redis.not_durable", advice="appendonly yes")
    if client.info("memory").get("maxmemory_policy", "noeviction") != "noeviction":
        log.warning("redis.evicts", advice="maxmemory-policy noeviction")


def _counting(broker: Broker) -> Counting:
    if not isinstance(broker, (SqliteTasks, RedisTasks)):
        raise TypeError(f"{type(broker).__name__} counts no starts")
    return broker


@contextmanager
def _as_broker_error() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise ConnectionClosed(f"Redis: {error}") from error  # type: ignore[no-untyped-call]
