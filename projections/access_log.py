"""Who saw whose customers, when and why: for the agent, for those above, for the auditor (R-34).

Names stand here only as masks. A look keeps the blind index of the number as it was when it was
shown, for the search for numbers that somebody else enters later; an erasure takes both away.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, String, Table, Text

from domain.words import ERASED_NAME
from projections.base import Handler, Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
CUSTOMER = Table(
    "access_log_customer",
    METADATA,
    Column("customer_id", String, primary_key=True),
    Column("owner_id", String, nullable=False),
    Column("name_masked", String, nullable=False),
    Column("phone_index", String),
)
LOOK = Table(
    "access_log_look",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("viewer_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("owner_id", String, nullable=False),
    Column("team_id", String),
    Column("name_masked", String, nullable=False),
    Column("phone_index", String),
    Column("purpose", String, nullable=False),
    Column("grant", String, nullable=False),
    Column("ticket", String, nullable=False),
    Column("at", String, nullable=False),
    Index("access_log_look_owner", "owner_id", "position"),
    Index("access_log_look_viewer", "viewer_id", "position"),
    Index("access_log_look_customer", "customer_id"),
    Index("access_log_look_number", "phone_index"),
)
OUTCOME = Table(
    "access_log_outcome",
    METADATA,
    Column("callback_id", String, primary_key=True),
    Column("outcome", String),
    Column("called_at", String, nullable=False),
)
REQUEST = Table(
    "access_log_request",
    METADATA,
    Column("request_id", String, primary_key=True),
    Column("viewer_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("owner_id", String, nullable=False),
    Column("team_id", String),
    Column("name_masked", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("state", String, nullable=False),
    Column("asked_at", String, nullable=False),
    Column("decided_by", String),
    Column("until", String),
    Column("position", BigInteger, nullable=False),
    Index("access_log_request_viewer", "viewer_id", "position"),
    Index("access_log_request_state", "state", "position"),
)
GLASS = Table(
    "access_log_glass",
    METADATA,
    Column("glass_id", String, primary_key=True),
    Column("viewer_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("owner_id", String, nullable=False),
    Column("team_id", String),
    Column("name_masked", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("broken_at", String, nullable=False),
    Column("until", String, nullable=False),
    Column("review_by", String, nullable=False),
    Column("reviewed_by", String),
    Column("justified", Boolean),
    Column("position", BigInteger, nullable=False),
    Index("access_log_glass_owner", "owner_id", "position"),
    Index("access_log_glass_viewer", "viewer_id", "position"),
)
DENIAL = Table(
    "access_log_denial",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("viewer_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("owner_id", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", String, nullable=False),
)
ALERT = Table(
    "access_log_alert",
    METADATA,
    Column("alert_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("viewer_id", String),
    Column("customer_id", String, nullable=False),
    Column("owner_id", String, nullable=False),
    Column("team_id", String),
    Column("name_masked", String, nullable=False),
    Column("ticket", String, nullable=False),
    Column("facts", Text, nullable=False),
    Column("at", String, nullable=False),
    Column("settled_by", String),
    Column("founded", Boolean),
    Column("position", BigInteger, nullable=False),
    Index("access_log_alert_position", "position"),
)
CANARY = Table(
    "access_log_canary",
    METADATA,
    Column("customer_id", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("position", BigInteger, nullable=False),
)
ENTRY = Table(  # who entered a number that somebody had seen before
    "access_log_entry",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("customer_id", String, nullable=False),
    Column("owner_id", String, nullable=False),
    Column("phone_index", String, nullable=False),
    Column("look", BigInteger, nullable=False),
    Column("at", String, nullable=False),
)
ASKED, APPROVED, REFUSED = "asked", "approved", "refused"
UNKNOWN_NAME = "***"

_PEOPLE = ("viewer_id", "customer_id", "owner_id", "team_id")


def _at(event: LoggedEvent) -> str:
    return str(event.data["by"]["recorded_at"])


def _mask(writer: Writer, customer_id: str) -> str:
    found = writer.row(CUSTOMER, customer_id=customer_id)
    return str(found["name_masked"]) if found else UNKNOWN_NAME


def _who(writer: Writer, event: LoggedEvent) -> dict[str, Any]:
    people = {name: event.data[name] for name in _PEOPLE}
    return {**people, "name_masked": _mask(writer, event.data["customer_id"])}


def _registered(writer: Writer, event: LoggedEvent) -> None:
    same = ("customer_id", "owner_id", "name_masked", "phone_index")
    writer.insert(CUSTOMER, **{name: event.data[name] for name in same})
    _entered(writer, event)


def _corrected(writer: Writer, event: LoggedEvent) -> None:
    same = ("name_masked", "phone_index")
    key = {"customer_id": event.data["customer_id"]}
    writer.change(CUSTOMER, key, **{name: event.data[name] for name in same})
    _entered(writer, event)


def _entered(writer: Writer, event: LoggedEvent) -> None:
    """Note the entry of a number that was shown to somebody who is not its new owner's customer's."""
    index, owner = event.data["phone_index"], event.data["owner_id"]
    looks = writer.rows(LOOK, phone_index=index) if index else []
    others = [look for look in looks if look["owner_id"] != owner]
    if others:
        writer.insert(
            ENTRY,
            position=event.position,
            customer_id=event.data["customer_id"],
            owner_id=owner,
            phone_index=index,
            look=others[-1]["position"],
            at=_at(event),
        )


def _reassigned(writer: Writer, event: LoggedEvent) -> None:
    key = {"customer_id": event.data["customer_id"]}
    writer.change(CUSTOMER, key, owner_id=event.data["owner_id"])


def _erased(writer: Writer, event: LoggedEvent) -> None:
    customer = {"customer_id": event.data["customer_id"]}
    writer.change(CUSTOMER, customer, name_masked=ERASED_NAME, phone_index=None)
    for look in writer.rows(LOOK, **customer):
        writer.change(
            LOOK, {"position": look["position"]}, name_masked=ERASED_NAME, phone_index=None
        )
    for table, key in ((REQUEST, "request_id"), (GLASS, "glass_id"), (ALERT, "alert_id")):
        for row in writer.rows(table, **customer):
            writer.change(table, {key: row[key]}, name_masked=ERASED_NAME)


def _revealed(writer: Writer, event: LoggedEvent) -> None:
    customer = writer.row(CUSTOMER, customer_id=event.data["customer_id"])
    same = ("purpose", "grant", "ticket")
    writer.insert(
        LOOK,
        position=event.position,
        phone_index=customer["phone_index"] if customer else None,
        at=_at(event),
        **{name: event.data[name] for name in same},
        **_who(writer, event),
    )


def _revealed_in_call(writer: Writer, event: LoggedEvent) -> None:
    """Take in a look from before there were grants: it was on record with its callback."""
    data = event.data
    customer = writer.row(CUSTOMER, customer_id=data["customer_id"])
    writer.insert(
        LOOK,
        position=event.position,
        viewer_id=data["supervisor_id"],
        phone_index=customer["phone_index"] if customer else None,
        name_masked=_mask(writer, data["customer_id"]),
        purpose="callback",
        grant="callback",
        ticket=data["callback_id"],
        at=_at(event),
        **{name: data[name] for name in ("customer_id", "owner_id", "team_id")},
    )


def _attempted(writer: Writer, event: LoggedEvent) -> None:
    callback_id = event.data["callback_id"]
    if writer.row(OUTCOME, callback_id=callback_id) is None:
        writer.insert(OUTCOME, callback_id=callback_id, outcome=None, called_at=_at(event))


def _answered(writer: Writer, event: LoggedEvent) -> None:
    _attempted(writer, event)
    key = {"callback_id": event.data["callback_id"]}
    writer.change(OUTCOME, key, outcome=event.data["outcome"])


def _requested(writer: Writer, event: LoggedEvent) -> None:
    writer.insert(
        REQUEST,
        request_id=event.data["request_id"],
        reason=event.data["reason"],
        state=ASKED,
        asked_at=_at(event),
        decided_by=None,
        until=None,
        position=event.position,
        **_who(writer, event),
    )


def _decided(state: str) -> Handler:
    def decided(writer: Writer, event: LoggedEvent) -> None:
        key = {"request_id": event.data["request_id"]}
        until = event.data.get("until")
        writer.change(REQUEST, key, state=state, decided_by=event.actor, until=until)

    return decided


def _broken(writer: Writer, event: LoggedEvent) -> None:
    same = ("glass_id", "reason", "until", "review_by")
    writer.insert(
        GLASS,
        **{name: event.data[name] for name in same},
        broken_at=_at(event),
        reviewed_by=None,
        justified=None,
        position=event.position,
        **_who(writer, event),
    )


def _reviewed(writer: Writer, event: LoggedEvent) -> None:
    key = {"glass_id": event.data["glass_id"]}
    writer.change(GLASS, key, reviewed_by=event.actor, justified=event.data["justified"])


def _denied(writer: Writer, event: LoggedEvent) -> None:
    same = ("viewer_id", "customer_id", "owner_id", "reason")
    found = {name: event.data[name] for name in same}
    writer.insert(DENIAL, position=event.position, at=_at(event), **found)


def _alerted(writer: Writer, event: LoggedEvent) -> None:
    same = ("alert_id", "kind", "ticket")
    writer.insert(
        ALERT,
        **{name: event.data[name] for name in same},
        facts=json.dumps(event.data["facts"], ensure_ascii=False, sort_keys=True),
        at=_at(event),
        settled_by=None,
        founded=None,
        position=event.position,
        **_who(writer, event),
    )


def _settled(writer: Writer, event: LoggedEvent) -> None:
    key = {"alert_id": event.data["alert_id"]}
    writer.change(ALERT, key, settled_by=event.actor, founded=event.data["founded"])


def _planted(writer: Writer, event: LoggedEvent) -> None:
    same = ("customer_id", "team_id")
    found = {name: event.data[name] for name in same}
    writer.insert(CANARY, position=event.position, **found)


ACCESS_LOG = Projection(
    "access_log",
    1,
    METADATA,
    {
        "customer.registered.v1": _registered,
        "customer.contact_corrected.v1": _corrected,
        "customer.reassigned.v1": _reassigned,
        "customer.subject_erased.v1": _erased,
        "callback.contact_revealed.v1": _revealed_in_call,
        "callback.attempted.v1": _attempted,
        "callback.outcome_recorded.v1": _answered,
        "confidentiality.contact_revealed.v1": _revealed,
        "confidentiality.reveal_denied.v1": _denied,
        "confidentiality.reveal_requested.v1": _requested,
        "confidentiality.reveal_approved.v1": _decided(APPROVED),
        "confidentiality.reveal_refused.v1": _decided(REFUSED),
        "confidentiality.glass_broken.v1": _broken,
        "confidentiality.glass_reviewed.v1": _reviewed,
        "confidentiality.reveal_alerted.v1": _alerted,
        "confidentiality.alert_settled.v1": _settled,
        "confidentiality.canary_planted.v1": _planted,
    },
)
