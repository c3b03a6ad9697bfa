"""The tables that can be taken away: their columns and their rows, in the reader's words (R-34)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from domain.export import Table
from projections import export_rows, team_day
from service.context import shilu
from service.language import N_, _, local
from service.tables_out import Cell
from service.words import (
    APPEAL_VERDICTS,
    ATTEMPTS,
    DESIGNS,
    KINDS,
    LAST_ACTIONS,
    MODES,
    OUTCOMES,
    REMARKS,
    RESULTS,
    REVIEW_VERDICTS,
    VERDICTS,
    label,
)
from store.mapper import instant

TABLES: Mapping[StrEnum, str] = {
    Table.TEAM_DAYS: N_("团队看板（每人每天）"),
    Table.ENTRIES: N_("展业记录"),
    Table.CALLBACKS: N_("电话回访"),
    Table.REVIEWS: N_("日志批阅"),
    Table.CASES: N_("案件"),
}
CALL_STATES: Mapping[str, str] = {
    "listed": N_("待准备"),
    "prepared": N_("已准备"),
    "attempted": N_("已拨号"),
    "answered": N_("已回答"),
    "debriefed": N_("已完成"),
}
CASE_STATES: Mapping[str, str] = {
    "open": N_("待说明"),
    "explained": N_("已说明"),
    "decided": N_("已决定"),
    "appealed": N_("已申诉"),
    "closed": N_("已结案"),
}
Line = list[Cell]


@dataclass(frozen=True)
class Span:
    """Which days, of which teams; with the names that a table shows for ids."""

    connection: Connection
    teams: tuple[str, ...]
    first: date
    last: date

    def names(self) -> dict[str, str]:
        """Return the names of people and teams by id."""
        people = team_day.people(self.connection, shilu().today())
        teams = {team.team_id: team.name for team in team_day.teams(self.connection)}
        return {**{key: person.name for key, person in people.items()}, **teams}


def table_of(table: Table, span: Span) -> tuple[list[str], list[Line]]:
    """Return header and rows of a table."""
    header, rows = BUILDERS[table]
    return [_(name) for name in header], rows(span)


def _team_days(span: Span) -> list[Line]:
    found: list[Line] = []
    for day, state in export_rows.team_days(span.connection, span.teams, span.first, span.last):
        for member in state.members:
            kinds: list[Cell] = [member.kinds.get(str(kind), 0) for kind in KINDS]
            submitted = _yes(member.submitted)
            leave = _yes(member.on_leave)
            line: Line = [day.isoformat(), state.name, member.agent_id, member.name]
            found.append([*line, *kinds, submitted, member.late, leave, member.policies])
    return found


def _entries(span: Span) -> list[Line]:
    names = span.names()
    found = export_rows.entries(span.connection, span.teams, span.first, span.last)
    return [[*_whose(row, names), *_entry(row)] for row in found]


def _entry(row: Mapping[str, Any]) -> Line:
    return [
        _clock(row["started_at"]),
        label(KINDS, row["kind"]),
        row["customer_id"],
        label(RESULTS, row["result"]),
        label(LAST_ACTIONS, row["last_action"]),
        _clock(row["next_at"]),
        row["minutes"],
        row["note_length"],
        _yes(row["late"]),
        row["corrected"],
        _yes(row["withdrawn"]),
    ]


def _callbacks(span: Span) -> list[Line]:
    names = span.names()
    found = export_rows.callbacks(span.connection, span.teams, span.first, span.last)
    return [[*_whose({**row, "day": row["on_day"]}, names), *_call(row, names)] for row in found]


def _call(row: Mapping[str, Any], names: Mapping[str, str]) -> Line:
    return [
        names.get(row["supervisor_id"], row["supervisor_id"]),
        row["callback_id"],
        row["visit_day"],
        label(KINDS, row["kind"]),
        row["customer_id"],
        label(MODES, row["mode"]),
        label(DESIGNS, row["design"]),
        _plain(CALL_STATES, row["state"]),
        row["attempts"],
        label(ATTEMPTS, row["last_attempt"]),
        label(OUTCOMES, row["outcome"]),
        row["satisfaction"],
        _clock(row["debriefed_at"]),
    ]


def _reviews(span: Span) -> list[Line]:
    names = span.names()
    found = export_rows.reviews(span.connection, span.teams, span.first, span.last)
    return [[*_whose(row, names), *_review(row, names)] for row in found]


def _review(row: Mapping[str, Any], names: Mapping[str, str]) -> Line:
    return [
        _clock(row["submitted_at"]),
        _clock(row["reviewed_at"]),
        names.get(row["reviewer"] or "", ""),
        label(REVIEW_VERDICTS, row["verdict"]),
        label(REMARKS, row["kind"]),
        row["text_length"],
        _clock(row["read_at"]),
    ]


def _cases(span: Span) -> list[Line]:
    names, zone = span.names(), ZoneInfo(shilu().rules().time_zone)
    since = instant(datetime.combine(span.first, time(), zone))
    until = instant(datetime.combine(span.last + timedelta(days=1), time(), zone))
    found = export_rows.cases(span.connection, span.teams, since, until)
    days = [{**row, "day": _clock(row["opened_at"])[:10]} for row in found]
    return [[*_whose(row, names), *_case(row)] for row in days]


def _case(row: Mapping[str, Any]) -> Line:
    return [
        row["case_no"],
        _plain(CASE_STATES, row["state"]),
        round(row["posterior"], 4),
        row["threshold"],
        row["model_version"],
        _clock(row["opened_at"]),
        _clock(row["explained_at"]),
        label(VERDICTS, row["verdict"]),
        _clock(row["decided_at"]),
        label(APPEAL_VERDICTS, row["appeal_verdict"]),
        _clock(row["appeal_decided_at"]),
    ]


def _whose(row: Mapping[str, Any], names: Mapping[str, str]) -> Line:
    agent, team = row["agent_id"], row["team_id"]
    return [str(row["day"]), names.get(team, team), agent, names.get(agent, agent)]


def _plain(labels: Mapping[str, str], word: str) -> str:
    source = labels[word]
    return _(source)


def _yes(told: object) -> str:
    return _("是") if told else _("否")


def _clock(told: str | None) -> str:
    """Return an instant of a view on the branch's wall clock."""
    if not told:
        return ""
    at = datetime.fromisoformat(told).astimezone(UTC)
    return local(at, shilu().rules().time_zone).strftime("%Y-%m-%d %H:%M")


