"""Moments for coaching as the record shows them (R-71; moments 2, 3, 6 to 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from domain.coaching_moments import LogDay, Meeting, moments
from domain.coaching_words import Moment

DAY = date(2026, 11, 2)


def days(marks: str, share: float = 1.0) -> list[LogDay]:
    """Return a day for each mark: x written, - not, h written with a wish for help."""
    return [
        LogDay(DAY + timedelta(days=no), mark in "xh", share, help_wanted=mark == "h")
        for no, mark in enumerate(marks)
    ]


def meetings(
    results: Sequence[str], kind: str = "face_meeting", customer: str = "C1"
) -> list[Meeting]:
    return [Meeting(DAY, kind, customer, result) for result in results]


def seen(marks: str, share: float = 1.0, met: Sequence[Meeting] = ()) -> set[Moment]:
    return {found.moment for found in moments(days(marks, share), met)}


@pytest.mark.parametrize(
    ("marks", "share", "moment"),
    [
        ("x-x-x-x-x-", 1.0, Moment.UNSTEADY),
        ("----------xxxxx", 1.0, Moment.WANTS_TO_IMPROVE),
        ("xxxxxxxxxx", 0.2, Moment.BELOW_STANDARD),
        ("xxxxxxx---", 1.0, Moment.NEGATIVE),
        ("xxxxxxxxxh", 1.0, Moment.ASKED),
    ],
)
def test_days_show_their_moment(marks: str, share: float, moment: Moment) -> None:
    assert moment in seen(marks, share)


def test_visits_that_came_to_nothing_are_a_setback() -> None:
    lost = meetings(["declined", "declined", "not_met", "declined", "interested"])

    assert seen("xxxxxxxxxx", met=lost) == {Moment.SETBACK}


def test_three_closing_visits_without_a_signature_are_a_big_case() -> None:
    visits = meetings(["follow_up"] * 3, "closing_visit")

    assert Moment.BIG_CASE in seen("xxxxxxxxxx", met=visits)
    assert Moment.BIG_CASE not in seen("xxxxxxxxxx", met=[*visits, *meetings(["signed"])])


@pytest.mark.parametrize("marks", ["xxxxxxxxxxxxxxxxxxxx", "xx", "", "----------"])
def test_steady_days_few_days_and_never_a_word_show_none(marks: str) -> None:
    assert seen(marks) == set()


def test_a_moment_carries_its_numbers() -> None:
    (found,) = moments(days("xxxxxxx---"), ())

    assert found.evidence == {"blank_days": 3}
