"""Whom to call back, and how far each call has come (R-41, R-50 to R-56)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
from store.mapper import instant

METADATA = MetaData()
CALL = Table(
    "callback_queue_call",
    METADATA,
    Column("callback_id", String, primary_key=True),
    Column("activity_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("visit_day", String, nullable=False),
    Column("agent_id", String, nullable=False),
    Column("team_id", String, nullable=False),
    Column("supervisor_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("design", String, nullable=False),
    Column("probability", Float),
    Column("reason", Text, nullable=False),
    Column("on_day", String, nullable=False),
    Column("state", String, nullable=False),
    Column("prepared_at", String),
    Column("revealed_at", String),
    Column("overrides", Text, nullable=False),
    Column("customer_type", String),
    Column("last_action", String),
    Column("objections", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_attempt", String),
    Column("steps", Integer, nullable=False),
    Column("outcome", String),
    Column("answered_at", String),
    Column("satisfaction", Integer),
    Column("visit_day_confirmed", Boolean),
    Column("revisit_at", String),
    Column("debriefed_at", String),
    Column("skill_gap", Text),
    Column("frame_size", Integer),
    Column("repeats", String),
    Column("position", BigInteger, nullable=False),
    Column("outcome_position", BigInteger),
    Column("version", Integer, nullable=False),
    Index("callback_queue_call_supervisor", "supervisor_id", "on_day"),
    Index("callback_queue_call_agent", "agent_id", "visit_day"),
    Index("callback_queue_call_activity", "activity_id"),
)
LISTED = (
    "callback_id",
    "activity_id",
    "kind",
    "visit_day",
    "agent_id",
    "team_id",
    "supervisor_id",
    "customer_id",
    "mode",
    "design",
    "probability",
    "reason",
    "on_day",
)
OPEN = ("listed", "prepared", "attempted", "answered")
INSTANTS = ("prepared_at", "revealed_at", "answered_at", "revisit_at", "debriefed_at")


@dataclass(frozen=True, slots=True)
class Call:
    """A callback as it stands.

    ``state``: listed, prepared, attempted, answered, debriefed or set_aside (a drawn call that
    was not made). ``frame_size``: of how many visits a drawn one was drawn; ``repeats``: the
    callback that this one makes again. ``steps`` is the last of the six steps taken; instants are aware.
    """

    callback_id: str
    activity_id: str
    kind: str
    visit_day: date
    agent_id: str
    team_id: str
    supervisor_id: str
    customer_id: str
    mode: str
    design: str
    probability: float | None
    reason: str
    on_day: date
    state: str
    prepared_at: datetime | None
    revealed_at: datetime | None
    overrides: dict[str, str]
    customer_type: str | None
    last_action: str | None
    objections: tuple[str, ...]
    attempts: int
    last_attempt: str | None
    steps: int
    outcome: str | None
    answered_at: datetime | None
    satisfaction: int | None
    visit_day_confirmed: bool | None
    revisit_at: datetime | None
    debriefed_at: datetime | None
    skill_gap: str | None
    frame_size: int | None
    repeats: str | None
    position: int
    outcome_position: int | None
    version: int


def _listed(writer: Writer, event: LoggedEvent) -> None:
    empty = {column.name: None for column in CALL.columns}
    writer.insert(
        CALL,
        **{
            **empty,
            **{name: event.data[name] for name in LISTED},
            "state": "listed",
            "overrides": "{}",
            "objections": "[]",
            "attempts": 0,
            "steps": 0,
            "position": event.position,
            "version": event.version,
        },
    )


def _change(writer: Writer, event: LoggedEvent, **values: object) -> None:
    key = {"callback_id": event.data["callback_id"]}
    writer.change(CALL, key, version=event.version, **values)


def _prepared(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _change(
        writer,
        event,
        state="prepared",
        prepared_at=data["by"]["recorded_at"],
        overrides=json.dumps(data["overrides"], ensure_ascii=False, sort_keys=True),
        customer_type=data["customer_type"],
        last_action=data["last_action"],
        objections=json.dumps(data["objections"]),
    )


def _revealed(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, revealed_at=event.data["by"]["recorded_at"])


def _attempted(writer: Writer, event: LoggedEvent) -> None:
    number, result = event.data["attempt_no"], event.data["result"]
    _change(writer, event, state="attempted", attempts=number, last_attempt=result)


def _stepped(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, steps=event.data["step"])


def _answered(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _change(
        writer,
        event,
        state="answered",
        outcome=data["outcome"],
        answered_at=data["by"]["recorded_at"],
        satisfaction=data["satisfaction"],
        visit_day_confirmed=data["visit_day_confirmed"],
        outcome_position=event.position,
    )


def _revisit(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, revisit_at=event.data["at"])


def _debriefed(writer: Writer, event: LoggedEvent) -> None:
    at, gap = event.data["by"]["recorded_at"], event.data["skill_gap"]
    _change(writer, event, state="debriefed", debriefed_at=at, skill_gap=gap)


def _drawn(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, frame_size=event.data["frame_size"])


def _repeats(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, repeats=event.data["of_callback_id"])


def _set_aside(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, state="set_aside")


def _matched(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event)


CALLBACK_QUEUE = Projection(
    "callback_queue",
    3,
    METADATA,
    {
        "callback.listed.v1": _listed,
        "callback.prepared.v1": _prepared,
        "callback.contact_revealed.v1": _revealed,
        "callback.attempted.v1": _attempted,
        "callback.step_recorded.v1": _stepped,
        "callback.outcome_recorded.v1": _answered,
        "callback.revisit_agreed.v1": _revisit,
        "callback.debriefed.v1": _debriefed,
        "callback.drawn.v1": _drawn,
        "callback.repeats.v1": _repeats,
        "callback.set_aside.v1": _set_aside,
        "callback.matched.v1": _matched,
    },
)


def one(connection: Connection, callback_id: str) -> Call | None:
    """Return a callback, or None."""
    row = connection.execute(select(CALL).where(CALL.c.callback_id == callback_id)).first()
    return _call(row) if row else None


def for_supervisor(
    connection: Connection,
    supervisor_id: str,
    day: date | None = None,
    *,
    open_only: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Call]:
    """Return a supervisor's callbacks, newest first; of one day, or only those not yet done."""
    query = select(CALL).where(CALL.c.supervisor_id == supervisor_id)
    if day is not None:
        query = query.where(CALL.c.on_day == day.isoformat())
    if open_only:
        query = query.where(CALL.c.state.in_(OPEN))
    if before is not None:
        query = query.where(CALL.c.position < before)
    query = query.order_by(CALL.c.position.desc()).limit(limit)
    return [_call(row) for row in connection.execute(query)]


