"""How often something may be tried: counted in the accounts' database, looked at before any hash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from math import ceil

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

ATTEMPTS_METADATA = MetaData()
ATTEMPT = Table(
    "sign_in_attempt",
    ATTEMPTS_METADATA,
    Column("no", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False),
    Column("at", Float, nullable=False),
    Index("sign_in_attempt_key_at", "key", "at"),
)
MAX_ATTEMPTS, ATTEMPT_WINDOW = 10, timedelta(minutes=15)


class SignInRefused(Exception):
    """The sign-in did not succeed."""


class TooManyAttempts(SignInRefused):
    """Too many wrong attempts; ``retry_after`` is the wait in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class Attempts:
    """Counts attempts by key over the last quarter of an hour. ``clock`` gives seconds."""

    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        self.clock = clock

    def check(self, keys: Sequence[str], most: int = MAX_ATTEMPTS) -> None:
        """Raise TooManyAttempts if one of these keys was used up."""
        since = self.clock() - ATTEMPT_WINDOW.total_seconds()
        query = (
            select(func.count(), func.min(ATTEMPT.c.at))
            .where(ATTEMPT.c.key.in_(keys), ATTEMPT.c.at > since)
            .group_by(ATTEMPT.c.key)
        )
        with self._engine.connect() as connection:
            for count, first in connection.execute(query):
                if count >= most:
                    raise TooManyAttempts(max(ceil(first - since), 1))

    def note(self, keys: Sequence[str]) -> None:
        """Count one attempt of each of these keys."""
        now = self.clock()
        with self._writer.begin() as connection:
            old = now - ATTEMPT_WINDOW.total_seconds()
            connection.execute(delete(ATTEMPT).where(ATTEMPT.c.at < old))
            connection.execute(insert(ATTEMPT), [{"key": key, "at": now} for key in keys])

    def forget(self, key: str) -> None:
        """Begin anew with a key: somebody was right."""
        with self._writer.begin() as connection:
            connection.execute(delete(ATTEMPT).where(ATTEMPT.c.key == key))
