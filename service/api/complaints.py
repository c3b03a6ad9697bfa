"""Complaints about taken customers (窃取客户资料, R-34): filed by agents, mediated from above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate
from werkzeug.exceptions import NotFound

from domain.complaint import Complaint, Complaints, Grievance, complaint_id_of, complaint_stream
from domain.words import ComplaintFinding, Receipt, Sanction
from projections import complaints
from projections.complaints import CONCLUDED, ComplaintCard
from service.access import Thing, may
from service.api import guard
from service.api.fields import Day, Id, Instant, Text, one_of
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by, expected
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, PageArgs, names_of, page
from service.context import shilu
from service.sessions import reader

resource = Resource("complaints", "Complaints over the supervisor's head, mediated from above.")

ONE = "/complaints/<thing:complaint_id>"
MAX_TEXT = 4000


class Filing(Body):
    """Whom an agent complains about, and what happened."""

    accused_id = Id(required=True)
    customer_id = Id(load_default=None, allow_none=True)
    text = Text(MAX_TEXT, required=True)


class Statement(Body):
    """What one of the two has to say."""

    text = Text(MAX_TEXT, required=True)


class Question(Body):
    """What the mediator asks one of the two."""

    person_id = Id(required=True)
    question = Text(MAX_TEXT, required=True)


class Punishment(Body):
    """A sanction with its reason."""

    kind = one_of(Sanction, required=True)
    reason = Text(MAX_TEXT, required=True)


class Education(Body):
    """How the team was taught."""

    held_on = Day(required=True)
    note = Text(MAX_TEXT, required=True)


class Conclusion(Body):
    """How the mediation ends."""

    finding = one_of(ComplaintFinding, required=True)
    terms = Text(MAX_TEXT, required=True)


class ComplaintShown(ma.Schema):
    """Where a complaint stands; the agent who filed it is not told the sanction."""

    complaint_id = fields.String(required=True)
    agent_id = fields.String(required=True)
    accused_id = fields.String(required=True)
    customer_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    filed_at = Instant(required=True)
    mediator_id = fields.String(required=True, allow_none=True)
    sanction = one_of(Sanction, required=True, allow_none=True)
    educated = fields.Boolean(required=True)
    finding = one_of(ComplaintFinding, required=True, allow_none=True)
    concluded_at = Instant(required=True, allow_none=True)


class ComplaintArgs(PageArgs):
    """Which complaints to list."""

    state = fields.String(validate=validate.OneOf(["waiting", "any"]), load_default="any")


class Told(ma.Schema):
    """One thing said to or by the reader."""

    kind = fields.String(required=True)
    text = fields.String(required=True, allow_none=True)
    at = Instant(required=True)


class InquiryShown(ma.Schema):
    """What the reader was asked about a complaint and answered; nothing of the complaint."""

    complaint_id = fields.String(required=True)
    said = fields.List(fields.Nested(Told), required=True)


@resource.query(
    "/complaints",
    page(ComplaintShown, "ComplaintPage"),
    args=ComplaintArgs,
    views=("complaints",),
    errors=(403,),
)
def list_complaints(args: dict[str, Any]) -> Page:
    """List the reader's own complaints, or all but those about the reader; newest first."""
    _need_reading()
    before = key_of(args["cursor"], int)
    found = [card for card in _cards() if before is None or card.position < before]
    if args["state"] == "waiting":
        found = [card for card in found if card.state != CONCLUDED]
    some = page_of(found[: args["limit"] + 1], args["limit"], key=lambda card: card.position)
    return replace(some, items=[_shown(card) for card in some.items])


@resource.query(ONE, ComplaintShown, views=("complaints",), errors=(403, 404), tagged=True)
def show_complaint(_: dict[str, Any], complaint_id: str) -> Tagged:
    """Show where a complaint stands."""
    _need_reading()
    card = next((card for card in _cards() if card.complaint_id == complaint_id), None)
    if card is None:
        raise NotFound
    return Tagged(_shown(card), card.version)


@resource.command("/complaints", Filing, errors=(404,))
def file(body: dict[str, Any]) -> Done:
    """File a complaint over the supervisor's head."""
    guard.need(Thing.FILE_COMPLAINT)
    who = by()
    complaint_id = complaint_id_of(who.command_id)
    receipt = _commands().file(Grievance(**body), on_day=shilu().today(), by=who)
    return _done(receipt, complaint_id, Complaint.Filed, ids={"complaint_id": complaint_id})


@resource.command(ONE + "/statements", Statement, errors=(404,))
def state(body: dict[str, Any], complaint_id: str) -> Done:
    """Add to one's own complaint, or answer the mediator."""
    guard.need(Thing.FILE_COMPLAINT)
    found = _commands().find(complaint_id)
    if found is None or found.agent_id != reader().person_id:
        raise NotFound
    receipt = _commands().state(complaint_id, body["text"], by=by())
    return _done(receipt, complaint_id, Complaint.StatementGiven)


