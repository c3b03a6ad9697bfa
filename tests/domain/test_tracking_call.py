"""Tracking calls: prepared, opened with care, closed with a requirement and a goal (R-60 to R-65)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.application import TeamRecord
from domain.refusals import BadValue, CallEnded, EmptyText, NotYours, UnknownMember
from domain.tracking_call import (
    Missed,
    Opening,
    Preparation,
    Talk,
    TrackingCall,
    tracking_call_id_of,
    tracking_call_stream,
)
from domain.words import By, Role
from tests.domain.conftest import DAY, NOON, a_by

EVENING = NOON + timedelta(hours=7)  # 19:00 in Shanghai
TALK = Talk(Opening.WELLBEING, "客户说再考虑", "坚持记日志", "明天约十位", "三次面谈")


def boss(at: Any = EVENING) -> By:
    return a_by("S1", Role.SUPERVISOR, at=at)


def a_call(team: TeamRecord) -> str:
    command = uuid4()
    by = a_by("S1", Role.SUPERVISOR, at=EVENING, command_id=command)
    team.tracking_calls.prepare("A1", "T1", DAY, Preparation("开口", "多约两位"), by=by)
    return tracking_call_id_of(command)


def last(team: TeamRecord, call_id: str) -> Any:
    return list(team.events.get(tracking_call_stream(call_id)))[-1]


def test_a_call_is_held_with_what_was_learnt_and_agreed(team: TeamRecord) -> None:
    call_id = a_call(team)

    team.tracking_calls.hold(call_id, TALK, by=boss())

    held = last(team, call_id)
    assert isinstance(held, TrackingCall.Held)
    assert (held.opened_with, held.requirement, held.goal) == (
        Opening.WELLBEING,
        "明天约十位",
        "三次面谈",
    )


@pytest.mark.parametrize("field", ["requirement", "goal", "learnt", "affirmation"])
def test_a_call_without_requirement_and_goal_does_not_close(team: TeamRecord, field: str) -> None:
    call_id = a_call(team)

    with pytest.raises(EmptyText) as refused:
        team.tracking_calls.hold(call_id, replace(TALK, **{field: "  "}), by=boss())

    assert refused.value.facts["field"] == field


def test_no_call_opens_on_results() -> None:
    assert "results" not in {str(opening) for opening in Opening}


@pytest.mark.parametrize(("hours", "outside"), [(0, True), (1, False), (8, False), (9, True)])
def test_a_call_outside_the_window_is_marked_and_not_refused(
    team: TeamRecord, hours: int, outside: bool
) -> None:
    call_id = a_call(team)

    team.tracking_calls.hold(call_id, TALK, by=boss(NOON + timedelta(hours=hours)))

    assert last(team, call_id).outside_window is outside


def test_a_call_is_held_once(team: TeamRecord) -> None:
    call_id = a_call(team)
    team.tracking_calls.hold(call_id, TALK, by=boss())

    with pytest.raises(CallEnded):
        team.tracking_calls.hold(call_id, TALK, by=boss())


def test_a_missed_call_can_still_be_made(team: TeamRecord) -> None:
    call_id = a_call(team)
    team.tracking_calls.miss(call_id, Missed.NO_ANSWER, by=boss())

    team.tracking_calls.hold(call_id, TALK, by=boss())

    assert isinstance(last(team, call_id), TrackingCall.Held)


def test_only_the_one_who_prepared_it_records_it(team: TeamRecord) -> None:
    call_id = a_call(team)

    with pytest.raises(NotYours):
        team.tracking_calls.hold(call_id, TALK, by=a_by("S2", Role.SUPERVISOR))


def test_a_goal_lies_in_the_days_to_come(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.tracking_calls.hold(a_call(team), replace(TALK, goal_on=date(2026, 11, 1)), by=boss())


def test_an_agent_prepares_no_tracking_call(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.tracking_calls.prepare("A1", "T1", DAY, Preparation("a", "b"), by=a_by("A1"))


def test_family_is_noted_in_few_words(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.family_notes.note("A1", "T1", "长" * 201, by=boss())


def test_only_the_agent_has_the_family_forgotten(team: TeamRecord) -> None:
    team.family_notes.note("A1", "T1", "孩子上小学", by=boss())

    with pytest.raises(NotYours):
        team.family_notes.forget("A1", by=boss())


def test_after_forgetting_another_key_seals_what_is_noted(team: TeamRecord) -> None:
    team.family_notes.note("A1", "T1", "孩子上小学", by=boss())
    before = team.family_notes.find("A1")
    assert before is not None

    team.family_notes.forget("A1", by=a_by("A1"))

    after = team.family_notes.find("A1")
    assert after is not None
    assert after.key_id != before.key_id
    with pytest.raises(UnknownMember):
        team.family_notes.forget("A1", by=a_by("A1"))
