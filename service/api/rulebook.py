"""The branch's rulebook: work modes, deadlines, thresholds and scripts as data (R-40, R-42)."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from domain.log_checklist import ChecklistRow, Finding, Phrase
from domain.refusals import RulebookMissing
from domain.review_aids import LONGEST, MOST_PHRASES
from domain.rhythm import CallHours, ReviewRhythm, WorkMode
from domain.rulebook import RHYTHM_LIMITS, RULEBOOK_STREAM, Rulebook, ScriptStep
from domain.sheet_checklist import SheetFinding, SheetRow
from domain.words import RemarkKind, SheetKind
from service.access import Thing
from service.api import guard
from service.api.fields import Clock, Day, Text, Truth, Whole, one_of
from service.api.preconditions import Done, by
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, names_of
from service.context import shilu

resource = Resource("rulebook", "The branch's rules as data, each change on record.")


HOURS, RHYTHM = CallHours(), ReviewRhythm()


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


class NewReviewRhythm(Body):
    """When weeks and months are due, and in how many hours reviews are (R-04, R-10, R-20).

    ``week_due_after`` counts days after the week's Sunday, ``month_due_day`` working days.
    """

    week_due_after = Whole(*RHYTHM_LIMITS["week_due_after"], load_default=RHYTHM.week_due_after)
    month_due_day = Whole(*RHYTHM_LIMITS["month_due_day"], load_default=RHYTHM.month_due_day)
    log_hours = Whole(*RHYTHM_LIMITS["log_hours"], load_default=RHYTHM.log_hours)
    sheet_hours = Whole(*RHYTHM_LIMITS["sheet_hours"], load_default=RHYTHM.sheet_hours)


class NewCallHours(Body):
    """When agents and customers may be called, in local time of the branch (R-62)."""

    tracking_from = Clock(load_default=HOURS.tracking_from)
    tracking_until = Clock(load_default=HOURS.tracking_until)
    callback_from = Clock(load_default=HOURS.callback_from)
    callback_until = Clock(load_default=HOURS.callback_until)
    rest_from = Clock(load_default=HOURS.rest_from)
    rest_until = Clock(load_default=HOURS.rest_until)
    tracking_a_week = Whole(1, 7, load_default=HOURS.tracking_a_week)


class NewCalendar(Body):
    """A year's days off and make-up days (调休); ``origin`` says where they come from."""

    year = Whole(2000, 2099, required=True)
    days_off = fields.List(Day(), required=True, validate=validate.Length(max=120))
    make_up_days = fields.List(Day(), required=True, validate=validate.Length(max=120))
    origin = Text(100, required=True)


class NewThresholds(Body):
    """When an alert is put before a human, and why: best with the figures of a backtest."""

    alert_probability = fields.Float(required=True, validate=validate.Range(0, 1))
    watch_probability = fields.Float(required=True, validate=validate.Range(0, 1))
    contradictions = Whole(2, 20, required=True)
    reason = Text(500, required=True)


class NewStep(ma.Schema):
    """One step of a script."""

    class Meta:
        unknown = ma.RAISE

    step = Whole(1, 6, required=True)
    title = Text(40, required=True)
    text = Text(1000, required=True)


class NewScript(Body):
    """A callback script (话术) in its next version."""

    script_id = Text(64, required=True)
    language = fields.String(required=True, validate=validate.OneOf(["zh", "en"]))
    steps = fields.List(fields.Nested(NewStep), required=True, validate=validate.Length(equal=6))
    meant = Truth(
        load_default=False,
        metadata={"description": "Publish it although it has flaws; they go on record with it."},
    )


class NewRow(ma.Schema):
    """A row of the review's checklist; empty texts are the handbook's own."""

    class Meta:
        unknown = ma.RAISE

    finding = one_of(Finding, required=True)
    applies = Truth(load_default=True)
    symptom = Text(LONGEST, load_default="", allow_none=False)
    problem = Text(LONGEST, load_default="", allow_none=False)
    coach = Text(LONGEST, load_default="", allow_none=False)


class NewChecklist(Body):
    """Which rows apply, and how they read (R-03)."""

    rows = fields.List(fields.Nested(NewRow), required=True, validate=validate.Length(max=50))


class NewSheetRow(NewRow):
    """A row of the checklist of weeks or months."""

    finding = one_of(SheetFinding, required=True)


class NewSheetChecklist(Body):
    """Which rows apply to weeks, or to months, and how they read (R-10 to R-13, R-20 to R-24)."""

    sheet = one_of(SheetKind, required=True)
    rows = fields.List(fields.Nested(NewSheetRow), required=True, validate=validate.Length(max=50))


