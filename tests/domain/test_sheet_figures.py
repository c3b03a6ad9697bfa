"""Targets against what was done, and what a summary claims (R-11, R-12)."""

from __future__ import annotations

from datetime import date

import pytest

from domain.rhythm import WorkMode
from domain.sheet_figures import (
    Column,
    Feasibility,
    Figures,
    day_figures,
    feasibility,
    judge,
    last_of_month,
    monday_of,
    usual,
)
from domain.summary_claims import claims, is_reached, number, says_reached, unsupported

STEADY = [20, 22, 18, 20, 24, 20, 21, 19]


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (25, Feasibility.FEASIBLE),
        (31, Feasibility.FEASIBLE),  # 24 * 1.3 is 31.2
        (32, Feasibility.TOO_HIGH),
        (14, Feasibility.FEASIBLE),
        (13, Feasibility.TOO_LOW),
    ],
)
def test_a_target_is_judged_by_the_last_eight_weeks(target: int, verdict: Feasibility) -> None:
    assert judge(target, STEADY) is verdict


def test_from_one_policy_to_two_is_no_leap() -> None:
    assert judge(2, [1, 0, 1, 1]) is Feasibility.FEASIBLE
    assert judge(3, [1, 0, 1, 1]) is Feasibility.TOO_HIGH


def test_with_too_few_weeks_nothing_is_said() -> None:
    assert judge(100, [5, 6]) is Feasibility.UNKNOWN


def test_an_older_record_does_not_count() -> None:
    assert judge(40, [60, *STEADY]) is Feasibility.TOO_HIGH


def test_a_week_of_leave_is_no_week_of_nothing() -> None:
    weeks = [Figures(calls=20), Figures(), Figures(calls=20), Figures(calls=20), Figures()]

    assert feasibility(Figures(calls=19), weeks)[Column.CALLS] is Feasibility.FEASIBLE
    own = usual(weeks)
    assert own is not None
    assert own.calls == 20


def test_a_days_columns_count_the_overlap_of_the_work_mode() -> None:
    kinds = {"appointment_call": 4, "face_meeting": 1, "closing_visit": 1}

    assert day_figures(kinds, WorkMode(), 1) == Figures(4, 2, 1, 0, 1)


def test_a_week_begins_on_monday_and_a_month_ends_on_its_last_day() -> None:
    assert monday_of(date(2026, 11, 22)) == date(2026, 11, 16)
    assert last_of_month(date(2026, 12, 1)) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("written", "n"),
    [("12", 12), ("两", 2), ("十", 10), ("十五", 15), ("三十", 30), ("一百二十", 120)],
)
def test_numbers_are_read_in_digits_and_in_chinese(written: str, n: int) -> None:
    assert number(written) == n


@pytest.mark.parametrize(
    ("text", "column", "n"),
    [
        ("本周打了30通电话", Column.CALLS, 30),
        ("电话约访 25 通，不够", Column.CALLS, 25),
        ("面谈了十二位客户", Column.MEETINGS, 12),
        ("促成3次", Column.CLOSINGS, 3),
        ("这周签了两单", Column.POLICIES, 2),
        ("made 30 calls", Column.CALLS, 30),
        ("had 12 meetings", Column.MEETINGS, 12),
    ],
)
def test_a_claim_is_found_in_the_words_of_the_trade(text: str, column: Column, n: int) -> None:
    assert [(c.column, c.n) for c in claims(text)] == [(column, n)]


@pytest.mark.parametrize("text", ["", "客户担心缴费年限", "下午两点开会", "第三组很努力"])
def test_what_is_no_claim_is_left_alone(text: str) -> None:
    assert claims(text) == []


def test_a_claim_above_the_log_is_shown_and_modesty_is_not() -> None:
    done = Figures(calls=21, meetings=9)

    told = unsupported("打了30通电话，面谈8位", done)

    assert [(claim.column, claim.n) for claim in told] == [(Column.CALLS, 30)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("本周目标全部完成", True),
        ("完成了本周计划", True),
        ("没有完成本周目标", False),
        ("目标未达成，下周补上", False),
        ("reached all my targets", True),
        ("继续努力", False),
    ],
)
def test_who_says_that_the_targets_were_reached_is_heard(text: str, said: bool) -> None:
    assert says_reached(text) is said


def test_reached_is_every_column() -> None:
    assert is_reached(Figures(20, 9), Figures(25, 9))
    assert not is_reached(Figures(20, 9), Figures(25, 8))
