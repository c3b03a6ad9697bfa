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
    "family_note.opened.v1": (
        "第一次记下 {agent_id} 家里的事",
        "noted something about {agent_id}’s family for the first time",
    ),
    "family_note.noted.v1": (
        "记下 {agent_id} 家里的一件事",
        "noted something about {agent_id}’s family",
    ),
    "family_note.forgotten.v1": (
        "按 {agent_id} 的要求，永久删除了家里的事",
        "had what was noted about {agent_id}’s family erased for good",
    ),
}
WORDS: Mapping[str, tuple[str, str]] = {
    "wellbeing": ("身体和心情", "how they feel"),
    "family": ("家里人", "the family"),
    "worry": ("上次的难处", "a worry"),
    "life": ("生活近况", "daily life"),
    "on_leave": ("请假", "on leave"),
}
TRANSLATED = frozenset({"opened_with", "moment", "origin"})
