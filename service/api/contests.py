"""Contests (竞赛评比), role models (典型), sharing sessions and expert clinics (R-30 to R-32)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from domain.contest import Contest, contest_id_of, contest_stream
from domain.contest_scores import WEIGHTS, Measure, podium
from domain.refusals import UnknownMember, UnknownRoleModel, UnknownTeam
from domain.role_model import RoleModel, role_model_id, role_model_stream
from domain.words import Role
from domain.workshop import Diagnosis, ExpertClinic, SharingSession, workshop_stream
from projections import standings
from projections.season import season_table
from projections.standings import ContestCard
from service.access import Thing, may
from service.api import guard
from service.api.fields import Day, Instant, Text, Truth, Whole
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by, command_id
from service.api.resource import Resource
from service.api.schemas import Body, PageArgs, names_of, page
from service.context import shilu
from service.pages.contest_story import my_teams
from service.sessions import reader

resource = Resource("contests", "Contests on habit and proof, never on raw counts.")


class NewContest(Body):
    """A season of four weeks; ``weights`` in per cent sum up to 100."""

    title = Text(60, required=True)
    team_ids = fields.List(Text(64), required=True, validate=validate.Length(1, 50))
    starts_on = Day(required=True)
    goal = Whole(1, 100, required=True)
    weights = fields.Dict(
        keys=fields.String(validate=validate.OneOf([str(m) for m in Measure])),
        values=Whole(0, 100),
        load_default=lambda: {str(m): weight for m, weight in WEIGHTS.items()},
    )


class Participation(Body):
    """Whether one is ranked."""

    takes_part = Truth(required=True)


class NewRoleModel(Body):
    """Who may be shown to others, and for what."""

    agent_id = Text(64, required=True)
    what_for = Text(500, required=True)


class Consent(Body):
    """Whether the agent agrees."""

    consents = Truth(required=True)


class NewSharing(Body):
    """A sharing session."""

    team_id = Text(64, required=True)
    held_on = Day(required=True)
    speakers = fields.List(Text(64), required=True, validate=validate.Length(1, 10))
    topic = Text(500, required=True)


class NewClinic(Body):
    """An expert clinic: the diagnosis and the plan."""

    agent_id = Text(64, required=True)
    expert_id = Text(64, required=True)
    held_on = Day(required=True)
    diagnosis = Text(2000, required=True)
    plan = Text(2000, required=True)


class Place(ma.Schema):
    """A place; equal points share one."""

    agent_id = fields.String(required=True)
    place = fields.Integer(required=True)
    points = fields.Float(required=True)


class ContestListed(ma.Schema):
    """A season: the best three and one's own place, never more of the table."""

    contest_id = fields.String(required=True)
    title = fields.String(required=True)
    team_ids = fields.List(fields.String(), required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    goal = fields.Integer(required=True)
    weights = fields.Dict(required=True)
    reached = fields.Integer(required=True, allow_none=True)
    top = fields.List(fields.String(), required=True)
    mine = fields.Nested(Place, required=True, allow_none=True)
    table_hash = fields.String(required=True, allow_none=True)
    frozen_at = Instant(required=True, allow_none=True)


@resource.query(
    "/contests",
    page(ContestListed, "ContestPage"),
    args=PageArgs,
    views=("standings", "agent_day", "callback_queue", "cases", "filling_cases", "team_day"),
    errors=(403,),
)
def list_contests(args: dict[str, Any]) -> Page:
    """List the seasons of the reader's teams, newest first."""
    guard.need(Thing.READ_CONTEST)
    before = key_of(args["cursor"], int)
    with shilu().views.connect() as connection:
        found = sorted(
            standings.contests(connection, my_teams(connection)), key=lambda one: -one.position
        )
        found = [one for one in found if before is None or one.position < before]
        some = page_of(found[: args["limit"] + 1], args["limit"], key=lambda one: one.position)
        return replace(some, items=[_shown(connection, one) for one in some.items])


def _shown(connection: Any, contest: ContestCard) -> dict[str, Any]:
    names = names_of(ContestListed) - {"mine"}
    shown = {name: getattr(contest, name) for name in names} | {"mine": None}
    if contest.frozen_at is None:
        table = season_table(connection, contest, shilu().today())
        shown["reached"] = table.reached
        shown["top"] = [one.agent_id for one in podium(table.standings)]
        own = (one for one in table.standings if one.agent_id == reader().person_id)
        shown["mine"] = next(own, None)
    return shown


@resource.command("/contests", NewContest, errors=(404,))
def open_contest(body: dict[str, Any]) -> Done:
    """Open a season."""
    guard.need(Thing.LEAD_CONTEST)
    for team_id in body["team_ids"]:
        known = shilu().record.organisation.team(team_id) is not None
        if not known or not may(reader(), Thing.LEAD_CONTEST, team_id=team_id):
            raise UnknownTeam(team_id=team_id)
    weights = {Measure(name): weight for name, weight in body.pop("weights").items()}
    receipt = shilu().record.contests.open(**body, weights=weights, by=by())
    contest_id = contest_id_of(body["starts_on"], body["team_ids"])
    return Done(receipt, contest_stream(contest_id), Contest.Opened, "/contests")


@resource.command("/contests/<thing:contest_id>/participation", Participation, errors=(404,))
def take_part(body: dict[str, Any], contest_id: str) -> Done:
    """Stay out of a season's table, or come back into it until it is final."""
    guard.need(Thing.ANSWER_CONTEST)
    me, team = reader().person_id, reader().team_id
    receipt = shilu().record.contests.take_part(contest_id, me, team, **body, by=by())
    return Done(receipt, contest_stream(contest_id), Contest.ParticipationChosen, "/contests")


@resource.command("/role-models", NewRoleModel, errors=(404,))
def name_model(body: dict[str, Any]) -> Done:
    """Ask an agent whether they may be shown as a role model."""
    _team_led(body["agent_id"])
    today = shilu().today()
    receipt = shilu().record.role_models.name(body["agent_id"], today, body["what_for"], by=by())
    stream = role_model_stream(role_model_id(body["agent_id"], today))
    return Done(receipt, stream, RoleModel.Named)


@resource.command("/role-models/<thing:model_id>/answer", Consent, errors=(404,))
def answer(body: dict[str, Any], model_id: str) -> Done:
    """Agree to be shown, or not."""
    _own(model_id)
    receipt = shilu().record.role_models.answer(model_id, **body, by=by())
    return Done(receipt, role_model_stream(model_id), RoleModel.Answered)


@resource.command("/role-models/<thing:model_id>/withdrawal", errors=(404,))
def withdraw(model_id: str) -> Done:
    """Take the consent back."""
    _own(model_id)
    receipt = shilu().record.role_models.withdraw(model_id, by=by())
    return Done(receipt, role_model_stream(model_id), RoleModel.ConsentWithdrawn)


@resource.command("/sharing-sessions", NewSharing, errors=(404,))
def share(body: dict[str, Any]) -> Done:
    """Put a sharing session on record."""
    guard.need(Thing.LEAD_CONTEST)
    if not may(reader(), Thing.LEAD_CONTEST, team_id=body["team_id"]) or not _is_team(body):
        raise UnknownTeam(team_id=body["team_id"])
    receipt = shilu().record.workshops.share(**body, by=by())
    return Done(receipt, workshop_stream(command_id()), SharingSession.Held)


@resource.command("/expert-clinics", NewClinic, errors=(404,))
def clinic(body: dict[str, Any]) -> Done:
    """Put an expert clinic on record."""
    _team_led(body["agent_id"])
    receipt = shilu().record.workshops.clinic(Diagnosis(**body), by=by())
    return Done(receipt, workshop_stream(command_id()), ExpertClinic.Held)


def _is_team(body: dict[str, Any]) -> bool:
    return shilu().record.organisation.team(body["team_id"]) is not None


def _team_led(agent_id: str) -> None:
    """Raise Forbidden or UnknownMember unless the reader leads this agent."""
    guard.need(Thing.LEAD_CONTEST)
    member = shilu().record.organisation.member(agent_id)
    team_id = (member.team_on(shilu().today()) or member.team_id) if member else None
    led = may(reader(), Thing.LEAD_CONTEST, agent_id=agent_id, team_id=team_id)
    if member is None or member.role is not Role.AGENT or not led:
        raise UnknownMember(person_id=agent_id)


def _own(model_id: str) -> None:
    guard.need(Thing.ANSWER_CONTEST)
    model = shilu().record.role_models.find(model_id)
    if model is None or model.agent_id != reader().person_id:
        raise UnknownRoleModel(model_id=model_id)
