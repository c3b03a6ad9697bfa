"""Which logs wait for their review, and what became of those reviewed (R-04).

Remarks are not here: they are sealed under the agent's key, and the page reads them from the log.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    func,
    or_,
    select,
)

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
LOG = Table(
    "review_queue_log",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("submitted_at", String),
    Column("reviewed_at", String),
    Column("reviewer", String),
    Column("kind", String),
    Column("verdict", String),
    Column("findings", String, nullable=False),
    Column("text_length", Integer, nullable=False),
    Column("read_at", String),
    Column("position", BigInteger, nullable=False),  # of the review, else of the submission
    Index("review_queue_log_team", "team_id", "reviewed_at", "day"),
    Index("review_queue_log_reviewer", "reviewer", "position"),
)
INSTANTS = ("submitted_at", "reviewed_at", "read_at")


@dataclass(frozen=True, slots=True)
class ReviewedLog:
    """A log on its way through the review; instants are aware, None for what has not been."""

    agent_id: str
    day: date
    team_id: str
    submitted_at: datetime | None
    reviewed_at: datetime | None
    reviewer: str | None
    kind: str | None
    verdict: str | None
    findings: tuple[str, ...]
    text_length: int
    read_at: datetime | None
    position: int


def _submitted(writer: Writer, event: LoggedEvent) -> None:
    _set(writer, event, submitted_at=event.data["by"]["recorded_at"])


def _completed(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _set(
        writer,
        event,
        reviewed_at=data["by"]["recorded_at"],
        reviewer=event.actor,
        kind=data["kind"],
        verdict=data["verdict"],
        findings=json.dumps(data["findings"]),
        text_length=data["text_length"],
    )


def _withdrawn(writer: Writer, event: LoggedEvent) -> None:
    nothing: dict[str, Any] = dict.fromkeys(("reviewed_at", "reviewer", "kind", "verdict"))
    _set(writer, event, **nothing, findings="[]", text_length=0)


def _read(writer: Writer, event: LoggedEvent) -> None:
    key = {"agent_id": event.data["agent_id"], "day": event.data["day"]}
    writer.change(LOG, key, read_at=event.data["by"]["recorded_at"])


def _set(writer: Writer, event: LoggedEvent, **values: Any) -> None:
    key = {"agent_id": event.data["agent_id"], "day": event.data["day"]}
    values["position"] = event.position
    if writer.row(LOG, **key) is not None:
        writer.change(LOG, key, **values)
        return
    empty = dict.fromkeys(
        ("submitted_at", "reviewed_at", "reviewer", "kind", "verdict", "read_at"), None
    )
    new = {**empty, "findings": "[]", "text_length": 0, **key, **values}
    writer.insert(LOG, team_id=event.data["team_id"], **new)


REVIEW_QUEUE = Projection(
    "review_queue",
    2,
    METADATA,
    {
        "daily_log.submitted.v1": _submitted,
        "review.completed.v1": _completed,
        "review.read.v1": _read,
        "review.withdrawn.v1": _withdrawn,
    },
)


def waiting(connection: Connection, teams: Collection[str], since: date) -> Sequence[ReviewedLog]:
    """Return submitted logs of these teams without a review, from ``since`` on, oldest first."""
    query = (
        select(LOG)
        .where(
            LOG.c.team_id.in_(teams),
            LOG.c.submitted_at.is_not(None),
            LOG.c.reviewed_at.is_(None),
            LOG.c.day >= since.isoformat(),
        )
        .order_by(LOG.c.day, LOG.c.submitted_at, LOG.c.agent_id)
    )
    return [_log(dict(row._mapping)) for row in connection.execute(query)]


def count_waiting(connection: Connection, teams: Collection[str], since: date) -> int:
    """Return how many submitted logs of these teams wait for a review, from ``since`` on."""
    query = select(func.count()).where(
        LOG.c.team_id.in_(teams),
        LOG.c.submitted_at.is_not(None),
        LOG.c.reviewed_at.is_(None),
        LOG.c.day >= since.isoformat(),
    )
    return connection.execute(query).scalar() or 0


def unreviewed_at(
    connection: Connection, team_id: str, day: date, instant: str
) -> Sequence[ReviewedLog]:
    """Return a team's logs of a day handed in, and not reviewed, by a UTC instant in our format."""
    query = (
        select(LOG)
        .where(
            LOG.c.team_id == team_id,
            LOG.c.day == day.isoformat(),
            LOG.c.submitted_at <= instant,
            or_(LOG.c.reviewed_at.is_(None), LOG.c.reviewed_at > instant),
        )
        .order_by(LOG.c.agent_id)
    )
    return [_log(dict(row._mapping)) for row in connection.execute(query)]


def done(connection: Connection, teams: Collection[str], limit: int) -> Sequence[ReviewedLog]:
    """Return the newest reviews of these teams' logs."""
    query = (
        select(LOG)
        .where(LOG.c.team_id.in_(teams), LOG.c.reviewed_at.is_not(None))
        .order_by(LOG.c.position.desc())
        .limit(limit)
    )
    return [_log(dict(row._mapping)) for row in connection.execute(query)]


def by_reviewer(connection: Connection, reviewer: str, limit: int) -> Sequence[ReviewedLog]:
    """Return the newest reviews that somebody gave."""
    query = (
        select(LOG).where(LOG.c.reviewer == reviewer).order_by(LOG.c.position.desc()).limit(limit)
    )
    return [_log(dict(row._mapping)) for row in connection.execute(query)]


def of_agent(connection: Connection, agent_id: str, limit: int) -> Sequence[ReviewedLog]:
    """Return the newest reviews that an agent got."""
    query = (
        select(LOG)
        .where(LOG.c.agent_id == agent_id, LOG.c.reviewed_at.is_not(None))
        .order_by(LOG.c.position.desc())
        .limit(limit)
    )
    return [_log(dict(row._mapping)) for row in connection.execute(query)]


def one(connection: Connection, agent_id: str, day: date) -> ReviewedLog | None:
    """Return one day's place in the queue, or None."""
    query = select(LOG).where(LOG.c.agent_id == agent_id, LOG.c.day == day.isoformat())
    row = connection.execute(query).first()
    return _log(dict(row._mapping)) if row else None


def _log(row: Mapping[str, Any]) -> ReviewedLog:
    values = {name: row[name] for name in ReviewedLog.__slots__}
    values["day"] = date.fromisoformat(row["day"])
    values["findings"] = tuple(json.loads(row["findings"]))
    for name in INSTANTS:
        values[name] = datetime.fromisoformat(row[name]) if row[name] else None
    return ReviewedLog(**values)
