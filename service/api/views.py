"""Waiting for a view, and saying how far it has come: people read their own writes."""

from __future__ import annotations

import time

from projections.base import positions, wait_for
from service.context import shilu

LONGEST_WAIT = 1.0  # seconds


def wait_for_views(names: tuple[str, ...], position: int | None) -> None:
    """Wait up to a second until the views have this position; then answer with what there is."""
    if position is None:
        return
    until = time.monotonic() + LONGEST_WAIT
    for name in names:
        wait_for(shilu().views, name, position, max(until - time.monotonic(), 0.0))


def view_position(names: tuple[str, ...]) -> int:
    """Return the position up to which all these views stand; the log's own without a view."""
    if not names:
        return shilu().head()
    reached = positions(shilu().views)
    return min(reached.get(name, 0) for name in names)
