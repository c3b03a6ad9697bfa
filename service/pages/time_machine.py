"""The time machine (X1): how a team stood at any instant, beside how it stood at another.

Two readings: what the system knew then, by the instants at which things were put on record, and
what had happened by then, by the instants at which they happened, with what came in later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace

from flask import Blueprint, make_response, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from projections import team_day, timeline
from projections.team_day import TeamState
from projections.team_difference import StateDifference, differences
from service.access import Thing, need
from service.context import shilu
from service.language import N_, _, day_text, local
from service.pages.difference_words import changes
from service.pages.team_table import member_row
from service.pages.time_machine_question import (
    OCCURRED,
    PATH,
    READINGS,
    Question,
    asked,
    slid_days,
    typed,
)
from service.reading import views
from service.sessions import reader

pages = Blueprint("time_machine", __name__)
READING_WORDS = {
    "recorded": N_("当时系统知道什么"),
    "occurred": N_("当时实际发生什么"),
    "both": N_("两者对照"),
}
ABOUT = {
    "recorded": N_("按记录的时间：那一刻已经记下的，一条不多。"),
    "occurred": N_("按发生的时间：那一刻已经发生的，包括后来才补录、更正的；撤回的不算。"),
    "both": N_("同一刻的两种读法并排：差别就是后来才知道的。"),
}


@pages.get("/time-machine")
def time_machine() -> Response:
    """Show a team as it stood at ``at``, and at ``vs`` or in the other reading if asked."""
    need(reader(), Thing.TIME_MACHINE)
    zone, now = shilu().rules().time_zone, _coming_second()
    with views("team_day", "timeline") as connection:
        teams = [(team.team_id, team.name) for team in team_day.teams(connection)]
        question, is_bad = asked(zone, now, teams[0][0] if teams else "")
        slid = slid_days()
        if slid is not None and not is_bad:
            question = _slid(question, slid, now)
            if "HX-Request" not in request.headers:
                return redirect(question.address(), 303)
        shown = _shown_states(connection, question)
        slider = _slider(connection, question, now)
    page = render_template(
        "time_machine.html",
        teams=teams,
        team_id=question.team_id,
        at_value=typed(question.at, zone),
        vs_value=typed(question.vs, zone) if question.vs and question.reading != "both" else "",
        day_value=question.day.isoformat() if question.day else "",
        problem=_("请填写正确的日期和时间") if is_bad else "",
        readings=[(word, _(READING_WORDS[word])) for word in READINGS],
        reading=question.reading,
        about=_(ABOUT[question.reading]),
        slider=slider,
        jumps=_jumps(question, now),
        **shown,
    )
    response = make_response(page, 422 if is_bad else 200)
    if slid is not None and not is_bad:
        response.headers["HX-Push-Url"] = question.address()
    return response


def _slid(question: Question, days: int, now: datetime) -> Question:
    """Return the question after its slider was moved by so many days."""
    if days == 0 or abs(days) > 36_500:
        return question
    day = local(question.at, question.zone).date() + timedelta(days=days)
    return question.moved_to(day, now)


def _coming_second() -> datetime:
    """Return now, rounded up to a second, so that nothing on record by now is left out."""
    return (shilu().now() + timedelta(seconds=1)).replace(microsecond=0)


def _shown_states(connection: Connection, question: Question) -> dict[str, object]:
    """Return the states for the template, and how two of them differ."""
    known = timeline.newest(connection)
    states = [_state(connection, question, *side, known) for side in question.sides]
    both = [state for _position, state in states if state is not None]
    differ = differences(both[0], both[1]) if len(both) == 2 else ()
    return {
        "states": [
            _shown(*side, *state, question, differ)
            for side, state in zip(question.sides, states, strict=True)
        ],
        "changes": changes(differ, both[0], both[1]) if len(both) == 2 else None,
    }


def _state(
    connection: Connection, question: Question, moment: datetime, reading: str, known: int
) -> tuple[int, TeamState | None]:
    happened_by = moment if reading == OCCURRED else None
    position = known if happened_by else timeline.position_at(connection, moment)
    team_id, day = question.team_id, question.looked_at
    return position, team_day.team_state(connection, team_id, day, position, happened_by)


def _shown(
    moment: datetime,
    reading: str,
    position: int,
    state: TeamState | None,
    question: Question,
    differ: tuple[StateDifference, ...],
) -> SimpleNamespace:
    touched = {(one.agent_id, one.what) for one in differ}
    wall = local(moment, question.zone)
    there = replace(question, at=moment, vs=None, reading=reading)
    facts = [day_text(state.day, year=True), state.name] if state else []
    if state and state.supervisor_name:
        facts.append(_("主管 {name}", name=state.supervisor_name))
    return SimpleNamespace(
        title=f"{day_text(wall.date(), year=True)} {wall.strftime('%H:%M:%S')}",
        reading=_(READING_WORDS[reading]),
        position=_("第 {position} 条", position=f"{position:,}"),
        facts=" · ".join(facts),
        members=[
            member_row(m, state.mode, touched, there.address(f"{PATH}/agents/{m.agent_id}"))
            for m in (state.members if state else ())
            if state
        ],
    )


def _slider(connection: Connection, question: Question, now: datetime) -> SimpleNamespace | None:
    """Return the slider over the days of the record, or None of an empty one."""
    span = timeline.span(connection)
    if span is None:
        return None
    first, last = (local(moment, question.zone).date() for moment in (span[0], now))
    day = min(max(local(question.at, question.zone).date(), first), last)
    return SimpleNamespace(
        days=(last - first).days,
        value=(day - first).days,
        first=first.isoformat(),
        text=day_text(day, year=True),
        ends=(_short(first), _short(last)),
    )


def _short(day: date) -> str:
    return day.isoformat()


def _jumps(question: Question, now: datetime) -> list[SimpleNamespace]:
    def to(text: str, at: datetime, vs: datetime | None = None) -> SimpleNamespace:
        there = replace(question, at=at, vs=vs)
        if vs is not None and question.reading == "both":
            there = replace(there, reading="recorded")
        return SimpleNamespace(text=text, href=there.address())

    at = question.at
    return [
        to(_("早一周"), at - timedelta(days=7)),
        to(_("早一天"), at - timedelta(days=1)),
        to(_("早一小时"), at - timedelta(hours=1)),
        to(_("晚一小时"), min(at + timedelta(hours=1), now)),
        to(_("晚一天"), min(at + timedelta(days=1), now)),
        to(_("现在"), now),
        to(_("与现在对比"), at, now),
    ]
