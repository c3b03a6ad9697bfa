"""What detection may know of the branch, read from the log itself and kept up to date in memory.

The worker reads the log instead of a view for two reasons: a judgement must know every event up
to the callback that asked for it, and one signal (near-copies) needs remarks, which are sealed and
stand in no view. They live in this process only as long as it does.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from domain.application import TeamRecord
from domain.callback import Callback
from domain.customer import Customer
from domain.daily_log import DailyLog
from domain.detection import records
from domain.detection.evidence import Table, Weights
from domain.detection.judgement import branch_fit, branch_suspicions, calls_by_agent
from domain.detection.suspicion import Suspicion
from domain.organisation import Member
from domain.words import ActivityKind, LeaveKind, Role

BATCH = 2_000
SHARE_OF_TIME = 20  # looking at all logs anew may take a twentieth of the time, no more
PHONE = re.compile(r"1\d{10}")
ABSENT = frozenset({LeaveKind.LEAVE, LeaveKind.SICK})  # at a training one may meet customers


@dataclass(frozen=True, slots=True)
class BranchFile:
    """What a judgement needs, as it stood on record at ``position``."""

    position: int
    seen: Mapping[str, Suspicion]
    calls: Mapping[str, list[records.Callback]]
    table: Table
    weights: Weights
    policies: Mapping[str, int]
    open_corrections: frozenset[str]


@dataclass(slots=True)
class _Contact:
    name: str
    name_complete: bool
    phone: str | None
    phone_complete: bool | None


@dataclass(slots=True)
class _Facts:
    """The branch's facts so far, by their ids."""

    agents: dict[str, None] = field(default_factory=dict)
    contacts: dict[str, _Contact] = field(default_factory=dict)
    visits: dict[str, records.Visit] = field(default_factory=dict)
    calls: dict[str, records.Callback] = field(default_factory=dict)
    absences: dict[tuple[str, date, date], None] = field(default_factory=dict)
    policies: dict[tuple[str, date], int] = field(default_factory=dict)
    corrections: dict[str, str] = field(default_factory=dict)  # customer -> who shall answer


class BranchBook:
    """Follows the log and answers with the branch's file. Thread-safe."""

    def __init__(self, record: TeamRecord) -> None:
        self._record = record
        self._lock = Lock()
        self._facts = _Facts()
        self._position = 0  # how far the log was read
        self._newest = 0  # the newest event that told something
        self._file: BranchFile | None = None
        self._seen: Mapping[str, Suspicion] = {}
        self._seen_at = 0
        self._look_again_at = 0.0

    def file(self) -> BranchFile:
        """Return the branch's file, up to the newest event."""
        with self._lock:
            self._catch_up()
            file = self._file
            if file is None or file.position != self._newest or self._may_look():
                self._file = file = self._made_anew()
            return file

    def _made_anew(self) -> BranchFile:
        known = self._records()
        if self._may_look():
            self._look(known)
        calls = calls_by_agent(known)
        table, weights = branch_fit(self._seen, calls)
        return BranchFile(
            position=self._newest,
            seen=self._seen,
            calls=calls,
            table=table,
            weights=weights,
            policies=_policies(self._facts),
            open_corrections=known.open_corrections,
        )

    def _catch_up(self) -> None:
        zone = ZoneInfo(self._record.rulebook.rules().time_zone)
        for position, event in self._news():
            handler = HANDLERS.get(type(event))
            if handler:
                handler(self._facts, event, zone)
            self._position = self._newest = position

    def _news(self) -> Iterator[tuple[int, Any]]:
        topics = tuple(kind.TOPIC for kind in HANDLERS)
        head = self._record.recorder.max_notification_id() or 0
        while rows := self._record.recorder.select_notifications(
            self._position + 1, BATCH, stop=head, topics=topics
        ):
            for row in rows:
                yield row.id, self._record.mapper.to_domain_event(row)
        self._position = max(self._position, head)

    def _records(self) -> records.BranchRecords:
        facts = self._facts
        return records.BranchRecords(
            agents=tuple(facts.agents),
            visits=tuple(_with_contact(v, facts) for v in facts.visits.values()),
            callbacks=tuple(facts.calls.values()),
            absences=tuple(_absences(facts.absences)),
            sales=tuple(records.Sale(a, d, n) for (a, d), n in facts.policies.items()),
            open_corrections=frozenset(facts.corrections.values()),
        )

    def _may_look(self) -> bool:
        """Tell whether something changed since the last look, and that was long enough ago."""
        return self._seen_at != self._newest and time.monotonic() >= self._look_again_at

    def _look(self, known: records.BranchRecords) -> None:
        """Look at all logs anew."""
        began = time.monotonic()
        self._seen = branch_suspicions(known)
        self._seen_at = self._newest
        ended = time.monotonic()
        self._look_again_at = ended + (ended - began) * SHARE_OF_TIME


