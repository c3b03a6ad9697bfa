"""What weeks and months are measured by, as pure functions (R-11, R-21, R-23).

The five columns: the four of the work mode (R-40), and policies. Targets are what an agent planned;
results are counted from the log and never typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

from domain.refusals import BadValue
from domain.rhythm import WorkMode, day_count

WEEK = timedelta(days=7)
HISTORY = 8  # weeks against which a target is judged
TOO_HIGH = 1.3  # times the best of those weeks
TOO_LOW = 0.7  # times their median
ENOUGH = 3  # weeks with work in them; with fewer nothing is said
HIGHEST = 9_999


class Column(StrEnum):
    """What is counted."""

    CALLS = "calls"
    MEETINGS = "meetings"
    CLOSINGS = "closings"
    NEW_VISITS = "new_visits"
    POLICIES = "policies"


class Feasibility(StrEnum):
    """How a target stands to what its agent has done (R-11)."""

    FEASIBLE = "feasible"
    TOO_HIGH = "too_high"
    TOO_LOW = "too_low"
    UNKNOWN = "unknown"  # too few weeks to say


@dataclass(frozen=True, slots=True)
class Figures:
    """The five columns."""

    calls: int = 0
    meetings: int = 0
    closings: int = 0
    new_visits: int = 0
    policies: int = 0

    def __add__(self, other: Figures) -> Figures:
        """Return the sum, column by column."""
        return Figures(**{name: n + getattr(other, name) for name, n in asdict(self).items()})

    def of(self, column: str) -> int:
        """Return one column."""
        return int(getattr(self, column))


def figures_of(known: Mapping[str, int] | None) -> Figures | None:
    """Return figures from their plain form in an event or a row, None of none."""
    return None if known is None else Figures(**{str(c): known.get(c, 0) for c in Column})


def plain(figures: Figures) -> dict[str, int]:
    """Return figures as an event or a row keeps them."""
    return asdict(figures)


def checked(targets: Figures) -> dict[str, int]:
    """Return targets as an event keeps them. Raises BadValue on what nobody can mean."""
    for name, n in asdict(targets).items():
        if not 0 <= n <= HIGHEST:
            raise BadValue(field=name, value=n)
    return plain(targets)


def day_figures(kinds: Mapping[str, int], mode: WorkMode, policies: int = 0) -> Figures:
    """Return a day's columns from its counts by kind, with the overlap of R-42 applied."""
    count = day_count(kinds, mode)
    return Figures(count.calls, count.meetings, count.closings, count.new_visits, policies)


def total(figures: Iterable[Figures]) -> Figures:
    """Return the sum of figures; zeros of none."""
    return sum(figures, Figures())


def monday_of(day: date) -> date:
    """Return the Monday of a day's week: a sheet's week goes from Monday to Sunday."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def last_of_month(month: date) -> date:
    """Return the last day of a month."""
    return next_month(month) - timedelta(days=1)


def next_month(month: date) -> date:
    """Return the first day of the month after a day's month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def judge(target: int, history: Sequence[int]) -> Feasibility:
    """Judge one target by what was done in the weeks before, the last ``HISTORY`` of them.

    Too high is more than 1.3 times the best week, and more than one above it: from one policy to
    two is no leap. Too low (留一手) is less than 0.7 times the median, and more than one below it.
    Weeks without any work (leave, before the start) are to be left out by the caller.
    """
    weeks = list(history)[-HISTORY:]
    if len(weeks) < ENOUGH:
        return Feasibility.UNKNOWN
    if target > max(TOO_HIGH * max(weeks), max(weeks) + 1):
        return Feasibility.TOO_HIGH
    usual = median(weeks)
    if target < min(TOO_LOW * usual, usual - 1):
        return Feasibility.TOO_LOW
    return Feasibility.FEASIBLE


def feasibility(targets: Figures, history: Sequence[Figures]) -> dict[Column, Feasibility]:
    """Judge each column's target by the weeks before; weeks without any work do not count."""
    worked = [week for week in history if week != Figures()]
    return {c: judge(targets.of(c), [week.of(c) for week in worked]) for c in Column}


def usual(history: Sequence[Figures]) -> Figures | None:
    """Return an agent's usual week, the median of each column; None with too few weeks."""
    worked = [week for week in history if week != Figures()][-HISTORY:]
    if len(worked) < ENOUGH:
        return None
    return Figures(**{str(c): round(median(week.of(c) for week in worked)) for c in Column})
