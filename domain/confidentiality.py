"""Reveals: who saw a customer's name and number, when and why (防止主管窃取客户资料, R-34).

A number leaves the vault only through ``Confidentiality.reveal``, and only when the event that
says so is committed. A viewer's looks stand in one stream a week, which is what makes the quota
hold when two requests come at once; a look needs a live grant (``reveal_rules``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import CommandUsed, GrantExpired, Refusal, UnknownCustomer, UnknownGrant
from domain.reveal_rules import (
    DENIALS,
    DENIALS_KEPT,
    SAME_LOOK,
    CallSheet,
    Grant,
    GrantKind,
    Look,
    RevealReason,
    Subject,
    check_live,
    check_quota,
    check_views,
    grant_of_call,
    views_left,
)
from domain.rhythm import Rules
from domain.words import By, Receipt, command_id, stream_id

FIELDS = ("name", "phone")


def reveal_week_stream(viewer_id: str, day: date) -> UUID:
    """Return the stream of what somebody saw in the week of a day, Monday to Sunday."""
    year, week, _ = day.isocalendar()
    return stream_id("reveal_week", viewer_id, f"{year}-W{week:02d}")


class RevealWeek(Aggregate):
    """What one person saw in one week, and what was denied to them."""

    TOPIC = "confidentiality.reveal_week"

    class Opened(Created):
        """The first look, or the first denial, of the week."""

        TOPIC = "confidentiality.week_opened.v1"
        viewer_id: str
        monday: date

    class ContactRevealed(Aggregate.Event):
        """The viewer is about to be shown these fields; on record before they leave."""

        TOPIC = "confidentiality.contact_revealed.v1"
        viewer_id: str
        customer_id: str
        owner_id: str
        team_id: str | None
        fields: tuple[str, ...]
        purpose: RevealReason
        ticket: str
        grant: GrantKind
        views_left: int

    class RevealDenied(Aggregate.Event):
        """The viewer asked and was shown nothing."""

        TOPIC = "confidentiality.reveal_denied.v1"
        viewer_id: str
        customer_id: str
        owner_id: str
        team_id: str | None
        ticket: str
        grant: GrantKind
        reason: str

    @event(Opened)
    def __init__(self, viewer_id: str, monday: date) -> None:
        self.viewer_id = viewer_id
        self.monday = monday
        self.looks: list[Look] = []
        self.denials: list[tuple[str, str, datetime]] = []

    @event(ContactRevealed)
    def _contact_revealed(self, customer_id: str, ticket: str, grant: GrantKind, by: By) -> None:
        kind = GrantKind(grant)
        self.looks.append(Look(by.command_id, customer_id, ticket, kind, by.recorded_at))

    @event(RevealDenied)
    def _reveal_denied(self, ticket: str, reason: str, by: By) -> None:
        self.denials.append((ticket, reason, by.recorded_at))


@dataclass(frozen=True, slots=True)
class Ports:
    """What reveals ask of the other aggregates, which they do not import."""

    customer: Callable[[str], Subject | None]
    call: Callable[[str], CallSheet | None]
    exception: Callable[[GrantKind, str], Grant | None]
    rules: Callable[[], Rules]
    check_may_dial: Callable[[str, By], None]


@dataclass(frozen=True, slots=True)
class Revealed:
    """The answer to a reveal that is on record."""

    receipt: Receipt
    customer_id: str
    name: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Open:
    """How far a grant still goes, for the page that offers it."""

    until: datetime | None
    views_left: int


class Confidentiality:
    """The one way to a number that is not one's own customer's."""

    def __init__(self, recording: Recording, ports: Ports) -> None:
        self._recording = recording
        self._ports = ports

    def week(self, viewer_id: str, day: date) -> RevealWeek | None:
        """Return what somebody saw in the week of a day, or None if nothing."""
        return self._recording.find(RevealWeek, reveal_week_stream(viewer_id, day))

    def grant(self, kind: GrantKind, ticket: str) -> Grant | None:
        """Return what a callback, a request or a broken glass opens, or None if there is none."""
        if kind is not GrantKind.CALLBACK:
            return self._ports.exception(kind, ticket)
        call = self._ports.call(ticket)
        return grant_of_call(call) if call else None

    def still_open(self, kind: GrantKind, ticket: str, now: datetime) -> Open:
        """Return until when and for how many looks a grant is open. Raises UnknownGrant."""
        grant = self._known(kind, ticket)
        return Open(grant.until, views_left(grant, self._looks(grant.viewer_id, now)))

    def reveal(self, kind: GrantKind, ticket: str, *, by: By) -> Revealed:
        """Put on record that the viewer sees name and number, and only then give them.

        A command that came before gives them again for five minutes, while its grant is live.
        Raises UnknownGrant, UnknownCustomer, the refusals of ``check_live``, ViewsUsedUp,
        QuotaReached, QuietHours and DoNotCall (for a callback), CommandUsed (the command id was that of something else).
        """
        grant = self._known(kind, ticket)
        subject = self._subject(grant.customer_id)
        try:
            receipt = self._recording.answer(by, lambda: self._decided(kind, ticket, subject, by))
        except Refusal as refusal:
            self._deny(grant, subject, refusal, by)
            raise
        self._check_on_record(kind, ticket, receipt, by)
        opened = self._subject(grant.customer_id)
        return Revealed(receipt, opened.customer_id, opened.name, opened.phone)

    def _decided(self, kind: GrantKind, ticket: str, subject: Subject, by: By) -> list[Aggregate]:
        grant = self._known(kind, ticket)  # as it stands now: this may run several times
        check_live(grant, by.actor, by.recorded_at)
        if kind is GrantKind.CALLBACK:
            self._ports.check_may_dial(ticket, by)  # a number is shown to be dialled
        looks = self._looks(by.actor, by.recorded_at)
        check_views(grant, looks)
        day_of = self._ports.rules().day_of
        week = self._opened(by)
        check_quota(grant, week.looks, day_of(by.recorded_at), day_of)
        week.trigger_event(
            RevealWeek.ContactRevealed,
            fields=FIELDS,
            purpose=grant.reason,
            views_left=views_left(grant, looks) - 1,
            **_about(grant, subject),
            by=by,
        )
        return [week]

    def _check_on_record(self, kind: GrantKind, ticket: str, receipt: Receipt, by: By) -> None:
        """Look the reveal up: a command id of something else must not open a number."""
        looks = self._looks(by.actor, by.recorded_at)
        mine = [x for x in looks if x.command_id == by.command_id and x.ticket == ticket]
        if not mine:
            raise CommandUsed
        if receipt.repeated:
            check_live(self._known(kind, ticket), by.actor, by.recorded_at)
            if by.recorded_at - mine[0].at > SAME_LOOK:
                raise GrantExpired(until=mine[0].at + SAME_LOOK)

    def _deny(self, grant: Grant, subject: Subject, refusal: Refusal, by: By) -> None:
        reason = DENIALS.get(type(refusal))
        if reason is None:
            return
        again = replace(by, command_id=command_id("reveal_denied", str(by.command_id)))

        def decide() -> list[Aggregate]:
            week = self._opened(again)  # not by: the command itself left no trace
            if _said_enough(week, grant.ticket, reason, self._ports.rules(), by):
                return []
            facts = _about(grant, subject)
            facts["viewer_id"] = by.actor
            week.trigger_event(RevealWeek.RevealDenied, reason=reason, **facts, by=again)
            return [week]

        self._recording.answer(again, decide)

    def _known(self, kind: GrantKind, ticket: str) -> Grant:
        grant = self.grant(kind, ticket)
        if grant is None:
            raise UnknownGrant(ticket=ticket)
        return grant

    def _subject(self, customer_id: str) -> Subject:
        subject = self._ports.customer(customer_id)
        if subject is None:
            raise UnknownCustomer(customer_id=customer_id)
        return subject

    def _opened(self, by: By) -> RevealWeek:
        day = self._ports.rules().day_of(by.recorded_at)
        week = self.week(by.actor, day)
        if week is None:
            week = RevealWeek._create(
                RevealWeek.Opened,
                id=reveal_week_stream(by.actor, day),
                viewer_id=by.actor,
                monday=day - timedelta(days=day.weekday()),
                by=by,
            )
        return week

    def _looks(self, viewer_id: str, now: datetime) -> list[Look]:
        """Return the looks of this week and the last: no grant lives longer than that."""
        day = self._ports.rules().day_of(now)
        weeks = (self.week(viewer_id, day - timedelta(days=back)) for back in (7, 0))
        return [look for week in weeks if week for look in week.looks]


def _about(grant: Grant, subject: Subject) -> dict[str, object]:
    return {
        "viewer_id": grant.viewer_id,
        "customer_id": subject.customer_id,
        "owner_id": subject.owner_id,
        "team_id": grant.team_id,
        "ticket": grant.ticket,
        "grant": grant.kind,
    }


def _said_enough(week: RevealWeek, ticket: str, reason: str, rules: Rules, by: By) -> bool:
    """Tell whether this denial is on record today, or the day's number of them is reached."""
    today = rules.day_of(by.recorded_at)
    said = [(t, r) for t, r, at in week.denials if rules.day_of(at) == today]
    return (ticket, reason) in said or len(said) >= DENIALS_KEPT
