"""Contests, role models, sharing sessions and clinics (R-31, R-32): what is open, what was frozen."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    select,
)

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
CONTEST = Table(
    "standings_contest",
    METADATA,
    Column("contest_id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("team_ids", Text, nullable=False),
    Column("starts_on", String, nullable=False),
    Column("ends_on", String, nullable=False),
    Column("goal", Integer, nullable=False),
    Column("weights", Text, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("out", Text, nullable=False),
    Column("table_hash", String),
    Column("top", Text, nullable=False),
    Column("ranked", Integer),
    Column("reached", Integer),
    Column("frozen_at", String),
    Column("position", BigInteger, nullable=False),
)
MODEL = Table(
    "standings_role_model",
    METADATA,
    Column("model_id", String, primary_key=True),
    Column("agent_id", String, nullable=False),
    Column("team_id", String, nullable=False),
    Column("named_on", String, nullable=False),
    Column("consents", Boolean),
    Column("position", BigInteger, nullable=False),
)
WORKSHOP = Table(
    "standings_workshop",
    METADATA,
    Column("stream_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("team_id", String, nullable=False),
    Column("agent_id", String),
    Column("held_on", String, nullable=False),
    Column("people", Text, nullable=False),
    Column("topic", Text),
    Column("position", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class ContestCard:
    """A season; ``out`` are those who stay out of the table; ``table_hash``, ``ranked`` and
    ``reached`` are None until it is frozen."""

    contest_id: str
    title: str
    team_ids: tuple[str, ...]
    starts_on: date
    ends_on: date
    goal: int
    weights: dict[str, int]
    opened_by: str
    out: tuple[str, ...]
    table_hash: str | None
    top: tuple[str, ...]
    ranked: int | None
    reached: int | None
    frozen_at: datetime | None
    position: int


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A role model; ``consents`` is None until the agent has answered."""

    model_id: str
    agent_id: str
    team_id: str
    named_on: date
    consents: bool | None
    position: int


@dataclass(frozen=True, slots=True)
class WorkshopCard:
    """A sharing session (``kind`` sharing: its speakers) or a clinic (the agent and the expert)."""

    stream_id: UUID
    kind: str
    team_id: str
    agent_id: str | None
    held_on: date
    people: tuple[str, ...]
    topic: str | None
    position: int


