"""Tracking calls that are prepared, made or missed (R-60 to R-65). What was said is not here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    MetaData,
    String,
    Table,
    select,
)

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
CALL = Table(
    "tracking_calls_call",
    METADATA,
    Column("call_id", String, primary_key=True),
    Column("agent_id", String, nullable=False),
    Column("team_id", String, nullable=False),
    Column("supervisor_id", String, nullable=False),
    Column("on_day", String, nullable=False),
    Column("missed", String),
    Column("held_at", String),
    Column("goal_on", String),
    Column("next_on", String),
    Column("outside_window", Boolean, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("tracking_calls_call_agent", "agent_id", "position"),
    Index("tracking_calls_call_team", "team_id", "position"),
)


@dataclass(frozen=True, slots=True)
class Tracked:
    """A tracking call; ``held_at`` is aware, None while it is only prepared."""

    call_id: str
    agent_id: str
    team_id: str
    supervisor_id: str
    on_day: date
    missed: str | None
    held_at: datetime | None
    goal_on: date | None
    next_on: date | None
    outside_window: bool
    position: int


def _prepared(writer: Writer, event: LoggedEvent) -> None:
    names = ("call_id", "agent_id", "team_id", "supervisor_id", "on_day")
    writer.insert(
        CALL,
        **{name: event.data[name] for name in names},
        missed=None,
        held_at=None,
        goal_on=None,
        next_on=None,
        outside_window=False,
        position=event.position,
    )


def _held(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    writer.change(
        CALL,
        {"call_id": data["call_id"]},
        held_at=data["by"]["occurred_at"],
        goal_on=data["goal_on"],
        next_on=data["next_on"],
        outside_window=data["outside_window"],
        position=event.position,
    )


def _missed(writer: Writer, event: LoggedEvent) -> None:
    key = {"call_id": event.data["call_id"]}
    writer.change(CALL, key, missed=event.data["reason"], position=event.position)


TRACKING_CALLS = Projection(
    "tracking_calls",
    1,
    METADATA,
    {
        "tracking_call.prepared.v1": _prepared,
        "tracking_call.held.v1": _held,
        "tracking_call.missed.v1": _missed,
    },
)


def prepared(connection: Connection, teams: Collection[str]) -> Sequence[Tracked]:
    """Return the calls of these teams' agents that are prepared and not yet made, oldest first."""
    query = select(CALL).where(CALL.c.team_id.in_(teams), CALL.c.held_at.is_(None))
    return [_call(dict(row._mapping)) for row in connection.execute(query.order_by(CALL.c.on_day))]


def of_agent(connection: Connection, agent_id: str, limit: int) -> Sequence[Tracked]:
    """Return the newest calls that were made to an agent."""
    query = (
        select(CALL)
        .where(CALL.c.agent_id == agent_id, CALL.c.held_at.is_not(None))
        .order_by(CALL.c.position.desc())
        .limit(limit)
    )
    return [_call(dict(row._mapping)) for row in connection.execute(query)]


def _call(row: Mapping[str, Any]) -> Tracked:
    values = {name: row[name] for name in Tracked.__slots__}
    for name in ("on_day", "goal_on", "next_on"):
        values[name] = date.fromisoformat(row[name]) if row[name] else None
    values["held_at"] = datetime.fromisoformat(row["held_at"]) if row["held_at"] else None
    return Tracked(**values)
