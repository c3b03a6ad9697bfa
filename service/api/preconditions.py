"""Idempotency-Key, If-Match and ETag: how a request says which one it is and what it has read.

The command id is uuid5 of the person and the key, the same as for the pages, so a request that
comes in again, over whichever way, gives the first receipt and appends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from flask import g, request

from domain.words import By, Receipt
from service.api.problems import Problem
from service.context import shilu
from service.sessions import reader

KEY = re.compile(r"[!-~]{1,128}")


@dataclass(frozen=True, slots=True)
class Done:
    """What a command answered: its receipt, what it meant to append and where, and new ids."""

    receipt: Receipt
    stream: UUID
    event: Any  # the event class: TOPIC of the last event that the command appends
    location: str | None = None
    ids: dict[str, str] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)  # what else the answer holds


def check_key(required: bool) -> None:
    """Read the Idempotency-Key into the request. Raises Problem if missing or malformed."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if required:
            raise Problem("key-missing")
        key = str(uuid4())  # a PATCH or PUT with If-Match can't happen twice anyway
    if not KEY.fullmatch(key):
        raise Problem("key-malformed")
    g.idempotency_key = key


def command_id() -> UUID:
    """Return the command id of this request."""
    return uuid5(NAMESPACE_URL, f"{reader().person_id}/{g.idempotency_key}")


def by(occurred_at: datetime | None = None) -> By:
    """Return who does this and when; nothing of it ever comes from the body but ``occurred_at``."""
    now = shilu().now()
    return By(
        actor=reader().person_id,
        role=reader().role,
        occurred_at=occurred_at or now,
        recorded_at=now,
        command_id=command_id(),
        source="api",
        numbers_meant=g.get("numbers_meant", False),
    )


def by_part(part: str) -> By:
    """Return who does a part of this, as a command of its own: for what leaves as a file."""
    given = f"{reader().person_id}/{g.idempotency_key}/{part}"
    return replace(by(), command_id=uuid5(NAMESPACE_URL, given))


def check_if_match() -> None:
    """Raise Problem (428) unless the request says which version it has read."""
    if not request.headers.get("If-Match", "").strip():
        raise Problem("if-match-missing")


def expected(current: Callable[[], int | None]) -> int | None:
    """Return the stream version that the reader has seen, None for ``*``.

    The domain compares it when it appends, so that two writers can't both win; ``current`` is
    asked only when If-Match names several versions. Raises Problem (412).
    """
    tags = request.if_match
    if tags.star_tag:
        return None
    versions = sorted(int(tag) for tag in tags.as_set() if re.fullmatch(r"\d{1,9}", tag))
    if not versions:
        raise Problem("stale")
    if len(versions) == 1:
        return versions[0]
    now = current()
    return now if now in versions else versions[0]


def check_same_command(done: Done) -> None:
    """Raise Problem (422) if the key belongs to a command of another kind or on another thing.

    Answering the first receipt there would let the caller believe that this one was recorded.
    """
    if not done.receipt.repeated:
        return
    record = shilu().record
    (stored,) = record.recorder.select_notifications(done.receipt.position, limit=1)
    first = record.mapper.to_domain_event(stored)
    same_ids = all(getattr(first, name, value) == value for name, value in done.ids.items())
    if done.receipt.stream_id != done.stream or stored.topic != done.event.TOPIC or not same_ids:
        raise Problem("key-reused")


def etag(version: int) -> str:
    """Return the strong entity tag of a stream version."""
    return f'"{version}"'
