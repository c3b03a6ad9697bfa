"""Where webhooks lead (sealed), how far the log was looked at for them, and what became of each.

The deliveries are a working list beside the accounts, not part of the log: they can be made anew
from it, and old ones are dropped.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Update,
    delete,
    func,
    insert,
    select,
    update,
)

from store.channels import Seals

WEBHOOKS_METADATA = MetaData()
HOOK = Table(
    "webhook",
    WEBHOOKS_METADATA,
    Column("webhook_id", String(64), primary_key=True),
    Column("branch", String(32), nullable=False, index=True),
    Column("topics", Text, nullable=False),
    Column("since", BigInteger, nullable=False),  # only what happened after it was added
    Column("key_version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
PLACE = Table(  # up to where the log was looked at, of a branch
    "webhook_place",
    WEBHOOKS_METADATA,
    Column("branch", String(32), primary_key=True),
    Column("position", BigInteger, nullable=False),
)
DELIVERY = Table(
    "webhook_delivery",
    WEBHOOKS_METADATA,
    Column("webhook_id", String(64), primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("topic", String(80), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, done, failed
    Column("attempts", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("status", Integer),  # of the last answer
    Column("problem", String(80)),
    Column("at", Float, nullable=False),  # of the last change
    Index("webhook_delivery_next", "state", "next_at"),
)
WAITING, DONE, FAILED = "waiting", "done", "failed"
QUEUED_FOR = 60.0  # seconds after which a delivery that was queued and not made is queued again
PAUSES = (60.0, 300.0, 1800.0, 7200.0, 21600.0, 43200.0)  # seconds between the tries
KEPT = 1000  # deliveries of a webhook that are shown and kept
AAD = b"webhook v{version}"


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook in force: what it is told, of what happened after ``since``."""

    webhook_id: str
    topics: frozenset[str]
    since: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook."""

    webhook_id: str
    position: int
    topic: str
    state: str
    attempts: int
    status: int | None
    problem: str | None
    at: float


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook leads, and the secret that signs for it."""

    url: str
    secret: str


