"""Logged visits beside what customers said about them (R-33, R-53).

Visits are what happens face to face; a call is no visit and is not called back about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    select,
)

from domain.words import ActivityKind
from projections.base import Projection, Writer, corrected
from store.log_reader import LoggedEvent

METADATA = MetaData()
VISIT = Table(
    "visit_ledger_visit",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("activity_id", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("minutes", Integer),
    Column("result", String, nullable=False),
    Column("last_action", String),
    Column("note_length", Integer, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("recorded_at", String, nullable=False),
    Column("corrected", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("visit_ledger_visit_team_day", "team_id", "day"),
)
SAID = Table(
    "visit_ledger_said",
    METADATA,
    Column("callback_id", String, primary_key=True),
    Column("activity_id", String, nullable=False),
    Column("agent_id", String, nullable=False),
    Column("supervisor_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("outcome", String),
    Column("answered_at", String),
    Column("position", BigInteger, nullable=False),
    Index("visit_ledger_said_activity", "activity_id", "agent_id"),
    Index("visit_ledger_said_agent", "agent_id"),
)
VISIT_KEY = ("agent_id", "day", "activity_id")
VISITS = frozenset(str(kind) for kind in ActivityKind) - {str(ActivityKind.APPOINTMENT_CALL)}


@dataclass(frozen=True, slots=True)
class Visit:
    """A logged visit as it stands; instants are aware."""

    activity_id: str
    agent_id: str
    team_id: str
    customer_id: str
    day: date
    kind: str
    started_at: datetime
    minutes: int | None
    result: str
    last_action: str | None
    note_length: int
    late: bool
    recorded_at: datetime
    corrected: int
    withdrawn: bool
    position: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer said about a visit; ``outcome`` is None while the call is not made."""

    callback_id: str
    activity_id: str
    supervisor_id: str
    customer_id: str
    mode: str
    outcome: str | None
    answered_at: datetime | None
    position: int


