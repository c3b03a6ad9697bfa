"""Questions about reveals, put to those above (R-34), and the canaries that provoke them.

An alert accuses nobody: it is a question that a human answers. A canary (诱饵客户) is a customer who
does not exist; whoever looks for them, or later enters their number, has no honest reason to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadyDecided,
    AlreadyExists,
    NotYours,
    UnknownAlert,
)
from domain.reveal_rules import AlertKind, stated
from domain.words import By, Receipt, Role, stream_id

WATCHERS = frozenset({Role.UPPER_SUPERVISOR, Role.AUDITOR})


def alert_id_of(kind: AlertKind, subject: str) -> str:
    """Return the id of the alert of this kind about this subject: one, not two."""
    return "W-" + stream_id("reveal_alert_of", kind, subject).hex[:16]


def alert_stream(alert_id: str) -> UUID:
    """Return the stream of an alert."""
    return stream_id("reveal_alert", alert_id)


def canary_stream(customer_id: str) -> UUID:
    """Return the stream of a canary."""
    return stream_id("canary", customer_id)


@dataclass(frozen=True, slots=True)
class Alert:
    """What stands out, about whom; ``subject`` is what was looked at, ``facts`` are plain values."""

    kind: AlertKind
    subject: str
    viewer_id: str | None
    customer_id: str
    owner_id: str
    team_id: str | None
    ticket: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


class RevealAlert(Aggregate):
    """One question and its answer."""

    TOPIC = "confidentiality.reveal_alert"

    class Alerted(Created):
        """Something about a reveal stands out; the upper supervisor and the auditor are told."""

        TOPIC = "confidentiality.reveal_alerted.v1"
        alert_id: str
        kind: AlertKind
        subject: str
        viewer_id: str | None
        customer_id: str
        owner_id: str
        team_id: str | None
        ticket: str
        facts: dict[str, str | int]

    class Settled(Aggregate.Event):
        """A human looked into it: was there something in it?"""

        TOPIC = "confidentiality.alert_settled.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "customer_id"}
        alert_id: str
        customer_id: str
        founded: bool
        text: str | None

    @event(Alerted)
    def __init__(
        self, alert_id: str, kind: AlertKind, viewer_id: str | None, customer_id: str
    ) -> None:
        self.alert_id = alert_id
        self.kind = AlertKind(kind)
        self.viewer_id = viewer_id
        self.customer_id = customer_id
        self.settled = False

    @event(Settled)
    def _settled(self) -> None:
        self.settled = True


class Canary(Aggregate):
    """A customer who does not exist."""

    TOPIC = "confidentiality.canary"

    class Planted(Created):
        """The auditor planted a canary with a team."""

        TOPIC = "confidentiality.canary_planted.v1"
        customer_id: str
        team_id: str

    @event(Planted)
    def __init__(self, customer_id: str, team_id: str) -> None:
        self.customer_id = customer_id
        self.team_id = team_id


class RevealAlerts:
    """The commands about alerts and canaries."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, alert_id: str) -> RevealAlert | None:
        """Return the alert, or None."""
        return self._recording.find(RevealAlert, alert_stream(alert_id))

    def canary(self, customer_id: str) -> Canary | None:
        """Return the canary, or None if the customer is none."""
        return self._recording.find(Canary, canary_stream(customer_id))

    def raised(self, alert: Alert, by: By) -> list[Aggregate]:
        """Return the alert, not yet appended; nothing if it is on record.

        For the worker, which appends it together with the outcome of its check.
        """
        alert_id = alert_id_of(alert.kind, alert.subject)
        if self.find(alert_id):
            return []
        return [
            RevealAlert._create(
                RevealAlert.Alerted,
                id=alert_stream(alert_id),
                alert_id=alert_id,
                kind=alert.kind,
                subject=alert.subject,
                viewer_id=alert.viewer_id,
                customer_id=alert.customer_id,
                owner_id=alert.owner_id,
                team_id=alert.team_id,
                ticket=alert.ticket,
                facts=dict(alert.facts),
                by=by,
            )
        ]

    def settle(self, alert_id: str, text: str, *, founded: bool, by: By) -> Receipt:
        """Answer the question. Raises UnknownAlert, NotYours, AlreadyDecided, EmptyText."""

        def decide() -> list[Aggregate]:
            alert = self.find(alert_id)
            if alert is None:
                raise UnknownAlert(alert_id=alert_id)
            if by.role not in WATCHERS or by.actor == alert.viewer_id:
                raise NotYours(what="alert")
            if alert.settled:
                raise AlreadyDecided(case_no=alert_id)
            alert.trigger_event(
                RevealAlert.Settled,
                alert_id=alert_id,
                customer_id=alert.customer_id,
                founded=founded,
                text=stated(text, meant=by.numbers_meant),
                by=by,
            )
            return [alert]

        return self._recording.answer(by, decide)

    def plant(self, customer_id: str, team_id: str, *, by: By) -> Receipt:
        """Mark a customer made for this as a canary. Raises NotYours, AlreadyExists."""

        def decide() -> list[Aggregate]:
            if by.role is not Role.AUDITOR:
                raise NotYours(what="canary")
            if self.canary(customer_id):
                raise AlreadyExists(what="canary", id=customer_id)
            return [
                Canary._create(
                    Canary.Planted,
                    id=canary_stream(customer_id),
                    customer_id=customer_id,
                    team_id=team_id,
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)
