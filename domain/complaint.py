"""Complaints about taken customers: 窃取客户资料的投诉, over the supervisor's head (R-34).

The agent files; only a supervisor above, and never the one complained about, mediates. Whoever is
complained about learns no more than what the mediator asks in words of their own. Nobody is
sanctioned unheard, and a complaint found true ends with a sanction and the team educated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording, check_version
from domain.refusals import (
    AlreadyDecided,
    BadValue,
    EmptyText,
    MediationNotOpen,
    NotHeard,
    NotYours,
    StepsMissing,
    UnknownComplaint,
    UnknownCustomer,
    UnknownMember,
)
from domain.words import By, ComplaintFinding, Receipt, Role, Sanction, stream_id

MAX_TEXT = 4000
ANSWER_TIME = timedelta(hours=72)
"""Who was asked and stays silent this long was heard: silence stops no complaint."""


def complaint_stream(complaint_id: str) -> UUID:
    """Return the stream of a complaint."""
    return stream_id("complaint", complaint_id)


def complaint_id_of(command_id: UUID) -> str:
    """Return the id of the complaint that a command files; it tells nothing about who filed it."""
    return "B-" + stream_id("complaint_filed_by", str(command_id)).hex[:16]


@dataclass(frozen=True, slots=True)
class Grievance:
    """What an agent complains about: whom, which customer if one, and what happened."""

    accused_id: str
    text: str
    customer_id: str | None = None


class Complaint(Aggregate):
    """One complaint, from its filing to its conclusion."""

    TOPIC = "complaint"

    class Filed(Created):
        """An agent complained that a supervisor took a customer."""

        TOPIC = "complaint.filed.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        complaint_id: str
        agent_id: str
        team_id: str | None
        accused_id: str
        customer_id: str | None
        text: str | None

    class MediationOpened(Aggregate.Event):
        """A supervisor above took the complaint up, or over from another one."""

        TOPIC = "complaint.mediation_opened.v1"
        complaint_id: str
        agent_id: str
        accused_id: str
        mediator_id: str

    class StatementAsked(Aggregate.Event):
        """The mediator asked one of the two, in words that show no more than needed."""

        TOPIC = "complaint.statement_asked.v1"
        SEALED: ClassVar[dict[str, str]] = {"question": "person_id"}
        complaint_id: str
        person_id: str
        question: str | None

    class StatementGiven(Aggregate.Event):
        """One of the two was heard."""

        TOPIC = "complaint.statement_given.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "person_id"}
        complaint_id: str
        person_id: str
        text: str | None

    class Sanctioned(Aggregate.Event):
        """A breach was punished, with a reason."""

        TOPIC = "complaint.sanctioned.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "accused_id"}
        complaint_id: str
        accused_id: str
        kind: Sanction
        reason: str | None

    class TeamEducated(Aggregate.Event):
        """The team was taught to keep customers' data secret."""

        TOPIC = "complaint.team_educated.v1"
        SEALED: ClassVar[dict[str, str]] = {"note": "accused_id"}
        complaint_id: str
        team_id: str | None
        accused_id: str
        held_on: date
        note: str | None

    class Concluded(Aggregate.Event):
        """The mediation ended: what was found, and what was agreed."""

        TOPIC = "complaint.concluded.v1"
        SEALED: ClassVar[dict[str, str]] = {"terms": "agent_id"}
        complaint_id: str
        agent_id: str
        accused_id: str
        finding: ComplaintFinding
        terms: str | None

    @event(Filed)
    def __init__(
        self,
        complaint_id: str,
        agent_id: str,
        team_id: str | None,
        accused_id: str,
        customer_id: str | None,
    ) -> None:
        self.complaint_id = complaint_id
        self.agent_id = agent_id
        self.team_id = team_id
        self.accused_id = accused_id
        self.customer_id = customer_id
        self.mediator_id: str | None = None
        self.asked_at: dict[str, datetime] = {}
        self.heard: set[str] = set()
        self.sanction: Sanction | None = None
        self.educated = False
        self.finding: ComplaintFinding | None = None

    @event(MediationOpened)
    def _mediation_opened(self, mediator_id: str) -> None:
        self.mediator_id = mediator_id

    @event(StatementAsked)
    def _statement_asked(self, person_id: str, by: By) -> None:
        self.asked_at.setdefault(person_id, by.recorded_at)

    @event(StatementGiven)
    def _statement_given(self, person_id: str) -> None:
        self.heard.add(person_id)

    @event(Sanctioned)
    def _sanctioned(self, kind: Sanction) -> None:
        self.sanction = kind

    @event(TeamEducated)
    def _team_educated(self) -> None:
        self.educated = True

    @event(Concluded)
    def _concluded(self, finding: ComplaintFinding) -> None:
        self.finding = finding

    def has_heard_accused(self, now: datetime) -> bool:
        """Tell whether the one complained about answered, or was asked and stayed silent."""
        asked = self.asked_at.get(self.accused_id)
        silent = asked is not None and now - asked >= ANSWER_TIME
        return self.accused_id in self.heard or silent


