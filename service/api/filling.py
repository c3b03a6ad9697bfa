"""Filling problems (填写问题) and their ladders of four steps (R-30 to R-34)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy import Connection

from domain.filling_case import FillingCase, FillingCases, filling_case_id, filling_stream
from domain.filling_ladder import Ending, Problem, Will
from domain.refusals import UnknownFillingCase
from domain.words import Receipt
from projections import filling_cases, team_day
from projections.filling_cases import FillingCard
from service.access import Reach, Thing, may, reach
from service.api import guard
from service.api.fields import Day, Instant, Text, Truth, Whole, one_of
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by, expected
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, PageArgs, names_of, page
from service.context import shilu
from service.sessions import reader

resource = Resource("filling", "Filling problems on their ladders; opened and led by humans.")

ONE = "/filling-cases/<thing:case_id>"
MAX_TEXT = 2000


class NewFilling(Body):
    """Whose problem, which of the five, and what was seen."""

    agent_id = Text(64, required=True)
    problem = one_of(Problem, required=True)
    note = Text(MAX_TEXT, required=True)


class Judgement(Body):
    """Won't or can't (不愿还是不会)."""

    will = one_of(Will, required=True)
    reason = Text(MAX_TEXT, required=True)


class Taken(Body):
    """A step that was taken; ``held_on`` is a local day."""

    step = Whole(1, 4, required=True)
    held_on = Day(required=True)
    note = Text(MAX_TEXT, required=True)


class Skipped(Body):
    """A step that is left out."""

    step = Whole(1, 4, required=True)
    reason = Text(MAX_TEXT, required=True)


class Why(Body):
    """Why."""

    reason = Text(MAX_TEXT, required=True)


class Signature(Body):
    """The answer of a second person to a criticism before the team."""

    signed = Truth(required=True)
    reason = Text(MAX_TEXT, required=True)


class Held(Body):
    """When the criticism was held."""

    held_on = Day(required=True)


class Said(Body):
    """What somebody has to say."""

    text = Text(MAX_TEXT, required=True)


class FillingEnd(Body):
    """How the case ends."""

    ending = one_of(Ending, required=True)
    reason = Text(MAX_TEXT, required=True)


class FillingListed(ma.Schema):
    """A case in a list; ``passed`` are the steps taken or left out."""

    case_id = fields.String(required=True)
    agent_id = fields.String(required=True)
    team_id = fields.String(required=True)
    problem = one_of(Problem, required=True)
    no = fields.Integer(required=True)
    verification_case_no = fields.Integer(required=True, allow_none=True)
    opened_at = Instant(required=True)
    will = one_of(Will, required=True, allow_none=True)
    passed = fields.List(fields.Integer(), required=True)
    criticism = fields.String(required=True, allow_none=True)
    praised_at = Instant(required=True, allow_none=True)
    ending = one_of(Ending, required=True, allow_none=True)


class FillingArgs(PageArgs):
    """Which cases to list."""

    state = fields.String(validate=validate.OneOf(["open", "any"]), load_default="any")


class FillingLine(ma.Schema):
    """One event of the case: ``what`` is its topic; ``text`` what was said, null once erased."""

    what = fields.String(required=True)
    actor = fields.String(required=True)
    at = Instant(required=True)
    text = fields.String(required=True, allow_none=True)


class FillingShown(ma.Schema):
    """A case as those concerned see it, word for word."""

    case_id = fields.String(required=True)
    agent_id = fields.String(required=True)
    team_id = fields.String(required=True)
    problem = one_of(Problem, required=True)
    will = one_of(Will, required=True, allow_none=True)
    steps = fields.List(fields.Integer(), required=True)
    passed = fields.List(fields.Integer(), required=True)
    next_step = fields.Integer(required=True, allow_none=True)
    waits_for_signature = fields.Boolean(required=True)
    criticised = fields.Boolean(required=True)
    praised = fields.Boolean(required=True)
    ending = one_of(Ending, required=True, allow_none=True)
    story = fields.List(fields.Nested(FillingLine), required=True)
    version = fields.Integer(required=True)


@resource.query(
    "/filling-cases",
    page(FillingListed, "FillingCasePage"),
    args=FillingArgs,
    views=("filling_cases", "team_day"),
    errors=(403,),
)
def list_cases(args: dict[str, Any]) -> Page:
    """List the cases that the reader may see, those that something last happened to first."""
    guard.need(Thing.READ_FILLING)
    before = key_of(args["cursor"], int)
    with shilu().views.connect() as connection:
        found = _seen(connection)
    found = [
        card
        for card in found
        if (before is None or card.position < before)
        and (args["state"] == "any" or card.ending is None)
    ]
    found.sort(key=lambda card: card.position, reverse=True)
    some = page_of(found[: args["limit"] + 1], args["limit"], key=lambda card: card.position)
    names = names_of(FillingListed)
    return replace(some, items=[{n: getattr(card, n) for n in names} for card in some.items])


def _seen(connection: Connection) -> list[FillingCard]:
    if reach(reader(), Thing.READ_FILLING) is Reach.OWN:
        return list(filling_cases.of_agent(connection, reader().person_id))
    teams = [
        team.team_id
        for team in team_day.teams(connection)
        if may(reader(), Thing.READ_FILLING, team_id=team.team_id)
    ]
    return list(filling_cases.in_teams(connection, teams))


@resource.query(ONE, FillingShown, errors=(403, 404), tagged=True)
def show_case(_: dict[str, Any], case_id: str) -> Tagged:
    """Show a case and what was said in it."""
    case = _case(Thing.READ_FILLING, case_id)
    names = names_of(FillingShown) - {"story"}
    shown = {name: getattr(case, name) for name in names}
    events = shilu().record.events.get(filling_stream(case_id))
    return Tagged(shown | {"story": [_line(event) for event in events]}, case.version)


@resource.command("/filling-cases", NewFilling, errors=(404,))
def open_case(body: dict[str, Any]) -> Done:
    """Take a filling problem up."""
    guard.need_about_agent(Thing.LEAD_FILLING, body["agent_id"])
    receipt = _commands().open(**body, by=by())
    no, _last = _commands().newest(body["agent_id"], body["problem"])
    case_id = filling_case_id(body["agent_id"], body["problem"], no)
    # a decided case says at once whether it is won't or can't: then that is the last event
    last = FillingCase.WillDetermined if receipt.version == 2 else FillingCase.Opened
    return Done(receipt, receipt.stream_id, last, f"/filling-cases/{case_id}")


@resource.command(ONE + "/will", Judgement, errors=(404,))
def determine_will(body: dict[str, Any], case_id: str) -> Done:
    """Say whether the agent won't or can't."""
    _case(Thing.LEAD_FILLING, case_id)
    receipt = _commands().determine_will(case_id, **body, by=by())
    return _done(receipt, case_id, FillingCase.WillDetermined)


@resource.command(ONE + "/steps", Taken, errors=(404,), if_match=True)
def take_step(body: dict[str, Any], case_id: str) -> Done:
    """Put on record that a step was taken."""
    case = _case(Thing.LEAD_FILLING, case_id)
    receipt = _commands().take_step(
        case_id, **body, by=by(), expected=expected(lambda: case.version)
    )
    return _done(receipt, case_id, FillingCase.StepTaken)


@resource.command(ONE + "/skips", Skipped, errors=(404,))
def skip_step(body: dict[str, Any], case_id: str) -> Done:
    """Leave a step out, with a reason."""
    _case(Thing.LEAD_FILLING, case_id)
    receipt = _commands().skip_step(case_id, **body, by=by())
    return _done(receipt, case_id, FillingCase.StepSkipped)


@resource.command(ONE + "/criticism", Why, errors=(404,))
def ask_criticism(body: dict[str, Any], case_id: str) -> Done:
    """Ask somebody above to sign a criticism before the team."""
    _case(Thing.LEAD_FILLING, case_id)
    receipt = _commands().ask_criticism(case_id, **body, by=by())
    return _done(receipt, case_id, FillingCase.CriticismAsked)


@resource.command(ONE + "/criticism/signature", Signature, errors=(404,))
def answer_criticism(body: dict[str, Any], case_id: str) -> Done:
    """Sign a criticism as a second person above, or don't."""
    _case(Thing.SIGN_CRITICISM, case_id)
    receipt = _commands().answer_criticism(case_id, **body, by=by())
    return _done(receipt, case_id, FillingCase.CriticismAnswered)


