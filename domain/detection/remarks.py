"""Near-copies among an agent's own remarks (detection.md, signal 7)."""

from collections import deque
from functools import reduce
from operator import add, or_

WINDOW = 60  # own earlier remarks a new one is compared with
SHORTEST = 8  # characters; shorter remarks are alike by nature
ALIKE = 0.85  # Jaccard similarity of character bigrams
BITS = 251  # of a mask; a prime spreads the bigrams


def bigrams(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters, spaces left out."""
    bare = "".join(text.split())
    return frozenset(map(add, bare, bare[1:]))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard similarity, 0.0 to 1.0."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


class RecentRemarks:
    """The last `WINDOW` remarks of one agent, asked about each new one in the order of typing.

    Each remark is kept with a mask of `BITS` bits, one a bigram, some shared. Masks of alike
    remarks differ in few bits: J >= 0.85 means |a xor b| <= 0.15 |a or b| <= (0.15 / 0.85) |a|, and
    shared bits only lessen it. So the masks rule out nearly all without a look at the words.
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[int, str]] = deque(maxlen=WINDOW)

    def repeats(self, remark: str | None) -> bool:
        """Tell whether this remark nearly copies a recent one, and remember it."""
        if remark is None or len(remark.strip()) < SHORTEST:
            return False
        grams = bigrams(remark)
        mask, most = _mask(grams), (1.0 - ALIKE) / ALIKE * len(grams)
        near = [other for m, other in self._recent if (m ^ mask).bit_count() <= most]
        self._recent.append((mask, remark))
        return any(similarity(grams, bigrams(other)) >= ALIKE for other in near)


class _Bits(dict[str, int]):
    """The bit of each bigram; bigrams repeat so often that most are only looked up."""

    def __missing__(self, gram: str) -> int:
        bit = self[gram] = 1 << (ord(gram[0]) * 31 + ord(gram[1])) % BITS
        return bit


_BITS = _Bits()


def _mask(grams: frozenset[str]) -> int:
    return reduce(or_, map(_BITS.__getitem__, grams), 0)
