"""Whether a request comes from the queue of a phone that had no signal."""

from __future__ import annotations

from flask import request

HEADER = "Shilu-Queue"


def is_queued() -> bool:
    """Tell whether the phone sends what waited on it: it wants an answer, not a page."""
    return request.method == "POST" and HEADER in request.headers
