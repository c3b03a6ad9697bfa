"""Callbacks to customers (电话回访): the list, the call sheet, the call, its outcome (R-50 to R-57)."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from domain.call_cautions import Caution
from domain.callback import (
    TICKS,
    Answer,
    Callback,
    Callbacks,
    Listing,
    Preparation,
    callback_id_of,
    callback_stream,
)
from domain.confidentiality import RevealWeek
from domain.detection.matching import Note
from domain.reveal_rules import GrantKind
from domain.words import (
    ActivityKind,
    AttemptResult,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    LastAction,
    Objection,
    Receipt,
)
from projections import callback_queue
from service.access import Thing
from service.api import guard, schemas
from service.api.fields import Day, Id, Instant, Text, Truth, Whole, one_of
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by, expected
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, PageArgs, names_of, page
from service.context import shilu
from service.note_matching import chosen, find
from service.sessions import reader

resource = Resource("callbacks", "Calls to customers about a visit: 电话回访.")

ONE = "/callbacks/<thing:callback_id>"
MAX_TEXT = 2000


class NewCallback(Body):
    """A visit to call about, put on one's own list."""

    activity_id = Id(required=True)
    agent_id = Id(required=True)
    visit_day = Day(required=True)
    on_day = Day(required=True, metadata={"description": "The day on which to call."})
    mode = one_of(CallbackMode, load_default=CallbackMode.COACHING)
    reason = Text(200, required=True)


class Sheet(Body):
    """The call sheet (回访电话记录表, R-50 to R-55)."""

    ticks = fields.List(
        fields.String(validate=validate.OneOf(TICKS)),
        required=True,
        validate=validate.Length(max=len(TICKS)),
    )
    agent_briefed_at = Instant(allow_none=True)
    customer_type = Text(100, allow_none=True)
    last_action = one_of(LastAction, allow_none=True)
    objections = fields.List(one_of(Objection), validate=validate.Length(max=8))
    overrides = fields.Dict(
        keys=fields.String(validate=validate.OneOf(TICKS)),
        values=Text(200),
        load_default=dict,
        metadata={"description": "A reason for each tick that is missing."},
    )


class SettingAside(Body):
    """Why a drawn call is not made."""

    reason = Text(200, required=True)


class FreeNote(Body):
    """A call that was written down on paper; ``activity_id`` only where a person chose."""

    day = Day(required=True, metadata={"description": "The day of the visit, as noted."})
    called_on = Day(required=True)
    name = Text(40, allow_none=True, load_default=None)
    phone = Text(30, allow_none=True, load_default=None)
    agent_id = Id(allow_none=True, load_default=None)
    hour = Whole(0, 23, allow_none=True, load_default=None)
    outcome = one_of(CallbackOutcome, required=True)
    note = Text(MAX_TEXT, allow_none=True, load_default=None)
    activity_id = Id(allow_none=True, load_default=None)


class Attempt(Body):
    """One dialled call."""

    result = one_of(AttemptResult, required=True)


class Step(Body):
    """One of the six steps, in order (R-56)."""

    step = Whole(1, 6, required=True)
    note = Text(MAX_TEXT, allow_none=True, load_default=None)
    skipped_reason = Text(200, allow_none=True, load_default=None)


class Outcome(Body):
    """What the customer said, truthfully."""

    outcome = one_of(CallbackOutcome, required=True)
    visit_day_confirmed = Truth(allow_none=True)
    satisfaction = Whole(1, 5, allow_none=True)
    suggestion = Text(MAX_TEXT, allow_none=True)
    note = Text(MAX_TEXT, allow_none=True)


class QuietHour(Body):
    """Why a customer is called at a quiet hour of today."""

    reason = Text(200, required=True)


class SelfScore(Body):
    """The cautions that one kept to (R-57)."""

    kept = fields.List(one_of(Caution), required=True, validate=validate.Length(max=len(Caution)))


class Revisit(Body):
    """When the customer is visited again (step 5)."""

    at = Instant(required=True)


class Debriefing(Body):
    """The talk with the agent after the call (step 6)."""

    advice = Text(MAX_TEXT, required=True)
    skill_gap = Text(200, allow_none=True, load_default=None)