WHOSE = (N_("日期"), N_("团队"), N_("工号"), N_("姓名"))
BUILDERS: Mapping[Table, tuple[tuple[str, ...], Callable[[Span], list[Line]]]] = {
    Table.TEAM_DAYS: (
        (*WHOSE, *KINDS.values(), N_("已提交"), N_("补录"), N_("请假"), N_("成交保单")),
        _team_days,
    ),
    Table.ENTRIES: (
        (
            *WHOSE,
            N_("时间"),
            N_("活动"),
            N_("客户编号"),
            N_("结果"),
            N_("最后动作"),
            N_("下次"),
            N_("分钟"),
            N_("备注字数"),
            N_("补录"),
            N_("更正次数"),
            N_("已撤回"),
        ),
        _entries,
    ),
    Table.CALLBACKS: (
        (
            *WHOSE,
            N_("回访人"),
            N_("回访编号"),
            N_("拜访日期"),
            N_("活动"),
            N_("客户编号"),
            N_("方式"),
            N_("抽取"),
            N_("状态"),
            N_("拨号次数"),
            N_("拨号结果"),
            N_("客户的回答"),
            N_("满意度"),
            N_("完成时间"),
        ),
        _callbacks,
    ),
    Table.REVIEWS: (
        (
            *WHOSE,
            N_("提交"),
            N_("批阅时间"),
            N_("批阅人"),
            N_("评价"),
            N_("批语种类"),
            N_("批语字数"),
            N_("伙伴已读"),
        ),
        _reviews,
    ),
    Table.CASES: (
        (
            *WHOSE,
            N_("案件编号"),
            N_("状态"),
            N_("后验概率"),
            N_("门槛"),
            N_("模型版本"),
            N_("立案时间"),
            N_("说明时间"),
            N_("决定"),
            N_("决定时间"),
            N_("申诉结果"),
            N_("申诉答复时间"),
        ),
        _cases,
    ),
}
