"""Weekly sheets (周工作检视表): targets, results from the log, summary, next week (R-10 to R-13)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import marshmallow as ma
from marshmallow import fields

from domain.sheet_figures import Column, Figures, feasibility
from domain.weekly_sheet import WeeklySheet, WeekWords, week_due_at, weekly_sheet_stream
from projections import sheet_figures, sheets
from service.access import Thing
from service.api import guard
from service.api.fields import Instant, Text, Whole
from service.api.preconditions import Done, by, expected
from service.api.resource import Resource, Tagged
from service.api.schemas import Body
from service.context import shilu

resource = Resource("weekly-sheets", "An agent's sheet of one week: 周工作检视表.")

WEEK = "/weekly-sheets/<thing:agent_id>/<day:monday>"
SUNDAY = timedelta(days=6)


class FiguresBody(ma.Schema):
    """The five columns."""

    class Meta:
        unknown = ma.RAISE

    calls = Whole(0, 9999, load_default=0)
    meetings = Whole(0, 9999, load_default=0)
    closings = Whole(0, 9999, load_default=0)
    new_visits = Whole(0, 9999, load_default=0)
    policies = Whole(0, 9999, load_default=0)

    @ma.post_load
    def _figures(self, values: dict[str, int], **_: Any) -> Figures:
        return Figures(**values)


class WeekTargets(Body):
    """The targets of a week that last week's plan did not set."""

    targets = fields.Nested(FiguresBody, required=True)


class WeekWritten(Body):
    """The agent's words; what is left out stays as it is. Results are never among them."""

    summary = Text(4000, allow_none=True, load_default=None)
    next_targets = fields.Nested(FiguresBody, allow_none=True, load_default=None)


class FiguresShown(ma.Schema):
    """The five columns."""

    calls = fields.Integer(required=True)
    meetings = fields.Integer(required=True)
    closings = fields.Integer(required=True)
    new_visits = fields.Integer(required=True)
    policies = fields.Integer(required=True)


class WeekShown(ma.Schema):
    """A week; ``feasibility`` judges each target by the eight weeks before."""

    agent_id = fields.String(required=True)
    monday = fields.Date(required=True)
    version = fields.Integer(required=True)
    due_at = Instant(required=True)
    targets = fields.Nested(FiguresShown, required=True, allow_none=True)
    results = fields.Nested(FiguresShown, required=True)
    feasibility = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    summary_length = fields.Integer(required=True)
    next_targets = fields.Nested(FiguresShown, required=True, allow_none=True)
    submitted_at = Instant(required=True, allow_none=True)
    on_time = fields.Boolean(required=True, allow_none=True)


@resource.query(WEEK, WeekShown, views=("sheets", "agent_day"), errors=(403, 404), tagged=True)
def show_week(_: dict[str, Any], agent_id: str, monday: date) -> Tagged:
    """Show the week that begins on a Monday."""
    guard.need_about_agent(Thing.READ_LOG, agent_id)
    rules = shilu().rules()
    with shilu().views.connect() as connection:
        sheet = sheets.one(connection, agent_id, sheets.WEEK, monday)
        done = sheet_figures.done(connection, agent_id, rules, monday, monday + SUNDAY)
        history = sheet_figures.weeks_before(connection, agent_id, rules, monday)
    targets = sheet.targets if sheet else None
    judged = feasibility(targets, history) if targets else {}
    shown = {
        "agent_id": agent_id,
        "monday": monday,
        "version": sheet.version if sheet else 0,
        "due_at": week_due_at(rules, monday),
        "targets": targets,
        "results": done,
        "feasibility": {str(Column(c)): str(verdict) for c, verdict in judged.items()},
        "summary_length": sheet.summary_length if sheet else 0,
        "next_targets": sheet.next_targets if sheet else None,
        "submitted_at": sheet.submitted_at if sheet else None,
        "on_time": sheet.on_time if sheet else None,
    }
    return Tagged(shown, sheet.version if sheet else 0)


@resource.command(WEEK + "/targets", WeekTargets, errors=(404,))
def set_targets(body: dict[str, Any], agent_id: str, monday: date) -> Done:
    """Set the week's targets."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.weekly_sheets.set_targets(agent_id, monday, body["targets"], by=by())
    return _done(receipt, agent_id, monday, WeeklySheet.TargetsSet)


@resource.command(WEEK + "/words", WeekWritten, errors=(404,), if_match=True)
def write(body: dict[str, Any], agent_id: str, monday: date) -> Done:
    """Write into the sheet without handing it in."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.weekly_sheets.write(
        agent_id, monday, WeekWords(**body), by=by(), expected=_expected(agent_id, monday)
    )
    planned = body["next_targets"] is not None
    event = WeeklySheet.NextWeekPlanned if planned else WeeklySheet.SummaryWritten
    return _done(receipt, agent_id, monday, event)


@resource.command(WEEK + "/submission", WeekWritten, errors=(404,), if_match=True)
def submit(body: dict[str, Any], agent_id: str, monday: date) -> Done:
    """Hand the sheet in; late ones are marked, never refused."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.weekly_sheets.submit(
        agent_id, monday, WeekWords(**body), by=by(), expected=_expected(agent_id, monday)
    )
    return _done(receipt, agent_id, monday, WeeklySheet.Submitted)


def _expected(agent_id: str, monday: date) -> int | None:
    def current() -> int:
        sheet = shilu().record.weekly_sheets.find(agent_id, monday)
        return sheet.version if sheet else 0

    return expected(current)


def _done(receipt: Any, agent_id: str, monday: date, event: Any) -> Done:
    return Done(
        receipt, weekly_sheet_stream(agent_id, monday), event, f"/weekly-sheets/{agent_id}/{monday}"
    )
