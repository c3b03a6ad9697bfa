"""Contradictions and cases: what waits for a human, and what was decided (R-33)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    func,
    select,
)

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
CASE = Table(
    "cases_case",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("case_no", Integer, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("posterior", Float, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("model_version", String, nullable=False),
    Column("opened_at", String, nullable=False),
    Column("explained_at", String),
    Column("verdict", String),
    Column("decided_by", String),
    Column("decided_at", String),
    Column("appealed_at", String),
    Column("appeal_verdict", String),
    Column("appeal_decided_by", String),
    Column("appeal_decided_at", String),
    Column("recovered_at", String),
    Column("position", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Index("cases_case_team", "team_id", "state"),
)
ITEM = Table(
    "cases_item",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("case_no", Integer, primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("counter", Boolean, nullable=False),
    Column("name", String, nullable=False),
    Column("weight", Float, nullable=False),
    Column("facts", Text, nullable=False),
)
CONTRADICTION = Table(
    "cases_contradiction",
    METADATA,
    Column("callback_id", String, primary_key=True),
    Column("agent_id", String, nullable=False),
    Column("team_id", String, nullable=False),
    Column("activity_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("weight", Float, nullable=False),
    Column("detected_at", String, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("cases_contradiction_agent", "agent_id"),
)
NOT_YET = (
    "explained_at",
    "verdict",
    "decided_by",
    "decided_at",
    "appealed_at",
    "appeal_verdict",
    "appeal_decided_by",
    "appeal_decided_at",
    "recovered_at",
)
WAITING = ("open", "explained")
INSTANTS = (
    "opened_at",
    "explained_at",
    "decided_at",
    "appealed_at",
    "appeal_decided_at",
    "recovered_at",
)


@dataclass(frozen=True, slots=True)
class CaseCard:
    """A case. ``state``: open, explained, decided, appealed or closed (the appeal is decided).

    ``explained_at``: when the agent was heard, in writing or in a talk. ``version`` is that of the agent's stream when the case last changed.
    """

    agent_id: str
    case_no: int
    team_id: str
    state: str
    posterior: float
    threshold: float
    model_version: str
    opened_at: datetime
    explained_at: datetime | None
    verdict: str | None
    decided_by: str | None
    decided_at: datetime | None
    appealed_at: datetime | None
    appeal_verdict: str | None
    appeal_decided_by: str | None
    appeal_decided_at: datetime | None
    recovered_at: datetime | None
    position: int
    version: int


@dataclass(frozen=True, slots=True)
class CaseItem:
    """One item of evidence (or counter-evidence) with its weight in nats and its facts."""

    name: str
    weight: float
    facts: dict[str, str | int | float]
    counter: bool


@dataclass(frozen=True, slots=True)
class ContradictionCard:
    """A customer's word against a visit."""

    callback_id: str
    agent_id: str
    team_id: str
    activity_id: str
    customer_id: str
    outcome: str
    weight: float
    detected_at: datetime
    position: int


def _detected(writer: Writer, event: LoggedEvent) -> None:
    same = ("callback_id", "agent_id", "team_id", "activity_id", "customer_id", "outcome")
    writer.insert(
        CONTRADICTION,
        **{name: event.data[name] for name in (*same, "weight")},
        detected_at=event.data["by"]["recorded_at"],
        position=event.position,
    )
    _touch(writer, event)


