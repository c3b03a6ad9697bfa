"""What each field of a free note speaks for a visit, in bits (detection.md, section 2).

A field's bits are log2 P(what the note says | it is about this visit) / P(the same | it is about
nobody on record), after Fellegi and Sunter (1969). The chances of a slip (m) are those of the page:
12 % one wrong digit, 5 % two swapped, 25 % a homophone, 20 % the surname only, 25 % a day off.
The chances of coincidence (u) are counted where they can be: 7 x 10^9 numbers, the customers of the
frame who bear a name, seven days.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import log2

NUMBERS = 7e9  # 11 digits, the first is 1 and the second 3 to 9
RELATED = 3.0  # bits: numbers bought in a series, of a family or a firm, differ at the end
LAST = 2  # digits in which a series differs
EXACT = log2(0.82 * NUMBERS) - 6.0  # 6 bits off each: a list may hold another's number
WRONG_DIGIT = log2(0.12 / 99 * NUMBERS) - 6.0  # 11 places, 9 other digits each
SWAPPED = log2(0.05 / 10 * NUMBERS) - 6.0  # 10 pairs of neighbours
LOST_DIGIT = log2(0.005 / 11 * NUMBERS) - 6.0  # missing, or one too many
TWO_SLIPS = log2(0.005 / 5000 * NUMBERS) - 6.0
OTHER_PHONE = log2(0.005)

SAME_NAME, SAME_SOUND = 0.55, 0.25
SAME_SURNAME, SURNAME_SOUND = 0.20, 0.06
MISHEARD = 0.05  # the surname right, the given name half
OTHER_NAME = log2(0.015)
NAME_SHARE, SURNAME_SHARE = 1 / 2000, 1 / 20  # of all people who bear a usual one
POPULATION = 50  # customers; what is usual among all people counts as so many of the frame

DAYS = 7  # of the frame: three before and three after the noted day
DAY_SHARES = (0.74, 0.125, 0.004)  # by days apart; each side for itself
OTHER_DAY_SHARE = 0.001
HOURS = 10  # in which visits take place
HOUR_SHARES, OTHER_HOUR_SHARE = (0.60, 0.16, 0.02), 0.004

OTHER_AGENT_SHARE = 0.01  # an agent noted, and it was a colleague

_POLITE = re.compile(r"(先生|女士|小姐|太太|老师|阿姨|叔叔|老板|大姐|大哥|总|姐|哥)$")


@dataclass(frozen=True, slots=True)
class Commonness:
    """How common names and surnames are among the customers of the frame."""

    names: Counter[str]
    surnames: Counter[str]
    customers: int

    @classmethod
    def of(cls, people: Iterable[tuple[str, str]]) -> "Commonness":
        """Count each customer, told as (key, name), once."""
        each = set(people)
        names = Counter(name for _, name in each)
        surnames = Counter(name[:1] for _, name in each)
        return cls(names, surnames, max(len(each), 1))

    def name_bits(self, share: float, name: str) -> float:
        """Return log2 of ``share`` against the chance that somebody else bears this name."""
        return self._bits(share, self.names[name], NAME_SHARE)

    def surname_bits(self, share: float, name: str) -> float:
        """Return log2 of ``share`` against the chance that somebody else bears this surname."""
        return self._bits(share, self.surnames[name[:1]], SURNAME_SHARE)

    def _bits(self, share: float, bearers: int, usual: float) -> float:
        others = max(bearers - 1, 0) + POPULATION * usual
        return log2(share * (self.customers - 1 + POPULATION) / others)


def phone_bits(noted: str | None, known: str | None) -> float:
    """Return the bits of two numbers: the same, a digit wrong, swapped, lost, two slips, others."""
    if not noted or not known:
        return 0.0
    one, other = _digits(noted), _digits(known)
    distance = edit_distance(one, other)
    if distance == 0:
        return EXACT
    if distance > 2:
        return OTHER_PHONE
    if distance == 2:
        return TWO_SLIPS
    if len(one) != len(other):
        return LOST_DIGIT
    wrong = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(wrong) == 2:
        return SWAPPED
    return WRONG_DIGIT - (RELATED if wrong[0] >= len(other) - LAST else 0.0)


def name_bits(noted: str | None, known: str, common: Commonness) -> float:
    """Return the bits of the names: the strongest agreement that holds, each form in its turn."""
    bare = _POLITE.sub("", (noted or "").strip())
    if not bare or not known:
        return 0.0
    whole = _POLITE.sub("", known)
    if bare == known or (len(bare) > 1 and bare == whole):
        return common.name_bits(SAME_NAME, known)
    if len(bare) == 1 or len(whole) == 1:  # only a surname was noted, or is known
        return _surname_bits(bare[0], known, common)
    if sounds_alike(bare, whole):
        return common.name_bits(SAME_SOUND, known)
    misheard = edit_distance(bare[1:], whole[1:], 1) <= 1 and sounds_alike(bare[0], whole[0])
    return common.surname_bits(MISHEARD, known) if misheard else OTHER_NAME


def day_bits(apart: int) -> float:
    """Return the bits of a day noted so many days apart from the visit's."""
    share = DAY_SHARES[apart] if apart < len(DAY_SHARES) else OTHER_DAY_SHARE
    return log2(share * DAYS)


def hour_bits(noted: int | None, known: int | None) -> float:
    """Return the bits of an hour of the day, 0.0 where one was not noted."""
    if noted is None or known is None:
        return 0.0
    apart = abs(noted - known)
    share = HOUR_SHARES[apart] if apart < len(HOUR_SHARES) else OTHER_HOUR_SHARE
    return log2(share * HOURS)


def agent_bits(noted: str | None, known: str, agents: int) -> float:
    """Return the bits of the agent, of so many in the frame; 0.0 where none was noted."""
    if noted is None:
        return 0.0
    return log2(max(agents, 2)) if noted == known else log2(OTHER_AGENT_SHARE)


def edit_distance(one: str, other: str, most: int = 2) -> int:
    """Return the Damerau-Levenshtein distance (a swap of neighbours counts 1), at most most + 1."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > most or _far_apart(one, other, most):
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
        a == b or bool(readings(a) & readings(b)) for a, b in zip(one, other, strict=True)
    )


@lru_cache(maxsize=8192)
def readings(character: str) -> frozenset[str]:
    """Return every reading of a character, without tones."""
    # The table of readings takes 57 MB: only a process that compares names shall hold it.
    from pypinyin import Style, pinyin

    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


def _surname_bits(noted: str, known: str, common: Commonness) -> float:
    if noted == known[0]:
        return common.surname_bits(SAME_SURNAME, known)
    alike = sounds_alike(noted, known[0])
    return common.surname_bits(SURNAME_SOUND, known) if alike else OTHER_NAME


def _far_apart(one: str, other: str, most: int) -> bool:
    """Tell whether too many characters of one are not in the other: most pairs need no more."""
    return sum(max(0, one.count(c) - other.count(c)) for c in set(one)) > most


@lru_cache(maxsize=65536)
def _digits(number: str) -> str:
    """Return the digits, without the country's prefix."""
    digits = re.sub(r"\D", "", number)
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
