"""The Merkle tree over a log: hashes, proofs, and how they are verified (RFC 6962, RFC 9162).

Pure functions on bytes; standard library only, so that the signer can use them with nothing else
loaded. Leaf i is the event at position i + 1; its hash is taken over the stored envelope.

A *node* ``(level, index)`` is the hash over the ``2**level`` leaves from ``index * 2**level`` on,
all of them there. Every root and every proof is put together from nodes. Nodes are kept as
*tiles* (C2SP tlog-tiles): tile ``(level, index)`` holds up to 256 nodes of level ``8 * level``,
side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
TILE_HEIGHT = 8  # levels of the tree in one tile
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = sha256(b"").digest()

Nodes = Callable[[int, int], bytes]
"""Returns a node's hash by level and index."""


class ProofError(ValueError):
    """A proof was asked for, or a tile read, that the tree does not have."""


def leaf_hash(envelope: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + envelope).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes, all of them given."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


class Frontier:
    """The least that must be kept to append: the perfect subtrees of a tree, largest first."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ProofError(f"a tree of {size} leaves has {size.bit_count()} perfect subtrees")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> None:
        """Add a leaf's hash at the end."""
        size, hashes = self.size, self.hashes
        while size & 1:
            leaf = node_hash(hashes.pop(), leaf)
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add many leaves' hashes at the end."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        return _folded(self.hashes) if self.hashes else EMPTY_ROOT


class TileNodes:
    """Nodes out of tiles. ``read(level, index)`` returns a tile's hashes; each is read once."""

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Return the hash of a node. Raises ProofError when its tile does not hold it."""
        tile_level, height = divmod(level, TILE_HEIGHT)
        first = index << height
        tile, at = divmod(first, TILE_WIDTH)
        hashes = self._tile(tile_level, tile)[at * HASH_BYTES : (at + (1 << height)) * HASH_BYTES]
        if len(hashes) != HASH_BYTES << height:
            raise ProofError(f"tile {tile_level}/{tile} has no node {at} of height {height}")
        return perfect_root(hashes)

    def _tile(self, level: int, index: int) -> bytes:
        key = level, index
        if key not in self._tiles:
            self._tiles[key] = self._read(level, index)
        return self._tiles[key]


def perfect_root(hashes: bytes) -> bytes:
    """Return the root over a power of two of hashes, given side by side."""
    row = split(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def split(hashes: bytes) -> list[bytes]:
    """Return the single hashes of a tile. Raises ProofError when it is cut off."""
    if len(hashes) % HASH_BYTES:
        raise ProofError("a tile is whole hashes")
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def frontier_of(size: int, nodes: Nodes) -> Frontier:
    """Return the frontier of the first ``size`` leaves."""
    return Frontier(size, list(_subtrees(0, size, nodes)))


def tree_root(size: int, nodes: Nodes) -> bytes:
    """Return the root over the first ``size`` leaves."""
    return _range_hash(0, size, nodes) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the path of leaf ``index`` in the tree of ``size`` leaves (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split_point(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_range_hash(start, middle, nodes))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """Return the proof that the tree of ``new`` leaves begins with that of ``old`` (2.1.2)."""
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} leaves has no past of {old}")
    if old == 0:
        return []
    path, start, end = [], 0, new
    while end != old:
        middle = start + _split_point(end - start)
        if old <= middle:
            path.append(_range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_range_hash(start, middle, nodes))
            start = middle
    if start:  # the old tree is not itself a subtree of the new: its last part begins the proof
        path.append(_range_hash(start, end, nodes))
    return path[::-1]


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether the proof shows ``leaf`` at ``index`` under ``root`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(proof):
        return False
    at, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(other, found)
            at, last = _up_past_zeros(at, last)
        else:
            found = node_hash(found, other)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the proof shows that the new tree begins with the old (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or not _are_hashes(proof):
        return False
    if old == 0 and old_root != EMPTY_ROOT:
        return False
    if old in (0, new):
        return not proof and (old < new or old_root == new_root)
    path = iter([old_root, *proof] if old.bit_count() == 1 else proof)
    first = next(path, None)
    if first is None:
        return False
    roots = _rebuilt(old, new, first, path)
    return roots is not None and roots == (old_root, new_root)


def _rebuilt(old: int, new: int, first: bytes, path: Iterator[bytes]) -> tuple[bytes, bytes] | None:
    """Return the two roots that a consistency proof leads to, None when it has a wrong length."""
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_root = new_root = first
    for other in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            old_root, new_root = node_hash(other, old_root), node_hash(other, new_root)
            at, last = _up_past_zeros(at, last)
        else:
            new_root = node_hash(new_root, other)
        at, last = at >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def _up_past_zeros(at: int, last: int) -> tuple[int, int]:
    """Go up while the node is a left child, that is, while the tree has nothing to its right."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _split_point(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _range_hash(start: int, end: int, nodes: Nodes) -> bytes:
    return _folded(list(_subtrees(start, end, nodes)))


def _subtrees(start: int, end: int, nodes: Nodes) -> Iterator[bytes]:
    """Yield the perfect subtrees of a range that begins where the tree would begin one."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield nodes(level, start >> level)
        start += 1 << level


def _folded(hashes: Sequence[bytes]) -> bytes:
    found = hashes[-1]
    for left in hashes[-2::-1]:
        found = node_hash(left, found)
    return found


def _are_hashes(proof: Sequence[bytes]) -> bool:
    return all(len(item) == HASH_BYTES for item in proof)
