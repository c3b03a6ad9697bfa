"""Programs that are told what happened, and how their deliveries went; the administrator's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from domain.refusals import UnknownWebhook
from domain.webhook import TOPICS, Webhook, webhook_stream
from service.access import Thing
from service.api import guard
from service.api.fields import Instant, Text
from service.api.preconditions import Done, by, command_id
from service.api.problems import Problem
from service.api.resource import Resource
from service.api.schemas import Body, Receipt
from service.context import shilu
from service.webhook_address import add_webhook, hooks, is_address, remove_webhook
from store.webhooks import Delivery

resource = Resource("webhooks", "Signed webhooks (Standard Webhooks) for other programs.")
ONE = "/webhooks/<thing:webhook_id>"


class DeliveryShown(ma.Schema):
    """What became of one event for one webhook."""

    webhook_id = fields.String(required=True)
    position = fields.Integer(required=True)
    topic = fields.String(required=True)
    state = fields.String(required=True)
    attempts = fields.Integer(required=True)
    status = fields.Integer(required=True, allow_none=True)
    problem = fields.String(required=True, allow_none=True)
    at = Instant(required=True)


class WebhookShown(ma.Schema):
    """A webhook in force; address and secret are told to nobody."""

    webhook_id = fields.String(required=True)
    host = fields.String(required=True)
    topics = fields.List(fields.String(), required=True)


class WebhooksShown(ma.Schema):
    """The webhooks, what they may be told, and the newest deliveries."""

    webhooks = fields.List(fields.Nested(WebhookShown), required=True)
    offered = fields.List(fields.String(), required=True)
    deliveries = fields.List(fields.Nested(DeliveryShown), required=True)


class NewWebhook(Body):
    """Where to tell, and what."""

    url = Text(500, required=True)
    topics = fields.List(
        fields.String(validate=validate.OneOf(TOPICS)),
        required=True,
        validate=validate.Length(min=1, max=len(TOPICS)),
    )


class WebhookAdded(Receipt):
    """The secret that signs, told this once; null in the answer to a repeat."""

    webhook_id = fields.String(required=True)
    secret = fields.String(required=True, allow_none=True)


@resource.query("/webhooks", WebhooksShown, errors=(403,))
def show(_: dict[str, Any]) -> dict[str, Any]:
    """Show the webhooks and how their deliveries went."""
    guard.need(Thing.WEBHOOKS)
    kept = hooks()
    return {
        "webhooks": [
            {"webhook_id": one.webhook_id, "host": _host(one.webhook_id), "topics": one.topics}
            for one in kept.hooks()
        ],
        "offered": TOPICS,
        "deliveries": [_delivery(one) for one in kept.newest()],
    }


@resource.command("/webhooks", NewWebhook, answer=WebhookAdded)
def add(body: dict[str, Any]) -> Done:
    """Add a webhook."""
    guard.need(Thing.WEBHOOKS)
    if not is_address(body["url"]):
        raise Problem("invalid", errors=[{"field": "url", "message": "no such address"}])
    webhook_id = "H-" + command_id().hex[:12]
    receipt, secret = add_webhook(webhook_id, body["url"], body["topics"], by=by())
    ids, shown = {"webhook_id": webhook_id}, {"secret": secret}
    return Done(receipt, webhook_stream(webhook_id), Webhook.Added, "/webhooks", ids, shown)


@resource.command(ONE + "/test", errors=(404,))
def test(webhook_id: str) -> Done:
    """Ask for an event that only shows that it works."""
    _known(webhook_id)
    receipt = shilu().record.webhooks.ask_test(webhook_id, by=by())
    return Done(receipt, webhook_stream(webhook_id), Webhook.TestAsked, "/webhooks")


@resource.command(ONE + "/removal", errors=(404,))
def remove(webhook_id: str) -> Done:
    """Tell it nothing any more, and forget where it led."""
    _known(webhook_id)
    receipt = remove_webhook(webhook_id, by=by())
    return Done(receipt, webhook_stream(webhook_id), Webhook.Removed, "/webhooks")


def _known(webhook_id: str) -> None:
    guard.need(Thing.WEBHOOKS)
    if shilu().record.webhooks.find(webhook_id) is None:
        raise UnknownWebhook(webhook_id=webhook_id)


def _host(webhook_id: str) -> str:
    hook = shilu().record.webhooks.find(webhook_id)
    return hook.host if hook else ""


def _delivery(one: Delivery) -> dict[str, Any]:
    shown = {name: getattr(one, name) for name in Delivery.__slots__}
    return shown | {"at": datetime.fromtimestamp(one.at, UTC)}