class WebhookStore:
    """The webhooks of a branch. Thread-safe."""

    def __init__(self, engine: Engine, branch: str, seals: Seals) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        self._branch = branch
        self._seals = seals

    def put(self, webhook_id: str, topics: Collection[str], since: int, target: Target) -> None:
        """Keep a webhook; one that is there is left as it is."""
        if any(hook.webhook_id == webhook_id for hook in self.hooks()):
            return
        told = json.dumps({"url": target.url, "secret": target.secret})
        version, sealed = self._seals.seal(_subject(webhook_id), AAD, told)
        row = {"webhook_id": webhook_id, "branch": self._branch, "since": since}
        with self._writer.begin() as connection:
            connection.execute(
                insert(HOOK).values(
                    **row,
                    topics=json.dumps(sorted(topics)),
                    key_version=version,
                    sealed=sealed,
                )
            )

    def remove(self, webhook_id: str) -> None:
        """Forget a webhook, what waits for it, and what opens its address."""
        with self._writer.begin() as connection:
            connection.execute(delete(HOOK).where(HOOK.c.webhook_id == webhook_id))
            waits = (DELIVERY.c.webhook_id == webhook_id) & (DELIVERY.c.state == WAITING)
            connection.execute(delete(DELIVERY).where(waits))
        self._seals.destroy(_subject(webhook_id))

    def hooks(self) -> Sequence[Hook]:
        """Return the webhooks in force."""
        query = select(HOOK).where(HOOK.c.branch == self._branch).order_by(HOOK.c.since)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [Hook(r.webhook_id, frozenset(json.loads(r.topics)), r.since) for r in rows]

    def target(self, webhook_id: str) -> Target | None:
        """Return where a webhook leads; None if it was removed."""
        query = select(HOOK.c.key_version, HOOK.c.sealed).where(HOOK.c.webhook_id == webhook_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        opened = self._seals.unseal(_subject(webhook_id), row.key_version, AAD, row.sealed)
        return Target(**json.loads(opened)) if opened else None

    # --- deliveries ---

    def place(self, first: int) -> int:
        """Return up to where the log was looked at; ``first`` the first time."""
        query = select(PLACE.c.position).where(PLACE.c.branch == self._branch)
        with self._writer.begin() as connection:
            known = connection.execute(query).scalar()
            if known is None:
                connection.execute(insert(PLACE).values(branch=self._branch, position=first))
        return first if known is None else int(known)

    def add(self, place: int, to: int, new: Sequence[tuple[str, int, str]]) -> bool:
        """Add deliveries (webhook, position, topic) and move on; False if somebody else did."""
        now = _now()
        with self._writer.begin() as connection:
            moved = connection.execute(
                update(PLACE)
                .where(PLACE.c.branch == self._branch, PLACE.c.position == place)
                .values(position=to)
            )
            if moved.rowcount != 1:
                return False
            for webhook_id, position, topic in new:
                row = {"webhook_id": webhook_id, "position": position, "topic": topic}
                connection.execute(
                    insert(DELIVERY).values(**row, state=WAITING, attempts=0, next_at=now, at=now)
                )
        return True

    def take_due(self, limit: int = 100) -> list[tuple[str, int]]:
        """Return deliveries whose time has come, and let them rest until they should be made."""
        now = _now()
        mine = select(HOOK.c.webhook_id).where(HOOK.c.branch == self._branch)
        due = (
            select(DELIVERY.c.webhook_id, DELIVERY.c.position)
            .where(
                DELIVERY.c.state == WAITING,
                DELIVERY.c.next_at <= now,
                DELIVERY.c.webhook_id.in_(mine),
            )
            .order_by(DELIVERY.c.next_at)
            .limit(limit)
        )
        with self._writer.begin() as connection:
            found = [(row.webhook_id, row.position) for row in connection.execute(due)]
            for webhook_id, position in found:
                connection.execute(_row(webhook_id, position).values(next_at=now + QUEUED_FOR))
        return found

    def delivery(self, webhook_id: str, position: int) -> Delivery | None:
        """Return a delivery, or None."""
        query = select(*(DELIVERY.c[name] for name in Delivery.__slots__)).where(
            DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.position == position
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return Delivery(*row) if row else None

    def note(
        self, made: Delivery, *, status: int | None, problem: str | None = None, final: bool = False
    ) -> str:
        """Note how a try went; return the state: tried again, longer and longer, or given up."""
        now, attempts = _now(), made.attempts + 1
        good = status is not None and 200 <= status < 300
        given_up = final or attempts > len(PAUSES)
        state = DONE if good else FAILED if given_up else WAITING
        pause = PAUSES[min(attempts, len(PAUSES)) - 1]
        with self._writer.begin() as connection:
            connection.execute(
                _row(made.webhook_id, made.position).values(
                    state=state,
                    attempts=attempts,
                    next_at=now + pause,
                    status=status,
                    problem=problem,
                    at=now,
                )
            )
            self._drop_old(connection, made.webhook_id)
        return state

    def newest(self, limit: int = 50) -> Sequence[Delivery]:
        """Return the branch's newest deliveries, newest first."""
        mine = select(HOOK.c.webhook_id).where(HOOK.c.branch == self._branch)
        query = select(*(DELIVERY.c[name] for name in Delivery.__slots__))
        query = query.where(DELIVERY.c.webhook_id.in_(mine))
        query = query.order_by(DELIVERY.c.at.desc(), DELIVERY.c.position.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [Delivery(*row) for row in connection.execute(query)]

    def _drop_old(self, connection: Connection, webhook_id: str) -> None:
        kept = (
            select(func.min(DELIVERY.c.position))
            .where(DELIVERY.c.webhook_id == webhook_id)
            .scalar_subquery()
        )
        count = select(func.count()).where(DELIVERY.c.webhook_id == webhook_id)
        if (connection.execute(count).scalar() or 0) > KEPT:
            oldest = (DELIVERY.c.webhook_id == webhook_id) & (DELIVERY.c.position == kept)
            connection.execute(delete(DELIVERY).where(oldest, DELIVERY.c.state != WAITING))


def _row(webhook_id: str, position: int) -> Update:
    return update(DELIVERY).where(
        DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.position == position
    )


def _subject(webhook_id: str) -> str:
    return f"webhook/{webhook_id}"


def _now() -> float:
    return datetime.now(UTC).timestamp()
