"""The weekly sheet: R-10 to R-13."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.refusals import (
    AlreadySubmitted,
    BadValue,
    NotYours,
    SheetIncomplete,
    Stale,
    TargetsFixed,
)
from domain.sheet_figures import Figures
from domain.weekly_sheet import WeeklySheet, WeekWords
from domain.words import ActivityKind, ActivityResult, By, Role, TargetOrigin

from .conftest import NOON, a_by, an_activity

Events = Callable[[], list[Any]]
MONDAY = date(2026, 11, 16)
NEXT = MONDAY + timedelta(days=7)
TARGETS = Figures(25, 15, 5, 5, 1)
WHOLE = WeekWords("签了一单，电话不够", TARGETS)


def me(at: datetime = NOON) -> By:
    return a_by(at=at)


def test_a_sheet_is_handed_in_with_results_from_the_log(team: TeamRecord, events: Events) -> None:
    team.daily_logs.log_activity("A1", an_activity(), by=me())
    signed = an_activity(kind=ActivityKind.CLOSING_VISIT, result=ActivityResult.SIGNED)
    team.daily_logs.log_activity("A1", signed, by=me())

    team.weekly_sheets.submit("A1", MONDAY, WHOLE, by=me())

    told = events()[-1]
    assert isinstance(told, WeeklySheet.Submitted)
    assert told.results == {
        "calls": 0,
        "meetings": 2,
        "closings": 1,
        "new_visits": 0,
        "policies": 1,
    }
    assert told.on_time


def test_policies_that_the_company_counts_are_not_counted_twice(
    team: TeamRecord, events: Events
) -> None:
    signed = an_activity(kind=ActivityKind.CLOSING_VISIT, result=ActivityResult.SIGNED)
    team.daily_logs.log_activity("A1", signed, by=me())
    team.daily_logs.sign_policies("A1", date(2026, 11, 20), 1, by=a_by("system", Role.SYSTEM))

    team.weekly_sheets.submit("A1", MONDAY, WHOLE, by=me())

    assert events()[-1].results["policies"] == 1


def test_next_weeks_targets_are_this_weeks_plan(team: TeamRecord) -> None:
    team.weekly_sheets.submit("A1", MONDAY, WHOLE, by=me())

    following = team.weekly_sheets.find("A1", NEXT)
    assert following is not None
    assert following.targets == TARGETS


def test_where_targets_came_from_is_on_record(team: TeamRecord, events: Events) -> None:
    team.weekly_sheets.set_targets("A1", MONDAY, TARGETS, by=me())
    team.weekly_sheets.write("A1", MONDAY, WeekWords(None, TARGETS), by=me())

    origins = [e.origin for e in events() if isinstance(e, WeeklySheet.TargetsSet)]
    assert origins == [TargetOrigin.OWN, TargetOrigin.LAST_WEEK]


def test_targets_of_a_running_week_are_not_moved(team: TeamRecord) -> None:
    team.weekly_sheets.set_targets("A1", MONDAY, TARGETS, by=me())

    with pytest.raises(TargetsFixed):
        team.weekly_sheets.set_targets("A1", MONDAY, Figures(1), by=me())


def test_no_target_is_set_for_a_week_that_is_over(team: TeamRecord) -> None:
    with pytest.raises(TargetsFixed):
        team.weekly_sheets.set_targets("A1", MONDAY - timedelta(days=7), TARGETS, by=me())


def test_next_weeks_targets_may_change_until_it_begins(team: TeamRecord) -> None:
    for calls in (25, 30):
        words = WeekWords(None, Figures(calls))
        team.weekly_sheets.write("A1", MONDAY, words, by=me())

    following = team.weekly_sheets.find("A1", NEXT)
    assert following is not None
    assert following.targets == Figures(30)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (WeekWords(None, TARGETS), ["summary"]),
        (WeekWords("签了一单"), ["next_plan"]),
        (WeekWords(), ["summary", "next_plan"]),
    ],
)
def test_what_is_missing_is_named(team: TeamRecord, words: WeekWords, parts: list[str]) -> None:
    with pytest.raises(SheetIncomplete) as refused:
        team.weekly_sheets.submit("A1", MONDAY, words, by=me())

    assert refused.value.facts == {"parts": parts}


def test_a_first_week_without_targets_is_handed_in_and_says_so(
    team: TeamRecord, events: Events
) -> None:
    team.weekly_sheets.submit("A1", MONDAY, WHOLE, by=me())

    assert events()[-1].missing == ("targets",)


def test_a_late_sheet_is_marked_and_not_refused(team: TeamRecord, events: Events) -> None:
    team.weekly_sheets.submit("A1", MONDAY, WHOLE, by=me(NOON + timedelta(days=3)))

    assert not events()[-1].on_time


def test_a_sheet_is_handed_in_once(team: TeamRecord) -> None:
    team.weekly_sheets.submit("A1", MONDAY, WHOLE, by=me())

    with pytest.raises(AlreadySubmitted):
        team.weekly_sheets.write("A1", MONDAY, WeekWords("还有"), by=me())


def test_nobody_writes_anothers_sheet(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.weekly_sheets.submit("A1", MONDAY, WHOLE, by=a_by("S1", Role.SUPERVISOR))


@pytest.mark.parametrize("monday", [MONDAY + timedelta(days=1), NEXT, date(2026, 6, 1)])
def test_a_week_begins_on_a_monday_that_has_come_and_is_not_long_gone(
    team: TeamRecord, monday: date
) -> None:
    with pytest.raises(BadValue):
        team.weekly_sheets.submit("A1", monday, WHOLE, by=me())


def test_who_saw_an_older_sheet_is_told(team: TeamRecord) -> None:
    team.weekly_sheets.write("A1", MONDAY, WeekWords("第一句"), by=me(), expected=0)

    with pytest.raises(Stale):
        team.weekly_sheets.write("A1", MONDAY, WeekWords("第二句"), by=me(), expected=0)


def test_a_repeated_command_hands_in_once(team: TeamRecord, events: Events) -> None:
    by = me()
    team.weekly_sheets.submit("A1", MONDAY, WHOLE, by=by)
    team.weekly_sheets.submit("A1", MONDAY, WHOLE, by=by)

    assert sum(isinstance(e, WeeklySheet.Submitted) for e in events()) == 1
