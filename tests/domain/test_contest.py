"""Contests rank habit and proof; role models consent; clinics have a diagnosis and a plan."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.application import TeamRecord
from domain.contest import Contest, contest_id_of
from domain.contest_scores import WEIGHTS, Measure, Season, podium, ranked, table_hash
from domain.refusals import (
    AlreadyDecided,
    AlreadyExists,
    BadValue,
    EmptyText,
    NotYours,
    UnknownRoleModel,
)
from domain.role_model import role_model_id
from domain.words import By, Role
from domain.workshop import Diagnosis
from tests.domain.conftest import DAY, NOON, a_by


def boss() -> By:
    return a_by("S1", Role.SUPERVISOR)


def opened(team: TeamRecord, **changes: object) -> str:
    facts: dict[str, object] = {"goal": 90, "weights": WEIGHTS} | changes
    team.contests.open("十一月", ["T1"], DAY, by=boss(), **facts)  # type: ignore[arg-type]
    return contest_id_of(DAY, ["T1"])


def test_who_logs_more_meetings_gains_nothing() -> None:
    steady, busy = Season(20, 20, 40, 40), Season(20, 20, 400, 400)

    one, other = ranked({"A": (steady, None), "B": (busy, None)}, WEIGHTS)

    assert one.points == other.points
    assert one.place == other.place == 1


def test_in_time_whole_confirmed_and_better_counts() -> None:
    good = Season(20, 20, 40, 40, 4, 4.0), Season(20, 10, 40, 20)
    weak = Season(20, 10, 40, 20, 4, 1.0), Season(20, 20, 40, 40)

    table = ranked({"weak": weak, "good": good}, WEIGHTS)

    assert [one.agent_id for one in table] == ["good", "weak"]
    assert table[0].measures[Measure.IMPROVED] > 50 > table[1].measures[Measure.IMPROVED]


def test_one_denial_of_one_call_does_not_ruin_a_season() -> None:
    called = Season(20, 20, 40, 40, 1, 0.0)

    (one,) = ranked({"A": (called, None)}, WEIGHTS)

    assert one.measures[Measure.CONFIRMED] > 60


def test_no_more_than_the_better_half_is_shown() -> None:
    seasons = {f"A{n}": (Season(20, 20 - n, 40, 40), None) for n in range(8)}
    table = ranked(seasons, WEIGHTS)

    assert [one.agent_id for one in podium(table)] == ["A0", "A1", "A2"]
    assert [one.agent_id for one in podium(table[:3])] == ["A0"]


def test_the_weights_are_data() -> None:
    only_time = {Measure.ON_TIME: 100}
    table = ranked({"A": (Season(20, 10, 1, 0), None)}, only_time)

    assert table[0].points == 50.0


def test_the_same_table_has_the_same_hash_and_another_has_not() -> None:
    table = ranked({"A": (Season(20, 19, 40, 40), None)}, WEIGHTS)
    other = ranked({"A": (Season(20, 18, 40, 40), None)}, WEIGHTS)

    assert table_hash(table) == table_hash(list(table))
    assert table_hash(table) != table_hash(other)


def test_a_season_lasts_four_weeks_and_is_opened_once(team: TeamRecord) -> None:
    contest_id = opened(team)

    contest = team.contests.find(contest_id)
    assert contest is not None
    assert contest.ends_on == DAY + timedelta(days=27)
    with pytest.raises(AlreadyExists):
        opened(team)


@pytest.mark.parametrize("changes", [{"goal": 0}, {"weights": {Measure.ON_TIME: 90}}])
def test_goal_and_weights_are_per_cent(team: TeamRecord, changes: dict[str, object]) -> None:
    with pytest.raises(BadValue):
        opened(team, **changes)


def test_a_table_is_made_final_once(team: TeamRecord) -> None:
    contest_id = opened(team)
    table = ranked({"A1": (Season(20, 19, 40, 40), None)}, WEIGHTS)
    by = By("system", Role.SYSTEM, NOON, NOON, boss().command_id, "worker")

    (first,) = team.contests.frozen(contest_id, table, 95, by)

    (event,) = first.pending_events
    assert isinstance(event, Contest.StandingFrozen)
    assert (event.top, event.table_hash) == (("A1",), table_hash(table))


def test_an_agent_is_shown_only_with_their_consent(team: TeamRecord) -> None:
    model = role_model_id("A1", DAY)
    team.role_models.name("A1", DAY, "天天按时", by=boss())
    found = team.role_models.find(model)
    assert found is not None
    assert found.consents is None

    team.role_models.answer(model, consents=True, by=a_by("A1"))
    team.role_models.withdraw(model, by=a_by("A1"))

    found = team.role_models.find(model)
    assert found is not None
    assert found.consents is False
    with pytest.raises(AlreadyDecided):
        team.role_models.withdraw(model, by=a_by("A1"))


def test_nobody_consents_for_somebody_else(team: TeamRecord) -> None:
    team.role_models.name("A1", DAY, "天天按时", by=boss())

    with pytest.raises(UnknownRoleModel):
        team.role_models.answer(role_model_id("A1", DAY), consents=True, by=boss())


def test_a_clinic_needs_an_expert_a_diagnosis_and_a_plan(team: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        team.workshops.clinic(Diagnosis("A1", "A2", DAY, "没有准备", " "), by=boss())
    with pytest.raises(BadValue):
        team.workshops.clinic(Diagnosis("A1", "A1", DAY, "没有准备", "先写问题"), by=boss())

    team.workshops.clinic(Diagnosis("A1", "A2", DAY, "没有准备", "先写问题"), by=boss())


def test_speakers_of_a_sharing_session_are_of_the_team(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.workshops.share("T1", DAY, ["S9"], "三分钟写完", by=boss())
    with pytest.raises(NotYours):
        team.workshops.share("T1", DAY, ["A1"], "三分钟写完", by=a_by("A1"))

    team.workshops.share("T1", DAY, ["A1"], "三分钟写完", by=boss())
