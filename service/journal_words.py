"""What people read for the words of the supervisor's journal and its self-check (R-80 to R-85)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.supervisor_journal import NoteKind, Question
from service.language import N_

NOTES: Mapping[StrEnum, str] = {
    NoteKind.WORKPLACE: N_("参与职场事务"),
    NoteKind.FUNCTION_GROUP: N_("参加功能小组"),
    NoteKind.RECOMMENDATION: N_("推荐伙伴参加"),
    NoteKind.COMPANY_DECISION: N_("落实公司决定"),
    NoteKind.OTHER: N_("其他"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A question card: the symptom, what it may mean, and what to ask oneself."""

    symptom: str
    cause: str
    ask: str


CARDS: Mapping[StrEnum, Card] = {
    Question.SAME_CUSTOMERS: Card(
        N_("{p}% 的回访打给了同样的客户（共 {n} 次）"),
        N_("资料收集不准确，计划不足"),
        N_("我怎样确定回访对象？有没有提前计划？"),
    ),
    Question.INCOMPLETE_NAMES: Card(
        N_("{p}% 的回访对象姓名不全（共 {n} 次）"),
        N_("资料收集不准确，计划不足"),
        N_("我有没有威信，能从伙伴那里拿到准确的资料？"),
    ),
    Question.THIN_CALL_NOTES: Card(
        N_("{p}% 的回访记录很简单或没有填（共 {n} 次）"),
        N_("回访走了形式，没有听进去"),
        N_("我从这些电话里知道了什么？哪一句值得告诉伙伴？"),
    ),
    Question.NEVER_A_DENIAL: Card(
        N_("{n} 次回访，没有一次说法不符"),
        N_("也许一切都好，也许总打给熟悉的客户"),
        N_("名单是怎样来的？有没有按随机抽样打？"),
    ),
    Question.HASTY_REVIEWS: Card(
        N_("{p}% 的批阅与上一份只隔几秒（共 {n} 份）"),
        N_("没有读就批了"),
        N_("我读了哪几份？伙伴会觉得我读过吗？"),
    ),
    Question.SAME_REMARKS: Card(
        N_("{p}% 的批语和别的一模一样（共 {n} 份）"),
        N_("批语不针对人"),
        N_("每一份里，哪一件事只属于这位伙伴？"),
    ),
    Question.SAME_AGENTS_COACHED: Card(
        N_("{p}% 的辅导给了同一位伙伴（共 {n} 次）"),
        N_("只辅导容易谈的人"),
        N_("谁最近没有被辅导过？为什么？"),
    ),
    Question.THIN_COACHING: Card(
        N_("{p}% 的辅导记录很简单（共 {n} 次）"),
        N_("辅导没有落到具体的事"),
        N_("说好了做什么？下次怎样看得出变化？"),
    ),
    Question.SAME_AGENTS_TRACKED: Card(
        N_("{p}% 的追踪电话打给了同一位伙伴（共 {n} 次）"),
        N_("频率没有照顾到每个人"),
        N_("这周谁还没有接到我的电话？"),
    ),
    Question.THIN_TRACKING: Card(
        N_("{p}% 的追踪电话记录很简单（共 {n} 次）"),
        N_("说得多，听得少"),
        N_("我了解到了什么新情况？"),
    ),
}
