"""Monthly records (月经营记录) and teams' goals (R-20 to R-24)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from domain.monthly_record import (
    MonthlyRecord,
    MonthWords,
    month_due_at,
    monthly_record_stream,
)
from domain.refusals import UnknownTeam
from domain.sheet_figures import Figures, month_of
from domain.team_goal import TeamGoal, team_goal_stream
from domain.work_weeks import WorkWeek
from projections import sheet_figures, sheets
from service.access import Thing
from service.api import guard
from service.api.fields import Day, Instant, Text
from service.api.preconditions import Done, by, expected
from service.api.resource import Resource, Tagged
from service.api.schemas import Body
from service.api.weekly_sheets import FiguresBody, FiguresShown
from service.context import shilu

resource = Resource("monthly-records", "An agent's month: 月工作行事历 and 月经营记录.")

MONTH = "/monthly-records/<thing:agent_id>/<day:month>"
TEAM = "/team-goals/<thing:team_id>/<day:month>"


class WorkWeekBody(ma.Schema):
    """A work week, first and last month included."""

    class Meta:
        unknown = ma.RAISE

    first = Day(required=True)
    last = Day(required=True)

    @ma.post_load
    def _week(self, values: dict[str, date], **_: Any) -> WorkWeek:
        return WorkWeek(**values)


class WeeksDivided(Body):
    """The month's work weeks: no gap, no overlap."""

    weeks = fields.List(fields.Nested(WorkWeekBody), required=True, validate=validate.Length(1, 6))


class MonthWritten(Body):
    """The agent's words; what is left out stays as it is. Results are never among them."""

    summary = Text(4000, allow_none=True, load_default=None)
    plan = Text(4000, allow_none=True, load_default=None)
    goals = fields.Nested(FiguresBody, allow_none=True, load_default=None)


class TeamGoalsBody(Body):
    """The goals of a team for a month; a change of them needs a reason."""

    goals = fields.Nested(FiguresBody, required=True)
    focus = Text(500, allow_none=True, load_default=None)
    reason = Text(500, allow_none=True, load_default=None)


class WorkWeekShown(ma.Schema):
    """A work week."""

    first = fields.Date(required=True)
    last = fields.Date(required=True)


class MonthShown(ma.Schema):
    """A month; ``last_results`` are those of the month before, ``results`` those so far."""

    agent_id = fields.String(required=True)
    month = fields.Date(required=True)
    version = fields.Integer(required=True)
    due_at = Instant(required=True)
    calendar_published = fields.Boolean(required=True)
    weeks = fields.List(fields.Nested(WorkWeekShown), required=True)
    goals = fields.Nested(FiguresShown, required=True, allow_none=True)
    results = fields.Nested(FiguresShown, required=True)
    last_results = fields.Nested(FiguresShown, required=True)
    summary_length = fields.Integer(required=True)
    plan_length = fields.Integer(required=True)
    submitted_at = Instant(required=True, allow_none=True)
    on_time = fields.Boolean(required=True, allow_none=True)


class TeamGoalsShown(ma.Schema):
    """A team's goals for a month, null where none were set."""

    team_id = fields.String(required=True)
    month = fields.Date(required=True)
    goals = fields.Nested(FiguresShown, required=True, allow_none=True)
    focus = fields.String(required=True, allow_none=True)


@resource.query(MONTH, MonthShown, views=("sheets", "agent_day"), errors=(403, 404), tagged=True)
def show_month(_: dict[str, Any], agent_id: str, month: date) -> Tagged:
    """Show the month that begins on a month."""
    guard.need_about_agent(Thing.READ_LOG, agent_id)
    rules, last = shilu().rules(), month - timedelta(days=1)
    end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    with shilu().views.connect() as connection:
        sheet = sheets.one(connection, agent_id, sheets.MONTH, month)
        done = sheet_figures.done(connection, agent_id, rules, month, end)
        before = sheet_figures.done(connection, agent_id, rules, month_of(last), last)
    weeks = sheet.weeks if sheet else ()
    shown = {
        "agent_id": agent_id,
        "month": month,
        "version": sheet.version if sheet else 0,
        "due_at": month_due_at(rules, month_of(month)),
        "calendar_published": month.year in rules.published_years,
        "weeks": [{"first": first, "last": until} for first, until in weeks],
        "goals": sheet.targets if sheet else None,
        "results": done,
        "last_results": before,
        "summary_length": sheet.summary_length if sheet else 0,
        "plan_length": sheet.plan_length if sheet else 0,
        "submitted_at": sheet.submitted_at if sheet else None,
        "on_time": sheet.on_time if sheet else None,
    }
    return Tagged(shown, sheet.version if sheet else 0)


