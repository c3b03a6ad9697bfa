"""Which programs are told: a webhook's address and secret, sealed beside the record."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

from domain.words import By, Receipt
from service.context import shilu
from store.webhooks import Target, WebhookStore


def is_address(typed: str) -> bool:
    """Tell whether a text can be a webhook's address: whole, and without a login in it."""
    try:
        parts = urlsplit(typed)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return good and parts.username is None and not parts.fragment


def add_webhook(
    webhook_id: str, url: str, topics: Collection[str], *, by: By
) -> tuple[Receipt, str | None]:
    """Add a webhook; return its secret, this once: a repeat has none.

    Raises NotYours, AlreadyExists, BadValue.
    """
    host = urlsplit(url).hostname or ""
    receipt = shilu().record.webhooks.add(webhook_id, host, topics, by=by)
    if receipt.repeated:
        return receipt, None
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    hooks().put(webhook_id, topics, receipt.position, Target(url, secret))
    return receipt, secret


def remove_webhook(webhook_id: str, *, by: By) -> Receipt:
    """Tell it nothing any more, and forget where it led. Raises NotYours, UnknownWebhook."""
    hooks().remove(webhook_id)
    return shilu().record.webhooks.remove(webhook_id, by=by)


def hooks() -> WebhookStore:
    """Return the webhooks of the branch."""
    vault = shilu().record.mapper.vault  # type: ignore[attr-defined]
    return WebhookStore(shilu().accounts.engine, shilu().branch, vault)
