"""A filling problem (填写问题) on its way up the handbook's ladder (R-30 to R-34).

One stream a case, at most one open case for an agent and problem. A human opens it, never a worker;
the agent sees it from the first moment and may answer. Made-up entries (R-33) have hard gates: first
不愿还是不会; criticism before the team only after private talks on two days, only upon a decided case
without an appeal that waits, and only once a supervisor above has signed. Who corrected themselves is
praised before the case may end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.filling_ladder import (
    PRAISED,
    TALKED_TO,
    Ending,
    Problem,
    Will,
    enough_talks,
    path,
)
from domain.recording import Aggregate, Created, Recording, check_version
from domain.refusals import (
    AlreadyDecided,
    AlreadyExists,
    AppealOpen,
    BadValue,
    CriticismNotAsked,
    CriticismNotSigned,
    EmptyText,
    FillingCaseClosed,
    LadderUnfinished,
    NotAMember,
    NotDecided,
    NotYours,
    PraiseFirst,
    StepOutOfOrder,
    TooFewTalks,
    UnknownFillingCase,
    WillNotSet,
)
from domain.words import By, Receipt, Role, Verdict, stream_id

MAX_TEXT = 2000
LEADERS = (Role.SUPERVISOR, Role.UPPER_SUPERVISOR)


def filling_case_id(agent_id: str, problem: Problem, no: int) -> str:
    """Return the id of an agent's ``no``-th case of a problem."""
    return "F-" + stream_id("filling_case_of", agent_id, problem, str(no)).hex[:16]


