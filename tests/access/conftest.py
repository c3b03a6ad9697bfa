"""One world for the tests that change nothing in it."""

from __future__ import annotations

import pytest

from tests.access.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two branches, made once for a file of tests."""
    return World(tmp_path_factory.mktemp("world"))
