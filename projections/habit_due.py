"""Which checks of habits are due, reckoned from the rules and the calendar alone (R-04, R-30 to R-34).

Filling problems: each team, on the first working day of a week, in the morning. Overdue reviews: each
team and working day, once the reviews' time is over and no night lies in between. Overdue reviews
of weeks and months: each team, on the morning of each working day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.quiet_hours import QUIET_UNTIL, after_quiet_hours
from domain.rhythm import Rules

LOOK_BACK = 14  # days; what was missed longer ago helps nobody any more


@dataclass(frozen=True, slots=True)
class HabitDue:
    """A team's check for a day; ``due_at`` is an aware instant."""

    team_id: str
    day: date
    due_at: datetime


def filling_checks(rules: Rules, since: Mapping[str, date], now: datetime) -> Iterator[HabitDue]:
    """Yield the weekly looks for filling problems whose time has come by ``now``."""
    days = [day for day in _days(rules, now) if _opens_the_week(rules, day)]
    return _mornings(rules, since, days, now)


def review_checks(rules: Rules, since: Mapping[str, date], now: datetime) -> Iterator[HabitDue]:
    """Yield the looks for reviews that are late by ``now``, a team and working day each."""
    for day in _days(rules, now):
        due_at = after_quiet_hours(rules.review_due_at(day), rules.time_zone)
        for team_id, first in since.items():
            if first <= day and due_at <= now:
                yield HabitDue(team_id, day, due_at)


def sheet_review_checks(
    rules: Rules, since: Mapping[str, date], now: datetime
) -> Iterator[HabitDue]:
    """Yield the looks for reviews of weeks and months that are late, a team and working day each."""
    return _mornings(rules, since, _days(rules, now), now)


def _mornings(
    rules: Rules, since: Mapping[str, date], days: Sequence[date], now: datetime
) -> Iterator[HabitDue]:
    for day in days:
        due_at = _at(day, QUIET_UNTIL, rules)
        for team_id, first in since.items():
            if first < day and due_at <= now:
                yield HabitDue(team_id, day, due_at)


def _days(rules: Rules, now: datetime) -> list[date]:
    today = rules.day_of(now)
    days = (today - timedelta(days=back) for back in range(LOOK_BACK))
    return [day for day in days if rules.is_working_day(day)]


def _opens_the_week(rules: Rules, day: date) -> bool:
    return not any(rules.is_working_day(day - timedelta(days=n + 1)) for n in range(day.weekday()))


def _at(day: date, clock: time, rules: Rules) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(rules.time_zone)).astimezone(UTC)
