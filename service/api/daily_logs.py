"""Daily logs (工作日志): a day, its entries, its summary, its submission (R-01, R-02, R-40)."""

from __future__ import annotations

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from domain.daily_log import Activity, Changes, DailyLog, daily_log_stream
from domain.refusals import BadValue
from domain.rhythm import day_count
from domain.words import ActivityKind, ActivityResult, ContactSource, LastAction, Objection
from service.access import Thing
from service.api import guard
from service.api.fields import Id, Instant, Text, Truth, Whole, one_of
from service.api.preconditions import Done, by, command_id, expected
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, Reason, names_of
from service.context import shilu
from service.sessions import reader

resource = Resource("daily-logs", "An agent's log of one day: 工作日志.")

DAY = "/daily-logs/<thing:agent_id>/<day:day>"
ENTRY = DAY + "/activities/<thing:activity_id>"
MAX_NOTE = 2000


class Entry(Body):
    """A new entry; ``started_at`` lies on the day of the path, in the branch's time zone."""

    activity_id = Id(metadata={"description": "The client's own id, best a UUID."})
    kind = one_of(ActivityKind, required=True)
    customer_id = Id(required=True)
    started_at = Instant(required=True)
    result = one_of(ActivityResult, required=True)
    minutes = Whole(1, 720, allow_none=True)
    contact_source = one_of(ContactSource, allow_none=True)
    objections = fields.List(one_of(Objection), validate=validate.Length(max=8))
    objection_handling = Text(MAX_NOTE, allow_none=True)
    last_action = one_of(LastAction, allow_none=True)
    next_step = Text(200, allow_none=True)
    next_at = Instant(allow_none=True)
    note = Text(MAX_NOTE, allow_none=True)
    late_reason = Text(200, allow_none=True)
    repeat_is_meant = Truth(
        load_default=False,
        metadata={"description": "Save it although the same was logged within 15 minutes."},
    )


class Correction(Body):
    """What an entry should say instead; fields left out stay as they are."""

    reason = Text(200, required=True)
    kind = one_of(ActivityKind)
    started_at = Instant()
    minutes = Whole(1, 720)
    result = one_of(ActivityResult)
    last_action = one_of(LastAction)
    next_step = Text(200)
    next_at = Instant()
    note = Text(MAX_NOTE)


class Summary(Body):
    """The day in the agent's own words: 一天工作总结."""

    text = Text(MAX_NOTE, required=True)
    help_wanted = Truth(load_default=False)


class Submission(Body):
    """Handing the day in; an empty day says why (an honest zero)."""

    summary = Text(MAX_NOTE, allow_none=True, load_default=None)
    help_wanted = Truth(load_default=False)
    short_reason = Text(200, allow_none=True, load_default=None)


