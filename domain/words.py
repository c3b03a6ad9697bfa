"""Ids, enums and value types that every room of the house speaks (language.md).

Nothing here knows a clock, a database or a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5


class Role(StrEnum):
    """Who somebody is in the branch."""

    AGENT = "agent"  # 营销员
    SUPERVISOR = "supervisor"  # 主管
    UPPER_SUPERVISOR = "upper_supervisor"  # 上级主管
    AUDITOR = "auditor"  # 合规稽核
    ADMINISTRATOR = "administrator"  # 管理员
    SYSTEM = "system"  # a worker


class ActivityKind(StrEnum):
    """The five kinds of activity a daily log holds (R-40)."""

    APPOINTMENT_CALL = "appointment_call"  # 电话约访
    FACE_MEETING = "face_meeting"  # 面谈
    CLOSING_VISIT = "closing_visit"  # 促成拜访
    NEW_PROSPECT_VISIT = "new_prospect_visit"  # 新增拜访
    RECRUITING_VISIT = "recruiting_visit"  # 增员拜访


class PlanKind(StrEnum):
    """What a plan or a month's calendar (行事历) holds: the five activities, and the rest of work."""

    APPOINTMENT_CALL = "appointment_call"  # 电话约访
    FACE_MEETING = "face_meeting"  # 面谈
    CLOSING_VISIT = "closing_visit"  # 促成拜访
    NEW_PROSPECT_VISIT = "new_prospect_visit"  # 新增拜访
    RECRUITING_VISIT = "recruiting_visit"  # 增员拜访
    SERVICE = "service"  # 客户服务: a claim, a policy to bring
    TEAM_EVENT = "team_event"  # 团队活动
    TRAINING = "training"  # 培训
    OTHER_WORK = "other_work"  # 其他工作


class PlanChange(StrEnum):
    """Why a plan was moved or given up."""

    CUSTOMER_ASKED = "customer_moved"  # 客户改期
    UNREACHABLE = "unreachable"  # 联系不上
    COMPANY = "company"  # 公司或团队安排
    OWN = "own_choice"  # 自己调整
    MISTAKE = "mistake"  # 记错了, and taken back at once


class SheetKind(StrEnum):
    """What an agent hands in beside the daily log."""

    WEEK = "week"  # 周工作检视表
    MONTH = "month"  # 月经营记录


class SheetPart(StrEnum):
    """A column of a weekly sheet or a monthly record that its agent fills (R-10, R-21)."""

    TARGETS = "targets"  # 原定目标
    SUMMARY = "summary"  # 本周总结 or 上月总结
    NEXT_PLAN = "next_plan"  # 下周计划
    WORK_WEEKS = "work_weeks"  # 工作周划分
    PLAN = "plan"  # 本月计划
    GOALS = "goals"  # 本月经营目标
    CALENDAR = "calendar"  # 月工作行事历


class TargetOrigin(StrEnum):
    """Where a week's targets came from."""

    LAST_WEEK = "last_week"
    OWN = "by_hand"


class ContactSource(StrEnum):
    """Where the contact came from; cold calls are not among them (regulation.md, 99号)."""

    OWN = "own"
    REFERRAL = "referral"  # 转介绍
    ORPHAN_ASSIGNED = "orphan_assigned"  # 孤儿单
    INBOUND = "inbound"
    EVENT = "event"
    COMPANY_LEAD = "company_lead"


class ActivityResult(StrEnum):
    """How an activity ended."""

    INTERESTED = "interested"
    FOLLOW_UP = "follow_up"
    DECLINED = "declined"
    NOT_MET = "not_met"
    SIGNED = "signed"


class LastAction(StrEnum):
    """What the agent did last before leaving: 最后动作 (R-54)."""

    LEFT_PROPOSAL = "left_proposal"
    AGREED_REVISIT = "agreed_revisit"
    GAVE_MATERIALS = "gave_materials"
    ASKED_REFERRAL = "asked_referral"
    SIGNED_APPLICATION = "signed_application"
    SAID_GOODBYE = "said_goodbye"


class Objection(StrEnum):
    """What the customer held against it: 拒绝 (R-55)."""

    PRICE = "price"
    PAYMENT_TERM = "payment_term"
    NO_NEED = "no_need"
    HAS_INSURANCE = "has_insurance"
    FAMILY = "family"
    TRUST = "trust"
    TIMING = "timing"
    OTHER = "other"


class CallbackMode(StrEnum):
    """Announced to the agent (R-52), or not (rules.md, "Read this first", 1)."""

    COACHING = "coaching"
    AUDIT = "audit"


class CallbackDesign(StrEnum):
    """How the visit to call about was chosen (detection.md, section 3)."""

    RANDOM = "random"
    RISK = "risk"
    CHOSEN = "chosen"


class RepeatReason(StrEnum):
    """Why a visit is called about a second time, by somebody else."""

    SAMPLE = "sample"  # one in twenty: how often do answers agree?
    CASE = "case"  # a human found the agent unwilling


class AttemptResult(StrEnum):
    """What became of one dialled call."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    INVALID_NUMBER = "invalid_number"
    REFUSED = "refused"


class CallbackOutcome(StrEnum):
    """What the customer said: the outcome set of R-56."""

    CONFIRMED = "confirmed"
    PARTLY = "partly"
    DENIED = "denied"
    CANNOT_RECALL = "cannot_recall"
    WRONG_PERSON = "wrong_person"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    INVALID_NUMBER = "invalid_number"
    NOT_ASKED = "not_asked"


CONTRADICTIONS = frozenset({CallbackOutcome.DENIED, CallbackOutcome.WRONG_PERSON})
"""Outcomes that contradict a logged visit; a wrong number is not one (detection.md 0.4)."""


class Verdict(StrEnum):
    """A human's decision on a case (R-33: 不愿还是不会)."""

    CLEARED = "cleared"
    UNABLE = "unable"  # 不会
    UNWILLING = "unwilling"  # 不愿


