"""The rulebook: work modes, deadlines, calendar, scripts, thresholds."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from domain.application import TeamRecord
from domain.monthly_record import month_due_at
from domain.refusals import AlreadyExists, BadValue, EmptyText, RulebookMissing, UnknownScript
from domain.rhythm import ReviewRhythm, WorkMode
from domain.rulebook import ScriptStep
from domain.weekly_sheet import week_due_at
from domain.words import By, Role

from .conftest import DAY, a_by

SIX = tuple(ScriptStep(n, f"第{n}步", "话术") for n in range(1, 7))


def admin() -> By:
    return a_by("M1", Role.ADMINISTRATOR)


def test_a_branch_without_a_rulebook_says_so(record: TeamRecord) -> None:
    with pytest.raises(RulebookMissing):
        record.rulebook.rules()


def test_a_rulebook_is_adopted_once(team: TeamRecord) -> None:
    with pytest.raises(AlreadyExists):
        team.rulebook.adopt(by=admin())


def test_an_unknown_time_zone_is_refused(record: TeamRecord) -> None:
    with pytest.raises(BadValue):
        record.rulebook.adopt("Asia/Nowhere", by=admin())


def test_the_handbooks_mode_holds_until_another_is_defined(team: TeamRecord) -> None:
    mode = team.rulebook.rules().mode_on(DAY)

    assert (mode.calls, mode.meetings, mode.closings, mode.new_visits) == (5, 3, 1, 1)


def test_a_new_mode_holds_from_its_day_on(team: TeamRecord) -> None:
    team.rulebook.define_work_mode(WorkMode(name="6-3-1", calls=6, since=DAY), by=admin())

    rules = team.rulebook.rules()
    assert [rules.mode_on(date(2026, 11, 19)).calls, rules.mode_on(DAY).calls] == [5, 6]


def test_a_quota_of_a_hundred_calls_is_refused(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.rulebook.define_work_mode(WorkMode(calls=100), by=admin())


def test_weeks_months_and_reviews_have_their_own_terms(team: TeamRecord) -> None:
    by_default = team.rulebook.rules()
    team.rulebook.set_review_rhythm(ReviewRhythm(1, 5, 48, 96), by=admin())

    rules = team.rulebook.rules()

    monday, month = date(2026, 11, 16), date(2026, 11, 1)
    day = rules.day_of
    assert [day(week_due_at(r, monday)).day for r in (by_default, rules)] == [22, 23]
    assert [day(month_due_at(r, month)).day for r in (by_default, rules)] == [4, 6]
    assert rules.review_due_at(DAY) - by_default.review_due_at(DAY) == timedelta(hours=24)


def test_a_week_that_is_due_before_its_friday_is_refused(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.rulebook.set_review_rhythm(ReviewRhythm(week_due_after=-3), by=admin())


def test_deadlines_are_local_time(team: TeamRecord) -> None:
    team.rulebook.set_deadlines(time(20, 30), by=admin())

    assert team.rulebook.rules().due_at(DAY).isoformat() == "2026-11-20T12:30:00+00:00"


def test_a_published_calendar_decides_the_working_days(team: TeamRecord) -> None:
    team.rulebook.publish_calendar(
        2026, (DAY,), (date(2026, 11, 21),), "国务院办公厅通知", by=admin()
    )

    rules = team.rulebook.rules()
    assert [rules.is_working_day(DAY), rules.is_working_day(date(2026, 11, 21))] == [False, True]


def test_a_calendar_holds_only_days_of_its_year(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.rulebook.publish_calendar(2027, (DAY,), (), "x", by=admin())


def test_a_script_published_again_is_a_new_version(team: TeamRecord) -> None:
    for _ in range(2):
        team.rulebook.publish_script("compliant", "zh", SIX, by=admin())

    assert team.rulebook.script("compliant").version == 2


def test_a_script_has_six_steps(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.rulebook.publish_script("compliant", "zh", SIX[:5], by=admin())


def test_a_script_that_nobody_published_is_unknown(team: TeamRecord) -> None:
    with pytest.raises(UnknownScript):
        team.rulebook.script("none")


def test_one_contradiction_is_never_enough(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.rulebook.set_thresholds(0.95, 0.3, 1, "试试", by=admin())


def test_a_threshold_needs_its_reason(team: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        team.rulebook.set_thresholds(0.99, 0.3, 2, "", by=admin())
