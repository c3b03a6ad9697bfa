"""What a supervisor's own records show of the supervisor, as pure functions (R-83 to R-85).

The handbook's symptoms, turned into shares with a fewest number below which nothing is asked: a
question is only worth its asker's trust if it is seldom wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from domain.supervisor_journal import Asked, Question

FEWEST = 5
HASTE = 20  # seconds between two reviews
THIN = 10  # characters
CALLS_WITHOUT_A_DENIAL = 40


@dataclass(frozen=True, slots=True)
class CallMade:
    """A callback with an outcome: whom, how complete the name, how much was written, denied or not."""

    customer_id: str
    name_complete: bool
    note_length: int
    denied: bool


@dataclass(frozen=True, slots=True)
class Talked:
    """A coaching or a tracking call: with whom, and how much was written."""

    agent_id: str
    length: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review: when, and its remark (None if it is erased)."""

    at: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class TenDays:
    """What a supervisor did in ten working days. ``agents``: how many there are to lead."""

    calls: Sequence[CallMade] = ()
    coachings: Sequence[Talked] = ()
    trackings: Sequence[Talked] = ()
    reviews: Sequence[Reviewed] = ()
    agents: int = 0


def self_check(days: TenDays) -> tuple[tuple[Asked, ...], int]:
    """Return the questions that ten working days raise, and how many checks had enough to go by."""
    calls = days.calls
    denials = None
    if len(calls) >= CALLS_WITHOUT_A_DENIAL:
        denied = sum(call.denied for call in calls)
        denials = (Question.NEVER_A_DENIAL, 0.0 if denied else 1.0, len(calls), 0.5)
    looked = [
        _share(Question.SAME_CUSTOMERS, _repeats([c.customer_id for c in calls]), calls, 0.3),
        _share(
            Question.INCOMPLETE_NAMES, sum(not call.name_complete for call in calls), calls, 0.2
        ),
        _share(
            Question.THIN_CALL_NOTES, sum(call.note_length < THIN for call in calls), calls, 0.5
        ),
        denials,
        _share(Question.HASTY_REVIEWS, _hasty(days.reviews), days.reviews, 0.5),
        _share(Question.SAME_REMARKS, _repeats([r.text for r in days.reviews]), days.reviews, 0.5),
        *_about(days.coachings, days.agents, Question.SAME_AGENTS_COACHED, Question.THIN_COACHING),
        *_about(days.trackings, days.agents, Question.SAME_AGENTS_TRACKED, Question.THIN_TRACKING),
    ]
    made = [one for one in looked if one is not None]
    raised = (Asked(name, round(value, 2), of) for name, value, of, line in made if value >= line)
    return tuple(raised), len(made)


Look = tuple[Question, float, int, float]
"""A question, its share, out of how many, and the line at which it is asked."""


def _share(name: Question, found: int, of: Sequence[object], line: float) -> Look | None:
    return (name, found / len(of), len(of), line) if len(of) >= FEWEST else None


def _about(
    talks: Sequence[Talked], agents: int, same: Question, thin: Question
) -> tuple[Look | None, ...]:
    most = max(Counter(talk.agent_id for talk in talks).values(), default=0)
    # with one or two agents there is hardly anybody else to talk to
    alone = None if agents < 3 else _share(same, most, talks, 0.7)
    return alone, _share(thin, sum(talk.length < THIN for talk in talks), talks, 0.5)


def _repeats(things: Sequence[Hashable]) -> int:
    """Return how many of these are not the first of their kind."""
    known = [thing for thing in things if thing is not None]
    return len(known) - len(set(known))


def _hasty(reviews: Sequence[Reviewed]) -> int:
    """Return how many reviews came within seconds of the one before."""
    times = sorted(review.at for review in reviews)
    gaps = (later - earlier for earlier, later in pairwise(times))
    return sum(gap.total_seconds() < HASTE for gap in gaps)
