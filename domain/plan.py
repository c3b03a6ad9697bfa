"""What an agent plans: 计划, one item for one thing on one day (R-13, R-20, R-40).

Tomorrow's plan, next week's plan and the month's 行事历 are the same items seen by day, week and
month. A visit that was planned becomes an entry of the log with one tap; what came otherwise was
moved or cancelled, and the record shows both. Whose entry is withdrawn is open again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadyExists,
    BadValue,
    DayIsPast,
    EmptyText,
    NotAMember,
    NotYours,
    PlanSettled,
    UnknownCustomer,
    UnknownPlan,
)
from domain.rhythm import Rules
from domain.words import (
    ActivityKind,
    ActivityResult,
    By,
    PlanChange,
    PlanKind,
    Receipt,
    stream_id,
)

LONGEST_AHEAD = timedelta(days=100)  # next month's calendar is drawn up before the month begins
MAX_NOTE = 200
NEEDS_CUSTOMER = frozenset({PlanKind.FACE_MEETING, PlanKind.CLOSING_VISIT})
VISITS = frozenset(PlanKind(kind) for kind in ActivityKind)
"""The kinds that become entries of the log; the others are done when they are said to be."""


def plan_stream(agent_id: str, item_id: str) -> UUID:
    """Return the stream of a plan item."""
    return stream_id("plan_item", agent_id, item_id)


def next_kind(kind: str, result: str) -> PlanKind:
    """Return what an agreed next time is likely to be, from the entry that agreed on it.

    An offer for the plan, which the agent may change: a call that reached somebody leads to a
    meeting, a call that did not to another call, any other entry to its like.
    """
    if kind == ActivityKind.APPOINTMENT_CALL:
        missed = result == ActivityResult.NOT_MET
        return PlanKind.APPOINTMENT_CALL if missed else PlanKind.FACE_MEETING
    if kind == ActivityKind.NEW_PROSPECT_VISIT:
        return PlanKind.FACE_MEETING
    return PlanKind(kind)


@dataclass(frozen=True, slots=True)
class Intention:
    """What is planned. ``at`` is local time of ``day``; ``origin`` the entry that agreed on it.

    ``goal`` names the team's goal that it serves (R-13), as ``T1/2026-12/policies``.
    """

    day: date
    kind: PlanKind
    at: time | None = None
    customer_id: str | None = None
    origin: str | None = None
    goal: str | None = None
    note: str | None = None


class PlanItem(Aggregate):
    """One planned thing of one agent."""

    TOPIC = "plan_item"

    class Planned(Created):
        """The agent means to do this; ``note`` is sealed, ``at`` local time of the day."""

        TOPIC = "plan.item_planned.v1"
        SEALED: ClassVar[dict[str, str]] = {"note": "agent_id"}
        agent_id: str
        team_id: str
        item_id: str
        day: date
        at: time | None
        kind: PlanKind
        customer_id: str | None
        origin: str | None
        goal: str | None
        note: str | None

    class Kept(Aggregate.Event):
        """It was done; a visit names the entry of the log that says so."""

        TOPIC = "plan.item_kept.v1"
        agent_id: str
        team_id: str
        item_id: str
        day: date
        kind: PlanKind
        activity_id: str | None

    class Moved(Aggregate.Event):
        """It was put off or brought forward (改期)."""

        TOPIC = "plan.item_moved.v1"
        agent_id: str
        team_id: str
        item_id: str
        from_day: date
        day: date
        at: time | None
        kind: PlanKind
        reason: PlanChange

    class Cancelled(Aggregate.Event):
        """It will not be done."""

        TOPIC = "plan.item_cancelled.v1"
        agent_id: str
        team_id: str
        item_id: str
        day: date
        kind: PlanKind
        reason: PlanChange

    @event(Planned)
    def __init__(
        self,
        agent_id: str,
        team_id: str,
        item_id: str,
        day: date,
        kind: PlanKind,
        customer_id: str | None,
    ) -> None:
        self.agent_id = agent_id
        self.team_id = team_id
        self.item_id = item_id
        self.day = day
        self.kind = kind
        self.customer_id = customer_id
        self.settled = False
        self.entries: list[tuple[str, datetime]] = []  # that kept it, with when they say it was

    @event(Kept)
    def _kept(self, activity_id: str | None, by: By) -> None:
        self.settled = True
        self.entries += [(activity_id, by.occurred_at)] if activity_id else []

    @event(Moved)
    def _moved(self, day: date) -> None:
        self.day = day

    @event(Cancelled)
    def _cancelled(self) -> None:
        self.settled = True


@dataclass(frozen=True, slots=True)
class Ports:
    """What plans ask of the other aggregates, which they do not import."""

    team_of: Callable[[str, date], str | None]
    owner_of: Callable[[str], str | None]  # refuses customers who may not be worked with
    rules: Callable[[], Rules]
    is_gone: Callable[[str, date, str], bool]  # an agent's entry of a day: withdrawn?


class Plans:
    """The commands about plans. Only the agent plans for the agent."""

    def __init__(self, recording: Recording, ports: Ports) -> None:
        self._recording = recording
        self._ports = ports

    def find(self, agent_id: str, item_id: str) -> PlanItem | None:
        """Return the item, or None."""
        return self._recording.find(PlanItem, plan_stream(agent_id, item_id))

    def undone(self, item: PlanItem) -> int:
        """Return how many of the entries that kept an item were withdrawn since."""
        day_of = self._ports.rules().day_of
        days = [(entry, {day_of(at), item.day}) for entry, at in item.entries]
        gone = self._ports.is_gone
        return sum(any(gone(item.agent_id, d, entry) for d in on) for entry, on in days)

    def plan(self, agent_id: str, item_id: str, meant: Intention, *, by: By) -> Receipt:
        """Plan something for today or later.

        Raises NotYours, DayIsPast, NotAMember, UnknownCustomer, AlreadyExists, BadValue, and
        EmptyText where the kind of visit needs a customer.
        """

        def decide() -> list[Aggregate]:
            _own(agent_id, by)
            self._check(agent_id, meant, by)
            team_id = self._ports.team_of(agent_id, self._today(by))
            if team_id is None:
                raise NotAMember(person_id=agent_id, day=meant.day)
            if self.find(agent_id, item_id):
                raise AlreadyExists(what="plan", id=item_id)
            return [_planned(agent_id, team_id, item_id, meant, by)]

        return self._recording.answer(by, decide)

    def keep(
        self, agent_id: str, item_id: str, activity_id: str | None = None, *, by: By
    ) -> Receipt:
        """Say that it was done; a visit needs the entry that was logged.

        Raises NotYours, UnknownPlan, PlanSettled, EmptyText.
        """

        def change(item: PlanItem) -> None:
            if item.kind in VISITS and not activity_id:
                raise EmptyText(field="activity_id")
            item.trigger_event(
                PlanItem.Kept,
                agent_id=agent_id,
                team_id=item.team_id,
                item_id=item_id,
                day=item.day,
                kind=item.kind,
                activity_id=activity_id,
                by=by,
            )

        return self._change(agent_id, item_id, change, by)

    def move(
        self,
        agent_id: str,
        item_id: str,
        day: date,
        at: time | None,
        reason: PlanChange,
        *,
        by: By,
    ) -> Receipt:
        """Put it off (改期). Raises NotYours, UnknownPlan, PlanSettled, DayIsPast, BadValue."""

        def change(item: PlanItem) -> None:
            self._check_day(day, by)
            item.trigger_event(
                PlanItem.Moved,
                agent_id=agent_id,
                team_id=item.team_id,
                item_id=item_id,
                from_day=item.day,
                day=day,
                at=at,
                kind=item.kind,
                reason=reason,
                by=by,
            )

        return self._change(agent_id, item_id, change, by)

    def cancel(self, agent_id: str, item_id: str, reason: PlanChange, *, by: By) -> Receipt:
        """Give it up. Raises NotYours, UnknownPlan, PlanSettled."""

        def change(item: PlanItem) -> None:
            item.trigger_event(
                PlanItem.Cancelled,
                agent_id=agent_id,
                team_id=item.team_id,
                item_id=item_id,
                day=item.day,
                kind=item.kind,
                reason=reason,
                by=by,
            )

        return self._change(agent_id, item_id, change, by)

    def _check(self, agent_id: str, meant: Intention, by: By) -> None:
        self._check_day(meant.day, by)
        if len(meant.note or "") > MAX_NOTE:
            raise BadValue(field="note", value=len(meant.note or ""))
        if meant.customer_id is None:
            if meant.kind in NEEDS_CUSTOMER:
                raise EmptyText(field="customer_id")
        elif self._ports.owner_of(meant.customer_id) != agent_id:
            raise UnknownCustomer(customer_id=meant.customer_id)

    def _check_day(self, day: date, by: By) -> None:
        today = self._today(by)
        if day < today:
            raise DayIsPast(day=day)
        if day > today + LONGEST_AHEAD:
            raise BadValue(field="day", value=day.isoformat())

    def _today(self, by: By) -> date:
        return self._ports.rules().day_of(by.recorded_at)

    def _is_open_again(self, item: PlanItem) -> bool:
        return bool(item.entries) and self.undone(item) == len(item.entries)

    def _change(
        self, agent_id: str, item_id: str, change: Callable[[PlanItem], None], by: By
    ) -> Receipt:
        def decide() -> list[Aggregate]:
            _own(agent_id, by)
            item = self.find(agent_id, item_id)
            if item is None:
                raise UnknownPlan(item_id=item_id)
            if item.settled and not self._is_open_again(item):
                raise PlanSettled(item_id=item_id)
            change(item)
            return [item]

        return self._recording.answer(by, decide)


def _own(agent_id: str, by: By) -> None:
    if by.actor != agent_id:
        raise NotYours(what="plan")


def _planned(agent_id: str, team_id: str, item_id: str, meant: Intention, by: By) -> PlanItem:
    item: PlanItem = PlanItem._create(
        PlanItem.Planned,
        id=plan_stream(agent_id, item_id),
        agent_id=agent_id,
        team_id=team_id,
        item_id=item_id,
        day=meant.day,
        at=meant.at,
        kind=meant.kind,
        customer_id=meant.customer_id,
        origin=meant.origin,
        goal=meant.goal,
        note=(meant.note or "").strip() or None,
        by=by,
    )
    return item
