"""One-on-one coaching (个别辅导): moment, gate, session, evaluation (R-70 to R-76)."""

from __future__ import annotations

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from domain.coaching import Coaching, Proposal, Session, coaching_id_of, coaching_stream
from domain.coaching_words import Method, Moment, Origin, Skill, WrongMoment
from domain.refusals import UnknownCoaching
from domain.words import Receipt
from projections import coaching_board
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

resource = Resource("coachings", "One-on-one coaching: 个别辅导.")
ONE = "/coachings/<thing:coaching_id>"
MAX_TEXT = 2000


class CoachingReceipt(Answer):
    """Where the command stands, and which coaching it is about."""

    coaching_id = fields.String()


class NewCoaching(Body):
    """An agent and the moment that the supervisor sees (R-71)."""

    agent_id = Id(required=True)
    moment = one_of(Moment, required=True)


class HelpWanted(Body):
    """The agent's wish for help (moment 9)."""

    wish = Text(MAX_TEXT, required=True)


class Gate(Body):
    """Which of the five wrong moments hold now; an empty list opens the session (R-72)."""

    wrong = fields.List(one_of(WrongMoment), required=True, validate=validate.Length(max=5))


class Deferral(Body):
    """Another day (改约)."""

    until = Day(required=True)


class NewSession(Body):
    """What was done (R-73, R-74)."""

    methods = fields.List(one_of(Method), required=True, validate=validate.Length(1, 4))
    skills = fields.List(one_of(Skill), validate=validate.Length(max=5))
    summary = Text(MAX_TEXT, required=True)
    commitments = Text(MAX_TEXT, required=True)


class Evaluation(Body):
    """What closes a session (R-74)."""

    final_behaviour = Text(MAX_TEXT, required=True)
    effect = Whole(1, 5, required=True)
    next_on = Day(required=True)


class Words(Body):
    """The agent's own words."""

    words = Text(MAX_TEXT, required=True)


class Dropping(Body):
    """Why a suggestion is left aside."""

    reason = Text(500, required=True)


class CoachingShown(ma.Schema):
    """A coaching on the board."""

    coaching_id = fields.String(required=True)
    agent_id = fields.String(required=True)
    team_id = fields.String(required=True)
    moment = one_of(Moment, required=True)
    origin = one_of(Origin, required=True)
    evidence = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    state = fields.String(required=True)
    on_day = fields.Date(required=True)
    held_on = fields.Date(required=True, allow_none=True)
    effect = fields.Integer(required=True, allow_none=True)
    next_on = fields.Date(required=True, allow_none=True)


class CoachingList(ma.Schema):
    """Coachings that are not closed."""

    items = fields.List(fields.Nested(CoachingShown), required=True)


@resource.query("/coachings", CoachingList, views=("coaching_board",), errors=(403,))
def list_coachings(_: dict[str, Any]) -> dict[str, Any]:
    """List the coachings of one's teams that are not closed."""
    guard.need(Thing.COACH)
    with shilu().views.connect() as connection:
        return {"items": coaching_board.waiting(connection, reader().leads)}


@resource.command("/coachings", NewCoaching, errors=(404,), answer=CoachingReceipt)
def propose(body: dict[str, Any]) -> Done:
    """Open a coaching of one's own choice."""
    guard.need_about_agent(Thing.COACH, body["agent_id"])
    return _propose(body["agent_id"], body["moment"], Origin.SUPERVISOR, None)


@resource.command("/coachings/help", HelpWanted, answer=CoachingReceipt)
def ask_for_help(body: dict[str, Any]) -> Done:
    """Ask for help, as the agent."""
    guard.need(Thing.MY_COACHING)
    return _propose(reader().person_id, Moment.ASKED, Origin.AGENT, body["wish"])


