"""An agent's day as the supervisor may see it: what was done, with customers masked (R-34)."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from domain.callback import callback_id_of
from domain.words import ActivityKind, Role
from projections import agent_day, callback_queue, customers
from projections.agent_day import AgentDay, Entry
from service.access import Thing, may, need_about
from service.context import shilu
from service.forms import Form
from service.language import _
from service.pages.rings import entry_text, kind_label, rings
from service.reading import clock, day_in_address, views
from service.sessions import reader

pages = Blueprint("agent_day", __name__)
VISITS = frozenset(ActivityKind) - {ActivityKind.APPOINTMENT_CALL}


@pages.get("/agents/<agent_id>")
def day_of(agent_id: str) -> str:
    """Show an agent's day; visits may be put on the list of calls from here."""
    rules, today = shilu().rules(), shilu().today()
    day = min(day_in_address(today), today)
    member = shilu().record.organisation.member(agent_id)
    team_id = member.team_on(day) or member.team_id if member else None
    need_about(reader(), Thing.READ_LOG, agent_id=agent_id, team_id=team_id)
    if member is None or member.role is not Role.AGENT:
        raise NotFound
    with views("agent_day", "callback_queue") as connection:
        log = agent_day.agent_day(connection, agent_id, day)
        names = customers.names(connection, {e.customer_id for e in log.entries})
        called = {c.activity_id: c for c in callback_queue.for_agent(connection, agent_id)}
    return render_template(
        "agent_day.html",
        name=member.name,
        form=Form(),
        agent_id=agent_id,
        team_id=team_id,
        day=day,
        before=day - timedelta(days=1),
        after_day=day + timedelta(days=1) if day < today else None,
        state=_state(log, rules.time_zone),
        rings=rings(log.kinds, rules.mode_on(day)),
        entries=[
            _entry(e, names, e.activity_id in called, agent_id, day, rules.time_zone)
            for e in reversed(log.entries)
        ],
    )


def _state(log: AgentDay, zone: str) -> str:
    if log.submitted_at is not None:
        on_time = _("按时") if log.on_time else _("补交")
        return (
            _("{time} 提交", time=clock(log.submitted_at, zone, with_day=log.day)) + " · " + on_time
        )
    return _("还没有提交")


def _entry(
    entry: Entry, names: dict[str, str], called: bool, agent_id: str, day: date, zone: str
) -> SimpleNamespace:
    may_call = may(reader(), Thing.CALL) and entry.kind in VISITS
    call_id = callback_id_of(entry.activity_id, reader().person_id)
    new = f"/callbacks/new?agent={agent_id}&day={day}&activity={entry.activity_id}"
    return SimpleNamespace(
        time=clock(entry.started_at, zone),
        kind=kind_label(entry.kind),
        customer=names.get(entry.customer_id, "***"),
        late=entry.late,
        withdrawn=entry.withdrawn,
        text=entry_text(entry, zone, day),
        call=(f"/callbacks/{call_id}" if called else new) if may_call else "",
        call_text=_("看回访") if called else _("回访"),
    )