@resource.command(ONE + "/mediation", errors=(404,))
def open_mediation(complaint_id: str) -> Done:
    """Take a complaint up, or over."""
    _mediated(complaint_id)
    receipt = _commands().open_mediation(complaint_id, by=by())
    return _done(receipt, complaint_id, Complaint.MediationOpened)


@resource.command(ONE + "/questions", Question, errors=(404,))
def ask(body: dict[str, Any], complaint_id: str) -> Done:
    """Ask one of the two, in words that show no more than needed."""
    _mediated(complaint_id)
    receipt = _commands().ask(complaint_id, **body, by=by())
    return _done(receipt, complaint_id, Complaint.StatementAsked)


@resource.command(ONE + "/sanction", Punishment, errors=(404,))
def sanction(body: dict[str, Any], complaint_id: str) -> Done:
    """Punish a breach, once the one complained about was heard."""
    _mediated(complaint_id)
    receipt = _commands().sanction(complaint_id, **body, by=by())
    return _done(receipt, complaint_id, Complaint.Sanctioned)


@resource.command(ONE + "/education", Education, errors=(404,))
def educate(body: dict[str, Any], complaint_id: str) -> Done:
    """Put on record how the team was taught."""
    _mediated(complaint_id)
    receipt = _commands().educate(complaint_id, **body, by=by())
    return _done(receipt, complaint_id, Complaint.TeamEducated)


@resource.command(ONE + "/conclusion", Conclusion, errors=(404,), if_match=True)
def conclude(body: dict[str, Any], complaint_id: str) -> Done:
    """End the mediation."""
    found = _mediated(complaint_id)
    receipt = _commands().conclude(
        complaint_id, **body, by=by(), expected=expected(lambda: found.version)
    )
    return _done(receipt, complaint_id, Complaint.Concluded)


@resource.query("/inquiries/<thing:complaint_id>", InquiryShown, errors=(403, 404))
def show_inquiry(_: dict[str, Any], complaint_id: str) -> dict[str, Any]:
    """Show what the reader was asked about a complaint, and answered."""
    _asked(complaint_id)
    me = reader().person_id
    events = shilu().record.events.get(complaint_stream(complaint_id))
    return {
        "complaint_id": complaint_id,
        "said": [_told(e) for e in events if getattr(e, "person_id", None) == me],
    }


@resource.command("/inquiries/<thing:complaint_id>/answers", Statement, errors=(404,))
def answer(body: dict[str, Any], complaint_id: str) -> Done:
    """Answer what the mediator asked."""
    _asked(complaint_id)
    receipt = _commands().state(complaint_id, body["text"], by=by())
    return Done(
        receipt,
        complaint_stream(complaint_id),
        Complaint.StatementGiven,
        f"/inquiries/{complaint_id}",
    )


def _commands() -> Complaints:
    return shilu().record.complaints


def _need_reading() -> None:
    if not may(reader(), Thing.FILE_COMPLAINT):
        guard.need(Thing.READ_COMPLAINT)


def _cards() -> Sequence[ComplaintCard]:
    with shilu().views.connect() as connection:
        if may(reader(), Thing.READ_COMPLAINT):
            return complaints.not_against(connection, reader().person_id)
        return complaints.of_agent(connection, reader().person_id)


def _shown(card: ComplaintCard) -> dict[str, Any]:
    shown = {name: getattr(card, name) for name in names_of(ComplaintShown)}
    return shown if may(reader(), Thing.READ_COMPLAINT) else shown | {"sanction": None}


def _mediated(complaint_id: str) -> Complaint:
    guard.need(Thing.MEDIATE)
    found = _commands().find(complaint_id)
    if found is None or found.accused_id == reader().person_id:
        raise NotFound
    return found


def _asked(complaint_id: str) -> None:
    guard.need(Thing.ANSWER_INQUIRY)
    found, me = _commands().find(complaint_id), reader().person_id
    if found is None or found.accused_id != me or me not in found.asked_at:
        raise NotFound


def _told(event: Any) -> dict[str, Any]:
    asked = isinstance(event, Complaint.StatementAsked)
    return {
        "kind": "question" if asked else "answer",
        "text": event.question if asked else event.text,
        "at": event.by.recorded_at,
    }


def _done(
    receipt: Receipt, complaint_id: str, event: Any, ids: dict[str, str] | None = None
) -> Done:
    return Done(
        receipt, complaint_stream(complaint_id), event, f"/complaints/{complaint_id}", ids or {}
    )
