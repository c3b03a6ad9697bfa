"""Webhooks (administrator): which programs are told which kinds of events, and whether it worked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from marshmallow import fields, validate
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.refusals import UnknownWebhook
from domain.webhook import TOPICS
from service.access import Thing, need
from service.context import shilu
from service.forms import Form, PageForm, by, command_id, see, sent, text
from service.language import N_, _, local
from service.reading import said
from service.sessions import reader
from service.webhook_address import add_webhook, hooks, is_address, remove_webhook
from store.webhooks import Delivery

pages = Blueprint("webhooks", __name__)
PROBLEMS: Mapping[str, str] = {
    "private_address": N_("地址在内网，没有获准"),
    "not_https": N_("不是 https"),
    "no_address": N_("地址不完整"),
    "port": N_("端口不允许"),
    "unknown_host": N_("找不到主机"),
    "timeout": N_("超时"),
    "tls": N_("证书不对"),
    "no_answer": N_("没有应答"),
    "redirect": N_("对方要求跳转，没有跟随"),
    "status": N_("对方没有收下"),
}
TOPIC_WORDS: Mapping[str, str] = {
    "daily_log.activity_logged.v1": N_("记下一笔"),
    "daily_log.submitted.v1": N_("提交日志"),
    "review.completed.v1": N_("批阅日志"),
    "callback.listed.v1": N_("列入回访"),
    "callback.outcome_recorded.v1": N_("记下客户的回答"),
    "verification_case.case_opened.v1": N_("立案"),
    "verification_case.decided.v1": N_("案件有了决定"),
    "filling_case.opened.v1": N_("开始填写辅导"),
    "organisation.team_formed.v1": N_("建立团队"),
    "organisation.member_joined.v1": N_("有人加入"),
    "organisation.member_moved.v1": N_("有人调动"),
    "organisation.member_departed.v1": N_("有人离开"),
    "confidentiality.contact_revealed.v1": N_("有人查看客户号码"),
    "confidentiality.reveal_alerted.v1": N_("查看号码有异常"),
    "scheduled_check.done.v1": N_("定时检查完成"),
    "paper.printed.v1": N_("有人打印"),
    "export.made.v1": N_("有人导出表格"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "waiting": ("warn", N_("等待重试")),
    "done": ("ok", N_("已送达")),
    "failed": ("bad", N_("已放弃")),
}


class WebhookForm(PageForm):
    """Where to tell, and what."""

    url = text(500, required=True, missing=N_("请填写地址"))
    topics = fields.List(fields.String(validate=validate.OneOf(TOPICS)), load_default=list)


class NothingForm(PageForm):
    """A wish without words."""


@pages.get("/webhooks")
def listing() -> Response:
    """List the webhooks and how their deliveries went."""
    need(reader(), Thing.WEBHOOKS)
    return _page(Form())


@pages.post("/webhooks")
def add() -> Response:
    """Add a webhook and show its secret this once."""
    need(reader(), Thing.WEBHOOKS)
    form = sent(WebhookForm())
    if form.good:
        _check(form)
    if form.good:
        webhook_id = "H-" + command_id(form, "webhook").hex[:12]
        with form.refusals(topics="topics"):
            url, topics = form.data["url"], form.data["topics"]
            _receipt, secret = add_webhook(webhook_id, url, topics, by=by(form))
            return _page(Form(), secret=secret or "")
    return _page(form)


@pages.post("/webhooks/<webhook_id>/test")
def test(webhook_id: str) -> Response:
    """Ask for an event that only shows that it works."""
    form = _sent(webhook_id)
    if form.good:
        with form.refusals():
            receipt = shilu().record.webhooks.ask_test(webhook_id, by=by(form))
            return see("/webhooks", receipt, "webhook_test")
    return _page(form)


@pages.post("/webhooks/<webhook_id>/remove")
def remove(webhook_id: str) -> Response:
    """Tell it nothing any more, and forget where it led."""
    form = _sent(webhook_id)
    if form.good:
        with form.refusals():
            receipt = remove_webhook(webhook_id, by=by(form))
            return see("/webhooks", receipt, "saved")
    return _page(form)


def _sent(webhook_id: str) -> Form:
    need(reader(), Thing.WEBHOOKS)
    hook = shilu().record.webhooks.find(webhook_id)
    if hook is None or hook.removed:
        raise NotFound from UnknownWebhook(webhook_id=webhook_id)
    return sent(NothingForm())


def _check(form: Form) -> None:
    if not is_address(form.data["url"]):
        form.fail("url", _("请填写完整的 https 地址，不带账号"))
    if not form.data["topics"]:
        form.fail("topics", _("请至少选择一种事件"))


def _page(form: Form, secret: str | None = None) -> Response:
    kept = hooks()
    known = {hook.webhook_id: hook for hook in kept.hooks()}
    hosts = {key: shilu().record.webhooks.find(key) for key in known}
    names = {key: hook.host if hook else key for key, hook in hosts.items()}
    page = render_template(
        "webhooks.html",
        form=form,
        said=said(),
        secret=secret,
        hooks=[
            SimpleNamespace(
                id=key, host=names[key], topics=[topic_text(t) for t in sorted(h.topics)]
            )
            for key, h in known.items()
        ],
        topics=[(topic, topic_text(topic)) for topic in TOPICS],
        deliveries=[_row(made, names) for made in kept.newest()],
    )
    return make_response(page, form.status)


def topic_text(topic: str) -> str:
    """Return what a kind of event is called, and its name."""
    source = TOPIC_WORDS[topic]
    return f"{_(source)} · {topic.removesuffix('.v1')}"


def _row(made: Delivery, names: Mapping[str, str]) -> SimpleNamespace:
    cls, state = STATES[made.state]
    at = local(datetime.fromtimestamp(made.at, UTC), shilu().rules().time_zone)
    problem = PROBLEMS.get(made.problem or "", "")
    return SimpleNamespace(
        at=at.strftime("%m-%d %H:%M:%S"),
        host=names.get(made.webhook_id, made.webhook_id),
        position=made.position,
        topic=made.topic.removesuffix(".v1"),
        cls=cls,
        state=_(state),
        attempts=made.attempts,
        problem=" ".join(filter(None, (str(made.status or ""), _(problem) if problem else ""))),
    )
