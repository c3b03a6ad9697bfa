"""Programs that are told what happened: which kinds of events go to which host.

Address and secret are no part of the record; here stand the host and the kinds of events, so that
an auditor sees what was told to whom since when.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import AlreadyExists, BadValue, NotYours, UnknownWebhook
from domain.words import By, Receipt, Role, stream_id

TOPICS = (
    "daily_log.activity_logged.v1",
    "daily_log.submitted.v1",
    "review.completed.v1",
    "callback.listed.v1",
    "callback.outcome_recorded.v1",
    "verification_case.case_opened.v1",
    "verification_case.decided.v1",
    "filling_case.opened.v1",
    "organisation.team_formed.v1",
    "organisation.member_joined.v1",
    "organisation.member_moved.v1",
    "organisation.member_departed.v1",
    "confidentiality.contact_revealed.v1",
    "confidentiality.reveal_alerted.v1",
    "scheduled_check.done.v1",
    "paper.printed.v1",
    "export.made.v1",
)
"""The kinds of events that a program may be told; the others concern people alone."""


def webhook_stream(webhook_id: str) -> UUID:
    """Return the stream of a webhook."""
    return stream_id("webhook", webhook_id)


class Webhook(Aggregate):
    """One program that is told."""

    TOPIC = "webhook"

    class Added(Created):
        """From now on these kinds of events are told to this host."""

        TOPIC = "webhook.added.v1"
        webhook_id: str
        host: str
        topics: tuple[str, ...]

    class TestAsked(Aggregate.Event):
        """Somebody wants to see that it works."""

        TOPIC = "webhook.test_asked.v1"
        webhook_id: str

    class Removed(Aggregate.Event):
        """Nothing is told any more."""

        TOPIC = "webhook.removed.v1"
        webhook_id: str

    @event(Added)
    def __init__(self, webhook_id: str, host: str, topics: tuple[str, ...]) -> None:
        self.webhook_id = webhook_id
        self.host = host
        self.topics = tuple(topics)
        self.removed = False

    @event(Removed)
    def _removed(self) -> None:
        self.removed = True


class Webhooks:
    """The commands about webhooks; the administrator's."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, webhook_id: str) -> Webhook | None:
        """Return the webhook, or None."""
        return self._recording.find(Webhook, webhook_stream(webhook_id))

    def add(self, webhook_id: str, host: str, topics: Collection[str], *, by: By) -> Receipt:
        """Tell a host of these kinds of events. Raises NotYours, AlreadyExists, BadValue."""

        def decide() -> list[Aggregate]:
            _administrator(by)
            unknown = sorted(set(topics) - set(TOPICS))
            if unknown or not topics:
                raise BadValue(field="topics", value=", ".join(unknown))
            if self.find(webhook_id):
                raise AlreadyExists(what="webhook", id=webhook_id)
            return [
                Webhook._create(
                    Webhook.Added,
                    id=webhook_stream(webhook_id),
                    webhook_id=webhook_id,
                    host=host,
                    topics=tuple(sorted(topics)),
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def ask_test(self, webhook_id: str, *, by: By) -> Receipt:
        """Ask for an event that only shows that it works. Raises NotYours, UnknownWebhook."""
        return self._change(
            webhook_id,
            lambda hook: hook.trigger_event(Webhook.TestAsked, webhook_id=webhook_id, by=by),
            by,
        )

    def remove(self, webhook_id: str, *, by: By) -> Receipt:
        """Tell it nothing any more. Raises NotYours, UnknownWebhook."""
        return self._change(
            webhook_id,
            lambda hook: hook.trigger_event(Webhook.Removed, webhook_id=webhook_id, by=by),
            by,
        )

    def _change(self, webhook_id: str, change: Callable[[Webhook], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            _administrator(by)
            hook = self.find(webhook_id)
            if hook is None or hook.removed:
                raise UnknownWebhook(webhook_id=webhook_id)
            change(hook)
            return [hook]

        return self._recording.answer(by, decide)


def _administrator(by: By) -> None:
    if by.role is not Role.ADMINISTRATOR:
        raise NotYours(what="webhook")
