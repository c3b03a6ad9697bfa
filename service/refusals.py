"""A refusal of the domain as one sentence for people, and as an HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import current_app

from domain import refusals
from domain.refusals import Refusal
from service.context import shilu
from service.language import N_, local, reader_language, translate

SENTENCES: Mapping[type[Refusal], str] = {
    refusals.UnknownTeam: N_("没有这个团队。"),
    refusals.UnknownMember: N_("没有这个人。"),
    refusals.UnknownCustomer: N_("这位客户不在你的名单里。"),
    refusals.UnknownLog: N_("这一天还没有日志。"),
    refusals.UnknownActivity: N_("没有这一笔记录。"),
    refusals.UnknownCallback: N_("没有这个回访。"),
    refusals.UnknownCase: N_("没有这个案件。"),
    refusals.UnknownBacktest: N_("没有这次回测。"),
    refusals.UnknownComplaint: N_("没有这份投诉。"),
    refusals.UnknownContest: N_("没有这场评比。"),
    refusals.UnknownRoleModel: N_("没有这位典型。"),
    refusals.UnknownSuggestion: N_("没有这条提示。"),
    refusals.UnknownFillingCase: N_("没有这份填写辅导。"),
    refusals.UnknownTrackingCall: N_("没有这个追踪电话。"),
    refusals.UnknownCoaching: N_("没有这次辅导。"),
    refusals.UnknownQuestion: N_("这一天的经营日志没有问过这个问题。"),
    refusals.CallEnded: N_("这个追踪电话已经打过，也记下了。"),
    refusals.GateNotPassed: N_("现在不是辅导的时候：{wrong}。请改约，或今天重新确认。"),
    refusals.CoachingClosed: N_("这次辅导已经结束。"),
    refusals.NotHeldYet: N_("这次辅导还没有进行，请先记下经过。"),
    refusals.QuietHours: N_("现在是 {wall}，不是打给客户的时间。确有必要，请先写明原因。"),
    refusals.DoNotCall: N_("这位客户不希望再接到电话，不能拨打。"),
    refusals.ScriptHasFlaws: N_("话术有问题：{flaws}。请修改；确实要这样发布，请勾选后再提交。"),
    refusals.JournalSubmitted: N_("这一天的经营日志已经提交归档。"),
    refusals.UnknownScript: N_("没有这份话术。"),
    refusals.Stale: N_("刚才有人改过了。请看过最新内容再提交。"),
    refusals.AlreadyExists: N_("这个编号已经有了。"),
    refusals.LooksRepeated: N_(
        "十五分钟内已经记过这位客户的同类活动。确实是另一次，请勾选后再保存。"
    ),
    refusals.HoldsNumbers: N_("这段文字里好像有{kinds}。请删掉；确实要留，请勾选后再保存。"),
    refusals.CustomerErased: N_("这位客户的资料已经删除，不能再记。"),
    refusals.OnLegalHold: N_("这位客户的资料正在依法保全，不能删除。"),
    refusals.RetentionRunning: N_("法律要求保存到 {until}，现在不能删除，只能限制处理。"),
    refusals.NotRestricted: N_("这位客户的资料没有限制处理。"),
    refusals.NoLegalHold: N_("没有这项保全。"),
    refusals.ProcessingRestricted: N_("这位客户的资料已限制处理，只能保存。"),
    refusals.UndoTooLate: N_("伙伴已经读了，或过了 {minutes} 分钟，不能再撤销。"),
    refusals.UnknownReview: N_("这一天还没有批阅。"),
    refusals.WeeksDontFit: N_("工作周要一天不漏、一天不重，每周都有工作日。请看 {day} 前后。"),
    refusals.TargetsFixed: N_("这一周已经开始，目标定了就不再改。"),
    refusals.SheetIncomplete: N_("还差：{parts}。"),
    refusals.UnknownSheet: N_("这份表还没有交。"),
    refusals.UnknownPlan: N_("没有这项计划。"),
    refusals.ContestFinal: N_("这一季的名次已定，不能再改。"),
    refusals.ParticipationUnchanged: N_("你已经这样选过了。"),
    refusals.PlanSettled: N_("这项计划已经有结果了。"),
    refusals.DayIsPast: N_("这一天已经过去，请选今天或以后。"),
    refusals.AlreadyReviewed: N_("这一天的日志已经批阅过了。"),
    refusals.ThinRemark: N_("批语太短，帮不到人。请写得具体些；确实只想这样写，请勾选后再保存。"),
    refusals.CopiedRemark: N_(
        "这句批语和前几份一模一样。请针对这份日志写；确实要用，请勾选后再保存。"
    ),
    refusals.AlreadyWithdrawn: N_("这一笔已经撤回了。"),
    refusals.AlreadySubmitted: N_("这一天的日志已经提交过了。"),
    refusals.NotPrepared: N_("先完成回访准备，才能走到这一步。"),
    refusals.AgentNotHeard: N_("还没有听本人说明。请先谈一谈，把本人的话记下来，再作决定。"),
    refusals.NoteUnclear: N_("还不清楚说的是哪一次拜访，请从列出的里面选。"),
    refusals.BacktestMissing: N_("门槛 {line} 还没有回测过。请先用 shilu backtest --record 回测。"),
    refusals.NotDrawn: N_("这次回访不是系统抽的，不用放下。"),
    refusals.SecondAttemptMissing: N_(
        "抽到的回访要在不同时段拨两次（相隔 {hours} 小时以上），都没接通才算联系不上。"
    ),
    refusals.AlreadyDecided: N_("已经有决定了。"),
    refusals.NotDecided: N_("还没有决定，现在不能这样做。"),
    refusals.AlreadyAppealed: N_("已经申诉过了，请等待答复。"),
    refusals.AlreadyAnswered: N_("这个回访已经有结果了。"),
    refusals.MediationNotOpen: N_("还没有受理，请先受理再进行这一步。"),
    refusals.NotHeard: N_("被投诉人还没有回答。先听本人说明；问过三天仍不回答，才可继续。"),
    refusals.StepsMissing: N_("认定属实之前还差：{steps}。"),
    refusals.FillingCaseClosed: N_("这份填写辅导已经结束了。"),
    refusals.WillNotSet: N_("先弄清是不愿还是不会，再走别的步骤。"),
    refusals.TooFewTalks: N_("还要先个别沟通：至少两天、每天一次，现在有 {talks} 天。"),
    refusals.AppealOpen: N_("伙伴的申诉还没有答复，现在不能批评。"),
    refusals.PraiseFirst: N_("改正了要先表扬，再结束。"),
    refusals.LadderUnfinished: N_("阶梯还没有走完，下一步是第 {expected} 步。"),
    refusals.CriticismNotAsked: N_("没有等着签字的批评申请。"),
    refusals.CriticismNotSigned: N_("上级主管还没有签字同意。"),
    refusals.RulebookMissing: N_("这个营业部还没有设定规则，请联系管理员。"),
    refusals.UnknownGrant: N_("没有这项查看许可。"),
    refusals.UnknownWebhook: N_("没有这个程序通知。"),
    refusals.UnknownFeed: N_("没有这个订阅地址。"),
    refusals.UnknownAlert: N_("没有这条提醒。"),
    refusals.NotApproved: N_("上级主管还没有批准查看这个号码。"),
    refusals.GrantExpired: N_("查看许可已在 {until} 到期。请重新准备回访，或申请批准。"),
    refusals.ViewsUsedUp: N_("这个号码已经看过 {views} 次。还要再看，请申请批准。"),
    refusals.QuotaReached: N_("已经看过 {limit} 位客户的号码，到了上限。还要再看，请申请批准。"),
    refusals.NoChannel: N_("还没有设置通知渠道。"),
    refusals.CommandUsed: N_("这一页已经用过了。请刷新后再试。"),
    refusals.PasswordTooOld: N_("请重新输入密码，{minutes} 分钟内有效。"),
    refusals.NotYours: N_("这不归你处理。"),
    refusals.ActivityInFuture: N_("时间在将来。请填写已经发生的活动。"),
    refusals.LateReasonMissing: N_("过了 {hours} 小时才补录，请写一句补录原因。"),
    refusals.WithdrawalTooLate: N_("超过 {hours} 小时不能撤回了，请改用更正。"),
    refusals.EmptyText: N_("请填写这一栏。"),
    refusals.NotAMember: N_("这一天你不在任何团队里，请联系管理员。"),
    refusals.WrongOrder: N_("六步要按顺序来，现在是第 {expected} 步。"),
    refusals.StepOutOfOrder: N_("四步要按顺序走，现在是第 {expected} 步。"),
    refusals.OutcomeBeforeAnswer: N_("还没有一次接通，不能这样记录。请先记下拨号结果。"),
    refusals.PreparationIncomplete: N_("准备还差：{ticks}。请勾选，或写明跳过的原因。"),
    refusals.BadValue: N_("这个值不对，请检查。"),
}
FAMILIES: Mapping[type[Refusal], str] = {
    refusals.NotFound: N_("没有找到。"),
    refusals.Conflict: N_("现在的状态不允许这样做。"),
    refusals.Invalid: N_("填写的内容不对，请检查。"),
    Refusal: N_("规则不允许这样做。"),
}
STATUSES: Mapping[type[Refusal], int] = {
    refusals.NotFound: 404,
    refusals.Conflict: 409,
    refusals.NotYours: 403,
    refusals.Invalid: 422,
}
TICK_WORDS: Mapping[str, str] = {
    "prepared": N_("充分准备"),
    "list_confirmed": N_("确认名单和电话"),
    "agent_briefed": N_("与业务员沟通"),
    "last_action_known": N_("了解最后动作"),
    "objections_known": N_("了解拒绝问题"),
    "not_checked": N_("今天还没有确认"),
    "busy": N_("伙伴非常忙"),
    "unwilling": N_("伙伴不愿意接受辅导"),
    "angry": N_("我对情况感到愤怒"),
    "no_trust": N_("彼此没有尊重和信任"),
    "family_trouble": N_("伙伴家中出现问题"),
    "summary": N_("总结"),
    "next_plan": N_("下周计划"),
    "work_weeks": N_("工作周划分"),
    "plan": N_("本月计划"),
    "goals": N_("本月经营目标"),
    "no_insurance": N_("没有说明与保险有关"),
    "no_company": N_("没有公司全称"),
    "no_name": N_("没有说自己是谁"),
    "no_licence": N_("没有执业证编号"),
    "forbidden_word": N_("有不能用的词"),
    "leading_question": N_("把答案放进客户嘴里"),
    "pressing": N_("逼客户选时间"),
    "sanction": N_("处分"),
    "education": N_("团队教育"),
    "phone": N_("手机号码"),
    "identity": N_("身份证号码"),
}


def sentence(refusal: Refusal, language: str | None = None) -> str:
    """Return the refusal as one sentence; in the reader's language unless one is named."""
    language = language or reader_language()
    english = current_app.extensions["shilu.english"]
    source = SENTENCES.get(type(refusal)) or next(
        text for family, text in FAMILIES.items() if isinstance(refusal, family)
    )
    facts = {name: _plain(value, language, english) for name, value in refusal.facts.items()}
    return translate(source, language, english, facts)


def status(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    return next((code for kind, code in STATUSES.items() if isinstance(refusal, kind)), 422)


def _plain(value: Any, language: str, english: Mapping[str, str]) -> Any:
    if value == date.max:
        return translate(N_("合同终止以后"), language, english, {})
    if isinstance(value, datetime):
        return local(value, shilu().rules().time_zone).strftime("%m-%d %H:%M")
    if isinstance(value, (list, tuple)):
        words = (translate(TICK_WORDS.get(str(v), str(v)), language, english, {}) for v in value)
        return ("、" if language == "zh" else ", ").join(words)
    return value
