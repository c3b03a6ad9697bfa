"""A callback that was written down on paper, and put on record once its visit is found (R-53).

The call was made without the list, so its sheet is filled with one reason, and it takes no part in
any estimate. What the note said of name and number is not kept: the visit has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from domain.callback import TICKS, Answer, Callback, Callbacks, Listing, check_answer, listed
from domain.recording import Aggregate, Recording
from domain.refusals import AlreadyExists, BadValue, UnknownCustomer
from domain.words import AttemptResult, By, CallbackDesign, CallbackMode, CallbackOutcome, Receipt

WHY_NO_TICKS = "回访笔记补录"
NOT_ANSWERED = {
    CallbackOutcome.UNREACHABLE: AttemptResult.NO_ANSWER,
    CallbackOutcome.INVALID_NUMBER: AttemptResult.INVALID_NUMBER,
    CallbackOutcome.REFUSED: AttemptResult.REFUSED,
}


@dataclass(frozen=True, slots=True)
class NotedVisit:
    """The visit that a note is about, and the caller."""

    callback_id: str
    activity_id: str
    kind: str
    visit_day: date
    agent_id: str
    team_id: str
    caller_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class Matching:
    """How the visit was found: bits of evidence, bits ahead of the next, and who decided."""

    weight: float
    margin: float
    candidates: int
    by_person: bool


class CallbackNotes:
    """Puts free notes on record as callbacks."""

    def __init__(
        self,
        recording: Recording,
        callbacks: Callbacks,
        owner_of: Callable[[str], str | None],
    ) -> None:
        self._recording = recording
        self._callbacks = callbacks
        self._owner_of = owner_of

    def record(
        self, visit: NotedVisit, found: Matching, answer: Answer, called_on: date, *, by: By
    ) -> Receipt:
        """Put the call and what the customer said on record, in one append.

        Raises AlreadyExists (the visit is on the caller's list), UnknownCustomer, BadValue.
        """

        def decide() -> list[Aggregate]:
            if self._owner_of(visit.customer_id) is None:
                raise UnknownCustomer(customer_id=visit.customer_id)
            if called_on < visit.visit_day:
                raise BadValue(field="called_on", value=called_on.isoformat())
            if self._callbacks.find(visit.callback_id) is not None:
                raise AlreadyExists(what="callback", id=visit.callback_id)
            return [_told(visit, found, answer, called_on, by)]

        return self._recording.answer(by, decide)


def _told(visit: NotedVisit, found: Matching, answer: Answer, called_on: date, by: By) -> Callback:
    call = listed(_listing(visit, called_on), by)
    facts = {"callback_id": call.callback_id, "team_id": call.team_id, "by": by}
    call.trigger_event(
        Callback.Matched,
        weight=found.weight,
        margin=found.margin,
        candidates=found.candidates,
        by_person=found.by_person,
        **facts,
    )
    call.trigger_event(
        Callback.Prepared,
        agent_briefed_at=None,
        customer_type=None,
        last_action=None,
        objections=(),
        overrides=dict.fromkeys(TICKS, WHY_NO_TICKS),
        **facts,
    )
    if answer.outcome is not CallbackOutcome.NOT_ASKED:
        result = NOT_ANSWERED.get(answer.outcome, AttemptResult.ANSWERED)
        call.trigger_event(Callback.Attempted, result=result, attempt_no=1, **facts)
    check_answer(call, answer)
    call.trigger_event(
        Callback.OutcomeRecorded,
        activity_id=call.activity_id,
        agent_id=call.agent_id,
        supervisor_id=call.supervisor_id,
        customer_id=call.customer_id,
        mode=call.mode,
        design=call.design,
        probability=None,
        outcome=answer.outcome,
        visit_day_confirmed=answer.visit_day_confirmed,
        satisfaction=answer.satisfaction,
        suggestion=answer.suggestion,
        note=answer.note,
        **facts,
    )
    return call


def _listing(visit: NotedVisit, called_on: date) -> Listing:
    return Listing(
        callback_id=visit.callback_id,
        activity_id=visit.activity_id,
        kind=visit.kind,
        visit_day=visit.visit_day,
        agent_id=visit.agent_id,
        team_id=visit.team_id,
        supervisor_id=visit.caller_id,
        customer_id=visit.customer_id,
        mode=CallbackMode.COACHING,
        design=CallbackDesign.CHOSEN,
        reason=WHY_NO_TICKS,
        on_day=called_on,
    )
