"""Tells programs what happened: finds the events, signs them (Standard Webhooks), sends, retries.

A message has the event's kind, its time, and ids; no name, number or text of anybody is in it. Its
id is the same at every try, so that the other side can tell a repeat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from standardwebhooks import Webhook as Signer

from store.log_reader import LoggedEvent
from store.webhooks import DONE, WAITING, Delivery, Hook, WebhookStore
from workers.outside import Refused, Unreached
from workers.tasks import Task, deliver_webhook

BATCH = 500
TEST = "webhook.test_asked.v1"
TOLD = frozenset(
    {
        "case_no",
        "day",
        "check",
        "first_day",
        "last_day",
        "since",
        "visit_day",
        "on_day",
        "kind",
        "result",
        "outcome",
        "mode",
        "design",
        "verdict",
        "on_time",
        "late",
        "role",
        "table",
        "file_format",
        "rows",
        "pdf",
        "digest",
        "topics",
        "teams",
    }
)


class Reader(Protocol):
    """The log."""

    def after(self, position: int, limit: int) -> Sequence[LoggedEvent]: ...


class Post(Protocol):
    """What sends. Raises Refused, Unreached."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int: ...


class Feeder:
    """Follows the log for the webhooks and queues what is to be delivered. Any number may run."""

    def __init__(self, reader: Reader, hooks: WebhookStore, send: Callable[[Task], None]) -> None:
        self._reader, self._hooks, self._send = reader, hooks, send

    def once(self) -> None:
        """Look at the next events and queue what is due; nothing where nobody is to be told."""
        if self._hooks.hooks():
            self.step()
            self.queue()

    def step(self) -> int:
        """Look at the next events; return how many there were.

        A log that nobody followed so far is read from where the oldest webhook was added.
        """
        hooks = self._hooks.hooks()
        if not hooks:
            return 0
        first = min(hook.since for hook in hooks)
        place = self._hooks.place(first)
        events = self._reader.after(max(place, first), BATCH)
        if not events:
            return 0
        new = [
            (hook.webhook_id, e.position, e.topic) for e in events for hook in concerned(e, hooks)
        ]
        self._hooks.add(place, events[-1].position, new)
        return len(events)

    def queue(self) -> int:
        """Queue the deliveries whose time has come; return how many."""
        due = self._hooks.take_due()
        for webhook_id, position in due:
            self._send(deliver_webhook(webhook_id, position))
        return len(due)


def concerned(event: LoggedEvent, hooks: Sequence[Hook]) -> list[Hook]:
    """Return the webhooks that are told of an event."""
    if event.topic == TEST:
        return [hook for hook in hooks if hook.webhook_id == event.data["webhook_id"]]
    return [h for h in hooks if event.topic in h.topics and event.position > h.since]


def deliver(
    hooks: WebhookStore,
    reader: Reader,
    post: Post,
    webhook_id: str,
    position: int,
    now: Callable[[], datetime],
) -> str:
    """Make one try; return the state of the delivery. A repeat after it was made does nothing."""
    made, target = hooks.delivery(webhook_id, position), hooks.target(webhook_id)
    if made is None or target is None or made.state != WAITING:
        return made.state if made else DONE
    events = reader.after(position - 1, 1)
    body = message(events[0])
    message_id, moment = f"msg_{webhook_id}_{position}", now()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Shilu-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Signer(target.secret).sign(message_id, moment, body),
    }
    return _tried(hooks, made, lambda: post(target.url, headers, body.encode()))


def _tried(hooks: WebhookStore, made: Delivery, send: Callable[[], int]) -> str:
    try:
        status = send()
    except Refused as refused:
        return hooks.note(made, status=None, problem=str(refused), final=True)
    except Unreached as problem:
        return hooks.note(made, status=None, problem=str(problem))
    word = "redirect" if 300 <= status < 400 else None if status < 300 else "status"
    return hooks.note(made, status=status, problem=word)


def message(event: LoggedEvent) -> str:
    """Return what is told of an event: its kind, when it was put on record, and its ids."""
    told = {
        "type": event.topic,
        "timestamp": event.recorded_at.astimezone(UTC).isoformat(),
        "data": {
            "position": event.position,
            "actor": event.actor,
            **{name: value for name, value in event.data.items() if _is_told(name, value)},
        },
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _is_told(name: str, value: Any) -> bool:
    plain = value is None or isinstance(value, (str, int, bool, list))
    return plain and (name in TOLD or name.endswith("_id"))
