"""The tree's hashes and proofs, beside RFC 6962's definitions written down word for word."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.proof import (
    EMPTY_ROOT,
    TILE_WIDTH,
    Frontier,
    ProofError,
    TileNodes,
    consistency_proof,
    frontier_of,
    inclusion_proof,
    leaf_hash,
    node_hash,
    perfect_root,
    root_of,
    split,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# RFC 6962 has no vectors; these eight leaves and roots are those of certificate-transparency's
# reference tests.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1: MTH."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = naive_split(len(leaves))
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1: PATH."""
    if len(leaves) == 1:
        return []
    k = naive_split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: list[bytes], complete: bool) -> list[bytes]:
    """RFC 6962, 2.1.2: SUBPROOF."""
    if m == len(leaves):
        return [] if complete else [naive_root(leaves)]
    k = naive_split(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], complete), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def naive_split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(b"event %d" % number) for number in range(count)]


def tiles_of(leaves: list[bytes]) -> dict[tuple[int, int], bytes]:
    """Put leaves into tiles by definition: a tile's parent holds its root once it is full."""
    tiles, level, row = {}, 0, leaves
    while row:
        parts = [row[at : at + TILE_WIDTH] for at in range(0, len(row), TILE_WIDTH)]
        tiles.update({(level, no): b"".join(part) for no, part in enumerate(parts)})
        row = [naive_root(part) for part in parts if len(part) == TILE_WIDTH]
        level += 1
    return tiles


def nodes_of(leaves: list[bytes]) -> TileNodes:
    tiles = tiles_of(leaves)
    return TileNodes(lambda level, index: tiles[level, index])


def test_the_reference_tree_has_its_known_roots() -> None:
    frontier = Frontier()
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        frontier.append(leaf_hash(leaf))

        assert frontier.root().hex() == root


def test_an_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert root_of([]) == tree_root(0, nodes_of([])) == EMPTY_ROOT == sha256().digest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_roots_are_those_of_the_definition(events: list[bytes]) -> None:
    leaves = [leaf_hash(event) for event in events]

    assert root_of(leaves) == tree_root(len(leaves), nodes_of(leaves)) == naive_root(leaves)


@given(st.integers(1, 90), st.data())
def test_inclusion_proofs_are_those_of_the_definition_and_verify(
    size: int, data: st.DataObject
) -> None:
    leaves, index = leaves_of(size), data.draw(st.integers(0, size - 1))

    proof = inclusion_proof(index, size, nodes_of(leaves))

    assert proof == naive_path(index, leaves)
    assert verify_inclusion(index, size, leaves[index], proof, naive_root(leaves))


@given(st.integers(1, 90), st.data())
def test_consistency_proofs_are_those_of_the_definition_and_verify(
    new: int, data: st.DataObject
) -> None:
    leaves, old = leaves_of(new), data.draw(st.integers(1, new))
    old_root, root = naive_root(leaves[:old]), naive_root(leaves)

    proof = consistency_proof(old, new, nodes_of(leaves))

    assert proof == naive_subproof(old, leaves, True)
    assert verify_consistency(old, old_root, new, root, proof)


