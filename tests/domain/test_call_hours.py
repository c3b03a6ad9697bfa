"""Quiet hours, the do-not-call list and the caller's own score (R-57; 12 to 14, after 21)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.call_cautions import Caution
from domain.callback import TICKS, Answer, Callback, Listing, Preparation, callback_stream
from domain.refusals import (
    AlreadyAnswered,
    DoNotCall,
    EmptyText,
    NotPrepared,
    QuietHours,
)
from domain.reveal_rules import GrantKind
from domain.rhythm import CallHours
from domain.words import (
    AttemptResult,
    By,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    Role,
)
from tests.domain.conftest import DAY, NOON, a_by, an_activity

MORNING = NOON - timedelta(hours=2)  # 10:00 in Shanghai
LATE = NOON + timedelta(hours=9)  # 21:00


def boss(at: datetime = MORNING, source: str = "web") -> By:
    return a_by("S1", Role.SUPERVISOR, at=at, source=source)


@pytest.fixture
def prepared(team: TeamRecord) -> TeamRecord:
    """A prepared call K1 in a branch that keeps the usual hours."""
    team.rulebook.set_call_hours(CallHours(), by=a_by("M1", Role.ADMINISTRATOR))
    visit = an_activity(started_at=MORNING - timedelta(hours=1))
    team.daily_logs.log_activity("A1", visit, by=a_by("A1", at=MORNING))
    how = CallbackMode.COACHING, CallbackDesign.CHOSEN
    people = "A1", "T1", "S1", "C1"
    listing = Listing("K1", visit.activity_id, "face_meeting", DAY, *people, *how, "新人首访", DAY)
    team.callbacks.list_call(listing, by=boss())
    team.callbacks.prepare("K1", Preparation(frozenset(TICKS)), by=boss())
    return team


def last(team: TeamRecord) -> Any:
    return list(team.events.get(callback_stream("K1")))[-1]


@pytest.mark.parametrize("hours", [-4, 0, 1.9, 9, 11])
def test_nobody_dials_a_customer_in_the_quiet_hours(prepared: TeamRecord, hours: float) -> None:
    at = NOON + timedelta(hours=hours)

    with pytest.raises(QuietHours):
        prepared.callbacks.attempt("K1", AttemptResult.ANSWERED, by=boss(at))


@pytest.mark.parametrize("hours", [-3, -0.1, 2, 8.9])
def test_at_other_hours_the_customer_is_dialled(prepared: TeamRecord, hours: float) -> None:
    by = boss(NOON + timedelta(hours=hours))

    prepared.callbacks.attempt("K1", AttemptResult.ANSWERED, by=by)

    assert isinstance(last(prepared), Callback.Attempted)


def test_no_number_is_shown_in_the_quiet_hours(prepared: TeamRecord) -> None:
    with pytest.raises(QuietHours):
        prepared.confidentiality.reveal(GrantKind.CALLBACK, "K1", by=boss(NOON))


def test_a_reason_on_record_lifts_the_quiet_hours_of_that_day(prepared: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        prepared.callbacks.lift_quiet_hours("K1", " ", by=boss(LATE))

    prepared.callbacks.lift_quiet_hours("K1", "客户约好这时候", by=boss(LATE))

    prepared.callbacks.attempt("K1", AttemptResult.NO_ANSWER, by=boss(LATE))
    tomorrow = boss(LATE + timedelta(days=1))
    with pytest.raises(QuietHours):
        prepared.callbacks.attempt("K1", AttemptResult.NO_ANSWER, by=tomorrow)


def test_who_asked_not_to_be_called_is_not_called_after_being_listed(
    prepared: TeamRecord,
) -> None:
    prepared.customers.opt_out("C1", date(2027, 5, 20), by=a_by("A1", at=MORNING))

    with pytest.raises(DoNotCall):
        prepared.callbacks.attempt("K1", AttemptResult.ANSWERED, by=boss())
    with pytest.raises(DoNotCall):
        prepared.confidentiality.reveal(GrantKind.CALLBACK, "K1", by=boss())
    with pytest.raises(DoNotCall):
        prepared.callbacks.lift_quiet_hours("K1", "很重要", by=boss(LATE))


def test_an_import_tells_of_calls_at_any_hour(prepared: TeamRecord) -> None:
    prepared.callbacks.attempt("K1", AttemptResult.ANSWERED, by=boss(LATE, "import"))

    assert isinstance(last(prepared), Callback.Attempted)


def test_a_call_is_scored_once_and_after_its_outcome(prepared: TeamRecord) -> None:
    kept = (Caution.SMILE, Caution.CONCISE, Caution.SMILE)
    with pytest.raises(NotPrepared):
        prepared.callbacks.self_score("K1", kept, by=boss())
    prepared.callbacks.record_outcome("K1", Answer(CallbackOutcome.UNREACHABLE), by=boss())

    prepared.callbacks.self_score("K1", kept, by=boss())

    assert (last(prepared).kept, last(prepared).of) == ((Caution.SMILE, Caution.CONCISE), 11)
    with pytest.raises(AlreadyAnswered):
        prepared.callbacks.self_score("K1", kept, by=boss())
