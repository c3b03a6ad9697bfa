"""What behaviour tells of a filling problem (R-30 to R-34), as pure functions on plain days.

A sign is a suggestion to a human and never a case: there are good reasons for each of them. The
thresholds are this project's own; the handbook only says that the supervisor notices in time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.filling_ladder import Problem

RECENT, BEFORE = 10, 20  # working days: the last two weeks, and the month before them
FEWEST_DAYS = 8  # of either, else nothing is said
RARELY, FADED, WELL = 0.3, 0.5, 0.8  # shares of working days with a log
FEWEST_NOTES = 8
THINNED = 0.5  # notes half as long as before
TEMPLATE = 0.5  # half of the notes say the same
FEWEST_NAMES, NAMELESS = 5, 0.6


@dataclass(frozen=True, slots=True)
class FilledDay:
    """A working day on which the agent was at work; ``good`` are entries that led on."""

    day: date
    filled: bool
    notes: tuple[str, ...] = ()
    good: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of an agent: days oldest first, names of new customers, a decided case."""

    days: Sequence[FilledDay]
    names: int = 0
    incomplete_names: int = 0
    decided_case: int | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """A problem that shows, and the figures of its sentence."""

    problem: Problem
    facts: dict[str, int] = field(default_factory=dict)


def signs(seen: Seen) -> tuple[Sign, ...]:
    """Return the problems that an agent's behaviour shows, in the handbook's order."""
    recent, before = seen.days[-RECENT:], seen.days[-RECENT - BEFORE : -RECENT]
    found = (_filling(recent, before), _doubting(recent, before), _fabricated(seen), _names(seen))
    return tuple(sign for sign in found if sign is not None)


def _filling(recent: Sequence[FilledDay], before: Sequence[FilledDay]) -> Sign | None:
    """Tell who never or rarely fills from who stopped after a good start."""
    if len(recent) < FEWEST_DAYS:
        return None
    filled = sum(day.filled for day in recent)
    facts = {"filled": filled, "of": len(recent)}
    earlier = sum(day.filled for day in before)
    if len(before) >= FEWEST_DAYS and earlier >= WELL * len(before):
        if filled <= FADED * len(recent):
            return Sign(Problem.FADED, facts | {"before": earlier, "before_of": len(before)})
        return None
    return Sign(Problem.TOO_MUCH_TROUBLE, facts) if filled <= RARELY * len(recent) else None


def _doubting(recent: Sequence[FilledDay], before: Sequence[FilledDay]) -> Sign | None:
    """Tell who still fills but with thin or copied notes, while results do not grow."""
    now = [note for day in recent for note in day.notes]
    then = [note for day in before for note in day.notes]
    if len(now) < FEWEST_NOTES or len(then) < FEWEST_NOTES:
        return None
    length, earlier = _mean_length(now), _mean_length(then)
    copied = max(Counter(note for note in now if note).values(), default=0)
    thin = length <= THINNED * earlier
    if not (thin or copied >= TEMPLATE * len(now)) or _grows(recent, before):
        return None
    return Sign(
        Problem.DOUBTING,
        {
            "length": round(length),
            "before": round(earlier),
            "copied": copied,
            "notes": len(now),
        },
    )


def _grows(recent: Sequence[FilledDay], before: Sequence[FilledDay]) -> bool:
    """Tell whether more entries a day led on than in the month before."""
    now = sum(day.good for day in recent) / len(recent)
    then = sum(day.good for day in before) / len(before)
    return now > then


def _mean_length(notes: Sequence[str]) -> float:
    return sum(map(len, notes)) / len(notes)


def _fabricated(seen: Seen) -> Sign | None:
    if seen.decided_case is None:
        return None
    return Sign(Problem.FABRICATED, {"case_no": seen.decided_case})


def _names(seen: Seen) -> Sign | None:
    if seen.names < FEWEST_NAMES or seen.incomplete_names < NAMELESS * seen.names:
        return None
    facts = {"incomplete": seen.incomplete_names, "names": seen.names}
    return Sign(Problem.FEARS_POACHING, facts)
