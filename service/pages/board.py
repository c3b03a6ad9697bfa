"""The morning board (S1): who has not written, whom to call, how the team stands (R-40, R-41)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound

from domain.words import Role
from projections import callback_queue, cases, coaching_board, customers, team_day
from projections.callback_queue import Call
from projections.team_day import MemberState, TeamState
from service.access import Reader, Thing, calls_back, may, may_make, need
from service.context import shilu
from service.language import _, day_text, local
from service.pages import sheet_reminders
from service.pages.coaching_story import card_row
from service.pages.duty_rings import cadences, duty_rings
from service.pages.team_table import member_row
from service.reading import as_of, day_in_address, morning_of, views
from service.sessions import reader
from service.words import DESIGNS, label, listed_because

pages = Blueprint("board", __name__)


@pages.get("/board")
def board() -> str:
    """Show one team on one day; the address says which."""
    need(reader(), Thing.BOARD)
    rules, today = shilu().rules(), shilu().today()
    day = min(day_in_address(morning_of(rules, shilu().now())), today)
    with views(
        "team_day", "callback_queue", "cases", "supervisor_duties", "coaching_board"
    ) as connection:
        teams = teams_of(connection, reader())
        team_id = _chosen(teams)
        state = team_day.team_state(connection, team_id, day) if team_id else None
        calls = _open_calls(connection, reader())
        names = customers.names(connection, {c.customer_id for c in calls})
        people = team_day.people(connection, today)
        waiting = len(cases.open_in_team(connection, team_id)) if team_id else 0
        agents = [p for p in people.values() if p.team_id == team_id and p.role == Role.AGENT]
        owing = sheet_reminders.of_team(
            connection, [(p.person_id, p.name, p.since) for p in agents]
        )
        supervises = reader().role is Role.SUPERVISOR
        duties = duty_rings(connection, reader().person_id, today) if supervises else []
        owed = _owed(connection, state, today) if supervises and state else []
        due = coaching_board.waiting(connection, [team_id]) if supervises else ()
    members = state.members if state else ()
    seen = may(reader(), Thing.READ_LOG, team_id=team_id)
    return render_template(
        "board.html",
        teams=teams,
        team_id=team_id,
        team_name=state.name if state else _("还没有团队"),
        day=day,
        today=today,
        greeting=_greeting(calls, {p.person_id: p.name for p in people.values()}),
        facts=_facts(state, day),
        duties=duties,
        owed=owed,
        coaching=[
            card_row(card, {p.person_id: p.name for p in people.values()})
            for card in due
            if card.state == "open" and card.on_day <= today
        ],
        may_call=may(reader(), Thing.CALL),
        may_export=may(reader(), Thing.EXPORT),
        missing=[_missing(m, day) for m in members if state and _is_missing(m, state)],
        calls=[_call(c, names, {p.person_id: p.name for p in people.values()}) for c in calls],
        cases=waiting,
        owing=owing,
        mode=state.mode if state else rules.mode_on(day),
        members=[
            member_row(m, state.mode, href=_log_address(m.agent_id, day) if seen else "")
            for m in members
            if state
        ],
        yesterday_query=urlencode({"team": team_id, "day": day - timedelta(days=1)}),
        tomorrow_query=urlencode({"team": team_id, "day": day + timedelta(days=1)})
        if day < today
        else "",
    )


def teams_of(connection: Connection, who: Reader) -> list[tuple[str, str]]:
    """Return (id, name) of the teams whose board the reader may see."""
    return [
        (team.team_id, team.name)
        for team in team_day.teams(connection)
        if may(who, Thing.BOARD, team_id=team.team_id)
    ]


def _chosen(teams: Sequence[tuple[str, str]]) -> str:
    wanted = request.args.get("team", "")
    if not wanted:
        return teams[0][0] if teams else ""
    if wanted not in {team_id for team_id, _name in teams}:
        raise NotFound
    return wanted


def _open_calls(connection: Connection, who: Reader) -> list[Call]:
    if not calls_back(who):
        return []
    calls = callback_queue.for_supervisor(connection, who.person_id, open_only=True)
    return [
        c
        for c in calls
        if c.outcome is None and may_make(who, caller_id=c.supervisor_id, team_id=c.team_id)
    ]


def _owed(connection: Connection, state: TeamState, today: date) -> list[SimpleNamespace]:
    """Return the agents to whom tracking calls are owed, those with most first (R-43)."""
    absent = {m.agent_id for m in state.members if m.on_leave}
    known = cadences(connection, [m.agent_id for m in state.members], today, absent)
    rows = [
        SimpleNamespace(id=m.agent_id, name=m.name, held=owed.held, debt=owed.debt)
        for m in state.members
        if (owed := known[m.agent_id]).debt
    ]
    return sorted(rows, key=lambda row: (-row.debt, row.id))


def _greeting(calls: Sequence[Call], names: dict[str, str]) -> str:
    hour = local(shilu().now(), shilu().rules().time_zone).hour
    hello = (
        _("早上好")
        if hour < 11
        else _("中午好")
        if hour < 14
        else _("下午好")
        if hour < 18
        else _("晚上好")
    )
    if calls:
        first = names.get(calls[0].agent_id, calls[0].agent_id)
        return _(
            "{hello}，{name}。先回访{agent}的客户。", hello=hello, name=reader().name, agent=first
        )
    return _("{hello}，{name}。", hello=hello, name=reader().name)


def _facts(state: TeamState | None, day: date) -> str:
    parts = [day_text(day)]
    if state is not None:
        at_work = [m for m in state.members if not m.on_leave]
        sent_in = sum(m.submitted for m in at_work)
        parts.append(_("日志 {n}/{of} 已交", n=sent_in, of=len(at_work)))
        if not state.working_day:
            parts.append(_("休息日"))
    return " · ".join([*parts, as_of("team_day", "callback_queue", "cases")])


def _is_missing(member: MemberState, state: TeamState) -> bool:
    return state.working_day and not member.submitted and not member.on_leave


def _missing(member: MemberState, day: date) -> SimpleNamespace:
    worked = [d for d in member.strip if d.working]
    blank = 0
    for one in reversed(worked):
        if one.level is not None:
            break
        blank += 1
    if any(member.kinds.values()):
        text = _("写了 {n} 笔，还没有提交", n=sum(member.kinds.values()))
    elif blank > 1:
        text = _("连续 {n} 个工作日没有写", n=blank)
    else:
        written = sum(d.level is not None for d in worked)
        text = _("这天没写 · 近两周写了 {n} 天", n=written)
    return SimpleNamespace(name=member.name, text=text, href=_log_address(member.agent_id, day))


def _log_address(agent_id: str, day: date) -> str:
    return f"/agents/{agent_id}?day={day}"


def _call(call: Call, names: dict[str, str], people: dict[str, Any]) -> SimpleNamespace:
    agent = people.get(call.agent_id, call.agent_id)
    parts = (
        _("{agent} 的客户", agent=agent),
        label(DESIGNS, call.design),
        listed_because(call.reason),
    )
    return SimpleNamespace(
        customer=names.get(call.customer_id, call.customer_id),
        text=" · ".join(part for part in parts if part),
        href=f"/callbacks/{call.callback_id}",
    )