def _joined(facts: _Facts, event: Member.Joined, _: ZoneInfo) -> None:
    if event.role is Role.AGENT:
        facts.agents[event.person_id] = None


def _leave_registered(facts: _Facts, event: Member.LeaveRegistered, _: ZoneInfo) -> None:
    if event.kind in ABSENT:
        facts.absences[event.person_id, event.first_day, event.last_day] = None


def _leave_cancelled(facts: _Facts, event: Member.LeaveCancelled, _: ZoneInfo) -> None:
    facts.absences.pop((event.person_id, event.first_day, event.last_day), None)


def _contact(
    facts: _Facts, event: Customer.Registered | Customer.ContactCorrected, _: ZoneInfo
) -> None:
    complete = None if event.phone is None else bool(PHONE.fullmatch(event.phone))
    facts.contacts[event.customer_id] = _Contact(
        event.name_masked, event.name_complete, event.phone_index, complete
    )
    facts.corrections.pop(event.customer_id, None)


def _erased(facts: _Facts, event: Customer.SubjectErased, _: ZoneInfo) -> None:
    """Forget in memory too what nobody may read any more."""
    facts.contacts.pop(event.customer_id, None)
    for visit_id, visit in facts.visits.items():
        if visit.customer == event.customer_id:
            facts.visits[visit_id] = replace(visit, remark=None, name=None, phone=None)


def _correction_requested(facts: _Facts, event: Customer.CorrectionRequested, _: ZoneInfo) -> None:
    facts.corrections[event.customer_id] = event.owner_id


def _activity_logged(facts: _Facts, event: DailyLog.ActivityLogged, zone: ZoneInfo) -> None:
    if event.kind is ActivityKind.APPOINTMENT_CALL:
        return
    facts.visits[event.activity_id] = records.Visit(
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


def _activity_corrected(facts: _Facts, event: DailyLog.ActivityCorrected, zone: ZoneInfo) -> None:
    visit = facts.visits.get(event.activity_id)
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
    facts.visits[event.activity_id] = replace(visit, **changed)


def _activity_withdrawn(facts: _Facts, event: DailyLog.ActivityWithdrawn, _: ZoneInfo) -> None:
    facts.visits.pop(event.activity_id, None)


def _policies_signed(facts: _Facts, event: DailyLog.PoliciesSigned, _: ZoneInfo) -> None:
    facts.policies[event.agent_id, event.day] = event.policies


def _outcome_recorded(facts: _Facts, event: Callback.OutcomeRecorded, zone: ZoneInfo) -> None:
    facts.calls[event.callback_id] = records.Callback(
        callback_id=event.callback_id,
        visit_id=event.activity_id,
        agent_id=event.agent_id,
        customer=event.customer_id,
        day=_local(event.by.occurred_at, zone).date(),
        outcome=event.outcome,
        design=event.design,
        probability=event.probability,
    )


HANDLERS: dict[type[Any], Callable[[_Facts, Any, ZoneInfo], None]] = {
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
}


def _with_contact(visit: records.Visit, facts: _Facts) -> records.Visit:
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


def _absences(leaves: Iterable[tuple[str, date, date]]) -> Iterator[records.Absence]:
    for person_id, first, last in leaves:
        for number in range((last - first).days + 1):
            yield records.Absence(person_id, first + timedelta(days=number))


def _policies(facts: _Facts) -> Mapping[str, int]:
    total: dict[str, int] = defaultdict(int)
    for (agent_id, _), policies in facts.policies.items():
        total[agent_id] += policies
    return total


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
