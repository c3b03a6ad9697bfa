"""Teams (组) and who leads them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from domain.organisation import Team, team_stream
from domain.refusals import UnknownTeam
from projections import team_day
from service.access import Thing
from service.api import guard
from service.api.fields import Id, Text
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, PageArgs, page
from service.context import shilu

resource = Resource("teams", "Teams and who leads them.")

ONE = "/teams/<thing:team_id>"


class NewTeam(Body):
    """A team, with its supervisor if there is one already."""

    team_id = Id(required=True)
    name = Text(40, required=True)
    supervisor_id = Id(allow_none=True, load_default=None)


class Appointment(Body):
    """Who leads the team from now on."""

    supervisor_id = Id(required=True)


class TeamShown(ma.Schema):
    """A team."""

    team_id = fields.String(required=True)
    name = fields.String(required=True)
    supervisor_id = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class TeamListed(ma.Schema):
    """A team in a list."""

    team_id = fields.String(required=True)
    name = fields.String(required=True)
    supervisor_id = fields.String(required=True, allow_none=True)


@resource.query("/teams", page(TeamListed, "TeamPage"), args=PageArgs, views=("team_day",))
def list_teams(args: dict[str, Any]) -> Page:
    """List the teams that the reader may see, by id."""
    with shilu().views.connect() as connection:
        known = team_day.teams(connection)
    start = key_of(args["cursor"], str) or ""
    seen = [team for team in known if team.team_id > start and guard.sees_team(team.team_id)]
    return page_of(seen[: args["limit"] + 1], args["limit"], key=lambda team: team.team_id)


@resource.query(ONE, TeamShown, errors=(403, 404), tagged=True)
def show_team(_: dict[str, Any], team_id: str) -> Tagged:
    """Show a team."""
    guard.see_team(team_id)
    team = shilu().record.organisation.team(team_id)
    if team is None:
        raise UnknownTeam(team_id=team_id)
    return Tagged(team, team.version)


@resource.command("/teams", NewTeam)
def form_team(body: dict[str, Any]) -> Done:
    """Form a team."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.organisation.form_team(**body, by=by())
    return _done(receipt, body["team_id"], Team.Formed)


@resource.command(ONE + "/supervisors", Appointment, errors=(404,))
def appoint_supervisor(body: dict[str, Any], team_id: str) -> Done:
    """Let a supervisor lead the team."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.organisation.appoint_supervisor(team_id, **body, by=by())
    return _done(receipt, team_id, Team.SupervisorAppointed)


def _done(receipt: Any, team_id: str, event: Any) -> Done:
    return Done(receipt, team_stream(team_id), event, f"/teams/{team_id}")
