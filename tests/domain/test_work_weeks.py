"""A month's work weeks: no gap, no overlap, work in each (R-24)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusals import WeeksDontFit
from domain.rhythm import Rules
from domain.work_weeks import WorkWeek, check, from_ends, suggested

DECEMBER = date(2026, 12, 1)
PLAIN = Rules()
MONTHS = st.dates(date(2020, 1, 1), date(2035, 12, 31)).map(lambda day: day.replace(day=1))


def weeks(*ends: int) -> tuple[WorkWeek, ...]:
    return from_ends(DECEMBER, [date(2026, 12, end) for end in ends])


@given(MONTHS, st.sets(st.integers(0, 30)))
def test_what_the_calendar_suggests_always_fits(month: date, off: set[int]) -> None:
    days_off = frozenset(month + timedelta(days=n) for n in off if n < 14)
    rules = Rules(days_off=days_off)

    check(month, suggested(month, rules.is_working_day), lambda _day: True)


def test_a_month_is_cut_at_its_sundays() -> None:
    found = suggested(DECEMBER, PLAIN.is_working_day)

    assert [week.last.day for week in found] == [6, 13, 20, 27, 31]


def test_a_piece_without_much_work_joins_its_neighbour() -> None:
    found = suggested(date(2026, 11, 1), PLAIN.is_working_day)  # the 1st is a Sunday

    assert (found[0].first.day, found[0].last.day) == (1, 8)
    assert (found[-1].first.day, found[-1].last.day) == (23, 30)  # the 30th is a Monday


def test_a_holiday_week_is_joined_too() -> None:
    holiday = frozenset(date(2026, 12, day) for day in (2, 3, 4))
    found = suggested(DECEMBER, Rules(days_off=holiday).is_working_day)

    assert found[0].last.day == 13


def test_ends_make_weeks_that_follow_each_other() -> None:
    assert [(w.first.day, w.last.day) for w in weeks(6, 20)] == [(1, 6), (7, 20), (21, 31)]


@pytest.mark.parametrize("ends", [(6, 6), (20, 6)])
def test_ends_go_forward(ends: tuple[int, int]) -> None:
    with pytest.raises(WeeksDontFit):
        weeks(*ends)


@pytest.mark.parametrize(
    ("spans", "problem"),
    [
        ([(1, 6), (8, 31)], "gap"),
        ([(1, 6), (6, 31)], "overlap"),
        ([(1, 30)], "gap"),
        ([(2, 31)], "gap"),
        ([(1, 4), (5, 6), (7, 31)], "no_work"),  # the 5th and 6th are a weekend
        ([], "number"),
    ],
)
def test_what_does_not_fit_is_named(spans: list[tuple[int, int]], problem: str) -> None:
    made = [WorkWeek(date(2026, 12, a), date(2026, 12, b)) for a, b in spans]

    with pytest.raises(WeeksDontFit) as refused:
        check(DECEMBER, made, PLAIN.is_working_day)

    assert refused.value.facts["problem"] == problem


def test_a_week_outside_the_month_does_not_fit() -> None:
    made = [WorkWeek(DECEMBER, date(2027, 1, 3))]

    with pytest.raises(WeeksDontFit):
        check(DECEMBER, made, PLAIN.is_working_day)
