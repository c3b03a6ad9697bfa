"""Callbacks to customers: 电话回访 (R-50 to R-57, R-52 in two modes).

It is sales help first and verification second. A denial is answered with the handbook's neutral
line and recorded quietly; what follows from it is decided elsewhere, by a human.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.call_cautions import Caution
from domain.recording import Aggregate, Created, Recording, check_version
from domain.refusals import (
    AlreadyAnswered,
    AlreadyExists,
    BadValue,
    DoNotCall,
    EmptyText,
    NotPrepared,
    NotYours,
    OutcomeBeforeAnswer,
    PreparationIncomplete,
    QuietHours,
    SecondAttemptMissing,
    UnknownCallback,
    UnknownCustomer,
    WrongOrder,
)
from domain.rhythm import Rules
from domain.words import (
    AttemptResult,
    By,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    LastAction,
    Objection,
    Receipt,
    RepeatReason,
    Role,
    stream_id,
)

TICKS = ("prepared", "list_confirmed", "agent_briefed", "last_action_known", "objections_known")
"""The ticks of the call sheet, R-50, R-51, R-52, R-54, R-55; each may be overridden by a reason."""

STEPS = range(1, 7)
LIVE = frozenset({"web", "api"})
"""From where people speak who dial now; only they keep to the hours."""
ANOTHER_HOUR = timedelta(hours=2)  # between the two attempts after which nobody was reached
MAX_TEXT = 2000
CALLERS = (Role.SUPERVISOR, Role.UPPER_SUPERVISOR)
NEEDS_NO_ANSWER = frozenset(
    {CallbackOutcome.UNREACHABLE, CallbackOutcome.INVALID_NUMBER, CallbackOutcome.NOT_ASKED}
)


def callback_stream(callback_id: str) -> UUID:
    """Return the stream of a callback."""
    return stream_id("callback", callback_id)


def callback_id_of(activity_id: str, supervisor_id: str) -> str:
    """Return the id of the callback that this person makes about this visit: one, not two."""
    return "K-" + stream_id("callback_about", activity_id, supervisor_id).hex[:16]


@dataclass(frozen=True, slots=True)
class Listing:
    """A visit put on a supervisor's list of calls for a day, and how it was chosen.

    ``probability`` is that of the draw, None if a person chose the visit.
    """

    callback_id: str
    activity_id: str
    kind: str
    visit_day: date
    agent_id: str
    team_id: str
    supervisor_id: str
    customer_id: str
    mode: CallbackMode
    design: CallbackDesign
    reason: str
    on_day: date
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Preparation:
    """The call sheet (回访电话记录表): what was ticked, and why a tick is missing."""

    ticks: frozenset[str]
    agent_briefed_at: datetime | None = None
    customer_type: str | None = None
    last_action: LastAction | None = None
    objections: tuple[Objection, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the customer said. ``satisfaction`` is 1 to 5."""

    outcome: CallbackOutcome
    visit_day_confirmed: bool | None = None
    satisfaction: int | None = None
    suggestion: str | None = None
    note: str | None = None


