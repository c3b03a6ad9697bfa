"""When somebody may see a customer's number: grants, quotas and what is unusual, as pure functions.

R-34; the figures are those of ``trust.md`` 2.3. The handbook asks for one callback a day (R-41), so
five customers a day leave room for every honest use and none for a harvest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import fmean, pstdev
from uuid import UUID

from domain.free_text import refuse_numbers
from domain.refusals import (
    AlreadyAnswered,
    BadValue,
    EmptyText,
    GrantExpired,
    NotApproved,
    NotPrepared,
    NotYours,
    QuotaReached,
    Refusal,
    ViewsUsedUp,
)

VIEWS = 3  # looks at one customer under one grant
GRANT = timedelta(hours=24)  # how long a prepared call or an approval opens a number
GLASS = timedelta(hours=1)  # how long a broken glass does
REVIEW = timedelta(hours=72)  # by when somebody else must have looked at a broken glass
SIGNED_IN = timedelta(minutes=5)  # how fresh the password must be when the glass is broken
DAY_QUOTA, WEEK_QUOTA = 5, 20  # customers seen without anybody's approval
DAY_CAP = 10  # and with every glass broken
SAME_LOOK = timedelta(minutes=5)  # a lost answer may be asked for again, with the same command
MAX_TEXT = 500
DENIALS_KEPT = 20  # a day; a flood of refusals must not fill the log
CALLBACK_WITHIN = timedelta(hours=24)  # by when a revealed number was called
THEFT_WITHIN = timedelta(days=180)
CALLING_HOURS = range(8, 21)  # local hours in which one calls customers
LEAVING = timedelta(days=30)  # for how long a move or a notice makes a look worth a question
UNUSUAL_Z, UNUSUAL_LEAST, HISTORY_DAYS = 3.0, 3, 30


class GrantKind(StrEnum):
    """What opens a number."""

    CALLBACK = "callback"  # a prepared callback
    APPROVAL = "approval"  # the upper supervisor's approval
    BREAK_GLASS = "break_glass"  # an emergency, reviewed afterwards


class RevealReason(StrEnum):
    """Why somebody needs a number."""

    CALLBACK = "callback"  # the routine; not for exceptions
    CUSTOMER_ASKED = "customer_asked"  # the customer asked to be called
    COMPLAINT = "complaint"  # a customer's complaint
    AGENT_AWAY = "agent_away"  # the agent cannot be reached and the customer waits
    SAFETY = "safety"  # somebody may come to harm
    LEGAL = "legal"  # an authority or a court asks


EXCEPTIONS = tuple(reason for reason in RevealReason if reason is not RevealReason.CALLBACK)


class AlertKind(StrEnum):
    """What makes a look at a customer worth a question."""

    NO_CALLBACK = "no_callback"
    UNUSUAL_HOUR = "unusual_hour"
    UNUSUALLY_MANY = "unusually_many"
    LEAVING = "leaving"
    SAME_NUMBER = "same_number"  # another owner entered the number later
    GLASS_UNREVIEWED = "glass_unreviewed"
    CANARY = "canary"


@dataclass(frozen=True, slots=True)
class Subject:
    """A customer as far as a reveal is concerned: the owner, and the sealed contact in clear."""

    customer_id: str
    owner_id: str
    name: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class CallSheet:
    """A callback as far as a reveal is concerned."""

    callback_id: str
    viewer_id: str
    customer_id: str
    team_id: str
    prepared_at: datetime | None
    answered: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may see whom, why, and until when. ``ticket`` is the id of what opened it."""

    kind: GrantKind
    ticket: str
    viewer_id: str
    customer_id: str
    team_id: str | None
    reason: RevealReason
    until: datetime | None  # None: not open yet
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A reveal that is on record."""

    command_id: UUID
    customer_id: str
    ticket: str
    kind: GrantKind
    at: datetime


DENIALS: Mapping[type[Refusal], str] = {
    NotPrepared: "not_prepared",
    NotApproved: "not_approved",
    AlreadyAnswered: "already_answered",
    GrantExpired: "grant_expired",
    ViewsUsedUp: "views_used_up",
    QuotaReached: "quota_reached",
    NotYours: "not_yours",
}
"""The refusals of a reveal that go on record, and by which word."""


def grant_of_call(call: CallSheet) -> Grant:
    """Return what a callback opens: one customer, from its newest preparation on for 24 hours."""
    return Grant(
        GrantKind.CALLBACK,
        call.callback_id,
        call.viewer_id,
        call.customer_id,
        call.team_id,
        RevealReason.CALLBACK,
        call.prepared_at + GRANT if call.prepared_at else None,
        call.answered,
    )


def check_live(grant: Grant, viewer_id: str, now: datetime) -> None:
    """Raise NotYours, AlreadyAnswered, NotPrepared, NotApproved or GrantExpired."""
    if grant.viewer_id != viewer_id:
        raise NotYours(what="reveal")
    if grant.closed:
        raise AlreadyAnswered(callback_id=grant.ticket)
    if grant.until is None:
        call = grant.kind is GrantKind.CALLBACK
        raise NotPrepared(callback_id=grant.ticket) if call else NotApproved(ticket=grant.ticket)
    if now >= grant.until:
        raise GrantExpired(until=grant.until)


def check_views(grant: Grant, looks: Iterable[Look]) -> None:
    """Raise ViewsUsedUp; preparing a call anew opens time, not views."""
    if views_left(grant, looks) <= 0:
        raise ViewsUsedUp(views=VIEWS)


def views_left(grant: Grant, looks: Iterable[Look]) -> int:
    """Return how many looks a grant still has."""
    return VIEWS - sum(look.ticket == grant.ticket for look in looks)


def check_quota(
    grant: Grant, week: Sequence[Look], today: date, day_of: Callable[[datetime], date]
) -> None:
    """Raise QuotaReached; ``week`` holds the viewer's looks of this week.

    Customers are counted, not looks: the same one again is nothing more to carry away. What the
    upper supervisor approved stands above the quota.
    """
    if grant.kind is GrantKind.APPROVAL:
        return
    counted = [look for look in week if look.kind is not GrantKind.APPROVAL]
    in_week = {look.customer_id for look in counted} | {grant.customer_id}
    in_day = {look.customer_id for look in counted if day_of(look.at) == today}
    in_day |= {grant.customer_id}
    if grant.kind is GrantKind.BREAK_GLASS:
        _check_limit(len(in_day), DAY_CAP, "day")
        return
    _check_limit(len(in_day), DAY_QUOTA, "day")
    _check_limit(len(in_week), WEEK_QUOTA, "week")


def is_unusual_hour(local: datetime) -> bool:
    """Tell whether nobody calls customers at this local time."""
    return local.hour not in CALLING_HOURS


def is_unusually_many(today: int, days_before: Sequence[int]) -> bool:
    """Tell whether a day's number of customers stands out from the viewer's own 30 days before.

    Days without a look count as zero. The spread is never taken below one: two after a month of
    ones is no news.
    """
    if today < UNUSUAL_LEAST or not days_before:
        return False
    return (today - fmean(days_before)) / max(pstdev(days_before), 1.0) >= UNUSUAL_Z


def stated(text: str, *, meant: bool) -> str:
    """Return a text that must say something. Raises EmptyText, BadValue, HoldsNumbers."""
    text = text.strip()
    if not text:
        raise EmptyText(field="text")
    if len(text) > MAX_TEXT:
        raise BadValue(field="text", value=len(text))
    refuse_numbers(meant=meant, text=text)
    return text


def _check_limit(count: int, limit: int, period: str) -> None:
    if count > limit:
        raise QuotaReached(limit=limit, period=period)
