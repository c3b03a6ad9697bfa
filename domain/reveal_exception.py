"""Numbers outside a callback: approval by the upper supervisor (上级主管), and breaking the glass.

An approval comes before the look, a review after it; nobody decides about themselves (R-34).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadyDecided,
    AlreadyExists,
    BadValue,
    NotYours,
    PasswordTooOld,
    UnknownCustomer,
    UnknownGrant,
)
from domain.reveal_rules import (
    EXCEPTIONS,
    GLASS,
    GRANT,
    REVIEW,
    SIGNED_IN,
    Grant,
    GrantKind,
    RevealReason,
    Subject,
    stated,
)
from domain.words import By, Receipt, Role, stream_id

ASKERS = frozenset({Role.SUPERVISOR, Role.UPPER_SUPERVISOR})
REVIEWERS = frozenset({Role.UPPER_SUPERVISOR, Role.AUDITOR})


def request_stream(request_id: str) -> UUID:
    """Return the stream of a request."""
    return stream_id("reveal_request", request_id)


def glass_stream(glass_id: str) -> UUID:
    """Return the stream of a broken glass."""
    return stream_id("broken_glass", glass_id)


class RevealRequest(Aggregate):
    """One wish to see one customer's number, and what the upper supervisor said."""

    TOPIC = "confidentiality.reveal_request"

    class Requested(Created):
        """Somebody asks for a number."""

        TOPIC = "confidentiality.reveal_requested.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "customer_id"}
        request_id: str
        viewer_id: str
        customer_id: str
        owner_id: str
        team_id: str | None
        reason: RevealReason
        text: str | None

    class Approved(Aggregate.Event):
        """The number is open to the one who asked, until then."""

        TOPIC = "confidentiality.reveal_approved.v1"
        request_id: str
        viewer_id: str
        customer_id: str
        owner_id: str
        until: datetime

    class Refused(Aggregate.Event):
        """It stays closed."""

        TOPIC = "confidentiality.reveal_refused.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "customer_id"}
        request_id: str
        viewer_id: str
        customer_id: str
        owner_id: str
        text: str | None

    @event(Requested)
    def __init__(
        self,
        request_id: str,
        viewer_id: str,
        customer_id: str,
        owner_id: str,
        team_id: str | None,
        reason: RevealReason,
        text: str | None,
    ) -> None:
        self.request_id = request_id
        self.viewer_id = viewer_id
        self.customer_id = customer_id
        self.owner_id = owner_id
        self.team_id = team_id
        self.reason = RevealReason(reason)
        self.text = text
        self.decided = False
        self.until: datetime | None = None

    @event(Approved)
    def _approved(self, until: datetime) -> None:
        self.decided, self.until = True, until

    @event(Refused)
    def _refused(self) -> None:
        self.decided = True


