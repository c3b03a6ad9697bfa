"""Customers (客户, 准客户) of an agent: masked in every list, unmasked to nobody but their owner."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from domain.customer import Customer, customer_stream
from domain.refusals import UnknownCustomer
from domain.words import ContactSource
from projections import customers
from service.access import Thing
from service.api import guard
from service.api.fields import Id, Text, one_of
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by, command_id, expected
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, PageArgs, page
from service.context import shilu
from service.sessions import reader

resource = Resource("customers", "An agent's customers, sealed and masked.")

ONE = "/customers/<thing:customer_id>"


class NewCustomer(Body):
    """A customer of one's own; the id is made by the server unless given."""

    customer_id = Id()
    name = Text(40, required=True)
    phone = Text(30, allow_none=True, load_default=None)
    contact_source = one_of(ContactSource, required=True)


class Contact(Body):
    """Name and number put right."""

    name = Text(40, required=True)
    phone = Text(30, allow_none=True, load_default=None)
    reason = Text(200, required=True)


class CustomerListed(ma.Schema):
    """A customer as a list shows it."""

    customer_id = fields.String(required=True)
    owner_id = fields.String(required=True)
    name_masked = fields.String(required=True)
    phone_masked = fields.String(required=True, allow_none=True)
    contact_source = one_of(ContactSource, required=True)
    correction_requested = fields.Boolean(required=True)


class CustomerShown(CustomerListed):
    """A customer as their owner sees them."""

    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


@resource.query(
    "/customers",
    page(CustomerListed, "CustomerPage"),
    args=PageArgs,
    views=("customers",),
    errors=(403,),
)
def list_customers(args: dict[str, Any]) -> Page:
    """List one's own customers, masked, by id."""
    guard.need(Thing.CUSTOMERS)
    start, limit = key_of(args["cursor"], str), args["limit"]
    with shilu().views.connect() as connection:
        found = customers.of_owner(connection, reader().person_id, limit + 1, start)
    return page_of(found, limit, key=lambda customer: customer.customer_id)


@resource.command("/customers", NewCustomer)
def register_customer(body: dict[str, Any]) -> Done:
    """Enter a customer of one's own."""
    guard.need(Thing.CUSTOMERS)
    customer_id = body.pop("customer_id", None) or f"C-{command_id().hex[:12]}"
    receipt = shilu().record.customers.register(customer_id, reader().person_id, **body, by=by())
    return _done(receipt, customer_id, Customer.Registered)


@resource.query(ONE, CustomerShown, errors=(403, 404, 409), tagged=True)
def show_customer(_: dict[str, Any], customer_id: str) -> Tagged:
    """Show one of one's own customers in clear."""
    customer = _own(customer_id)
    customer.check_in_use()
    return Tagged(customer, customer.version)


@resource.command(ONE + "/contact", Contact, method="PUT", status=200, errors=(404,), if_match=True)
def correct_contact(body: dict[str, Any], customer_id: str) -> Done:
    """Put name and number right; the old ones stay sealed on record."""
    customer = _own(customer_id)
    receipt = shilu().record.customers.correct_contact(
        customer_id, **body, by=by(), expected=expected(lambda: customer.version)
    )
    return _done(receipt, customer_id, Customer.ContactCorrected)


def _own(customer_id: str) -> Customer:
    """Return the reader's own customer; anybody else's does not exist for them."""
    guard.need(Thing.CUSTOMERS)
    customer = shilu().record.customers.find(customer_id)
    if customer is None or customer.erased or customer.owner_id != reader().person_id:
        raise UnknownCustomer(customer_id=customer_id)
    return customer


def _done(receipt: Any, customer_id: str, event: Any) -> Done:
    return Done(
        receipt,
        customer_stream(customer_id),
        event,
        f"/customers/{customer_id}",
        {"customer_id": customer_id},
    )