class Listed(ma.Schema):
    """A callback on a list."""

    callback_id = fields.String(required=True)
    activity_id = fields.String(required=True)
    kind = one_of(ActivityKind, required=True)
    visit_day = fields.Date(required=True)
    agent_id = fields.String(required=True)
    team_id = fields.String(required=True)
    supervisor_id = fields.String(required=True)
    customer_id = fields.String(required=True)
    mode = one_of(CallbackMode, required=True)
    design = one_of(CallbackDesign, required=True)
    on_day = fields.Date(required=True)
    outcome = one_of(CallbackOutcome, required=True, allow_none=True)


class CallbackShown(Listed):
    """A callback and how far it has come."""

    reason = fields.String(required=True)
    version = fields.Integer(required=True)
    prepared = fields.Boolean(required=True)
    attempts = fields.List(one_of(AttemptResult), required=True)
    steps = fields.List(fields.Integer(), required=True)
    debriefed = fields.Boolean(required=True)


class RevealedContact(schemas.Receipt):
    """What the caller may see now; the reveal is on record before this answer leaves."""

    customer_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)


class CallbackArgs(PageArgs):
    """Which callbacks to list."""

    state = fields.String(validate=validate.OneOf(["open", "any"]), load_default="any")
    on_day = Day(load_default=None)


@resource.query(
    "/callbacks",
    page(Listed, "CallbackPage"),
    args=CallbackArgs,
    views=("callback_queue",),
    errors=(403,),
)
def list_callbacks(args: dict[str, Any]) -> Page:
    """List one's own callbacks, newest first."""
    guard.need_caller()
    with shilu().views.connect() as connection:
        found = callback_queue.for_supervisor(
            connection,
            reader().person_id,
            args["on_day"],
            open_only=args["state"] == "open",
            before=key_of(args["cursor"], int),
            limit=args["limit"] + 1,
        )
    return page_of(found, args["limit"], key=lambda call: call.position)


@resource.query(ONE, CallbackShown, errors=(403, 404), tagged=True)
def show_callback(_: dict[str, Any], callback_id: str) -> Tagged:
    """Show a callback and how far it has come."""
    call = guard.callback(callback_id)
    listed: Any = next(iter(shilu().record.events.get(callback_stream(callback_id))))
    names = names_of(CallbackShown)
    shown = {name: getattr(call, name, getattr(listed, name, None)) for name in names}
    return Tagged(shown, call.version)


@resource.command("/callbacks", NewCallback, errors=(404,))
def list_new(body: dict[str, Any]) -> Done:
    """Put a visit on one's own list of calls; the design of a visit somebody chose is chosen."""
    log = guard.log_to_call_about(body["agent_id"], body["visit_day"])
    visit = log.standing(body["activity_id"])
    reader_id = reader().person_id
    listing = Listing(
        callback_id=callback_id_of(visit.activity_id, reader_id),
        activity_id=visit.activity_id,
        kind=visit.kind,
        visit_day=body["visit_day"],
        agent_id=body["agent_id"],
        team_id=log.team_id,
        supervisor_id=reader_id,
        customer_id=visit.customer_id,
        mode=body["mode"],
        design=CallbackDesign.CHOSEN,
        reason=body["reason"],
        on_day=body["on_day"],
    )
    receipt = _calls().list_call(listing, by=by())
    return _done(receipt, listing.callback_id, Callback.Listed)


@resource.command("/callback-notes", FreeNote)
def record_note(body: dict[str, Any]) -> Done:
    """Put a free note on record once its visit is clear; 409 names the visits it may be about."""
    guard.need(Thing.CALL)
    names = ("day", "name", "phone", "agent_id", "hour", "called_on")
    note = Note(**{name: body[name] for name in names})
    visit, how = chosen(find(note), body["activity_id"])
    answer = Answer(body["outcome"], note=body["note"])
    notes = shilu().record.callback_notes
    receipt = notes.record(visit, how, answer, body["called_on"], by=by())
    return _done(receipt, visit.callback_id, Callback.OutcomeRecorded)


@resource.command(ONE + "/preparation", Sheet, errors=(404,), if_match=True)
def prepare(body: dict[str, Any], callback_id: str) -> Done:
    """Complete the call sheet; nothing is revealed or dialled before."""
    guard.callback(callback_id)
    body["ticks"] = frozenset(body["ticks"])
    body["objections"] = tuple(body.get("objections", ()))
    receipt = _calls().prepare(
        callback_id, Preparation(**body), by=by(), expected=_expected(callback_id)
    )
    return _done(receipt, callback_id, Callback.Prepared)


