"""The agent's plan (A1, A3): a day's items, one more, and what became of them (R-13, R-20, R-40)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from urllib.parse import quote

from flask import Blueprint, make_response, render_template, request
from marshmallow import fields
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.daily_log import Activity
from domain.plan import Intention
from domain.refusals import LooksRepeated
from domain.sheet_figures import Column, month_of
from domain.words import ActivityKind, ActivityResult, PlanChange, PlanKind, stream_id
from projections import agent_day, customers, plans, sheets
from projections.plans import Planned
from service.access import Thing, need
from service.context import shilu
from service.forms import (
    Day,
    Form,
    OfflineForm,
    an_id,
    by,
    command_id,
    one_of,
    see,
    sent,
    text,
    written_at,
)
from service.language import N_, _, day_text
from service.pages.own_customers import own_names
from service.pages.rings import KINDS_OF, result_label
from service.reading import day_in_address, said, views
from service.sessions import reader
from service.undo import Undo, just
from service.words import COLUMNS, PLAN_CHANGES, PLAN_KINDS, label, options

pages = Blueprint("plans", __name__)
CHIPS = 8
EARLIER = timedelta(days=7)  # how long an unsettled plan is shown as waiting
MET = (ActivityResult.INTERESTED, ActivityResult.FOLLOW_UP, ActivityResult.DECLINED)


class AtTime(fields.Time):
    """A time of day, as browsers send it."""

    default_error_messages = {"invalid": N_("请填写正确的时间，如 09:30")}  # noqa: RUF012


class PlanForm(OfflineForm):
    """One more item."""

    day = Day(required=True)
    kind = one_of(PlanKind, required=True, missing=N_("请选择要做什么"))
    customer_id = an_id()
    at = AtTime(load_default=None)
    goal = text(80)
    note = text(200)


class KeepForm(OfflineForm):
    """What came of a planned visit; other things are simply done."""

    result = one_of(ActivityResult)


class MoveForm(OfflineForm):
    """To when, and why."""

    day = Day(required=True)
    at = AtTime(load_default=None)
    reason = one_of(PlanChange, required=True, missing=N_("请选择为什么改"))
    back = text(10)


class CancelForm(OfflineForm):
    """Why not."""

    reason = one_of(PlanChange, required=True, missing=N_("请选择为什么改"))
    back = text(10)


@pages.get("/plans")
def day_plan() -> Response:
    """Show the plan of a day, and the form for one more item."""
    need(reader(), Thing.WRITE_LOG)
    return _page(Form(), day_in_address(next_working_day(shilu().today())))


@pages.post("/plans")
def plan() -> Response:
    """Plan something."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(PlanForm())
    day = form.data.get("day") or shilu().today()
    if form.good and form.data["goal"] not in {None, *dict(goals_for(day))}:
        form.fail("goal", _("没有这个团队目标"))
    if form.good:
        data = form.data
        meant = Intention(
            data["day"],
            data["kind"],
            data["at"],
            data["customer_id"],
            goal=data["goal"],
            note=data["note"],
        )
        with form.refusals(
            UnknownCustomer="customer_id", customer_id="customer_id", DayIsPast="day"
        ):
            item_id = f"p-{command_id(form, 'item')}"
            receipt = shilu().record.plans.plan(reader().person_id, item_id, meant, by=by(form))
            return see(f"/plans?day={day}&undo={item_id}", receipt, "planned")
    return _page(form, day)


@pages.post("/plans/<item_id>/keep")
def keep(item_id: str) -> Response:
    """Turn a planned visit into an entry with one tap, or say that the thing was done."""
    need(reader(), Thing.WRITE_LOG)
    item, form = _own(item_id), sent(KeepForm())
    if form.good and plans.is_visit(item.kind) and form.data["result"] is None:
        form.fail("result", _("请选择结果"))
    if form.good:
        with form.refusals():
            activity_id = _log(item, form) if plans.is_visit(item.kind) else None
            _adopt(item, form)
            receipt = shilu().record.plans.keep(
                reader().person_id, item_id, activity_id, by=by(form, "keep")
            )
            undo = f"&undo={activity_id}" if activity_id else ""
            return see(f"/today?day={shilu().today()}{undo}", receipt, "logged")
    return _page(form, item.day)


