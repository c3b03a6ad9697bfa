"""A month's work weeks (工作周的划分): no gap, no overlap, days off marked (R-24).

A suggestion cuts the month at its Sundays and joins a piece with hardly any working day to its
neighbour; who divides otherwise is checked by the same rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.refusals import WeeksDontFit
from domain.sheet_figures import last_of_month

FEWEST_DAYS = 2  # working days; a shorter piece at the month's edge joins its neighbour
MOST_WEEKS = 6
DAY = timedelta(days=1)

IsWorkingDay = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class WorkWeek:
    """A work week of a month, first and last day included."""

    first: date
    last: date

    def days(self) -> list[date]:
        """Return its days in order."""
        return [self.first + DAY * n for n in range((self.last - self.first).days + 1)]


def suggested(month: date, is_working_day: IsWorkingDay) -> tuple[WorkWeek, ...]:
    """Return the weeks of a month as its calendar suggests them."""
    weeks = _cut(month)
    if len(weeks) > 1 and _working(weeks[0], is_working_day) < FEWEST_DAYS:
        weeks[:2] = [WorkWeek(weeks[0].first, weeks[1].last)]
    if len(weeks) > 1 and _working(weeks[-1], is_working_day) < FEWEST_DAYS:
        weeks[-2:] = [WorkWeek(weeks[-2].first, weeks[-1].last)]
    return tuple(weeks)


def from_ends(month: date, ends: Sequence[date]) -> tuple[WorkWeek, ...]:
    """Return the weeks that end on these days, the last of them with the month.

    Raises WeeksDontFit when an end lies outside the month or not after the one before.
    """
    last, first, weeks = last_of_month(month), month, list[WorkWeek]()
    for end in [*ends, *([] if ends and ends[-1] == last else [last])]:
        if not month <= end <= last:
            raise WeeksDontFit(problem="outside", day=end)
        if end < first:
            raise WeeksDontFit(problem="overlap", day=end)
        weeks.append(WorkWeek(first, end))
        first = end + DAY
    return tuple(weeks)


def check(month: date, weeks: Sequence[WorkWeek], is_working_day: IsWorkingDay) -> None:
    """Raise WeeksDontFit unless the weeks cover the month, each day once, each with work in it."""
    expected, last = month, last_of_month(month)
    if not 1 <= len(weeks) <= MOST_WEEKS:
        raise WeeksDontFit(problem="number", day=month)
    for week in weeks:
        if not month <= week.first <= week.last <= last:
            raise WeeksDontFit(problem="outside", day=week.first)
        if week.first != expected:
            problem = "gap" if week.first > expected else "overlap"
            raise WeeksDontFit(problem=problem, day=min(week.first, expected))
        expected = week.last + DAY
    if expected != last + DAY:
        raise WeeksDontFit(problem="gap", day=expected)
    month_works = any(is_working_day(day) for week in weeks for day in week.days())
    for week in weeks:
        if month_works and not _working(week, is_working_day):
            raise WeeksDontFit(problem="no_work", day=week.first)


def _cut(month: date) -> list[WorkWeek]:
    last, first, weeks = last_of_month(month), month, list[WorkWeek]()
    while first <= last:
        end = min(first + timedelta(days=6 - first.weekday()), last)
        weeks.append(WorkWeek(first, end))
        first = end + DAY
    return weeks


def _working(week: WorkWeek, is_working_day: IsWorkingDay) -> int:
    return sum(map(is_working_day, week.days()))