class Callback(Aggregate):
    """One callback about one visit, from the list to the talk with the agent afterwards."""

    TOPIC = "callback"

    class Listed(Created):
        """A visit came onto the list of calls."""

        TOPIC = "callback.listed.v1"
        callback_id: str
        activity_id: str
        kind: str
        visit_day: date
        agent_id: str
        team_id: str
        supervisor_id: str
        customer_id: str
        mode: CallbackMode
        design: CallbackDesign
        probability: float | None
        reason: str
        on_day: date

    class Prepared(Aggregate.Event):
        """The call sheet is complete (R-50 to R-55)."""

        TOPIC = "callback.prepared.v1"
        callback_id: str
        team_id: str
        agent_briefed_at: datetime | None
        customer_type: str | None
        last_action: LastAction | None
        objections: tuple[Objection, ...]
        overrides: dict[str, str]

    class ContactRevealed(Aggregate.Event):
        """The caller was shown these fields; now it is ``confidentiality.contact_revealed``."""

        TOPIC = "callback.contact_revealed.v1"
        callback_id: str
        team_id: str
        customer_id: str
        owner_id: str
        supervisor_id: str
        fields: tuple[str, ...]

    class Attempted(Aggregate.Event):
        """The number was dialled."""

        TOPIC = "callback.attempted.v1"
        callback_id: str
        team_id: str
        result: AttemptResult
        attempt_no: int

    class StepRecorded(Aggregate.Event):
        """One of the six steps of the call was taken or skipped (R-56)."""

        TOPIC = "callback.step_recorded.v1"
        SEALED: ClassVar[dict[str, str]] = {"note": "customer_id"}
        callback_id: str
        team_id: str
        customer_id: str
        step: int
        note: str | None
        skipped_reason: str | None

    class OutcomeRecorded(Aggregate.Event):
        """What the customer said, truthfully (R-53, R-56)."""

        TOPIC = "callback.outcome_recorded.v1"
        SEALED: ClassVar[dict[str, str]] = {"suggestion": "customer_id", "note": "customer_id"}
        callback_id: str
        activity_id: str
        agent_id: str
        team_id: str
        supervisor_id: str
        customer_id: str
        mode: CallbackMode
        design: CallbackDesign
        probability: float | None
        outcome: CallbackOutcome
        visit_day_confirmed: bool | None
        satisfaction: int | None
        suggestion: str | None
        note: str | None

    class RevisitAgreed(Aggregate.Event):
        """The customer agreed to be visited again (step 5)."""

        TOPIC = "callback.revisit_agreed.v1"
        callback_id: str
        team_id: str
        agent_id: str
        customer_id: str
        at: datetime

    class Debriefed(Aggregate.Event):
        """The supervisor told the agent what the call gave (step 6)."""

        TOPIC = "callback.debriefed.v1"
        SEALED: ClassVar[dict[str, str]] = {"advice": "agent_id"}
        callback_id: str
        team_id: str
        agent_id: str
        advice: str | None
        skill_gap: str | None

    class QuietHoursLifted(Aggregate.Event):
        """The customer is called at a quiet hour of this day all the same, for a reason."""

        TOPIC = "callback.quiet_hours_lifted.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "customer_id"}
        callback_id: str
        team_id: str
        customer_id: str
        on_day: date
        reason: str | None

    class SelfScored(Aggregate.Event):
        """Which of the eleven cautions the caller kept to, in the caller's own eyes (R-57)."""

        TOPIC = "callback.self_scored.v1"
        callback_id: str
        team_id: str
        kept: tuple[Caution, ...]
        of: int

    class Drawn(Aggregate.Event):
        """The visit was drawn from a frame, with all that it takes to draw it again.

        ``seed`` is decimal text of 64 bits; ``left_out`` counts the visits of the same days that
        could not be drawn, by reason.
        """

        TOPIC = "callback.drawn.v1"
        callback_id: str
        team_id: str
        frame_size: int
        probability: float
        random_share: float
        frame_sha256: str
        seed: str
        model_version: str
        left_out: dict[str, int]

    class Repeats(Aggregate.Event):
        """This is a second call, by somebody else, about a visit that was called about before."""

        TOPIC = "callback.repeats.v1"
        callback_id: str
        team_id: str
        of_callback_id: str
        why: RepeatReason

    class SetAside(Aggregate.Event):
        """The caller will not make a drawn call; it stays out of every estimate."""

        TOPIC = "callback.set_aside.v1"
        callback_id: str
        team_id: str
        reason: str

    class Matched(Aggregate.Event):
        """A free note was found to be about this visit; ``weight`` and ``margin`` in bits."""

        TOPIC = "callback.matched.v1"
        callback_id: str
        team_id: str
        weight: float
        margin: float
        candidates: int
        by_person: bool

    @event(Listed)
    def __init__(
        self,
        callback_id: str,
        activity_id: str,
        agent_id: str,
        team_id: str,
        supervisor_id: str,
        customer_id: str,
        mode: CallbackMode,
        design: CallbackDesign,
        probability: float | None,
    ) -> None:
        self.callback_id = callback_id
        self.activity_id = activity_id
        self.agent_id = agent_id
        self.team_id = team_id
        self.supervisor_id = supervisor_id
        self.customer_id = customer_id
        self.mode = mode
        self.design = design
        self.probability = probability
        self.prepared_at: datetime | None = None
        self.attempts: list[AttemptResult] = []
        self.attempted_at: list[datetime] = []
        self.drawn = self.set_aside = False
        self.steps: list[int] = []
        self.outcome: CallbackOutcome | None = None
        self.debriefed = False
        self.quiet_lifted_on: date | None = None
        self.scored: int | None = None

    @event(Prepared)
    def _prepared(self, by: By) -> None:
        self.prepared_at = by.recorded_at

    @property
    def prepared(self) -> bool:
        """Tell whether the call sheet is complete."""
        return self.prepared_at is not None

    @event(Attempted)
    def _attempted(self, result: AttemptResult, by: By) -> None:
        self.attempts.append(result)
        self.attempted_at.append(by.occurred_at)

    @event(StepRecorded)
    def _step_recorded(self, step: int) -> None:
        self.steps.append(step)

    @event(OutcomeRecorded)
    def _outcome_recorded(self, outcome: CallbackOutcome) -> None:
        self.outcome = outcome

    @event(QuietHoursLifted)
    def _quiet_hours_lifted(self, on_day: date) -> None:
        self.quiet_lifted_on = on_day

    @event(SelfScored)
    def _self_scored(self, kept: tuple[Caution, ...]) -> None:
        self.scored = len(kept)

    @event(Debriefed)
    def _debriefed(self) -> None:
        self.debriefed = True

    @event(Drawn)
    def _drawn(self) -> None:
        self.drawn = True

    @event(Repeats)
    def _repeats(self) -> None:
        pass

    @event(SetAside)
    def _set_aside(self) -> None:
        self.set_aside = True

    @event(Matched)
    def _matched(self) -> None:
        pass

    @property
    def tried_twice(self) -> bool:
        """Tell whether the number was dialled at two different hours of the day, or on two days."""
        return bool(self.attempted_at) and (
            max(self.attempted_at) - min(self.attempted_at) >= ANOTHER_HOUR
        )


