"""The monthly record and the team's goals: R-20 to R-24."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.monthly_record import MonthlyRecord, MonthWords, month_due_at
from domain.refusals import (
    AlreadySubmitted,
    BadValue,
    EmptyText,
    NotYours,
    SheetIncomplete,
    Stale,
    UnknownTeam,
    WeeksDontFit,
)
from domain.rhythm import Rules
from domain.sheet_figures import Figures
from domain.team_goal import TeamGoal
from domain.words import By, Role
from domain.work_weeks import WorkWeek, from_ends

from .conftest import a_by, an_activity

Events = Callable[[], list[Any]]
DECEMBER = date(2026, 12, 1)
FIRST = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)  # a Tuesday, 12:00 in Shanghai
GOALS = Figures(90, 50, 16, 16, 4)
WHOLE = MonthWords("上月签了三单", "先见老客户", GOALS)
WEEKS = from_ends(DECEMBER, [date(2026, 12, 13)])


def me(at: datetime = FIRST) -> By:
    return a_by(at=at)


def boss() -> By:
    return a_by("S1", Role.SUPERVISOR, at=FIRST)


@pytest.fixture
def divided(team: TeamRecord) -> TeamRecord:
    team.monthly_records.divide("A1", DECEMBER, WEEKS, by=me())
    return team


def test_a_divided_month_keeps_its_weeks(divided: TeamRecord, events: Events) -> None:
    assert events()[-1].weeks == WEEKS


def test_weeks_with_a_gap_are_refused(team: TeamRecord) -> None:
    gap = [WorkWeek(DECEMBER, date(2026, 12, 6)), WorkWeek(date(2026, 12, 8), date(2026, 12, 31))]

    with pytest.raises(WeeksDontFit):
        team.monthly_records.divide("A1", DECEMBER, gap, by=me())


def test_a_record_is_handed_in_with_last_months_results(
    divided: TeamRecord, events: Events
) -> None:
    divided.daily_logs.log_activity("A1", an_activity(late_reason="测试"), by=me())

    divided.monthly_records.submit("A1", DECEMBER, WHOLE, by=me())

    told = events()[-1]
    assert isinstance(told, MonthlyRecord.Submitted)
    assert (told.results["meetings"], told.on_time) == (1, True)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (MonthWords(None, "先见老客户", GOALS), ["summary"]),
        (MonthWords("上月签了三单", None, GOALS), ["plan"]),
        (MonthWords("上月签了三单", "先见老客户"), ["goals"]),
    ],
)
def test_what_is_missing_is_named(divided: TeamRecord, words: MonthWords, parts: list[str]) -> None:
    with pytest.raises(SheetIncomplete) as refused:
        divided.monthly_records.submit("A1", DECEMBER, words, by=me())

    assert refused.value.facts == {"parts": parts}


def test_a_month_that_is_not_divided_is_not_handed_in(team: TeamRecord) -> None:
    with pytest.raises(SheetIncomplete) as refused:
        team.monthly_records.submit("A1", DECEMBER, WHOLE, by=me())

    assert refused.value.facts == {"parts": ["work_weeks"]}


def test_goals_stand_beside_the_teams_as_it_was_then(divided: TeamRecord, events: Events) -> None:
    divided.team_goals.set("T1", DECEMBER, Figures(200), by=boss())

    divided.monthly_records.write("A1", DECEMBER, WHOLE, by=me())

    assert events()[-1].team_goals["calls"] == 200


def test_a_record_is_handed_in_once(divided: TeamRecord) -> None:
    divided.monthly_records.submit("A1", DECEMBER, WHOLE, by=me())

    with pytest.raises(AlreadySubmitted):
        divided.monthly_records.divide("A1", DECEMBER, WEEKS, by=me())


def test_a_late_record_is_marked_and_not_refused(divided: TeamRecord, events: Events) -> None:
    late = me(datetime(2026, 12, 8, 4, 0, tzinfo=UTC))
    divided.monthly_records.submit("A1", DECEMBER, WHOLE, by=late)

    assert not events()[-1].on_time


def test_the_record_is_due_on_the_third_working_day() -> None:
    holiday = Rules(days_off=frozenset({date(2026, 12, 2)}))

    assert month_due_at(holiday, DECEMBER).date() == date(2026, 12, 4)


@pytest.mark.parametrize("month", [date(2026, 12, 2), date(2027, 2, 1), date(2026, 8, 1)])
def test_a_month_is_near_and_begins_on_its_first(team: TeamRecord, month: date) -> None:
    with pytest.raises(BadValue):
        team.monthly_records.write("A1", month, WHOLE, by=me())


def test_nobody_writes_anothers_record(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.monthly_records.write("A1", DECEMBER, WHOLE, by=boss())


def test_who_saw_an_older_record_is_told(divided: TeamRecord) -> None:
    with pytest.raises(Stale):
        divided.monthly_records.write("A1", DECEMBER, WHOLE, by=me(), expected=0)


def test_a_supervisor_sets_the_teams_goals(team: TeamRecord, events: Events) -> None:
    team.team_goals.set("T1", DECEMBER, GOALS, by=boss(), focus=" 开门红 ")

    told = events()[-1]
    assert isinstance(told, TeamGoal.Set)
    assert (told.goals["policies"], told.focus) == (4, "开门红")


def test_a_change_of_the_teams_goals_needs_a_reason(team: TeamRecord, events: Events) -> None:
    team.team_goals.set("T1", DECEMBER, GOALS, by=boss())

    with pytest.raises(EmptyText):
        team.team_goals.set("T1", DECEMBER, Figures(1), by=boss())
    team.team_goals.set("T1", DECEMBER, Figures(1), by=boss(), reason="少一位伙伴")
    assert events()[-1].reason == "少一位伙伴"


def test_an_agent_sets_no_team_goal(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.team_goals.set("T1", DECEMBER, GOALS, by=me())


def test_a_team_that_does_not_exist_has_no_goals(team: TeamRecord) -> None:
    with pytest.raises(UnknownTeam):
        team.team_goals.set("T9", DECEMBER, GOALS, by=boss())