@resource.command(ONE + "/reveal", errors=(404,), answer=RevealedContact)
def reveal_contact(callback_id: str) -> Done:
    """Show name and number to the caller of a prepared call; the customer's agent sees that."""
    guard.callback(callback_id)
    shown = shilu().record.confidentiality.reveal(GrantKind.CALLBACK, callback_id, by=by())
    ids = {"callback_id": callback_id, "customer_id": shown.customer_id}
    contact = {"name": shown.name, "phone": shown.phone}
    where = f"/callbacks/{callback_id}"
    stream = shown.receipt.stream_id
    return Done(shown.receipt, stream, RevealWeek.ContactRevealed, where, ids, contact)


@resource.command(ONE + "/attempts", Attempt, errors=(404,))
def attempt(body: dict[str, Any], callback_id: str) -> Done:
    """Record one dialled call."""
    guard.callback(callback_id)
    receipt = _calls().attempt(callback_id, body["result"], by=by())
    return _done(receipt, callback_id, Callback.Attempted)


@resource.command(ONE + "/set-aside", SettingAside, errors=(404,))
def set_aside(body: dict[str, Any], callback_id: str) -> Done:
    """Leave a drawn call unmade; it stays out of every estimate."""
    guard.callback(callback_id)
    receipt = shilu().record.call_plans.set_aside(callback_id, body["reason"], by=by())
    return _done(receipt, callback_id, Callback.SetAside)


@resource.command(ONE + "/steps", Step, errors=(404,))
def record_step(body: dict[str, Any], callback_id: str) -> Done:
    """Record a step of the call, taken or skipped."""
    guard.callback(callback_id)
    receipt = _calls().record_step(callback_id, **body, by=by())
    return _done(receipt, callback_id, Callback.StepRecorded)


@resource.command(ONE + "/outcome", Outcome, errors=(404,), if_match=True)
def record_outcome(body: dict[str, Any], callback_id: str) -> Done:
    """Record what the customer said, once."""
    guard.callback(callback_id)
    receipt = _calls().record_outcome(
        callback_id, Answer(**body), by=by(), expected=_expected(callback_id)
    )
    return _done(receipt, callback_id, Callback.OutcomeRecorded)


@resource.command(ONE + "/quiet-hours", QuietHour, errors=(404,))
def lift_quiet_hours(body: dict[str, Any], callback_id: str) -> Done:
    """Give the reason for which the customer is called at a quiet hour of today."""
    guard.callback(callback_id)
    receipt = _calls().lift_quiet_hours(callback_id, body["reason"], by=by())
    return _done(receipt, callback_id, Callback.QuietHoursLifted)


@resource.command(ONE + "/self-score", SelfScore, errors=(404,))
def self_score(body: dict[str, Any], callback_id: str) -> Done:
    """Say which of the eleven cautions one kept to."""
    guard.callback(callback_id)
    receipt = _calls().self_score(callback_id, tuple(body["kept"]), by=by())
    return _done(receipt, callback_id, Callback.SelfScored)


@resource.command(ONE + "/revisit", Revisit, errors=(404,))
def agree_revisit(body: dict[str, Any], callback_id: str) -> Done:
    """Record when the customer is visited again."""
    guard.callback(callback_id)
    receipt = _calls().agree_revisit(callback_id, body["at"], by=by())
    return _done(receipt, callback_id, Callback.RevisitAgreed)


@resource.command(ONE + "/debriefing", Debriefing, errors=(404,))
def debrief(body: dict[str, Any], callback_id: str) -> Done:
    """Record the talk with the agent after the call."""
    guard.callback(callback_id)
    receipt = _calls().debrief(callback_id, **body, by=by())
    return _done(receipt, callback_id, Callback.Debriefed)


def _calls() -> Callbacks:
    return shilu().record.callbacks


def _expected(callback_id: str) -> int | None:
    def current() -> int | None:
        call = _calls().find(callback_id)
        return call.version if call else None

    return expected(current)


def _done(receipt: Receipt, callback_id: str, event: Any) -> Done:
    return Done(
        receipt,
        callback_stream(callback_id),
        event,
        f"/callbacks/{callback_id}",
        {"callback_id": callback_id},
    )
