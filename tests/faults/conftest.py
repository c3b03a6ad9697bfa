"""A real Redis for the faults; PostgreSQL is in tests/conftest.py."""

from tests.workers.conftest import redis_url

__all__ = ["redis_url"]
