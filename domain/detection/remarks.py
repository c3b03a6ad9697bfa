"""Near-copies among an agent's own remarks (detection.md, signal 7)."""

from collections import deque

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

    An alike remark must share one of any |a| - ceil(0.85 |a|) + 1 bigrams, so only remarks that
    share one of the rarest few are compared; a branch of half a year stays a matter of seconds.
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[int, frozenset[str]]] = deque()
        self._holders: dict[str, dict[int, frozenset[str]]] = {}
        self._next = 0

    def repeats(self, remark: str | None) -> bool:
        """Tell whether this remark nearly copies a recent one, and remember it."""
        if remark is None or len(remark.strip()) < SHORTEST:
            return False
        grams = bigrams(remark)
        alike = any(similarity(grams, other) >= ALIKE for other in self._candidates(grams))
        self._remember(grams)
        return alike

    def _candidates(self, grams: frozenset[str]) -> list[frozenset[str]]:
        few = len(grams) - -int(-ALIKE * len(grams) // 1) + 1
        rarest = sorted(len(holders) for holders in map(self._holders_of, grams))
        limit = rarest[few - 1] if few <= len(rarest) else 0
        found: dict[int, frozenset[str]] = {}
        for gram in grams:
            if len(self._holders_of(gram)) <= limit:
                found |= self._holders_of(gram)
        return list(found.values())

    def _holders_of(self, gram: str) -> dict[int, frozenset[str]]:
        return self._holders.get(gram, _NOBODY)

    def _remember(self, grams: frozenset[str]) -> None:
        self._recent.append((self._next, grams))
        for gram in grams:
            self._holders.setdefault(gram, {})[self._next] = grams
        self._next += 1
        if len(self._recent) > WINDOW:
            self._forget(*self._recent.popleft())

    def _forget(self, number: int, grams: frozenset[str]) -> None:
        for gram in grams:
            del self._holders[gram][number]
            if not self._holders[gram]:
                del self._holders[gram]


_NOBODY: dict[int, frozenset[str]] = {}
