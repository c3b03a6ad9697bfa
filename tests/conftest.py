"""Fixtures of all tests: the real servers, and no connection left open behind a test."""

import gc
from collections.abc import Iterator

import pytest

from store.engines import dispose_all
from tests.services import own_postgres_url, postgres_folder, postgres_url

__all__ = ["own_postgres_url", "postgres_folder", "postgres_url"]


def pytest_collection_finish() -> None:
    """Let the collector of garbage leave alone what stays until the end: modules and tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _connections_closed() -> Iterator[None]:
    yield
    dispose_all()
