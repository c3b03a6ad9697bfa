"""The audit trail's sentences about tracking calls, coaching and the supervisor's journal."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "rulebook.call_hours_set.v1": (
        "通话时间定为：追踪 {tracking_from}–{tracking_until}，回访 {callback_from}–{callback_until}，"
        "{rest_from}–{rest_until} 不打扰；每人每周追踪 {tracking_a_week} 次起",
        "set the hours for calls: tracking {tracking_from}–{tracking_until}, customers"
        " {callback_from}–{callback_until} but not {rest_from}–{rest_until}; at least"
        " {tracking_a_week} tracking calls a week",
    ),
    "tracking_call.prepared.v1": (
        "准备 {on_day} 打给 {agent_id} 的追踪电话",
        "prepared the tracking call to {agent_id} for {on_day}",
    ),
    "tracking_call.held.v1": (
        "与 {agent_id} 通了追踪电话，从{opened_with}谈起，布置了要求和目标",
        "made the tracking call to {agent_id}, opened with {opened_with}, ended with a goal",
    ),
    "tracking_call.missed.v1": (
        "打给 {agent_id} 的追踪电话没打成：{reason}",
        "did not reach {agent_id} for the tracking call: {reason}",
    ),
    "coaching.proposed.v1": (
        "提出辅导 {agent_id}（时机：{moment}；来自{origin}），定在 {on_day}",
        "found {agent_id} due for coaching (moment: {moment}, seen by {origin}), on {on_day}",
    ),
    "coaching.gate_checked.v1": (
        "确认现在是否适合辅导 {agent_id}，不合适的有 {wrong} 项",
        "asked whether this is a moment to coach {agent_id}; {wrong} things speak against it",
    ),
    "coaching.deferred.v1": (
        "与 {agent_id} 改约到 {until} 辅导",
        "put the coaching of {agent_id} off to {until}",
    ),
    "coaching.held.v1": (
        "辅导了 {agent_id}（时机：{moment}，方法 {methods} 种）",
        "coached {agent_id} (moment: {moment}, {methods} methods)",
    ),
    "coaching.evaluated.v1": (
        "评估对 {agent_id} 的辅导：效果 {effect} 分，下次 {next_on}",
        "closed the coaching of {agent_id}: effect {effect}, next time {next_on}",
    ),
    "coaching.commented.v1": (
        "{agent_id} 对辅导说了自己的话",
        "{agent_id} added words to a coaching",
    ),
    "coaching.dropped.v1": (
        "没有采纳辅导 {agent_id} 的建议，写明了原因",
        "left a suggested coaching of {agent_id} aside, with a reason",
    ),
    "coaching.effect_measured.v1": (
        "{agent_id} 辅导后 {days} 天，与之前 {days} 天对照",
        "compared the {days} days after {agent_id}'s coaching with the {days} before",
    ),
    "supervisor_journal.opened.v1": (
        "翻开 {supervisor_id} {day} 的经营日志",
        "opened the journal of {supervisor_id} for {day}",
    ),
    "supervisor_journal.note_added.v1": (
        "在 {day} 的经营日志里记下{kind}",
        "noted {kind} in the journal of {day}",
    ),
    "supervisor_journal.submitted.v1": (
        "提交 {day} 的经营日志，总结 {summary_length} 字",
        "handed in the journal of {day}, with a summary of {summary_length} characters",
    ),
    "supervisor_journal.archived.v1": (
        "{day} 的经营日志归档，{positions} 项事实，摘要 {digest}",
        "filed the journal of {day} with {positions} facts, digest {digest}",
    ),
    "supervisor_journal.self_checked.v1": (
        "{supervisor_id} {day} 的自我检测提出 {questions} 个问题（检查 {checks} 项）",
        "asked {supervisor_id} {questions} questions about the days to {day} ({checks} checks)",
    ),
    "supervisor_journal.question_answered.v1": (
        "回答了 {day} 自我检测的问题：{question}",
        "answered a question of the self-check of {day}: {question}",
    ),
    "callback.quiet_hours_lifted.v1": (
        "说明原因后，{on_day} 在不打扰的时间拨打（回访 {callback_id}）",
        "gave a reason to call at a quiet hour on {on_day} (callback {callback_id})",
    ),
    "callback.self_scored.v1": (
        "自评回访 {callback_id}：做到 {kept} 条，共 {of} 条",
        "scored the callback {callback_id}: kept to {kept} of {of} cautions",
    ),
    "rulebook.script_flagged.v1": (
        "话术 {script_id} 第 {script_version} 版带着 {findings} 处问题发布",
        "published version {script_version} of the script {script_id} with {findings} flaws",
    ),
    "family_note.opened.v1": (
        "第一次记下 {agent_id} 家里的事",
        "noted something about {agent_id}'s family for the first time",
    ),
    "family_note.noted.v1": (
        "记下 {agent_id} 家里的一件事",
        "noted something about {agent_id}'s family",
    ),
    "family_note.forgotten.v1": (
        "按 {agent_id} 的要求，永久删除了家里的事",
        "had what was noted about {agent_id}'s family erased for good",
    ),
}
WORDS: Mapping[str, tuple[str, str]] = {
    "wellbeing": ("身体和心情", "how they feel"),
    "family": ("家里人", "the family"),
    "worry": ("上次的难处", "a worry"),
    "life": ("生活近况", "daily life"),
    "new_visit": ("全新的拜访", "a new kind of visit"),
    "setback": ("挫折或迷惘", "a setback"),
    "unsteady": ("反复无常", "ups and downs"),
    "stuck": ("犹豫不决、一筹莫展", "being stuck"),
    "unsure": ("对能力没有把握", "self-doubt"),
    "wants_to_improve": ("要改进的愿望", "the wish to improve"),
    "below_standard": ("低于一般要求", "below the usual standard"),
    "asked": ("请求帮助", "asked for help"),
    "negative": ("态度消极", "a negative attitude"),
    "big_case": ("艰难促成大额保单", "a hard big case"),
    "workplace": ("职场事务", "workplace affairs"),
    "function_group": ("功能小组", "a function group"),
    "recommendation": ("推荐组员", "a recommendation"),
    "company_decision": ("公司决定", "a company decision"),
    "same_customers": ("相同对象重复出现", "the same customers again"),
    "incomplete_names": ("姓名不全", "incomplete names"),
    "thin_call_notes": ("回访记录简单", "thin callback notes"),
    "never_a_denial": ("回访从未有不符", "never a denial"),
    "hasty_reviews": ("批阅太快", "hasty reviews"),
    "same_remarks": ("批语雷同", "the same remarks"),
    "same_agents_coached": ("总辅导同一位", "the same agent coached"),
    "thin_coaching": ("辅导记录简单", "thin coaching notes"),
    "same_agents_tracked": ("总打给同一位", "the same agent called"),
    "thin_tracking": ("追踪记录简单", "thin tracking notes"),
    "owes_callback": ("没有回访客户", "no customer called"),
    "owes_coaching": ("没有一对一辅导", "nobody coached"),
    "owes_tracking": ("没有打追踪电话", "no agent called"),
    "cadence": ("追踪电话不够", "too few tracking calls"),
    "data": ("系统", "the record"),
    "on_leave": ("请假", "on leave"),
}
TRANSLATED = frozenset({"opened_with", "moment", "origin", "question"})
