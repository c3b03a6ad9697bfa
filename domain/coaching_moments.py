"""Which moments for coaching the record shows, as pure functions (R-71; moments 2, 3, 6 to 10).

What the record cannot know (a new kind of visit, hesitation, doubt in oneself: moments 1, 4 and 5)
is left to the supervisor's own eyes. Every finding carries the numbers that led to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from domain.coaching_words import Moment
from domain.words import ActivityKind, ActivityResult

LOST = frozenset({ActivityResult.DECLINED, ActivityResult.NOT_MET})
FEWEST = 5  # entries, or working days, below which nothing is said


@dataclass(frozen=True, slots=True)
class Meeting:
    """One standing entry of an agent's log."""

    day: date
    kind: str
    customer_id: str
    result: str


@dataclass(frozen=True, slots=True)
class LogDay:
    """One working day: whether the log was written, the share of the quota, whether help was asked."""

    day: date
    written: bool
    share: float
    help_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A moment that the record shows, with its numbers."""

    moment: Moment
    evidence: Mapping[str, float]


def moments(days: Sequence[LogDay], meetings: Sequence[Meeting]) -> tuple[Seen, ...]:
    """Return the moments that an agent's last 20 working days show, in the handbook's order.

    ``days``: working days without leave, oldest first; ``meetings``: entries of the last ten of them.
    """
    found = (
        _setback(meetings),
        _unsteady(days[-10:]),
        _wants_to_improve(days),
        _below_standard(days[-10:]),
        _negative(days),
        _asked(days[-2:]),
        _big_case(meetings),
    )
    return tuple(seen for seen in found if seen is not None)


def _setback(meetings: Sequence[Meeting]) -> Seen | None:
    """2: of the last visits, at least five, three quarters ended in nothing."""
    visits = [m for m in meetings if m.kind != ActivityKind.APPOINTMENT_CALL][-8:]
    lost = sum(m.result in LOST for m in visits)
    if len(visits) < FEWEST or lost < 0.75 * len(visits):
        return None
    return Seen(Moment.SETBACK, {"visits": len(visits), "lost": lost})


def _unsteady(days: Sequence[LogDay]) -> Seen | None:
    """3: in ten working days the log begins and stops at least five times."""
    turns = sum(one.written != other.written for one, other in pairwise(days))
    if len(days) < 2 * FEWEST or turns < 5:
        return None
    return Seen(Moment.UNSTEADY, {"days": len(days), "turns": turns})


def _wants_to_improve(days: Sequence[LogDay]) -> Seen | None:
    """6: the last five days are written by at least half more of the days than the ten before."""
    before, now = days[-15:-5], days[-5:]
    if len(before) < FEWEST or len(now) < FEWEST:
        return None
    was, is_now = _written(before), _written(now)
    if is_now - was < 0.5:
        return None
    return Seen(Moment.WANTS_TO_IMPROVE, {"before": round(was, 2), "now": round(is_now, 2)})


def _below_standard(days: Sequence[LogDay]) -> Seen | None:
    """7: logs are written, and less than 40 % of the quota stands in them."""
    written = [day for day in days if day.written]
    if len(written) < FEWEST:
        return None
    share = sum(day.share for day in written) / len(written)
    if share >= 0.4:
        return None
    return Seen(Moment.BELOW_STANDARD, {"days": len(written), "share": round(share, 2)})


def _negative(days: Sequence[LogDay]) -> Seen | None:
    """8: three working days and more without a word, after days with some."""
    blank = 0
    for day in reversed(days):
        if day.written:
            break
        blank += 1
    if blank < 3 or blank == len(days):
        return None
    return Seen(Moment.NEGATIVE, {"blank_days": blank})


def _asked(days: Sequence[LogDay]) -> Seen | None:
    """9: a log was handed in with "I want help"."""
    asked = sum(day.help_wanted for day in days)
    return Seen(Moment.ASKED, {"days": asked}) if asked else None


def _big_case(meetings: Iterable[Meeting]) -> Seen | None:
    """10: the same customer was visited three times to close, and has not signed."""
    visits: Counter[str] = Counter()
    signed = set()
    for meeting in meetings:
        if meeting.kind == ActivityKind.CLOSING_VISIT:
            visits[meeting.customer_id] += 1
        if meeting.result == ActivityResult.SIGNED:
            signed.add(meeting.customer_id)
    most = max((n for customer, n in visits.items() if customer not in signed), default=0)
    return Seen(Moment.BIG_CASE, {"closing_visits": most}) if most >= 3 else None


def _written(days: Sequence[LogDay]) -> float:
    return sum(day.written for day in days) / len(days)
