"""Keeping and erasing customers' data, and whose customer a number is: never a number in an answer."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields, validate

from domain.customer import Customer, customer_stream
from domain.privacy import REFERENCE
from domain.refusals import UnknownCustomer
from domain.words import ErasureGround, PolicyTerm
from projections import retention
from service.access import Thing
from service.api import guard
from service.api.answers import json_answer
from service.api.fields import Day, Text, one_of
from service.api.preconditions import Done, by
from service.api.problems import Problem
from service.api.resource import Resource
from service.api.schemas import Body, Reason
from service.context import shilu
from service.phone_search import find_by_phone
from store.accounts import TooManyAttempts

resource = Resource("privacy", "Terms of keeping, legal holds, restrictions, erasures (PIPL 47).")

ONE = "/customers/<thing:customer_id>"


def _reference(**more: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(rf"^{REFERENCE.pattern}\Z"), **more)


class Erasure(Body):
    """Why a customer is erased; ``request_ref`` is the number of a written request."""

    ground = one_of(ErasureGround, required=True)
    request_ref = _reference(allow_none=True, load_default=None)


class Restriction(Body):
    """Why data is restricted to storage, and when it is to erase by itself."""

    ground = one_of(ErasureGround, required=True)
    erase_on = Day(allow_none=True, load_default=None)


class Hold(Body):
    """A legal hold by the number of its dispute or inquiry."""

    hold_id = _reference(required=True)
    reason = Text(500, required=True)


class Contract(Body):
    """A contract that runs, or its end."""

    contract_id = _reference(required=True)
    term = one_of(PolicyTerm, required=True)
    ended_on = Day(allow_none=True, load_default=None)


class KeptShown(ma.Schema):
    """What holds a customer's data."""

    customer_id = fields.String(required=True)
    owner_id = fields.String(required=True)
    last_contact_on = fields.Date(required=True)
    contracts = fields.Dict(
        keys=fields.String(), values=fields.Date(allow_none=True), required=True
    )
    holds = fields.Dict(keys=fields.String(), values=fields.Date(), required=True)
    ground = one_of(ErasureGround, required=True, allow_none=True)
    restricted_on = fields.Date(required=True, allow_none=True)
    erase_on = fields.Date(required=True, allow_none=True)
    erased_on = fields.Date(required=True, allow_none=True)
    key_destroyed_on = fields.Date(required=True, allow_none=True)
    next_on = fields.Date(required=True, allow_none=True)


class Number(Body):
    """A whole phone number."""

    phone = Text(30, required=True)


class FoundShown(ma.Schema):
    """A customer with that number."""

    customer_id = fields.String(required=True)
    owner_id = fields.String(required=True)
    name_masked = fields.String(required=True)


class Owners(ma.Schema):
    """Whose customers have that number."""

    items = fields.List(fields.Nested(FoundShown), required=True)


@resource.query(ONE + "/retention", KeptShown, views=("retention",), errors=(403, 404))
def show_retention(_: dict[str, Any], customer_id: str) -> Any:
    """Show what holds a customer's data and when the next step is due."""
    guard.need(Thing.PRIVACY)
    with shilu().views.connect() as connection:
        kept = retention.one(connection, customer_id)
    if kept is None:
        raise UnknownCustomer(customer_id=customer_id)
    return kept


@resource.command(ONE + "/erasure", Erasure, errors=(404,))
def erase(body: dict[str, Any], customer_id: str) -> Done:
    """Erase a customer for good: their key is destroyed."""
    guard.need(Thing.PRIVACY)
    receipt = shilu().record.privacy.erase(customer_id, **body, by=by())
    return _done(receipt, customer_id, Customer.SubjectErased)


@resource.command(ONE + "/restriction", Restriction, errors=(404,))
def restrict(body: dict[str, Any], customer_id: str) -> Done:
    """Stop all processing but storage."""
    guard.need(Thing.PRIVACY)
    receipt = shilu().record.privacy.restrict(customer_id, **body, by=by())
    return _done(receipt, customer_id, Customer.ProcessingRestricted)


@resource.command(ONE + "/restriction/end", Reason, errors=(404,))
def resume(body: dict[str, Any], customer_id: str) -> Done:
    """Let the data be used again."""
    guard.need(Thing.PRIVACY)
    receipt = shilu().record.privacy.resume(customer_id, **body, by=by())
    return _done(receipt, customer_id, Customer.ProcessingResumed)


@resource.command(ONE + "/holds", Hold, errors=(404,))
def place_hold(body: dict[str, Any], customer_id: str) -> Done:
    """Place a legal hold."""
    guard.need(Thing.PRIVACY)
    receipt = shilu().record.privacy.place_hold(customer_id, **body, by=by())
    return _done(receipt, customer_id, Customer.LegalHoldPlaced)


@resource.command(ONE + "/holds/release", Hold, errors=(404,))
def release_hold(body: dict[str, Any], customer_id: str) -> Done:
    """Release a legal hold."""
    guard.need(Thing.PRIVACY)
    receipt = shilu().record.privacy.release_hold(customer_id, **body, by=by())
    return _done(receipt, customer_id, Customer.LegalHoldReleased)


@resource.command(ONE + "/contracts", Contract, errors=(404,))
def note_contract(body: dict[str, Any], customer_id: str) -> Done:
    """Note a contract that runs, or its end: the law's term begins."""
    guard.need(Thing.PRIVACY)
    receipt = shilu().record.privacy.start_clock(customer_id, **body, by=by())
    return _done(receipt, customer_id, Customer.RetentionClockStarted)


@resource.plain(
    "/customer-owners",
    "POST",
    *(400, 401, 403, 413, 415, 422, 429),
    body=Number,
    answer=Owners,
)
def find_owners(body: dict[str, Any]) -> Response:
    """Tell whose customers have exactly this number; ten questions in 15 minutes."""
    try:
        found = find_by_phone(body["phone"])
    except TooManyAttempts as refused:
        wait = {"Retry-After": str(refused.retry_after)}
        raise Problem("too-many-attempts", headers=wait) from refused
    return json_answer(Owners().dump({"items": found}))


def _done(receipt: Any, customer_id: str, event: Any) -> Done:
    return Done(
        receipt,
        customer_stream(customer_id),
        event,
        f"/customers/{customer_id}/retention",
        {"customer_id": customer_id},
    )
