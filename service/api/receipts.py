"""Receipts once more: for who got none when the signer was away, or lost it."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import NotFound

from service.access import Reach, Thing, reach
from service.api.problems import Problem
from service.api.resource import Resource
from service.api.schemas import SignedReceipt
from service.receipts import actor_of, signed_receipt
from service.sessions import reader

resource = Resource("receipts", "Signed evidence that an event was taken in.")


@resource.query("/receipts/<int(max=9007199254740991):position>", SignedReceipt, errors=(404, 503))
def show_receipt(_: dict[str, Any], position: int) -> dict[str, Any]:
    """Return the receipt of an event of one's own; auditors get that of any event."""
    actor = actor_of(position)
    auditor = reach(reader(), Thing.EVENTS) is Reach.BRANCH
    if actor is None or (actor != reader().person_id and not auditor):
        raise NotFound
    receipt = signed_receipt(position)
    if receipt is None:
        raise Problem("signer-away")
    return receipt
