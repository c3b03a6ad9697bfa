"""The sentences about habits: filling problems and their ladders (R-30 to R-34)."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "filling_case.opened.v1": (
        "为 {agent_id} 的填写问题「{problem}」开始辅导（第 {no} 次）",
        'took up the filling problem "{problem}" of {agent_id} (no. {no})',
    ),
    "filling_case.will_determined.v1": (
        "认定 {agent_id} 的不实填写属于：{will}",
        "found about the entries of {agent_id}: {will}",
    ),
    "filling_case.step_taken.v1": (
        "对 {agent_id} 的「{problem}」走了第 {step} 步（{held_on}）",
        'took step {step} about "{problem}" with {agent_id} on {held_on}',
    ),
    "filling_case.step_skipped.v1": (
        "跳过了 {agent_id} 的「{problem}」的第 {step} 步，写明了原因",
        'left out step {step} about "{problem}" with {agent_id}, with a reason',
    ),
    "filling_case.criticism_asked.v1": (
        "谈过 {talks} 次后，申请在二早上批评 {agent_id}",
        "asked to criticise {agent_id} before the team after {talks} talks",
    ),
    "filling_case.criticism_answered.v1": (
        "答复对 {agent_id} 的批评申请，同意：{signed}",
        "answered the request to criticise {agent_id}, signed: {signed}",
    ),
    "filling_case.criticism_held.v1": (
        "{held_on} 在二早上批评了 {agent_id}",
        "criticised {agent_id} before the team on {held_on}",
    ),
    "filling_case.improvement_praised.v1": (
        "{agent_id} 改正了，已表扬",
        "praised {agent_id} for the correction",
    ),
    "filling_case.replied.v1": (
        "{agent_id} 对填写辅导说了自己的话",
        "said what there was to say about the filling case of {agent_id}",
    ),
    "filling_case.closed.v1": (
        "结束对 {agent_id} 的填写辅导：{ending}",
        "ended the filling case of {agent_id}: {ending}",
    ),
    "rulebook.review_checklist_defined.v1": (
        "设定批阅要点，共 {rows} 行",
        "defined the review's checklist, {rows} rows",
    ),
    "rulebook.sheet_checklist_defined.v1": (
        "设定{sheet}的批阅要点，共 {rows} 行",
        "defined the checklist for reviewing the {sheet}, {rows} rows",
    ),
    "rulebook.phrases_defined.v1": (
        "设定常用批语，共 {phrases} 句",
        "defined the phrases for remarks, {phrases} of them",
    ),
    "contest.opened.v1": (
        "开始评比「{title}」：{starts_on} 到 {ends_on}，团队目标按时 {goal}%",
        'opened the contest "{title}", {starts_on} to {ends_on}, team goal {goal}% in time',
    ),
    "contest.participation_chosen.v1": (
        "{agent_id} 选择是否参加评比 {contest_id} 的排名：{takes_part}",
        "{agent_id} chose whether to be ranked in the contest {contest_id}: {takes_part}",
    ),
    "contest.standing_frozen.v1": (
        "评比 {contest_id} 的名次定了：{ranked} 人，团队按时 {reached}%，表的摘要 {table_hash}",
        "froze the standings of {contest_id}: {ranked} ranked, {reached}% in time,"
        " hash {table_hash}",
    ),
    "role_model.named.v1": (
        "想把 {agent_id} 树为典型，等本人同意",
        "wants to name {agent_id} a role model and asks for consent",
    ),
    "role_model.answered.v1": (
        "{agent_id} 对做典型的答复，同意：{consents}",
        "answered about being a role model, consents: {consents}",
    ),
    "role_model.consent_withdrawn.v1": (
        "{agent_id} 收回做典型的同意",
        "took the consent to be a role model back",
    ),
    "sharing_session.held.v1": (
        "{team_id} 在 {held_on} 办了分享会：{topic}",
        "held a sharing session of {team_id} on {held_on}: {topic}",
    ),
    "expert_clinic.held.v1": (
        "{held_on} 请 {expert_id} 为 {agent_id} 会诊（专家门诊）",
        "held an expert clinic of {expert_id} for {agent_id} on {held_on}",
    ),
    "filling_suggestion.raised.v1": (
        "提示 {agent_id} 可能有填写问题：{problem}",
        "suggested that {agent_id} may have a filling problem: {problem}",
    ),
    "filling_suggestion.dismissed.v1": (
        "看过对 {agent_id} 的提示，认为不是问题，写明了原因",
        "put the suggestion about {agent_id} aside, with a reason",
    ),
}
WORDS: Mapping[str, tuple[str, str]] = {
    "too_much_trouble": ("太麻烦，不填写", "too much trouble to fill"),
    "faded": ("新鲜过后不再填写", "stopped once the novelty wore off"),
    "doubting": ("怀疑，应付了事", "doubt, and going through the motions"),
    "fabricated": ("虚假填写", "made-up entries"),
    "fears_poaching": ("害怕客户资料被拿走", "fear for the customers"),
    "corrected": ("已改正", "corrected"),
    "no_change": ("走完四步没有改变", "no change after the whole ladder"),
    "contest_ended": ("评比结束", "end of a contest"),
    "overdue_reviews": ("批阅逾期", "late reviews"),
    "overdue_sheet_reviews": ("周表和月记录批阅逾期", "late reviews of weeks and months"),
    "filling_problems": ("填写问题", "filling problems"),
    "left": ("已离开团队", "left the team"),
}
TRANSLATED = frozenset({"will", "ending", "signed", "consents", "takes_part"})
