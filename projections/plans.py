"""What agents plan, by day: their own items, and what their entries agreed on (R-13, R-20, R-40).

An entry's agreed next time is a plan without being typed again; once the agent does something with
it, it has a stream of its own. A planned visit is kept when an entry says so, tapped or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

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

from domain.plan import next_kind
from domain.rhythm import Rules
from domain.words import ActivityKind, PlanKind
from projections.base import Projection, Row, Writer
from projections.rule_facts import ADOPTED, keep_zone, zone_table
from store.log_reader import LoggedEvent

METADATA = MetaData()
ITEM = Table(
    "plans_item",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("item_id", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("day", String, nullable=False),
    Column("at", String),
    Column("kind", String, nullable=False),
    Column("customer_id", String),
    Column("origin", String),
    Column("goal", String),
    Column("state", String, nullable=False),
    Column("activity_id", String),
    Column("from_day", String),
    Column("own", Boolean, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("plans_item_day", "agent_id", "day"),
    Index("plans_item_entry", "activity_id"),
)
WAITING = Table(  # the newest open visit of a customer on a day, to be met by its entry
    "plans_waiting",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("customer_id", String, primary_key=True),
    Column("face_to_face", Boolean, primary_key=True),
    Column("item_id", String),
)
ZONE = zone_table(METADATA, "plans")
OPEN, KEPT, CANCELLED = "open", "kept", "cancelled"
FACE_TO_FACE = frozenset(ActivityKind) - {ActivityKind.APPOINTMENT_CALL}
AGREED = "n-"  # what an entry agreed on is called after the entry


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan item; ``at`` is local time of ``day``, ``own`` false for what only an entry says.

    ``from_day`` is the day from which it was moved last.
    """

    agent_id: str
    item_id: str
    team_id: str
    day: date
    at: time | None
    kind: str
    customer_id: str | None
    origin: str | None
    goal: str | None
    state: str
    activity_id: str | None
    from_day: date | None
    own: bool
    position: int


