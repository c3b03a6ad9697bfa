"""Notices: where one wants to be told what happened, when not, and what not (everybody's own)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from marshmallow import fields
from werkzeug.wrappers import Response

from domain.notices import ChannelKind, Notice, Wishes
from domain.words import Role
from service.access import Thing, need
from service.channel_address import channels, is_address, offered
from service.channel_address import remove_channel as remove_address
from service.channel_address import set_channel as set_channel_address
from service.context import shilu
from service.forms import Form, PageForm, by, many_of, one_of, see, sent, text
from service.language import N_, _
from service.reading import clock, said
from service.sessions import reader
from service.words import label, options
from store.channels import Channel

pages = Blueprint("notices", __name__)
KINDS: Mapping[StrEnum, str] = {
    ChannelKind.WECOM: N_("企业微信机器人"),
    ChannelKind.DINGTALK: N_("钉钉机器人"),
    ChannelKind.FEISHU: N_("飞书机器人"),
    ChannelKind.EMAIL: N_("电子邮件"),
}
HINTS: Mapping[StrEnum, str] = {
    ChannelKind.WECOM: N_("机器人地址里 key= 后面的一段"),
    ChannelKind.DINGTALK: N_("机器人地址里 access_token= 后面的一段"),
    ChannelKind.FEISHU: N_("机器人地址最后一段"),
    ChannelKind.EMAIL: N_("邮箱地址"),
}
NOTICES: Mapping[StrEnum, str] = {
    Notice.MISSING_LOG: N_("日志还没有写"),
    Notice.REVIEW_RECEIVED: N_("日志有了批阅"),
    Notice.REVIEW_READ: N_("伙伴读了我的批阅"),
    Notice.REVIEW_LATE: N_("日志过期没有批阅"),
    Notice.SHEET_REVIEW_LATE: N_("周表或月记录过期没有批阅"),
    Notice.CASE_OPENED: N_("有关于我的案件"),
    Notice.CASE_DECIDED: N_("我的案件有了决定"),
    Notice.CASE_TO_DECIDE: N_("有案件等我决定"),
    Notice.APPEAL_WAITING: N_("有申诉等我答复"),
    Notice.FILLING_CASE: N_("主管想谈日志的填写"),
    Notice.CUSTOMER_SEEN: N_("有人查看了我的客户的号码"),
    Notice.REVEAL_ALERT: N_("查看号码有异常"),
    Notice.GLASS_BROKEN: N_("有人紧急查看了号码"),
    Notice.COMPLAINT_FILED: N_("有新的投诉"),
    Notice.CHECKPOINT: N_("每日存证"),
}


class ChannelForm(PageForm):
    """Where to tell."""

    kind = one_of(ChannelKind, required=True, missing=N_("请选择一种渠道"))
    key = text(200, required=True, missing=N_("请填写地址"))
    secret = text(100)


class WishesForm(PageForm):
    """Quiet hours, and what is told."""

    quiet_from = fields.Time(
        required=True, error_messages={"invalid": N_("请填写正确的时间，如 09:30")}
    )
    quiet_until = fields.Time(
        required=True, error_messages={"invalid": N_("请填写正确的时间，如 09:30")}
    )
    told = many_of(Notice)


class NothingForm(PageForm):
    """A wish without words."""


@pages.get("/notices")
def show() -> Response:
    """Show one's channel and wishes."""
    need(reader(), Thing.NOTICES)
    return _page(Form())


@pages.post("/notices/channel")
def set_channel() -> Response:
    """Keep the address sealed, and put on record that there is a channel."""
    need(reader(), Thing.NOTICES)
    form = sent(ChannelForm(), name="channel")
    if form.good and not is_address(form.data["kind"], form.data["key"]):
        form.fail("key", _("这个地址不对：{hint}", hint=label(HINTS, form.data["kind"])))
    if form.good:
        told = form.data["kind"], form.data["key"], form.data["secret"]
        receipt = set_channel_address(*told, by=by(form))
        return see("/notices", receipt, "saved")
    return _page(form)


@pages.post("/notices/channel/remove")
def remove_channel() -> Response:
    """Forget the address; nothing is told any more."""
    need(reader(), Thing.NOTICES)
    form = sent(NothingForm())
    if form.good:
        with form.refusals():
            receipt = remove_address(by=by(form))
            return see("/notices", receipt, "saved")
    return _page(form)


@pages.post("/notices/test")
def test() -> Response:
    """Ask for a message that only shows that it works."""
    need(reader(), Thing.NOTICES)
    form = sent(NothingForm())
    if form.good:
        with form.refusals():
            return see("/notices", shilu().record.notices.ask_test(by=by(form)), "test_asked")
    return _page(form)


@pages.post("/notices/wishes")
def wishes() -> Response:
    """Change quiet hours and what is told."""
    need(reader(), Thing.NOTICES)
    form = sent(WishesForm(), name="wishes")
    if form.good:
        data = form.data
        muted = set(offered()) - set(data["told"])
        receipt = shilu().record.notices.change_wishes(
            data["quiet_from"], data["quiet_until"], muted, by=by(form)
        )
        return see("/notices", receipt, "saved")
    return _page(form)


def _page(form: Form) -> Response:
    book = shilu().record.notices.find(reader().person_id)
    wished = book.wishes if book else Wishes()
    known = channels().of(shilu().branch, reader().person_id)
    mine = offered()
    page = render_template(
        "notices.html",
        frame="phone.html" if reader().role is Role.AGENT else "desk.html",
        form=form,
        channel_form=form if form.name == "channel" else Form(name="channel"),
        wishes_form=form if form.name == "wishes" else Form(name="wishes"),
        said=said(),
        known=_shown(known) if known else None,
        kinds=options(KINDS),
        hints=[(label(KINDS, kind), label(HINTS, kind)) for kind in KINDS],
        offered=options(NOTICES, mine),
        told=[str(kind) for kind in mine if kind not in wished.muted],
        quiet_from=wished.quiet_from.strftime("%H:%M"),
        quiet_until=wished.quiet_until.strftime("%H:%M"),
    )
    return make_response(page, form.status)


def _shown(known: Channel) -> SimpleNamespace:
    rest = datetime.fromtimestamp(known.rest_until, UTC)
    failing = known.failures > 0
    return SimpleNamespace(
        kind=label(KINDS, known.kind),
        failing=failing,
        again=clock(rest, shilu().rules().time_zone) if failing else "",
    )
