"""What is on record of the branch, as detection needs it: kept up to date event by event.

What a judgement rests on is told with its position in the log, so that it can be made as of any
position that was read (`file_at`). All logs are looked at together (`look_at`).
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.callback import Callback
from domain.customer import Customer
from domain.daily_log import DailyLog
from domain.detection import records
from domain.detection.evidence import PUBLISHED, Weights
from domain.detection.judgement import BranchFit, branch_fit
from domain.detection.suspicion import Suspicion, suspicions
from domain.detection.visit_log import VisitLog, VisitTable
from domain.detection.visit_risk import risk_ratios
from domain.detector import Detector
from domain.organisation import Member
from domain.verification_case import VerificationCase
from domain.words import ActivityKind, LeaveKind, Role
from workers.call_facts import CallFacts
from workers.call_frame import (
    FRAME_DAYS,
)
from workers.visit_book import Contact, VisitBook

PHONE = re.compile(r"1\d{10}")
ABSENT = frozenset({LeaveKind.LEAVE, LeaveKind.SICK})  # at a training one may meet customers


@dataclass(frozen=True, slots=True)
class BranchFile:
    """What a judgement needs, as it stood on record at ``position``."""

    position: int
    seen: Mapping[str, Suspicion]
    calls: Mapping[str, list[records.Callback]]
    fit: BranchFit
    policies: Mapping[str, int]
    open_corrections: frozenset[str]
    settled: frozenset[str]  # contradicted callbacks that a human has judged


@dataclass(slots=True)
class Facts:
    """The branch's facts so far. What a judgement rests on is told with its ``position``."""

    position: int = 0  # of the event that is being told
    agents: dict[str, None] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    visits: VisitBook = field(default_factory=VisitBook)
    withdrawn: dict[str, int] = field(default_factory=dict)  # visit -> position
    calls: list[tuple[int, records.Callback]] = field(default_factory=list)
    absences: dict[tuple[str, date, date], None] = field(default_factory=dict)
    policies: list[tuple[int, str, date, int]] = field(default_factory=list)
    corrections: list[tuple[int, str, str | None]] = field(default_factory=list)
    weights: list[tuple[int, Weights]] = field(default_factory=list)
    contradicted: dict[str, list[str]] = field(default_factory=dict)  # callbacks by agent
    settled: list[tuple[int, str]] = field(default_factory=list)  # those that a human has judged
    calling: CallFacts = field(default_factory=CallFacts)

    def policies_at(self, position: int) -> dict[tuple[str, date], int]:
        """Return the policies by agent and day, as told up to a position."""
        return {(a, day): n for at, a, day, n in self.policies if at <= position}

    def calls_at(self, position: int) -> dict[str, list[records.Callback]]:
        """Return the callbacks by agent; one about a visit that nobody logged counts for nobody."""
        newest = {call.callback_id: call for at, call in self.calls if at <= position}
        calls: dict[str, list[records.Callback]] = defaultdict(list)
        for call in newest.values():
            gone = self.withdrawn.get(call.visit_id, sys.maxsize) <= position
            if not gone and self.visits.agent_of(call.visit_id) == call.agent_id:
                calls[call.agent_id].append(call)
        return calls

    def open_corrections_at(self, position: int) -> frozenset[str]:
        """Return the agents who shall answer a correction request, as told up to a position."""
        owners = {customer: owner for at, customer, owner in self.corrections if at <= position}
        return frozenset(owner for owner in owners.values() if owner is not None)

    def settled_at(self, position: int) -> frozenset[str]:
        """Return the contradicted callbacks that a human had judged up to a position."""
        return frozenset(callback for at, callback in self.settled if at <= position)

    def weights_at(self, position: int) -> Weights:
        """Return the weights that were switched on after a backtest, else the published ones."""
        return next((w for at, w in reversed(self.weights) if at <= position), PUBLISHED)


@dataclass(frozen=True, slots=True)
class Look:
    """How all logs looked at a position."""

    seen: Mapping[str, Suspicion]
    risks: Mapping[str, float]


def look_at(facts: Facts) -> Look:
    """Look at all logs as they stand."""
    log = _log_of(facts)  # the table it is made of is gone by now
    return Look(suspicions(log), risk_ratios(log, of_days=FRAME_DAYS + 1))


def _log_of(facts: Facts) -> VisitLog:
    table = VisitTable(tuple(facts.agents))
    facts.visits.fill(table, facts.contacts)
    table.add_absences(absences(facts))
    table.add_sales(sales(facts))
    return table.log()


def file_at(facts: Facts, position: int, look: Look) -> BranchFile:
    """Return the branch's file as of a position that was read."""
    calls = facts.calls_at(position)
    policies: dict[str, int] = defaultdict(int)
    for (agent, _), count in facts.policies_at(position).items():
        policies[agent] += count
    return BranchFile(
        position=position,
        seen=look.seen,
        calls=calls,
        fit=replace(branch_fit(look.seen, calls), weights=facts.weights_at(position)),
        policies=policies,
        open_corrections=facts.open_corrections_at(position),
        settled=facts.settled_at(position),
    )


def _joined(facts: Facts, event: Member.Joined, _: ZoneInfo) -> None:
    if event.role is Role.AGENT:
        facts.agents[event.person_id] = None


def _leave_registered(facts: Facts, event: Member.LeaveRegistered, _: ZoneInfo) -> None:
    if event.kind in ABSENT:
        facts.absences[event.person_id, event.first_day, event.last_day] = None