def filling_stream(case_id: str) -> UUID:
    """Return the stream of a filling case."""
    return stream_id("filling_case", case_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a verification case says about an agent's entries, as criticism must know it."""

    case_no: int
    verdict: Verdict | None
    appeal_open: bool
    overturned: bool

    @property
    def will(self) -> Will | None:
        """What was decided, unless nothing was or it was taken back."""
        if self.overturned or self.verdict not in (Verdict.UNABLE, Verdict.UNWILLING):
            return None
        return Will(str(self.verdict))


class FillingCase(Aggregate):
    """One problem of one agent, from its opening to its end."""

    TOPIC = "filling_case"

    class Opened(Created):
        """A supervisor took a filling problem up."""

        TOPIC = "filling_case.opened.v1"
        SEALED: ClassVar[dict[str, str]] = {"note": "agent_id"}
        case_id: str
        agent_id: str
        team_id: str
        problem: Problem
        no: int
        verification_case_no: int | None
        note: str | None

    class WillDetermined(Aggregate.Event):
        """It was found whether the agent won't or can't (不愿还是不会)."""

        TOPIC = "filling_case.will_determined.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "agent_id"}
        case_id: str
        agent_id: str
        team_id: str
        will: Will
        reason: str | None

    class StepTaken(Aggregate.Event):
        """A step of the ladder was taken; a private talk may be had again."""

        TOPIC = "filling_case.step_taken.v1"
        SEALED: ClassVar[dict[str, str]] = {"note": "agent_id"}
        case_id: str
        agent_id: str
        team_id: str
        problem: Problem
        step: int
        held_on: date
        note: str | None

    class StepSkipped(Aggregate.Event):
        """A step of the ladder was left out, with a reason."""

        TOPIC = "filling_case.step_skipped.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "agent_id"}
        case_id: str
        agent_id: str
        team_id: str
        problem: Problem
        step: int
        reason: str | None

    class CriticismAsked(Aggregate.Event):
        """The supervisor asks somebody above to sign a criticism before the team (二早)."""

        TOPIC = "filling_case.criticism_asked.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "agent_id"}
        case_id: str
        agent_id: str
        team_id: str
        talks: int
        reason: str | None

    class CriticismAnswered(Aggregate.Event):
        """A second person, above, signed the criticism or did not."""

        TOPIC = "filling_case.criticism_answered.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "agent_id"}
        case_id: str
        agent_id: str
        team_id: str
        signed: bool
        reason: str | None

    class CriticismHeld(Aggregate.Event):
        """The agent was criticised before the team."""

        TOPIC = "filling_case.criticism_held.v1"
        case_id: str
        agent_id: str
        team_id: str
        held_on: date

    class ImprovementPraised(Aggregate.Event):
        """The agent corrected themselves and was praised for it."""

        TOPIC = "filling_case.improvement_praised.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        case_id: str
        agent_id: str
        team_id: str
        text: str | None

    class Replied(Aggregate.Event):
        """The agent said what they had to say."""

        TOPIC = "filling_case.replied.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        case_id: str
        agent_id: str
        team_id: str
        text: str | None

    class Closed(Aggregate.Event):
        """The case ended."""

        TOPIC = "filling_case.closed.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "agent_id"}
        case_id: str
        agent_id: str
        team_id: str
        ending: Ending
        reason: str | None

    @event(Opened)
    def __init__(
        self,
        case_id: str,
        agent_id: str,
        team_id: str,
        problem: Problem,
        verification_case_no: int | None,
    ) -> None:
        self.case_id = case_id
        self.agent_id = agent_id
        self.team_id = team_id
        self.problem = Problem(problem)
        self.verification_case_no = verification_case_no
        self.will: Will | None = None
        self.passed: list[int] = []
        self.talks: set[date] = set()
        self.asked_by: str | None = None
        self.signed: bool | None = None
        self.criticised = False
        self.praised = False
        self.ending: Ending | None = None

    @event(WillDetermined)
    def _will_determined(self, will: Will) -> None:
        self.will = Will(will)

    @event(StepTaken)
    def _step_taken(self, step: int, held_on: date) -> None:
        if step not in self.passed:
            self.passed.append(step)
        if self.problem is Problem.FABRICATED and step == TALKED_TO:
            self.talks.add(held_on)

    @event(StepSkipped)
    def _step_skipped(self, step: int) -> None:
        self.passed.append(step)

    @event(CriticismAsked)
    def _criticism_asked(self, by: By) -> None:
        self.asked_by, self.signed, self.criticised = by.actor, None, False

    @event(CriticismAnswered)
    def _criticism_answered(self, signed: bool) -> None:
        self.signed = signed

    @event(CriticismHeld)
    def _criticism_held(self) -> None:
        self.criticised = True

    @event(ImprovementPraised)
    def _improvement_praised(self) -> None:
        self.praised = True
        if self.problem is Problem.FABRICATED and PRAISED not in self.passed:
            self.passed.append(PRAISED)

    @event(Replied)
    def _replied(self) -> None:
        """The words are read from the log."""

    @event(Closed)
    def _closed(self, ending: Ending) -> None:
        self.ending = Ending(ending)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that this case goes through."""
        return path(self.problem, self.will)

    @property
    def next_step(self) -> int | None:
        """The first step that is neither taken nor skipped; None at the end of the ladder."""
        return next((step for step in self.steps if step not in self.passed), None)

    @property
    def waits_for_signature(self) -> bool:
        """Tell whether a criticism was asked for and not answered."""
        return self.asked_by is not None and self.signed is None and self.ending is None


class FillingCases:
    """The commands about filling problems. ``standing_of`` gives an agent's verification case."""

    def __init__(
        self,
        recording: Recording,
        team_of: Callable[[str, date], str | None],
        standing_of: Callable[[str], Standing | None],
        day_of: Callable[[Any], date],
    ) -> None:
        self._recording = recording
        self._team_of = team_of
        self._standing_of = standing_of
        self._day_of = day_of

    def find(self, case_id: str) -> FillingCase | None:
        """Return the case, or None."""
        return self._recording.find(FillingCase, filling_stream(case_id))

    def newest(self, agent_id: str, problem: Problem) -> tuple[int, FillingCase | None]:
        """Return how many cases of this problem an agent has had, and the last of them."""
        no, last = 0, None
        while found := self.find(filling_case_id(agent_id, problem, no + 1)):
            no, last = no + 1, found
        return no, last

    def standing(self, agent_id: str) -> Standing | None:
        """Return what the agent's newest verification case says, or None."""
        return self._standing_of(agent_id)

    def open(self, agent_id: str, problem: Problem, note: str, *, by: By) -> Receipt:
        """Take a problem up. A decided verification case gives made-up entries their will at once.

        Raises NotYours, NotAMember, AlreadyExists (one open case a problem), EmptyText.
        """

        def decide() -> list[Aggregate]:
            _leads(agent_id, by)
            day = self._day_of(by.recorded_at)
            team_id = self._team_of(agent_id, day)
            if team_id is None:
                raise NotAMember(person_id=agent_id, day=day)
            no, last = self.newest(agent_id, problem)
            if last is not None and last.ending is None:
                raise AlreadyExists(what="filling_case", id=last.case_id)
            standing = self._standing_of(agent_id) if problem is Problem.FABRICATED else None
            case = _opened(agent_id, team_id, problem, no + 1, standing, note, by)
            return [case]

        return self._recording.answer(by, decide)

    def determine_will(self, case_id: str, will: Will, reason: str, *, by: By) -> Receipt:
        """Say whether the agent won't or can't. Raises BadValue for the other four problems."""

        def change(case: FillingCase) -> None:
            if case.problem is not Problem.FABRICATED or case.will is will:
                raise BadValue(field="will", value=str(will))
            case.trigger_event(
                FillingCase.WillDetermined,
                will=will,
                reason=_required(reason, "reason"),
                **_about(case),
                by=by,
            )

        return self._lead(case_id, change, by)

    def take_step(
        self,
        case_id: str,
        step: int,
        held_on: date,
        note: str,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """Take the ladder's next step, or have one more private talk (R-33).

        Raises WillNotSet, StepOutOfOrder, BadValue (a day to come; praise has its own command),
        EmptyText, Stale.
        """

        def change(case: FillingCase) -> None:
            check_version(case, expected)
            _in_order(case, step, again=step == TALKED_TO)
            if held_on > self._day_of(by.recorded_at):
                raise BadValue(field="held_on", value=held_on.isoformat())
            case.trigger_event(
                FillingCase.StepTaken,
                problem=case.problem,
                step=step,
                held_on=held_on,
                note=_required(note, "note"),
                **_about(case),
                by=by,
            )

        return self._lead(case_id, change, by)

    def skip_step(self, case_id: str, step: int, reason: str, *, by: By) -> Receipt:
        """Leave the next step out. Raises WillNotSet, StepOutOfOrder, BadValue, EmptyText."""

        def change(case: FillingCase) -> None:
            _in_order(case, step)
            case.trigger_event(
                FillingCase.StepSkipped,
                problem=case.problem,
                step=step,
                reason=_required(reason, "reason"),
                **_about(case),
                by=by,
            )

        return self._lead(case_id, change, by)

    def ask_criticism(self, case_id: str, reason: str, *, by: By) -> Receipt:
        """Ask for the signature under a criticism before the team.

        Raises BadValue (not made-up entries, or can't), WillNotSet, TooFewTalks, NotDecided,
        AppealOpen, AlreadyExists (one is asked for or signed), EmptyText.
        """

        def change(case: FillingCase) -> None:
            self._may_be_criticised(case)
            if case.waits_for_signature or (case.signed and not case.criticised):
                raise AlreadyExists(what="criticism", id=case_id)
            case.trigger_event(
                FillingCase.CriticismAsked,
                talks=len(case.talks),
                reason=_required(reason, "reason"),
                **_about(case),
                by=by,
            )

        return self._lead(case_id, change, by)

    def answer_criticism(self, case_id: str, reason: str, *, signed: bool, by: By) -> Receipt:
        """Sign a criticism or don't, as somebody above who did not ask for it.

        Raises CriticismNotAsked, NotYours, EmptyText, and to sign what ``ask_criticism`` raises.
        """

        def change(case: FillingCase) -> None:
            if not case.waits_for_signature:
                raise CriticismNotAsked(case_id=case_id)
            if by.role is not Role.UPPER_SUPERVISOR or by.actor == case.asked_by:
                raise NotYours(what="criticism")
            if signed:
                self._may_be_criticised(case)
            case.trigger_event(
                FillingCase.CriticismAnswered,
                signed=signed,
                reason=_required(reason, "reason"),
                **_about(case),
                by=by,
            )

        return self._lead(case_id, change, by)

    def hold_criticism(self, case_id: str, held_on: date, *, by: By) -> Receipt:
        """Put on record that the criticism was held.

        Raises CriticismNotSigned, AppealOpen, AlreadyDecided (held before), BadValue.
        """

        def change(case: FillingCase) -> None:
            if not case.signed:
                raise CriticismNotSigned(case_id=case_id)
            if case.criticised:
                raise AlreadyDecided(case_no=case_id)
            self._may_be_criticised(case)
            if held_on > self._day_of(by.recorded_at):
                raise BadValue(field="held_on", value=held_on.isoformat())
            case.trigger_event(FillingCase.CriticismHeld, held_on=held_on, **_about(case), by=by)

        return self._lead(case_id, change, by)

    def praise(self, case_id: str, text: str, *, by: By) -> Receipt:
        """Praise who corrected themselves. Raises WillNotSet, StepOutOfOrder (R-33), EmptyText."""

        def change(case: FillingCase) -> None:
            if case.problem is Problem.FABRICATED and not case.praised:
                _check_will(case)
                if case.next_step != PRAISED:
                    raise StepOutOfOrder(step=PRAISED, expected=case.next_step)
            case.trigger_event(
                FillingCase.ImprovementPraised,
                text=_required(text, "text"),
                **_about(case),
                by=by,
            )

        return self._lead(case_id, change, by)

    def reply(self, case_id: str, text: str, *, by: By) -> Receipt:
        """Say, as the agent, what there is to say. Raises UnknownFillingCase to all others."""

        def change(case: FillingCase) -> None:
            if by.actor != case.agent_id:
                raise UnknownFillingCase(case_id=case_id)
            case.trigger_event(
                FillingCase.Replied, text=_required(text, "text"), **_about(case), by=by
            )

        return self._change(case_id, change, by)

    def close(
        self,
        case_id: str,
        ending: Ending,
        reason: str,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """End a case. Raises PraiseFirst, LadderUnfinished (no change, but steps are left), EmptyText, Stale."""

        def change(case: FillingCase) -> None:
            check_version(case, expected)
            if ending is Ending.CORRECTED and not case.praised:
                raise PraiseFirst(case_id=case_id)
            before_praise = case.next_step in (None, PRAISED)
            whole = before_praise if case.problem is Problem.FABRICATED else not case.next_step
            if ending is Ending.NO_CHANGE and not whole:
                raise LadderUnfinished(expected=case.next_step)
            case.trigger_event(
                FillingCase.Closed,
                ending=ending,
                reason=_required(reason, "reason"),
                **_about(case),
                by=by,
            )

        return self._lead(case_id, change, by)

    def _may_be_criticised(self, case: FillingCase) -> None:
        if case.problem is not Problem.FABRICATED:
            raise BadValue(field="problem", value=str(case.problem))
        _check_will(case)
        if case.will is Will.UNABLE:
            raise BadValue(field="will", value=str(case.will))
        if not enough_talks(case.talks):
            raise TooFewTalks(talks=len(case.talks))
        standing = self._standing_of(case.agent_id)
        if standing is not None and standing.appeal_open:
            raise AppealOpen(case_no=standing.case_no)
        if standing is None or standing.will is None:
            # nobody is criticised before others for what no human has decided and let stand
            raise NotDecided(case_no=standing.case_no if standing else 0)

    def _lead(self, case_id: str, change: Callable[[FillingCase], None], by: By) -> Receipt:
        def checked(case: FillingCase) -> None:
            _leads(case.agent_id, by)
            change(case)

        return self._change(case_id, checked, by)

    def _change(self, case_id: str, change: Callable[[FillingCase], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            case = self.find(case_id)
            if case is None:
                raise UnknownFillingCase(case_id=case_id)
            if case.ending is not None:
                raise FillingCaseClosed(case_id=case_id)
            change(case)
            return [case]

        return self._recording.answer(by, decide)


def _opened(
    agent_id: str,
    team_id: str,
    problem: Problem,
    no: int,
    standing: Standing | None,
    note: str,
    by: By,
) -> FillingCase:
    case_id = filling_case_id(agent_id, problem, no)
    will = standing.will if standing else None
    case: FillingCase = FillingCase._create(
        FillingCase.Opened,
        id=filling_stream(case_id),
        case_id=case_id,
        agent_id=agent_id,
        team_id=team_id,
        problem=problem,
        no=no,
        verification_case_no=standing.case_no if standing and will else None,
        note=_required(note, "note"),
        by=by,
    )
    if will is not None:
        case.trigger_event(
            FillingCase.WillDetermined, will=will, reason=None, **_about(case), by=by
        )
    return case


def _leads(agent_id: str, by: By) -> None:
    if by.role not in LEADERS or by.actor == agent_id:
        raise NotYours(what="filling_case")


def _check_will(case: FillingCase) -> None:
    if case.problem is Problem.FABRICATED and case.will is None:
        raise WillNotSet(case_id=case.case_id)


def _in_order(case: FillingCase, step: int, *, again: bool = False) -> None:
    _check_will(case)
    if case.problem is Problem.FABRICATED and step == PRAISED:
        raise BadValue(field="step", value=step)  # praise is given by its own command
    if again and step in case.passed and case.problem is Problem.FABRICATED:
        return
    if step != case.next_step:
        raise StepOutOfOrder(step=step, expected=case.next_step)


def _about(case: FillingCase) -> dict[str, str]:
    return {"case_id": case.case_id, "agent_id": case.agent_id, "team_id": case.team_id}


def _required(text: str, field: str) -> str:
    if not text.strip():
        raise EmptyText(field=field)
    if len(text) > MAX_TEXT:
        raise BadValue(field=field, value=len(text))
    return text.strip()
