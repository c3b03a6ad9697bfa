"""What a call plan must know beside visits and logs: who was called, who may not be, which cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.callback import Callback
from domain.customer import Customer
from domain.organisation import Member
from domain.verification_case import VerificationCase
from domain.words import AppealVerdict, CallbackDesign, CallbackOutcome, Role, Verdict

AnyEvent = Any


@dataclass(slots=True)
class Listed:
    """One callback on somebody's list, and what became of it."""

    callback_id: str
    activity_id: str
    kind: str
    visit_day: date
    agent_id: str
    team_id: str
    supervisor_id: str
    customer_id: str
    on_day: date
    outcome: CallbackOutcome | None = None
    answered_on: date | None = None
    set_aside: bool = False
    repeats: str | None = None
    weight: float | None = None  # 1 / (frame size x chance) of a drawn call


@dataclass(slots=True)
class CallFacts:
    """Facts by their ids. ``barred`` customers may not be called until the day (None: ever)."""

    listed: dict[str, Listed] = field(default_factory=dict)
    barred: dict[str, date | None] = field(default_factory=dict)
    restricted: set[str] = field(default_factory=set)
    open_cases: set[str] = field(default_factory=set)
    contradicted: dict[str, list[str]] = field(default_factory=dict)  # callbacks by agent
    unwilling_since: dict[str, date] = field(default_factory=dict)
    found: dict[str, tuple[str, date]] = field(default_factory=dict)  # agent: team, decided on
    uppers: dict[str, None] = field(default_factory=dict)
    joined: dict[str, date] = field(default_factory=dict)

    def may_be_called(self, customer_id: str, day: date) -> bool:
        """Tell whether the customer wants and the law lets us call on that day."""
        if customer_id in self.restricted:
            return False
        if customer_id not in self.barred:
            return True
        until = self.barred[customer_id]
        return until is not None and day > until


def _listed(facts: CallFacts, event: Callback.Listed, _: ZoneInfo) -> None:
    facts.listed[event.callback_id] = Listed(
        callback_id=event.callback_id,
        activity_id=event.activity_id,
        kind=event.kind,
        visit_day=event.visit_day,
        agent_id=event.agent_id,
        team_id=event.team_id,
        supervisor_id=event.supervisor_id,
        customer_id=event.customer_id,
        on_day=event.on_day,
        weight=1.0 if event.design is CallbackDesign.RANDOM and event.probability else None,
    )


def _answered(facts: CallFacts, event: Callback.OutcomeRecorded, zone: ZoneInfo) -> None:
    call = facts.listed.get(event.callback_id)
    if call is not None:
        call.outcome, call.answered_on = event.outcome, _day(event.by.occurred_at, zone)


def _drawn(facts: CallFacts, event: Callback.Drawn, _: ZoneInfo) -> None:
    facts.listed[event.callback_id].weight = 1.0 / (event.frame_size * event.probability)


def _repeats(facts: CallFacts, event: Callback.Repeats, _: ZoneInfo) -> None:
    facts.listed[event.callback_id].repeats = event.of_callback_id


def _set_aside(facts: CallFacts, event: Callback.SetAside, _: ZoneInfo) -> None:
    facts.listed[event.callback_id].set_aside = True


def _opted_out(facts: CallFacts, event: Customer.OptedOut, _: ZoneInfo) -> None:
    facts.barred[event.customer_id] = event.until


def _restricted(
    facts: CallFacts, event: Customer.ProcessingRestricted | Customer.SubjectErased, _: ZoneInfo
) -> None:
    facts.restricted.add(event.customer_id)


def _resumed(facts: CallFacts, event: Customer.ProcessingResumed, _: ZoneInfo) -> None:
    facts.restricted.discard(event.customer_id)


def _case_opened(facts: CallFacts, event: VerificationCase.CaseOpened, _: ZoneInfo) -> None:
    facts.open_cases.add(event.agent_id)


def _decided(facts: CallFacts, event: VerificationCase.Decided, zone: ZoneInfo) -> None:
    facts.open_cases.discard(event.agent_id)
    facts.unwilling_since.pop(event.agent_id, None)
    facts.found.pop(event.agent_id, None)
    if event.verdict is not Verdict.CLEARED:
        facts.found[event.agent_id] = event.team_id, _day(event.by.occurred_at, zone)
    if event.verdict is Verdict.UNWILLING:
        facts.unwilling_since[event.agent_id] = _day(event.by.occurred_at, zone)


def _recovered(
    facts: CallFacts,
    event: VerificationCase.Recovered | VerificationCase.AppealDecided,
    _: ZoneInfo,
) -> None:
    overturned = getattr(event, "verdict", AppealVerdict.OVERTURNED) is AppealVerdict.OVERTURNED
    if overturned:
        facts.found.pop(event.agent_id, None)
        facts.unwilling_since.pop(event.agent_id, None)


def _contradicted(
    facts: CallFacts, event: VerificationCase.ContradictionDetected, _: ZoneInfo
) -> None:
    facts.contradicted.setdefault(event.agent_id, []).append(event.callback_id)


def _joined(facts: CallFacts, event: Member.Joined, _: ZoneInfo) -> None:
    facts.joined[event.person_id] = event.since
    if event.role is Role.UPPER_SUPERVISOR:
        facts.uppers[event.person_id] = None


def _departed(facts: CallFacts, event: Member.Departed, _: ZoneInfo) -> None:
    facts.uppers.pop(event.person_id, None)


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


HANDLERS: dict[type[AnyEvent], Callable[[CallFacts, AnyEvent, ZoneInfo], None]] = {
    Callback.Listed: _listed,
    Callback.OutcomeRecorded: _answered,
    Callback.Drawn: _drawn,
    Callback.Repeats: _repeats,
    Callback.SetAside: _set_aside,
    Customer.OptedOut: _opted_out,
    Customer.ProcessingRestricted: _restricted,
    Customer.SubjectErased: _restricted,
    Customer.ProcessingResumed: _resumed,
    VerificationCase.CaseOpened: _case_opened,
    VerificationCase.Decided: _decided,
    VerificationCase.Recovered: _recovered,
    VerificationCase.AppealDecided: _recovered,
    VerificationCase.ContradictionDetected: _contradicted,
    Member.Joined: _joined,
    Member.Departed: _departed,
}
