"""What contradicts an agent's log, and what a human decided about it (R-33, PIPL art. 24).

One stream an agent: contradictions as they come, and at most one open case at a time. A
contradiction is not a case; a case is not a verdict; nothing follows from a score alone. The
agent is heard, a human decides with a reason, and the agent may appeal to somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording, check_version
from domain.refusals import (
    AgentNotHeard,
    AlreadyAppealed,
    AlreadyDecided,
    BadValue,
    EmptyText,
    NotDecided,
    NotYours,
    UnknownCase,
)
from domain.words import (
    AppealVerdict,
    By,
    CallbackOutcome,
    Leaning,
    Receipt,
    Role,
    Verdict,
    stream_id,
)

MAX_TEXT = 4000


def verification_stream(agent_id: str) -> UUID:
    """Return the stream of an agent's contradictions and cases."""
    return stream_id("verification_case", agent_id)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A customer's word against a logged visit; ``weight`` in nats of log-odds."""

    agent_id: str
    team_id: str
    activity_id: str
    callback_id: str
    customer_id: str
    outcome: CallbackOutcome
    weight: float


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One named item of the evidence sum: its weight in nats and the facts of its sentence."""

    name: str
    weight: float
    facts: dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the system knew when it put the case before a human.

    The weights of all items add up to the log-odds of ``posterior``.
    """

    posterior: float
    threshold: float
    model_version: str
    items: tuple[EvidenceItem, ...]
    counter_items: tuple[EvidenceItem, ...] = ()


class VerificationCase(Aggregate):
    """One agent's contradictions and cases."""

    TOPIC = "verification_case"

    class FileOpened(Created):
        """The first contradiction about this agent came in."""

        TOPIC = "verification_case.file_opened.v1"
        agent_id: str
        team_id: str

    class ContradictionDetected(Aggregate.Event):
        """A customer said otherwise than the log; no accusation."""

        TOPIC = "verification_case.contradiction_detected.v1"
        agent_id: str
        team_id: str
        activity_id: str
        callback_id: str
        customer_id: str
        outcome: CallbackOutcome
        weight: float

    class CaseOpened(Aggregate.Event):
        """The entry conditions of the ladder are met: a human is asked to look."""

        TOPIC = "verification_case.case_opened.v1"
        agent_id: str
        team_id: str
        case_no: int
        posterior: float
        threshold: float
        model_version: str
        items: tuple[EvidenceItem, ...]
        counter_items: tuple[EvidenceItem, ...]

    class Explained(Aggregate.Event):
        """The agent was heard."""

        TOPIC = "verification_case.explained.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        agent_id: str
        team_id: str
        case_no: int
        text: str | None

    class OpinionRecorded(Aggregate.Event):
        """Somebody above noted what they think, before they saw the score (against anchoring)."""

        TOPIC = "verification_case.opinion_recorded.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        agent_id: str
        team_id: str
        case_no: int
        leaning: Leaning
        text: str | None

    class Heard(Aggregate.Event):
        """The supervisor talked with the agent and wrote down what they said."""

        TOPIC = "verification_case.heard.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        agent_id: str
        team_id: str
        case_no: int
        text: str | None

    class Recovered(Aggregate.Event):
        """Since the decision ``calls`` customers answered and none contradicted: praise is due."""

        TOPIC = "verification_case.recovered.v1"
        agent_id: str
        team_id: str
        case_no: int
        calls: int
        since: date

    class Decided(Aggregate.Event):
        """A human decided, with a reason: cleared, unable (不会) or unwilling (不愿)."""

        TOPIC = "verification_case.decided.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "agent_id"}
        agent_id: str
        team_id: str
        case_no: int
        verdict: Verdict
        reason: str | None

    class Appealed(Aggregate.Event):
        """The agent asks somebody else to look again."""

        TOPIC = "verification_case.appealed.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        agent_id: str
        team_id: str
        case_no: int
        text: str | None

    class AppealDecided(Aggregate.Event):
        """Somebody above the supervisor decided the appeal."""

        TOPIC = "verification_case.appeal_decided.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "agent_id"}
        agent_id: str
        team_id: str
        case_no: int
        verdict: AppealVerdict
        reason: str | None

    @event(FileOpened)
    def __init__(self, agent_id: str, team_id: str) -> None:
        self.agent_id = agent_id
        self.team_id = team_id
        self.contradicted: set[str] = set()
        self.case_no = 0
        self.explained = False
        self.heard = False
        self.recovered = False
        self.opinions: dict[str, Leaning] = {}
        self.verdict: Verdict | None = None
        self.decided_by: str | None = None
        self.appealed = False
        self.appeal_verdict: AppealVerdict | None = None

    @event(ContradictionDetected)
    def _contradiction_detected(self, callback_id: str) -> None:
        self.contradicted.add(callback_id)

    @event(CaseOpened)
    def _case_opened(self, case_no: int) -> None:
        self.case_no = case_no
        self.explained = self.appealed = self.heard = self.recovered = False
        self.opinions = {}
        self.verdict, self.appeal_verdict, self.decided_by = None, None, None

    @event(Explained)
    def _explained(self) -> None:
        self.explained = True

    @event(OpinionRecorded)
    def _opinion_recorded(self, leaning: Leaning, by: By) -> None:
        self.opinions[by.actor] = leaning

    @event(Heard)
    def _heard(self) -> None:
        self.heard = True

    @event(Recovered)
    def _recovered(self) -> None:
        self.recovered = True

    @event(Decided)
    def _decided(self, verdict: Verdict, by: By) -> None:
        self.verdict = verdict
        self.decided_by = by.actor

    @event(Appealed)
    def _appealed(self) -> None:
        self.appealed = True

    @event(AppealDecided)
    def _appeal_decided(self, verdict: AppealVerdict) -> None:
        self.appeal_verdict = verdict

    @property
    def has_open_case(self) -> bool:
        """Tell whether a case waits for its decision."""
        return self.case_no > 0 and self.verdict is None