@pytest.mark.parametrize("size", [255, 256, 257, 511, 513, 65_535, 65_536, 65_537, 70_000])
def test_proofs_over_many_tiles_verify(size: int) -> None:
    leaves = leaves_of(size)
    nodes, root = nodes_of(leaves), root_of(leaves)

    for index in {0, 1, 254, 255, 256, size // 2, size - 2, size - 1} & set(range(size)):
        proof = inclusion_proof(index, size, nodes)
        assert verify_inclusion(index, size, leaves[index], proof, root)
    for old in {1, 2, 255, 256, size // 2, size - 1, size} & set(range(size + 1)):
        proof = consistency_proof(old, size, nodes)
        assert verify_consistency(old, root_of(leaves[:old]), size, root, proof)


@given(st.integers(2, 60), st.data())
def test_no_other_leaf_index_size_path_or_root_is_accepted(size: int, data: st.DataObject) -> None:
    leaves, index = leaves_of(size), data.draw(st.integers(0, size - 1))
    root = naive_root(leaves)
    proof = inclusion_proof(index, size, nodes_of(leaves))
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    flipped = [*proof]
    flipped[data.draw(st.integers(0, len(proof) - 1))] = leaf_hash(b"another")

    assert not verify_inclusion(index, size, leaf_hash(b"forged"), proof, root)
    assert not verify_inclusion(other, size, leaves[index], proof, root)
    assert not verify_inclusion(index, size, leaves[index], proof[:-1], root)
    assert not verify_inclusion(index, size, leaves[index], [*proof, root], root)
    assert not verify_inclusion(index, size, leaves[index], flipped, root)
    assert not verify_inclusion(index, size, leaves[index], proof, leaf_hash(b"root"))


@given(st.integers(2, 60), st.data())
def test_no_rewritten_past_is_accepted(new: int, data: st.DataObject) -> None:
    leaves, old = leaves_of(new), data.draw(st.integers(1, new - 1))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*leaves]
    rewritten[changed] = leaf_hash(b"what they would rather have written")
    old_root, forged_root = naive_root(leaves[:old]), naive_root(rewritten)

    for forgery in (rewritten, [leaf_hash(b"put before"), *leaves[:-1]]):
        proof = consistency_proof(old, new, nodes_of(forgery))
        assert not verify_consistency(old, old_root, new, naive_root(forgery), proof)
    honest = consistency_proof(old, new, nodes_of(leaves))
    assert not verify_consistency(old, old_root, new, forged_root, honest)
    assert not verify_consistency(old, old_root, new, naive_root(leaves), [*honest, old_root])
    assert not verify_consistency(old, old_root, new, naive_root(leaves), honest[1:])


@given(
    st.integers(-2, 40),
    st.integers(-2, 40),
    st.lists(st.binary(max_size=33), max_size=8),
)
def test_whatever_comes_in_as_a_proof_is_answered_with_no(
    first: int, second: int, proof: list[bytes]
) -> None:
    """Random bytes prove nothing, and raise nothing."""
    leaf, root = leaf_hash(b"a"), leaf_hash(b"b")

    assert not verify_inclusion(first, second, leaf, proof, root)
    assert not verify_consistency(first, leaf, second, root, proof)


def test_an_old_tree_without_leaves_is_the_past_of_every_tree() -> None:
    root = naive_root(leaves_of(3))

    assert consistency_proof(0, 3, nodes_of(leaves_of(3))) == []
    assert verify_consistency(0, EMPTY_ROOT, 3, root, [])
    assert not verify_consistency(0, root, 3, root, [])
    assert verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    assert not verify_consistency(0, EMPTY_ROOT, 0, root, [])


@given(st.integers(0, 600), st.integers(0, 600))
def test_a_frontier_out_of_tiles_goes_on_like_one_that_saw_every_leaf(size: int, more: int) -> None:
    leaves = leaves_of(size + more)

    frontier = frontier_of(size, nodes_of(leaves[:size]))
    frontier.extend(leaves[size:])

    assert (frontier.size, frontier.root()) == (size + more, root_of(leaves))


def test_what_is_not_there_is_refused() -> None:
    nodes = nodes_of(leaves_of(3))

    for ask in (
        lambda: inclusion_proof(3, 3, nodes),
        lambda: inclusion_proof(-1, 3, nodes),
        lambda: consistency_proof(4, 3, nodes),
        lambda: inclusion_proof(0, 4, nodes),  # the tile ends before it
        lambda: split(b"x" * 33),
        lambda: Frontier(3, [EMPTY_ROOT]),
    ):
        with pytest.raises(ProofError):
            ask()


def test_a_full_tile_has_the_root_of_its_leaves() -> None:
    leaves = leaves_of(TILE_WIDTH)

    assert perfect_root(b"".join(leaves)) == naive_root(leaves)
    assert perfect_root(leaves[0] + leaves[1]) == node_hash(leaves[0], leaves[1])
