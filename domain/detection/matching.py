"""Which visit a free note of a callback is about (detection.md, section 2, last paragraph).

Whoever calls from the list need not match anything. For notes on paper, each visit of the frame
gets a weight in bits, log2 P(agreement | same visit) / P(agreement | another visit), after Fellegi
and Sunter (1969): the telephone by edit distance (Damerau-Levenshtein: one digit wrong, missing or
swapped), the name exactly, by sound (homophones, every reading of a character), or by surname
(王先生), the day exactly or off by one or two, and what else was noted. A name that many customers
bear weighs less. The best visit is taken only when its weight is high and the next is well behind
it; otherwise a human decides. A note without a visit says nothing about anybody: it is never a
denial.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from math import log2

ENOUGH = 12.0  # bits; below, the note may belong to nothing on record
MARGIN = 3.0  # bits between the best visit and the next; below, a human decides
POSSIBLE = 6.0  # bits; below, a visit is not even offered

PHONE_BITS = (12.0, 10.0, 3.0)  # by edit distance 0, 1, 2
OTHER_PHONE = -6.0
DAY_BITS = (5.0, 2.2, -3.0)  # by days apart 0, 1, 2
OTHER_DAY = -9.0
FARTHEST = 3  # days; beyond, nothing else could outweigh the day
SAME_NAME, SAME_SOUND, OTHER_NAME = 0.55, 0.27, -6.0  # shares; the last one in bits
SAME_SURNAME, SURNAME_SOUND = 0.22, 0.08
SURNAME_ONLY = 0.10  # of the notes with a full name, whose given name was misheard
AGENT_BITS, OTHER_AGENT = 3.5, -7.0
HOUR_BITS, OTHER_HOUR = (2.5, 2.0, -1.0), -4.0  # by hours apart 0, 1, 2

_POLITE = re.compile(r"(先生|女士|小姐|太太|老师|阿姨|叔叔|老板|大姐|大哥|总|姐|哥)$")


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


@dataclass(frozen=True, slots=True)
class Known:
    """A visit on record with the customer's name and number in clear."""

    visit_id: str
    agent_id: str
    day: date
    name: str
    phone: str | None
    hour: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A visit that the note may be about; ``weight`` in bits, the sum of ``parts`` by name."""

    visit_id: str
    weight: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What the note is about, if that is clear. ``margin`` in bits to the next candidate."""

    verdict: Verdict
    visit_id: str | None
    margin: float
    candidates: tuple[Candidate, ...]


def match(note: Note, visits: Sequence[Known], most: int = 5) -> Match:
    """Return which of ``visits`` the note is about; at most ``most`` candidates, the best first."""
    common = Commonness.of(visits)
    weighed = (_weigh(note, visit, common) for visit in visits if _near(note, visit))
    found = sorted((c for c in weighed if c.weight >= POSSIBLE), key=_order)
    if not found or found[0].weight < ENOUGH:
        verdict = Verdict.AMBIGUOUS if found else Verdict.UNMATCHED
        return Match(verdict, None, 0.0, tuple(found[:most]))
    margin = found[0].weight - (found[1].weight if len(found) > 1 else 0.0)
    if margin < MARGIN:
        return Match(Verdict.AMBIGUOUS, None, margin, tuple(found[:most]))
    return Match(Verdict.MATCHED, found[0].visit_id, margin, tuple(found[:most]))


@dataclass(frozen=True, slots=True)
class Commonness:
    """How common names and surnames are among the customers of the frame."""

    names: Counter[str]
    surnames: Counter[str]
    customers: int

    @classmethod
    def of(cls, visits: Iterable[Known]) -> "Commonness":
        """Count each customer once, by number and name."""
        people = {(visit.phone, visit.name) for visit in visits}
        names = Counter(name for _, name in people)
        surnames = Counter(name[:1] for _, name in people)
        return cls(names, surnames, max(len(people), 1))

    def bits(self, share: float, bearers: int) -> float:
        """Return log2 of ``share`` against the chance to bear such a name, one more counted."""
        return log2(share * (self.customers + 1) / (bearers + 1))