class Callbacks:
    """The commands about callbacks."""

    def __init__(
        self,
        recording: Recording,
        owner_of: Callable[[str], str | None],
        may_be_called: Callable[[str, date], bool],
        rules: Callable[[], Rules],
    ) -> None:
        self._recording = recording
        self._owner_of = owner_of  # refuses customers who may not be worked with
        self._may_be_called = may_be_called
        self._rules = rules

    def find(self, callback_id: str) -> Callback | None:
        """Return the callback, or None."""
        return self._recording.find(Callback, callback_stream(callback_id))

    def list_call(self, listing: Listing, *, by: By) -> Receipt:
        """Put a visit on the list of calls. Raises AlreadyExists, UnknownCustomer, BadValue."""

        def decide() -> list[Aggregate]:
            if listing.probability is not None and not 0 < listing.probability <= 1:
                raise BadValue(field="probability", value=listing.probability)
            if self._owner_of(listing.customer_id) is None:
                raise UnknownCustomer(customer_id=listing.customer_id)
            if not self._may_be_called(listing.customer_id, listing.on_day):
                raise BadValue(field="customer_id", value="opted_out")
            if self.find(listing.callback_id):
                raise AlreadyExists(what="callback", id=listing.callback_id)
            return [listed(listing, by)]

        return self._recording.answer(by, decide)

    def prepare(
        self, callback_id: str, sheet: Preparation, *, by: By, expected: int | None = None
    ) -> Receipt:
        """Complete the call sheet (R-50 to R-55).

        In the coaching mode every tick is there or has its reason; an audit call is unannounced
        and asks for no briefing. Raises PreparationIncomplete, NotYours, AlreadyAnswered, Stale.
        """

        def change(call: Callback) -> None:
            _check_sheet(call, sheet)
            call.trigger_event(
                Callback.Prepared,
                callback_id=callback_id,
                team_id=call.team_id,
                agent_briefed_at=sheet.agent_briefed_at,
                customer_type=sheet.customer_type,
                last_action=sheet.last_action,
                objections=tuple(sheet.objections),
                overrides={k: v for k, v in sheet.overrides.items() if k not in sheet.ticks},
                by=by,
            )

        return self._change(callback_id, change, by, expected)

    def attempt(self, callback_id: str, result: AttemptResult, *, by: By) -> Receipt:
        """Record one dialled call.

        Raises NotPrepared, NotYours, AlreadyAnswered, QuietHours, DoNotCall.
        """

        def change(call: Callback) -> None:
            if not call.prepared:
                raise NotPrepared(callback_id=callback_id)
            self._check_hour(call, by)
            call.trigger_event(
                Callback.Attempted,
                callback_id=callback_id,
                team_id=call.team_id,
                result=result,
                attempt_no=len(call.attempts) + 1,
                by=by,
            )

        return self._change(callback_id, change, by, None)

    def check_may_dial(self, callback_id: str, by: By) -> None:
        """Raise QuietHours or DoNotCall if this customer is not to be dialled now."""
        call = self.find(callback_id)
        if call is not None:
            self._check_hour(call, by)

    def lift_quiet_hours(self, callback_id: str, reason: str, *, by: By) -> Receipt:
        """Let the customer be called at a quiet hour of today, for a reason on record.

        Raises EmptyText, DoNotCall (no reason lifts that), NotYours, AlreadyAnswered.
        """

        def change(call: Callback) -> None:
            today = self._rules().day_of(by.occurred_at)
            if not self._may_be_called(call.customer_id, today):
                raise DoNotCall(customer_id=call.customer_id)
            if not reason.strip():
                raise EmptyText(field="quiet_reason")
            call.trigger_event(
                Callback.QuietHoursLifted,
                callback_id=callback_id,
                team_id=call.team_id,
                customer_id=call.customer_id,
                on_day=today,
                reason=reason.strip(),
                by=by,
            )

        return self._change(callback_id, change, by, None)

    def self_score(self, callback_id: str, kept: tuple[Caution, ...], *, by: By) -> Receipt:
        """Say which cautions one kept to (R-57), once, after the call.

        Raises NotPrepared (no outcome yet), AlreadyAnswered (scored before), NotYours.
        """

        def change(call: Callback) -> None:
            if call.outcome is None:
                raise NotPrepared(callback_id=callback_id)
            if call.scored is not None:
                raise AlreadyAnswered(callback_id=callback_id)
            call.trigger_event(
                Callback.SelfScored,
                callback_id=callback_id,
                team_id=call.team_id,
                kept=tuple(dict.fromkeys(kept)),
                of=len(Caution),
                by=by,
            )

        return self._change(callback_id, change, by, None, after_outcome=True)

    def _check_hour(self, call: Callback, by: By) -> None:
        if by.source not in LIVE:
            return  # an import tells what happened elsewhere, long ago
        rules = self._rules()
        today, wall = rules.day_of(by.occurred_at), rules.wall_clock(by.occurred_at)
        if not self._may_be_called(call.customer_id, today):
            raise DoNotCall(customer_id=call.customer_id)
        if rules.call_hours.is_quiet(wall) and call.quiet_lifted_on != today:
            raise QuietHours(wall=f"{wall:%H:%M}")

    def record_step(
        self,
        callback_id: str,
        step: int,
        note: str | None = None,
        skipped_reason: str | None = None,
        *,
        by: By,
    ) -> Receipt:
        """Record a step of the call, 1 to 6, each once and in order (R-56).

        Raises NotPrepared, WrongOrder, NotYours.
        """

        def change(call: Callback) -> None:
            if not call.prepared:
                raise NotPrepared(callback_id=callback_id)
            expected = call.steps[-1] + 1 if call.steps else 1
            if step != expected or step not in STEPS:
                raise WrongOrder(step=step, expected=expected)
            self._owner_of(call.customer_id)
            call.trigger_event(
                Callback.StepRecorded,
                callback_id=callback_id,
                team_id=call.team_id,
                customer_id=call.customer_id,
                step=step,
                note=_text(note),
                skipped_reason=_text(skipped_reason),
                by=by,
            )

        return self._change(callback_id, change, by, None, after_outcome=True)

    def record_outcome(
        self, callback_id: str, answer: Answer, *, by: By, expected: int | None = None
    ) -> Receipt:
        """Record what the customer said, once (R-56).

        Raises NotPrepared, OutcomeBeforeAnswer, SecondAttemptMissing (a drawn call counts as
        unreachable only after two attempts at different hours), AlreadyAnswered, NotYours,
        BadValue, Stale.
        """

        def change(call: Callback) -> None:
            check_answer(call, answer)
            self._owner_of(call.customer_id)
            call.trigger_event(
                Callback.OutcomeRecorded,
                callback_id=callback_id,
                activity_id=call.activity_id,
                agent_id=call.agent_id,
                team_id=call.team_id,
                supervisor_id=call.supervisor_id,
                customer_id=call.customer_id,
                mode=call.mode,
                design=call.design,
                probability=call.probability,
                outcome=answer.outcome,
                visit_day_confirmed=answer.visit_day_confirmed,
                satisfaction=answer.satisfaction,
                suggestion=_text(answer.suggestion),
                note=_text(answer.note),
                by=by,
            )

        return self._change(callback_id, change, by, expected)

    def agree_revisit(self, callback_id: str, at: datetime, *, by: By) -> Receipt:
        """Record when the customer is visited again. Raises BadValue for a past time, NotYours."""

        def change(call: Callback) -> None:
            if at <= by.recorded_at:
                raise BadValue(field="at", value=at.isoformat())
            call.trigger_event(
                Callback.RevisitAgreed,
                callback_id=callback_id,
                team_id=call.team_id,
                agent_id=call.agent_id,
                customer_id=call.customer_id,
                at=at,
                by=by,
            )

        return self._change(callback_id, change, by, None, after_outcome=True)

    def debrief(
        self, callback_id: str, advice: str, skill_gap: str | None = None, *, by: By
    ) -> Receipt:
        """Record the talk with the agent after the call (step 6). Raises EmptyText, NotYours."""

        def change(call: Callback) -> None:
            if call.outcome is None:
                raise NotPrepared(callback_id=callback_id)
            if not advice.strip():
                raise EmptyText(field="advice")
            call.trigger_event(
                Callback.Debriefed,
                callback_id=callback_id,
                team_id=call.team_id,
                agent_id=call.agent_id,
                advice=advice.strip(),
                skill_gap=_text(skill_gap),
                by=by,
            )

        return self._change(callback_id, change, by, None, after_outcome=True)

    def _change(
        self,
        callback_id: str,
        change: Callable[[Callback], None],
        by: By,
        expected: int | None,
        *,
        after_outcome: bool = False,
    ) -> Receipt:
        def decide() -> list[Aggregate]:
            call = self.find(callback_id)
            if call is None:
                raise UnknownCallback(callback_id=callback_id)
            if by.role in CALLERS and by.actor != call.supervisor_id:
                raise NotYours(what="callback")
            check_version(call, expected)
            if (call.outcome is not None and not after_outcome) or call.set_aside:
                raise AlreadyAnswered(callback_id=callback_id)
            change(call)
            return [call]

        return self._recording.answer(by, decide)


