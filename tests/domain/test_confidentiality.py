"""Reveals: grants, views, quotas, and never a number without its event (R-34)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.application import TeamRecord
from domain.callback import TICKS, Answer, Preparation
from domain.confidentiality import Revealed, RevealWeek
from domain.refusals import (
    AlreadyAnswered,
    CommandUsed,
    GrantExpired,
    NotPrepared,
    NotYours,
    QuotaReached,
    Refusal,
    UnknownGrant,
    ViewsUsedUp,
)
from domain.reveal_rules import DAY_QUOTA, WEEK_QUOTA, GrantKind
from domain.words import AttemptResult, CallbackOutcome, ContactSource, Role

from .conftest import NOON, a_by
from .test_callback import a_listing

Events = Callable[[], list[Any]]
READY = Preparation(ticks=frozenset(TICKS))
HOUR = timedelta(hours=1)


def boss(at: datetime = NOON, **given: Any) -> Any:
    return a_by("S1", Role.SUPERVISOR, at=at, **given)


def call_about(record: TeamRecord, no: int, at: datetime = NOON, *, prepared: bool = True) -> str:
    """List and prepare a call of S1 to a customer of their own; return its id."""
    customer, call = f"C-{no}", f"K-{no}"
    record.customers.register(
        customer, "A1", "陈小明", f"1380000{no:04d}", ContactSource.OWN, by=a_by("A1")
    )
    record.callbacks.list_call(a_listing(callback_id=call, customer_id=customer), by=boss(at))
    if prepared:
        record.callbacks.prepare(call, READY, by=boss(at))
    return call


def look(record: TeamRecord, call: str, at: datetime = NOON, **given: Any) -> Revealed:
    return record.confidentiality.reveal(GrantKind.CALLBACK, call, by=boss(at, **given))


def denials(events: Events) -> list[str]:
    return [e.reason for e in events() if isinstance(e, RevealWeek.RevealDenied)]


def test_a_reveal_gives_the_contact_and_is_on_record(team: TeamRecord, events: Events) -> None:
    call = call_about(team, 1)

    shown = look(team, call)

    on_record = events()[-1]
    assert (shown.name, shown.phone) == ("陈小明", "13800000001")
    assert isinstance(on_record, RevealWeek.ContactRevealed)
    assert (on_record.viewer_id, on_record.owner_id, on_record.team_id) == ("S1", "A1", "T1")
    assert (on_record.ticket, on_record.views_left) == (call, 2)


def test_a_call_that_is_not_prepared_opens_nothing(team: TeamRecord, events: Events) -> None:
    with pytest.raises(NotPrepared):
        look(team, call_about(team, 1, prepared=False))

    assert denials(events) == ["not_prepared"]


def test_a_call_that_nobody_listed_opens_nothing(team: TeamRecord, events: Events) -> None:
    before = len(events())

    with pytest.raises(UnknownGrant):
        look(team, "K-9")

    assert len(events()) == before


def test_another_supervisors_call_opens_nothing(team: TeamRecord, events: Events) -> None:
    call = call_about(team, 1)

    with pytest.raises(NotYours):
        team.confidentiality.reveal(GrantKind.CALLBACK, call, by=a_by("S2", Role.SUPERVISOR))

    assert (events()[-1].viewer_id, events()[-1].reason) == ("S2", "not_yours")


@pytest.mark.parametrize(("hours", "seen"), [(23.9, True), (24, False)])
def test_a_prepared_call_opens_a_number_for_a_day(
    team: TeamRecord, hours: float, seen: bool
) -> None:
    call = call_about(team, 1)

    if seen:
        assert look(team, call, NOON + hours * HOUR).phone
    else:
        with pytest.raises(GrantExpired):
            look(team, call, NOON + hours * HOUR)


def test_a_call_opens_a_number_three_times_however_often_it_is_prepared(
    team: TeamRecord, events: Events
) -> None:
    call = call_about(team, 1)
    for minutes in range(3):
        look(team, call, NOON + timedelta(minutes=minutes))
    team.callbacks.prepare(call, READY, by=boss(NOON + HOUR))

    with pytest.raises(ViewsUsedUp):
        look(team, call, NOON + HOUR)

    assert denials(events) == ["views_used_up"]


def test_an_answered_call_opens_nothing_any_more(team: TeamRecord) -> None:
    call = call_about(team, 1)
    team.callbacks.attempt(call, AttemptResult.ANSWERED, by=boss())
    team.callbacks.record_outcome(call, Answer(CallbackOutcome.CONFIRMED), by=boss())

    with pytest.raises(AlreadyAnswered):
        look(team, call)


def test_five_customers_a_day_and_no_sixth(team: TeamRecord, events: Events) -> None:
    calls = [call_about(team, no) for no in range(DAY_QUOTA + 1)]
    for call in calls[:DAY_QUOTA]:
        look(team, call)

    with pytest.raises(QuotaReached) as refused:
        look(team, calls[-1])

    assert refused.value.facts == {"limit": 5, "period": "day"}
    assert denials(events) == ["quota_reached"]


def test_a_second_look_at_the_same_customer_takes_nothing_from_the_quota(team: TeamRecord) -> None:
    calls = [call_about(team, no) for no in range(DAY_QUOTA)]
    for call in calls:
        look(team, call)

    assert look(team, calls[0]).phone


def test_twenty_customers_a_week_and_no_more_until_monday(team: TeamRecord) -> None:
    monday = NOON - timedelta(days=4)
    for no in range(WEEK_QUOTA):
        day = monday + timedelta(days=no // DAY_QUOTA)
        look(team, call_about(team, no, day), day)
    friday, next_monday = monday + timedelta(days=4), monday + timedelta(days=7)

    with pytest.raises(QuotaReached) as refused:
        look(team, call_about(team, 98, friday), friday)

    assert refused.value.facts == {"limit": 20, "period": "week"}
    assert look(team, call_about(team, 99, next_monday), next_monday).phone


def test_views_are_counted_over_the_turn_of_the_week(team: TeamRecord) -> None:
    sunday = NOON + timedelta(days=2)
    call = call_about(team, 1, sunday)
    for minutes in range(3):
        look(team, call, sunday + timedelta(minutes=minutes))

    with pytest.raises(ViewsUsedUp):
        look(team, call, sunday + timedelta(hours=20))


def test_a_lost_answer_may_be_asked_for_again_for_five_minutes(
    team: TeamRecord, events: Events
) -> None:
    call, command = call_about(team, 1), uuid4()
    look(team, call, command_id=command)
    on_record = len(events())

    again = look(team, call, NOON + timedelta(minutes=5), command_id=command)
    with pytest.raises(GrantExpired):
        look(team, call, NOON + timedelta(minutes=6), command_id=command)

    assert (again.phone, again.receipt.repeated) == ("13800000001", True)
    assert len(events()) == on_record


def test_a_repeat_opens_nothing_after_the_call(team: TeamRecord) -> None:
    call, command = call_about(team, 1), uuid4()
    look(team, call, command_id=command)
    team.callbacks.attempt(call, AttemptResult.ANSWERED, by=boss())
    team.callbacks.record_outcome(call, Answer(CallbackOutcome.CONFIRMED), by=boss())

    with pytest.raises(AlreadyAnswered):
        look(team, call, command_id=command)


def test_the_command_id_of_something_else_opens_nothing(team: TeamRecord, events: Events) -> None:
    call, command = call_about(team, 1), uuid4()
    team.callbacks.attempt(call, AttemptResult.BUSY, by=boss(command_id=command))

    with pytest.raises(CommandUsed):
        look(team, call, command_id=command)

    assert not any(isinstance(e, RevealWeek.ContactRevealed) for e in events())


def test_the_command_id_of_one_reveal_opens_no_other_customer(team: TeamRecord) -> None:
    first, second, command = call_about(team, 1), call_about(team, 2), uuid4()
    look(team, first, command_id=command)

    with pytest.raises(CommandUsed):
        look(team, second, command_id=command)


def test_a_denied_command_may_be_given_again_when_the_call_is_prepared(team: TeamRecord) -> None:
    call, command = call_about(team, 1, prepared=False), uuid4()
    with pytest.raises(NotPrepared):
        look(team, call, command_id=command)
    team.callbacks.prepare(call, READY, by=boss())

    shown = look(team, call, command_id=command)

    assert (shown.phone, shown.receipt.repeated) == ("13800000001", False)


def test_a_flood_of_refusals_does_not_fill_the_log(team: TeamRecord, events: Events) -> None:
    calls = [call_about(team, no, prepared=False) for no in range(30)]

    for call in calls + calls:
        with pytest.raises(Refusal):
            look(team, call)

    assert len(denials(events)) == 20


def test_without_the_append_there_is_no_reveal(
    team: TeamRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = call_about(team, 1)

    def broken(*_: Any, **__: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(team.recorder, "insert_events", broken)

    with pytest.raises(Exception, match="no space left"):
        look(team, call)


def test_how_far_a_grant_still_goes(team: TeamRecord) -> None:
    call = call_about(team, 1)
    look(team, call)

    still = team.confidentiality.still_open(GrantKind.CALLBACK, call, NOON)

    assert (still.until, still.views_left) == (NOON + timedelta(hours=24), 2)
