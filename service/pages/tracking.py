"""Tracking calls (S3): whom to call, points and asks before, care first, a goal last (R-60 to R-65)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.duties import Duty, calls_a_week
from domain.family_note import FamilyNote, family_note_stream
from domain.tracking_call import (
    Missed,
    Opening,
    Preparation,
    Talk,
    TrackingCall,
    tracking_call_id_of,
    tracking_call_stream,
)
from domain.words import Role
from projections import supervisor_duties, team_day, tracking_calls
from projections.people_facts import MemberFacts
from service.access import Thing, need, need_about
from service.coaching_words import MISSED, OPENINGS
from service.context import shilu
from service.forms import Day, Form, PageForm, an_id, by, command_id, one_of, see, sent, text, whole
from service.language import N_, _, day_text
from service.pages.duty_rings import agents_of, cadences
from service.reading import as_of, clock, said, views
from service.sessions import reader
from service.words import label, options

pages = Blueprint("tracking", __name__)
LONGEST = 2000


class PrepareForm(PageForm):
    """What to talk about, before the number is dialled (R-60, step 1)."""

    agent = an_id(required=True)
    points = text(LONGEST, required=True, missing=N_("请写下辅导的要点"))
    asks = text(LONGEST, required=True, missing=N_("请写下要提出的工作要求"))
    problems = text(LONGEST)


class HeldForm(PageForm):
    """What the call came to; it closes with a requirement and a goal (R-65)."""

    opened_with = one_of(Opening, required=True, missing=N_("请选择从什么谈起"))
    learnt = text(LONGEST, required=True, missing=N_("请写下了解到的情况"))
    help_given = text(LONGEST)
    affirmation = text(LONGEST, required=True, missing=N_("请写下肯定了什么"))
    expectation = text(LONGEST)
    requirement = text(LONGEST, required=True, missing=N_("请写下工作要求"))
    goal = text(LONGEST, required=True, missing=N_("请写下目标"))
    goal_on = Day(load_default=None)
    listened = whole(1, 5, missing=N_("请选择 1 到 5"))
    next_on = Day(load_default=None)
    family = text(200)


class MissedForm(PageForm):
    """Why the call did not come about."""

    reason = one_of(Missed, required=True, missing=N_("请选择没打成的原因"))


@pages.get("/tracking")
def listing() -> str:
    """List one's agents by what is owed to them."""
    need(reader(), Thing.TRACK)
    today = shilu().today()
    with views("supervisor_duties", "tracking_calls") as connection:
        agents = agents_of(connection, reader().leads, today)
        ids = [agent.person_id for agent in agents]
        owed = cadences(connection, ids, today, absent_today(connection, reader().leads, today))
        last = supervisor_duties.last_on(connection, ids, Duty.TRACKING)
        open_calls = tracking_calls.prepared(connection, reader().leads)
        week = supervisor_duties.counts(
            connection, reader().person_id, today - timedelta(days=6), today
        )
    names = {agent.person_id: agent.name for agent in agents}
    made = sum(day.get(Duty.TRACKING, 0) for day in week.values())
    rows = sorted(agents, key=lambda a: (-owed[a.person_id].debt, a.person_id))
    hours = shilu().rules().call_hours
    return render_template(
        "tracking.html",
        said=said(),
        as_of=as_of("supervisor_duties", "tracking_calls"),
        good_time=hours.fits_tracking(shilu().rules().wall_clock(shilu().now())),
        window=f"{hours.tracking_from:%H:%M}–{hours.tracking_until:%H:%M}",
        made=made,
        asked=calls_a_week(len(agents), hours.tracking_a_week),
        agents=[_agent(a, owed[a.person_id].held, owed[a.person_id].debt, last) for a in rows],
        prepared=[
            SimpleNamespace(
                id=call.call_id,
                agent=names.get(call.agent_id, call.agent_id),
                text=day_text(call.on_day)
                + (" · " + label(MISSED, call.missed) if call.missed else ""),
            )
            for call in open_calls
            if call.supervisor_id == reader().person_id
        ],
    )


def absent_today(
    connection: Connection, teams: Sequence[str] | frozenset[str], day: date
) -> set[str]:
    """Return the agents of these teams who are on leave on a day."""
    states = (team_day.team_state(connection, team, day) for team in teams)
    return {m.agent_id for state in states if state for m in state.members if m.on_leave}


def _agent(agent: MemberFacts, held: int, debt: int, last: Any) -> SimpleNamespace:
    when = last.get(agent.person_id)
    return SimpleNamespace(
        id=agent.person_id,
        name=agent.name,
        debt=debt,
        text=_("近七天 {n} 次", n=held) + " · " + _("上一次 {day}", day=day_text(when))
        if when
        else _("还没有打过"),
    )


@pages.get("/tracking/new")
def new() -> Response:
    """Ask for points and asks, beside what is known of the agent's last days."""
    agent = _agent_asked_about(request.args.get("agent", ""))
    return _prepare_page(agent, Form())


@pages.post("/tracking/new")
def prepare() -> Response:
    """Note what to talk about."""
    agent = _agent_asked_about(request.form.get("agent", ""))
    form = sent(PrepareForm())
    if form.good:
        data = form.data
        with form.refusals(points="points", asks="asks", problems="problems"):
            receipt = shilu().record.tracking_calls.prepare(
                agent.person_id,
                agent.team_id or "",
                shilu().today(),
                Preparation(data["points"], data["asks"], data["problems"]),
                by=by(form),
            )
            call_id = tracking_call_id_of(command_id(form))
            return see(f"/tracking/{call_id}", receipt, "call_prepared")
    return _prepare_page(agent, form)


