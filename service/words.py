"""What people read for the words of the domain. Chinese is the source of every label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from domain.account_record import IdentityCheck
from domain.call_plan import DRAWN_REASON, SECOND_REASON
from domain.contest_scores import Measure
from domain.filling_ladder import Ending, Problem, Will
from domain.log_checklist import Finding, Topic
from domain.sheet_checklist import SheetFinding, Tick
from domain.sheet_figures import Column
from domain.words import (
    ActivityKind,
    ActivityResult,
    AppealVerdict,
    AttemptResult,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    ComplaintFinding,
    ContactSource,
    ErasureGround,
    LastAction,
    Leaning,
    LeaveKind,
    Objection,
    PlanChange,
    PlanKind,
    PolicyTerm,
    RemarkKind,
    ReviewVerdict,
    Role,
    Sanction,
    SheetKind,
    SheetPart,
    Verdict,
)
from service.language import N_, _

ROLES: Mapping[StrEnum, str] = {
    Role.AGENT: N_("营销员"),
    Role.SUPERVISOR: N_("主管"),
    Role.UPPER_SUPERVISOR: N_("上级主管"),
    Role.AUDITOR: N_("合规稽核"),
    Role.ADMINISTRATOR: N_("管理员"),
    Role.SYSTEM: N_("系统"),
}
IDENTITY_CHECKS: Mapping[StrEnum, str] = {
    IdentityCheck.IN_PERSON: N_("当面核对"),
    IdentityCheck.VIDEO: N_("视频核对"),
    IdentityCheck.SUPERVISOR: N_("主管当面确认"),
}
KINDS: Mapping[StrEnum, str] = {
    ActivityKind.APPOINTMENT_CALL: N_("电话约访"),
    ActivityKind.FACE_MEETING: N_("面谈"),
    ActivityKind.CLOSING_VISIT: N_("促成拜访"),
    ActivityKind.NEW_PROSPECT_VISIT: N_("新增拜访"),
    ActivityKind.RECRUITING_VISIT: N_("增员拜访"),
}
PLAN_KINDS: Mapping[StrEnum, str] = {
    PlanKind.APPOINTMENT_CALL: N_("电话约访"),
    PlanKind.FACE_MEETING: N_("面谈"),
    PlanKind.CLOSING_VISIT: N_("促成拜访"),
    PlanKind.NEW_PROSPECT_VISIT: N_("新增拜访"),
    PlanKind.RECRUITING_VISIT: N_("增员拜访"),
    PlanKind.SERVICE: N_("客户服务"),
    PlanKind.TEAM_EVENT: N_("团队活动"),
    PlanKind.TRAINING: N_("培训"),
    PlanKind.OTHER_WORK: N_("其他工作"),
}
PLAN_CHANGES: Mapping[StrEnum, str] = {
    PlanChange.CUSTOMER_ASKED: N_("客户改期"),
    PlanChange.UNREACHABLE: N_("联系不上"),
    PlanChange.COMPANY: N_("公司或团队安排"),
    PlanChange.OWN: N_("自己调整"),
    PlanChange.MISTAKE: N_("记错了"),
}
COLUMNS: Mapping[StrEnum, str] = {
    Column.CALLS: N_("电话约访"),
    Column.MEETINGS: N_("面谈"),
    Column.CLOSINGS: N_("促成拜访"),
    Column.NEW_VISITS: N_("新增/增员"),
    Column.POLICIES: N_("成交件数"),
}
WEEK_PARTS: Mapping[StrEnum, str] = {
    SheetPart.TARGETS: N_("原定目标"),
    SheetPart.SUMMARY: N_("本周总结"),
    SheetPart.NEXT_PLAN: N_("下周计划"),
}
MONTH_PARTS: Mapping[StrEnum, str] = {
    SheetPart.WORK_WEEKS: N_("工作周划分"),
    SheetPart.SUMMARY: N_("上月总结"),
    SheetPart.PLAN: N_("本月计划"),
    SheetPart.GOALS: N_("本月经营目标"),
    SheetPart.CALENDAR: N_("行事历"),
}
SHEET_KINDS: Mapping[StrEnum, str] = {
    SheetKind.WEEK: N_("周工作检视表"),
    SheetKind.MONTH: N_("月经营记录"),
}
SHEET_TICKS: Mapping[StrEnum, str] = {
    Tick.COMPLETE: N_("各栏目都填了"),
    Tick.CALENDAR: N_("行事历填得合理"),
    Tick.FEASIBLE: N_("原定目标可行"),
    Tick.OBJECTIVE: N_("总结全面、客观"),
    Tick.WITH_TEAM: N_("计划可行、与团队相符"),
    Tick.WEEKS: N_("工作周划分合适"),
}
SHEET_FINDINGS: Mapping[StrEnum, str] = {
    SheetFinding.COLUMNS_EMPTY: N_("有栏目没有填"),
    SheetFinding.CALENDAR_EMPTY: N_("行事历有工作周是空的"),
    SheetFinding.TARGETS_TOO_HIGH: N_("目标远高于自己最好的一周"),
    SheetFinding.TARGETS_TOO_LOW: N_("目标远低于平时"),
    SheetFinding.SUMMARY_THIN: N_("总结太短"),
    SheetFinding.SUMMARY_UNSUPPORTED: N_("总结里的数和日志对不上"),
    SheetFinding.PLAN_EMPTY_DAYS: N_("下周有几天没有安排"),
    SheetFinding.PLAN_TOO_HIGH: N_("下周目标远高于自己最好的一周"),
    SheetFinding.PLAN_TOO_LOW: N_("下周目标远低于平时"),
    SheetFinding.PLAN_WITHOUT_TEAM: N_("计划没有指向团队目标"),
    SheetFinding.BELOW_TEAM_SHARE: N_("目标低于团队的人均"),
    SheetFinding.WEEKS_UNEVEN: N_("工作周长短悬殊"),
}
SHEET_PROBLEMS: Mapping[StrEnum, str] = {
    SheetFinding.COLUMNS_EMPTY: N_("没有按要求填写的习惯"),
    SheetFinding.CALENDAR_EMPTY: N_("没有提前安排"),
    SheetFinding.TARGETS_TOO_HIGH: N_("目标没有依据，难以达成"),
    SheetFinding.TARGETS_TOO_LOW: N_("信心不足，留了余地"),
    SheetFinding.SUMMARY_THIN: N_("没有真正回顾"),
    SheetFinding.SUMMARY_UNSUPPORTED: N_("漏记日志，或总结不客观"),
    SheetFinding.PLAN_EMPTY_DAYS: N_("计划不足"),
    SheetFinding.PLAN_TOO_HIGH: N_("计划没有依据"),
    SheetFinding.PLAN_TOO_LOW: N_("信心不足，留了余地"),
    SheetFinding.PLAN_WITHOUT_TEAM: N_("不了解团队目标"),
    SheetFinding.BELOW_TEAM_SHARE: N_("与团队目标不一致"),
    SheetFinding.WEEKS_UNEVEN: N_("节奏安排不当"),
}
SOURCES: Mapping[StrEnum, str] = {
    ContactSource.OWN: N_("缘故"),
    ContactSource.REFERRAL: N_("转介绍"),
    ContactSource.ORPHAN_ASSIGNED: N_("孤儿单"),
    ContactSource.INBOUND: N_("主动咨询"),
    ContactSource.EVENT: N_("活动"),
    ContactSource.COMPANY_LEAD: N_("公司名单"),
}
RESULTS: Mapping[StrEnum, str] = {
    ActivityResult.INTERESTED: N_("意向明确"),
    ActivityResult.FOLLOW_UP: N_("再联系"),
    ActivityResult.DECLINED: N_("婉拒"),
    ActivityResult.NOT_MET: N_("没见到"),
    ActivityResult.SIGNED: N_("签单"),
}
LAST_ACTIONS: Mapping[StrEnum, str] = {
    LastAction.LEFT_PROPOSAL: N_("留下建议书"),
    LastAction.AGREED_REVISIT: N_("约好再访"),
    LastAction.GAVE_MATERIALS: N_("送了资料"),
    LastAction.ASKED_REFERRAL: N_("请求转介绍"),
    LastAction.SIGNED_APPLICATION: N_("签投保单"),
    LastAction.SAID_GOODBYE: N_("礼貌道别"),
}
OBJECTIONS: Mapping[StrEnum, str] = {
    Objection.PRICE: N_("保费贵"),
    Objection.PAYMENT_TERM: N_("缴费年限"),
    Objection.NO_NEED: N_("不需要"),
    Objection.HAS_INSURANCE: N_("已有保险"),
    Objection.FAMILY: N_("家人反对"),
    Objection.TRUST: N_("不信任"),
    Objection.TIMING: N_("时机不对"),
    Objection.OTHER: N_("其他"),
}
MODES: Mapping[StrEnum, str] = {
    CallbackMode.COACHING: N_("辅导回访"),
    CallbackMode.AUDIT: N_("核查回访"),
}
DESIGNS: Mapping[StrEnum, str] = {
    CallbackDesign.RANDOM: N_("随机抽取"),
    CallbackDesign.RISK: N_("系统抽取"),
    CallbackDesign.CHOSEN: N_("主管选取"),
}
ATTEMPTS: Mapping[StrEnum, str] = {
    AttemptResult.ANSWERED: N_("接通"),
    AttemptResult.NO_ANSWER: N_("无人接听"),
    AttemptResult.BUSY: N_("占线"),
    AttemptResult.INVALID_NUMBER: N_("空号"),
    AttemptResult.REFUSED: N_("拒接"),
}
OUTCOMES: Mapping[StrEnum, str] = {
    CallbackOutcome.CONFIRMED: N_("有"),
    CallbackOutcome.PARTLY: N_("部分相符"),
    CallbackOutcome.DENIED: N_("没有"),
    CallbackOutcome.CANNOT_RECALL: N_("记不清"),
    CallbackOutcome.WRONG_PERSON: N_("不是本人"),
    CallbackOutcome.REFUSED: N_("不愿回答"),
    CallbackOutcome.UNREACHABLE: N_("联系不上"),
    CallbackOutcome.INVALID_NUMBER: N_("号码无效"),
    CallbackOutcome.NOT_ASKED: N_("没有问"),
}
VERDICTS: Mapping[StrEnum, str] = {
    Verdict.CLEARED: N_("不成立"),
    Verdict.UNABLE: N_("不会填，需要辅导"),
    Verdict.UNWILLING: N_("不愿填，需要谈话"),
}
APPEAL_VERDICTS: Mapping[StrEnum, str] = {
    AppealVerdict.UPHELD: N_("维持原决定"),
    AppealVerdict.OVERTURNED: N_("撤销原决定"),
}
FINDINGS: Mapping[StrEnum, str] = {
    ComplaintFinding.FOUNDED: N_("属实"),
    ComplaintFinding.UNFOUNDED: N_("不属实"),
    ComplaintFinding.UNPROVEN: N_("无法查实"),
    ComplaintFinding.SETTLED: N_("双方和解"),
}
SANCTIONS: Mapping[StrEnum, str] = {
    Sanction.WARNING: N_("警告"),
    Sanction.PUBLIC_CRITICISM: N_("通报批评"),
    Sanction.SUSPENSION: N_("停职"),
    Sanction.REMOVAL: N_("免职"),
}
REMARKS: Mapping[StrEnum, str] = {
    RemarkKind.PRAISE: N_("表扬"),
    RemarkKind.ENCOURAGE: N_("鼓励"),
    RemarkKind.GUIDE: N_("指导"),
    RemarkKind.ASK: N_("询问"),
    RemarkKind.CORRECT: N_("纠正"),
}
REVIEW_VERDICTS: Mapping[StrEnum, str] = {
    ReviewVerdict.GOOD: N_("填得好"),
    ReviewVerdict.FAIR: N_("还可以"),
    ReviewVerdict.IMPROVE: N_("需要改进"),
}
LOG_FINDINGS: Mapping[StrEnum, str] = {
    Finding.DISORDERLY_FOLLOW_UP: N_("约好的再访没有去，回访安排无序"),
    Finding.NO_DAILY_SUMMARY: N_("一天工作总结没有填"),
    Finding.QUOTA_SHORT: N_("活动量没有达到工作模式"),
    Finding.THIN_NOTES: N_("面谈过程记得太简单"),
    Finding.NO_LAST_ACTION: N_("没有记最后动作"),
    Finding.NO_NEXT_STEP: N_("有意向的客户没有约下次"),
    Finding.LATE_ENTRIES: N_("有补录的内容"),
    Finding.NAME_INCOMPLETE: N_("客户姓名不全"),
}
TOPICS: Mapping[StrEnum, str] = {
    Topic.FOLLOW_UP_SKILL: N_("回访的技巧"),
    Topic.SALES_PROCESS: N_("销售流程的技巧"),
    Topic.FOLLOW_UP_RHYTHM: N_("回访的周期性"),
    Topic.HABIT: N_("良好习惯的重要性"),
    Topic.TIME_PLANNING: N_("时间安排"),
    Topic.RECORDING: N_("过程记录"),
    Topic.CLOSING: N_("促成"),
    Topic.PROSPECT_DATA: N_("客户资料收集"),
}
PROBLEMS: Mapping[StrEnum, str] = {
    Problem.TOO_MUCH_TROUBLE: N_("太麻烦，不填写"),
    Problem.FADED: N_("新鲜过后，不再填写"),
    Problem.DOUBTING: N_("业绩没有改善，怀疑，应付了事"),
    Problem.FABRICATED: N_("虚假填写"),
    Problem.FEARS_POACHING: N_("害怕客户资料被拿走"),
}
MEASURES: Mapping[StrEnum, str] = {
    Measure.ON_TIME: N_("按时"),
    Measure.COMPLETE: N_("写得完整"),
    Measure.CONFIRMED: N_("客户确认"),
    Measure.IMPROVED: N_("进步"),
}
LEANINGS: Mapping[StrEnum, str] = {
    Leaning.TRUE: N_("拜访大概是真的"),
    Leaning.UNABLE: N_("像是不会填"),
    Leaning.UNWILLING: N_("像是不愿填"),
    Leaning.UNSURE: N_("还看不出来"),
}
WILLS: Mapping[StrEnum, str] = {Will.UNABLE: N_("不会填"), Will.UNWILLING: N_("不愿填")}
ENDINGS: Mapping[StrEnum, str] = {
    Ending.CORRECTED: N_("已经改正"),
    Ending.UNFOUNDED: N_("其实不是这样"),
    Ending.NO_CHANGE: N_("走完四步，没有改变"),
    Ending.LEFT: N_("已离开团队"),
}
LEAVES: Mapping[StrEnum, str] = {
    LeaveKind.LEAVE: N_("请假"),
    LeaveKind.SICK: N_("病假"),
    LeaveKind.TRAINING: N_("培训"),
    LeaveKind.MEETING: N_("会议"),
}
GROUNDS: Mapping[StrEnum, str] = {
    ErasureGround.CUSTOMER_REQUEST: N_("本人要求删除"),
    ErasureGround.CONSENT_WITHDRAWN: N_("本人撤回同意"),
    ErasureGround.PURPOSE_ENDED: N_("目的已实现或不再必要"),
    ErasureGround.RETENTION_ENDED: N_("保存期限届满"),
    ErasureGround.UNLAWFUL: N_("违法违规处理"),
}
TERMS: Mapping[StrEnum, str] = {
    PolicyTerm.UP_TO_A_YEAR: N_("一年及以下（保存 5 年）"),
    PolicyTerm.OVER_A_YEAR: N_("一年以上（保存 10 年）"),
}
LISTED_BECAUSE: Mapping[str, str] = {
    DRAWN_REASON: N_("按抽样名单"),
    SECOND_REASON: N_("复核：由另一人再问一次"),
}
SHORT_REASONS: Mapping[str, str] = {
    "customer_moved": N_("客户改期"),
    "leave": N_("请假"),
    "training": N_("培训"),
    "other": N_("其他"),
}
ALL: tuple[Mapping[StrEnum, str], ...] = (
    ROLES,
    KINDS,
    PLAN_KINDS,
    PLAN_CHANGES,
    COLUMNS,
    SHEET_KINDS,
    SHEET_TICKS,
    SHEET_FINDINGS,
    SHEET_PROBLEMS,
    SOURCES,
    RESULTS,
    LAST_ACTIONS,
    OBJECTIONS,
    MODES,
    DESIGNS,
    ATTEMPTS,
    OUTCOMES,
    VERDICTS,
    LEANINGS,
    REMARKS,
    REVIEW_VERDICTS,
    LOG_FINDINGS,
    TOPICS,
    APPEAL_VERDICTS,
    FINDINGS,
    SANCTIONS,
    PROBLEMS,
    WILLS,
    MEASURES,
    ENDINGS,
    LEAVES,
    GROUNDS,
    TERMS,
)

Options = list[tuple[str, str]]


def options(labels: Mapping[StrEnum, str], only: Iterable[StrEnum] | None = None) -> Options:
    """Return (value, label) pairs in the reader's language for a choice."""
    return [(str(word), _(labels[word])) for word in (only or labels)]


def label(labels: Mapping[StrEnum, str], word: str | None) -> str:
    """Return what people read for a word; the word itself when nobody gave it a label."""
    found = {str(k): v for k, v in labels.items()}.get(str(word)) if word else None
    return _(found) if found else (word or "")


def listed_because(reason: str) -> str:
    """Return why a callback is on the list: a worker's reason translated, a person's own as it is."""
    return _(LISTED_BECAUSE[reason]) if reason in LISTED_BECAUSE else reason
