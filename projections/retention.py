"""How long each customer's data is kept, what holds it, and when something falls due (PIPL 19, 47).

The terms are the domain's (`domain.privacy`); here stands the day on which the next step is due:
restricting who was forgotten long enough, erasing who was restricted, destroying an erased key.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    Text,
    or_,
    select,
)

from domain.privacy import prospect_until
from domain.words import Check
from projections.base import Projection, Writer
from projections.due import DueCheck
from projections.rule_facts import ADOPTED, keep_zone, local_day, zone_of, zone_table
from store.log_reader import LoggedEvent

METADATA = MetaData()
KEPT = Table(
    "retention_customer",
    METADATA,
    Column("customer_id", String, primary_key=True),
    Column("owner_id", String, nullable=False),
    Column("last_contact_on", String, nullable=False),
    Column("contracts", Text, nullable=False),  # contract id to the last day, null while it runs
    Column("holds", Text, nullable=False),  # hold id to the day on which it was placed
    Column("ground", String),
    Column("restricted_on", String),
    Column("erase_on", String),
    Column("erased_on", String),
    Column("request_ref", String),
    Column("key_destroyed_on", String),
    Column("next_on", String),
    Column("position", BigInteger, nullable=False),
    Index("retention_customer_next", "next_on"),
    Index("retention_customer_state", "erased_on", "restricted_on"),
)
ZONE = zone_table(METADATA, "retention")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of keeping one customer's data; no name and no number."""

    customer_id: str
    owner_id: str
    last_contact_on: date
    contracts: dict[str, date | None]
    holds: dict[str, date]
    ground: str | None
    restricted_on: date | None
    erase_on: date | None
    erased_on: date | None
    request_ref: str | None
    key_destroyed_on: date | None
    next_on: date | None


def _registered(writer: Writer, event: LoggedEvent) -> None:
    row: dict[str, Any] = {
        "customer_id": event.data["customer_id"],
        "owner_id": event.data["owner_id"],
        "last_contact_on": local_day(writer, ZONE, event.recorded_at).isoformat(),
        "contracts": "{}",
        "holds": "{}",
        "position": event.position,
        **dict.fromkeys(_DAYS_AND_GROUND),
    }
    writer.insert(KEPT, **{**row, "next_on": _next_on(row)})


def _change(writer: Writer, customer_id: str, **values: object) -> None:
    known = writer.row(KEPT, customer_id=customer_id)
    if known is not None:
        next_on = _next_on({**known, **values})
        writer.change(KEPT, {"customer_id": customer_id}, **values, next_on=next_on)


def _met(writer: Writer, event: LoggedEvent) -> None:
    known = writer.row(KEPT, customer_id=event.data["customer_id"])
    if known is not None and event.data["day"] > known["last_contact_on"]:
        _change(writer, event.data["customer_id"], last_contact_on=event.data["day"])


def _reassigned(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event.data["customer_id"], owner_id=event.data["owner_id"])


def _clock(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    contracts = _json(writer, event, "contracts") | {data["contract_id"]: data["keep_until"]}
    _change(writer, data["customer_id"], contracts=_text(contracts))


def _held(writer: Writer, event: LoggedEvent) -> None:
    placed = local_day(writer, ZONE, event.recorded_at).isoformat()
    holds = _json(writer, event, "holds") | {event.data["hold_id"]: placed}
    _change(writer, event.data["customer_id"], holds=_text(holds))


def _released(writer: Writer, event: LoggedEvent) -> None:
    holds = _json(writer, event, "holds")
    holds.pop(event.data["hold_id"], None)
    _change(writer, event.data["customer_id"], holds=_text(holds))


def _restricted(writer: Writer, event: LoggedEvent) -> None:
    data, on = event.data, local_day(writer, ZONE, event.recorded_at).isoformat()
    values = {"ground": data["ground"], "erase_on": data["erase_on"]}
    _change(writer, data["customer_id"], restricted_on=on, **values)


def _resumed(writer: Writer, event: LoggedEvent) -> None:
    # Whoever agreed anew counts as met on that day; the term begins again.
    on = local_day(writer, ZONE, event.recorded_at).isoformat()
    gone = dict.fromkeys(("restricted_on", "ground", "erase_on"))
    _change(writer, event.data["customer_id"], last_contact_on=on, **gone)


def _erased(writer: Writer, event: LoggedEvent) -> None:
    data, on = event.data, local_day(writer, ZONE, event.recorded_at).isoformat()
    values = {"ground": data["ground"], "request_ref": data["request_ref"]}
    _change(writer, data["customer_id"], erased_on=on, **values)


def _checked(writer: Writer, event: LoggedEvent) -> None:
    if event.data["check"] == Check.KEY_DESTROYED:
        on = local_day(writer, ZONE, event.recorded_at).isoformat()
        _change(writer, event.data["subject"], key_destroyed_on=on)


def _next_on(row: Any) -> str | None:
    """Return the day on which the next step is due, None if nothing is."""
    if row["erased_on"]:
        return None if row["key_destroyed_on"] else str(row["erased_on"])
    kept = list(json.loads(row["contracts"]).values())
    if json.loads(row["holds"]) or None in kept:
        return None
    free = [(date.fromisoformat(day) + DAY).isoformat() for day in kept]
    if row["restricted_on"]:
        return max([row["erase_on"], *free]) if row["erase_on"] else None
    forgotten = prospect_until(date.fromisoformat(row["last_contact_on"])) + DAY
    return max([forgotten.isoformat(), *free])


def _json(writer: Writer, event: LoggedEvent, column: str) -> dict[str, Any]:
    known = writer.row(KEPT, customer_id=event.data["customer_id"])
    found: dict[str, Any] = json.loads(known[column]) if known else {}
    return found


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True)


