"""The difference of two states of a team in words: whose, what, how it was and how it is."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from projections.team_day import TeamState
from projections.team_difference import StateDifference, Value
from service.language import N_, _
from service.words import KINDS, label

WHATS: Mapping[str, str] = {
    "submitted": N_("日志"),
    "late": N_("补录"),
    "noted_missing": N_("未交提醒"),
    "on_leave": N_("出勤"),
    "policies": N_("签单"),
    "confirmed": N_("客户确认"),
    "contradicted": N_("客户否认"),
    "open_case": N_("待决案件"),
    "working_day": N_("这一天"),
    "supervisor_id": N_("主管"),
    "name": N_("姓名"),
    "member": N_("团队"),
    "quota": N_("每日定额（电话-面谈-促成-新增）"),
}
TRUTHS: Mapping[str, tuple[str, str]] = {
    "submitted": (N_("没交"), N_("已交")),
    "noted_missing": (N_("没有"), N_("有")),
    "on_leave": (N_("在岗"), N_("请假")),
    "open_case": (N_("没有"), N_("有")),
    "working_day": (N_("休息日"), N_("工作日")),
    "member": (N_("不在这个团队"), N_("在这个团队")),
}
COUNTED: Mapping[str, str] = {"late": N_("{n} 笔"), "policies": N_("{n} 件")}
TIMES = N_("{n} 次")


def changes(
    found: tuple[StateDifference, ...], before: TeamState, after: TeamState
) -> list[SimpleNamespace]:
    """Return the differences as lines: ``who``, ``what``, ``before``, ``after``."""
    names = {m.agent_id: m.name for state in (before, after) for m in state.members}
    leaders = {s.supervisor_id: s.supervisor_name or s.supervisor_id for s in (before, after)}
    return [
        SimpleNamespace(
            who=names.get(one.agent_id or "", after.name),
            what=_(WHATS[one.what]) if one.what in WHATS else label(KINDS, one.what),
            before=_said(one.what, one.before, leaders),
            after=_said(one.what, one.after, leaders),
        )
        for one in found
    ]


def _said(what: str, value: Value, leaders: Mapping[str | None, str | None]) -> str:
    if what == "supervisor_id":
        return leaders.get(str(value) if value else None) or "—"
    if isinstance(value, bool):
        no, yes = TRUTHS[what]
        return _(yes if value else no)
    if isinstance(value, int):
        return _(COUNTED.get(what, TIMES), n=value)
    return value or "—"
