"""A team on a day, now or as it stood on record at an earlier instant (the time machine)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields
from sqlalchemy import Connection

from domain.refusals import UnknownTeam
from projections.team_day import TeamState, team_state
from projections.team_difference import differences
from projections.timeline import newest, position_at
from service.access import Thing
from service.api import guard
from service.api.daily_logs import Columns
from service.api.fields import Day, Instant
from service.api.resource import Resource
from service.api.rulebook import Mode
from service.api.schemas import Waiting
from service.context import shilu

READINGS = ("recorded", "occurred")
resource = Resource("team-states", "A team on a day, now or at an instant of the past.")


class StateArgs(Waiting):
    """Which day, and as known when."""

    day = Day(load_default=None, metadata={"description": "Local day; that of `at` by default."})
    at = Instant(load_default=None, metadata={"description": "As on record at this instant."})
    vs = Instant(load_default=None, metadata={"description": "And compared with this one."})
    reading = fields.String(
        load_default="recorded",
        validate=ma.validate.OneOf(READINGS),
        metadata={
            "description": "With `at`: what was on `recorded` by then, or had `occurred` by then,"
            " also if it was written later."
        },
    )


class StripDay(ma.Schema):
    """A day of the heat strip: null without a log, 0 empty, 1 short of the quota, 2 met."""

    day = fields.Date(required=True)
    working = fields.Boolean(required=True)
    level = fields.Integer(required=True, allow_none=True)


class MemberShown(ma.Schema):
    """An agent of the team on the day."""

    agent_id = fields.String(required=True)
    name = fields.String(required=True)
    kinds = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    count = fields.Nested(Columns, required=True)
    submitted = fields.Boolean(required=True)
    late = fields.Integer(required=True)
    noted_missing = fields.Boolean(required=True)
    on_leave = fields.Boolean(required=True)
    policies = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    contradicted = fields.Integer(required=True)
    open_case = fields.Boolean(required=True)
    strip = fields.List(fields.Nested(StripDay), required=True)


class StateShown(ma.Schema):
    """A team on a day, as on record at ``position``; null means the newest.

    With ``happened_by``, only what had happened by that instant, of all that is on record.
    """

    team_id = fields.String(required=True)
    name = fields.String(required=True)
    supervisor_id = fields.String(required=True, allow_none=True)
    supervisor_name = fields.String(required=True, allow_none=True)
    day = fields.Date(required=True)
    position = fields.Integer(required=True, allow_none=True)
    happened_by = fields.DateTime(required=True, allow_none=True)
    working_day = fields.Boolean(required=True)
    mode = fields.Nested(Mode, required=True)
    members = fields.List(fields.Nested(MemberShown), required=True)


class Difference(ma.Schema):
    """What differs between ``state`` and ``versus``; about the team if ``agent_id`` is null."""

    agent_id = fields.String(required=True, allow_none=True)
    what = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class Comparison(ma.Schema):
    """A state, and the other one with the differences if ``vs`` was asked."""

    state = fields.Nested(StateShown, required=True)
    versus = fields.Nested(StateShown, required=True, allow_none=True)
    differences = fields.List(fields.Nested(Difference), required=True)


@resource.query(
    "/team-states/<thing:team_id>",
    Comparison,
    args=StateArgs,
    views=("team_day", "timeline"),
    errors=(403, 404),
)
def show_state(args: dict[str, Any], team_id: str) -> dict[str, Any]:
    """Show a team on a day; with an instant, as it stood on record then."""
    at, vs = args["at"], args["vs"]
    guard.need_about_team(Thing.TIME_MACHINE if at or vs else Thing.BOARD, team_id)
    day = args["day"] or (shilu().rules().day_of(at) if at else shilu().today())
    reading = args["reading"]
    with shilu().views.connect() as connection:
        state = _state(connection, team_id, day, at, reading)
        if vs is None:
            return {"state": state, "versus": None, "differences": ()}
        versus = _state(connection, team_id, day, vs, reading)
    return {"state": state, "versus": versus, "differences": differences(state, versus)}


def _state(
    connection: Connection, team_id: str, day: date, at: datetime | None, reading: str
) -> TeamState:
    happened_by = at if reading == "occurred" else None
    position = position_at(connection, at) if at else None
    if happened_by is not None:
        position = newest(connection)
    state = team_state(connection, team_id, day, position, happened_by)
    if state is None:
        raise UnknownTeam(team_id=team_id)
    return state
