"""Checkpoints are asked for when there is something new, and refused when the past has changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from projections import VIEW_METADATA
from projections.base import POSITION
from projections.follower import Follower
from projections.proof_tree import PROOF_TREE, TILE
from store.checkpoints import Checkpoints, checkpoints_engine
from store.proof import leaf_hash, root_of
from store.signed_note import VerifierKey
from store.signer_client import SignerAway, SignerRefused
from tests.signing import SignerInMemory
from tests.workers.branch import Branch
from workers.checkpoints import CheckpointMaker

ORIGIN = "shilu.test/main"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


class Notary:
    """A branch whose log is signed."""

    def __init__(self, folder: Path) -> None:
        self.branch = Branch(folder, VIEW_METADATA)
        self.branch.found(2)
        self.views = self.branch.store.views_engine()
        self.follower = Follower(self.branch.store.reader(), self.views, [PROOF_TREE])
        self.follower.prepare()
        self.follower.catch_up()
        self.signer = SignerInMemory(folder, ORIGIN)
        self.kept = Checkpoints(checkpoints_engine(self.branch.store), ORIGIN)
        self.now = NOON
        self.messages = folder / "messages"
        self.maker = CheckpointMaker(
            self.views, self.kept, self.signer, self.messages, lambda: self.now
        )

    def grow(self) -> None:
        """Put something more on record."""
        head = self.branch.store.reader().head()
        self.branch.form_team(f"T{head}", f"B{head}", NOON)
        self.follower.catch_up()

    def root(self) -> bytes:
        """Return the root over the stored envelopes."""
        return root_of([leaf_hash(event.envelope) for event in self.branch.store.reader().all()])


@pytest.fixture
def notary(tmp_path: Path) -> Iterator[Notary]:
    """A branch whose log is signed."""
    made = Notary(tmp_path)
    yield made
    made.signer.signer.close()


def test_the_newest_checkpoint_is_over_the_whole_log_and_signed(notary: Notary) -> None:
    for _ in range(3):
        assert notary.maker.step()
        newest = notary.kept.newest()
        assert newest is not None
        assert newest.checkpoint.size == notary.branch.store.reader().head()
        assert newest.checkpoint.root == notary.root()
        assert newest.note.by(VerifierKey.parse(notary.signer.last()["key"])) is not None
        notary.grow()


def test_nothing_new_is_not_signed_again(notary: Notary) -> None:
    notary.maker.step()

    assert not notary.maker.step()


def test_a_checkpoint_that_was_signed_but_not_kept_is_had_again(notary: Notary) -> None:
    """The scheduler may be killed between the signature and the commit."""
    size = notary.branch.store.reader().head()
    notary.signer.checkpoint(size, notary.root(), [])

    assert notary.maker.step()
    assert notary.kept.of_size(size) is not None


def test_a_rewritten_past_gets_no_checkpoint(notary: Notary) -> None:
    notary.maker.step()
    notary.grow()
    with notary.views.begin() as connection:
        width = notary.branch.store.reader().head() * 32
        connection.execute(update(TILE).values(hashes=bytes(width)))

    with pytest.raises(SignerRefused, match="fork"):
        notary.maker.step()


def test_a_log_that_was_set_back_gets_no_checkpoint(notary: Notary) -> None:
    notary.maker.step()
    with notary.views.begin() as connection:
        connection.execute(update(POSITION).values(position=2))

    with pytest.raises(SignerRefused, match="rollback"):
        notary.maker.step()


def test_a_signer_that_is_away_is_waited_for(notary: Notary) -> None:
    notary.signer.away = True
    with pytest.raises(SignerAway):
        notary.maker.step()
    notary.signer.come_back()

    assert notary.maker.step()


def test_each_day_has_one_message_with_the_note_and_the_key(notary: Notary) -> None:
    notary.maker.step()
    first = (notary.messages / "2026-11-20.txt").read_text(encoding="utf-8")
    notary.grow()
    notary.maker.step()
    notary.now += timedelta(days=1)
    notary.maker.step()

    newest = notary.kept.newest()
    assert newest is not None
    assert (notary.messages / "2026-11-20.txt").read_text(encoding="utf-8") == first
    second = (notary.messages / "2026-11-21.txt").read_text(encoding="utf-8")
    assert str(newest.note) in second
    assert notary.signer.last()["key"] in second