@pages.get("/tracking/<call_id>")
def call(call_id: str) -> Response:
    """Show a prepared call, or what it came to."""
    return _page(_mine(call_id), Form())


@pages.post("/tracking/<call_id>/held")
def held(call_id: str) -> Response:
    """Record the call."""
    call = _mine(call_id)
    form = sent(HeldForm())
    if form.good:
        data = dict(form.data)
        family = data.pop("family")
        talk = Talk(**{name: data[name] for name in Talk.__slots__})
        with form.refusals(**{name: name for name in (*Talk.__slots__, "family")}):
            if family:
                shilu().record.family_notes.note(
                    call.agent_id, call.team_id, family, by=by(form, "family")
                )
            receipt = shilu().record.tracking_calls.hold(call_id, talk, by=by(form))
            return see("/tracking", receipt, "call_held")
    return _page(call, form)


@pages.post("/tracking/<call_id>/missed")
def missed(call_id: str) -> Response:
    """Record that the agent was not reached."""
    call = _mine(call_id)
    form = sent(MissedForm())
    if form.good:
        with form.refusals(reason="reason"):
            receipt = shilu().record.tracking_calls.miss(call_id, form.data["reason"], by=by(form))
            return see("/tracking", receipt, "call_missed")
    return _page(call, form)


def _agent_asked_about(agent_id: str) -> SimpleNamespace:
    need(reader(), Thing.TRACK)
    member = shilu().record.organisation.member(agent_id)
    team_id = member.team_on(shilu().today()) or member.team_id if member else None
    need_about(reader(), Thing.TRACK, agent_id=agent_id, team_id=team_id)
    if member is None or member.role is not Role.AGENT:
        raise NotFound
    return SimpleNamespace(person_id=agent_id, name=member.name, team_id=team_id)


def _mine(call_id: str) -> TrackingCall:
    """Return a call of one's own; anything else does not exist."""
    need(reader(), Thing.TRACK)
    call = shilu().record.tracking_calls.find(call_id)
    if call is None or call.supervisor_id != reader().person_id:
        raise NotFound
    need_about(reader(), Thing.TRACK, agent_id=call.agent_id, team_id=call.team_id)
    return call


def _prepare_page(agent: SimpleNamespace, form: Form) -> Response:
    today = shilu().today()
    with views("team_day", "tracking_calls") as connection:
        state = team_day.team_state(connection, agent.team_id, today)
        earlier = tracking_calls.of_agent(connection, agent.person_id, 1)
    me = [m for m in state.members if m.agent_id == agent.person_id] if state else []
    page = render_template(
        "tracking_new.html",
        form=form,
        agent=agent,
        facts=known_of(me[0]) if me else [],
        last=last_goal(earlier[0].call_id) if earlier else None,
    )
    return make_response(page, form.status)


def known_of(member: team_day.MemberState) -> list[str]:
    """Return what the last two weeks show of an agent, in short sentences for a preparation."""
    worked = [day for day in member.strip if day.working and not day.on_leave]
    written = sum(day.level is not None for day in worked)
    met = sum(day.level == 2 for day in worked)
    facts = [
        _("近两周 {of} 个工作日，写了 {n} 天日志", of=len(worked), n=written),
        _("{n} 天达到当日标准", n=met),
    ]
    if member.confirmed or member.contradicted:
        facts.append(_("回访 {n} 次得到客户确认", n=member.confirmed))
    return facts


def last_goal(call_id: str) -> SimpleNamespace | None:
    """Return requirement and goal of a call that was made, as the agent and the caller read them."""
    for event in shilu().record.events.get(tracking_call_stream(call_id)):
        if isinstance(event, TrackingCall.Held):
            return SimpleNamespace(
                affirmation=event.affirmation or _("〔已删除〕"),
                requirement=event.requirement or _("〔已删除〕"),
                goal=event.goal or _("〔已删除〕"),
                goal_on=event.goal_on,
                when=clock(event.by.occurred_at, shilu().rules().time_zone, with_day=date.min),
            )
    return None


def family_notes(agent_id: str) -> list[str]:
    """Return what is noted about an agent's family and was not forgotten."""
    events = shilu().record.events.get(family_note_stream(agent_id))
    return [event.text for event in events if isinstance(event, FamilyNote.Noted) and event.text]


def _page(call: TrackingCall, form: Form) -> Response:
    told = next(iter(shilu().record.events.get(tracking_call_stream(call.call_id))))
    member = shilu().record.organisation.member(call.agent_id)
    hours, rules = shilu().rules().call_hours, shilu().rules()
    page = render_template(
        "tracking_call.html",
        form=form,
        said=said(),
        call_id=call.call_id,
        agent=member.name if member else call.agent_id,
        prepared=told,
        over=call.held,
        result=last_goal(call.call_id),
        openings=options(OPENINGS),
        reasons=options(MISSED),
        family=family_notes(call.agent_id),
        good_time=hours.fits_tracking(rules.wall_clock(shilu().now())),
        window=f"{hours.tracking_from:%H:%M}–{hours.tracking_until:%H:%M}",
    )
    return make_response(page, form.status)
