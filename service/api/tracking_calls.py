"""Tracking calls to agents (电话追踪): points and asks before, a goal at the end (R-60 to R-65)."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from domain.refusals import UnknownTrackingCall
from domain.tracking_call import (
    Missed,
    Opening,
    Preparation,
    Talk,
    TrackingCall,
    tracking_call_id_of,
    tracking_call_stream,
)
from domain.words import Receipt
from projections import tracking_calls
from service import access
from service.access import Thing
from service.api import guard
from service.api.fields import Day, Id, Text, Whole, one_of
from service.api.preconditions import Done, by, command_id
from service.api.resource import Resource
from service.api.schemas import Body
from service.api.schemas import Receipt as Answer
from service.context import shilu
from service.sessions import reader

resource = Resource("tracking", "Calls to agents: 电话追踪.")
ONE = "/tracking-calls/<thing:tracking_id>"
MAX_TEXT = 2000


class NewTrackingCall(Body):
    """What to talk about with an agent (R-60, step 1)."""

    agent_id = Id(required=True)
    points = Text(MAX_TEXT, required=True)
    asks = Text(MAX_TEXT, required=True)
    problems = Text(MAX_TEXT, allow_none=True, load_default=None)


class HeldCall(Body):
    """What the call came to; it closes with a requirement and a goal (R-65)."""

    opened_with = one_of(Opening, required=True)
    learnt = Text(MAX_TEXT, required=True)
    affirmation = Text(MAX_TEXT, required=True)
    requirement = Text(MAX_TEXT, required=True)
    goal = Text(MAX_TEXT, required=True)
    help_given = Text(MAX_TEXT, allow_none=True)
    expectation = Text(MAX_TEXT, allow_none=True)
    listened = Whole(1, 5, allow_none=True)
    goal_on = Day(allow_none=True)
    next_on = Day(allow_none=True)


class MissedCall(Body):
    """Why the call did not come about."""

    reason = one_of(Missed, required=True)


class TrackedReceipt(Answer):
    """Where the command stands, and which call it is about."""

    call_id = fields.String()


class TrackedShown(ma.Schema):
    """A prepared call that is not made yet."""

    call_id = fields.String(required=True)
    agent_id = fields.String(required=True)
    team_id = fields.String(required=True)
    on_day = fields.Date(required=True)
    missed = one_of(Missed, required=True, allow_none=True)


class TrackedList(ma.Schema):
    """The calls that wait."""

    items = fields.List(fields.Nested(TrackedShown), required=True)


@resource.query("/tracking-calls", TrackedList, views=("tracking_calls",), errors=(403,))
def list_prepared(_: dict[str, Any]) -> dict[str, Any]:
    """List one's own calls that are prepared and not made yet."""
    guard.need(Thing.TRACK)
    with shilu().views.connect() as connection:
        found = tracking_calls.prepared(connection, reader().leads)
    return {"items": [call for call in found if call.supervisor_id == reader().person_id]}


@resource.command("/tracking-calls", NewTrackingCall, errors=(404,), answer=TrackedReceipt)
def prepare_tracking(body: dict[str, Any]) -> Done:
    """Note what to talk about with an agent."""
    agent_id = body.pop("agent_id")
    guard.need_about_agent(Thing.TRACK, agent_id)
    member = shilu().record.organisation.member(agent_id)
    team_id = (member.team_on(shilu().today()) or member.team_id) if member else None
    receipt = shilu().record.tracking_calls.prepare(
        agent_id, team_id or "", shilu().today(), Preparation(**body), by=by()
    )
    return _done(receipt, tracking_call_id_of(command_id()), TrackingCall.Prepared)


@resource.command(ONE + "/held", HeldCall, errors=(404,), answer=TrackedReceipt)
def hold_tracking(body: dict[str, Any], tracking_id: str) -> Done:
    """Record what the call came to."""
    _mine(tracking_id)
    receipt = shilu().record.tracking_calls.hold(tracking_id, Talk(**body), by=by())
    return _done(receipt, tracking_id, TrackingCall.Held)


@resource.command(ONE + "/missed", MissedCall, errors=(404,), answer=TrackedReceipt)
def miss_tracking(body: dict[str, Any], tracking_id: str) -> Done:
    """Record that the agent was not reached."""
    _mine(tracking_id)
    receipt = shilu().record.tracking_calls.miss(tracking_id, body["reason"], by=by())
    return _done(receipt, tracking_id, TrackingCall.Missed)


def _mine(call_id: str) -> TrackingCall:
    """Return a call of one's own. Raises Forbidden, UnknownTrackingCall."""
    guard.need(Thing.TRACK)
    call = shilu().record.tracking_calls.find(call_id)
    mine = call is not None and call.supervisor_id == reader().person_id
    if call is None or not mine or not access.may(reader(), Thing.TRACK, team_id=call.team_id):
        raise UnknownTrackingCall(call_id=call_id)
    return call


def _done(receipt: Receipt, call_id: str, event: Any) -> Done:
    return Done(
        receipt, tracking_call_stream(call_id), event, "/tracking-calls", {"call_id": call_id}
    )