@pages.post("/plans/<item_id>/move")
def move(item_id: str) -> Response:
    """Put an item off."""
    need(reader(), Thing.WRITE_LOG)
    item, form = _own(item_id), sent(MoveForm())
    if form.good:
        data = form.data
        with form.refusals(DayIsPast="day"):
            _adopt(item, form)
            receipt = shilu().record.plans.move(
                reader().person_id, item_id, data["day"], data["at"], data["reason"], by=by(form)
            )
            return see(_back(), receipt, "moved")
    return _page(form, item.day)


@pages.post("/plans/<item_id>/cancel")
def cancel(item_id: str) -> Response:
    """Give an item up."""
    need(reader(), Thing.WRITE_LOG)
    item, form = _own(item_id), sent(CancelForm())
    if form.good:
        with form.refusals():
            _adopt(item, form)
            receipt = shilu().record.plans.cancel(
                reader().person_id, item_id, form.data["reason"], by=by(form)
            )
            return see(_back(), receipt, "cancelled")
    return _page(form, item.day)


def next_working_day(day: date) -> date:
    """Return the first working day after ``day``."""
    rules = shilu().rules()
    later = (day + timedelta(days=n) for n in range(1, 15))
    return next((one for one in later if rules.is_working_day(one)), day + timedelta(days=1))


def cards(connection: Connection, agent_id: str, first: date, last: date) -> list[SimpleNamespace]:
    """Return what was planned in a span as people read it; one's own customers by name."""
    return [card(item) for item in plans.between(connection, agent_id, first, last)]


def card(item: Planned) -> SimpleNamespace:
    """Return an item as its agent reads it."""
    name = own_names({item.customer_id}).get(item.customer_id, "") if item.customer_id else ""
    moved = _("原定 {day}", day=day_text(item.from_day)) if item.from_day else ""
    return SimpleNamespace(
        id=item.item_id,
        day=item.day,
        time=item.at.strftime("%H:%M") if item.at else "—",
        kind=label(PLAN_KINDS, item.kind),
        who=name,
        state=item.state,
        moved=moved,
        goal=goal_text(item.goal),
        agreed=not item.own,
        results=_results(item) if item.customer_id else [],
        visit=plans.is_visit(item.kind),
        write=f"/today?kind={_ring(item.kind)}&customer={item.customer_id or ''}#entry",
        again=item.at.strftime("%H:%M") if item.at else "",
        tomorrow=next_working_day(shilu().today()),
        keep=Form(),
        move=Form(),
        cancel=Form(),
    )


def open_items(agent_id: str, day: date) -> tuple[list[SimpleNamespace], list[SimpleNamespace]]:
    """Return what is still to be done on a day, and what was left open in the week before."""
    with views("plans") as connection:
        found = plans.between(connection, agent_id, day - EARLIER, day)
    waiting = [item for item in found if item.state == plans.OPEN]
    return (
        [card(item) for item in waiting if item.day == day],
        [card(item) for item in waiting if item.day < day],
    )


def goals_for(day: date) -> list[tuple[str, str]]:
    """Return the team's goals of a day's month that a plan may serve (R-13)."""
    team_id, month = reader().team_id, month_of(day)
    with shilu().views.connect() as connection:
        known = sheets.team_goals(connection, team_id, month) if team_id else None
    columns = [column for column in Column if known and known.goals.of(column)]
    return [
        (f"{team_id}/{month:%Y-%m}/{column}", f"{label(COLUMNS, column)} {known.goals.of(column)}")
        for column in columns
        if known
    ]


def goal_text(goal: str | None) -> str:
    """Return which team goal a plan serves, or nothing."""
    column = (goal or "").rpartition("/")[2]
    return _("为团队目标：{goal}", goal=label(COLUMNS, column)) if column else ""