class VerificationCases:
    """The commands about contradictions and cases."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, agent_id: str) -> VerificationCase | None:
        """Return the agent's contradictions and cases, or None if nothing ever came up."""
        return self._recording.find(VerificationCase, verification_stream(agent_id))

    def detected(
        self, contradiction: Contradiction | None, agent_id: str, evidence: Evidence | None, by: By
    ) -> list[Aggregate]:
        """Return the agent's file with what one callback added to it, not yet appended.

        For the worker, which appends it together with the outcome of its check. A contradiction
        known before and a case already open add nothing; without a contradiction there is none.
        """
        file = self.find(agent_id)
        if contradiction is not None and file is None:
            file = VerificationCase._create(
                VerificationCase.FileOpened,
                id=verification_stream(agent_id),
                agent_id=agent_id,
                team_id=contradiction.team_id,
                by=by,
            )
        if file is None:
            return []
        if contradiction and contradiction.callback_id not in file.contradicted:
            _contradict(file, contradiction, by)
        if evidence is not None and not file.has_open_case:
            _open_case(file, evidence, by)
        return [file] if file.pending_events else []

    def explain(self, agent_id: str, case_no: int, text: str, *, by: By) -> Receipt:
        """Let the agent say what they have to say. Raises UnknownCase, NotYours, EmptyText."""

        def change(file: VerificationCase) -> None:
            _agents_own(agent_id, by)
            if file.verdict is not None:
                raise AlreadyDecided(case_no=case_no)
            file.trigger_event(
                VerificationCase.Explained, text=_required(text, "text"), **_case(file), by=by
            )

        return self._change(agent_id, case_no, change, by)

    def give_opinion(
        self, agent_id: str, case_no: int, leaning: Leaning, text: str, *, by: By
    ) -> Receipt:
        """Note what one thinks of a case, once and before seeing the score.

        Raises UnknownCase, AlreadyDecided (also for a second opinion), NotYours, EmptyText.
        """

        def change(file: VerificationCase) -> None:
            _above(agent_id, by)
            if file.verdict is not None or by.actor in file.opinions:
                raise AlreadyDecided(case_no=case_no)
            file.trigger_event(
                VerificationCase.OpinionRecorded,
                leaning=leaning,
                text=_required(text, "text"),
                **_case(file),
                by=by,
            )

        return self._change(agent_id, case_no, change, by)

    def hear(self, agent_id: str, case_no: int, text: str, *, by: By) -> Receipt:
        """Write down what the agent said in a talk. Raises UnknownCase, AlreadyDecided, NotYours."""

        def change(file: VerificationCase) -> None:
            _above(agent_id, by)
            if file.verdict is not None:
                raise AlreadyDecided(case_no=case_no)
            file.trigger_event(
                VerificationCase.Heard, text=_required(text, "text"), **_case(file), by=by
            )

        return self._change(agent_id, case_no, change, by)

    def recovered(self, agent_id: str, calls: int, since: date, by: By) -> list[Aggregate]:
        """Return the agent's file with their recovery, not yet appended; [] if there is none.

        Only a decision that found something, and only once.
        """
        file = self.find(agent_id)
        if file is None or file.recovered or file.verdict in (None, Verdict.CLEARED):
            return []
        file.trigger_event(
            VerificationCase.Recovered, calls=calls, since=since, **_case(file), by=by
        )
        return [file]

    def decide(
        self,
        agent_id: str,
        case_no: int,
        verdict: Verdict,
        reason: str,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """Decide a case, as a human and with a reason.

        Raises UnknownCase, AlreadyDecided, EmptyText, NotYours (nobody judges themselves, and
        no worker ever does), AgentNotHeard (nobody is found unable or unwilling unheard), Stale.
        """

        def change(file: VerificationCase) -> None:
            check_version(file, expected)
            _above(agent_id, by)
            if file.verdict is not None:
                raise AlreadyDecided(case_no=case_no)
            if verdict is not Verdict.CLEARED and not (file.explained or file.heard):
                raise AgentNotHeard(case_no=case_no)
            file.trigger_event(
                VerificationCase.Decided,
                verdict=verdict,
                reason=_required(reason, "reason"),
                **_case(file),
                by=by,
            )

        return self._change(agent_id, case_no, change, by)

    def appeal(self, agent_id: str, case_no: int, text: str, *, by: By) -> Receipt:
        """Appeal a decision. Raises NotDecided, AlreadyAppealed, NotYours, EmptyText."""

        def change(file: VerificationCase) -> None:
            _agents_own(agent_id, by)
            if file.verdict is None:
                raise NotDecided(case_no=case_no)
            if file.appealed:
                raise AlreadyAppealed(case_no=case_no)
            file.trigger_event(
                VerificationCase.Appealed, text=_required(text, "text"), **_case(file), by=by
            )

        return self._change(agent_id, case_no, change, by)

    def decide_appeal(
        self, agent_id: str, case_no: int, verdict: AppealVerdict, reason: str, *, by: By
    ) -> Receipt:
        """Decide an appeal, as somebody above and other than who decided.

        Raises NotDecided if nobody appealed, AlreadyDecided, NotYours, EmptyText.
        """

        def change(file: VerificationCase) -> None:
            if by.role is not Role.UPPER_SUPERVISOR or by.actor == file.decided_by:
                raise NotYours(what="appeal")
            if not file.appealed:
                raise NotDecided(case_no=case_no)
            if file.appeal_verdict is not None:
                raise AlreadyDecided(case_no=case_no)
            file.trigger_event(
                VerificationCase.AppealDecided,
                verdict=verdict,
                reason=_required(reason, "reason"),
                **_case(file),
                by=by,
            )

        return self._change(agent_id, case_no, change, by)

    def _change(
        self, agent_id: str, case_no: int, change: Callable[[VerificationCase], None], by: By
    ) -> Receipt:
        def decide() -> Sequence[Aggregate]:
            file = self.find(agent_id)
            if file is None or case_no < 1 or file.case_no != case_no:
                raise UnknownCase(agent_id=agent_id, case_no=case_no)
            change(file)
            return [file]

        return self._recording.answer(by, decide)


def _contradict(file: VerificationCase, contradiction: Contradiction, by: By) -> None:
    file.trigger_event(
        VerificationCase.ContradictionDetected,
        agent_id=contradiction.agent_id,
        team_id=contradiction.team_id,
        activity_id=contradiction.activity_id,
        callback_id=contradiction.callback_id,
        customer_id=contradiction.customer_id,
        outcome=contradiction.outcome,
        weight=contradiction.weight,
        by=by,
    )


def _open_case(file: VerificationCase, evidence: Evidence, by: By) -> None:
    file.trigger_event(
        VerificationCase.CaseOpened,
        agent_id=file.agent_id,
        team_id=file.team_id,
        case_no=file.case_no + 1,
        posterior=evidence.posterior,
        threshold=evidence.threshold,
        model_version=evidence.model_version,
        items=evidence.items,
        counter_items=evidence.counter_items,
        by=by,
    )


def _case(file: VerificationCase) -> dict[str, str | int]:
    return {"agent_id": file.agent_id, "team_id": file.team_id, "case_no": file.case_no}


def _above(agent_id: str, by: By) -> None:
    if by.actor == agent_id or by.role not in (Role.SUPERVISOR, Role.UPPER_SUPERVISOR):
        raise NotYours(what="case")


def _agents_own(agent_id: str, by: By) -> None:
    if by.actor != agent_id:
        raise NotYours(what="case")


def _required(text: str, field: str) -> str:
    if not text.strip():
        raise EmptyText(field=field)
    if len(text) > MAX_TEXT:
        raise BadValue(field=field, value=len(text))
    return text.strip()