class BrokenGlass(Aggregate):
    """One emergency: a number opened without asking, and what others say about it afterwards."""

    TOPIC = "confidentiality.broken_glass"

    class Broken(Created):
        """The number is open for an hour; the agent, those above and the auditor are told."""

        TOPIC = "confidentiality.glass_broken.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "customer_id"}
        glass_id: str
        viewer_id: str
        customer_id: str
        owner_id: str
        team_id: str | None
        reason: RevealReason
        text: str | None
        signed_in_at: datetime
        until: datetime
        review_by: datetime

    class Reviewed(Aggregate.Event):
        """Somebody else looked at it: was it justified?"""

        TOPIC = "confidentiality.glass_reviewed.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "customer_id"}
        glass_id: str
        viewer_id: str
        customer_id: str
        owner_id: str
        justified: bool
        text: str | None

    @event(Broken)
    def __init__(
        self,
        glass_id: str,
        viewer_id: str,
        customer_id: str,
        owner_id: str,
        team_id: str | None,
        reason: RevealReason,
        text: str | None,
        until: datetime,
    ) -> None:
        self.glass_id = glass_id
        self.viewer_id = viewer_id
        self.customer_id = customer_id
        self.owner_id = owner_id
        self.team_id = team_id
        self.reason = RevealReason(reason)
        self.text = text
        self.until = until
        self.reviewed = False

    @event(Reviewed)
    def _reviewed(self) -> None:
        self.reviewed = True


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose number, and why. ``text`` says it in a sentence."""

    customer_id: str
    reason: RevealReason
    text: str


class RevealExceptions:
    """The commands about requests and broken glasses."""

    def __init__(
        self,
        recording: Recording,
        customer: Callable[[str], Subject | None],
        team_of: Callable[[str, date], str | None],
        day_of: Callable[[datetime], date],
    ) -> None:
        self._recording = recording
        self._customer = customer
        self._team_of = team_of
        self._day_of = day_of

    def request(self, request_id: str) -> RevealRequest | None:
        """Return the request, or None."""
        return self._recording.find(RevealRequest, request_stream(request_id))

    def glass(self, glass_id: str) -> BrokenGlass | None:
        """Return the broken glass, or None."""
        return self._recording.find(BrokenGlass, glass_stream(glass_id))

    def grant(self, kind: GrantKind, ticket: str) -> Grant | None:
        """Return what a request or a broken glass opens, or None if there is none."""
        found = self.request(ticket) if kind is GrantKind.APPROVAL else self.glass(ticket)
        if found is None:
            return None
        who = found.viewer_id, found.customer_id, found.team_id
        return Grant(kind, ticket, *who, found.reason, found.until)

    def ask(self, request_id: str, wish: Wish, *, by: By) -> Receipt:
        """Ask the upper supervisor. Raises NotYours, UnknownCustomer, EmptyText, BadValue."""

        def decide() -> list[Aggregate]:
            if self.request(request_id):
                raise AlreadyExists(what="reveal_request", id=request_id)
            facts = self._facts(wish, by)
            return [
                RevealRequest._create(
                    RevealRequest.Requested,
                    id=request_stream(request_id),
                    request_id=request_id,
                    **facts,
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def approve(self, request_id: str, *, by: By) -> Receipt:
        """Open the number for 24 hours from now. Raises UnknownGrant, NotYours, AlreadyDecided."""

        def change(request: RevealRequest) -> None:
            until = by.recorded_at + GRANT
            request.trigger_event(RevealRequest.Approved, until=until, **_who(request), by=by)

        return self._decide(request_id, change, by)

    def refuse(self, request_id: str, text: str, *, by: By) -> Receipt:
        """Leave it closed, and say why. Raises as ``approve``, and EmptyText, HoldsNumbers."""

        def change(request: RevealRequest) -> None:
            why = stated(text, meant=by.numbers_meant)
            request.trigger_event(RevealRequest.Refused, text=why, **_who(request), by=by)

        return self._decide(request_id, change, by)

    def break_glass(self, glass_id: str, wish: Wish, signed_in_at: datetime, *, by: By) -> Receipt:
        """Open a number at once and for an hour; the password must be at most 5 minutes old.

        Raises PasswordTooOld, NotYours, UnknownCustomer, EmptyText, BadValue.
        """

        def decide() -> list[Aggregate]:
            if not signed_in_at <= by.recorded_at <= signed_in_at + SIGNED_IN:
                raise PasswordTooOld(minutes=SIGNED_IN.seconds // 60)
            if self.glass(glass_id):
                raise AlreadyExists(what="broken_glass", id=glass_id)
            facts = self._facts(wish, by)
            return [
                BrokenGlass._create(
                    BrokenGlass.Broken,
                    id=glass_stream(glass_id),
                    glass_id=glass_id,
                    signed_in_at=signed_in_at,
                    until=by.recorded_at + GLASS,
                    review_by=by.recorded_at + REVIEW,
                    **facts,
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def review(self, glass_id: str, text: str, *, justified: bool, by: By) -> Receipt:
        """Say whether it was justified. Raises UnknownGrant, NotYours, AlreadyDecided, EmptyText."""

        def decide() -> list[Aggregate]:
            glass = self.glass(glass_id)
            if glass is None:
                raise UnknownGrant(ticket=glass_id)
            if by.role not in REVIEWERS or by.actor == glass.viewer_id:
                raise NotYours(what="broken_glass")
            if glass.reviewed:
                raise AlreadyDecided(case_no=glass_id)
            glass.trigger_event(
                BrokenGlass.Reviewed,
                glass_id=glass_id,
                viewer_id=glass.viewer_id,
                customer_id=glass.customer_id,
                owner_id=glass.owner_id,
                justified=justified,
                text=stated(text, meant=by.numbers_meant),
                by=by,
            )
            return [glass]

        return self._recording.answer(by, decide)

    def _facts(self, wish: Wish, by: By) -> dict[str, object]:
        if by.role not in ASKERS:
            raise NotYours(what="reveal")
        subject = self._customer(wish.customer_id)
        if subject is None:
            raise UnknownCustomer(customer_id=wish.customer_id)
        if wish.reason not in EXCEPTIONS:
            raise BadValue(field="reason", value=str(wish.reason))
        return {
            "viewer_id": by.actor,
            "customer_id": wish.customer_id,
            "owner_id": subject.owner_id,
            "team_id": self._team_of(subject.owner_id, self._day_of(by.recorded_at)),
            "reason": wish.reason,
            "text": stated(wish.text, meant=by.numbers_meant),
        }

    def _decide(self, request_id: str, change: Callable[[RevealRequest], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            request = self.request(request_id)
            if request is None:
                raise UnknownGrant(ticket=request_id)
            if by.role is not Role.UPPER_SUPERVISOR or by.actor == request.viewer_id:
                raise NotYours(what="reveal_request")
            if request.decided:
                raise AlreadyDecided(case_no=request_id)
            change(request)
            return [request]

        return self._recording.answer(by, decide)


def _who(request: RevealRequest) -> dict[str, str]:
    names = ("request_id", "viewer_id", "customer_id", "owner_id")
    return {name: getattr(request, name) for name in names}
