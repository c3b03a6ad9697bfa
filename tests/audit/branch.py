"""A branch on disk with a signer of its own, asked through the command line."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from projections.follower import Follower
from projections.proof_tree import PROOF_TREE
from shilu.cli import main
from store.branch import BranchStore
from store.checkpoints import Checkpoints, checkpoints_engine
from store.signer_client import SignerClient
from store.sqlite import connect
from workers.checkpoints import CheckpointMaker

from .world import some_rows

ORIGIN = "shilu.local/main"


def shilu(*words: str | Path) -> Result:
    """Run `shilu audit` with these words."""
    return CliRunner().invoke(main, ["audit", *map(str, words)])


def add(store: BranchStore, first: int, last: int) -> None:
    """Put events from ``first`` to ``last`` on record."""
    sql = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, 0)"
    with closing(connect(store.folder / "log.db")) as writer:
        writer.executemany(sql, some_rows(last)[first - 1 :])


def sign(store: BranchStore) -> None:
    """Have the follower come up with the log and a checkpoint signed over all of it."""
    follower = Follower(store.reader(), store.views_engine(), [PROOF_TREE])
    follower.prepare()
    follower.catch_up()
    kept = Checkpoints(checkpoints_engine(store), ORIGIN)
    client = SignerClient(store.data_dir / "signer.sock")
    folder = store.data_dir / "messages"
    assert CheckpointMaker(
        store.views_engine(), kept, client, folder, lambda: datetime.now(UTC)
    ).step()
    client.close()