def _opened(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    same = ("agent_id", "case_no", "team_id", "posterior", "threshold", "model_version")
    writer.insert(
        CASE,
        **dict.fromkeys(NOT_YET),
        **{name: data[name] for name in same},
        state="open",
        opened_at=data["by"]["recorded_at"],
        position=event.position,
        version=event.version,
    )
    items = [(False, item) for item in data["items"]]
    items += [(True, item) for item in data["counter_items"]]
    for no, (counter, item) in enumerate(items):
        writer.insert(
            ITEM,
            agent_id=data["agent_id"],
            case_no=data["case_no"],
            no=no,
            counter=counter,
            name=item["name"],
            weight=item["weight"],
            facts=json.dumps(item["facts"], ensure_ascii=False, sort_keys=True),
        )


def _change(writer: Writer, event: LoggedEvent, **values: object) -> None:
    key = {name: event.data[name] for name in ("agent_id", "case_no")}
    writer.change(CASE, key, version=event.version, **values)


def _touch(writer: Writer, event: LoggedEvent) -> None:
    """Keep the newest case's version up with the agent's stream, for If-Match."""
    rows = writer.rows(CASE, agent_id=event.data["agent_id"])
    if rows:
        key = {"agent_id": rows[-1]["agent_id"], "case_no": rows[-1]["case_no"]}
        writer.change(CASE, key, version=event.version)


def _explained(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, state="explained", explained_at=event.data["by"]["recorded_at"])


def _decided(writer: Writer, event: LoggedEvent) -> None:
    _change(
        writer,
        event,
        state="decided",
        verdict=event.data["verdict"],
        decided_by=event.actor,
        decided_at=event.data["by"]["recorded_at"],
    )


def _appealed(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, state="appealed", appealed_at=event.data["by"]["recorded_at"])


def _closed(writer: Writer, event: LoggedEvent) -> None:
    _change(
        writer,
        event,
        state="closed",
        appeal_verdict=event.data["verdict"],
        appeal_decided_by=event.actor,
        appeal_decided_at=event.data["by"]["recorded_at"],
    )


def _opinion(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event)


def _recovered(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, recovered_at=event.data["by"]["recorded_at"])


CASES = Projection(
    "cases",
    3,
    METADATA,
    {
        "verification_case.contradiction_detected.v1": _detected,
        "verification_case.case_opened.v1": _opened,
        "verification_case.explained.v1": _explained,
        "verification_case.heard.v1": _explained,
        "verification_case.opinion_recorded.v1": _opinion,
        "verification_case.recovered.v1": _recovered,
        "verification_case.decided.v1": _decided,
        "verification_case.appealed.v1": _appealed,
        "verification_case.appeal_decided.v1": _closed,
    },
)


def one(connection: Connection, agent_id: str, case_no: int) -> CaseCard | None:
    """Return a case, or None."""
    query = select(CASE).where(CASE.c.agent_id == agent_id, CASE.c.case_no == case_no)
    row = connection.execute(query).first()
    return _case(row) if row else None


def in_team(
    connection: Connection, team_id: str, *, waiting_only: bool = False
) -> Sequence[CaseCard]:
    """Return a team's cases, newest first; only those that wait for a decision if asked so."""
    query = select(CASE).where(CASE.c.team_id == team_id)
    if waiting_only:
        query = query.where(CASE.c.state.in_(WAITING))
    return [_case(row) for row in connection.execute(query.order_by(CASE.c.position.desc()))]


def open_in_team(connection: Connection, team_id: str) -> Sequence[CaseCard]:
    """Return a team's cases that wait for a decision, newest first."""
    return in_team(connection, team_id, waiting_only=True)


def count_waiting(connection: Connection) -> int:
    """Return how many cases wait for a decision."""
    query = select(func.count()).where(CASE.c.state.in_(WAITING))
    return connection.execute(query).scalar() or 0


def of_agent(connection: Connection, agent_id: str) -> Sequence[CaseCard]:
    """Return an agent's cases, newest first."""
    query = select(CASE).where(CASE.c.agent_id == agent_id).order_by(CASE.c.case_no.desc())
    return [_case(row) for row in connection.execute(query)]


def appeals_waiting(connection: Connection) -> Sequence[CaseCard]:
    """Return the cases whose appeal is not decided, oldest first."""
    query = select(CASE).where(CASE.c.state == "appealed").order_by(CASE.c.appealed_at)
    return [_case(row) for row in connection.execute(query)]


def items(connection: Connection, agent_id: str, case_no: int) -> Sequence[CaseItem]:
    """Return what a case rests on, then what speaks against it, each in the order told."""
    query = (
        select(ITEM)
        .where(ITEM.c.agent_id == agent_id, ITEM.c.case_no == case_no)
        .order_by(ITEM.c.no)
    )
    return [
        CaseItem(row.name, row.weight, json.loads(row.facts), row.counter)
        for row in connection.execute(query)
    ]


def contradictions(connection: Connection, agent_id: str) -> Sequence[ContradictionCard]:
    """Return the customers' words against an agent's visits, newest first."""
    query = select(CONTRADICTION).where(CONTRADICTION.c.agent_id == agent_id)
    rows = connection.execute(query.order_by(CONTRADICTION.c.position.desc()))
    return [_contradiction(row) for row in rows]


def _case(row: Row[tuple[Any, ...]]) -> CaseCard:
    values = {name: row._mapping[name] for name in CaseCard.__slots__}
    for name in INSTANTS:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return CaseCard(**values)


def _contradiction(row: Row[tuple[Any, ...]]) -> ContradictionCard:
    values = {name: row._mapping[name] for name in ContradictionCard.__slots__}
    values["detected_at"] = datetime.fromisoformat(values["detected_at"])
    return ContradictionCard(**values)
