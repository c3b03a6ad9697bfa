"""The sentences about plans, weeks and months (see ``audit_words``)."""

from __future__ import annotations

from collections.abc import Mapping

PLAN_SENTENCES: Mapping[str, tuple[str, str]] = {
    "plan.item_planned.v1": (
        "计划在 {day} {kind}（客户 {customer_id}）",
        "planned for {day}: {kind} (customer {customer_id})",
    ),
    "plan.item_kept.v1": ("完成了 {day} 计划的{kind}", "did what was planned for {day}: {kind}"),
    "plan.item_moved.v1": (
        "把 {from_day} 计划的{kind}改到 {day}：{reason}",
        "moved what was planned for {from_day} to {day}: {kind}, because: {reason}",
    ),
    "plan.item_cancelled.v1": (
        "取消了 {day} 计划的{kind}：{reason}",
        "gave up what was planned for {day}: {kind}, because: {reason}",
    ),
}
PLAN_WORDS: Mapping[str, tuple[str, str]] = {
    "service": ("客户服务", "customer service"),
    "team_event": ("团队活动", "team activity"),
    "other_work": ("其他工作", "other work"),
    "customer_moved": ("客户改期", "the customer asked for another day"),
    "company": ("公司或团队安排", "company or team"),
    "own_choice": ("自己调整", "own choice"),
}
