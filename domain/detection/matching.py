"""Which visit a free note of a callback is about (detection.md, section 2, last paragraph).

Whoever calls from the list need not match anything. For notes on paper, each visit of the frame
(the caller's own teams, three days around the noted one, not after the call) gets a weight in bits
by `agreement`. The bits are compared as odds: the visits of one customer of one agent together
against all other visits, and against the chance that the note belongs to nothing on record. Only
where one customer is all but sure is a visit taken by itself; otherwise a human decides. Of
visits to that customer the one nearest to the noted day counts. Two that are equally near are for
a human. A note without a visit says nothing about anybody: it is never a denial.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import log2

from domain.detection.agreement import (
    Commonness,
    agent_bits,
    day_bits,
    hour_bits,
    name_bits,
    phone_bits,
)

MARGIN = 8.0  # bits, odds of 256 to 1: below, a human decides about whom the note is
NEARER = 0.5  # bits between two days of one customer; below, a human decides which
NOTHING = 0.10  # of the notes belong to no visit on record
POSSIBLE = 4.0  # bits; below, a visit is not even offered
FARTHEST = 3  # days; beyond, nothing else could outweigh the day
SLIP = 1  # day; farther off, it may be another visit to this customer that nobody logged


class Verdict(StrEnum):
    """What became of a note."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"  # a human decides
    UNMATCHED = "unmatched"  # never a denial


@dataclass(frozen=True, slots=True)
class Note:
    """What was written down of a call; None where nothing was."""

    day: date
    name: str | None = None
    phone: str | None = None
    agent_id: str | None = None
    hour: int | None = None
    called_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A visit on record with the customer's name and number in clear.

    ``customer`` is any stable key of the customer.
    """

    visit_id: str
    agent_id: str
    day: date
    name: str
    phone: str | None
    hour: int | None = None
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A visit that the note may be about; ``weight`` in bits, the sum of ``parts`` by name."""

    visit_id: str
    weight: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What the note is about, if that is clear.

    ``margin``: bits, log2 of the odds of the best candidate's customer against everybody else
    and nobody together.
    """

    verdict: Verdict
    visit_id: str | None
    margin: float
    candidates: tuple[Candidate, ...]


def match(note: Note, visits: Sequence[Known], most: int = 5) -> Match:
    """Return which of ``visits`` the note is about; at most ``most`` candidates, the best first."""
    frame = {visit.visit_id: visit for visit in visits if _possible(note, visit)}
    weighed = _weighed(note, frame)
    found = sorted((one for one in weighed if _offered(one)), key=lambda one: -one.weight)
    if not found:
        return Match(Verdict.UNMATCHED, None, 0.0, ())
    margin, own = _likeliest(weighed, frame)
    best, clear = _nearest(note, own, frame)
    shown = [best, *(one for one in found if one != best)][:most]
    if not clear or margin < MARGIN:
        return Match(Verdict.AMBIGUOUS, None, margin, tuple(shown))
    return Match(Verdict.MATCHED, best.visit_id, margin, tuple(shown))


def _possible(note: Note, visit: Known) -> bool:
    """Tell whether the days allow it: most visits are never looked at."""
    told = note.called_on is None or visit.day <= note.called_on
    return told and abs((note.day - visit.day).days) <= FARTHEST


def _weighed(note: Note, frame: Mapping[str, Known]) -> list[Candidate]:
    common = Commonness.of((_customer(visit), visit.name) for visit in frame.values())
    agents = len({visit.agent_id for visit in frame.values()})
    return [_weigh(note, visit, common, agents) for visit in frame.values()]


def _weigh(note: Note, visit: Known, common: Commonness, agents: int) -> Candidate:
    parts = (
        ("phone", phone_bits(note.phone, visit.phone)),
        ("name", name_bits(note.name, visit.name, common)),
        ("day", day_bits(abs((note.day - visit.day).days))),
        ("agent", agent_bits(note.agent_id, visit.agent_id, agents)),
        ("hour", hour_bits(note.hour, visit.hour)),
    )
    return Candidate(visit.visit_id, sum(bits for _, bits in parts), parts)


def _offered(one: Candidate) -> bool:
    """Tell whether number or name speak for it (day and hour fit many), and enough in all."""
    told = dict(one.parts)
    return one.weight >= POSSIBLE and told["phone"] + told["name"] > 0.0


def _likeliest(
    weighed: Sequence[Candidate], frame: Mapping[str, Known]
) -> tuple[float, list[Candidate]]:
    """Return the margin of the likeliest customer, and the visits to this customer."""
    people: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for one in weighed:
        people[_person(frame[one.visit_id])].append(one)
    odds = {person: sum(2.0**one.weight for one in own) for person, own in people.items()}
    best = max(sorted(odds), key=odds.__getitem__)
    others = sum(value for person, value in odds.items() if person != best)
    nothing = len(frame) * NOTHING / (1.0 - NOTHING)
    return log2(odds[best] / (others + nothing)), people[best]


def _nearest(
    note: Note, own: Sequence[Candidate], frame: Mapping[str, Known]
) -> tuple[Candidate, bool]:
    """Return the visit to one customer whose day and hour fit best, and whether its day is clear.

    The name plays no part: a half name on one visit is the same customer's.
    """
    ranked = sorted(own, key=lambda one: _order(one, frame))
    best = frame[ranked[0].visit_id]
    clear = abs((note.day - best.day).days) <= SLIP and all(
        _when(ranked[0]) - _when(one) >= NEARER
        for one in ranked[1:]
        if frame[one.visit_id].day != best.day
    )
    return ranked[0], clear


def _order(one: Candidate, frame: Mapping[str, Known]) -> tuple[float, int, str]:
    hour = frame[one.visit_id].hour
    return -_when(one), 0 if hour is None else hour, one.visit_id


def _when(one: Candidate) -> float:
    told = dict(one.parts)
    return told["day"] + told["hour"]


def _person(visit: Known) -> tuple[str, str]:
    return visit.agent_id, _customer(visit)


def _customer(visit: Known) -> str:
    return visit.customer or visit.phone or visit.visit_id
