"""Tables are made in one place, and making them twice is harmless."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from store.branch import BranchStore
from store.master_key import VaultError, source_of
from store.migrate import migrate

from .conftest import NewBranch


def test_migrating_again_keeps_the_key(branch: BranchStore) -> None:
    key = branch.key_file.read_text()

    migrate(branch, branch.database_url or f"sqlite:///{branch.data_dir}/accounts.db", None, [])

    assert branch.key_file.read_text() == key


def test_four_migrations_at_once_all_end_well(tmp_path: Path, database_url: str) -> None:
    store = BranchStore("together", tmp_path, database_url)
    problems: list[Exception] = []

    def run() -> None:
        try:
            migrate(store, database_url or f"sqlite:///{tmp_path}/accounts.db", None, [])
        except Exception as problem:  # noqa: BLE001  whatever it was, the test names it
            problems.append(problem)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []


def test_two_branches_do_not_see_each_other(new_branch: NewBranch) -> None:
    first, second = new_branch(), new_branch()

    assert first.reader().head() == second.reader().head() == 0
    assert first.name != second.name


def test_the_master_key_is_for_the_owner_only(branch: BranchStore) -> None:
    assert stat.S_IMODE(branch.key_file.stat().st_mode) == 0o600


def test_a_missing_master_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="shilu migrate"):
        source_of(tmp_path / "none").read()


def test_a_branch_has_a_plain_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="branch"):
        BranchStore('x"; drop schema', tmp_path)
