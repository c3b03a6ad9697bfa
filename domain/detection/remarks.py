"""Near-copies among an agent's own remarks (detection.md, signal 7)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import add

import numpy as np
from numpy.typing import NDArray

WINDOW = 60  # own earlier remarks a new one is compared with
SHORTEST = 8  # characters; shorter remarks are alike by nature
ALIKE = 0.85  # Jaccard similarity of character bigrams
BITS = 251  # of a mask; a prime spreads the bigrams
WIDTH = 256  # of a mask as it lies in memory
AT_ONCE = 8192  # remarks whose masks are made together
END = "\n"  # between remarks; none holds a space

Words = NDArray[np.uint64]


def bigrams(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters, spaces left out."""
    bare = "".join(text.split())
    return frozenset(map(add, bare, bare[1:]))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard similarity, 0.0 to 1.0."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


class RecentRemarks:
    """The last `WINDOW` remarks of every agent, asked about new ones in the order of typing.

    Each remark has a mask of `BITS` bits, one a bigram, some shared. Masks of alike remarks differ
    in few bits: J >= 0.85 means |a xor b| <= 0.15 |a or b| <= (0.15 / 0.85) |a|, and shared bits
    only lessen it. So the masks, compared for all agents at once, rule out nearly all pairs
    without a look at the words.
    """

    def __init__(self) -> None:
        self._recent: dict[int, list[str]] = {}  # by agent, the newest last

    def repeats(self, agents: Sequence[int], remarks: Sequence[str | None]) -> list[bool]:
        """Tell of each remark whether it nearly copies a recent own one, and remember them."""
        new: dict[int, list[int]] = defaultdict(list)
        for at, (agent, remark) in enumerate(zip(agents, remarks, strict=True)):
            if remark is not None and len(remark.strip()) >= SHORTEST:
                new[agent].append(at)
        found = [False] * len(remarks)
        for some in _portions(new):
            owners, texts, places = self._with_recent(some, remarks)
            for row in _near_copies(owners, texts, places):
                found[places[row]] = True
        return found

    def _with_recent(
        self, new: dict[int, list[int]], remarks: Sequence[str | None]
    ) -> tuple[list[int], list[str], list[int]]:
        """Return owner, text and place of the recent and new remarks, agent by agent.

        A recent one, which was told before, has the place -1.
        """
        owners, texts, places = list[int](), list[str](), list[int]()
        for agent, rows in new.items():
            old = self._recent.get(agent, [])
            fresh = [_bare(remarks[row] or "") for row in rows]
            texts += old + fresh
            places += [-1] * len(old) + rows
            owners += [agent] * (len(old) + len(fresh))
            self._recent[agent] = (old + fresh)[-WINDOW:]
        return owners, texts, places


def _portions(new: dict[int, list[int]]) -> Iterator[dict[int, list[int]]]:
    """Yield the agents in portions, so that the masks of a large branch never lie there at once."""
    portion: dict[int, list[int]] = {}
    size = 0
    for agent, rows in new.items():
        portion[agent] = rows
        size += len(rows)
        if size >= AT_ONCE:
            yield portion
            portion, size = {}, 0
    if portion:
        yield portion


def _near_copies(owners: list[int], texts: list[str], places: list[int]) -> Iterator[int]:
    """Yield the rows with a place that nearly copy one of the `WINDOW` rows of the owner before."""
    masks, owner = _masks(texts), np.array(owners)
    most = np.array([(1.0 - ALIKE) / ALIKE * (len(text) - 1) for text in texts])
    wanted = np.array(places) >= 0
    grams: dict[int, frozenset[str]] = {}

    def words(row: int) -> frozenset[str]:
        if row not in grams:
            grams[row] = bigrams(texts[row])
        return grams[row]

    for lag in range(1, min(WINDOW, len(texts) - 1) + 1):
        apart = sum(np.bitwise_count(word[lag:] ^ word[:-lag]) for word in masks)
        near = (apart <= most[lag:]) & (owner[lag:] == owner[:-lag]) & wanted[lag:]
        for row in (np.flatnonzero(near) + lag).tolist():
            if texts[row] == texts[row - lag] or similarity(words(row), words(row - lag)) >= ALIKE:
                wanted[row] = False
                yield row


def _masks(texts: list[str]) -> list[Words]:
    """Return the masks as columns of 64 bits."""
    portions = [_mask_rows(texts[at : at + AT_ONCE]) for at in range(0, len(texts), AT_ONCE)]
    return [np.ascontiguousarray(column) for column in np.concatenate(portions).T]


def _mask_rows(texts: list[str]) -> Words:
    codes = np.frombuffer(
        END.join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32
    ).astype(np.int64)
    ends = codes == ord(END)
    inside = ~(ends[:-1] | ends[1:])
    row = np.cumsum(ends)[:-1][inside]
    bit = ((codes[:-1] * 31 + codes[1:]) % BITS)[inside]
    marked = np.zeros((len(texts), WIDTH), dtype=np.bool_)
    marked[row, bit] = True
    return np.packbits(marked, axis=1).view(np.uint64)


def _bare(text: str) -> str:
    return "".join(text.split())
