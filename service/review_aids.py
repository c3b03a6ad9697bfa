"""What helps a reviewer, in words: the checklists' rows and the phrases, the branch's or our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.log_checklist import CHECKLIST, ChecklistRow, Finding, Item, Phrase, Topic
from domain.sheet_checklist import CHECKLISTS, SheetFinding, SheetItem, SheetRow
from domain.words import RemarkKind, SheetKind
from service.context import shilu
from service.language import N_, _
from service.words import (
    LOG_FINDINGS,
    SHEET_FINDINGS,
    SHEET_PROBLEMS,
    SHEET_TICKS,
    TOPICS,
    label,
)

NAME_SLOT = "〔姓名〕"
COLUMNS: Mapping[StrEnum, str] = {
    Finding.DISORDERLY_FOLLOW_UP: N_("回访"),
    Finding.NO_DAILY_SUMMARY: N_("成果"),
    Finding.QUOTA_SHORT: N_("活动量"),
    Finding.THIN_NOTES: N_("过程"),
    Finding.NO_LAST_ACTION: N_("最后动作"),
    Finding.NO_NEXT_STEP: N_("下一步"),
    Finding.LATE_ENTRIES: N_("时间"),
    Finding.NAME_INCOMPLETE: N_("客户"),
}
PROBLEMS: Mapping[StrEnum, str] = {
    Finding.DISORDERLY_FOLLOW_UP: N_("回访安排无序性"),
    Finding.NO_DAILY_SUMMARY: N_("没有做总结"),
    Finding.QUOTA_SHORT: N_("时间没有用在拜访上"),
    Finding.THIN_NOTES: N_("过程没有留下来，无法分析"),
    Finding.NO_LAST_ACTION: N_("面谈没有收尾"),
    Finding.NO_NEXT_STEP: N_("客户没有跟进的安排"),
    Finding.LATE_ENTRIES: N_("没有当天记录的习惯"),
    Finding.NAME_INCOMPLETE: N_("资料收集不准确"),
}
PHRASES: tuple[tuple[RemarkKind, str], ...] = (
    (RemarkKind.PRAISE, N_("〔姓名〕，今天的面谈过程写得很具体，继续保持。")),
    (RemarkKind.ENCOURAGE, N_("〔姓名〕，被拒绝也如实记下来，这很不容易。")),
    (RemarkKind.GUIDE, N_("离开客户之前，先把下一次的时间约好。")),
    (RemarkKind.ASK, N_("这位客户最担心的是什么？你当时怎么回答的？")),
    (RemarkKind.CORRECT, N_("请当天记当天的活动，细节才不会丢。")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the checklist as people read it: 栏目, 现象, 反映问题, 辅导重点."""

    finding: Finding | SheetFinding
    column: str
    symptom: str
    problem: str
    coach: str
    applies: bool
    proposed: bool


def rows() -> list[Row]:
    """Return the checklist in its order, in the branch's words or the handbook's."""
    aids = shilu().record.review_aids.find()
    return [_worded(handbook_row(item), aids.row(item.finding)) for item in CHECKLIST]


def handbook_row(item: Item) -> Row:
    """Return a row in the handbook's words, or as this project proposes it."""
    return Row(
        item.finding,
        label(COLUMNS, item.finding),
        label(LOG_FINDINGS, item.finding),
        label(PROBLEMS, item.finding),
        _coach(item.topics),
        applies=True,
        proposed=item.proposed,
    )


def _coach(topics: Sequence[Topic]) -> str:
    return _("、").join(label(TOPICS, topic) for topic in topics)


def _worded(usual: Row, own: ChecklistRow | SheetRow) -> Row:
    return replace(
        usual,
        symptom=own.symptom or usual.symptom,
        problem=own.problem or usual.problem,
        coach=own.coach or usual.coach,
        applies=own.applies,
    )


def sheet_rows(sheet: SheetKind) -> list[Row]:
    """Return the checklist of weeks or months, in the branch's words or the handbook's."""
    aids = shilu().record.review_aids.find()
    items = CHECKLISTS[sheet]
    return [_worded(handbook_sheet_row(i), aids.sheet_row(sheet, i.finding)) for i in items]


def handbook_sheet_row(item: SheetItem) -> Row:
    """Return a row of a week or a month: the handbook's check in this project's words."""
    return Row(
        item.finding,
        label(SHEET_TICKS, item.tick),
        label(SHEET_FINDINGS, item.finding),
        label(SHEET_PROBLEMS, item.finding),
        _coach(item.topics),
        applies=True,
        proposed=False,
    )


def phrases() -> list[Phrase]:
    """Return the branch's phrases, or ours while it has none."""
    own = shilu().record.review_aids.find().phrases
    return list(own) if own is not None else [Phrase(kind, _(text)) for kind, text in PHRASES]


def for_agent(phrase: Phrase, name: str) -> str:
    """Return a phrase with the agent's name in its slot."""
    return phrase.text.replace(NAME_SLOT, name)
