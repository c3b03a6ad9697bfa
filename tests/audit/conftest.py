"""A branch without and with a checkpoint."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from shilu.cli import main
from store.branch import BranchStore
from store.signer_client import SignerAway

from .branch import ORIGIN, add, sign


@pytest.fixture
def branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BranchStore:
    """A branch of 40 events, without a checkpoint."""
    for name in ("DATABASE_URL", "SHILU_BRANCH", "SHILU_ORIGIN", "SHILU_VAULT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHILU_DATA", str(tmp_path))
    assert CliRunner().invoke(main, ["migrate", "--quiet"]).exit_code == 0
    store = BranchStore("main", tmp_path)
    add(store, 1, 40)
    return store


def sign_when_it_answers(branch: BranchStore) -> None:
    """Sign a checkpoint: the socket is there a moment before anybody listens at it."""
    for _ in range(200):
        try:
            return sign(branch)
        except SignerAway:
            time.sleep(0.05)
    raise TimeoutError("the signer did not answer within ten seconds")


@pytest.fixture
def signed(branch: BranchStore) -> Iterator[BranchStore]:
    """The same branch with a signer and a checkpoint over all its events."""
    vkey = branch.data_dir / "signer.vkey"
    files = branch.data_dir / "signer.key", branch.data_dir / "signer.sock", vkey
    process = subprocess.Popen([sys.executable, "-m", "store.signer", ORIGIN, *files])
    try:
        sign_when_it_answers(branch)
        yield branch
    finally:
        process.terminate()
        process.wait(10)
