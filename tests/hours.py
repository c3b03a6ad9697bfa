"""Hours for branches whose tests run at any time of day: nobody's call comes too early or too late."""

from __future__ import annotations

from datetime import time

from domain.rhythm import CallHours

ANY_TIME = CallHours(
    callback_from=time.min, callback_until=time.max, rest_from=time(12), rest_until=time(12)
)
