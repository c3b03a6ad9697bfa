"""The review of weeks and months: R-10 to R-14, R-20 to R-25."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.monthly_record import MonthWords
from domain.refusals import (
    AlreadyAnswered,
    AlreadyReviewed,
    CopiedRemark,
    EmptyText,
    NotYours,
    Refusal,
    ThinRemark,
    UndoTooLate,
    UnknownReview,
    UnknownSheet,
)
from domain.sheet_checklist import (
    MONTHLY,
    WEEKLY,
    ReviewedSheet,
    SheetFinding,
    SheetItem,
    Tick,
    shown_by,
    ticks,
)
from domain.sheet_figures import Feasibility, Figures
from domain.sheet_review import Care, SheetReview
from domain.weekly_sheet import WeekWords
from domain.words import By, RemarkKind, Role, SheetKind
from domain.work_weeks import from_ends

from .conftest import NOON, a_by

Events = Callable[[], list[Any]]
MONDAY = date(2026, 11, 16)
NOVEMBER = date(2026, 11, 1)
CARE = Care(RemarkKind.GUIDE, "签单前的准备做得扎实", "下周先把电话补上来")
FULL = ReviewedSheet(0, 60, 0, {}, {}, 0, False, True, True, False, (5, 5, 5, 5))


def boss(at: datetime = NOON) -> By:
    return a_by("S1", Role.SUPERVISOR, at=at)


@pytest.fixture
def handed_in(team: TeamRecord) -> TeamRecord:
    words = WeekWords("签了一单，电话不够", Figures(25))
    team.weekly_sheets.submit("A1", MONDAY, words, by=a_by())
    return team


def complete(team: TeamRecord, care: Care = CARE, **more: Any) -> None:
    team.sheet_reviews.complete("A1", SheetKind.WEEK, MONDAY, care, **{"by": boss(), **more})


def test_a_review_says_what_it_was_and_what_to_do(handed_in: TeamRecord, events: Events) -> None:
    complete(handed_in, replace(CARE, findings=(SheetFinding.PLAN_EMPTY_DAYS,)))

    told = events()[-1]
    assert isinstance(told, SheetReview.Completed)
    assert (told.evaluation, told.advice) == (CARE.evaluation, CARE.advice)
    assert told.findings == (SheetFinding.PLAN_EMPTY_DAYS,)


@pytest.mark.parametrize("field", ["evaluation", "advice"])
def test_it_cannot_be_closed_without_an_evaluation_and_advice(
    handed_in: TeamRecord, field: str
) -> None:
    with pytest.raises(EmptyText) as refused:
        complete(handed_in, replace(CARE, **{field: "  "}))

    assert refused.value.facts == {"field": field}


@pytest.mark.parametrize(
    ("care", "refusal"),
    [
        (replace(CARE, evaluation="好！"), ThinRemark),
        (replace(CARE, advice="加油"), ThinRemark),
        (replace(CARE, evaluation="继续保持，加油吧"), CopiedRemark),
    ],
)
def test_what_helps_nobody_is_held_back(
    handed_in: TeamRecord, care: Care, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        complete(handed_in, care, earlier=["继续保持 加油吧"])


def test_who_means_it_may_say_it(handed_in: TeamRecord, events: Events) -> None:
    complete(handed_in, replace(CARE, evaluation="好！"), meant=True)

    assert events()[-1].meant


def test_a_months_review_guides_the_next_calendar(team: TeamRecord, events: Events) -> None:
    by = a_by()
    weeks = from_ends(NOVEMBER, [date(2026, 11, 15)])
    team.monthly_records.divide("A1", NOVEMBER, weeks, by=by)
    words = MonthWords("上月签了三单", "先见老客户", Figures(90))
    team.monthly_records.submit("A1", NOVEMBER, words, by=a_by())

    with pytest.raises(EmptyText) as refused:
        team.sheet_reviews.complete("A1", SheetKind.MONTH, NOVEMBER, CARE, by=boss())
    assert refused.value.facts == {"field": "guidance"}
    guided = replace(CARE, guidance="十二月先排老客户")
    team.sheet_reviews.complete("A1", SheetKind.MONTH, NOVEMBER, guided, by=boss())
    assert events()[-1].guidance == "十二月先排老客户"


def test_what_was_not_handed_in_is_not_reviewed(team: TeamRecord) -> None:
    team.weekly_sheets.write("A1", MONDAY, WeekWords("还没写完"), by=a_by())

    with pytest.raises(UnknownSheet):
        complete(team)


def test_a_sheet_is_reviewed_once(handed_in: TeamRecord) -> None:
    complete(handed_in)

    with pytest.raises(AlreadyReviewed):
        complete(handed_in)


@pytest.mark.parametrize("by", [a_by(), a_by("A2"), a_by("M1", Role.ADMINISTRATOR)])
def test_only_who_leads_reviews(handed_in: TeamRecord, by: By) -> None:
    with pytest.raises(NotYours):
        complete(handed_in, by=by)


def test_the_agent_reads_it_once_and_may_answer(handed_in: TeamRecord, events: Events) -> None:
    complete(handed_in)
    handed_in.sheet_reviews.read("A1", SheetKind.WEEK, MONDAY, by=a_by(), reply=" 好的 ")

    assert events()[-1].reply == "好的"
    with pytest.raises(AlreadyAnswered):
        handed_in.sheet_reviews.read("A1", SheetKind.WEEK, MONDAY, by=a_by())


def test_what_was_not_reviewed_cannot_be_read(handed_in: TeamRecord) -> None:
    with pytest.raises(UnknownReview):
        handed_in.sheet_reviews.read("A1", SheetKind.WEEK, MONDAY, by=a_by())


def test_a_repeated_command_reviews_once(handed_in: TeamRecord, events: Events) -> None:
    by = boss()
    complete(handed_in, by=by)
    complete(handed_in, by=by)

    assert sum(isinstance(e, SheetReview.Completed) for e in events()) == 1


def test_a_good_sheet_shows_nothing() -> None:
    assert shown_by(FULL, WEEKLY) == ()
    assert shown_by(FULL, MONTHLY) == ()


TOO_HIGH = {"calls": Feasibility.TOO_HIGH}
TOO_LOW = {"calls": Feasibility.TOO_LOW}


@pytest.mark.parametrize(
    ("checklist", "sheet", "finding", "rule"),
    [
        (WEEKLY, replace(FULL, missing=1), SheetFinding.COLUMNS_EMPTY, "R-10"),
        (WEEKLY, replace(FULL, feasibility=TOO_HIGH), SheetFinding.TARGETS_TOO_HIGH, "R-11"),
        (WEEKLY, replace(FULL, feasibility=TOO_LOW), SheetFinding.TARGETS_TOO_LOW, "R-11"),
        (WEEKLY, replace(FULL, summary_length=5), SheetFinding.SUMMARY_THIN, "R-12"),
        (WEEKLY, replace(FULL, claims=1), SheetFinding.SUMMARY_UNSUPPORTED, "R-12"),
        (WEEKLY, replace(FULL, empty_days=2), SheetFinding.PLAN_EMPTY_DAYS, "R-13"),
        (WEEKLY, replace(FULL, next_feasibility=TOO_HIGH), SheetFinding.PLAN_TOO_HIGH, "R-13"),
        (WEEKLY, replace(FULL, serves_team=False), SheetFinding.PLAN_WITHOUT_TEAM, "R-13"),
        (MONTHLY, replace(FULL, empty_weeks=True), SheetFinding.CALENDAR_EMPTY, "R-20"),
        (MONTHLY, replace(FULL, missing=1), SheetFinding.COLUMNS_EMPTY, "R-21"),
        (MONTHLY, replace(FULL, feasibility=TOO_HIGH), SheetFinding.TARGETS_TOO_HIGH, "R-21"),
        (MONTHLY, replace(FULL, claims=2), SheetFinding.SUMMARY_UNSUPPORTED, "R-22"),
        (MONTHLY, replace(FULL, below_share=True), SheetFinding.BELOW_TEAM_SHARE, "R-23"),
        (MONTHLY, replace(FULL, week_lengths=(2, 6)), SheetFinding.WEEKS_UNEVEN, "R-24"),
    ],
)
def test_each_symptom_is_found_by_its_rule(
    checklist: tuple[SheetItem, ...], sheet: ReviewedSheet, finding: SheetFinding, rule: str
) -> None:
    assert [(item.finding, item.rule) for item in shown_by(sheet, checklist)] == [(finding, rule)]


def test_a_team_without_goals_blames_nobody_for_not_serving_them() -> None:
    assert shown_by(replace(FULL, team_goals=False, serves_team=False), WEEKLY) == ()


def test_a_week_has_the_handbooks_four_ticks() -> None:
    assert ticks(WEEKLY) == (Tick.COMPLETE, Tick.FEASIBLE, Tick.OBJECTIVE, Tick.WITH_TEAM)


def test_a_review_is_taken_back_within_ten_minutes_and_given_anew(
    handed_in: TeamRecord, events: Events
) -> None:
    complete(handed_in)

    at = NOON + timedelta(minutes=10)
    handed_in.sheet_reviews.withdraw("A1", SheetKind.WEEK, MONDAY, by=boss(at))

    assert handed_in.sheet_reviews.find("A1", SheetKind.WEEK, MONDAY) is None
    complete(handed_in, replace(CARE, advice="下周每天早上先打五个电话"))
    assert handed_in.sheet_reviews.find("A1", SheetKind.WEEK, MONDAY) is not None
    said = [e.advice for e in events() if isinstance(e, SheetReview.Completed)]
    assert said == [CARE.advice, "下周每天早上先打五个电话"]  # what was taken back stays on record


def test_a_review_is_not_taken_back_later_by_others_or_after_it_was_read(
    handed_in: TeamRecord,
) -> None:
    reviews, week = handed_in.sheet_reviews, ("A1", SheetKind.WEEK, MONDAY)
    with pytest.raises(UnknownReview):
        reviews.withdraw(*week, by=boss())
    complete(handed_in)

    with pytest.raises(UndoTooLate):
        reviews.withdraw(*week, by=boss(NOON + timedelta(minutes=11)))
    with pytest.raises(NotYours):
        reviews.withdraw(*week, by=a_by("U1", Role.UPPER_SUPERVISOR))
    reviews.read(*week, by=a_by())
    with pytest.raises(UndoTooLate):
        reviews.withdraw(*week, by=boss())
