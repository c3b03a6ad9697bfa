"""Sentences for what leaves the record or goes out of it: paper, tables, feeds, messages."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES_OUT: Mapping[str, tuple[str, str]] = {
    "paper.printed.v1": (
        "打印{kind}（{subject}），纸号 {paper_id}",
        "printed the {kind} ({subject}) as {paper_id}",
    ),
}
WORDS_OUT: Mapping[str, tuple[str, str]] = {
    "daily_log": ("工作日志", "daily log"),
    "callback_record": ("回访电话记录表", "callback record"),
    "weekly_sheet": ("周工作检视表", "weekly sheet"),
    "monthly_record": ("月经营记录", "monthly record"),
}
