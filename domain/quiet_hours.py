"""Hours in which a check puts nothing before anybody: who is told at night sleeps badly."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_UNTIL = time(21), time(8)  # on the branch's wall clock


def is_quiet(wall: datetime) -> bool:
    """Tell whether a local instant lies in the quiet hours."""
    return wall.time() >= QUIET_FROM or wall.time() < QUIET_UNTIL


def after_quiet_hours(instant: datetime, time_zone: str) -> datetime:
    """Return the instant itself, or the end of the quiet hours in which it lies (aware)."""
    wall = instant.astimezone(ZoneInfo(time_zone))
    if not is_quiet(wall):
        return instant
    day = wall.date() + timedelta(days=1) if wall.time() >= QUIET_FROM else wall.date()
    return datetime.combine(day, QUIET_UNTIL, ZoneInfo(time_zone)).astimezone(instant.tzinfo)
