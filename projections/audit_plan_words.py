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
    "weekly_sheet.opened.v1": (
        "翻开 {agent_id} {monday} 这一周的工作检视表",
        "opened the weekly sheet of {agent_id} for the week of {monday}",
    ),
    "weekly_sheet.targets_set.v1": (
        "定下 {monday} 这一周的目标（{origin}）：{targets}",
        "set the targets for the week of {monday} ({origin}): {targets}",
    ),
    "weekly_sheet.summary_written.v1": (
        "写下 {monday} 这一周的总结，{text_length} 字",
        "summed up the week of {monday}, {text_length} characters",
    ),
    "weekly_sheet.next_week_planned.v1": (
        "在 {monday} 的周表里定下周计划：{targets}",
        "planned the week after the week of {monday}: {targets}",
    ),
    "weekly_sheet.submitted.v1": (
        "提交 {monday} 这一周的工作检视表，实际达成：{results}",
        "handed in the sheet of the week of {monday}, achieved: {results}",
    ),
    "monthly_record.opened.v1": (
        "翻开 {agent_id} {month} 这个月的经营记录",
        "opened the record of {agent_id} for the month of {month}",
    ),
    "monthly_record.work_weeks_divided.v1": (
        "把 {month} 这个月划成 {weeks} 个工作周",
        "divided the month of {month} into work weeks: {weeks}",
    ),
    "monthly_record.last_month_summarised.v1": (
        "在 {month} 的记录里写下上月总结，{text_length} 字",
        "summed up the month before {month}, {text_length} characters",
    ),
    "monthly_record.month_planned.v1": (
        "写下 {month} 的本月计划，{text_length} 字",
        "planned the month of {month}, {text_length} characters",
    ),
    "monthly_record.goals_set.v1": (
        "定下 {month} 的经营目标：{goals}（团队目标：{team_goals}）",
        "set the goals for the month of {month}: {goals} (the team's: {team_goals})",
    ),
    "monthly_record.submitted.v1": (
        "提交 {month} 的经营记录，上月实际达成：{results}",
        "handed in the record of the month of {month}; achieved the month before: {results}",
    ),
    "review.sheet_completed.v1": (
        "批阅了 {agent_id} {period} 的{sheet}（{kind}）",
        "reviewed the {sheet} of {agent_id} for {period} ({kind})",
    ),
    "review.sheet_withdrawn.v1": (
        "撤销了对 {agent_id} {period} 的{sheet}的批阅",
        "took back the review of the {sheet} of {agent_id} for {period}",
    ),
    "review.sheet_read.v1": (
        "{agent_id} 读了 {period} 的{sheet}的批阅",
        "{agent_id} read the review of the {sheet} for {period}",
    ),
    "team_goal.set.v1": (
        "给 {team_id} 定下 {month} 的团队目标：{goals}",
        "set the goals of {team_id} for the month of {month}: {goals}",
    ),
    "team_goal.changed.v1": (
        "把 {team_id} {month} 的团队目标改为 {goals}：{reason}",
        "changed the goals of {team_id} for the month of {month} to {goals}: {reason}",
    ),
}
PLAN_WORDS: Mapping[str, tuple[str, str]] = {
    "service": ("客户服务", "customer service"),
    "team_event": ("团队活动", "team activity"),
    "other_work": ("其他工作", "other work"),
    "customer_moved": ("客户改期", "the customer asked for another day"),
    "company": ("公司或团队安排", "company or team"),
    "week": ("周工作检视表", "weekly sheet"),
    "month": ("月经营记录", "monthly record"),
    "missing_weeks": ("未交周工作检视表", "missing weekly sheets"),
    "missing_months": ("月份未划分或未交", "months not divided or not handed in"),
    "last_week": ("来自上周计划", "from last week's plan"),
    "by_hand": ("自己定", "set by hand"),
    "calls": ("电话", "calls"),
    "meetings": ("面谈", "meetings"),
    "closings": ("促成", "closings"),
    "new_visits": ("新增", "new visits"),
    "policies": ("件数", "policies"),
    "own_choice": ("自己调整", "own choice"),
    "mistake": ("记错了", "a slip"),
}
