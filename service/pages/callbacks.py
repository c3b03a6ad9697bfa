"""The list of callbacks, and putting a visit on it (R-51)."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from domain.callback import Listing, callback_id_of
from domain.daily_log import DailyLog, LoggedActivity
from domain.words import CallbackDesign, CallbackMode
from projections import callback_queue, customers, team_day
from projections.callback_queue import Call
from service.access import Thing, calls_back, may_make, need, need_about
from service.context import shilu
from service.forms import Day, Form, PageForm, an_id, by, one_of, see, sent, text
from service.language import N_, _, day_text
from service.pages.rings import kind_label
from service.reading import as_of, clock, day_in_address, integer, said, views
from service.sessions import reader
from service.words import DESIGNS, MODES, OUTCOMES, label, listed_because, options

pages = Blueprint("callbacks", __name__)
PAGE = 30
STATES = ("todo", "debrief", "done")


class ListForm(PageForm):
    """A visit that is to be called about, and why."""

    agent = an_id(required=True)
    day = Day(required=True)
    activity = an_id(required=True)
    mode = one_of(CallbackMode, required=True, missing=N_("请选择哪一种回访"))
    reason = text(200, required=True, missing=N_("请写一句原因"))


@pages.get("/callbacks")
def listing() -> str:
    """List one's own callbacks by what they wait for."""
    if not calls_back(reader()):
        raise Forbidden
    chosen = request.args.get("state", "todo")
    chosen = chosen if chosen in STATES else "todo"
    with views("callback_queue") as connection:
        calls = [
            c
            for c in callback_queue.for_supervisor(
                connection, reader().person_id, before=integer("before"), limit=500
            )
            if may_make(reader(), caller_id=c.supervisor_id, team_id=c.team_id)
        ]
        shown = [c for c in calls if _state(c) == chosen]
        names = customers.names(connection, {c.customer_id for c in shown})
        people = team_day.people(connection, shilu().today())
    older = shown[PAGE - 1].position if len(shown) > PAGE else None
    return render_template(
        "callbacks.html",
        tabs=_tabs(calls, chosen),
        calls=[_row(c, names, {k: p.name for k, p in people.items()}) for c in shown[:PAGE]],
        older=f"/callbacks?state={chosen}&before={older}" if older else "",
        said=said(),
        as_of=as_of("callback_queue"),
    )


@pages.get("/callbacks/new")
def new() -> Response:
    """Show the form that puts a visit on the list."""
    need(reader(), Thing.CALL)
    day = day_in_address(shilu().today())
    return _new(Form(), request.args.get("agent", ""), day, request.args.get("activity", ""))


@pages.post("/callbacks/new")
def add() -> Response:
    """Put a visit of one's own team on the list of calls."""
    need(reader(), Thing.CALL)
    form = sent(ListForm())
    agent, activity = form.value("agent"), form.value("activity")
    day = form.data.get("day") or shilu().today()
    log, visit = _visit(agent, day, activity)
    if form.good:
        call_id = callback_id_of(activity, reader().person_id)
        with form.refusals():
            receipt = shilu().record.callbacks.list_call(_listing(form, log, visit), by=by(form))
            return see(f"/callbacks/{call_id}", receipt, "listed")
    return _new(form, agent, day, activity)


def _listing(form: Form, log: DailyLog, visit: LoggedActivity) -> Listing:
    return Listing(
        callback_id=callback_id_of(visit.activity_id, reader().person_id),
        activity_id=visit.activity_id,
        kind=visit.kind,
        visit_day=log.day,
        agent_id=log.agent_id,
        team_id=log.team_id,
        supervisor_id=reader().person_id,
        customer_id=visit.customer_id,
        mode=form.data["mode"],
        design=CallbackDesign.CHOSEN,
        reason=form.data["reason"],
        on_day=shilu().today(),
    )


def _visit(agent_id: str, day: date, activity_id: str) -> tuple[DailyLog, LoggedActivity]:
    """Return a visit of one's own team; whether another team has such a visit is not told."""
    log = shilu().record.daily_logs.find(agent_id, day)
    if log is None:
        raise NotFound
    need_about(reader(), Thing.CALL, agent_id=agent_id, team_id=log.team_id)
    visit = log.activities.get(activity_id)
    if visit is None or visit.withdrawn:
        raise NotFound
    return log, visit


def _new(form: Form, agent_id: str, day: date, activity_id: str) -> Response:
    _log, visit = _visit(agent_id, day, activity_id)
    member = shilu().record.organisation.member(agent_id)
    with views() as connection:
        names = customers.names(connection, {visit.customer_id})
    started = clock(visit.started_at, shilu().rules().time_zone)
    page = render_template(
        "callback_new.html",
        form=form,
        agent_id=agent_id,
        agent=member.name if member else agent_id,
        day=day,
        activity_id=activity_id,
        modes=options(MODES),
        visit_text=" · ".join(
            (day_text(day), started, kind_label(visit.kind), names.get(visit.customer_id, "***"))
        ),
    )
    return make_response(page, form.status)


def _state(call: Call) -> str:
    if call.state == "set_aside":
        return "done"
    if call.outcome is None:
        return "todo"
    return "done" if call.state == "debriefed" else "debrief"


def _tabs(calls: list[Call], chosen: str) -> list[SimpleNamespace]:
    texts = {"todo": _("待回访"), "debrief": _("待沟通"), "done": _("已完成")}
    return [
        SimpleNamespace(
            href=f"/callbacks?state={state}",
            text=text,
            current=state == chosen,
            n=sum(_state(c) == state for c in calls) if state != "done" else None,
        )
        for state, text in texts.items()
    ]


def _row(call: Call, names: dict[str, str], people: dict[str, str]) -> SimpleNamespace:
    visit = f"{day_text(call.visit_day)} {kind_label(call.kind)}"
    tags: list[Any] = [SimpleNamespace(cls="", text=label(MODES, call.mode))]
    if call.state == "set_aside":
        tags.append(SimpleNamespace(cls="", text=_("没有打")))
    if call.outcome:
        tags.append(SimpleNamespace(cls="info", text=label(OUTCOMES, call.outcome)))
    return SimpleNamespace(
        id=call.callback_id,
        customer=names.get(call.customer_id, "***"),
        agent=_("{agent} 的客户", agent=people.get(call.agent_id, call.agent_id)),
        text=" · ".join((visit, label(DESIGNS, call.design), listed_because(call.reason))),
        tags=tags,
    )
