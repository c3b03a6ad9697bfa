"""The weekly sheet (A4): 周工作检视表, results from the log, the rest in two minutes (R-10 to R-13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from domain.rhythm import Rules
from domain.sheet_figures import WEEK, Figures, monday_of, usual
from domain.weekly_sheet import WeeklySheet, WeekWords, week_due_at, weekly_sheet_stream
from domain.words import SheetKind
from projections import plans, sheet_figures, sheets
from projections.plans import Planned
from projections.sheets import Sheet
from service.access import Thing, need
from service.context import shilu
from service.forms import Day, Form, OfflineForm, PageForm, Tick, by, see, sent, text, whole
from service.language import N_, _, day_text, span_text
from service.pages.plans import card
from service.pages.sheet_care import care_shown
from service.pages.sheet_words import (
    claims_told,
    columns,
    number_fields,
    target_fields,
    typed_targets,
    warnings,
)
from service.reading import clock, day_in_address, said, views
from service.sessions import reader
from service.words import WEEK_PARTS, label

pages = Blueprint("week", __name__)
SUNDAY = timedelta(days=6)


class WeekForm(OfflineForm):
    """The agent's words, and whether they are to be handed in."""

    monday = Day(required=True)
    version = whole(0, 10**9, missing=N_("请刷新页面再试"))
    summary = text(4000)
    action = fields.String(load_default="save", validate=validate.OneOf(["save", "submit"]))
    meant = Tick()


NextWeekForm = WeekForm.from_dict(target_fields("next_"), name="NextWeekForm")
TargetsForm = PageForm.from_dict(
    {"monday": Day(required=True), **target_fields()}, name="TargetsForm"
)


@dataclass(frozen=True, slots=True)
class Week:
    """What is known of an agent's week."""

    monday: date
    sheet: Sheet | None
    done: Figures
    history: Sequence[Figures]
    plan: Mapping[date, Sequence[Planned]]

    @property
    def targets(self) -> Figures | None:
        """The week's targets, if any."""
        return self.sheet.targets if self.sheet else None


@pages.get("/week")
def week() -> Response:
    """Show the sheet of a week: this one, unless the address names another."""
    need(reader(), Thing.WRITE_LOG)
    return _page(Form(), Form(name="t"), monday_of(day_in_address(shilu().today())))


@pages.post("/week")
def write() -> Response:
    """Save or hand in the sheet."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(NextWeekForm())  # type: ignore[arg-type]  # marshmallow forgets the base class
    monday = monday_of(form.data.get("monday") or shilu().today())
    handing_in = form.data.get("action") == "submit"
    if form.good and handing_in and not form.data["meant"]:
        _ask_about_claims(form, monday)
    if form.good:
        data = form.data
        words = WeekWords(data["summary"], typed_targets(data, "next_"))
        commands = shilu().record.weekly_sheets
        send = commands.submit if handing_in else commands.write
        with form.refusals(summary="summary"):
            receipt = send(reader().person_id, monday, words, by=by(form), expected=data["version"])
            done = "sheet_submitted" if handing_in else "sheet_saved"
            return see(f"/week?day={monday}", receipt, done)
    return _page(form, Form(name="t"), monday)


@pages.post("/week/targets")
def set_targets() -> Response:
    """Set the week's targets where last week's plan did not."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(TargetsForm(), name="t")  # type: ignore[arg-type]
    monday = monday_of(form.data.get("monday") or shilu().today())
    targets = typed_targets(form.data) if form.good else None
    if form.good and targets is None:
        form.fail("calls", _("请至少填一个数"))
    if form.good and targets is not None:
        with form.refusals():
            receipt = shilu().record.weekly_sheets.set_targets(
                reader().person_id, monday, targets, by=by(form)
            )
            return see(f"/week?day={monday}", receipt, "targets")
    return _page(Form(), form, monday, form)


def known(agent_id: str, monday: date) -> Week:
    """Return what is known of an agent's week."""
    rules = shilu().rules()
    with views("sheets", "agent_day", "plans") as connection:
        following = plans.between(connection, agent_id, monday + WEEK, monday + WEEK + SUNDAY)
        days = {monday + WEEK + timedelta(days=n): list[Planned]() for n in range(7)}
        for item in following:
            if item.state != plans.CANCELLED:
                days[item.day].append(item)
        return Week(
            monday,
            sheets.one(connection, agent_id, sheets.WEEK, monday),
            sheet_figures.done(connection, agent_id, rules, monday, monday + SUNDAY),
            sheet_figures.weeks_before(connection, agent_id, rules, monday),
            days,
        )


def summary_of(agent_id: str, monday: date) -> str:
    """Return the week's last summary as it was written, or nothing."""
    told = ""
    for event in shilu().record.events.get(weekly_sheet_stream(agent_id, monday)):
        if isinstance(event, WeeklySheet.SummaryWritten):
            told = event.text or _("〔已删除〕")
    return told


