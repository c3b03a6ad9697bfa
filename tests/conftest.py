"""Fixtures of all tests: the real servers, and no connection left open behind a test."""

from collections.abc import Iterator

import pytest

from store.engines import dispose_all
from tests.services import postgres_folder, postgres_url

__all__ = ["postgres_folder", "postgres_url"]


@pytest.fixture(autouse=True)
def _connections_closed() -> Iterator[None]:
    yield
    dispose_all()