def edit_distance(one: str, other: str, most: int = 2) -> int:
    """Return the Damerau-Levenshtein distance (a swap of neighbours counts 1), at most most + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, above = above, row
    return min(above[-1], most + 1)


def sounds_alike(one: str, other: str) -> bool:
    """Tell whether two names of one length may be read the same, character by character."""
    return len(one) == len(other) and all(
        a == b or bool(_readings(a) & _readings(b)) for a, b in zip(one, other, strict=True)
    )


def _near(note: Note, visit: Known) -> bool:
    """Tell whether the days let a visit still reach `POSSIBLE`: most visits are never looked at."""
    return abs((note.day - visit.day).days) <= FARTHEST


def _weigh(note: Note, visit: Known, common: Commonness) -> Candidate:
    parts = (
        ("phone", _phone(note.phone, visit.phone)),
        ("name", _name(note.name, visit.name, common)),
        ("day", _by_distance(abs((note.day - visit.day).days), DAY_BITS, OTHER_DAY)),
        ("agent", _same(note.agent_id, visit.agent_id, AGENT_BITS, OTHER_AGENT)),
        ("hour", _hour(note.hour, visit.hour)),
    )
    return Candidate(visit.visit_id, sum(bits for _, bits in parts), parts)


def _order(candidate: Candidate) -> tuple[float, str]:
    return -candidate.weight, candidate.visit_id


def _phone(noted: str | None, known: str | None) -> float:
    if not noted or not known:
        return 0.0
    return _by_distance(_distance(_digits(noted), _digits(known)), PHONE_BITS, OTHER_PHONE)


def _name(noted: str | None, known: str, common: Commonness) -> float:
    """Return the bits of the names: the strongest agreement that holds, each form in its turn."""
    bare = _POLITE.sub("", (noted or "").strip())
    if not bare or not known:
        return 0.0
    bearers, family = common.names[known], common.surnames[known[0]]
    whole = _POLITE.sub("", known)
    if bare == known or (len(bare) > 1 and bare == whole):
        return common.bits(SAME_NAME, bearers)
    if len(bare) == 1 or len(whole) == 1:  # only a surname was noted, or is known
        return _surname(bare[0], whole[:1] or known[0], common, family)
    if sounds_alike(bare, whole):
        return common.bits(SAME_SOUND, bearers)
    misheard = edit_distance(bare[1:], whole[1:], 1) <= 1 and sounds_alike(bare[0], whole[0])
    return common.bits(SURNAME_ONLY, family) if misheard else OTHER_NAME


def _surname(noted: str, known: str, common: Commonness, family: int) -> float:
    if noted == known:
        return common.bits(SAME_SURNAME, family)
    return common.bits(SURNAME_SOUND, family) if sounds_alike(noted, known) else OTHER_NAME


def _hour(noted: int | None, known: int | None) -> float:
    if noted is None or known is None:
        return 0.0
    return _by_distance(abs(noted - known), HOUR_BITS, OTHER_HOUR)


def _same(noted: str | None, known: str, yes: float, no: float) -> float:
    if noted is None:
        return 0.0
    return yes if noted == known else no


def _by_distance(distance: int, bits: tuple[float, ...], beyond: float) -> float:
    return bits[distance] if distance < len(bits) else beyond


def _digits(number: str) -> str:
    """Return the digits, without the country's prefix."""
    digits = re.sub(r"\D", "", number)
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


@lru_cache(maxsize=65536)
def _distance(one: str, other: str) -> int:
    return edit_distance(one, other)


@lru_cache(maxsize=8192)
def _readings(character: str) -> frozenset[str]:
    """Return every reading of a character, without tones."""
    # The table of readings takes 57 MB: only a process that compares names shall hold it.
    from pypinyin import Style, pinyin

    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])
