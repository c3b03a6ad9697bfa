"""The branch's rulebook: work modes, deadlines, thresholds and scripts as data (R-40, R-42)."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from domain.refusals import RulebookMissing
from domain.rhythm import CallHours, WorkMode
from domain.rulebook import RULEBOOK_STREAM, Rulebook
from service.access import Thing
from service.api import guard
from service.api.fields import Clock, Day, Text, Truth, Whole
from service.api.preconditions import Done, by
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, names_of
from service.context import shilu

resource = Resource("rulebook", "The branch's rules as data, each change on record.")


HOURS = CallHours()


class NewWorkMode(Body):
    """A work mode (工作模式) from a day on; its version counts up by itself."""

    name = Text(40, required=True)
    calls = Whole(0, 50, required=True)
    meetings = Whole(0, 50, required=True)
    closings = Whole(0, 50, required=True)
    new_visits = Whole(0, 50, required=True)
    closing_counts_as_meeting = Truth(load_default=True)
    new_visit_counts_as_meeting = Truth(load_default=True)
    since = Day(required=True)


class NewDeadlines(Body):
    """When a day's log is due, in local time of the branch."""

    daily_log_due = Clock(required=True)
    late_reason_after_hours = Whole(1, 744, load_default=48)


class NewCallHours(Body):
    """When agents and customers may be called, in local time of the branch (R-62)."""

    tracking_from = Clock(load_default=HOURS.tracking_from)
    tracking_until = Clock(load_default=HOURS.tracking_until)
    callback_from = Clock(load_default=HOURS.callback_from)
    callback_until = Clock(load_default=HOURS.callback_until)
    rest_from = Clock(load_default=HOURS.rest_from)
    rest_until = Clock(load_default=HOURS.rest_until)
    tracking_a_week = Whole(1, 7, load_default=HOURS.tracking_a_week)


class Mode(ma.Schema):
    """A work mode."""

    version = fields.Integer(required=True)
    name = fields.String(required=True)
    calls = fields.Integer(required=True)
    meetings = fields.Integer(required=True)
    closings = fields.Integer(required=True)
    new_visits = fields.Integer(required=True)
    closing_counts_as_meeting = fields.Boolean(required=True)
    new_visit_counts_as_meeting = fields.Boolean(required=True)
    since = fields.Date(required=True)


class DeadlinesShown(ma.Schema):
    """When a day's log is due, in local time of the branch."""

    daily_log_due = fields.Time(format="%H:%M", required=True)
    late_reason_after_hours = fields.Integer(required=True)


class CallHoursShown(ma.Schema):
    """When agents and customers may be called, in local time of the branch."""

    tracking_from = fields.Time(format="%H:%M", required=True)
    tracking_until = fields.Time(format="%H:%M", required=True)
    callback_from = fields.Time(format="%H:%M", required=True)
    callback_until = fields.Time(format="%H:%M", required=True)
    rest_from = fields.Time(format="%H:%M", required=True)
    rest_until = fields.Time(format="%H:%M", required=True)
    tracking_a_week = fields.Integer(required=True)


class StepShown(ma.Schema):
    """One step of a script."""

    step = fields.Integer(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)


class ScriptShown(ma.Schema):
    """A callback script (话术) in its newest version."""

    script_id = fields.String(required=True)
    version = fields.Integer(required=True)
    language = fields.String(required=True)
    steps = fields.List(fields.Nested(StepShown), required=True)


class RulebookShown(ma.Schema):
    """The rules in force."""

    version = fields.Integer(required=True)
    time_zone = fields.String(required=True)
    modes = fields.List(fields.Nested(Mode), required=True)
    deadlines = fields.Nested(DeadlinesShown, required=True)
    call_hours = fields.Nested(CallHoursShown, required=True)
    alert_probability = fields.Float(required=True)
    watch_probability = fields.Float(required=True)
    contradictions = fields.Integer(required=True)
    days_off = fields.List(fields.Date(), required=True)
    make_up_days = fields.List(fields.Date(), required=True)
    scripts = fields.List(fields.Nested(ScriptShown), required=True)


@resource.query("/rulebook", RulebookShown, errors=(409,), tagged=True)
def show_rulebook(_: dict[str, Any]) -> Tagged:
    """Show the rules in force."""
    book = shilu().record.rulebook.find()
    if book is None:
        raise RulebookMissing()
    names = names_of(RulebookShown) - {"version", "scripts", "days_off", "make_up_days"}
    shown = {name: getattr(book.rules, name) for name in names}
    shown["days_off"] = sorted(book.rules.days_off)
    shown["make_up_days"] = sorted(book.rules.make_up_days)
    shown["scripts"] = list(book.scripts.values())
    return Tagged(shown | {"version": book.version}, book.version)


@resource.command("/rulebook/work-modes", NewWorkMode)
def define_work_mode(body: dict[str, Any]) -> Done:
    """Define the work mode that holds from a day on."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.rulebook.define_work_mode(WorkMode(**body), by=by())
    return Done(receipt, RULEBOOK_STREAM, Rulebook.WorkModeDefined, "/rulebook")


@resource.command("/rulebook/deadlines", NewDeadlines)
def set_deadlines(body: dict[str, Any]) -> Done:
    """Set when a day's log is due, and when lateness needs a reason."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.rulebook.set_deadlines(**body, by=by())
    return Done(receipt, RULEBOOK_STREAM, Rulebook.DeadlinesSet, "/rulebook")


@resource.command("/rulebook/call-hours", NewCallHours)
def set_call_hours(body: dict[str, Any]) -> Done:
    """Set when agents and customers may be called, and how often an agent."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.rulebook.set_call_hours(CallHours(**body), by=by())
    return Done(receipt, RULEBOOK_STREAM, Rulebook.CallHoursSet, "/rulebook")
