"""What detection may know of the branch, read from the log itself and kept up to date in memory.

The worker reads the log instead of a view for two reasons: a judgement must know every event up
to the callback that asked for it, and one signal (near-copies) needs remarks, which are sealed and
stand in no view. They live in this process only as long as it does.
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
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
from domain.detection.evidence import PUBLISHED, Weights
from domain.detection.judgement import MODEL_VERSION, BranchFit, branch_fit, judge_agent
from domain.detection.suspicion import Suspicion, suspicions
from domain.detection.visit_log import log_of
from domain.detection.visit_risk import risk_ratios
from domain.detector import Detector
from domain.organisation import Member
from domain.words import ActivityKind, LeaveKind, RepeatReason, Role
from workers import call_facts
from workers.call_facts import CallFacts, Listed
from workers.call_frame import Frame, Recovery, frame_of, recoveries, second_calls

BATCH = 2_000
QUICK = 0.25  # seconds; a look at all logs that is over so soon is taken whenever there is news
WAIT = 2_000  # times as long as it took: so long after a slower look nobody waits for the next
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
    calling: CallFacts = field(default_factory=CallFacts)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a call plan draws from, as it stood on record at ``position``."""

    position: int
    frame: Frame
    again: tuple[tuple[Listed, RepeatReason], ...]
    recoveries: tuple[Recovery, ...]
    uppers: tuple[str, ...]
    model_version: str


@dataclass(frozen=True, slots=True)
class RateFacts:
    """What an estimate of the fake rate needs: all drawn calls, and visits by agent."""

    file: BranchFile
    drawn: tuple[Listed, ...]
    visits: Mapping[str, int]


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
        self._risks: Mapping[str, float] = {}
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

    def outlook(self, team_id: str, day: date) -> Outlook:
        """Return what a team's call plan draws from, up to the newest event."""
        file = self.file()

        def posterior(agent: str) -> float:
            return judge_agent(
                agent,
                file.seen.get(agent),
                file.calls.get(agent, ()),
                fit=file.fit,
            ).posterior

        with self._lock:
            facts = self._facts
            recent = (v for v in facts.visits.values() if v.team_id == team_id)
            visits = [_with_contact(v, facts) for v in recent]
            return Outlook(
                position=file.position,
                frame=frame_of(team_id, day, visits, facts.calling, posterior, self._risks),
                again=tuple(
                    (replace(c), why) for c, why in second_calls(team_id, day, facts.calling)
                ),
                recoveries=tuple(recoveries(team_id, day, facts.calling)),
                uppers=tuple(sorted(facts.calling.uppers)),
                model_version=f"{MODEL_VERSION}/{file.fit.weights.version}",
            )

    def rate_facts(self) -> RateFacts:
        """Return what an estimate of the fake rate needs, up to the newest event."""
        file = self.file()
        with self._lock:
            calls = self._facts.calling.listed.values()
            drawn = tuple(replace(call) for call in calls if call.weight is not None)
            visits = Counter(visit.agent_id for visit in self._facts.visits.values())
        return RateFacts(file, drawn, visits)

    def _made_anew(self) -> BranchFile:
        if self._may_look():
            self._look(self._records())
        calls = self._calls()
        fit = branch_fit(self._seen, calls)
        return BranchFile(
            position=self._newest,
            seen=self._seen,
            calls=calls,
            fit=replace(fit, weights=self._weights()),
            policies=_policies(self._facts),
            open_corrections=frozenset(self._facts.corrections.values()),
        )

    def _calls(self) -> dict[str, list[records.Callback]]:
        """Return the callbacks by agent; one about a visit that nobody logged counts for nobody."""
        calls: dict[str, list[records.Callback]] = defaultdict(list)
        for call in self._facts.calls.values():
            visit = self._facts.visits.get(call.visit_id)
            if visit is not None and visit.agent_id == call.agent_id:
                calls[call.agent_id].append(call)
        return calls

    def _weights(self) -> Weights:
        """Return the weights that were switched on after a backtest, else the published ones."""
        chosen = self._record.detectors.weights()
        return PUBLISHED if chosen is None else Weights(chosen.base, chosen.slope, chosen.version)

    def everything(self) -> records.BranchRecords:
        """Return everything on record of the branch, as detection's plain facts."""
        with self._lock:
            self._catch_up()
            return self._records()

    def _catch_up(self) -> None:
        zone = ZoneInfo(self._record.rulebook.rules().time_zone)
        for position, event in self._news():
            if handler := HANDLERS.get(type(event)):
                handler(self._facts, event, zone)
            if of_calls := call_facts.HANDLERS.get(type(event)):
                of_calls(self._facts.calling, event, zone)
            self._position = self._newest = position

    def _news(self) -> Iterator[tuple[int, Any]]:
        topics = tuple(kind.TOPIC for kind in {**HANDLERS, **call_facts.HANDLERS})
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
        log = log_of(known)
        self._seen, self._risks = suspicions(log), risk_ratios(log)
        self._seen_at = self._newest
        ended = time.monotonic()
        took = ended - began
        self._look_again_at = ended + (took * WAIT if took > QUICK else 0.0)


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


def _switched_on(facts: _Facts, event: Detector.SwitchedOn, _: ZoneInfo) -> None:
    """Nothing to keep: that it happened makes the file anew, with the weights now in force."""


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
    Detector.SwitchedOn: _switched_on,
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
