"""The weekly sheet (周工作检视表) as a sheet of paper: targets, results, summary, plan, care (R-10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from domain.paper import PaperKind
from domain.sheet_figures import Figures
from domain.words import SheetKind
from projections import customers
from projections.plans import Planned
from service.context import shilu
from service.language import _, day_text, span_text
from service.pages import week
from service.pages.log_facts import without_numbers
from service.pages.paper_daily_log import heading
from service.pages.sheet_care import care_shown
from service.pages.sheet_words import columns
from service.printing import Section, Sheet
from service.reading import clock, views
from service.sessions import reader
from service.words import PLAN_KINDS, label


def week_sheet(agent_id: str, team_id: str | None, monday: date) -> Sheet:
    """Return the sheet of an agent's week; what was not written is left empty."""
    of = week.known(agent_id, monday)
    next_targets = of.sheet.next_targets if of.sheet else None
    sections = [
        figures_section(_("原定目标与实际达成"), of.targets, of.done, of.history),
        Section(_("本周总结"), text=told(week.summary_of(agent_id, monday))),
        targets_section(_("下周目标"), next_targets),
        _plan(of),
        *care_sections(agent_id, SheetKind.WEEK, monday),
    ]
    mine = agent_id == reader().person_id
    return Sheet(
        kind=PaperKind.WEEKLY_SHEET,
        subject=f"{agent_id}/{monday}",
        agent_id=agent_id,
        team_id=team_id,
        day=monday,
        title=_("周工作检视表"),
        head=heading(
            agent_id,
            team_id,
            (_("日期"), span_text(monday, monday + week.SUNDAY)),
            handed_in(of.sheet.submitted_at if of.sheet else None, on_time=_on_time(of)),
        ),
        sections=tuple(sections),
        signatures=(_("营销员签字"), _("主管签字"), _("日期")),
        back=f"/week?day={monday}" if mine else f"/reviews/{agent_id}/week/{monday}",
    )


def figures_section(
    title: str, targets: Figures | None, done: Figures, history: Sequence[Figures]
) -> Section:
    """Return targets beside results, with what is to be thought of a target."""
    return Section(
        title,
        columns=(_("栏目"), _("原定目标"), _("实际达成"), _("提示")),
        rows=tuple(
            (one.name, "—" if one.target is None else str(one.target), str(one.done), one.text)
            for one in columns(targets, done, history)
        ),
    )


def targets_section(title: str, targets: Figures | None) -> Section:
    """Return targets alone."""
    if targets is None:
        return Section(title, text=_("没有填写"))
    drawn = columns(targets, Figures(), ())
    return Section(
        title,
        columns=tuple(one.name for one in drawn),
        rows=(tuple(str(one.target) for one in drawn),),
    )


def care_sections(agent_id: str, kind: SheetKind, period: date) -> list[Section]:
    """Return 主管关怀, nothing before the review."""
    care = care_shown(agent_id, kind, period)
    if care is None:
        return []
    words = (_("评价"), care.evaluation), (_("建议"), care.advice or "—")
    return [Section(_("主管关怀"), pairs=((_("批阅人"), f"{care.who} · {care.when}"), *words))]


def handed_in(at: datetime | None, *, on_time: bool | None) -> tuple[str, str]:
    """Return whether, when and how punctually a sheet was handed in."""
    if at is None:
        return _("提交"), _("还没有提交")
    wall = clock(at, shilu().rules().time_zone, with_day=shilu().today())
    return _("提交"), wall + " · " + (_("按时") if on_time else _("补交"))


def told(text: str) -> str:
    """Return what the agent wrote, or that nothing was written."""
    return without_numbers(text) if text else _("没有填写")


def _on_time(of: week.Week) -> bool | None:
    return of.sheet.on_time if of.sheet else None


def _plan(of: week.Week) -> Section:
    items = [item for planned in of.plan.values() for item in planned]
    with views("customers") as connection:
        masks = customers.names(connection, {i.customer_id for i in items if i.customer_id})
    return Section(
        _("下周计划"),
        columns=(_("日期"), _("时间"), _("事情"), _("客户")),
        rows=tuple(_planned(item, masks) for item in items),
        text="" if items else _("没有填写"),
    )


def _planned(item: Planned, masks: dict[str, str]) -> tuple[str, ...]:
    at = item.at.strftime("%H:%M") if item.at else ""
    mask = masks.get(item.customer_id, "***") if item.customer_id else ""
    return day_text(item.day), at, label(PLAN_KINDS, item.kind), mask
