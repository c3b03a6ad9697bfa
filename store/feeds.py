"""Secret addresses of calendar feeds; only their digests are kept, like those of sessions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Engine,
    MetaData,
    String,
    Table,
    and_,
    delete,
    insert,
    select,
)

FEEDS_METADATA = MetaData()
FEED = Table(
    "calendar_feed",
    FEEDS_METADATA,
    Column("branch", String(32), primary_key=True),
    Column("person_id", String(64), primary_key=True),
    Column("feed_id", String(64), nullable=False),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("with_names", Boolean, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose plan an address tells, and whether masked names go along."""

    branch: str
    person_id: str
    feed_id: str
    with_names: bool


class Feeds:
    """The addresses in force; one for each person. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)

    def open(self, feed: Feed) -> str:
        """Give a person a new address; the one before leads nowhere. Returns its secret part."""
        token = secrets.token_urlsafe(32)
        row = {name: getattr(feed, name) for name in Feed.__slots__}
        with self._writer.begin() as connection:
            connection.execute(delete(FEED).where(_of(feed.branch, feed.person_id)))
            connection.execute(insert(FEED).values(**row, token_digest=_digest(token)))
        return token

    def close(self, branch: str, person_id: str) -> None:
        """Let a person's address lead nowhere."""
        with self._writer.begin() as connection:
            connection.execute(delete(FEED).where(_of(branch, person_id)))

    def of(self, branch: str, person_id: str) -> Feed | None:
        """Return a person's feed, or None."""
        return self._found(_of(branch, person_id))

    def find(self, token: str) -> Feed | None:
        """Return the feed behind an address, or None."""
        return self._found(FEED.c.token_digest == _digest(token))

    def _found(self, which: ColumnElement[bool]) -> Feed | None:
        query = select(*(FEED.c[name] for name in Feed.__slots__)).where(which)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return Feed(*row) if row else None


def _of(branch: str, person_id: str) -> ColumnElement[bool]:
    return and_(FEED.c.branch == branch, FEED.c.person_id == person_id)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
