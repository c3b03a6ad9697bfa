"""Fixtures of all tests: the real servers."""

from tests.services import postgres_folder, postgres_url

__all__ = ["postgres_folder", "postgres_url"]