def _planned(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    names = ("agent_id", "item_id", "team_id", "day", "at", "kind", "customer_id", "origin", "goal")
    row = {name: data[name] for name in names}
    _put(writer, {**row, "own": True, "position": event.position})


def _put(writer: Writer, row: Row) -> None:
    """Write an open item: a new one, or in the place of what an entry agreed on."""
    row = {**row, "state": OPEN, "activity_id": None, "from_day": None}
    key = {name: row[name] for name in ("agent_id", "item_id")}
    known = writer.row(ITEM, **key)
    if known is None:
        writer.insert(ITEM, **row)
    else:
        _await(writer, known, None)
        writer.change(ITEM, key, **{n: v for n, v in row.items() if n not in key})
    _await(writer, row, row["item_id"])


def _await(writer: Writer, row: Mapping[str, Any], item_id: str | None) -> None:
    """Let a visit's entry find the item, or no longer."""
    if row["customer_id"] is None or row["kind"] not in set(ActivityKind):
        return
    key = {name: row[name] for name in ("agent_id", "day", "customer_id")}
    key["face_to_face"] = row["kind"] in FACE_TO_FACE
    waits = writer.row(WAITING, **key)
    if waits is None:
        if item_id is not None:
            writer.insert(WAITING, **key, item_id=item_id)
    elif item_id is not None or waits["item_id"] == row["item_id"]:
        writer.change(WAITING, key, item_id=item_id)


def _settle(writer: Writer, event: LoggedEvent, **values: Any) -> None:
    key = {name: event.data[name] for name in ("agent_id", "item_id")}
    row = writer.row(ITEM, **key)
    if row is not None:
        _await(writer, row, None)
        writer.change(ITEM, key, position=event.position, **values)


def _kept(writer: Writer, event: LoggedEvent) -> None:
    _settle(writer, event, state=KEPT, activity_id=event.data["activity_id"])


def _cancelled(writer: Writer, event: LoggedEvent) -> None:
    _settle(writer, event, state=CANCELLED)


def _moved(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _settle(writer, event, day=data["day"], at=data["at"], from_day=data["from_day"], state=OPEN)
    row = writer.row(ITEM, agent_id=data["agent_id"], item_id=data["item_id"])
    if row is not None:
        _await(writer, row, row["item_id"])


def _logged(writer: Writer, event: LoggedEvent) -> None:
    _meet(writer, event)
    if event.data["next_at"]:
        _agree(writer, event, event.data["next_at"])


def _meet(writer: Writer, event: LoggedEvent) -> None:
    """Keep the plan that an entry fulfils."""
    data = event.data
    key = {name: data[name] for name in ("agent_id", "day", "customer_id")}
    waits = writer.row(WAITING, **key, face_to_face=data["kind"] in FACE_TO_FACE)
    if waits is None or waits["item_id"] is None:
        return
    item = {"agent_id": data["agent_id"], "item_id": waits["item_id"]}
    writer.change(WAITING, {**key, "face_to_face": data["kind"] in FACE_TO_FACE}, item_id=None)
    writer.change(ITEM, item, state=KEPT, activity_id=data["activity_id"], position=event.position)


def _agree(writer: Writer, event: LoggedEvent, next_at: str) -> None:
    data = event.data
    adopted = writer.row(ZONE, no=1)
    zone = ZoneInfo(adopted["time_zone"] if adopted else Rules().time_zone)
    wall = datetime.fromisoformat(next_at).astimezone(zone)
    row = {
        "agent_id": data["agent_id"],
        "item_id": AGREED + data["activity_id"],
        "team_id": data["team_id"],
        "day": wall.date().isoformat(),
        "at": wall.time().isoformat(),
        "kind": str(next_kind(data["kind"], data.get("result", ""))),
        "customer_id": data["customer_id"],
        "origin": data["activity_id"],
        "goal": None,
        "own": False,
        "position": event.position,
    }
    _put(writer, row)


def _corrected(writer: Writer, event: LoggedEvent) -> None:
    changed = event.data["changes"].get("next_at")
    agreed = _agreed(writer, event)
    if changed and (agreed is None or not agreed["own"]):
        if changed[1]:
            _agree(writer, event, changed[1])
        elif agreed is not None:
            _drop(writer, event, agreed)


def _withdrawn(writer: Writer, event: LoggedEvent) -> None:
    agreed = _agreed(writer, event)
    if agreed is not None and not agreed["own"]:
        _drop(writer, event, agreed)
    kept = {name: event.data[name] for name in ("agent_id", "activity_id")}
    for item in writer.rows(ITEM, **kept):
        key = {name: item[name] for name in ("agent_id", "item_id")}
        writer.change(ITEM, key, state=OPEN, activity_id=None)
        _await(writer, item, item["item_id"])


def _agreed(writer: Writer, event: LoggedEvent) -> Row | None:
    item_id = AGREED + event.data["activity_id"]
    return writer.row(ITEM, agent_id=event.data["agent_id"], item_id=item_id)


def _drop(writer: Writer, event: LoggedEvent, agreed: Row) -> None:
    key = {name: agreed[name] for name in ("agent_id", "item_id")}
    _await(writer, agreed, None)
    writer.change(ITEM, key, state=CANCELLED, position=event.position)


PLANS = Projection(
    "plans",
    2,
    METADATA,
    {
        ADOPTED: keep_zone(ZONE),
        "plan.item_planned.v1": _planned,
        "plan.item_kept.v1": _kept,
        "plan.item_moved.v1": _moved,
        "plan.item_cancelled.v1": _cancelled,
        "daily_log.activity_logged.v1": _logged,
        "daily_log.activity_corrected.v1": _corrected,
        "daily_log.activity_withdrawn.v1": _withdrawn,
    },
)


def between(connection: Connection, agent_id: str, first: date, last: date) -> Sequence[Planned]:
    """Return what an agent planned from one day to another, both included, in order of time."""
    query = (
        select(ITEM)
        .where(
            ITEM.c.agent_id == agent_id,
            ITEM.c.day >= first.isoformat(),
            ITEM.c.day <= last.isoformat(),
        )
        .order_by(ITEM.c.day, ITEM.c.at.is_(None), ITEM.c.at, ITEM.c.item_id)
    )
    return [_item(dict(row)) for row in connection.execute(query).mappings()]


def one(connection: Connection, agent_id: str, item_id: str) -> Planned | None:
    """Return one item of an agent, or None."""
    query = select(ITEM).where(ITEM.c.agent_id == agent_id, ITEM.c.item_id == item_id)
    row = connection.execute(query).mappings().first()
    return _item(dict(row)) if row else None


def is_visit(kind: str) -> bool:
    """Tell whether such an item becomes an entry of the log."""
    return kind in set(ActivityKind) and kind in set(PlanKind)


def _item(row: Mapping[str, Any]) -> Planned:
    values = {name: row[name] for name in Planned.__slots__}
    values["day"] = date.fromisoformat(row["day"])
    values["at"] = time.fromisoformat(row["at"]) if row["at"] else None
    values["from_day"] = date.fromisoformat(row["from_day"]) if row["from_day"] else None
    return Planned(**values)
