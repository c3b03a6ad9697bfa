"""Who saw whose customers (R-34), and permission to see one outside a callback.

Nothing here lists a number: names are masks, and the one answer that holds a number is that to a
single reveal within a live permission. Breaking the glass asks a human for a password on a page.
"""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from domain.confidentiality import RevealWeek
from domain.refusals import UnknownGrant
from domain.reveal_alert import RevealAlert, alert_stream
from domain.reveal_exception import (
    BrokenGlass,
    RevealRequest,
    Wish,
    glass_stream,
    request_stream,
)
from domain.reveal_rules import EXCEPTIONS, GrantKind, RevealReason
from projections import access_queries
from service.access import Reach, Thing, reach
from service.api import guard
from service.api.callbacks import RevealedContact
from service.api.fields import Id, Instant, Text, Truth
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by, command_id
from service.api.resource import Resource
from service.api.schemas import Body, PageArgs, page
from service.context import shilu
from service.customer_reach import need_customer
from service.sessions import reader

resource = Resource("reveals", "Who saw whose customers; permissions, reviews and alerts.")

REQUEST = "/reveal-requests/<thing:request_id>"
MAX_TEXT = 500
VIEWS = ("access_log",)


class NewRequest(Body):
    """Whose number, and why."""

    customer_id = Id(required=True)
    reason = fields.String(
        required=True, validate=validate.OneOf([str(reason) for reason in EXCEPTIONS])
    )
    text = Text(MAX_TEXT, required=True)


class Refusing(Body):
    """Why a number stays closed."""

    text = Text(MAX_TEXT, required=True)


class Reviewing(Body):
    """Whether a broken glass was justified."""

    justified = Truth(required=True)
    text = Text(MAX_TEXT, required=True)


class Settling(Body):
    """Whether there was something in an alert."""

    founded = Truth(required=True)
    text = Text(MAX_TEXT, required=True)


class LookShown(ma.Schema):
    """Somebody saw a customer."""

    viewer_id = fields.String(required=True)
    customer_id = fields.String(required=True)
    owner_id = fields.String(required=True)
    name_masked = fields.String(required=True)
    purpose = fields.String(required=True)
    grant = fields.String(required=True)
    ticket = fields.String(required=True)
    at = Instant(required=True)
    outcome = fields.String(required=True, allow_none=True)
    called_at = Instant(required=True, allow_none=True)


class AlertShown(ma.Schema):
    """A question about a reveal."""

    alert_id = fields.String(required=True)
    kind = fields.String(required=True)
    viewer_id = fields.String(required=True, allow_none=True)
    customer_id = fields.String(required=True)
    owner_id = fields.String(required=True)
    name_masked = fields.String(required=True)
    facts = fields.Dict(required=True)
    at = Instant(required=True)
    settled_by = fields.String(required=True, allow_none=True)
    founded = fields.Boolean(required=True, allow_none=True)


@resource.query("/reveals", page(LookShown, "LookPage"), args=PageArgs, views=VIEWS, errors=(403,))
def list_looks(args: dict[str, Any]) -> Page:
    """List who saw the reader's own customers, or, for those above, anybody's; newest first."""
    before, limit = key_of(args["cursor"], int), args["limit"]
    own = reach(reader(), Thing.LOOKS) is Reach.OWN
    if not own:
        guard.need(Thing.WATCH_REVEALS)
    with shilu().views.connect() as connection:
        found = (
            access_queries.looks_at(connection, reader().person_id, before=before, limit=limit + 1)
            if own
            else access_queries.looks(connection, before=before, limit=limit + 1)
        )
    return page_of(found, limit, key=lambda look: look.position)


@resource.query(
    "/reveal-alerts", page(AlertShown, "AlertPage"), args=PageArgs, views=VIEWS, errors=(403,)
)
def list_alerts(args: dict[str, Any]) -> Page:
    """List the alerts but those about the reader, newest first."""
    guard.need(Thing.WATCH_REVEALS)
    before, limit = key_of(args["cursor"], int), args["limit"]
    with shilu().views.connect() as connection:
        found = access_queries.alerts(connection, before=before, limit=limit + 1)
    shown = [alert for alert in found if alert.viewer_id != reader().person_id]
    return page_of(shown, limit, key=lambda alert: alert.position)


@resource.command("/reveal-requests", NewRequest, errors=(404,))
def ask(body: dict[str, Any]) -> Done:
    """Ask the upper supervisor for one customer's number."""
    guard.need(Thing.REVEAL)
    need_customer(body["customer_id"])
    request_id = f"R-{command_id().hex[:12]}"
    wish = Wish(body["customer_id"], RevealReason(body["reason"]), body["text"])
    receipt = shilu().record.reveal_exceptions.ask(request_id, wish, by=by())
    ids = {"request_id": request_id, "customer_id": wish.customer_id}
    return Done(receipt, request_stream(request_id), RevealRequest.Requested, ids=ids)


@resource.command(REQUEST + "/approval", errors=(404,))
def approve(request_id: str) -> Done:
    """Open the number to the one who asked, for 24 hours."""
    guard.need(Thing.APPROVE_REVEAL)
    receipt = shilu().record.reveal_exceptions.approve(request_id, by=by())
    return Done(receipt, request_stream(request_id), RevealRequest.Approved)


@resource.command(REQUEST + "/refusal", Refusing, errors=(404,))
def refuse(body: dict[str, Any], request_id: str) -> Done:
    """Leave the number closed, and say why."""
    guard.need(Thing.APPROVE_REVEAL)
    receipt = shilu().record.reveal_exceptions.refuse(request_id, body["text"], by=by())
    return Done(receipt, request_stream(request_id), RevealRequest.Refused)


@resource.command(REQUEST + "/reveal", errors=(404,), answer=RevealedContact)
def reveal(request_id: str) -> Done:
    """Show name and number to the one who asked, once approved; the customer's agent sees that."""
    guard.need(Thing.REVEAL)
    record = shilu().record
    grant = record.confidentiality.grant(GrantKind.APPROVAL, request_id)
    if grant is None or grant.viewer_id != reader().person_id:
        raise UnknownGrant(ticket=request_id)
    need_customer(grant.customer_id)
    shown = record.confidentiality.reveal(GrantKind.APPROVAL, request_id, by=by())
    contact = {"name": shown.name, "phone": shown.phone}
    stream, ids = shown.receipt.stream_id, {"customer_id": shown.customer_id}
    return Done(shown.receipt, stream, RevealWeek.ContactRevealed, ids=ids, shown=contact)


@resource.command("/broken-glasses/<thing:glass_id>/review", Reviewing, errors=(404,))
def review(body: dict[str, Any], glass_id: str) -> Done:
    """Say whether a broken glass was justified; never one's own."""
    guard.need(Thing.WATCH_REVEALS)
    receipt = shilu().record.reveal_exceptions.review(glass_id, **body, by=by())
    return Done(receipt, glass_stream(glass_id), BrokenGlass.Reviewed)


@resource.command("/reveal-alerts/<thing:alert_id>/settlement", Settling, errors=(404,))
def settle(body: dict[str, Any], alert_id: str) -> Done:
    """Answer an alert; never one about oneself."""
    guard.need(Thing.WATCH_REVEALS)
    receipt = shilu().record.reveal_alerts.settle(alert_id, **body, by=by())
    return Done(receipt, alert_stream(alert_id), RevealAlert.Settled)