def changes() -> Sequence[tuple[str, str]]:
    """Return the reasons for moving or giving up a plan; a slip is taken back at once."""
    return options(PLAN_CHANGES, [one for one in PlanChange if one is not PlanChange.MISTAKE])


def _results(item: Planned) -> list[tuple[str, str]]:
    if not plans.is_visit(item.kind):
        return []
    results: Iterable[ActivityResult] = (*MET, ActivityResult.NOT_MET)
    if item.kind == ActivityKind.CLOSING_VISIT:
        results = (ActivityResult.SIGNED, *results)
    return [(str(result), result_label(item.kind, result)) for result in results]


def _ring(kind: str) -> str:
    return next((ring for ring, kinds in KINDS_OF.items() if kind in kinds), "")


def _own(item_id: str) -> Planned:
    with views("plans") as connection:
        item = plans.one(connection, reader().person_id, item_id)
    if item is None:
        raise NotFound
    return item


def _adopt(item: Planned, form: Form) -> None:
    """Give what only an entry agreed on a stream of its own, before something becomes of it."""
    if item.own or shilu().record.plans.find(reader().person_id, item.item_id):
        return
    today = shilu().today()
    meant = Intention(
        max(item.day, today), PlanKind(item.kind), item.at, item.customer_id, item.origin
    )
    shilu().record.plans.plan(reader().person_id, item.item_id, meant, by=by(form, "adopt"))


def _log(item: Planned, form: Form) -> str:
    """Log the visit; return the entry's id. Twice tapped, or written by hand too, it is one."""
    me, plans_of = reader().person_id, shilu().record.plans
    own = plans_of.find(me, item.item_id)
    again = plans_of.undone(own) if own else 0
    more = (str(again),) if again else ()
    activity_id = str(stream_id("plan_entry", me, item.item_id, *more))
    activity = Activity(
        activity_id=activity_id,
        kind=ActivityKind(item.kind),
        customer_id=item.customer_id or "",
        started_at=written_at(form),
        result=form.data["result"],
    )
    try:
        shilu().record.daily_logs.log_activity(me, activity, by=by(form))
    except LooksRepeated as repeated:
        return str(repeated.facts["activity_id"])
    return activity_id


def _back() -> str:
    """Return where the form came from: today, or the plan of a day."""
    back = request.form.get("back", "")
    if back == "today":
        return "/today"
    return f"/plans?day={back}" if re.fullmatch(r"\d{4}-\d\d-\d\d", back) else "/plans"


def _undo(day: date) -> Undo | None:
    """Return how to take back what was just planned."""
    item = just("planned")
    told = {"reason": str(PlanChange.MISTAKE), "back": day.isoformat()}
    return Undo(f"/plans/{quote(item)}/cancel", told) if item else None


def _page(form: Form, day: date) -> Response:
    rules, me, today = shilu().rules(), reader().person_id, shilu().today()
    with views("plans", "agent_day", "customers") as connection:
        items = cards(connection, me, day, day)
        recent = list(agent_day.recent_customers(connection, me, CHIPS))
        recent += [c.customer_id for c in customers.of_owner(connection, me, CHIPS)]
    picked = form.value("customer_id") or request.args.get("customer", "")
    recent = list(dict.fromkeys([picked, *recent] if picked else recent))[:CHIPS]
    names = own_names(set(recent))
    page = render_template(
        "plans.html",
        form=form,
        said=said(),
        undo=_undo(day),
        day=day,
        day_kind=_("工作日") if rules.is_working_day(day) else _("休息日"),
        before=day - timedelta(days=1),
        after_day=day + timedelta(days=1),
        is_today=day == today,
        past=day < today,
        items=items,
        changes=changes(),
        kinds=options(PLAN_KINDS),
        who=[(c, names[c]) for c in recent if c in names],
        picked=picked if picked in names else "",
        tomorrow=next_working_day(today),
        goals=goals_for(day),
    )
    return make_response(page, form.status)
