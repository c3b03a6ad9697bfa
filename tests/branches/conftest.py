"""A company of three branches, on each store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.postgres import close_pools
from tests.branches.company import Company, drop_all


@pytest.fixture(params=["sqlite", "postgres"])
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Company]:
    """Three branches whose people have the same ids."""
    url = ""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        drop_all(url)
    made = Company(tmp_path, url)
    yield made
    made.close()
    close_pools()