def _leave_cancelled(facts: Facts, event: Member.LeaveCancelled, _: ZoneInfo) -> None:
    facts.absences.pop((event.person_id, event.first_day, event.last_day), None)


def _contact(
    facts: Facts, event: Customer.Registered | Customer.ContactCorrected, _: ZoneInfo
) -> None:
    complete = None if event.phone is None else bool(PHONE.fullmatch(event.phone))
    facts.contacts[event.customer_id] = Contact(
        event.name_masked, event.name_complete, event.phone_index, complete
    )
    facts.corrections.append((facts.position, event.customer_id, None))


def _erased(facts: Facts, event: Customer.SubjectErased, _: ZoneInfo) -> None:
    """Forget in memory too what nobody may read any more."""
    facts.contacts.pop(event.customer_id, None)
    facts.visits.forget(event.customer_id)


def _correction_requested(facts: Facts, event: Customer.CorrectionRequested, _: ZoneInfo) -> None:
    facts.corrections.append((facts.position, event.customer_id, event.owner_id))


def _activity_logged(facts: Facts, event: DailyLog.ActivityLogged, zone: ZoneInfo) -> None:
    if event.kind is ActivityKind.APPOINTMENT_CALL:
        return
    visit = records.Visit(
        visit_id=event.activity_id,
        agent_id=event.agent_id,
        team_id=event.team_id,
        day=event.day,
        start=_local(event.started_at, zone),
        minutes=event.minutes,
        kind=event.kind,
        customer=event.customer_id,
        recorded_at=_local(event.by.recorded_at, zone),
        remark=event.note,
    )
    facts.visits.put(visit)


def _activity_corrected(facts: Facts, event: DailyLog.ActivityCorrected, zone: ZoneInfo) -> None:
    visit = facts.visits.find(event.activity_id)
    if visit is None:
        return
    new = {name: values[1] for name, values in event.changes.items()}
    changed: dict[str, Any] = {"kind": event.kind}
    if "started_at" in new:
        changed["start"] = _local(datetime.fromisoformat(str(new["started_at"])), zone)
    if "minutes" in new:
        changed["minutes"] = new["minutes"]
    if event.note is not None:
        changed["remark"] = event.note
    facts.visits.put(replace(visit, **changed))


def _activity_withdrawn(facts: Facts, event: DailyLog.ActivityWithdrawn, _: ZoneInfo) -> None:
    facts.visits.take_out(event.activity_id)
    facts.withdrawn[event.activity_id] = facts.position


def _policies_signed(facts: Facts, event: DailyLog.PoliciesSigned, _: ZoneInfo) -> None:
    facts.policies.append((facts.position, event.agent_id, event.day, event.policies))


def _outcome_recorded(facts: Facts, event: Callback.OutcomeRecorded, zone: ZoneInfo) -> None:
    call = records.Callback(
        callback_id=event.callback_id,
        visit_id=event.activity_id,
        agent_id=event.agent_id,
        customer=event.customer_id,
        day=_local(event.by.occurred_at, zone).date(),
        outcome=event.outcome,
        design=event.design,
        probability=event.probability,
    )
    facts.calls.append((facts.position, call))


def _switched_on(facts: Facts, event: Detector.SwitchedOn, _: ZoneInfo) -> None:
    weights = Weights(event.base, event.slope, event.weights_version)
    facts.weights.append((facts.position, weights))


def _contradicted(facts: Facts, event: VerificationCase.ContradictionDetected, _: ZoneInfo) -> None:
    facts.contradicted.setdefault(event.agent_id, []).append(event.callback_id)


def _decided(facts: Facts, event: VerificationCase.Decided, _: ZoneInfo) -> None:
    judged = facts.contradicted.pop(event.agent_id, [])
    facts.settled += [(facts.position, callback) for callback in judged]


HANDLERS: dict[type[Any], Callable[[Facts, Any, ZoneInfo], None]] = {
    Member.Joined: _joined,
    Member.LeaveRegistered: _leave_registered,
    Member.LeaveCancelled: _leave_cancelled,
    Customer.Registered: _contact,
    Customer.ContactCorrected: _contact,
    Customer.SubjectErased: _erased,
    Customer.CorrectionRequested: _correction_requested,
    DailyLog.ActivityLogged: _activity_logged,
    DailyLog.ActivityCorrected: _activity_corrected,
    DailyLog.ActivityWithdrawn: _activity_withdrawn,
    DailyLog.PoliciesSigned: _policies_signed,
    Callback.OutcomeRecorded: _outcome_recorded,
    Detector.SwitchedOn: _switched_on,
    VerificationCase.ContradictionDetected: _contradicted,
    VerificationCase.Decided: _decided,
}


def with_contact(visit: records.Visit, facts: Facts) -> records.Visit:
    """Return a visit with the customer's name and number as they stand now."""
    contact = facts.contacts.get(visit.customer)
    if contact is None:
        return visit
    return replace(
        visit,
        name=contact.name,
        name_complete=contact.name_complete,
        phone=contact.phone,
        phone_complete=contact.phone_complete,
    )


def absences(facts: Facts) -> Iterator[records.Absence]:
    """Yield each day of absence."""
    for person_id, first, last in facts.absences:
        for number in range((last - first).days + 1):
            yield records.Absence(person_id, first + timedelta(days=number))


def sales(facts: Facts) -> Iterator[records.Sale]:
    """Yield the policies of each agent and day."""
    for (agent, day), count in facts.policies_at(facts.position).items():
        yield records.Sale(agent, day, count)


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
