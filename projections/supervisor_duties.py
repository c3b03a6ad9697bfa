"""What supervisors did, day by day: callbacks, coaching, tracking calls, reviews (R-41, R-43).

One row for each thing done; rings, cadence and a day's journal are read from the same rows.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
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
    select,
)

from domain.duties import Duty
from domain.words import Check
from projections.base import Projection, Writer
from projections.rule_facts import ADOPTED, keep_zone, local_day, zone_table
from store.log_reader import LoggedEvent
from store.mapper import instant

METADATA = MetaData()
DONE = Table(
    "supervisor_duties_done",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("supervisor_id", String, nullable=False),
    Column("agent_id", String, nullable=False),
    Column("team_id", String, nullable=False),
    Column("duty", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("day", String, nullable=False),
    Column("at", String, nullable=False),
    Column("word", String),  # the outcome, the moment, the verdict
    Column("length", Integer),  # characters of a remark or of what was learnt
    Index("supervisor_duties_done_day", "supervisor_id", "day"),
    Index("supervisor_duties_done_agent", "agent_id", "duty", "day"),
)
CHECKED = Table(
    "supervisor_duties_checked",
    METADATA,
    Column("supervisor_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("findings", String, nullable=False),
    Column("position", BigInteger, nullable=False),
)
ZONE = zone_table(METADATA, "supervisor_duties")


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that a supervisor did; ``at`` is aware, ``word`` its outcome, if any."""

    position: int
    supervisor_id: str
    agent_id: str
    team_id: str
    duty: str
    ref: str
    day: date
    at: datetime
    word: str | None
    length: int | None


def _keep(
    writer: Writer,
    event: LoggedEvent,
    duty: Duty,
    ref: str,
    word: str | None = None,
    length: int | None = None,
) -> None:
    writer.insert(
        DONE,
        position=event.position,
        supervisor_id=event.actor,
        agent_id=event.data["agent_id"],
        team_id=event.data["team_id"],
        duty=str(duty),
        ref=ref,
        day=local_day(writer, ZONE, event.occurred_at).isoformat(),
        at=instant(event.occurred_at),
        word=word,
        length=length,
    )


def _callback(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _keep(writer, event, Duty.CALLBACK, data["callback_id"], data["outcome"])


def _tracking(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _keep(writer, event, Duty.TRACKING, data["call_id"], data["opened_with"], data["learnt_length"])


def _review(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _keep(writer, event, Duty.REVIEW, data["day"], data["verdict"], data["text_length"])


def _withdrawn(writer: Writer, event: LoggedEvent) -> None:
    about = {"agent_id": event.data["agent_id"], "duty": str(Duty.REVIEW)}
    for row in writer.rows(DONE, **about, ref=event.data["day"]):
        writer.change(DONE, {"position": row["position"]}, supervisor_id="", agent_id="")


def _coaching(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _keep(writer, event, Duty.COACHING, data["coaching_id"], data["moment"], data["summary_length"])


def _checked(writer: Writer, event: LoggedEvent) -> None:
    if event.data["check"] == Check.DUTIES:
        writer.insert(
            CHECKED,
            supervisor_id=event.data["subject"],
            day=event.data["day"],
            findings=json.dumps(event.data["findings"]),
            position=event.position,
        )


SUPERVISOR_DUTIES = Projection(
    "supervisor_duties",
    3,
    METADATA,
    {
        ADOPTED: keep_zone(ZONE),
        "callback.outcome_recorded.v1": _callback,
        "tracking_call.held.v1": _tracking,
        "coaching.held.v1": _coaching,
        "review.completed.v1": _review,
        "review.withdrawn.v1": _withdrawn,
        "scheduled_check.done.v1": _checked,
    },
)


def counts(
    connection: Connection, supervisor_id: str, first: date, last: date
) -> Mapping[date, Mapping[Duty, int]]:
    """Return how often a supervisor did each duty, by day; both days included."""
    table = DONE.c
    query = (
        select(table.day, table.duty, func.count())
        .where(
            table.supervisor_id == supervisor_id,
            table.day >= first.isoformat(),
            table.day <= last.isoformat(),
        )
        .group_by(table.day, table.duty)
    )
    found: dict[date, Counter[Duty]] = defaultdict(Counter)
    for day, duty, n in connection.execute(query):
        found[date.fromisoformat(day)][Duty(duty)] = n
    return found


def by_agent(
    connection: Connection, agents: Collection[str], duty: Duty, first: date, last: date
) -> Mapping[str, int]:
    """Return how often each of these agents had this duty done to them, by anybody."""
    table = DONE.c
    query = (
        select(table.agent_id, func.count())
        .where(
            table.agent_id.in_(agents),
            table.duty == str(duty),
            table.day >= first.isoformat(),
            table.day <= last.isoformat(),
        )
        .group_by(table.agent_id)
    )
    return Counter({row[0]: row[1] for row in connection.execute(query)})


def last_on(connection: Connection, agents: Collection[str], duty: Duty) -> Mapping[str, date]:
    """Return the last day on which each of these agents had this duty done to them."""
    query = (
        select(DONE.c.agent_id, func.max(DONE.c.day))
        .where(DONE.c.agent_id.in_(agents), DONE.c.duty == str(duty))
        .group_by(DONE.c.agent_id)
    )
    return {row[0]: date.fromisoformat(row[1]) for row in connection.execute(query)}


def done_between(
    connection: Connection, supervisor_id: str, first: date, last: date
) -> Sequence[Done]:
    """Return everything that a supervisor did from a day to a day, in the order of the record."""
    query = (
        select(DONE)
        .where(
            DONE.c.supervisor_id == supervisor_id,
            DONE.c.day >= first.isoformat(),
            DONE.c.day <= last.isoformat(),
        )
        .order_by(DONE.c.position)
    )
    return [_done(dict(row._mapping)) for row in connection.execute(query)]


def checked(
    connection: Connection, supervisor_id: str, first: date, last: date
) -> Mapping[date, tuple[str, ...]]:
    """Return what the nightly check found, by day; a day without a row was not checked."""
    query = select(CHECKED.c.day, CHECKED.c.findings).where(
        CHECKED.c.supervisor_id == supervisor_id,
        CHECKED.c.day >= first.isoformat(),
        CHECKED.c.day <= last.isoformat(),
    )
    return {
        date.fromisoformat(row.day): tuple(json.loads(row.findings))
        for row in connection.execute(query)
    }


def _done(row: Mapping[str, Any]) -> Done:
    values = {name: row[name] for name in Done.__slots__}
    values["day"] = date.fromisoformat(row["day"])
    values["at"] = datetime.fromisoformat(row["at"])
    return Done(**values)
