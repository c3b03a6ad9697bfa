"""Coaching: the gate of five, what closes a session, what an agent asked for (R-71 to R-74)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.coaching import Coaching, Proposal, Session, coaching_stream
from domain.coaching_words import Method, Moment, Origin, WrongMoment
from domain.refusals import (
    BadValue,
    CoachingClosed,
    EmptyText,
    GateNotPassed,
    NotHeldYet,
    NotYours,
)
from domain.words import By, Role
from tests.domain.conftest import DAY, NOON, a_by

SESSION = Session((Method.TALK,), "练了三句开场", "每天练一遍")
TOMORROW = DAY + timedelta(days=1)


def boss(at: datetime = NOON) -> By:
    return a_by("S1", Role.SUPERVISOR, at=at)


def a_coaching(
    team: TeamRecord, origin: Origin = Origin.SUPERVISOR, coaching_id: str = "G1"
) -> str:
    asked = origin is Origin.AGENT
    moment = Moment.ASKED if asked else Moment.STUCK
    wish = "怎样开口" if asked else None
    facts = (coaching_id, "A1", "T1", "S1", moment, origin, DAY, {}, wish)
    team.coachings.propose(Proposal(*facts), by=a_by("A1") if asked else boss())
    return coaching_id


def held(team: TeamRecord) -> str:
    coaching_id = a_coaching(team)
    team.coachings.check_gate(coaching_id, (), by=boss())
    team.coachings.hold(coaching_id, SESSION, by=boss())
    return coaching_id


def last(team: TeamRecord) -> Any:
    return list(team.events.get(coaching_stream("G1")))[-1]


def test_a_session_without_the_gate_is_refused(team: TeamRecord) -> None:
    with pytest.raises(GateNotPassed) as refused:
        team.coachings.hold(a_coaching(team), SESSION, by=boss())

    assert refused.value.facts["wrong"] == ["not_checked"]


@pytest.mark.parametrize("wrong", list(WrongMoment))
def test_each_wrong_moment_stops_the_session(team: TeamRecord, wrong: WrongMoment) -> None:
    coaching_id = a_coaching(team)
    team.coachings.check_gate(coaching_id, (wrong,), by=boss())

    with pytest.raises(GateNotPassed):
        team.coachings.hold(coaching_id, SESSION, by=boss())


def test_yesterdays_gate_does_not_open_todays_session(team: TeamRecord) -> None:
    coaching_id = a_coaching(team)
    team.coachings.check_gate(coaching_id, (), by=boss())

    with pytest.raises(GateNotPassed):
        team.coachings.hold(coaching_id, SESSION, by=boss(NOON + timedelta(days=1)))


def test_to_defer_creates_a_new_date(team: TeamRecord) -> None:
    coaching_id = a_coaching(team)
    team.coachings.check_gate(coaching_id, (WrongMoment.ANGRY,), by=boss())

    team.coachings.defer(coaching_id, TOMORROW, by=boss())

    deferred = last(team)
    assert isinstance(deferred, Coaching.Deferred)
    assert (deferred.until, deferred.wrong) == (TOMORROW, (WrongMoment.ANGRY,))


def test_a_session_is_not_deferred_into_the_past(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.coachings.defer(a_coaching(team), DAY, by=boss())


def test_a_session_needs_a_method(team: TeamRecord) -> None:
    coaching_id = a_coaching(team)
    team.coachings.check_gate(coaching_id, (), by=boss())

    with pytest.raises(BadValue):
        team.coachings.hold(coaching_id, Session((), "a", "b"), by=boss())


@pytest.mark.parametrize(
    ("behaviour", "effect", "days", "refusal"),
    [
        (" ", 4, 7, EmptyText),
        ("练了", 0, 7, BadValue),
        ("练了", 6, 7, BadValue),
        ("练了", 4, 0, BadValue),
    ],
)
def test_a_session_closes_only_with_behaviour_effect_and_next_time(
    team: TeamRecord, behaviour: str, effect: int, days: int, refusal: type[Exception]
) -> None:
    coaching_id = held(team)

    with pytest.raises(refusal):
        team.coachings.evaluate(
            coaching_id, behaviour, effect, DAY + timedelta(days=days), by=boss()
        )


def test_what_has_not_taken_place_is_not_evaluated(team: TeamRecord) -> None:
    with pytest.raises(NotHeldYet):
        team.coachings.evaluate(a_coaching(team), "练了", 4, TOMORROW, by=boss())


def test_a_closed_session_takes_no_more(team: TeamRecord) -> None:
    coaching_id = held(team)
    team.coachings.evaluate(coaching_id, "练了两遍", 4, TOMORROW, by=boss())

    with pytest.raises(CoachingClosed):
        team.coachings.check_gate(coaching_id, (), by=boss())


def test_the_agent_adds_own_words_also_after_it_is_closed(team: TeamRecord) -> None:
    coaching_id = held(team)
    team.coachings.evaluate(coaching_id, "练了两遍", 4, TOMORROW, by=boss())

    team.coachings.comment(coaching_id, "敢开口了", by=a_by("A1"))

    assert last(team).words == "敢开口了"


def test_nobody_else_speaks_for_the_agent(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.coachings.comment(held(team), "敢开口了", by=a_by("A2"))


def test_what_an_agent_asked_for_is_not_left_aside(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.coachings.drop(a_coaching(team, Origin.AGENT), "没空", by=boss())


def test_a_suggestion_is_left_aside_with_a_reason(team: TeamRecord) -> None:
    coaching_id = a_coaching(team)
    with pytest.raises(EmptyText):
        team.coachings.drop(coaching_id, " ", by=boss())

    team.coachings.drop(coaching_id, "刚谈过", by=boss())

    assert isinstance(last(team), Coaching.Dropped)


def test_an_agent_asks_only_for_oneself(team: TeamRecord) -> None:
    facts = ("G9", "A2", "T1", "S1", Moment.ASKED, Origin.AGENT, DAY, {}, "帮忙")
    with pytest.raises(NotYours):
        team.coachings.propose(Proposal(*facts), by=a_by("A1"))
