"""An agent's day as of an instant (X1), for those who look back: customers masked, no word opened."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from domain.words import Role
from projections import customers, timeline
from projections.agent_day import AgentDay, Entry
from projections.agent_past import agent_day_as_of
from service.access import Thing, need_about
from service.context import shilu
from service.language import N_, _, day_text, local
from service.pages.rings import entry_text, kind_label, rings
from service.pages.time_machine_question import OCCURRED, RECORDED, Question, asked
from service.reading import clock, views
from service.sessions import reader

pages = Blueprint("agent_past", __name__)
READING_WORDS = {
    "recorded": N_("当时系统知道什么"),
    "occurred": N_("当时实际发生什么"),
}


@pages.get("/time-machine/agents/<agent_id>")
def past_day_of(agent_id: str) -> str:
    """Show the day of an agent as it stood at the instant in the address."""
    rules, member = shilu().rules(), shilu().record.organisation.member(agent_id)
    team_id = member.team_id if member else None
    need_about(reader(), Thing.TIME_MACHINE, agent_id=agent_id, team_id=team_id)
    if member is None or member.role is not Role.AGENT:
        raise NotFound
    question, _is_bad = asked(rules.time_zone, shilu().now(), team_id or "")
    day = question.looked_at
    with views("audit_trail", "timeline") as connection:
        happened_by = question.at if question.reading == OCCURRED else None
        position = timeline.newest(connection)
        if happened_by is None:
            position = timeline.position_at(connection, question.at)
        log = agent_day_as_of(connection, agent_id, day, position, happened_by)
        names = customers.names(connection, {e.customer_id for e in log.entries})
    return render_template(
        "agent_past.html",
        name=member.name,
        back=question.address(),
        title=_title(question.at, question),
        reading=_(READING_WORDS[OCCURRED if happened_by else RECORDED]),
        position=_("第 {position} 条", position=f"{position:,}"),
        day=day,
        state=_state(log, rules.time_zone),
        rings=rings(log.kinds, rules.mode_on(day)),
        entries=[_entry(e, names, rules.time_zone, log) for e in reversed(log.entries)],
    )


def _title(at: datetime, question: Question) -> str:
    wall = local(at, question.zone)
    return f"{day_text(wall.date(), year=True)} {wall.strftime('%H:%M:%S')}"


def _state(log: AgentDay, zone: str) -> str:
    if log.submitted_at is None:
        return _("还没有提交")
    return _("{time} 提交", time=clock(log.submitted_at, zone, with_day=log.day))


def _entry(entry: Entry, names: dict[str, str], zone: str, log: AgentDay) -> SimpleNamespace:
    recorded = clock(entry.recorded_at, zone, with_day=log.day)
    return SimpleNamespace(
        time=clock(entry.started_at, zone),
        kind=kind_label(entry.kind),
        customer=names.get(entry.customer_id, "***"),
        late=entry.late,
        withdrawn=entry.withdrawn,
        text=entry_text(entry, zone, log.day) + " · " + _("{time} 记下", time=recorded),
        position=entry.position,
    )
