"""The Redis broker: Dramatiq's own with task keys and counted starts. Loaded only where it is used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
import structlog
from dramatiq import Broker, Message, MessageProxy, Middleware
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from store.queue import TASK_KEY

MAINTENANCE_CHANCE = 1_000_000  # of a million commands: all of them look for the dead
KEY_TTL_MS = 600_000  # how long a task may hold its key without a sign of life
STARTS_TTL_MS = 7 * 86_400_000

log = structlog.get_logger(__name__)


class RedisTasks(RedisBroker):
    """Dramatiq's Redis broker with task keys and counted starts."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        namespace: str,
        max_starts: int,
        quarantine_ms: int,
        **options: Any,
    ) -> None:
        super().__init__(client=client, namespace=namespace, **options)  # type: ignore[no-untyped-call]
        self._max_starts = max_starts
        self._quarantine_ms = quarantine_ms
        self._away = self._advised = False

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

    def was_lost(self) -> bool:
        """Tell whether Redis is back after an absence.

        Dramatiq then forgets the delayed messages it holds, while its heartbeat keeps Redis from
        giving them to anybody else (runtime.md, finding 1): only a new process frees them.
        """
        try:
            if not self._advised:
                warn_of_forgetful_redis(self.client)
                self._advised = True
            self.client.ping()
        except redis.RedisError:
            if not self._away:
                log.warning("redis.away")
            self._away = True
            return False
        return self._away

    def release(self, older_than_ms: int, attempts: int) -> int:
        """Nothing: a dead letter's key expires by itself, and the sweep queues the task anew."""
        del older_than_ms, attempts
        return 0

    def hold_key(self, message: MessageProxy) -> None:
        """Keep the key of a dead letter taken for the quarantine; after it, one start is left."""
        if TASK_KEY in message.options:
            with _as_broker_error():
                self.client.pexpire(
                    self._name("key", message.options[TASK_KEY]), self._quarantine_ms
                )
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


def redis_broker(
    url: str, namespace: str, middleware: list[Middleware], **options: Any
) -> RedisTasks:
    """Return the broker on this Redis, which is first asked when it is used."""
    return RedisTasks(
        redis_client(url),
        namespace=namespace,
        middleware=[*middleware, HoldKeys()],
        maintenance_chance=MAINTENANCE_CHANCE,
        **options,
    )


def redis_client(url: str) -> redis.Redis:
    """Return a client that gives up soon: its default would wait for some four seconds."""
    patience = Retry(ConstantBackoff(0.05), 2)
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5, retry=patience)


def faults_of_redis(client: redis.Redis) -> dict[str, str]:
    """Return what is wrong with a Redis that may lose tasks, each with the setting that mends it.

    Raises redis.RedisError when it does not answer.
    """
    faults = {}
    if not client.info("persistence").get("aof_enabled"):
        faults["redis.not_durable"] = "appendonly yes"
    if client.info("memory").get("maxmemory_policy", "noeviction") != "noeviction":
        faults["redis.evicts"] = "maxmemory-policy noeviction"
    return faults


def warn_of_forgetful_redis(client: redis.Redis) -> None:
    """Log what is wrong with a Redis that may lose tasks; they come back, but late."""
    for fault, advice in faults_of_redis(client).items():
        log.warning(fault, advice=advice)


@contextmanager
def _as_broker_error() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise ConnectionClosed(f"Redis: {error}") from error  # type: ignore[no-untyped-call]