def _logged(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    same = ("team_id", "customer_id", "kind", "started_at")
    facts = ("minutes", "result", "last_action", "note_length", "late")
    writer.insert(
        VISIT,
        **{name: data[name] for name in (*VISIT_KEY, *same, *facts)},
        recorded_at=data["by"]["recorded_at"],
        corrected=0,
        withdrawn=False,
        position=event.position,
    )


def _corrected(writer: Writer, event: LoggedEvent) -> None:
    key = _visit_key(event)
    visit = writer.row(VISIT, **key) or {}
    names = ("kind", "started_at", "minutes", "result", "last_action")
    values = corrected(event, names, ("started_at",))
    if event.data["note_length"] is not None:
        values["note_length"] = event.data["note_length"]
    writer.change(VISIT, key, corrected=visit.get("corrected", 0) + 1, **values)


def _withdrawn(writer: Writer, event: LoggedEvent) -> None:
    writer.change(VISIT, _visit_key(event), withdrawn=True)


def _visit_key(event: LoggedEvent) -> dict[str, str]:
    return {name: event.data[name] for name in VISIT_KEY}


def _listed(writer: Writer, event: LoggedEvent) -> None:
    same = ("callback_id", "activity_id", "agent_id", "supervisor_id", "customer_id", "mode")
    writer.insert(
        SAID,
        **{name: event.data[name] for name in same},
        outcome=None,
        answered_at=None,
        position=event.position,
    )


def _answered(writer: Writer, event: LoggedEvent) -> None:
    writer.change(
        SAID,
        {"callback_id": event.data["callback_id"]},
        outcome=event.data["outcome"],
        answered_at=event.data["by"]["recorded_at"],
        position=event.position,
    )


VISIT_LEDGER = Projection(
    "visit_ledger",
    2,
    METADATA,
    {
        "daily_log.activity_logged.v1": _logged,
        "daily_log.activity_corrected.v1": _corrected,
        "daily_log.activity_withdrawn.v1": _withdrawn,
        "callback.listed.v1": _listed,
        "callback.outcome_recorded.v1": _answered,
    },
)


def one(connection: Connection, agent_id: str, activity_id: str) -> Visit | None:
    """Return what an agent logged under this id (the newest, if on several days), or None."""
    query = select(VISIT).where(VISIT.c.agent_id == agent_id, VISIT.c.activity_id == activity_id)
    row = connection.execute(query.order_by(VISIT.c.position.desc()).limit(1)).first()
    return _visit(row) if row else None


def visits_to_call(
    connection: Connection, team_id: str, since: date, until: date, limit: int = 200
) -> Sequence[Visit]:
    """Return a team's standing visits of these days that nobody has been listed to call about."""
    query = (
        select(VISIT)
        .outerjoin(
            SAID,
            (SAID.c.activity_id == VISIT.c.activity_id) & (SAID.c.agent_id == VISIT.c.agent_id),
        )
        .where(
            VISIT.c.team_id == team_id,
            VISIT.c.day >= since.isoformat(),
            VISIT.c.day <= until.isoformat(),
            VISIT.c.withdrawn.is_(False),
            VISIT.c.kind.in_(VISITS),
            SAID.c.callback_id.is_(None),
        )
        .order_by(VISIT.c.day.desc(), VISIT.c.started_at.desc())
        .limit(limit)
    )
    return [_visit(row) for row in connection.execute(query)]


def of_team(
    connection: Connection, team_id: str, since: date, until: date, limit: int = 3000
) -> Sequence[Visit]:
    """Return a team's standing visits of these days, newest first."""
    query = select(VISIT).where(
        VISIT.c.team_id == team_id,
        VISIT.c.day >= since.isoformat(),
        VISIT.c.day <= until.isoformat(),
        VISIT.c.withdrawn.is_(False),
        VISIT.c.kind.in_(VISITS),
    )
    query = query.order_by(VISIT.c.day.desc(), VISIT.c.started_at.desc()).limit(limit)
    return [_visit(row) for row in connection.execute(query)]


def of_agent(
    connection: Connection, agent_id: str, since: date | None = None, limit: int = 200
) -> Sequence[Visit]:
    """Return an agent's visits, newest day first."""
    query = select(VISIT).where(VISIT.c.agent_id == agent_id, VISIT.c.kind.in_(VISITS))
    if since is not None:
        query = query.where(VISIT.c.day >= since.isoformat())
    query = query.order_by(VISIT.c.day.desc(), VISIT.c.started_at.desc()).limit(limit)
    return [_visit(row) for row in connection.execute(query)]


def with_callbacks(connection: Connection, agent_id: str) -> Sequence[tuple[Visit, Said]]:
    """Return an agent's visits about which a customer was asked, newest answer first."""
    said = [
        _said(row)
        for row in connection.execute(
            select(SAID).where(SAID.c.agent_id == agent_id).order_by(SAID.c.position.desc())
        )
    ]
    query = select(VISIT).where(
        VISIT.c.agent_id == agent_id, VISIT.c.activity_id.in_({s.activity_id for s in said})
    )
    visits = {row.activity_id: _visit(row) for row in connection.execute(query)}
    return [(visits[s.activity_id], s) for s in said if s.activity_id in visits]


def _visit(row: Row[tuple[Any, ...]]) -> Visit:
    values = {name: row._mapping[name] for name in Visit.__slots__}
    values["day"] = date.fromisoformat(values["day"])
    for name in ("started_at", "recorded_at"):
        values[name] = datetime.fromisoformat(values[name])
    return Visit(**values)


def _said(row: Row[tuple[Any, ...]]) -> Said:
    values = {name: row._mapping[name] for name in Said.__slots__}
    if values["answered_at"]:
        values["answered_at"] = datetime.fromisoformat(values["answered_at"])
    return Said(**values)
