"""The time machine (X1): how a team stood at any instant, beside how it stood at another.

It asks what the system knew then, by the instants at which things were put on record.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from projections import team_day, timeline
from projections.team_day import TeamState
from projections.team_difference import StateDifference, differences
from service.access import Thing, need
from service.context import shilu
from service.language import N_, _, day_text, local
from service.pages.team_table import member_row
from service.reading import views
from service.sessions import reader
from service.words import KINDS, label

pages = Blueprint("time_machine", __name__)
MILLISECOND = timedelta(milliseconds=1)
WHATS = {
    "submitted": N_("已交日志"),
    "late": N_("补录"),
    "noted_missing": N_("未交提醒"),
    "on_leave": N_("请假"),
    "policies": N_("签单"),
    "confirmed": N_("客户确认"),
    "contradicted": N_("客户否认"),
    "open_case": N_("待决案件"),
    "working_day": N_("工作日"),
    "supervisor_id": N_("主管"),
    "name": N_("姓名"),
}


@pages.get("/time-machine")
def time_machine() -> Response:
    """Show a team as it was on record at ``at``, and at ``vs`` if given."""
    need(reader(), Thing.TIME_MACHINE)
    zone = shilu().rules().time_zone
    at, at_is_bad = _instant("at", zone)
    vs, vs_is_bad = _instant("vs", zone)
    now = _coming_second()
    with views("team_day", "timeline") as connection:
        teams = [(t.team_id, t.name) for t in team_day.teams(connection)]
        team_id = request.args.get("team", "") or (teams[0][0] if teams else "")
        first = at or now
        day = _day(zone, first)
        moments = sorted(m for m in (first, vs) if m is not None)
        states = [_state(connection, team_id, day, moment) for moment in moments]
    both = [state for _m, _p, state in states if state is not None]
    changed = differences(both[0], both[1]) if len(both) == 2 else ()
    page = render_template(
        "time_machine.html",
        teams=teams,
        team_id=team_id,
        at_value=_typed(first, zone),
        vs_value=_typed(vs, zone) if vs else "",
        day_value=day.isoformat() if request.args.get("day") else "",
        problem=_("请填写正确的日期和时间") if at_is_bad or vs_is_bad else "",
        states=[_shown(m, p, s, zone, changed) for m, p, s in states],
        changes=_changes(changed, both) if len(both) == 2 else None,
        jumps=_jumps(team_id, first, zone),
    )
    return make_response(page, 422 if at_is_bad or vs_is_bad else 200)


def _instant(name: str, zone: str) -> tuple[datetime | None, bool]:
    """Return the instant in the address (wall clock, or with an offset), and whether it is bad."""
    given = request.args.get(name, "").strip()
    if not given:
        return None, False
    try:
        moment = datetime.fromisoformat(given.replace(" ", "+") if "T" in given else given)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, True
    return (moment, False) if 2000 <= moment.year <= 2099 else (None, True)


def _coming_second() -> datetime:
    """Return now, rounded up to a second, so that nothing on record by now is left out."""
    return (shilu().now() + timedelta(seconds=1)).replace(microsecond=0)


def _exact(moment: datetime, zone: str) -> str:
    """Return an instant for an address: on the branch's wall clock, to the microsecond."""
    return local(moment, zone).replace(tzinfo=None).isoformat()


def _typed(moment: datetime, zone: str) -> str:
    """Return an instant for a field, which holds milliseconds: rounded up, to lose no event."""
    over = timedelta(microseconds=moment.microsecond % 1000)
    whole = moment - over + MILLISECOND if over else moment
    return _exact(whole, zone)[:23]


def _day(zone: str, moment: datetime) -> date:
    """Return the day asked for; else that of the instant."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return local(moment, zone).date()
    return day if 2000 <= day.year <= 2099 else local(moment, zone).date()


def _state(
    connection: Connection, team_id: str, day: date, moment: datetime
) -> tuple[datetime, int, TeamState | None]:
    position = timeline.position_at(connection, moment)
    return moment, position, team_day.team_state(connection, team_id, day, position)


def _shown(
    moment: datetime,
    position: int,
    state: TeamState | None,
    zone: str,
    changed: tuple[StateDifference, ...],
) -> SimpleNamespace:
    touched = {(c.agent_id, c.what) for c in changed}
    wall = local(moment, zone)
    members = [member_row(m, state.mode, touched) for m in state.members] if state else []
    facts = [day_text(state.day, year=True), state.name] if state else []
    if state and state.supervisor_name:
        facts.append(_("主管 {name}", name=state.supervisor_name))
    return SimpleNamespace(
        title=f"{day_text(wall.date(), year=True)} {wall.strftime('%H:%M:%S')}",
        position=_("第 {position} 条", position=f"{position:,}"),
        facts=" · ".join(facts),
        members=members,
    )


def _changes(changed: tuple[StateDifference, ...], both: list[TeamState]) -> list[SimpleNamespace]:
    """Return what changed, one line for the team and one for each agent."""
    names = {m.agent_id: m.name for state in both for m in state.members}
    lines: dict[str, list[str]] = {}
    for one in changed:
        what = _(WHATS[one.what]) if one.what in WHATS else label(KINDS, one.what)
        before, after = _plain(one.before), _plain(one.after)
        who = names.get(one.agent_id or "", both[0].name)
        lines.setdefault(who, []).append(f"{what} {before} → {after}")
    return [SimpleNamespace(who=who, what=" · ".join(whats)) for who, whats in lines.items()]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "—" if value is None else str(value)


def _jumps(team_id: str, moment: datetime, zone: str) -> list[SimpleNamespace]:
    def to(text: str, at: datetime, vs: datetime | None = None) -> SimpleNamespace:
        query = {"team": team_id, "at": _exact(at, zone)}
        if vs is not None:
            query["vs"] = _exact(vs, zone)
        if request.args.get("day"):
            query["day"] = request.args["day"]
        return SimpleNamespace(text=text, href="/time-machine?" + urlencode(query))

    now = _coming_second()
    return [
        to(_("早一周"), moment - timedelta(days=7)),
        to(_("早一天"), moment - timedelta(days=1)),
        to(_("早一小时"), moment - timedelta(hours=1)),
        to(_("晚一小时"), min(moment + timedelta(hours=1), now)),
        to(_("晚一天"), min(moment + timedelta(days=1), now)),
        to(_("现在"), now),
        to(_("与现在对比"), moment, now),
    ]
