"""The tree over the log, kept in tiles: from it every root and every proof is made (trust.md 1.3).

Leaf i is the event at position i + 1, its hash taken over the envelope as stored. Tiles are those
of C2SP tlog-tiles, so what stands here is what `/log/tile/` hands out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, MetaData, Table, select

from projections.base import POSITION, Projection, Writer
from store.log_reader import LoggedEvent
from store.proof import (
    HASH_BYTES,
    TILE_WIDTH,
    ProofError,
    TileNodes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    perfect_root,
    tree_root,
)

METADATA = MetaData()
TILE = Table(
    "proof_tile",
    METADATA,
    Column("level", Integer, primary_key=True),
    Column("tile", BigInteger, primary_key=True),
    Column("width", Integer, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
)
TILE_BYTES = TILE_WIDTH * HASH_BYTES
ReadTile = Callable[[int, int], bytes]


class ProofTree(Projection):
    """Grows by whole batches: the last tile of a level is read and written once for each."""

    def collect(self, writer: Writer, events: Iterable[LoggedEvent]) -> None:
        """Append the events' leaves. Raises ProofError at a gap in the log's positions."""
        batch = list(events)
        if not batch:
            return
        first = batch[0].position
        if batch[-1].position - first != len(batch) - 1:
            raise ProofError(f"positions are missing behind {first}")
        leaves = [leaf_hash(event.envelope) for event in batch]
        for (level, tile), hashes in grown(first - 1, leaves, _reading(writer)).items():
            _keep(writer, level, tile, hashes)


PROOF_TREE = ProofTree("proof_tree", 1, METADATA, {})


def grown(size: int, leaves: Sequence[bytes], read: ReadTile) -> dict[tuple[int, int], bytes]:
    """Return the tiles that change when leaves are added to a tree of ``size`` leaves."""
    changed: dict[tuple[int, int], bytes] = {}
    level, row = 0, list(leaves)
    while row:
        tile, width = divmod(size, TILE_WIDTH)
        before = read(level, tile)[: width * HASH_BYTES] if width else b""
        if len(before) != width * HASH_BYTES:
            raise ProofError(f"tile {level}/{tile} has not the {width} hashes that it should have")
        hashes = before + b"".join(row)
        parts = [hashes[at : at + TILE_BYTES] for at in range(0, len(hashes), TILE_BYTES)]
        changed.update({(level, tile + no): part for no, part in enumerate(parts)})
        row = [perfect_root(part) for part in parts if len(part) == TILE_BYTES]
        level, size = level + 1, tile  # so many full tiles there were on this level
    return changed


@dataclass(frozen=True)
class Tree:
    """The tree as it stands at one moment: valid as long as its connection's transaction."""

    size: int
    read: ReadTile
    nodes: TileNodes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", TileNodes(self.read))

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first ``size`` leaves, or over all."""
        return tree_root(self._known(self.size if size is None else size), self.nodes)

    def leaf(self, index: int) -> bytes:
        """Return the hash of a leaf. Raises ProofError when there is none."""
        if not 0 <= index < self.size:
            raise ProofError(f"a tree of {self.size} leaves has no leaf {index}")
        return self.nodes(0, index)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the path of a leaf in the tree of the first ``size`` leaves."""
        return inclusion_proof(index, self._known(size), self.nodes)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the first ``new`` leaves begin with the first ``old``."""
        return consistency_proof(old, self._known(new), self.nodes)

    def _known(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ProofError(f"the tree has {self.size} leaves, not {size}")
        return size


def tree(connection: Connection) -> Tree:
    """Return the tree as far as the follower has brought it."""
    query = select(POSITION.c.position).where(POSITION.c.name == PROOF_TREE.name)
    size = connection.execute(query).scalar() or 0  # read first: tiles only grow

    def read(level: int, tile: int) -> bytes:
        return tile_hashes(connection, level, tile) or b""

    return Tree(size, read)


def tile_hashes(connection: Connection, level: int, tile: int) -> bytes | None:
    """Return the hashes of a tile, or None when there is none."""
    found = select(TILE.c.hashes).where(TILE.c.level == level, TILE.c.tile == tile)
    hashes = connection.execute(found).scalar()
    return bytes(hashes) if hashes is not None else None


def _reading(writer: Writer) -> ReadTile:
    def read(level: int, tile: int) -> bytes:
        row = writer.row(TILE, level=level, tile=tile)
        return bytes(row["hashes"]) if row else b""

    return read


def _keep(writer: Writer, level: int, tile: int, hashes: bytes) -> None:
    values = {"width": len(hashes) // HASH_BYTES, "hashes": hashes}
    if writer.row(TILE, level=level, tile=tile):
        writer.change(TILE, {"level": level, "tile": tile}, **values)
    else:
        writer.insert(TILE, level=level, tile=tile, **values)
