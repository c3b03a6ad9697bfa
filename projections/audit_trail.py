"""Every event as one human sentence: who, when said, when recorded, what, because of what.

The row holds the event's clear facts; sealed fields never come here. The sentence is made when it
is read, so better words need no rebuild.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    func,
    select,
)

from domain.words import ERASED_NAME
from projections import audit_words
from projections.base import Projection, Writer
from projections.rule_facts import ADOPTED, keep_zone, zone_of, zone_table
from store.log_reader import LoggedEvent
from store.mapper import instant

METADATA = MetaData()
TRAIL = Table(
    "audit_trail_event",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("topic", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("role", String, nullable=False),
    Column("source", String, nullable=False),
    Column("occurred_at", String, nullable=False),
    Column("recorded_at", String, nullable=False),
    Column("cause", BigInteger),
    Column("command_id", String, nullable=False),
    Column("stream_id", String, nullable=False),
    Column("stream_version", Integer, nullable=False),
    Column("agent_id", String),
    Column("team_id", String),
    Column("customer_id", String),
    Column("facts", Text, nullable=False),
    Index("audit_trail_event_agent", "agent_id", "position"),
    Index("audit_trail_event_team", "team_id", "position"),
    Index("audit_trail_event_customer", "customer_id", "position"),
    Index("audit_trail_event_topic", "topic", "position"),
    Index("audit_trail_event_actor", "actor", "position"),
    Index("audit_trail_event_stream", "stream_id", "stream_version"),
    Index("audit_trail_event_cause", "cause"),
    Index("audit_trail_event_command", "command_id"),
)
ZONE = zone_table(METADATA, "audit_trail")
NOT_FACTS = frozenset({"by", "originator_topic", "phone_index"})  # an index invites linking
MASKS = frozenset({"name_masked", "phone_masked"})  # an erasure takes them away here too
AGENT_FIELDS = ("agent_id", "owner_id", "person_id")


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One event of the trail; instants are aware, ``facts`` holds the clear fields."""

    position: int
    topic: str
    actor: str
    role: str
    source: str
    occurred_at: datetime
    recorded_at: datetime
    cause: int | None
    command_id: str
    stream_id: str
    stream_version: int
    agent_id: str | None
    team_id: str | None
    customer_id: str | None
    facts: dict[str, Any]

    def sentence(self, language: str) -> str:
        """Return what happened, without its subject, in zh or en."""
        return audit_words.sentence(self.topic, self.facts, language)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which events to show; None shows all. Days are local dates of the recorded instant."""

    topic: str | None = None
    actor: str | None = None
    agent_id: str | None = None
    team_id: str | None = None
    customer_id: str | None = None
    source: str | None = None
    since_day: date | None = None
    until_day: date | None = None


def _keep(writer: Writer, event: LoggedEvent) -> None:
    data, by = event.data, event.data["by"]
    writer.insert(
        TRAIL,
        position=event.position,
        topic=event.topic,
        actor=by["actor"],
        role=by["role"],
        source=by["source"],
        occurred_at=by["occurred_at"],
        recorded_at=by["recorded_at"],
        cause=_position(by.get("cause")),
        command_id=by["command_id"],
        stream_id=event.stream,
        stream_version=event.version,
        agent_id=next((data[name] for name in AGENT_FIELDS if data.get(name)), None),
        team_id=data.get("team_id"),
        customer_id=data.get("customer_id"),
        facts=_text(_clear(data)),
    )


def _text(facts: dict[str, Any]) -> str:
    return msgspec.json.encode(facts, order="sorted").decode()


def _clear(data: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in data.items()
        if name not in NOT_FACTS and not (isinstance(value, dict) and "sealed" in value)
    }


def _position(cause: str | None) -> int | None:
    return int(cause) if cause and cause.isascii() and cause.isdigit() else None


def _adopted(writer: Writer, event: LoggedEvent) -> None:
    keep_zone(ZONE)(writer, event)
    _keep(writer, event)


def _erased(writer: Writer, event: LoggedEvent) -> None:
    for row in writer.rows(TRAIL, customer_id=event.data["customer_id"]):
        facts = json.loads(row["facts"])
        if MASKS & facts.keys():
            facts |= dict.fromkeys(MASKS & facts.keys(), ERASED_NAME)
            writer.change(TRAIL, {"position": row["position"]}, facts=_text(facts))
    _keep(writer, event)


AUDIT_TRAIL = Projection(
    "audit_trail",
    4,
    METADATA,
    {ADOPTED: _adopted, "customer.subject_erased.v1": _erased},
    every=_keep,
)


def one(connection: Connection, position: int) -> TrailRow | None:
    """Return the event at a position, or None."""
    row = connection.execute(select(TRAIL).where(TRAIL.c.position == position)).first()
    return _row(row) if row else None


def stream(
    connection: Connection, filters: Filters, before: int | None = None, limit: int = 50
) -> Sequence[TrailRow]:
    """Return events newest first, at most ``limit``, those before position ``before``."""
    query = _filtered(select(TRAIL), filters, zone_of(connection, ZONE))
    if before is not None:
        query = query.where(TRAIL.c.position < before)
    query = query.order_by(TRAIL.c.position.desc()).limit(limit)
    return [_row(row) for row in connection.execute(query)]


def between(connection: Connection, first: int, last: int) -> Sequence[TrailRow]:
    """Return the events from one position to another, both included, oldest first."""
    query = select(TRAIL).where(TRAIL.c.position.between(first, last))
    return [_row(row) for row in connection.execute(query.order_by(TRAIL.c.position))]


def effects_of(connection: Connection, position: int) -> Sequence[TrailRow]:
    """Return the events that this one caused, oldest first."""
    query = select(TRAIL).where(TRAIL.c.cause == position).order_by(TRAIL.c.position)
    return [_row(row) for row in connection.execute(query)]


def effects_counted(connection: Connection, positions: Sequence[int]) -> dict[int, int]:
    """Return for each of these events that caused others how many it caused."""
    query = select(TRAIL.c.cause, func.count()).where(TRAIL.c.cause.in_(positions))
    return {row[0]: row[1] for row in connection.execute(query.group_by(TRAIL.c.cause))}


def same_command(connection: Connection, command_id: str) -> Sequence[TrailRow]:
    """Return the events of one command, oldest first."""
    query = select(TRAIL).where(TRAIL.c.command_id == command_id).order_by(TRAIL.c.position)
    return [_row(row) for row in connection.execute(query)]


def stream_of(connection: Connection, stream_id: UUID) -> Sequence[TrailRow]:
    """Return the history of one thing, oldest first."""
    query = select(TRAIL).where(TRAIL.c.stream_id == str(stream_id))
    query = query.order_by(TRAIL.c.stream_version)
    return [_row(row) for row in connection.execute(query)]


def topics() -> tuple[str, ...]:
    """Return every topic that has a sentence, by name."""
    return tuple(sorted(audit_words.SENTENCES))


def _filtered(query: Select[Any], filters: Filters, zone: ZoneInfo) -> Select[Any]:
    columns = TRAIL.c
    if filters.topic:
        query = query.where(columns.topic.startswith(filters.topic, autoescape=True))
    for column, value in (
        (columns.actor, filters.actor),
        (columns.agent_id, filters.agent_id),
        (columns.team_id, filters.team_id),
        (columns.customer_id, filters.customer_id),
        (columns.source, filters.source),
    ):
        if value:
            query = query.where(column == value)
    if filters.since_day:
        query = query.where(columns.recorded_at >= _midnight(filters.since_day, zone))
    if filters.until_day:
        after = filters.until_day + timedelta(days=1)
        query = query.where(columns.recorded_at < _midnight(after, zone))
    return query


def _midnight(day: date, zone: ZoneInfo) -> str:
    return instant(datetime.combine(day, time(), zone))


def _row(row: Row[tuple[Any, ...]]) -> TrailRow:
    values = {name: row._mapping[name] for name in TrailRow.__slots__}
    for name in ("occurred_at", "recorded_at"):
        values[name] = datetime.fromisoformat(values[name])
    values["facts"] = json.loads(values["facts"])
    return TrailRow(**values)