@resource.command(ONE + "/criticism/holding", Held, errors=(404,))
def hold_criticism(body: dict[str, Any], case_id: str) -> Done:
    """Put on record that the criticism was held."""
    _case(Thing.LEAD_FILLING, case_id)
    receipt = _commands().hold_criticism(case_id, **body, by=by())
    return _done(receipt, case_id, FillingCase.CriticismHeld)


@resource.command(ONE + "/praise", Said, errors=(404,))
def praise(body: dict[str, Any], case_id: str) -> Done:
    """Praise who corrected themselves."""
    _case(Thing.LEAD_FILLING, case_id)
    receipt = _commands().praise(case_id, **body, by=by())
    return _done(receipt, case_id, FillingCase.ImprovementPraised)


@resource.command(ONE + "/replies", Said, errors=(404,))
def reply(body: dict[str, Any], case_id: str) -> Done:
    """Say, as the agent, what there is to say."""
    _case(Thing.ANSWER_FILLING, case_id)
    receipt = _commands().reply(case_id, **body, by=by())
    return _done(receipt, case_id, FillingCase.Replied)


@resource.command(ONE + "/closing", FillingEnd, errors=(404,), if_match=True)
def close(body: dict[str, Any], case_id: str) -> Done:
    """End the case."""
    case = _case(Thing.LEAD_FILLING, case_id)
    receipt = _commands().close(case_id, **body, by=by(), expected=expected(lambda: case.version))
    return _done(receipt, case_id, FillingCase.Closed)


def _commands() -> FillingCases:
    return shilu().record.filling_cases


def _case(thing: Thing, case_id: str) -> FillingCase:
    guard.need(thing)
    case = _commands().find(case_id)
    if case is None or not may(reader(), thing, agent_id=case.agent_id, team_id=case.team_id):
        raise UnknownFillingCase(case_id=case_id)
    return case


def _line(event: Any) -> dict[str, Any]:
    said = next((getattr(event, name) for name in type(event).SEALED), None)
    return {
        "what": type(event).TOPIC,
        "actor": event.by.actor,
        "at": event.by.recorded_at,
        "text": said,
    }


def _done(receipt: Receipt, case_id: str, event: Any) -> Done:
    return Done(receipt, filling_stream(case_id), event, f"/filling-cases/{case_id}")
