"""Near-copies among an agent's own remarks (detection.md, signal 7)."""

from collections.abc import Iterable
from math import ceil

WINDOW = 60  # own earlier remarks a new one is compared with
SHORTEST = 8  # characters; shorter remarks are alike by nature
ALIKE = 0.85  # Jaccard similarity of character bigrams


def bigrams(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters, spaces left out."""
    bare = "".join(text.split())
    return frozenset(bare[i : i + 2] for i in range(len(bare) - 1))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard similarity, 0.0 to 1.0."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


class RecentRemarks:
    """The last `WINDOW` remarks of one agent, asked about each new one in the order of typing.

    An alike remark shares at least 0.85 |a| bigrams, so it holds one of any |a| - ceil(0.85 |a|) + 1
    of them: only the remarks that hold one of the rarest few are compared.
    """

    def __init__(self) -> None:
        self._recent: dict[int, frozenset[str]] = {}
        self._holders: dict[str, set[int]] = {}
        self._next = 0

    def repeats(self, remark: str | None) -> bool:
        """Tell whether this remark nearly copies a recent one, and remember it."""
        if remark is None or len(remark.strip()) < SHORTEST:
            return False
        grams = bigrams(remark)
        alike = any(similarity(grams, other) >= ALIKE for other in self._candidates(grams))
        self._remember(grams)
        return alike

    def _candidates(self, grams: frozenset[str]) -> Iterable[frozenset[str]]:
        few = len(grams) - ceil(ALIKE * len(grams)) + 1
        holders = [self._holders.get(gram, _NOBODY) for gram in grams]
        numbers: set[int] = set().union(*sorted(holders, key=len)[:few])
        return (self._recent[number] for number in numbers)

    def _remember(self, grams: frozenset[str]) -> None:
        self._recent[self._next] = grams
        for gram in grams:
            self._holders.setdefault(gram, set()).add(self._next)
        self._next += 1
        if len(self._recent) > WINDOW:
            self._forget(self._next - WINDOW - 1)

    def _forget(self, number: int) -> None:
        for gram in self._recent.pop(number):
            holders = self._holders[gram]
            holders.remove(number)
            if not holders:
                del self._holders[gram]


_NOBODY: set[int] = set()
