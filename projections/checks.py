"""What was checked by itself: each outcome with its time and findings, for the page of checks (R-04)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
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
    Row,
    String,
    Table,
    Text,
    select,
)

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
DONE = Table(
    "checks_done",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("check", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("team_id", String),
    Column("day", String, nullable=False),
    Column("due_at", String, nullable=False),
    Column("done_at", String, nullable=False),
    Column("found", Integer, nullable=False),
    Column("findings", Text, nullable=False),
    Index("checks_done_check", "check", "position"),
)


@dataclass(frozen=True, slots=True)
class DoneCheck:
    """A check that was made; ``findings`` are ids, none when all was well; instants are aware."""

    position: int
    check: str
    subject: str
    team_id: str | None
    day: date
    due_at: datetime
    done_at: datetime
    findings: tuple[str, ...]


def _done(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    same = ("check", "subject", "team_id", "day", "due_at")
    writer.insert(
        DONE,
        position=event.position,
        **{name: data[name] for name in same},
        done_at=data["by"]["recorded_at"],
        found=len(data["findings"]),
        findings=json.dumps(data["findings"]),
    )


CHECKS = Projection("checks", 1, METADATA, {"scheduled_check.done.v1": _done})


def newest(
    connection: Connection,
    limit: int,
    *,
    teams: Collection[str] | None = None,
    hidden: Collection[str] = (),
    check: str | None = None,
    with_findings: bool = False,
) -> Sequence[DoneCheck]:
    """Return the newest checks; of these teams only, and without the hidden kinds."""
    query = select(DONE).where(DONE.c.check.not_in(hidden))
    if teams is not None:
        query = query.where(DONE.c.team_id.in_(teams))
    if check is not None:
        query = query.where(DONE.c.check == check)
    if with_findings:
        query = query.where(DONE.c.found > 0)
    query = query.order_by(DONE.c.position.desc()).limit(limit)
    return [_row(row) for row in connection.execute(query)]


def last_of_each(
    connection: Connection, teams: Collection[str] | None, hidden: Collection[str]
) -> dict[str, DoneCheck]:
    """Return the newest check of each kind."""
    kinds = connection.execute(select(DONE.c.check).distinct()).scalars().all()
    found: dict[str, DoneCheck] = {}
    for kind in kinds:
        for one in newest(connection, 1, teams=teams, hidden=hidden, check=kind):
            found[kind] = one
    return found


def reviews_found_late(
    connection: Connection, teams: Collection[str], since: date
) -> set[tuple[str, str, date]]:
    """Return (team, agent, day) of the reviews that a check found late, from ``since`` on."""
    rows = _found(connection, "overdue_reviews", teams, since)
    return {(row.team_id or "", agent, row.day) for row in rows for agent in row.findings}


def sheet_reviews_found_late(
    connection: Connection, teams: Collection[str], since: date
) -> set[tuple[str, str, date]]:
    """Return (agent, kind, period) of the weeks and months whose review a check found late."""
    found = set()
    for row in _found(connection, "overdue_sheet_reviews", teams, since):
        for finding in row.findings:
            agent, kind, period = finding.rsplit("/", 2)
            found.add((agent, kind, date.fromisoformat(period)))
    return found


def _found(
    connection: Connection, check: str, teams: Collection[str], since: date
) -> Iterator[DoneCheck]:
    query = select(DONE).where(
        DONE.c.check == check,
        DONE.c.team_id.in_(teams),
        DONE.c.found > 0,
        DONE.c.day >= since.isoformat(),
    )
    return (_row(row) for row in connection.execute(query))


def _row(row: Row[tuple[Any, ...]]) -> DoneCheck:
    values = {name: row._mapping[name] for name in DoneCheck.__slots__}
    values["day"] = date.fromisoformat(values["day"])
    values["findings"] = tuple(json.loads(values["findings"]))
    for name in ("due_at", "done_at"):
        values[name] = datetime.fromisoformat(values[name])
    return DoneCheck(**values)