def _opened(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    same = ("contest_id", "title", "starts_on", "ends_on", "goal")
    writer.insert(
        CONTEST,
        **{name: data[name] for name in same},
        team_ids=json.dumps(data["team_ids"]),
        weights=json.dumps(data["weights"], sort_keys=True),
        opened_by=event.actor,
        out="[]",
        table_hash=None,
        top="[]",
        ranked=None,
        reached=None,
        frozen_at=None,
        position=event.position,
    )


def _chosen(writer: Writer, event: LoggedEvent) -> None:
    key = {"contest_id": event.data["contest_id"]}
    row = writer.row(CONTEST, **key)
    if row is not None:
        others = set(json.loads(row["out"])) - {event.data["agent_id"]}
        out = others if event.data["takes_part"] else others | {event.data["agent_id"]}
        writer.change(CONTEST, key, out=json.dumps(sorted(out)))


def _frozen(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    writer.change(
        CONTEST,
        {"contest_id": data["contest_id"]},
        table_hash=data["table_hash"],
        top=json.dumps(data["top"]),
        ranked=data["ranked"],
        reached=data["reached"],
        frozen_at=data["by"]["recorded_at"],
    )


def _named(writer: Writer, event: LoggedEvent) -> None:
    same = ("model_id", "agent_id", "team_id", "named_on")
    values = {name: event.data[name] for name in same}
    writer.insert(MODEL, **values, consents=None, position=event.position)


def _answered(writer: Writer, event: LoggedEvent) -> None:
    key = {"model_id": event.data["model_id"]}
    writer.change(MODEL, key, consents=event.data.get("consents", False))


def _shared(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _workshop(writer, event, "sharing", None, data["speakers"], data["topic"])


def _clinic(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _workshop(writer, event, "clinic", data["agent_id"], [data["expert_id"]], None)


def _workshop(
    writer: Writer,
    event: LoggedEvent,
    kind: str,
    agent_id: str | None,
    people: list[str],
    topic: str | None,
) -> None:
    writer.insert(
        WORKSHOP,
        stream_id=str(event.stream_id),
        kind=kind,
        team_id=event.data["team_id"],
        agent_id=agent_id,
        held_on=event.data["held_on"],
        people=json.dumps(people),
        topic=topic,
        position=event.position,
    )


STANDINGS = Projection(
    "standings",
    2,
    METADATA,
    {
        "contest.opened.v1": _opened,
        "contest.participation_chosen.v1": _chosen,
        "contest.standing_frozen.v1": _frozen,
        "role_model.named.v1": _named,
        "role_model.answered.v1": _answered,
        "role_model.consent_withdrawn.v1": _answered,
        "sharing_session.held.v1": _shared,
        "expert_clinic.held.v1": _clinic,
    },
)


def contests(connection: Connection, teams: Collection[str]) -> Sequence[ContestCard]:
    """Return the seasons in which one of these teams takes part, the newest first."""
    query = select(CONTEST).order_by(CONTEST.c.starts_on.desc(), CONTEST.c.position.desc())
    cards = (_contest(row) for row in connection.execute(query))
    return [card for card in cards if set(card.team_ids) & set(teams)]


def contest(connection: Connection, contest_id: str) -> ContestCard | None:
    """Return a season, or None."""
    row = connection.execute(select(CONTEST).where(CONTEST.c.contest_id == contest_id)).first()
    return _contest(row) if row else None


def unfrozen(connection: Connection) -> Sequence[ContestCard]:
    """Return the seasons whose table is not final, the oldest first."""
    query = select(CONTEST).where(CONTEST.c.frozen_at.is_(None)).order_by(CONTEST.c.ends_on)
    return [_contest(row) for row in connection.execute(query)]


def role_models(connection: Connection, teams: Collection[str]) -> Sequence[ModelCard]:
    """Return the role models of these teams who agreed to be shown, the newest first."""
    query = (
        select(MODEL)
        .where(MODEL.c.team_id.in_(teams), MODEL.c.consents.is_(True))
        .order_by(MODEL.c.position.desc())
    )
    return [_model(row) for row in connection.execute(query)]


def named(connection: Connection, agent_id: str) -> Sequence[ModelCard]:
    """Return an agent's own namings, the newest first."""
    query = select(MODEL).where(MODEL.c.agent_id == agent_id).order_by(MODEL.c.position.desc())
    return [_model(row) for row in connection.execute(query)]


def workshops(connection: Connection, teams: Collection[str], limit: int) -> Sequence[WorkshopCard]:
    """Return the newest sharing sessions and clinics of these teams."""
    query = (
        select(WORKSHOP)
        .where(WORKSHOP.c.team_id.in_(teams))
        .order_by(WORKSHOP.c.held_on.desc(), WORKSHOP.c.position.desc())
        .limit(limit)
    )
    return [_workshop_card(row) for row in connection.execute(query)]


def _contest(row: Row[tuple[Any, ...]]) -> ContestCard:
    values = {name: row._mapping[name] for name in ContestCard.__slots__}
    for name in ("team_ids", "out", "top"):
        values[name] = tuple(json.loads(values[name]))
    values["weights"] = json.loads(values["weights"])
    for name in ("starts_on", "ends_on"):
        values[name] = date.fromisoformat(values[name])
    frozen = values["frozen_at"]
    values["frozen_at"] = datetime.fromisoformat(frozen) if frozen else None
    return ContestCard(**values)


def _model(row: Row[tuple[Any, ...]]) -> ModelCard:
    values = {name: row._mapping[name] for name in ModelCard.__slots__}
    values["named_on"] = date.fromisoformat(values["named_on"])
    return ModelCard(**values)


def _workshop_card(row: Row[tuple[Any, ...]]) -> WorkshopCard:
    values = {name: row._mapping[name] for name in WorkshopCard.__slots__}
    values["stream_id"] = UUID(values["stream_id"])
    values["held_on"] = date.fromisoformat(values["held_on"])
    values["people"] = tuple(json.loads(values["people"]))
    return WorkshopCard(**values)
