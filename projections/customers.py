"""An agent's customers, masked: what a list may show (R-34, R-83).

Names and numbers stand here only as the masks made when they were written; an erasure takes those
away too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
    or_,
    select,
)

from domain.words import ERASED_NAME
from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
CUSTOMER = Table(
    "customers_customer",
    METADATA,
    Column("customer_id", String, primary_key=True),
    Column("owner_id", String, nullable=False),
    Column("name_masked", String, nullable=False),
    Column("name_complete", Boolean, nullable=False),
    Column("phone_masked", String),
    Column("phone_index", String),
    Column("contact_source", String, nullable=False),
    Column("correction_requested", Boolean, nullable=False),
    Column("opted_out_until", String),
    Column("opted_out", Boolean, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False),
    Column("registered_at", String, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Index("customers_customer_owner", "owner_id", "customer_id"),
    Index("customers_customer_phone", "phone_index"),
)
CONTACT = ("name_masked", "name_complete", "phone_masked", "phone_index")


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """A customer as a list may show them; ``version`` is that of the customer's stream."""

    customer_id: str
    owner_id: str
    name_masked: str
    name_complete: bool
    phone_masked: str | None
    phone_index: str | None
    contact_source: str
    correction_requested: bool
    opted_out: bool
    opted_out_until: str | None
    restricted: bool
    erased: bool
    registered_at: str
    version: int


def _registered(writer: Writer, event: LoggedEvent) -> None:
    writer.insert(
        CUSTOMER,
        customer_id=event.data["customer_id"],
        owner_id=event.data["owner_id"],
        contact_source=event.data["contact_source"],
        correction_requested=False,
        opted_out=False,
        opted_out_until=None,
        restricted=False,
        erased=False,
        registered_at=event.data["by"]["recorded_at"],
        position=event.position,
        version=event.version,
        **{name: event.data[name] for name in CONTACT},
    )


def _change(writer: Writer, event: LoggedEvent, **values: object) -> None:
    key = {"customer_id": event.data["customer_id"]}
    writer.change(CUSTOMER, key, version=event.version, **values)


def _corrected(writer: Writer, event: LoggedEvent) -> None:
    contact = {name: event.data[name] for name in CONTACT}
    _change(writer, event, correction_requested=False, **contact)


def _asked(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, correction_requested=True)


def _reassigned(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, owner_id=event.data["owner_id"])


def _opted_out(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, opted_out=True, opted_out_until=event.data["until"])


def _restricted(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, restricted=True)


def _resumed(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, restricted=False)


def _other(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event)  # the stream has moved on


def _erased(writer: Writer, event: LoggedEvent) -> None:
    gone = {"name_masked": ERASED_NAME, "name_complete": False}
    _change(writer, event, erased=True, phone_masked=None, phone_index=None, **gone)


CUSTOMERS = Projection(
    "customers",
    3,
    METADATA,
    {
        "customer.registered.v1": _registered,
        "customer.contact_corrected.v1": _corrected,
        "customer.correction_requested.v1": _asked,
        "customer.reassigned.v1": _reassigned,
        "customer.opted_out.v1": _opted_out,
        "customer.retention_clock_started.v1": _other,
        "customer.legal_hold_placed.v1": _other,
        "customer.legal_hold_released.v1": _other,
        "customer.processing_restricted.v1": _restricted,
        "customer.processing_resumed.v1": _resumed,
        "customer.subject_erased.v1": _erased,
    },
)


def of_owner(
    connection: Connection,
    owner_id: str,
    limit: int = 50,
    after: str | None = None,
    search: str | None = None,
) -> Sequence[CustomerCard]:
    """Return an agent's customers by id, behind ``after``; none of those erased.

    ``search`` is the beginning of a masked name or the end of a masked phone number.
    """
    query = select(CUSTOMER).where(CUSTOMER.c.owner_id == owner_id, CUSTOMER.c.erased.is_(False))
    if after:
        query = query.where(CUSTOMER.c.customer_id > after)
    if search:
        beginning = CUSTOMER.c.name_masked.startswith(search[:1], autoescape=True)
        end = CUSTOMER.c.phone_masked.endswith(search[-4:], autoescape=True)
        query = query.where(or_(beginning, end))
    query = query.order_by(CUSTOMER.c.customer_id).limit(limit)
    return [_card(row) for row in connection.execute(query)]


def one(connection: Connection, customer_id: str) -> CustomerCard | None:
    """Return a customer, or None."""
    query = select(CUSTOMER).where(CUSTOMER.c.customer_id == customer_id)
    row = connection.execute(query).first()
    return _card(row) if row else None


def by_phone_index(connection: Connection, phone_index: str) -> Sequence[CustomerCard]:
    """Return the customers whose number has this blind index, oldest first."""
    query = select(CUSTOMER).where(CUSTOMER.c.phone_index == phone_index)
    return [_card(row) for row in connection.execute(query.order_by(CUSTOMER.c.position))]


def names(connection: Connection, customer_ids: Iterable[str]) -> dict[str, str]:
    """Return the masked names of these customers by id."""
    query = select(CUSTOMER.c.customer_id, CUSTOMER.c.name_masked)
    query = query.where(CUSTOMER.c.customer_id.in_(set(customer_ids)))
    return {row.customer_id: row.name_masked for row in connection.execute(query)}


def cards(connection: Connection, customer_ids: Iterable[str]) -> dict[str, CustomerCard]:
    """Return these customers by id."""
    query = select(CUSTOMER).where(CUSTOMER.c.customer_id.in_(set(customer_ids)))
    return {row.customer_id: _card(row) for row in connection.execute(query)}


def _card(row: Row[tuple[object, ...]]) -> CustomerCard:
    return CustomerCard(**{name: row._mapping[name] for name in CustomerCard.__slots__})
