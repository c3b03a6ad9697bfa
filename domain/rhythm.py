"""5-3-1, 1-1-1 and any other work mode (工作模式) as pure functions (R-40 to R-42).

Also what decides a working day and a late entry: the branch's clock, calendar and deadlines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.words import ActivityKind


@dataclass(frozen=True, slots=True)
class WorkMode:
    """The daily quota of an agent; ``version`` counts up with every change."""

    version: int = 1
    name: str = "5-3-1"
    calls: int = 5
    meetings: int = 3
    closings: int = 1
    new_visits: int = 1
    closing_counts_as_meeting: bool = True
    new_visit_counts_as_meeting: bool = True
    since: date = date.min


@dataclass(frozen=True, slots=True)
class DayCount:
    """What was done on a day in the four columns of the quota."""

    calls: int = 0
    meetings: int = 0
    closings: int = 0
    new_visits: int = 0


@dataclass(frozen=True, slots=True)
class Deadlines:
    """``daily_log_due`` is local time of the day itself; hours after it a reason is asked."""

    daily_log_due: time = time(21, 30)
    late_reason_after_hours: int = 48


@dataclass(frozen=True, slots=True)
class ReviewRhythm:
    """When weeks and months are handed in, and how long their reviews may take (R-04, R-10, R-20).

    A week is due ``week_due_after`` days after its Sunday (before it when negative), a month on its
    ``month_due_day``-th working day, both at the hour of the day's log. A log's review is overdue
    ``log_hours`` after that log's own deadline, a sheet's ``sheet_hours`` after it was handed in.
    """

    week_due_after: int = 0
    month_due_day: int = 3
    log_hours: int = 24
    sheet_hours: int = 72


@dataclass(frozen=True, slots=True)
class CallHours:
    """When people may be called, in local time, and how often an agent is (R-43, R-62).

    Tracking calls outside their window are marked, never refused. Customers are called from
    ``callback_from`` to ``callback_until``, and not in the noon rest from ``rest_from`` to
    ``rest_until`` (none if they are equal).
    """

    tracking_from: time = time(13)
    tracking_until: time = time(21)
    callback_from: time = time(9)
    callback_until: time = time(21)
    rest_from: time = time(12)
    rest_until: time = time(14)
    tracking_a_week: int = 2

    def fits_tracking(self, wall: time) -> bool:
        """Tell whether an agent is best called at this time of day (R-62)."""
        return self.tracking_from <= wall < self.tracking_until

    def is_quiet(self, wall: time) -> bool:
        """Tell whether no customer is called at this time of day."""
        rest = self.rest_from <= wall < self.rest_until
        return rest or not self.callback_from <= wall < self.callback_until


@dataclass(frozen=True, slots=True)
class Rules:
    """The rulebook as the other aggregates need it."""

    time_zone: str = "Asia/Shanghai"
    modes: tuple[WorkMode, ...] = (WorkMode(),)
    deadlines: Deadlines = Deadlines()
    review: ReviewRhythm = ReviewRhythm()
    call_hours: CallHours = CallHours()
    days_off: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    published_years: frozenset[int] = frozenset()
    alert_probability: float = 0.95
    watch_probability: float = 0.30
    contradictions: int = 2
    scripts: Mapping[str, int] = field(default_factory=dict)

    def mode_on(self, day: date) -> WorkMode:
        """Return the work mode in force on a day: the newest whose ``since`` has come."""
        return mode_on(self.modes, day)

    def day_of(self, instant: datetime) -> date:
        """Return the local date of an instant."""
        return instant.astimezone(ZoneInfo(self.time_zone)).date()

    def wall_clock(self, instant: datetime) -> time:
        """Return the local time of day of an instant."""
        return instant.astimezone(ZoneInfo(self.time_zone)).time()

    def due_at(self, day: date) -> datetime:
        """Return the instant, in UTC, by which the day's log is due."""
        return due_at(day, self.deadlines.daily_log_due, self.time_zone)

    def review_due_at(self, day: date) -> datetime:
        """Return the instant, in UTC, by which the day's log should have its review (R-04)."""
        return self.due_at(day) + timedelta(hours=self.review.log_hours)

    def is_working_day(self, day: date) -> bool:
        """Tell whether people work on that day; a year nobody published is Monday to Friday."""
        return is_working_day(day, self.days_off, self.make_up_days)


def mode_on(modes: Sequence[WorkMode], day: date) -> WorkMode:
    """Return the mode in force on ``day``; the oldest one for days before all of them."""
    running = [mode for mode in modes if mode.since <= day]
    return max(running, key=lambda m: (m.since, m.version)) if running else modes[0]


def due_at(day: date, due: time, time_zone: str) -> datetime:
    """Return the UTC instant of local time ``due`` on ``day``."""
    return datetime.combine(day, due, ZoneInfo(time_zone)).astimezone(UTC)


def is_working_day(day: date, days_off: Iterable[date], make_up_days: Iterable[date]) -> bool:
    """Tell whether ``day`` is worked: make-up days (调休) first, then days off, then the week."""
    if day in make_up_days:
        return True
    return day.weekday() < 5 and day not in days_off


def day_count(kinds: Mapping[str, int], mode: WorkMode) -> DayCount:
    """Return the four columns from counts by activity kind, with the overlap of R-42 applied.

    A closing visit or a new visit also counts as a meeting where the mode says so (they are
    face to face); a recruiting visit (增员拜访) counts in the fourth column only.
    """
    closings = kinds.get(ActivityKind.CLOSING_VISIT, 0)
    prospects = kinds.get(ActivityKind.NEW_PROSPECT_VISIT, 0)
    meetings = kinds.get(ActivityKind.FACE_MEETING, 0)
    meetings += closings if mode.closing_counts_as_meeting else 0
    meetings += prospects if mode.new_visit_counts_as_meeting else 0
    return DayCount(
        calls=kinds.get(ActivityKind.APPOINTMENT_CALL, 0),
        meetings=meetings,
        closings=closings,
        new_visits=prospects + kinds.get(ActivityKind.RECRUITING_VISIT, 0),
    )


def still_missing(count: DayCount, mode: WorkMode) -> DayCount:
    """Return what is missing to the quota, column by column, never below zero."""
    return DayCount(
        calls=max(mode.calls - count.calls, 0),
        meetings=max(mode.meetings - count.meetings, 0),
        closings=max(mode.closings - count.closings, 0),
        new_visits=max(mode.new_visits - count.new_visits, 0),
    )


def is_met(count: DayCount, mode: WorkMode) -> bool:
    """Tell whether the whole quota of the day was reached."""
    return still_missing(count, mode) == DayCount()


def is_late(recorded_at: datetime, due: datetime) -> bool:
    """Tell whether an entry came after the day's deadline; it is marked, never refused."""
    return recorded_at > due


def hours_after(recorded_at: datetime, due: datetime) -> float:
    """Return how many hours after the deadline it came; 0.0 when in time."""
    return max((recorded_at - due) / timedelta(hours=1), 0.0)