def count_open(connection: Connection) -> int:
    """Return how many callbacks wait for the customer's answer."""
    query = select(func.count()).where(CALL.c.state.in_(OPEN), CALL.c.outcome.is_(None))
    return connection.execute(query).scalar() or 0


def for_agent(connection: Connection, agent_id: str, limit: int = 50) -> Sequence[Call]:
    """Return the callbacks about an agent's visits, newest first."""
    query = select(CALL).where(CALL.c.agent_id == agent_id)
    query = query.order_by(CALL.c.position.desc()).limit(limit)
    return [_call(row) for row in connection.execute(query)]


def about(connection: Connection, activity_id: str) -> Sequence[Call]:
    """Return the callbacks about one visit, oldest first."""
    query = select(CALL).where(CALL.c.activity_id == activity_id).order_by(CALL.c.position)
    return [_call(row) for row in connection.execute(query)]


def answered(connection: Connection, limit: int = 5000) -> Sequence[Call]:
    """Return the branch's newest callbacks with an outcome, newest first."""
    query = select(CALL).where(CALL.c.outcome.is_not(None))
    query = query.order_by(CALL.c.position.desc()).limit(limit)
    return [_call(row) for row in connection.execute(query)]


def answered_between(
    connection: Connection, supervisor_id: str, since: datetime, until: datetime
) -> int:
    """Return how many calls a supervisor finished from ``since`` to before ``until`` (R-41)."""
    query = (
        select(func.count())
        .select_from(CALL)
        .where(
            CALL.c.supervisor_id == supervisor_id,
            CALL.c.answered_at >= instant(since),
            CALL.c.answered_at < instant(until),
        )
    )
    return connection.execute(query).scalar() or 0


def revealed_customers(connection: Connection, agent_id: str, limit: int = 50) -> Sequence[Call]:
    """Return the calls in which somebody saw the number of this agent's customer, newest first."""
    query = select(CALL).where(CALL.c.agent_id == agent_id, CALL.c.revealed_at.is_not(None))
    query = query.order_by(CALL.c.revealed_at.desc()).limit(limit)
    return [_call(row) for row in connection.execute(query)]


def _call(row: Row[tuple[Any, ...]]) -> Call:
    values = {name: row._mapping[name] for name in Call.__slots__}
    for name in INSTANTS:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    for name in ("visit_day", "on_day"):
        values[name] = date.fromisoformat(values[name])
    values["overrides"] = json.loads(values["overrides"])
    values["objections"] = tuple(json.loads(values["objections"]))
    return Call(**values)
