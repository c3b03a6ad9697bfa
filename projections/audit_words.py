"""One human sentence for each kind of event, in Chinese and English, and the words in them.

``{name}`` in a template is a fact of the event; a value that is a word of ours is translated.
Missing facts read as a dash, so a sentence never fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projections import audit_words_coaching as coaching
from projections import audit_words_habits as habits
from projections.account_words import ACCOUNT_SENTENCES, ACCOUNT_WORDS
from projections.audit_plan_words import PLAN_SENTENCES, PLAN_WORDS
from projections.audit_words_out import SENTENCES_OUT, WORDS_OUT

SENTENCES: Mapping[str, tuple[str, str]] = {
    **PLAN_SENTENCES,
    **SENTENCES_OUT,
    **coaching.SENTENCES,
    "organisation.team_formed.v1": (
        "建立团队「{name}」（{team_id}）",
        'formed the team "{name}" ({team_id})',
    ),
    "organisation.supervisor_appointed.v1": (
        "任命 {supervisor_id} 为 {team_id} 的主管",
        "appointed {supervisor_id} to lead {team_id}",
    ),
    "organisation.member_joined.v1": (
        "{name}（{person_id}）以{role}身份加入 {team_id}，自 {since} 起",
        "took {name} ({person_id}) into {team_id} as {role} from {since}",
    ),
    "organisation.member_moved.v1": (
        "{person_id} 从 {from_team_id} 调到 {team_id}，自 {since} 起",
        "moved {person_id} from {from_team_id} to {team_id} from {since}",
    ),
    "organisation.member_departed.v1": (
        "{person_id} 离开 {team_id}，最后一天 {last_day}：{reason}",
        "recorded that {person_id} leaves {team_id}, last day {last_day}: {reason}",
    ),
    "organisation.leave_registered.v1": (
        "登记 {person_id} {first_day} 至 {last_day} 的{kind}",
        "registered {kind} of {person_id} from {first_day} to {last_day}",
    ),
    "organisation.leave_cancelled.v1": (
        "取消 {person_id} {first_day} 至 {last_day} 的假：{reason}",
        "cancelled the leave of {person_id} from {first_day} to {last_day}: {reason}",
    ),
    **ACCOUNT_SENTENCES,
    "access.refusals_opened.v1": (
        "{person_id} 在 {day} 第一次被拒绝",
        "{person_id} was refused something for the first time on {day}",
    ),
    "access.refused.v1": (
        "{person_id} 请求 {method} {route}，被拒绝（{status}），当天第 {count} 次",
        "{person_id} asked for {method} {route} and was refused ({status}), no. {count} that day",
    ),
    "audit.log_verified.v1": (
        "验证了整个日志：{size} 条在存证之下，结果：{verdict}",
        "verified the whole log: {size} events under the checkpoint; result: {verdict}",
    ),
    "audit.evidence_exported.v1": (
        "导出取证包：第 {first} 至 {last} 条",
        "exported evidence: events {first} to {last}",
    ),
    "rulebook.adopted.v1": (
        "启用营业部规则，时区 {time_zone}",
        "adopted the rulebook, {time_zone}",
    ),
    "rulebook.work_mode_defined.v1": (
        "自 {since} 起工作模式「{name}」：电话 {calls}、面谈 {meetings}、促成 {closings}、新增 {new_visits}",
        'set the work mode "{name}" from {since}: {calls} calls, {meetings} meetings,'
        " {closings} closing, {new_visits} new",
    ),
    "rulebook.deadlines_set.v1": (
        "日志截止时间定为 {daily_log_due}，迟 {late_reason_after_hours} 小时须写原因",
        "set the log's deadline to {daily_log_due}; {late_reason_after_hours} hours late needs"
        " a reason",
    ),
    "rulebook.review_rhythm_set.v1": (
        "周表定为周日后 {week_due_after} 天截止，月记录第 {month_due_day} 个工作日截止；"
        "日志 {log_hours} 小时内批阅，周表和月记录 {sheet_hours} 小时内",
        "set weeks to be due {week_due_after} days after their Sunday, months on working day"
        " {month_due_day}; reviews within {log_hours} hours for logs, {sheet_hours} for sheets",
    ),
    "rulebook.calendar_published.v1": (
        "发布 {year} 年工作日历（来源：{origin}）",
        "published the calendar of {year} (source: {origin})",
    ),
    "rulebook.script_published.v1": (
        "发布回访话术 {script_id} 第 {script_version} 版",
        "published version {script_version} of the script {script_id}",
    ),
    "detector.opened.v1": (
        "建立检测模型的档案",
        "opened the file of the detector",
    ),
    "detector.backtested.v1": (
        "回测 {backtest_id}：{agents} 人、{visits} 次拜访、{calls} 次回访，权重 {weights_version}",
        "backtested {backtest_id}: {agents} agents, {visits} visits, {calls} calls,"
        " weights {weights_version}",
    ),
    "detector.switched_on.v1": (
        "启用回测 {backtest_id} 的权重 {weights_version}：{reason}",
        "switched on the weights {weights_version} of backtest {backtest_id}: {reason}",
    ),
    "rulebook.thresholds_set.v1": (
        "预警门槛定为 {alert_probability}，至少 {contradictions} 次不符：{reason}",
        "set the alert line to {alert_probability} with at least {contradictions}"
        " contradictions: {reason}",
    ),
    "customer.registered.v1": (
        "录入客户 {name_masked}（{customer_id}），来源：{contact_source}",
        "entered the customer {name_masked} ({customer_id}), source: {contact_source}",
    ),
    "customer.contact_corrected.v1": (
        "更正客户 {name_masked}（{customer_id}）的联系方式：{reason}",
        "corrected the contact of {name_masked} ({customer_id}): {reason}",
    ),
    "customer.correction_requested.v1": (
        "请 {owner_id} 核对客户 {customer_id} 的资料：{problem}",
        "asked {owner_id} to check the customer {customer_id}: {problem}",
    ),
    "customer.reassigned.v1": (
        "客户 {customer_id} 由 {from_owner_id} 转给 {owner_id}：{cause}",
        "gave the customer {customer_id} from {from_owner_id} to {owner_id}: {cause}",
    ),
    "customer.opted_out.v1": (
        "客户 {customer_id} 列入禁拨名单，至 {until}",
        "put the customer {customer_id} on the do-not-call list until {until}",
    ),
    "customer.retention_clock_started.v1": (
        "客户 {customer_id} 的合同 {contract_id}（{term}）终止日：{ended_on}，资料保存到 {keep_until}",
        "noted the contract {contract_id} ({term}) of {customer_id}, ended on {ended_on}:"
        " kept until {keep_until}",
    ),
    "customer.legal_hold_placed.v1": (
        "依法保全客户 {customer_id} 的资料（{hold_id}）",
        "placed a legal hold on the customer {customer_id} ({hold_id})",
    ),
    "customer.legal_hold_released.v1": (
        "解除对客户 {customer_id} 资料的保全（{hold_id}）",
        "released the legal hold on the customer {customer_id} ({hold_id})",
    ),
    "customer.processing_restricted.v1": (
        "限制处理客户 {customer_id} 的资料，只保存不使用：{ground}；到期删除日：{erase_on}",
        "restricted the customer {customer_id} to storage: {ground}; erased on {erase_on}",
    ),
    "customer.processing_resumed.v1": (
        "恢复处理客户 {customer_id} 的资料",
        "let the data of the customer {customer_id} be used again",
    ),
    "customer.subject_erased.v1": (
        "删除客户 {customer_id} 的资料，密钥已销毁：{ground}（申请 {request_ref}）",
        "erased the customer {customer_id}, whose key is destroyed: {ground}"
        " (request {request_ref})",
    ),
    "daily_log.opened.v1": (
        "翻开 {agent_id} {day} 的工作日志",
        "opened the log of {agent_id} for {day}",
    ),
    "daily_log.activity_logged.v1": (
        "记下 {day} 与客户 {customer_id} 的{kind}，结果：{result}",
        "logged a {kind} with {customer_id} on {day}, result: {result}",
    ),
    "daily_log.activity_corrected.v1": (
        "更正 {day} 的一条记录（{kind}）：{reason}",
        "corrected an entry of {day} ({kind}): {reason}",
    ),
    "daily_log.activity_withdrawn.v1": (
        "撤回 {day} 的一条记录（{kind}）：{reason}",
        "withdrew an entry of {day} ({kind}): {reason}",
    ),
    "daily_log.summary_written.v1": (
        "写下 {day} 的总结，{text_length} 字",
        "wrote the summary of {day}, {text_length} characters",
    ),
    "daily_log.submitted.v1": ("提交 {day} 的工作日志", "handed in the log of {day}"),
    "daily_log.policies_signed.v1": (
        "{agent_id} 在 {day} 成交 {policies} 单",
        "counted {policies} policies for {agent_id} on {day}",
    ),
    "callback.listed.v1": (
        "把 {agent_id} {visit_day} 的一次{kind}列入回访：{reason}",
        "listed a {kind} of {agent_id} on {visit_day} for a callback: {reason}",
    ),
    "callback.drawn.v1": (
        "抽取方式：{frame_size} 次拜访中机会 {probability}，随机份额 {random_share}，种子 {seed}",
        "drew the visit from {frame_size} with chance {probability}, random share {random_share},"
        " seed {seed}",
    ),
    "callback.repeats.v1": (
        "由另一人再问一次回访 {of_callback_id} 的客户",
        "asked for a second call, by somebody else, to the customer of {of_callback_id}",
    ),
    "callback.set_aside.v1": (
        "抽到的回访没有打：{reason}",
        "left a drawn call unmade: {reason}",
    ),
    "callback.matched.v1": (
        "一份回访笔记对上了这次拜访（{weight} 比特，领先 {margin}）",
        "found a free note to be about this visit ({weight} bits, {margin} ahead)",
    ),
    "callback.prepared.v1": ("回访 {callback_id} 准备完毕", "prepared the callback {callback_id}"),
    "confidentiality.week_opened.v1": (
        "{viewer_id} 在 {monday} 这一周第一次要看客户号码",
        "opened the record of what {viewer_id} sees in the week of {monday}",
    ),
    "confidentiality.contact_revealed.v1": (
        "查看了 {owner_id} 的客户 {customer_id}（凭{grant}，{ticket}）",
        "saw the contact of {owner_id}'s customer {customer_id} (by {grant}, {ticket})",
    ),
    "confidentiality.reveal_denied.v1": (
        "{viewer_id} 要看 {owner_id} 的客户 {customer_id}，没有给看：{reason}",
        "was not shown the contact of {owner_id}'s customer {customer_id}: {reason}",
    ),
    "confidentiality.reveal_requested.v1": (
        "申请查看 {owner_id} 的客户 {customer_id}：{reason}",
        "asked to see the contact of {owner_id}'s customer {customer_id}: {reason}",
    ),
    "confidentiality.reveal_approved.v1": (
        "批准 {viewer_id} 查看 {owner_id} 的客户 {customer_id}，到 {until} 为止",
        "let {viewer_id} see the contact of {owner_id}'s customer {customer_id} until {until}",
    ),
    "confidentiality.reveal_refused.v1": (
        "没有批准 {viewer_id} 查看 {owner_id} 的客户 {customer_id}",
        "did not let {viewer_id} see the contact of {owner_id}'s customer {customer_id}",
    ),
    "confidentiality.glass_broken.v1": (
        "紧急查看 {owner_id} 的客户 {customer_id}：{reason}，到 {until} 为止",
        "broke the glass over {owner_id}'s customer {customer_id}: {reason}, until {until}",
    ),
    "confidentiality.glass_reviewed.v1": (
        "复核 {viewer_id} 对客户 {customer_id} 的紧急查看，有正当理由：{justified}",
        "reviewed {viewer_id}'s broken glass over customer {customer_id}, justified: {justified}",
    ),
    "confidentiality.reveal_alerted.v1": (
        "提醒（{kind}）：{viewer_id} 与 {owner_id} 的客户 {customer_id}",
        "raised an alert ({kind}): {viewer_id} and {owner_id}'s customer {customer_id}",
    ),
    "confidentiality.alert_settled.v1": (
        "查过提醒 {alert_id}，属实：{founded}",
        "settled the alert {alert_id}, founded: {founded}",
    ),
    "confidentiality.canary_planted.v1": (
        "在 {team_id} 埋下诱饵客户 {customer_id}",
        "planted the canary {customer_id} with {team_id}",
    ),
    "callback.contact_revealed.v1": (
        "查看了 {owner_id} 的客户 {customer_id} 的联系方式（回访 {callback_id}）",
        "was shown the contact of {customer_id}, a customer of {owner_id} (callback {callback_id})",
    ),
    "callback.attempted.v1": (
        "第 {attempt_no} 次拨打（回访 {callback_id}）：{result}",
        "dialled for the {attempt_no}. time (callback {callback_id}): {result}",
    ),
    "callback.step_recorded.v1": (
        "回访 {callback_id} 第 {step} 步",
        "took step {step} of the callback {callback_id}",
    ),
    "callback.outcome_recorded.v1": (
        "回访 {callback_id}：客户对 {agent_id} 的这次拜访——{outcome}",
        "recorded the callback {callback_id} about {agent_id}: {outcome}",
    ),
    "callback.revisit_agreed.v1": (
        "与客户 {customer_id} 约好再访：{at}",
        "agreed on a revisit of {customer_id} at {at}",
    ),
    "callback.debriefed.v1": (
        "就回访 {callback_id} 与 {agent_id} 沟通",
        "talked the callback {callback_id} over with {agent_id}",
    ),
    "review.completed.v1": (
        "批阅了 {agent_id} {day} 的日志（{verdict}，{kind}）",
        "reviewed the log of {agent_id} for {day} ({verdict}, {kind})",
    ),
    "review.withdrawn.v1": (
        "撤销了对 {agent_id} {day} 的日志的批阅",
        "took back the review of the log of {agent_id} for {day}",
    ),
    "review.read.v1": (
        "{agent_id} 读了 {day} 的批阅",
        "{agent_id} read the review of {day}",
    ),
    "verification_case.file_opened.v1": (
        "首次出现与 {agent_id} 的日志不符的说法",
        "noted the first word against the log of {agent_id}",
    ),
    "verification_case.contradiction_detected.v1": (
        "客户的回答与 {agent_id} 的记录不符（{outcome}）",
        "noted that a customer contradicts the log of {agent_id} ({outcome})",
    ),
    "verification_case.case_opened.v1": (
        "为 {agent_id} 立第 {case_no} 号核实，请人来看",
        "opened case {case_no} about {agent_id} for a human to look at",
    ),
    "verification_case.explained.v1": (
        "{agent_id} 就第 {case_no} 号核实作了说明",
        "{agent_id} explained case {case_no}",
    ),
    "rate_estimate.opened.v1": (
        "开始估计 {scope} 的编造率",
        "began to estimate the fake rate of {scope}",
    ),
    "rate_estimate.estimated.v1": (
        "估计 {scope} 的编造率为 {rate}（{low} 至 {high}，{resolved} 次有答复）",
        "estimated the fake rate of {scope} at {rate} ({low} to {high}, {resolved} answers)",
    ),
    "verification_case.opinion_recorded.v1": (
        "看分数之前，对 {agent_id} 的第 {case_no} 号案件写下看法：{leaning}",
        "noted a view of case {case_no} of {agent_id} before seeing the score: {leaning}",
    ),
    "verification_case.heard.v1": (
        "就第 {case_no} 号案件与 {agent_id} 谈话，记下本人的话",
        "talked with {agent_id} about case {case_no} and wrote down what they said",
    ),
    "verification_case.recovered.v1": (
        "{agent_id} 自 {since} 起 {calls} 次回访都相符，第 {case_no} 号案件之后已恢复",
        "found that {agent_id} recovered after case {case_no}: {calls} calls since {since} all match",
    ),
    "verification_case.decided.v1": (
        "对 {agent_id} 第 {case_no} 号核实作出决定：{verdict}",
        "decided case {case_no} about {agent_id}: {verdict}",
    ),
    "verification_case.appealed.v1": (
        "{agent_id} 对第 {case_no} 号核实的决定提出申诉",
        "{agent_id} appealed the decision on case {case_no}",
    ),
    "verification_case.appeal_decided.v1": (
        "对 {agent_id} 第 {case_no} 号核实的申诉作出决定：{verdict}",
        "decided the appeal of {agent_id} on case {case_no}: {verdict}",
    ),
    "complaint.filed.v1": (
        "{agent_id} 投诉 {accused_id} 窃取客户（投诉 {complaint_id}，客户 {customer_id}）",
        "{agent_id} complained that {accused_id} took a customer (complaint {complaint_id},"
        " customer {customer_id})",
    ),
    "complaint.mediation_opened.v1": (
        "{mediator_id} 受理投诉 {complaint_id}，开始调解",
        "{mediator_id} took up the complaint {complaint_id} for mediation",
    ),
    "complaint.statement_asked.v1": (
        "就投诉 {complaint_id} 请 {person_id} 说明",
        "asked {person_id} for a statement on the complaint {complaint_id}",
    ),
    "complaint.statement_given.v1": (
        "{person_id} 就投诉 {complaint_id} 作了说明",
        "{person_id} made a statement on the complaint {complaint_id}",
    ),
    "complaint.sanctioned.v1": (
        "就投诉 {complaint_id} 处分 {accused_id}：{kind}",
        "sanctioned {accused_id} over the complaint {complaint_id}: {kind}",
    ),
    "complaint.team_educated.v1": (
        "就投诉 {complaint_id} 于 {held_on} 对 {team_id} 作保密教育",
        "taught {team_id} about confidentiality on {held_on} after the complaint {complaint_id}",
    ),
    "complaint.concluded.v1": (
        "投诉 {complaint_id} 结案：{finding}",
        "concluded the complaint {complaint_id}: {finding}",
    ),
    "scheduled_check.done.v1": (
        "完成检查「{check}」（{subject}，{day}），发现 {findings} 项",
        'made the check "{check}" ({subject}, {day}), findings: {findings}',
    ),
    **habits.SENTENCES,
}

WORDS: Mapping[str, tuple[str, str]] = {
    **WORDS_OUT,
    **coaching.WORDS,
    **PLAN_WORDS,
    "agent": ("营销员", "agent"),
    "supervisor": ("主管", "supervisor"),
    "upper_supervisor": ("上级主管", "upper supervisor"),
    "auditor": ("合规稽核", "auditor"),
    "administrator": ("管理员", "administrator"),
    "system": ("系统", "system"),
    "appointment_call": ("电话约访", "appointment call"),
    "face_meeting": ("面谈", "meeting"),
    "closing_visit": ("促成拜访", "closing visit"),
    "new_prospect_visit": ("新增拜访", "new-prospect visit"),
    "recruiting_visit": ("增员拜访", "recruiting visit"),
    "own": ("缘故", "own"),
    "referral": ("转介绍", "referral"),
    "orphan_assigned": ("孤儿单", "orphan policy"),
    "inbound": ("主动咨询", "inbound"),
    "event": ("活动", "event"),
    "company_lead": ("公司名单", "company lead"),
    "interested": ("意向明确", "interested"),
    "follow_up": ("再联系", "follow up"),
    "declined": ("婉拒", "declined"),
    "not_met": ("没见到", "not met"),
    "signed": ("签单", "signed"),
    "coaching": ("辅导回访", "coaching call"),
    "audit": ("核查回访", "audit call"),
    "answered": ("接通", "answered"),
    "no_answer": ("无人接听", "no answer"),
    "busy": ("占线", "busy"),
    "invalid_number": ("号码无效", "invalid number"),
    "refused": ("拒绝回答", "refused"),
    "confirmed": ("确认", "confirmed"),
    "partly": ("部分确认", "partly confirmed"),
    "denied": ("说没有", "denied"),
    "cannot_recall": ("记不清", "cannot recall"),
    "wrong_person": ("不是本人", "wrong person"),
    "unreachable": ("联系不上", "unreachable"),
    "not_asked": ("没有问", "not asked"),
    "cleared": ("不成立", "cleared"),
    "unable": ("不会填", "unable"),
    "praise": ("表扬", "praise"),
    "encourage": ("鼓励", "encouragement"),
    "guide": ("指导", "guidance"),
    "ask": ("询问", "a question"),
    "correct": ("纠正", "a correction"),
    "good": ("填得好", "well filled"),
    "fair": ("还可以", "fair"),
    "improve": ("需要改进", "to improve"),
    "looks_true": ("大概是真的", "probably true"),
    "looks_unable": ("像是不会填", "looks unable"),
    "looks_unwilling": ("像是不愿填", "looks unwilling"),
    "unsure": ("看不出来", "cannot tell"),
    "unwilling": ("不愿填", "unwilling"),
    "upheld": ("维持", "upheld"),
    "overturned": ("撤销", "overturned"),
    "leave": ("请假", "leave"),
    "sick": ("病假", "sick leave"),
    "training": ("培训", "training"),
    "meeting": ("会议", "meeting"),
    "founded": ("属实", "founded"),
    "unfounded": ("不属实", "unfounded"),
    "unproven": ("无法查实", "unproven"),
    "settled": ("双方和解", "settled"),
    "warning": ("警告", "warning"),
    "public_criticism": ("通报批评", "public criticism"),
    "suspension": ("停职", "suspension"),
    "removal": ("免职", "removal from office"),
    "customer_request": ("本人要求", "asked for by the customer"),
    "consent_withdrawn": ("撤回同意", "consent withdrawn"),
    "purpose_ended": ("目的已实现", "purpose ended"),
    "retention_ended": ("保存期限届满", "term of keeping ended"),
    "unlawful": ("违法处理", "unlawful processing"),
    "up_to_a_year": ("一年及以下", "up to a year"),
    "over_a_year": ("一年以上", "over a year"),
    "retention": ("保存期限", "term of keeping"),
    "key_destroyed": ("密钥销毁", "destruction of a key"),
    "missing_logs": ("未交日志", "missing logs"),
    "fake_entries": ("回访比对", "callback against log"),
    "fake_rate": ("编造率估计", "estimate of the fake rate"),
    "call_plan": ("回访抽样", "draw of callbacks"),
    "sample": ("抽查", "sample"),
    "case": ("案件", "case"),
    "reveal_watch": ("查看号码的检查", "watch over reveals"),
    "duties": ("主管 1-1-1 的检查", "check of the supervisors' 1-1-1"),
    "coaching_moments": ("辅导时机", "moments for coaching"),
    "coaching_effect": ("辅导效果", "effect of coaching"),
    "self_check": ("主管自我检测", "supervisors' self-check"),
    "callback": ("回访", "callback"),
    "approval": ("上级批准", "approval"),
    "break_glass": ("紧急查看", "broken glass"),
    "customer_asked": ("客户要求联系", "the customer asked to be called"),
    "complaint": ("客户投诉", "a customer's complaint"),
    "agent_away": ("伙伴联系不上", "the agent is away"),
    "safety": ("人身安全", "safety"),
    "legal": ("司法或监管要求", "legal demand"),
    "no_callback": ("看了号码没有回访", "seen and not called"),
    "unusual_hour": ("不寻常的时间", "unusual hour"),
    "unusually_many": ("一天看得特别多", "unusually many"),
    "leaving": ("调动或离职前后", "around a move or a departure"),
    "same_number": ("号码被别人录入", "the number entered by another owner"),
    "glass_unreviewed": ("紧急查看没有复核", "broken glass not reviewed"),
    "canary": ("碰到诱饵客户", "canary touched"),
    "not_prepared": ("还没有准备好", "not prepared"),
    "not_approved": ("没有批准", "not approved"),
    "already_answered": ("回访已经完成", "the call is done"),
    "grant_expired": ("许可到期", "permission expired"),
    "views_used_up": ("次数用完", "looks used up"),
    "quota_reached": ("到了上限", "quota reached"),
    "not_yours": ("不归这个人", "not theirs"),
    **ACCOUNT_WORDS,
    "intact": ("完好", "intact"),
    "altered": ("被改动", "altered"),
    "unreadable": ("不可读", "unreadable"),
    "older": ("比承诺的短", "shorter than promised"),
    "True": ("是", "yes"),
    "False": ("不是", "no"),
    **habits.WORDS,
}
TRANSLATED = coaching.TRANSLATED | frozenset(
    {
        "table",
        "role",
        "origin",
        "sheet",
        "kind",
        "contact_source",
        "result",
        "outcome",
        "verdict",
        "leaning",
        "check",
        "mode",
        "problem",
        "ground",
        "term",
        "finding",
        "grant",
        "reason",
        "justified",
        "founded",
        *habits.TRANSLATED,
        "proof",
        "checked",
    }
)
LANGUAGES = ("zh", "en")


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def word(value: str, language: str) -> str:
    """Return one of our words in a language; anything else comes back as it is."""
    known = WORDS.get(value)
    return known[LANGUAGES.index(language)] if known else value


def sentence(topic: str, facts: Mapping[str, Any], language: str) -> str:
    """Return what happened as a sentence without its subject; ``language`` is zh or en."""
    templates = SENTENCES.get(topic)
    if templates is None:
        return topic
    shown = _Facts()
    for name, value in facts.items():
        shown[name] = _shown(name, value, language)
    return templates[LANGUAGES.index(language)].format_map(shown)


def _shown(name: str, value: Any, language: str) -> str:
    if value is None:
        return "—"
    if isinstance(value, list):
        return str(len(value))
    if isinstance(value, dict):  # figures by their columns
        return ", ".join(f"{word(key, language)} {n}" for key, n in value.items())
    return word(str(value), language) if name in TRANSLATED else str(value)
