"""What the pages read with: a connection to the views that has one's own last write in it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from flask import request
from sqlalchemy import Connection

from domain.rhythm import Rules
from projections.base import positions, wait_for
from service.context import shilu
from service.language import N_, _, local

WAIT_SECONDS = 1.0
SAID: Mapping[str, str] = {
    "logged": N_("记下了。"),
    "corrected": N_("更正已记下，原来的内容也留着。"),
    "withdrawn": N_("已撤回。"),
    "submitted": N_("今天的日志交了，辛苦了。"),
    "sheet_saved": N_("已保存，交之前都可以再改。"),
    "sheet_submitted": N_("交了，主管会给你回音。"),
    "divided": N_("工作周划好了。"),
    "targets": N_("目标定了。"),
    "planned": N_("计划记下了。"),
    "moved": N_("已改期。"),
    "cancelled": N_("已取消，记录还在。"),
    "registered": N_("客户已添加。"),
    "contact": N_("已更正。"),
    "explained": N_("你的说明已记下，主管会看到。"),
    "appealed": N_("申诉已记下，由上级主管答复。"),
    "listed": N_("已放进回访名单。"),
    "set_aside": N_("已放下，原因也记下了。"),
    "prepared": N_("准备好了，可以拨号。"),
    "attempted": N_("拨号已记下。"),
    "answered": N_("客户的回答已如实记下。"),
    "debriefed": N_("回访完成。"),
    "coaching_open": N_("好，先看看现在合不合适。"),
    "gate_passed": N_("可以开始了。"),
    "deferred": N_("改约好了。"),
    "coached": N_("经过记下了，评估完才算结束。"),
    "evaluated": N_("辅导完成，14 天和 28 天后会从日志里看效果。"),
    "dropped": N_("没有采纳，原因已记下。"),
    "help_asked": N_("主管会先看到你的请求。"),
    "words_added": N_("你的话加上了。"),
    "family_forgotten": N_("已经永久删除。"),
    "noted": N_("加上了。"),
    "journal_filed": N_("今天的经营日志归档了，辛苦了。"),
    "question_answered": N_("回答已记下。"),
    "quiet_lifted": N_("原因已记下，可以拨打。"),
    "scored": N_("自评已记下。"),
    "call_prepared": N_("准备好了，打电话吧。"),
    "call_held": N_("电话记下了，伙伴看得到要求和目标。"),
    "call_missed": N_("没打成，已记下，改天再打。"),
    "reviewed": N_("批阅已记下，伙伴看得到。"),
    "review_withdrawn": N_("批阅已撤销，这份日志又在等你。"),
    "sheet_review_withdrawn": N_("批阅已撤销，这份表又在等你。"),
    "read": N_("已告诉主管你读过了。"),
    "opinion": N_("看法已记下，现在可以看系统的估计。"),
    "heard": N_("本人的话已记下。"),
    "decided": N_("决定已记下，伙伴看得到理由。"),
    "appeal_decided": N_("申诉已答复。"),
    "model_asked": N_("已请本人同意。"),
    "filling_opened": N_("开始了。伙伴现在就看得到，也可以说说自己的想法。"),
    "filling_step": N_("这一步记下了。"),
    "filling_asked": N_("申请已交给上级主管。"),
    "filling_signed": N_("答复已记下。"),
    "filling_praised": N_("表扬已记下，伙伴看得到。"),
    "filling_closed": N_("这份填写辅导结束了。"),
    "complained": N_("投诉已交给上级主管，你会看到每一步。"),
    "stated": N_("你的说明已记下。"),
    "complaint_open": N_("已受理，请听取双方说明。"),
    "complaint_ask": N_("问题已发出。"),
    "complaint_sanction": N_("处分已记下。"),
    "complaint_educate": N_("团队教育已记下。"),
    "complaint_conclude": N_("已结案，投诉人看得到结论。"),
    "added": N_("已添加。"),
    "test_asked": N_("测试消息马上就到；没收到，请核对地址。"),
    "webhook_test": N_("测试事件已排队，结果在下面。"),
    "imported": N_("全部导入了。已经有的没有重复。"),
    "reveal_asked": N_("申请已交给上级主管。"),
    "glass_broken": N_("已开启，一小时内有效。大家都会知道。"),
    "reveal_answered": N_("已记下。"),
    "canary_planted": N_("已埋下。"),
    "saved": N_("已保存。"),
    "password_changed": N_("密码已修改，别处的登录已失效。"),
    "sessions_ended": N_("登录已结束。"),
    "privacy_hold": N_("已开始保全，什么也不会删除。"),
    "privacy_release": N_("已解除保全。"),
    "privacy_contract": N_("合同已登记，按法律规定的期限保存。"),
    "privacy_restrict": N_("已限制处理，只保存不使用。"),
    "privacy_resume": N_("已恢复处理。"),
    "privacy_erase": N_("已删除，密钥已销毁。"),
}


def after() -> int:
    """Return the position that the reader has just written, 0 if none."""
    given = request.args.get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0


@contextmanager
def views(*names: str) -> Iterator[Connection]:
    """Open the views; wait at most a second until the named ones have the reader's own write."""
    until = time.monotonic() + WAIT_SECONDS
    for name in names if after() else ():
        wait_for(shilu().views, name, after(), max(until - time.monotonic(), 0.0))
    with shilu().views.connect() as connection:
        yield connection


def said() -> str:
    """Return the sentence that confirms what was just done, or nothing."""
    source = SAID.get(request.args.get("done", ""))
    return _(source) if source else ""


def as_of(*names: str) -> str:
    """Return up to when, and up to which position, the named views tell."""
    reached = positions(shilu().views)
    position = min((reached.get(name, 0) for name in names), default=0)
    now = local(shilu().now(), shilu().rules().time_zone).strftime("%H:%M:%S")
    return _("截至 {time} · 第 {position} 条", time=now, position=f"{position:,}")


def day_in_address(default: date, name: str = "day") -> date:
    """Return the day named in the address; the default if there is none, or none that is one."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return default
    return day if 2000 <= day.year <= 2099 else default


def morning_of(rules: Rules, now: datetime) -> date:
    """Return the day a board is about: in the morning the last working day, later today."""
    wall = local(now, rules.time_zone)
    if wall.hour >= 12:
        return wall.date()
    day = wall.date() - timedelta(days=1)
    for _back in range(14):
        if rules.is_working_day(day):
            return day
        day -= timedelta(days=1)
    return wall.date() - timedelta(days=1)


def clock(instant: datetime | None, zone: str, *, with_day: date | None = None) -> str:
    """Return HH:MM on the branch's wall clock, with the date unless it is ``with_day``."""
    if instant is None:
        return "—"
    wall = local(instant, zone)
    if with_day is None or wall.date() == with_day:
        return wall.strftime("%H:%M")
    return wall.strftime("%m-%d %H:%M")


def integer(name: str) -> int | None:
    """Return a whole number from the address, or None."""
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