def listed(listing: Listing, by: By) -> Callback:
    """Return a new callback with its first event, not yet appended."""
    call: Callback = Callback._create(
        Callback.Listed,
        id=callback_stream(listing.callback_id),
        callback_id=listing.callback_id,
        activity_id=listing.activity_id,
        kind=listing.kind,
        visit_day=listing.visit_day,
        agent_id=listing.agent_id,
        team_id=listing.team_id,
        supervisor_id=listing.supervisor_id,
        customer_id=listing.customer_id,
        mode=listing.mode,
        design=listing.design,
        probability=listing.probability,
        reason=listing.reason,
        on_day=listing.on_day,
        by=by,
    )
    return call


def _check_sheet(call: Callback, sheet: Preparation) -> None:
    for tick in (*sheet.ticks, *sheet.overrides):
        if tick not in TICKS:
            raise BadValue(field="ticks", value=tick)
    reasons = {tick for tick, reason in sheet.overrides.items() if reason.strip()}
    needed = [t for t in TICKS if t != "agent_briefed" or call.mode is CallbackMode.COACHING]
    missing = [t for t in needed if t not in sheet.ticks and t not in reasons]
    if missing:
        raise PreparationIncomplete(ticks=missing)


def check_answer(call: Callback, answer: Answer) -> None:
    """Raise NotPrepared, BadValue, SecondAttemptMissing or OutcomeBeforeAnswer."""
    if not call.prepared:
        raise NotPrepared(callback_id=call.callback_id)
    if answer.satisfaction is not None and answer.satisfaction not in range(1, 6):
        raise BadValue(field="satisfaction", value=answer.satisfaction)
    for text in (answer.note, answer.suggestion):
        if len(text or "") > MAX_TEXT:
            raise BadValue(field="note", value=len(text or ""))
    if answer.outcome is CallbackOutcome.UNREACHABLE and call.drawn and not call.tried_twice:
        raise SecondAttemptMissing(callback_id=call.callback_id, hours=ANOTHER_HOUR.seconds // 3600)
    answered = {AttemptResult.ANSWERED, AttemptResult.REFUSED} & set(call.attempts)
    if answer.outcome not in NEEDS_NO_ANSWER and not answered:
        raise OutcomeBeforeAnswer(outcome=answer.outcome)


def _text(text: str | None) -> str | None:
    return (text or "").strip() or None