class Leaning(StrEnum):
    """What somebody thinks of a case before they see what the system thinks."""

    TRUE = "looks_true"
    UNABLE = "looks_unable"
    UNWILLING = "looks_unwilling"
    UNSURE = "unsure"


class AppealVerdict(StrEnum):
    """What became of an appeal."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


class ComplaintFinding(StrEnum):
    """What the mediation of a complaint found (R-34)."""

    FOUNDED = "founded"  # 属实
    UNFOUNDED = "unfounded"  # 不属实
    UNPROVEN = "unproven"  # 无法查实
    SETTLED = "settled"  # 双方和解


class Sanction(StrEnum):
    """How a breach of confidentiality was punished (R-34)."""

    WARNING = "warning"  # 警告
    PUBLIC_CRITICISM = "public_criticism"  # 通报批评
    SUSPENSION = "suspension"  # 停职
    REMOVAL = "removal"  # 免职


class RemarkKind(StrEnum):
    """What a remark of a review is meant to do: 批语."""

    PRAISE = "praise"  # 表扬
    ENCOURAGE = "encourage"  # 鼓励
    GUIDE = "guide"  # 指导
    ASK = "ask"  # 询问
    CORRECT = "correct"  # 纠正


class ReviewVerdict(StrEnum):
    """How a log was filled, in the reviewer's eyes."""

    GOOD = "good"
    FAIR = "fair"
    IMPROVE = "improve"  # asks for advice


class ErasureGround(StrEnum):
    """Why a person's data is erased for good (PIPL 47)."""

    CUSTOMER_REQUEST = "customer_request"  # 本人要求
    CONSENT_WITHDRAWN = "consent_withdrawn"  # 撤回同意
    PURPOSE_ENDED = "purpose_ended"  # 目的已实现或不再必要
    RETENTION_ENDED = "retention_ended"  # 保存期限届满
    UNLAWFUL = "unlawful"  # 违法违规处理


class PolicyTerm(StrEnum):
    """How long a contract ran: it decides how long the law wants its papers kept (保险法 87)."""

    UP_TO_A_YEAR = "up_to_a_year"
    OVER_A_YEAR = "over_a_year"


class LeaveKind(StrEnum):
    """Why somebody is not at work on a working day."""

    LEAVE = "leave"
    SICK = "sick"
    TRAINING = "training"
    MEETING = "meeting"


class Check(StrEnum):
    """What the workers check by themselves."""

    MISSING_LOGS = "missing_logs"
    MISSING_WEEKS = "missing_weeks"  # weekly sheets that were not handed in
    MISSING_MONTHS = "missing_months"  # months not divided, records not handed in
    FAKE_ENTRIES = "fake_entries"
    RETENTION = "retention"
    KEY_DESTROYED = "key_destroyed"
    OVERDUE_REVIEWS = "overdue_reviews"
    OVERDUE_SHEET_REVIEWS = "overdue_sheet_reviews"  # of weeks and months
    FILLING_PROBLEMS = "filling_problems"
    CONTEST_ENDED = "contest_ended"
    REVEAL_WATCH = "reveal_watch"
    NOTIFY = "notify"
    DUTIES = "duties"
    COACHING_MOMENTS = "coaching_moments"
    COACHING_EFFECT = "coaching_effect"
    SELF_CHECK = "self_check"
    CALL_PLAN = "call_plan"
    FAKE_RATE = "fake_rate"


@dataclass(frozen=True, slots=True)
class By:
    """Who did it, as what, when it happened and when it was put on record.

    ``occurred_at`` and ``recorded_at`` are aware instants. ``cause`` is the position of the
    event that made this happen, as text. A command comes in exactly once: ``command_id``.
    ``numbers_meant``: the writer says that a phone or identity number in a text is meant to be there.
    """

    actor: str
    role: Role
    occurred_at: datetime
    recorded_at: datetime
    command_id: UUID
    source: str
    cause: str | None = None
    on_behalf: str | None = None
    numbers_meant: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to an accepted command: where its last event stands in the log."""

    position: int
    stream_id: UUID
    version: int
    repeated: bool = False


def stream_id(kind: str, *key: str) -> UUID:
    """Return the id of the stream with this natural key; equal keys give equal ids."""
    return uuid5(NAMESPACE_URL, "shilu:" + "/".join((kind, *key)))


def command_id(*key: str) -> UUID:
    """Return the command id of a task or an imported row that may come in twice."""
    return uuid5(NAMESPACE_URL, "shilu-command:" + "/".join(key))


def mask_name(name: str) -> str:
    """Return the name with all but its first character hidden: 张三丰 becomes 张**."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def mask_phone(phone: str) -> str:
    """Return the number with its middle hidden: 13812341234 becomes 138****1234."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "*" * len(phone)


_POLITE = re.compile(r"(先生|女士|小姐|太太|老师|阿姨|叔叔|总|老板|大姐|大哥)$")


ERASED_NAME = "〔已删除〕"
"""What stands where the name of a person was whose data is erased."""


def is_full_name(name: str) -> bool:
    """Tell whether a surname and a given name are there (R-83: 姓名不全)."""
    return len(name) >= 2 and not _POLITE.search(name) and "*" not in name
