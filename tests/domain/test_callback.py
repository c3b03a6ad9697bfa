"""Callbacks to customers: R-50 to R-57."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.callback import TICKS, Answer, Callback, Listing, Preparation, callback_id_of
from domain.refusals import (
    AlreadyAnswered,
    AlreadyExists,
    BadValue,
    EmptyText,
    NotPrepared,
    NotYours,
    OutcomeBeforeAnswer,
    PreparationIncomplete,
    Stale,
    UnknownCallback,
    WrongOrder,
)
from domain.words import (
    AttemptResult,
    By,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    Role,
)

from .conftest import DAY, NOON, a_by

Events = Callable[[], list[Any]]
READY = Preparation(ticks=frozenset(TICKS))


def by_s1() -> By:
    return a_by("S1", Role.SUPERVISOR)


def a_listing(**changes: Any) -> Listing:
    facts: dict[str, Any] = {
        "callback_id": "K1",
        "activity_id": "V1",
        "kind": "face_meeting",
        "visit_day": DAY,
        "agent_id": "A1",
        "team_id": "T1",
        "supervisor_id": "S1",
        "customer_id": "C1",
        "mode": CallbackMode.COACHING,
        "design": CallbackDesign.RANDOM,
        "reason": "随机抽样",
        "on_day": DAY,
        "probability": 0.05,
    }
    return Listing(**{**facts, **changes})


@pytest.fixture
def listed(team: TeamRecord) -> TeamRecord:
    team.callbacks.list_call(a_listing(), by=by_s1())
    return team


@pytest.fixture
def answered(listed: TeamRecord) -> TeamRecord:
    listed.callbacks.prepare("K1", READY, by=by_s1())
    listed.callbacks.attempt("K1", AttemptResult.ANSWERED, by=by_s1())
    return listed


def test_a_visit_and_its_caller_give_one_callback_id() -> None:
    assert callback_id_of("V1", "S1") == callback_id_of("V1", "S1") != callback_id_of("V1", "S2")


def test_a_callback_is_listed_once(listed: TeamRecord) -> None:
    with pytest.raises(AlreadyExists):
        listed.callbacks.list_call(a_listing(), by=by_s1())


def test_a_customer_on_the_do_not_call_list_is_not_listed(team: TeamRecord) -> None:
    team.customers.opt_out("C1", date(2027, 5, 20), by=by_s1())

    with pytest.raises(BadValue):
        team.callbacks.list_call(a_listing(), by=by_s1())


def test_a_call_sheet_with_every_tick_prepares_the_call(listed: TeamRecord, events: Events) -> None:
    listed.callbacks.prepare("K1", READY, by=by_s1())

    assert isinstance(events()[-1], Callback.Prepared)


def test_a_missing_tick_without_a_reason_stops_the_call(listed: TeamRecord) -> None:
    sheet = Preparation(ticks=frozenset(TICKS) - {"agent_briefed"})

    with pytest.raises(PreparationIncomplete) as refused:
        listed.callbacks.prepare("K1", sheet, by=by_s1())

    assert refused.value.facts == {"ticks": ["agent_briefed"]}


def test_a_missing_tick_with_a_reason_is_kept_with_it(listed: TeamRecord, events: Events) -> None:
    sheet = Preparation(frozenset(TICKS) - {"agent_briefed"}, overrides={"agent_briefed": "休假"})

    listed.callbacks.prepare("K1", sheet, by=by_s1())

    assert events()[-1].overrides == {"agent_briefed": "休假"}


def test_an_audit_call_is_not_announced_to_the_agent(team: TeamRecord) -> None:
    team.callbacks.list_call(a_listing(mode=CallbackMode.AUDIT), by=by_s1())

    receipt = team.callbacks.prepare(
        "K1", Preparation(frozenset(TICKS) - {"agent_briefed"}), by=by_s1()
    )

    assert receipt.version == 2


def test_another_supervisor_may_not_touch_the_call(listed: TeamRecord) -> None:
    with pytest.raises(NotYours):
        listed.callbacks.prepare("K1", READY, by=a_by("S2", Role.SUPERVISOR))


def test_the_six_steps_go_in_order(answered: TeamRecord) -> None:
    answered.callbacks.record_step("K1", 1, by=by_s1())

    with pytest.raises(WrongOrder):
        answered.callbacks.record_step("K1", 3, by=by_s1())


def test_a_denial_needs_a_call_that_was_answered(listed: TeamRecord) -> None:
    listed.callbacks.prepare("K1", READY, by=by_s1())

    with pytest.raises(OutcomeBeforeAnswer):
        listed.callbacks.record_outcome("K1", Answer(CallbackOutcome.DENIED), by=by_s1())


def test_an_unreachable_customer_needs_no_answer(listed: TeamRecord) -> None:
    listed.callbacks.prepare("K1", READY, by=by_s1())
    listed.callbacks.attempt("K1", AttemptResult.NO_ANSWER, by=by_s1())

    receipt = listed.callbacks.record_outcome("K1", Answer(CallbackOutcome.UNREACHABLE), by=by_s1())

    assert receipt.repeated is False


def test_an_outcome_keeps_how_the_visit_was_drawn(answered: TeamRecord, events: Events) -> None:
    answered.callbacks.record_outcome("K1", Answer(CallbackOutcome.DENIED), by=by_s1())

    outcome = events()[-1]
    assert (outcome.outcome, outcome.design, outcome.probability) == ("denied", "random", 0.05)


def test_an_outcome_is_recorded_once(answered: TeamRecord) -> None:
    answered.callbacks.record_outcome("K1", Answer(CallbackOutcome.DENIED), by=by_s1())

    with pytest.raises(AlreadyAnswered):
        answered.callbacks.record_outcome("K1", Answer(CallbackOutcome.CONFIRMED), by=by_s1())


def test_a_satisfaction_of_six_is_refused(answered: TeamRecord) -> None:
    with pytest.raises(BadValue):
        answered.callbacks.record_outcome(
            "K1", Answer(CallbackOutcome.CONFIRMED, satisfaction=6), by=by_s1()
        )


def test_an_outcome_over_an_older_reading_is_refused(answered: TeamRecord) -> None:
    with pytest.raises(Stale):
        answered.callbacks.record_outcome(
            "K1", Answer(CallbackOutcome.CONFIRMED), by=by_s1(), expected=1
        )


def test_a_revisit_lies_in_the_future(answered: TeamRecord) -> None:
    with pytest.raises(BadValue):
        answered.callbacks.agree_revisit("K1", NOON - timedelta(hours=1), by=by_s1())


def test_a_debrief_needs_its_advice(answered: TeamRecord) -> None:
    answered.callbacks.record_outcome("K1", Answer(CallbackOutcome.CONFIRMED), by=by_s1())

    with pytest.raises(EmptyText):
        answered.callbacks.debrief("K1", "", by=by_s1())


def test_a_debrief_comes_after_the_outcome(answered: TeamRecord) -> None:
    with pytest.raises(NotPrepared):
        answered.callbacks.debrief("K1", "多听少说", by=by_s1())


def test_a_callback_that_nobody_listed_is_unknown(team: TeamRecord) -> None:
    with pytest.raises(UnknownCallback):
        team.callbacks.prepare("K9", READY, by=by_s1())
