"""The event stream (X2): who, when, what and because of what; every filter is in the address."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound

from projections import audit_trail, team_day
from projections.audit_trail import Filters, TrailRow
from service.access import Thing, need
from service.context import shilu
from service.event_words import Names, names_for, sentence
from service.language import N_, _, local
from service.reading import as_of, integer, views
from service.sessions import reader
from service.words import ROLES, label

pages = Blueprint("events", __name__)
PAGE = 50
FAMILIES = (  # every event's topic begins with one of these
    ("daily_log.", N_("工作日志")),
    ("plan.", N_("计划")),
    ("weekly_sheet.", N_("周工作检视表")),
    ("monthly_record.", N_("月经营记录")),
    ("team_goal.", N_("团队目标")),
    ("review.", N_("批阅")),
    ("callback.", N_("电话回访")),
    ("tracking_call.", N_("电话追踪")),
    ("coaching.", N_("个别辅导")),
    ("family_note.", N_("家里的事")),
    ("supervisor_journal.", N_("经营日志")),
    ("filling_suggestion.", N_("填写问题的提示")),
    ("filling_case.", N_("填写辅导")),
    ("contest.", N_("评比")),
    ("role_model.", N_("典型")),
    ("sharing_session.", N_("分享会")),
    ("expert_clinic.", N_("专家门诊")),
    ("verification_case.", N_("核实与案件")),
    ("rate_estimate.", N_("编造率")),
    ("complaint.", N_("投诉")),
    ("confidentiality.contact_revealed", N_("查看客户号码")),
    ("confidentiality.", N_("客户资料保密")),
    ("customer.", N_("客户")),
    ("scheduled_check.", N_("系统检查")),
    ("notices.", N_("通知")),
    ("webhook.", N_("程序通知")),
    ("calendar_feed.", N_("日程订阅")),
    ("paper.", N_("打印")),
    ("export.", N_("导出表格")),
    ("access.", N_("被拒绝的访问")),
    ("account.", N_("账号")),
    ("audit.", N_("验证与导出")),
    ("organisation.", N_("人员与团队")),
    ("rulebook.", N_("规则")),
    ("detector.", N_("检测模型")),
)
SOURCES = {
    "web": N_("网页"),
    "api": N_("接口"),
    "import": N_("导入"),
    "worker": N_("系统任务"),
    "cli": N_("命令行"),
    "demo": N_("演示"),
}


@pages.get("/events")
def stream() -> str:
    """List events, newest first, as the address says."""
    need(reader(), Thing.EVENTS)
    chosen = chosen_events()
    with views("audit_trail", "team_day") as connection:
        rows = audit_trail.stream(connection, event_filters(chosen), integer("before"), PAGE + 1)
        names = names_for(connection, rows)
        effects = audit_trail.effects_counted(connection, [row.position for row in rows[:PAGE]])
        people = team_day.people(connection, shilu().today()).values()
    query = {key: value for key, value in vars(chosen).items() if value}
    older = urlencode({**query, "before": rows[PAGE - 1].position}) if len(rows) > PAGE else ""
    first = f"/events?{urlencode(query)}" if request.args.get("before") else ""
    return render_template(
        "events.html",
        days=_by_day(rows[:PAGE], names, effects),
        chosen=chosen,
        filtered=bool(query),
        topics=[SimpleNamespace(value=value, text=_(text)) for value, text in FAMILIES],
        actors=[(p.person_id, p.name) for p in people] + [("system", _("系统"))],
        agents=[(p.person_id, p.name) for p in people if p.role == "agent"],
        teams=list(names.teams.items()),
        first=first,
        older=f"/events?{older}" if older else "",
        as_of=as_of("audit_trail"),
    )


@pages.get("/events/<int:position>")
def event(position: int) -> str:
    """Show one event with its cause and its effects."""
    need(reader(), Thing.EVENTS)
    with views("audit_trail", "team_day") as connection:
        row = audit_trail.one(connection, position) if position < 2**62 else None
        if row is None:
            raise NotFound
        cause = audit_trail.one(connection, row.cause) if row.cause else None
        related = audit_trail.same_command(connection, row.command_id)
        effects = [*audit_trail.effects_of(connection, position)]
        effects += [r for r in related if r.position > position and r.cause is None]
        later = audit_trail.one(connection, position + 1)
        names = names_for(connection, [row, *effects, *([cause] if cause else [])])
    return render_template(
        "event.html",
        event=_line(row, names),
        earlier=position - 1 if position > 1 else None,
        later=position + 1 if later else None,
        facts=_facts(row, names),
        cause=_line(cause, names) if cause else None,
        effects=[_line(r, names) for r in effects],
        raw=json.dumps(row.facts, ensure_ascii=False, indent=2, sort_keys=True),
    )


def chosen_events() -> SimpleNamespace:
    """Return which events the address asks for, as it was typed."""
    fields = ("topic", "actor", "agent", "team", "since", "until")
    return SimpleNamespace(**{name: request.args.get(name, "").strip()[:80] for name in fields})


def event_filters(chosen: SimpleNamespace) -> Filters:
    """Return the filters of what was chosen; what is no day filters nothing."""
    return Filters(
        topic=chosen.topic or None,
        actor=chosen.actor or None,
        agent_id=chosen.agent or None,
        team_id=chosen.team or None,
        since_day=_day(chosen.since),
        until_day=_day(chosen.until),
    )


def _day(given: str) -> date | None:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2099 else None


def _line(row: TrailRow, names: Names, effects: int = 0) -> SimpleNamespace:
    wall = local(row.recorded_at, shilu().rules().time_zone)
    return SimpleNamespace(
        position=row.position,
        day=wall.date(),
        time=wall.strftime("%H:%M:%S"),
        instant=row.recorded_at.isoformat(),
        at_value=wall.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        sentence=sentence(row, names),
        team_id=row.team_id,
        meta=_meta(row),
        cause=row.cause,
        effects=effects,
    )


def _meta(row: TrailRow) -> str:
    parts = [
        label(ROLES, row.role),
        _(SOURCES[row.source]) if row.source in SOURCES else row.source,
    ]
    return " · ".join(parts)


def _by_day(
    rows: Sequence[TrailRow], names: Names, effects: Mapping[int, int]
) -> list[SimpleNamespace]:
    lines = [_line(row, names, effects.get(row.position, 0)) for row in rows]
    return [
        SimpleNamespace(day=day, events=list(events))
        for day, events in groupby(lines, key=lambda line: line.day)
    ]


def _facts(row: TrailRow, names: Names) -> list[tuple[str, Any]]:
    zone = shilu().rules().time_zone
    return [
        (_("谁"), f"{names.person(row.actor)} · {label(ROLES, row.role)}"),
        (_("发生于"), local(row.occurred_at, zone).strftime("%Y-%m-%d %H:%M:%S")),
        (_("记录于"), local(row.recorded_at, zone).strftime("%Y-%m-%d %H:%M:%S")),
        (_("来自"), _(SOURCES[row.source]) if row.source in SOURCES else row.source),
        (_("类型"), row.topic),
        (_("流"), f"{row.stream_id} · {_('第 {n} 版', n=row.stream_version)}"),
        (_("命令"), row.command_id),
    ]
