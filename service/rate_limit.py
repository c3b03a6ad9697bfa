"""How fast one person may ask: a program gone wild does not take the others' turns (RFC 6585, 4).

A person (whatever sessions they have), or an address as long as nobody is signed in, may ask ``rate``
times a second, and `BURST` seconds' worth at once. Beyond, the answer is a short 429 with Retry-After.
Counted in each web process by itself, as the generic cell rate algorithm does (ITU-T I.371): one
number for each who asks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import ceil

from flask import Flask, current_app, request
from prometheus_client import Counter
from werkzeug.exceptions import TooManyRequests

from service.health import REGISTRY

BURST = 5.0  # seconds
MOST_KNOWN = 20_000  # who asked; those who may ask at full burst again are forgotten
LIMITED = Counter(
    "shilu_http_limited_total",
    "Requests refused because one person asked too fast",
    registry=REGISTRY,
)


class RateLimit:
    """Knows when each may ask again. Thread-safe; ``rate`` is in requests a second, above 0."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._step, self._clock = 1.0 / rate, clock
        self._even: dict[str, float] = {}  # when each would be through, had they asked evenly
        self._lock = threading.Lock()

    def wait(self, who: str) -> float:
        """Count a request; return 0, or the seconds after which it may be asked again."""
        now = self._clock()
        with self._lock:
            even = max(self._even.get(who, now), now)
            if even - now > BURST - self._step:
                return even - now - BURST + self._step
            if len(self._even) >= MOST_KNOWN:
                self._even = {one: at for one, at in self._even.items() if at > now}
            self._even[who] = even + self._step
        return 0.0


def set_up(app: Flask, rate: int) -> None:
    """Let each ask so many times a second; 0 sets no limit."""
    if rate:
        app.extensions["shilu.rate_limit"] = RateLimit(rate)


def count(person_id: str | None) -> None:
    """Count a request of this person, or of nobody known. Raises TooManyRequests (429)."""
    limit: RateLimit | None = current_app.extensions.get("shilu.rate_limit")
    if limit is None:
        return
    who = f"person {person_id}" if person_id else f"address {request.remote_addr}"
    if seconds := limit.wait(who):
        LIMITED.inc()
        raise TooManyRequests(retry_after=ceil(seconds))
