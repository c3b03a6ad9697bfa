"""Work modes, deadlines, hours for calls and thresholds: the branch's rules as the administrator sets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, make_response, render_template
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from domain.rhythm import CallHours, ReviewRhythm, WorkMode
from domain.words import By, Receipt
from service.access import Thing, need
from service.context import shilu
from service.forms import Day, Form, PageForm, Tick, by, see, sent, text, whole
from service.language import N_, _, day_text
from service.reading import said
from service.sessions import reader

pages = Blueprint("rules", __name__)
COUNT: Any = {"missing": N_("请填写 0 到 50 的数"), "required": True}
CLOCK = N_("请填写时间，如 21:30")
SHARE = N_("请填写 0 到 1 之间的数，如 0.95")


class Clock(fields.Time):
    """A local time of day, as browsers send it."""

    def __init__(self) -> None:
        errors: Any = {"required": CLOCK, "invalid": CLOCK, "null": CLOCK}
        super().__init__(required=True, error_messages=errors)


def _share() -> fields.Float:
    errors: Any = {"required": SHARE, "invalid": SHARE, "null": SHARE, "special": SHARE}
    check = validate.Range(0, 1, error=SHARE)
    return fields.Float(required=True, validate=check, error_messages=errors, allow_nan=False)


class ModeForm(PageForm):
    """A work mode from a day on (R-40, R-42)."""

    name = text(40, required=True, missing=N_("请填写名称"))
    calls = whole(0, 50, **COUNT)
    meetings = whole(0, 50, **COUNT)
    closings = whole(0, 50, **COUNT)
    new_visits = whole(0, 50, **COUNT)
    closing_counts_as_meeting = Tick()
    new_visit_counts_as_meeting = Tick()
    since = Day(required=True)


class DeadlinesForm(PageForm):
    """When the day's log is due."""

    daily_log_due = Clock()
    late_reason_after_hours = whole(1, 744, missing=N_("请填写 1 到 744 的小时数"), required=True)


class ReviewRhythmForm(PageForm):
    """When weeks and months are due, and how long reviews may take (R-04, R-10, R-20)."""

    week_due_after = whole(-2, 3, missing=N_("请选择哪一天"), required=True)
    month_due_day = whole(1, 10, missing=N_("请填写 1 到 10 的数"), required=True)
    log_hours = whole(1, 168, missing=N_("请填写 1 到 168 的小时数"), required=True)
    sheet_hours = whole(1, 336, missing=N_("请填写 1 到 336 的小时数"), required=True)


class CallHoursForm(PageForm):
    """When agents and customers may be called (R-62)."""

    tracking_from = Clock()
    tracking_until = Clock()
    callback_from = Clock()
    callback_until = Clock()
    rest_from = Clock()
    rest_until = Clock()
    tracking_a_week = whole(1, 7, missing=N_("请填写 1 到 7 的次数"), required=True)


class ThresholdsForm(PageForm):
    """When an alert is put before a human, and why so."""

    alert_probability = _share()
    watch_probability = _share()
    contradictions = whole(2, 20, missing=N_("至少两次，最多二十次"), required=True)
    reason = text(500, required=True, missing=N_("请写明理由，最好附上回测的数字"))


Saver = Callable[[dict[str, Any], By], Receipt]
FORMS: dict[str, tuple[type[PageForm], Saver]] = {
    "work-modes": (
        ModeForm,
        lambda d, who: shilu().record.rulebook.define_work_mode(WorkMode(**d), by=who),
    ),
    "deadlines": (
        DeadlinesForm,
        lambda d, who: shilu().record.rulebook.set_deadlines(**d, by=who),
    ),
    "review-rhythm": (
        ReviewRhythmForm,
        lambda d, who: shilu().record.rulebook.set_review_rhythm(ReviewRhythm(**d), by=who),
    ),
    "call-hours": (
        CallHoursForm,
        lambda d, who: shilu().record.rulebook.set_call_hours(CallHours(**d), by=who),
    ),
    "thresholds": (
        ThresholdsForm,
        lambda d, who: shilu().record.rulebook.set_thresholds(**d, by=who),
    ),
}
WEEK_DUE = (  # days after the week's Sunday
    (-2, N_("当周周五")),
    (-1, N_("当周周六")),
    (0, N_("当周周日")),
    (1, N_("下周周一")),
    (2, N_("下周周二")),
    (3, N_("下周周三")),
)
HIDDEN = ("command_id", "csrf_token", "numbers_meant")


@pages.get("/settings/work-modes", defaults={"kind": "work-modes"})
@pages.get("/settings/deadlines", defaults={"kind": "deadlines"})
@pages.get("/settings/review-rhythm", defaults={"kind": "review-rhythm"})
@pages.get("/settings/call-hours", defaults={"kind": "call-hours"})
@pages.get("/settings/thresholds", defaults={"kind": "thresholds"})
def show(kind: str) -> Response:
    """Show a set of rules."""
    need(reader(), Thing.PEOPLE)
    return _page(kind, Form(values=_ticked() if kind == "work-modes" else {}))


@pages.post("/settings/work-modes", defaults={"kind": "work-modes"})
@pages.post("/settings/deadlines", defaults={"kind": "deadlines"})
@pages.post("/settings/review-rhythm", defaults={"kind": "review-rhythm"})
@pages.post("/settings/call-hours", defaults={"kind": "call-hours"})
@pages.post("/settings/thresholds", defaults={"kind": "thresholds"})
def save(kind: str) -> Response:
    """Put a set of rules in force."""
    need(reader(), Thing.PEOPLE)
    schema, saver = FORMS[kind]
    form = sent(schema())
    if form.good:
        data = {name: value for name, value in form.data.items() if name not in HIDDEN}
        with form.refusals(**{name: name for name in data}):
            return see(f"/settings/{kind}", saver(data, by(form)), "saved")
    return _page(kind, form)


def _ticked() -> dict[str, list[str]]:
    """Return the ticks of the mode in force, for a new mode to start from."""
    now = shilu().rules().mode_on(shilu().today())
    names = ("closing_counts_as_meeting", "new_visit_counts_as_meeting")
    return {name: ["yes"] for name in names if getattr(now, name)}


def _page(kind: str, form: Form) -> Response:
    rules = shilu().rules()
    today = shilu().today()
    page = render_template(
        f"settings_{kind.replace('-', '_')}.html",
        form=form,
        rules=rules,
        now=rules.mode_on(today),
        modes=[
            (mode, day_text(mode.since, year=True) if mode.since.year > 1 else "")
            for mode in reversed(rules.modes)
        ],
        today=today,
        sundays=[(n, _(text)) for n, text in WEEK_DUE],
        said=said(),
    )
    return make_response(page, form.status)