class EntryShown(ma.Schema):
    """An entry as it stands after its corrections; its texts are shown to its owner alone."""

    activity_id = fields.String(required=True)
    kind = one_of(ActivityKind, required=True)
    customer_id = fields.String(required=True)
    started_at = Instant(required=True)
    recorded_at = Instant(required=True)
    minutes = fields.Integer(required=True, allow_none=True)
    result = one_of(ActivityResult, required=True)
    last_action = one_of(LastAction, required=True, allow_none=True)
    objections = fields.List(one_of(Objection), required=True)
    next_step = fields.String(required=True, allow_none=True)
    next_at = Instant(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    note_length = fields.Integer(required=True)
    withdrawn = fields.Boolean(required=True)


class Columns(ma.Schema):
    """The four columns of the work mode (5-3-1)."""

    calls = fields.Integer(required=True)
    meetings = fields.Integer(required=True)
    closings = fields.Integer(required=True)
    new_visits = fields.Integer(required=True)


class DayShown(ma.Schema):
    """A day's log; a day without any entry has version 0."""

    agent_id = fields.String(required=True)
    day = fields.Date(required=True)
    team_id = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    due_at = Instant(required=True)
    done = fields.Nested(Columns, required=True)
    quota = fields.Nested(Columns, required=True)
    activities = fields.List(fields.Nested(EntryShown), required=True)
    summary_written = fields.Boolean(required=True)
    submitted = fields.Boolean(required=True)


@resource.query(DAY, DayShown, errors=(403, 404, 409), tagged=True)
def show_day(_: dict[str, Any], agent_id: str, day: date) -> Tagged:
    """Show a day's log."""
    guard.need_about_agent(Thing.READ_LOG, agent_id)
    record = shilu().record
    rules = record.rulebook.rules()
    log = record.daily_logs.find(agent_id, day)
    member = record.organisation.member(agent_id)
    mode = rules.mode_on(day)
    shown = {
        "agent_id": agent_id,
        "day": day,
        "team_id": log.team_id if log else member and member.team_on(day),
        "version": log.version if log else 0,
        "due_at": rules.due_at(day),
        "done": day_count(log.counts() if log else {}, mode),
        "quota": mode,
        "activities": [_entry(a, agent_id) for a in log.activities.values()] if log else [],
        "summary_written": bool(log and log.summary_written),
        "submitted": bool(log and log.submitted),
    }
    return Tagged(shown, log.version if log else 0)


@resource.command(DAY + "/activities", Entry, errors=(404,))
def log_activity(body: dict[str, Any], agent_id: str, day: date) -> Done:
    """Log an activity; late ones are marked, never refused."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    record = shilu().record
    if record.rulebook.rules().day_of(body["started_at"]) != day:
        raise BadValue(field="started_at", value=body["started_at"].isoformat())
    repeat_is_meant = body.pop("repeat_is_meant")
    activity_id = body.pop("activity_id", None) or str(command_id())
    body["objections"] = tuple(body.get("objections", ()))
    receipt = record.daily_logs.log_activity(
        agent_id,
        Activity(activity_id=activity_id, **body),
        by=by(body["started_at"]),
        repeat_is_meant=repeat_is_meant,
    )
    return Done(
        receipt,
        daily_log_stream(agent_id, day),
        DailyLog.ActivityLogged,
        f"/daily-logs/{agent_id}/{day}",
        {"activity_id": activity_id},
    )


@resource.command(ENTRY, Correction, method="PATCH", status=200, errors=(404,), if_match=True)
def correct_activity(body: dict[str, Any], agent_id: str, day: date, activity_id: str) -> Done:
    """Correct an entry; what it said before stays on record."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    reason = body.pop("reason")
    receipt = shilu().record.daily_logs.correct_activity(
        agent_id,
        day,
        activity_id,
        Changes(**body),
        reason,
        by=by(),
        expected=_expected(agent_id, day),
    )
    return _changed(receipt, agent_id, day, DailyLog.ActivityCorrected, activity_id)


@resource.command(ENTRY + "/withdrawal", Reason, errors=(404,), if_match=True)
def withdraw_activity(body: dict[str, Any], agent_id: str, day: date, activity_id: str) -> Done:
    """Take an entry back within 24 hours (撤回); it stays on record."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.daily_logs.withdraw_activity(
        agent_id, day, activity_id, body["reason"], by=by(), expected=_expected(agent_id, day)
    )
    return _changed(receipt, agent_id, day, DailyLog.ActivityWithdrawn, activity_id)


@resource.command(DAY + "/summary", Summary, method="POST", errors=(404,))
def write_summary(body: dict[str, Any], agent_id: str, day: date) -> Done:
    """Write the day's summary; a later one adds to the record and replaces it to the reader."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.daily_logs.write_summary(
        agent_id, day, body["text"], by=by(), help_wanted=body["help_wanted"]
    )
    return _changed(receipt, agent_id, day, DailyLog.SummaryWritten)


@resource.command(DAY + "/submission", Submission, errors=(404,), if_match=True)
def submit(body: dict[str, Any], agent_id: str, day: date) -> Done:
    """Hand the day in; short of the quota is allowed."""
    guard.need_about_agent(Thing.WRITE_LOG, agent_id)
    receipt = shilu().record.daily_logs.submit(
        agent_id, day, by=by(), expected=_expected(agent_id, day), **body
    )
    return _changed(receipt, agent_id, day, DailyLog.Submitted)


def _expected(agent_id: str, day: date) -> int | None:
    def current() -> int:
        log = shilu().record.daily_logs.find(agent_id, day)
        return log.version if log else 0

    # A day nobody wrote on shows version 0; the command opens it, which is version 1 in memory
    # and never alone on record: so nobody else can have done the same between.
    version = expected(current)
    return 1 if version == 0 and current() == 0 else version


def _changed(
    receipt: Any, agent_id: str, day: date, event: Any, activity_id: str | None = None
) -> Done:
    return Done(
        receipt,
        daily_log_stream(agent_id, day),
        event,
        f"/daily-logs/{agent_id}/{day}",
        {"activity_id": activity_id} if activity_id else {},
    )


def _entry(activity: Any, agent_id: str) -> dict[str, Any]:
    shown = {
        name: getattr(activity, name) for name in names_of(EntryShown) if name != "note_length"
    }
    shown["note_length"] = len(activity.note or "")
    if reader().person_id != agent_id:
        shown["note"] = None
    return shown
