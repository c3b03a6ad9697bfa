"""The monthly record (月经营记录) with its calendar (行事历) as a sheet of paper (R-20 to R-24)."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

from domain.paper import PaperKind
from domain.words import SheetKind
from service.context import shilu
from service.language import _, month_text, short_weekday, span_text
from service.pages import month
from service.pages.paper_daily_log import heading
from service.pages.paper_week import (
    care_sections,
    figures_section,
    handed_in,
    targets_section,
    told,
)
from service.printing import Section, Sheet
from service.sessions import reader


def month_sheet(agent_id: str, team_id: str | None, first: date) -> Sheet:
    """Return the record of an agent's month; what was not written is left empty."""
    of = month.known(agent_id, first)
    summary, plan = month.texts_of(agent_id, first)
    goals = of.sheet.targets if of.sheet else None
    sections = [
        figures_section(_("上月目标与达成"), of.last_goals, of.last, ()),
        Section(_("上月总结"), text=told(summary)),
        Section(_("本月计划"), text=told(plan)),
        targets_section(_("本月经营目标"), goals),
        *_team(of),
        _weeks(of),
        _calendar(of),
        *care_sections(agent_id, SheetKind.MONTH, first),
    ]
    mine = agent_id == reader().person_id
    sheet = of.sheet
    return Sheet(
        kind=PaperKind.MONTHLY_RECORD,
        subject=f"{agent_id}/{first:%Y-%m}",
        agent_id=agent_id,
        team_id=team_id,
        day=first,
        title=_("月工作行事历与月经营记录"),
        head=heading(
            agent_id,
            team_id,
            (_("日期"), month_text(first)),
            handed_in(
                sheet.submitted_at if sheet else None, on_time=sheet.on_time if sheet else None
            ),
        ),
        sections=tuple(sections),
        signatures=(_("营销员签字"), _("主管签字"), _("日期")),
        back=f"/month?month={first:%Y-%m}" if mine else f"/reviews/{agent_id}/month/{first}",
    )


def _team(of: month.Month) -> list[Section]:
    rolled = month.rolled_up(of)
    if not rolled:
        return []
    rows = tuple((one.name, str(one.team), str(one.sum), str(one.gap)) for one in rolled)
    head = _("栏目"), _("团队"), _("合计"), _("还差")
    return [Section(_("团队目标"), columns=head, rows=rows)]


def _weeks(of: month.Month) -> Section:
    weeks = of.sheet.weeks if of.sheet else ()
    rows = tuple((str(no), span_text(*span)) for no, span in enumerate(weeks, 1))
    head = _("工作周"), _("日期")
    return Section(_("工作周的划分"), columns=head, rows=rows, text="" if rows else _("没有填写"))


def _calendar(of: month.Month) -> Section:
    drawn = month.calendar(of, shilu().rules())
    monday = drawn[0][0].day
    return Section(
        _("行事历"),
        columns=tuple(short_weekday(monday + timedelta(days=n)) for n in range(7)),
        rows=tuple(tuple(_cell(cell) for cell in row) for row in drawn),
    )


def _cell(cell: SimpleNamespace) -> str:
    if not cell.inside:
        return ""
    parts = [str(cell.day.day), cell.mark, _("{n} 件", n=cell.n) if cell.n else ""]
    return " ".join(part for part in parts if part)
