"""Schemas that several resources share. Every body refuses fields it does not know."""

from __future__ import annotations

from functools import cache
from typing import Any

import marshmallow as ma
from flask import g
from marshmallow import fields

from service.api.fields import Digits, Text, Truth
from service.api.paging import MAX_CURSOR

MAX_POSITION = 2**53 - 1  # what JSON numbers hold everywhere


class Body(ma.Schema):
    """A request body; never says who acts, as what or when it is recorded."""

    class Meta:
        unknown = ma.RAISE

    numbers_meant = Truth(
        load_default=False,
        metadata={"description": "A phone or identity number in a text is meant to be there."},
    )

    @ma.post_load
    def _take_out(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Keep apart what is about the command and not about what it says."""
        g.numbers_meant = body.pop("numbers_meant", False)
        return body


class Waiting(ma.Schema):
    """Arguments of every GET."""

    class Meta:
        unknown = ma.RAISE

    after = Digits(
        0,
        MAX_POSITION,
        metadata={"description": "Wait up to 1 s until the view has this position."},
    )


class PageArgs(Waiting):
    """Arguments of a list."""

    limit = Digits(1, 200, load_default=50, metadata={"description": "Items a page."})
    cursor = Text(
        MAX_CURSOR,
        load_default=None,
        allow_none=False,
        metadata={"description": "``next`` of the page before."},
    )


class ProblemSchema(ma.Schema):
    """What went wrong (RFC 9457); the facts of a refusal are further members."""

    class Meta:
        # only said in the document: nobody loads a problem
        unknown = ma.INCLUDE  # nosemgrep: mass-assignment

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


class SignedReceipt(ma.Schema):
    """The signer's word that the log took in this event; ``signature`` is over a signed note."""

    log = fields.String(required=True)
    position = fields.Integer(required=True)
    leaf_hash = fields.String(required=True)
    at = fields.String(required=True)
    key = fields.String(required=True)
    signature = fields.String(required=True)


class Receipt(ma.Schema):
    """An accepted command: ``position`` in the log, ``version`` of the changed stream."""

    position = fields.Integer(required=True)
    version = fields.Integer(required=True)
    repeated = fields.Boolean(required=True)
    receipt = fields.Nested(
        SignedReceipt,
        required=True,
        allow_none=True,
        metadata={"description": "null while the signer is away: ask /receipts/<position> later."},
    )
    customer_id = fields.String()
    activity_id = fields.String()
    callback_id = fields.String()
    complaint_id = fields.String()
    request_id = fields.String()
    item_id = fields.String()


class Reason(Body):
    """Why something is taken back."""

    reason = Text(500, required=True)


@cache
def names_of(schema: type[ma.Schema]) -> frozenset[str]:
    """Return the names of a schema's fields."""
    return frozenset(schema().fields)


def page(item: type[ma.Schema], name: str) -> type[ma.Schema]:
    """Return the schema of a page of such items; ``next`` is null on the last one."""
    members: dict[str, Any] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": fields.String(required=True, allow_none=True),
    }
    return ma.Schema.from_dict(members, name=name)