def empty_days(week: Week, rules: Rules) -> list[date]:
    """Return the working days of the week after for which nothing is planned (R-13)."""
    return [day for day, items in week.plan.items() if rules.is_working_day(day) and not items]


def _ask_about_claims(form: Form, monday: date) -> None:
    """Hold a sheet back once if its summary says what the log does not show."""
    of = known(reader().person_id, monday)
    told = claims_told(form.data["summary"] or "", of.targets, of.done)
    if told:
        form.fail("summary", told[0])
        form.data["ask_meant"] = True


def _page(form: Form, targets_form: Form, monday: date, wrong: Form | None = None) -> Response:
    rules, today = shilu().rules(), shilu().today()
    of = known(reader().person_id, monday)
    summary = summary_of(reader().person_id, monday)
    sheet, next_targets = of.sheet, of.sheet.next_targets if of.sheet else None
    shown = wrong or form
    page = render_template(
        "week.html",
        form=shown,
        draft=form,
        targets_form=targets_form,
        said=said(),
        monday=monday,
        before=monday - WEEK,
        after_week=monday + WEEK if monday + WEEK <= today else None,
        span=span_text(monday, monday + SUNDAY),
        due=_due(rules, of),
        version=sheet.version if sheet else 0,
        columns=columns(of.targets, of.done, of.history),
        has_targets=of.targets is not None,
        may_aim=of.targets is None and monday + WEEK > today,
        target_fields=number_fields(targets_form, _offer(of, rules, monday)),
        summary=summary,
        claims=claims_told(summary, of.targets, of.done),
        ask_meant=form.data.get("ask_meant") or form.value("meant") != "",
        next_fields=number_fields(form, next_targets or _offer(of, rules, monday + WEEK), "next_"),
        next_told=_told(next_targets),
        next_warnings=warnings(next_targets, [*of.history, of.done]),
        plan=[_day(day, items, rules) for day, items in of.plan.items()],
        missing=_missing(of, rules, summary),
        submitted=_submitted(of, rules),
        care=care_shown(reader().person_id, SheetKind.WEEK, monday),
        last_care=care_shown(reader().person_id, SheetKind.WEEK, monday - WEEK),
        reply=Form(name="r"),
        may_write=sheet is None or sheet.submitted_at is None,
        not_yet=monday > today,
    )
    return make_response(page, shown.status)


def _due(rules: Rules, of: Week) -> str:
    due = week_due_at(rules, of.monday)
    day = day_text(rules.day_of(due))
    if of.sheet is not None and of.sheet.submitted_at is not None:
        return ""
    if shilu().now() <= due:
        return _("{day} 前交算按时", day=day)
    return _("已过 {day}，会记作补交，这不是坏事", day=day)


def _offer(of: Week, rules: Rules, monday: date) -> Figures:
    """Return the targets that are offered: the usual week, else the work mode's quota."""
    own = usual([*of.history, of.done] if monday > of.monday else of.history)
    if own is not None:
        return own
    days = [monday + timedelta(days=n) for n in range(7)]
    modes = [rules.mode_on(day) for day in days if rules.is_working_day(day)]
    return Figures(
        sum(mode.calls for mode in modes),
        sum(mode.meetings for mode in modes),
        sum(mode.closings for mode in modes),
        sum(mode.new_visits for mode in modes),
    )


def _missing(of: Week, rules: Rules, summary: str) -> list[SimpleNamespace]:
    """Return what is still missing, each with the place where it is filled (R-10)."""
    lacks = {
        "targets": of.targets is None,
        "summary": not summary,
        "next_plan": of.sheet is None or of.sheet.next_targets is None,
    }
    parts = [
        SimpleNamespace(href=f"#{name}", text=label(WEEK_PARTS, name))
        for name, lacking in lacks.items()
        if lacking
    ]
    days = empty_days(of, rules)
    if days:
        said_as = _("下周 {n} 个工作日还没有安排", n=len(days))
        parts.append(SimpleNamespace(href="#days", text=said_as))
    return parts


def _day(day: date, items: Sequence[Planned], rules: Rules) -> SimpleNamespace:
    return SimpleNamespace(
        day=day,
        working=rules.is_working_day(day),
        items=[card(item) for item in items],
    )


def _told(targets: Figures | None) -> list[Any]:
    return columns(targets, Figures(), ()) if targets is not None else []


def _submitted(of: Week, rules: Rules) -> str:
    sheet = of.sheet
    if sheet is None or sheet.submitted_at is None:
        return ""
    on_time = _("按时") if sheet.on_time else _("补交")
    return f"{clock(sheet.submitted_at, rules.time_zone, with_day=shilu().today())} · {on_time}"