class Complaints:
    """The commands about complaints."""

    def __init__(
        self,
        recording: Recording,
        role_of: Callable[[str], Role | None],
        owner_of: Callable[[str], str | None],
        team_of: Callable[[str, date], str | None],
    ) -> None:
        self._recording = recording
        self._role_of = role_of
        self._owner_of = owner_of
        self._team_of = team_of

    def find(self, complaint_id: str) -> Complaint | None:
        """Return the complaint, or None."""
        return self._recording.find(Complaint, complaint_stream(complaint_id))

    def file(self, grievance: Grievance, *, on_day: date, by: By) -> Receipt:
        """File a complaint; its id is ``complaint_id_of(by.command_id)``.

        Raises UnknownMember, BadValue (whom), UnknownCustomer, NotYours, EmptyText.
        """

        def decide() -> list[Aggregate]:
            self._check(grievance, by)
            complaint_id = complaint_id_of(by.command_id)
            return [
                Complaint._create(
                    Complaint.Filed,
                    id=complaint_stream(complaint_id),
                    complaint_id=complaint_id,
                    agent_id=by.actor,
                    team_id=self._team_of(by.actor, on_day),
                    accused_id=grievance.accused_id,
                    customer_id=grievance.customer_id,
                    text=_required(grievance.text, "text"),
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def open_mediation(self, complaint_id: str, *, by: By) -> Receipt:
        """Take a complaint up, or over. Raises UnknownComplaint, NotYours, AlreadyDecided."""

        def change(complaint: Complaint) -> None:
            _above(complaint, by)
            if complaint.mediator_id == by.actor:
                raise AlreadyDecided(complaint_id=complaint_id)
            complaint.trigger_event(
                Complaint.MediationOpened,
                complaint_id=complaint_id,
                agent_id=complaint.agent_id,
                accused_id=complaint.accused_id,
                mediator_id=by.actor,
                by=by,
            )

        return self._change(complaint_id, change, by)

    def ask(self, complaint_id: str, person_id: str, question: str, *, by: By) -> Receipt:
        """Ask one of the two. Raises MediationNotOpen, NotYours, BadValue, EmptyText."""

        def change(complaint: Complaint) -> None:
            _mediating(complaint, by)
            if person_id not in (complaint.agent_id, complaint.accused_id):
                raise BadValue(field="person_id", value=person_id)
            complaint.trigger_event(
                Complaint.StatementAsked,
                complaint_id=complaint_id,
                person_id=person_id,
                question=_required(question, "question"),
                by=by,
            )

        return self._change(complaint_id, change, by)

    def state(self, complaint_id: str, text: str, *, by: By) -> Receipt:
        """Say what there is to say, as one of the two.

        The agent may at any time; who is complained about, once asked: before that there is no
        such complaint for them. Raises UnknownComplaint, AlreadyDecided, EmptyText.
        """

        def change(complaint: Complaint) -> None:
            if by.actor != complaint.agent_id and by.actor not in complaint.asked_at:
                raise UnknownComplaint(complaint_id=complaint_id)
            complaint.trigger_event(
                Complaint.StatementGiven,
                complaint_id=complaint_id,
                person_id=by.actor,
                text=_required(text, "text"),
                by=by,
            )

        return self._change(complaint_id, change, by)

    def sanction(self, complaint_id: str, kind: Sanction, reason: str, *, by: By) -> Receipt:
        """Punish a breach. Raises NotHeard, MediationNotOpen, NotYours, EmptyText."""

        def change(complaint: Complaint) -> None:
            _mediating(complaint, by)
            if not complaint.has_heard_accused(by.recorded_at):
                raise NotHeard(complaint_id=complaint_id)
            complaint.trigger_event(
                Complaint.Sanctioned,
                complaint_id=complaint_id,
                accused_id=complaint.accused_id,
                kind=kind,
                reason=_required(reason, "reason"),
                by=by,
            )

        return self._change(complaint_id, change, by)

    def educate(self, complaint_id: str, held_on: date, note: str, *, by: By) -> Receipt:
        """Put on record how the team was taught. Raises MediationNotOpen, NotYours, EmptyText."""

        def change(complaint: Complaint) -> None:
            _mediating(complaint, by)
            complaint.trigger_event(
                Complaint.TeamEducated,
                complaint_id=complaint_id,
                team_id=complaint.team_id,
                accused_id=complaint.accused_id,
                held_on=held_on,
                note=_required(note, "note"),
                by=by,
            )

        return self._change(complaint_id, change, by)

    def conclude(
        self,
        complaint_id: str,
        finding: ComplaintFinding,
        terms: str,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """End the mediation, with what was found and agreed.

        Raises NotHeard, StepsMissing (true, but without sanction or team education), BadValue
        (not true, but sanctioned), MediationNotOpen, NotYours, EmptyText, Stale.
        """

        def change(complaint: Complaint) -> None:
            _mediating(complaint, by)
            check_version(complaint, expected)
            _check_finding(complaint, finding, by.recorded_at)
            complaint.trigger_event(
                Complaint.Concluded,
                complaint_id=complaint_id,
                agent_id=complaint.agent_id,
                accused_id=complaint.accused_id,
                finding=finding,
                terms=_required(terms, "terms"),
                by=by,
            )

        return self._change(complaint_id, change, by)

    def _check(self, grievance: Grievance, by: By) -> None:
        if by.role is not Role.AGENT:
            raise NotYours(what="complaint")
        role = self._role_of(grievance.accused_id)
        if role is None:
            raise UnknownMember(person_id=grievance.accused_id)
        if role not in (Role.SUPERVISOR, Role.UPPER_SUPERVISOR):
            raise BadValue(field="accused_id", value=grievance.accused_id)
        if grievance.customer_id and self._owner_of(grievance.customer_id) != by.actor:
            # the same answer for another's customer and for none: who exists is not theirs to know
            raise UnknownCustomer(customer_id=grievance.customer_id)

    def _change(self, complaint_id: str, change: Callable[[Complaint], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            complaint = self.find(complaint_id)
            if complaint is None:
                raise UnknownComplaint(complaint_id=complaint_id)
            if complaint.finding is not None:
                raise AlreadyDecided(complaint_id=complaint_id)
            change(complaint)
            return [complaint]

        return self._recording.answer(by, decide)


def _check_finding(complaint: Complaint, finding: ComplaintFinding, now: datetime) -> None:
    if finding is not ComplaintFinding.FOUNDED:
        if complaint.sanction is not None:
            raise BadValue(field="finding", value=str(finding))
        return
    if not complaint.has_heard_accused(now):
        raise NotHeard(complaint_id=complaint.complaint_id)
    steps = {"sanction": complaint.sanction is not None, "education": complaint.educated}
    missing = [step for step, done in steps.items() if not done]
    if missing:
        raise StepsMissing(steps=missing)


def _above(complaint: Complaint, by: By) -> None:
    if by.role is not Role.UPPER_SUPERVISOR or by.actor == complaint.accused_id:
        raise NotYours(what="complaint")


def _mediating(complaint: Complaint, by: By) -> None:
    _above(complaint, by)
    if complaint.mediator_id is None:
        raise MediationNotOpen(complaint_id=complaint.complaint_id)
    if complaint.mediator_id != by.actor:
        raise NotYours(what="complaint")


def _required(text: str, field: str) -> str:
    if not text.strip():
        raise EmptyText(field=field)
    if len(text) > MAX_TEXT:
        raise BadValue(field=field, value=len(text))
    return text.strip()