@resource.command(ONE + "/gate", Gate, errors=(404,), answer=CoachingReceipt)
def check_gate(body: dict[str, Any], coaching_id: str) -> Done:
    """Say which wrong moments hold now."""
    _of_team(coaching_id)
    receipt = shilu().record.coachings.check_gate(coaching_id, tuple(body["wrong"]), by=by())
    return _done(receipt, coaching_id, Coaching.GateChecked)


@resource.command(ONE + "/deferral", Deferral, errors=(404,), answer=CoachingReceipt)
def defer(body: dict[str, Any], coaching_id: str) -> Done:
    """Agree on another day."""
    _of_team(coaching_id)
    receipt = shilu().record.coachings.defer(coaching_id, body["until"], by=by())
    return _done(receipt, coaching_id, Coaching.Deferred)


@resource.command(ONE + "/session", NewSession, errors=(404,), answer=CoachingReceipt)
def hold(body: dict[str, Any], coaching_id: str) -> Done:
    """Record the session; the gate must have been passed today."""
    _of_team(coaching_id)
    session = Session(
        tuple(body["methods"]),
        body["summary"],
        body["commitments"],
        tuple(body.get("skills", ())),
    )
    receipt = shilu().record.coachings.hold(coaching_id, session, by=by())
    return _done(receipt, coaching_id, Coaching.Held)


@resource.command(ONE + "/evaluation", Evaluation, errors=(404,), answer=CoachingReceipt)
def evaluate(body: dict[str, Any], coaching_id: str) -> Done:
    """Close the session with final behaviour, effect and the next time."""
    _of_team(coaching_id)
    receipt = shilu().record.coachings.evaluate(coaching_id, **body, by=by())
    return _done(receipt, coaching_id, Coaching.Evaluated)


@resource.command(ONE + "/dropping", Dropping, errors=(404,), answer=CoachingReceipt)
def drop(body: dict[str, Any], coaching_id: str) -> Done:
    """Leave a suggestion of the record aside."""
    _of_team(coaching_id)
    receipt = shilu().record.coachings.drop(coaching_id, body["reason"], by=by())
    return _done(receipt, coaching_id, Coaching.Dropped)


@resource.command(ONE + "/words", Words, errors=(404,), answer=CoachingReceipt)
def add_words(body: dict[str, Any], coaching_id: str) -> Done:
    """Add words of one's own, as the agent."""
    guard.need(Thing.MY_COACHING)
    coaching = shilu().record.coachings.find(coaching_id)
    if coaching is None or coaching.agent_id != reader().person_id:
        raise UnknownCoaching(coaching_id=coaching_id)
    receipt = shilu().record.coachings.comment(coaching_id, body["words"], by=by())
    return _done(receipt, coaching_id, Coaching.Commented)


def _propose(agent_id: str, moment: Moment, origin: Origin, wish: str | None) -> Done:
    today: date = shilu().today()
    member = shilu().record.organisation.member(agent_id)
    team_id = (member.team_on(today) or member.team_id if member else None) or ""
    team = shilu().record.organisation.team(team_id)
    coaching_id = coaching_id_of(str(command_id()))
    leader = team.supervisor_id if team else None
    proposal = Proposal(coaching_id, agent_id, team_id, leader, moment, origin, today, {}, wish)
    receipt = shilu().record.coachings.propose(proposal, by=by())
    return _done(receipt, coaching_id, Coaching.Proposed)


def _of_team(coaching_id: str) -> None:
    """Raise Forbidden or UnknownCoaching unless it is of a team that the reader leads."""
    guard.need(Thing.COACH)
    coaching = shilu().record.coachings.find(coaching_id)
    if coaching is None or not access.may(reader(), Thing.COACH, team_id=coaching.team_id):
        raise UnknownCoaching(coaching_id=coaching_id)


def _done(receipt: Receipt, coaching_id: str, event: Any) -> Done:
    ids = {"coaching_id": coaching_id}
    return Done(receipt, coaching_stream(coaching_id), event, "/coachings", ids)