_DAYS = ("restricted_on", "erase_on", "erased_on", "key_destroyed_on")
_DAYS_AND_GROUND = (*_DAYS, "ground", "request_ref")

RETENTION = Projection(
    "retention",
    1,
    METADATA,
    {
        ADOPTED: keep_zone(ZONE),
        "customer.registered.v1": _registered,
        "customer.reassigned.v1": _reassigned,
        "customer.retention_clock_started.v1": _clock,
        "customer.legal_hold_placed.v1": _held,
        "customer.legal_hold_released.v1": _released,
        "customer.processing_restricted.v1": _restricted,
        "customer.processing_resumed.v1": _resumed,
        "customer.subject_erased.v1": _erased,
        "daily_log.activity_logged.v1": _met,
        "scheduled_check.done.v1": _checked,
    },
)


def steps_due(connection: Connection, now: datetime) -> list[DueCheck]:
    """Return the steps that are due by ``now`` (aware): to restrict or erase, to destroy a key."""
    zone = zone_of(connection, ZONE)
    today = now.astimezone(zone).date().isoformat()
    query = select(KEPT).where(KEPT.c.next_on <= today).order_by(KEPT.c.next_on, KEPT.c.customer_id)
    return [_step(_kept(row), zone) for row in connection.execute(query)]


def _step(kept: Kept, zone: Any) -> DueCheck:
    day = kept.next_on or date.max
    check = Check.KEY_DESTROYED if kept.erased_on else Check.RETENTION
    return DueCheck(datetime.combine(day, time(), zone), str(check), kept.customer_id, "", day)


def one(connection: Connection, customer_id: str) -> Kept | None:
    """Return what is known of keeping this customer's data, or None."""
    row = connection.execute(select(KEPT).where(KEPT.c.customer_id == customer_id)).first()
    return _kept(row) if row else None


def noteworthy(connection: Connection, until: date, limit: int = 200) -> Sequence[Kept]:
    """Return the customers that are held, restricted, erased, or due by ``until``; soonest first."""
    query = select(KEPT).where(
        or_(
            KEPT.c.erased_on.is_not(None),
            KEPT.c.restricted_on.is_not(None),
            KEPT.c.holds != "{}",
            KEPT.c.next_on <= until.isoformat(),
        )
    )
    query = query.order_by(
        KEPT.c.erased_on.is_not(None), KEPT.c.next_on.is_(None), KEPT.c.next_on, KEPT.c.customer_id
    )
    return [_kept(row) for row in connection.execute(query.limit(limit))]


def _kept(row: Row[Any]) -> Kept:
    values = {name: row._mapping[name] for name in Kept.__slots__}
    for name in (*_DAYS, "last_contact_on", "next_on"):
        values[name] = values[name] and date.fromisoformat(values[name])
    for name in ("contracts", "holds"):
        values[name] = {
            key: day and date.fromisoformat(day) for key, day in json.loads(values[name]).items()
        }
    return Kept(**values)
