"""Builds the broker: Redis when there is a REDIS_URL, else the SQLite file; the same promises.

Both brokers keep three promises that Dramatiq alone does not make: at most one task of a key is
under way; a start is counted before it happens, so that a task that kills its process is put in
quarantine instead of coming back for ever; and a task that was running when its process died
runs alone next time, so that the innocent ones beside it are not counted out with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from dramatiq import Middleware
from dramatiq.errors import Retry
from dramatiq.middleware import Retries, TimeLimit
from eventsourcing.persistence import IntegrityError, PersistenceError
from sqlalchemy.exc import DBAPIError

from store.queue import SqliteBroker
from workers.starts import CountStarts

if TYPE_CHECKING:
    from workers.redis_tasks import RedisTasks

MAX_STARTS = 4  # a task that killed its process this often is quarantined
QUARANTINE_MS = 3_600_000  # then it gets one start more, alone: an upgrade may have healed it
TIME_LIMIT_MS = 60_000  # far above the longest check (milliseconds to a second or two)
MAX_RETRIES = 8  # after exceptions: 1, 2, 4, … seconds apart, about three minutes in all
RETRY_MS = (1_000, 60_000)  # shortest and longest pause between two tries
PATIENCE_MS = 10_000  # a worker that said nothing for this long has died: its tasks come back

Tasks: TypeAlias = "SqliteBroker | RedisTasks"


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
    middleware: list[Middleware] = [CountStarts(max_starts), TimeLimit(time_limit=TIME_LIMIT_MS)]
    least, most = RETRY_MS
    middleware.append(Retries(retry_when=try_again, min_backoff=least, max_backoff=most))
    if not redis_url:
        return SqliteBroker(
            queue_file, namespace=namespace, middleware=middleware, lease_ms=patience_ms
        )
    from workers.redis_tasks import redis_broker  # some 10 MB that only who uses Redis pays for

    return redis_broker(
        redis_url,
        f"shilu:{namespace}",
        middleware,
        max_starts=max_starts,
        heartbeat_timeout=patience_ms,
        quarantine_ms=QUARANTINE_MS,
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