@resource.command(MONTH + "/work-weeks", WeeksDivided, errors=(404,))
def divide(body: dict[str, Any], agent_id: str, month: date) -> Done:
    """Divide the month into work weeks (工作周的划分)."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.monthly_records.divide(agent_id, month, body["weeks"], by=by())
    return _done(receipt, agent_id, month, MonthlyRecord.WorkWeeksDivided)


@resource.command(MONTH + "/words", MonthWritten, errors=(404,), if_match=True)
def write(body: dict[str, Any], agent_id: str, month: date) -> Done:
    """Write into the record without handing it in."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.monthly_records.write(
        agent_id, month, MonthWords(**body), by=by(), expected=_expected(agent_id, month)
    )
    return _done(receipt, agent_id, month, _last_event(body))


@resource.command(MONTH + "/submission", MonthWritten, errors=(404,), if_match=True)
def submit(body: dict[str, Any], agent_id: str, month: date) -> Done:
    """Hand the record in; late ones are marked, never refused."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.monthly_records.submit(
        agent_id, month, MonthWords(**body), by=by(), expected=_expected(agent_id, month)
    )
    return _done(receipt, agent_id, month, MonthlyRecord.Submitted)


@resource.query(TEAM, TeamGoalsShown, views=("sheets",), errors=(403, 404))
def show_team_goals(_: dict[str, Any], team_id: str, month: date) -> dict[str, Any]:
    """Show a team's goals for the month that begins on a month."""
    guard.see_team(team_id)
    if shilu().record.organisation.team(team_id) is None:
        raise UnknownTeam(team_id=team_id)
    with shilu().views.connect() as connection:
        known = sheets.team_goals(connection, team_id, month)
    goals: Figures | None = known.goals if known else None
    focus = known.focus if known else None
    return {"team_id": team_id, "month": month, "goals": goals, "focus": focus}


@resource.command(TEAM, TeamGoalsBody, errors=(404,))
def set_team_goals(body: dict[str, Any], team_id: str, month: date) -> Done:
    """Set or change a team's goals for a month."""
    guard.need(Thing.SET_GOALS)
    guard.need_about_team(Thing.SET_GOALS, team_id)
    known = shilu().record.team_goals.find(team_id, month)
    receipt = shilu().record.team_goals.set(team_id, month, **body, by=by())
    event = TeamGoal.Changed if known and not receipt.repeated else TeamGoal.Set
    if receipt.repeated and receipt.version > 1:
        event = TeamGoal.Changed
    return Done(receipt, team_goal_stream(team_id, month), event, f"/team-goals/{team_id}/{month}")


def _last_event(body: dict[str, Any]) -> Any:
    """Return the event that such words append last."""
    if body["goals"] is not None:
        return MonthlyRecord.GoalsSet
    return MonthlyRecord.MonthPlanned if body["plan"] else MonthlyRecord.LastMonthSummarised


def _expected(agent_id: str, month: date) -> int | None:
    def current() -> int:
        record = shilu().record.monthly_records.find(agent_id, month)
        return record.version if record else 0

    return expected(current)


def _done(receipt: Any, agent_id: str, month: date, event: Any) -> Done:
    return Done(
        receipt,
        monthly_record_stream(agent_id, month),
        event,
        f"/monthly-records/{agent_id}/{month}",
    )