class NewPhrase(ma.Schema):
    """A phrase that reviewers are offered."""

    class Meta:
        unknown = ma.RAISE

    kind = one_of(RemarkKind, required=True)
    text = Text(LONGEST, required=True)


class NewPhrases(Body):
    """The phrases, in the order of their keys."""

    phrases = fields.List(
        fields.Nested(NewPhrase), required=True, validate=validate.Length(max=MOST_PHRASES)
    )


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


class ReviewRhythmShown(ma.Schema):
    """When weeks and months are due, and in how many hours reviews are."""

    week_due_after = fields.Integer(required=True)
    month_due_day = fields.Integer(required=True)
    log_hours = fields.Integer(required=True)
    sheet_hours = fields.Integer(required=True)


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
    review = fields.Nested(ReviewRhythmShown, required=True)
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


@resource.command("/rulebook/review-rhythm", NewReviewRhythm)
def set_review_rhythm(body: dict[str, Any]) -> Done:
    """Set when weeks and months are due, and in how many hours reviews are."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.rulebook.set_review_rhythm(ReviewRhythm(**body), by=by())
    return Done(receipt, RULEBOOK_STREAM, Rulebook.ReviewRhythmSet, "/rulebook")


@resource.command("/rulebook/call-hours", NewCallHours)
def set_call_hours(body: dict[str, Any]) -> Done:
    """Set when agents and customers may be called, and how often an agent."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.rulebook.set_call_hours(CallHours(**body), by=by())
    return Done(receipt, RULEBOOK_STREAM, Rulebook.CallHoursSet, "/rulebook")


@resource.command("/rulebook/calendars", NewCalendar)
def publish_calendar(body: dict[str, Any]) -> Done:
    """Publish a year's work calendar; a later one replaces it."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.rulebook.publish_calendar(
        body["year"],
        tuple(body["days_off"]),
        tuple(body["make_up_days"]),
        body["origin"],
        by=by(),
    )
    return Done(receipt, RULEBOOK_STREAM, Rulebook.CalendarPublished, "/rulebook")


@resource.command("/rulebook/thresholds", NewThresholds)
def set_thresholds(body: dict[str, Any]) -> Done:
    """Set when an alert is put before a human."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.rulebook.set_thresholds(**body, by=by())
    return Done(receipt, RULEBOOK_STREAM, Rulebook.ThresholdsSet, "/rulebook")


@resource.command("/rulebook/scripts", NewScript)
def publish_script(body: dict[str, Any]) -> Done:
    """Publish a script's next version."""
    guard.need(Thing.PEOPLE)
    steps = tuple(ScriptStep(**step) for step in body.pop("steps"))
    receipt = shilu().record.rulebook.publish_script(**body, steps=steps, by=by())
    return Done(receipt, RULEBOOK_STREAM, Rulebook.ScriptPublished, "/rulebook")


@resource.command("/rulebook/review-checklist", NewChecklist)
def define_checklist(body: dict[str, Any]) -> Done:
    """Say which rows of the review's checklist apply, and how they read."""
    guard.need(Thing.PEOPLE)
    rows = [ChecklistRow(**row) for row in body["rows"]]
    receipt = shilu().record.review_aids.define_checklist(rows, by=by())
    return Done(receipt, RULEBOOK_STREAM, Rulebook.ReviewChecklistDefined, "/rulebook")


@resource.command("/rulebook/sheet-checklist", NewSheetChecklist)
def define_sheet_checklist(body: dict[str, Any]) -> Done:
    """Say which rows of the checklist of weeks or months apply, and how they read."""
    guard.need(Thing.PEOPLE)
    rows = [SheetRow(**row) for row in body["rows"]]
    receipt = shilu().record.review_aids.define_sheet_checklist(body["sheet"], rows, by=by())
    return Done(receipt, RULEBOOK_STREAM, Rulebook.SheetChecklistDefined, "/rulebook")


@resource.command("/rulebook/phrases", NewPhrases)
def define_phrases(body: dict[str, Any]) -> Done:
    """Set the phrases that reviewers are offered."""
    guard.need(Thing.PEOPLE)
    phrases = [Phrase(**phrase) for phrase in body["phrases"]]
    receipt = shilu().record.review_aids.define_phrases(phrases, by=by())
    return Done(receipt, RULEBOOK_STREAM, Rulebook.PhrasesDefined, "/rulebook")
