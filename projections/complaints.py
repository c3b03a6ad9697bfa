"""Complaints about taken customers: what waits for a mediator, and who was asked (R-34)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
    func,
    select,
)

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
COMPLAINT = Table(
    "complaints_complaint",
    METADATA,
    Column("complaint_id", String, primary_key=True),
    Column("agent_id", String, nullable=False),
    Column("accused_id", String, nullable=False),
    Column("team_id", String),
    Column("customer_id", String),
    Column("state", String, nullable=False),
    Column("filed_at", String, nullable=False),
    Column("mediator_id", String),
    Column("sanction", String),
    Column("educated", Boolean, nullable=False),
    Column("finding", String),
    Column("concluded_at", String),
    Column("position", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Index("complaints_complaint_agent", "agent_id"),
    Index("complaints_complaint_state", "state"),
)
INQUIRY = Table(
    "complaints_inquiry",
    METADATA,
    Column("complaint_id", String, primary_key=True),
    Column("person_id", String, primary_key=True),
    Column("asked_at", String, nullable=False),
    Column("answered_at", String),
    Column("closed", Boolean, nullable=False),
    Index("complaints_inquiry_person", "person_id"),
)
FILED, MEDIATING, CONCLUDED = "filed", "mediating", "concluded"


@dataclass(frozen=True, slots=True)
class ComplaintCard:
    """A complaint. ``state``: filed, mediating or concluded."""

    complaint_id: str
    agent_id: str
    accused_id: str
    team_id: str | None
    customer_id: str | None
    state: str
    filed_at: datetime
    mediator_id: str | None
    sanction: str | None
    educated: bool
    finding: str | None
    concluded_at: datetime | None
    position: int
    version: int


@dataclass(frozen=True, slots=True)
class Inquiry:
    """That somebody was asked about a complaint; nothing of the complaint itself."""

    complaint_id: str
    person_id: str
    asked_at: datetime
    answered_at: datetime | None
    closed: bool


def _filed(writer: Writer, event: LoggedEvent) -> None:
    same = ("complaint_id", "agent_id", "accused_id", "team_id", "customer_id")
    writer.insert(
        COMPLAINT,
        **{name: event.data[name] for name in same},
        **dict.fromkeys(("mediator_id", "sanction", "finding", "concluded_at")),
        educated=False,
        state=FILED,
        filed_at=event.data["by"]["recorded_at"],
        position=event.position,
        version=event.version,
    )


def _change(writer: Writer, event: LoggedEvent, **values: object) -> None:
    key = {"complaint_id": event.data["complaint_id"]}
    writer.change(COMPLAINT, key, version=event.version, **values)


def _opened(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, state=MEDIATING, mediator_id=event.data["mediator_id"])


def _asked(writer: Writer, event: LoggedEvent) -> None:
    key = _inquiry_of(event)
    asked_at = event.data["by"]["recorded_at"]
    if writer.row(INQUIRY, **key):
        writer.change(INQUIRY, key, asked_at=asked_at, answered_at=None)
    else:
        writer.insert(INQUIRY, **key, asked_at=asked_at, answered_at=None, closed=False)
    _change(writer, event)


def _stated(writer: Writer, event: LoggedEvent) -> None:
    writer.change(INQUIRY, _inquiry_of(event), answered_at=event.data["by"]["recorded_at"])
    _change(writer, event)


def _sanctioned(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, sanction=event.data["kind"])


def _educated(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, educated=True)


def _concluded(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    when = data["by"]["recorded_at"]
    _change(writer, event, state=CONCLUDED, finding=data["finding"], concluded_at=when)
    for person_id in (data["agent_id"], data["accused_id"]):
        key = {"complaint_id": data["complaint_id"], "person_id": person_id}
        writer.change(INQUIRY, key, closed=True)


def _inquiry_of(event: LoggedEvent) -> dict[str, str]:
    return {name: event.data[name] for name in ("complaint_id", "person_id")}


COMPLAINTS = Projection(
    "complaints",
    1,
    METADATA,
    {
        "complaint.filed.v1": _filed,
        "complaint.mediation_opened.v1": _opened,
        "complaint.statement_asked.v1": _asked,
        "complaint.statement_given.v1": _stated,
        "complaint.sanctioned.v1": _sanctioned,
        "complaint.team_educated.v1": _educated,
        "complaint.concluded.v1": _concluded,
    },
)


def one(connection: Connection, complaint_id: str) -> ComplaintCard | None:
    """Return a complaint, or None."""
    query = select(COMPLAINT).where(COMPLAINT.c.complaint_id == complaint_id)
    row = connection.execute(query).first()
    return _card(row) if row else None


def of_agent(connection: Connection, agent_id: str) -> Sequence[ComplaintCard]:
    """Return the complaints that an agent filed, newest first."""
    query = select(COMPLAINT).where(COMPLAINT.c.agent_id == agent_id)
    return [_card(row) for row in connection.execute(query.order_by(COMPLAINT.c.position.desc()))]


def not_against(connection: Connection, person_id: str) -> Sequence[ComplaintCard]:
    """Return all complaints but those about this person, newest first."""
    query = select(COMPLAINT).where(COMPLAINT.c.accused_id != person_id)
    return [_card(row) for row in connection.execute(query.order_by(COMPLAINT.c.position.desc()))]


def waiting(connection: Connection, mediator_id: str) -> int:
    """Return how many complaints wait for this mediator: to be taken up, or to be concluded."""
    theirs = (COMPLAINT.c.state == FILED) | (COMPLAINT.c.mediator_id == mediator_id)
    query = select(func.count()).select_from(COMPLAINT)
    query = query.where(theirs, COMPLAINT.c.state != CONCLUDED)
    query = query.where(COMPLAINT.c.accused_id != mediator_id)
    return int(connection.execute(query).scalar_one())


def inquiries_of(connection: Connection, person_id: str) -> Sequence[Inquiry]:
    """Return what a person was asked, newest first."""
    query = select(INQUIRY).where(INQUIRY.c.person_id == person_id)
    rows = connection.execute(query.order_by(INQUIRY.c.asked_at.desc()))
    return [_inquiry(row) for row in rows]


def inquiries_waiting(connection: Connection, person_id: str) -> int:
    """Return how many questions a person has not answered."""
    found = inquiries_of(connection, person_id)
    return sum(inquiry.answered_at is None and not inquiry.closed for inquiry in found)


def _card(row: Row[tuple[Any, ...]]) -> ComplaintCard:
    values = {name: row._mapping[name] for name in ComplaintCard.__slots__}
    return ComplaintCard(**_with_instants(values, "filed_at", "concluded_at"))


def _inquiry(row: Row[tuple[Any, ...]]) -> Inquiry:
    values = {name: row._mapping[name] for name in Inquiry.__slots__}
    return Inquiry(**_with_instants(values, "asked_at", "answered_at"))


def _with_instants(values: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return values
