"""Sentences for what leaves the record or goes out of it: paper, tables, feeds, messages."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES_OUT: Mapping[str, tuple[str, str]] = {
    "paper.printed.v1": (
        "打印{kind}（{subject}），纸号 {paper_id}",
        "printed the {kind} ({subject}) as {paper_id}",
    ),
    "export.made.v1": (
        "导出{table}，{first_day} 至 {last_day}，{rows} 行（{file_format}）",
        "took away the table of {table}, {first_day} to {last_day}, {rows} rows ({file_format})",
    ),
    "calendar_feed.opened.v1": (
        "{agent_id} 开通了日程订阅 {feed_id}",
        "{agent_id} got an address for their calendar, {feed_id}",
    ),
    "calendar_feed.closed.v1": (
        "{agent_id} 收回了日程订阅 {feed_id}",
        "{agent_id} took the address of their calendar back, {feed_id}",
    ),
    "notices.opened.v1": (
        "{person_id} 第一次设置通知",
        "{person_id} said for the first time where to be told",
    ),
    "notices.channel_set.v1": (
        "{person_id} 设置了通知渠道：{kind}（{channel_id}）",
        "{person_id} is told by {kind} from now on ({channel_id})",
    ),
    "notices.channel_removed.v1": (
        "{person_id} 取消了通知渠道 {channel_id}",
        "{person_id} is told nothing any more ({channel_id})",
    ),
    "notices.wishes_changed.v1": (
        "{person_id} 把免打扰时间改为 {quiet_from} 至 {quiet_until}，关闭 {muted} 种通知",
        "{person_id} wants quiet from {quiet_from} to {quiet_until} and {muted} kinds muted",
    ),
    "notices.test_asked.v1": (
        "{person_id} 请求一条测试消息",
        "{person_id} asked for a test message",
    ),
    "webhook.added.v1": (
        "添加程序通知 {host}（{webhook_id}），{topics} 种事件",
        "added the webhook {host} ({webhook_id}) for {topics} kinds of events",
    ),
    "webhook.test_asked.v1": (
        "请求程序通知 {webhook_id} 的一条测试",
        "asked for a test of the webhook {webhook_id}",
    ),
    "webhook.removed.v1": (
        "移除程序通知 {webhook_id}",
        "removed the webhook {webhook_id}",
    ),
}
WORDS_OUT: Mapping[str, tuple[str, str]] = {
    "daily_log": ("工作日志", "daily log"),
    "callback_record": ("回访电话记录表", "callback record"),
    "weekly_sheet": ("周工作检视表", "weekly sheet"),
    "monthly_record": ("月经营记录", "monthly record"),
    "notify": ("发出通知", "telling people"),
    "wecom": ("企业微信", "WeCom"),
    "dingtalk": ("钉钉", "DingTalk"),
    "feishu": ("飞书", "Feishu"),
    "email": ("电子邮件", "e-mail"),
    "team_days": ("团队看板", "team days"),
    "entries": ("展业记录", "entries"),
    "callbacks": ("回访", "callbacks"),
    "reviews": ("批阅", "reviews"),
    "cases": ("案件", "cases"),
}
