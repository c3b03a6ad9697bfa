"""The tiles hold the tree over the stored envelopes, whatever batches it grew in."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from projections.base import POSITION, Writer
from projections.proof_tree import PROOF_TREE, TILE, Tree, grown, tile_hashes, tree
from projections.rebuilding import check, rebuild
from store.proof import (
    EMPTY_ROOT,
    ProofError,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.projections.conftest import Office


def hashes_of(office: Office) -> list[bytes]:
    return [sha256(b"\0" + event.envelope).digest() for event in office.store.reader().all()]


def test_its_root_is_that_over_the_stored_envelopes(office: Office) -> None:
    for _ in range(20):
        office.log()
    office.follower.catch_up()

    leaves = hashes_of(office)
    with office.views.connect() as connection:
        found = tree(connection)
        assert (found.size, found.root()) == (len(leaves), root_of(leaves))
        assert tile_hashes(connection, 0, 0) == b"".join(leaves)
        assert tile_hashes(connection, 1, 0) is None


def test_its_proofs_verify(office: Office) -> None:
    for _ in range(12):
        office.log()
    office.follower.catch_up()
    leaves = hashes_of(office)
    size, root = len(leaves), root_of(leaves)

    with office.views.connect() as connection:
        found = tree(connection)
        for index in range(size):
            path = found.inclusion(index, size)
            assert verify_inclusion(index, size, found.leaf(index), path, root)
            old_root = root_of(leaves[:index])
            assert verify_consistency(index, old_root, size, root, found.consistency(index, size))


def test_a_rebuild_in_one_go_equals_what_grew_event_by_event(office: Office) -> None:
    for _ in range(5):
        office.log()
        office.follower.catch_up()

    assert check(office.store.reader(), office.views, PROOF_TREE) is None
    rebuild(office.store.reader(), office.views, PROOF_TREE)
    with office.views.connect() as connection:
        assert tree(connection).root() == root_of(hashes_of(office))


def test_a_check_names_a_tile_that_was_changed(office: Office) -> None:
    office.follower.catch_up()
    with office.views.begin() as connection:
        connection.execute(update(TILE).values(hashes=bytes(32)))

    difference = check(office.store.reader(), office.views, PROOF_TREE)

    assert difference is not None
    assert (difference.table, difference.key) == ("proof_tile", (0, 0))


def test_a_gap_in_the_log_stops_it(lite: Office) -> None:
    lite.log()
    lite.follower.catch_up()
    events = lite.store.reader().after(0, 10)

    with lite.views.begin() as connection, pytest.raises(ProofError):
        PROOF_TREE.apply(Writer(connection, PROOF_TREE.live_tables()), [events[0], events[2]])


def test_a_tree_that_lost_a_tile_grows_no_further(lite: Office) -> None:
    lite.follower.catch_up()
    with lite.views.begin() as connection:
        connection.execute(TILE.delete())
        with pytest.raises(ProofError):
            PROOF_TREE.apply(
                Writer(connection, PROOF_TREE.live_tables()), lite.store.reader().after(2, 1)
            )


def test_nothing_yet_is_an_empty_tree(lite: Office) -> None:
    with lite.views.begin() as connection:
        connection.execute(update(POSITION).values(position=0))
        assert tree(connection).root() == EMPTY_ROOT


def test_nobody_gets_a_proof_about_what_is_not_there() -> None:
    small = Tree(3, lambda _level, _tile: b"".join(leaf_hash(b"%d" % n) for n in range(5)))

    for ask in (
        lambda: small.root(4),
        lambda: small.leaf(3),
        lambda: small.inclusion(3, 4),
        lambda: small.consistency(2, 4),
        lambda: small.consistency(3, 2),
        lambda: small.root(-1),
    ):
        with pytest.raises(ProofError):
            ask()


@given(st.lists(st.integers(1, 300), min_size=1, max_size=6))
def test_batches_of_any_size_make_the_same_tree(batches: list[int]) -> None:
    tiles: dict[tuple[int, int], bytes] = {}
    leaves: list[bytes] = []
    for count in batches:
        more = [leaf_hash(b"%d" % (len(leaves) + number)) for number in range(count)]
        tiles.update(grown(len(leaves), more, lambda level, tile: tiles[level, tile]))
        leaves += more

    found = Tree(len(leaves), lambda level, tile: tiles[level, tile])

    assert tiles == grown(0, leaves, lambda *_: b"")
    assert found.root() == root_of(leaves)


def test_a_third_level_begins_with_the_65_536th_leaf() -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(65_536)]

    tiles = grown(0, leaves, lambda *_: b"")

    assert set(tiles) == {(0, n) for n in range(256)} | {(1, 0), (2, 0)}
    assert tiles[2, 0] == root_of(leaves)
