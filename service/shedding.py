"""Load is shed before it is served: who waited too long is asked to come again (RFC 9110, 15.6.4).

When more is asked than the process can answer, a queue grows before it, and soon everybody waits
longer than they are willing to. So a request that stood longer than ``LONGEST`` in the queue gets a
short 503 with Retry-After, which costs a tenth of an answer: those behind it are served in time. A
command that is sent again with its id counts once, so nothing is lost by it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from flask import Flask, request
from prometheus_client import Counter, Histogram
from werkzeug.exceptions import ServiceUnavailable

from service.health import REGISTRY

LONGEST = 4.0  # seconds in the queue; the phone's own patience ends at 15
AGAIN, SPREAD = 2, 5  # seconds after which to come again; not all at once
ALWAYS = frozenset({"/livez", "/readyz", "/metrics"})  # a busy process is no dead one
WAITED = Histogram(
    "shilu_http_wait_seconds",
    "Time a request waits for a thread",
    registry=REGISTRY,
    buckets=(0.001, 0.01, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0),
)
SHED = Counter("shilu_http_shed_total", "Requests asked to come again", registry=REGISTRY)
P = ParamSpec("P")
T = TypeVar("T")
_thread = threading.local()


class TimedPool(ThreadPoolExecutor):
    """Threads that know how long their present job has waited for them."""

    def submit(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a job, and note when."""
        asked = time.monotonic()

        def timed() -> T:
            _thread.waited = time.monotonic() - asked
            return job(*args, **kwargs)

        return super().submit(timed)


def set_up(app: Flask) -> None:
    """Look at every request before anything else does. Raises ServiceUnavailable (503)."""
    app.before_request(_look)


def _look() -> None:
    waited = getattr(_thread, "waited", None)
    if waited is None:  # no pool of ours before it
        return
    _thread.waited = None
    WAITED.observe(waited)
    if waited > LONGEST and request.path not in ALWAYS:
        SHED.inc()
        raise ServiceUnavailable(retry_after=AGAIN + secrets.randbelow(SPREAD))
