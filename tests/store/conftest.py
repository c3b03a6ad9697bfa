"""A branch on each of the two stores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from store.branch import BranchStore
from store.migrate import migrate

NewBranch = Callable[[], BranchStore]


def a_branch(folder: Path, url: str) -> BranchStore:
    """Return a new, migrated branch with a name of its own."""
    store = BranchStore(f"t{uuid4().hex[:12]}", folder, url)
    migrate(store, url or f"sqlite:///{folder}/accounts.db", None, [])
    return store


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The empty address (SQLite), then that of a real PostgreSQL."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def new_branch(tmp_path: Path, database_url: str) -> NewBranch:
    """Make a branch on the store under test."""
    return lambda: a_branch(tmp_path, database_url)


@pytest.fixture
def branch(new_branch: NewBranch) -> BranchStore:
    """A branch on the store under test."""
    return new_branch()
