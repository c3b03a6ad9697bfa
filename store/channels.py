"""Addresses of channels (a bot's key, an e-mail address), sealed; and how often each is used.

The vault's keys seal them, one for each channel, so that removing a channel is destroying its key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

CHANNELS_METADATA = MetaData()
CHANNEL = Table(
    "notice_channel",
    CHANNELS_METADATA,
    Column("branch", String(32), primary_key=True),
    Column("person_id", String(64), primary_key=True),
    Column("channel_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("key_version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("rest_until", Float, nullable=False),
)
USE = Table(
    "notice_use",
    CHANNELS_METADATA,
    Column("no", Integer, primary_key=True, autoincrement=True),
    Column("address", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Index("notice_use_address", "address", "at"),
)
PER_MINUTE = 18  # 企业微信 takes 20 a minute from a bot; the others as many or more
MINUTE = 60.0
LONGEST_REST = 6 * 3600.0
AAD = b"notice channel v{version}"


class Seals(Protocol):
    """What the vault does for us."""

    def seal(self, subject: str, aad: bytes, plain: str) -> tuple[int, bytes]: ...
    def unseal(self, subject: str, version: int, aad: bytes, sealed: bytes) -> str | None: ...
    def destroy(self, subject: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Channel:
    """A person's channel; ``rest_until`` is when it is tried again after failures, in Unix s."""

    branch: str
    person_id: str
    channel_id: str
    kind: str
    failures: int
    rest_until: float


class Channels:
    """The channels of a branch's people. Thread-safe."""

    def __init__(self, engine: Engine, seals: Seals) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        self._seals = seals

    def put(
        self, branch: str, person_id: str, channel_id: str, kind: str, address: Mapping[str, str]
    ) -> None:
        """Keep a person's one channel; the one before is gone."""
        self.remove(branch, person_id)
        version, sealed = self._seals.seal(_subject(channel_id), AAD, json.dumps(dict(address)))
        row = {"branch": branch, "person_id": person_id, "channel_id": channel_id, "kind": kind}
        with self._writer.begin() as connection:
            connection.execute(
                insert(CHANNEL).values(
                    **row, key_version=version, sealed=sealed, failures=0, rest_until=0.0
                )
            )

    def remove(self, branch: str, person_id: str) -> None:
        """Forget a person's channel and destroy what opens its address."""
        known = self.of(branch, person_id)
        if known is None:
            return
        with self._writer.begin() as connection:
            connection.execute(delete(CHANNEL).where(CHANNEL.c.channel_id == known.channel_id))
        self._seals.destroy(_subject(known.channel_id))

    def of(self, branch: str, person_id: str) -> Channel | None:
        """Return a person's channel, or None."""
        query = select(*(CHANNEL.c[name] for name in Channel.__slots__)).where(
            CHANNEL.c.branch == branch, CHANNEL.c.person_id == person_id
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return Channel(*row) if row else None

    def address(self, channel: Channel) -> dict[str, str] | None:
        """Return where a channel leads; None if it was removed meanwhile."""
        query = select(CHANNEL.c.key_version, CHANNEL.c.sealed)
        query = query.where(CHANNEL.c.channel_id == channel.channel_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        opened = self._seals.unseal(_subject(channel.channel_id), row.key_version, AAD, row.sealed)
        found: dict[str, str] | None = json.loads(opened) if opened else None
        return found

    def spend(self, address: Mapping[str, str]) -> bool:
        """Count one message to an address; False, and not counted, if it had its share this minute."""
        key, now = sha256(json.dumps(dict(address), sort_keys=True).encode()).hexdigest(), _now()
        with self._writer.begin() as connection:
            connection.execute(delete(USE).where(USE.c.at < now - MINUTE))
            query = select(func.count()).where(USE.c.address == key)
            if (connection.execute(query).scalar() or 0) >= PER_MINUTE:
                return False
            connection.execute(insert(USE).values(address=key, at=now))
        return True

    def note(self, channel: Channel, *, sent: bool) -> None:
        """Note how a message went; after failures the channel rests, longer and longer."""
        failures = 0 if sent else channel.failures + 1
        rest = 0.0 if sent else _now() + min(MINUTE * 2.0**failures, LONGEST_REST)
        with self._writer.begin() as connection:
            connection.execute(
                update(CHANNEL)
                .where(CHANNEL.c.channel_id == channel.channel_id)
                .values(failures=failures, rest_until=rest)
            )


def _subject(channel_id: str) -> str:
    return f"channel/{channel_id}"


def _now() -> float:
    return datetime.now(UTC).timestamp()
