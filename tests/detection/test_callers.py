"""What to ask a supervisor about their own callbacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.detection.callers import MadeCall, at_most, questions, usual_share
from domain.words import CallbackOutcome

CONFIRMED = MadeCall("S1", "C0", "A1", CallbackOutcome.CONFIRMED, 180.0, drawn=True)
DENIED = replace(CONFIRMED, outcome=CallbackOutcome.DENIED)


def calls(n: int) -> list[MadeCall]:
    return [replace(CONFIRMED, customer_id=f"C{i}") for i in range(n)]


def names(made: list[MadeCall], usual: float = 0.06) -> list[str]:
    return [question.name for question in questions(made, usual)]


def test_no_denials_in_a_hundred_calls_are_a_question() -> None:
    assert names(calls(100)) == ["no_denials"]


def test_a_few_calls_without_a_denial_are_none() -> None:
    assert names(calls(40)) == []


def test_the_usual_denials_are_no_question() -> None:
    assert names([*calls(94), *[DENIED] * 2, *[replace(DENIED, customer_id="C9")] * 2]) == []


def test_calls_of_seconds_are_a_question() -> None:
    assert names([replace(call, seconds=8.0) for call in calls(30)]) == ["seconds_long"]


def test_always_the_same_customers_are_a_question() -> None:
    assert names([replace(call, customer_id=f"C{i % 4}") for i, call in enumerate(calls(30))]) == [
        "same_customers"
    ]


def test_only_own_choices_are_a_question() -> None:
    assert names([replace(call, drawn=False) for call in calls(30)]) == ["own_choice"]


def test_below_twenty_calls_nothing_is_asked() -> None:
    assert names([replace(call, seconds=1.0, drawn=False) for call in calls(19)]) == []


def test_the_usual_share_is_that_of_the_branch() -> None:
    assert usual_share([*calls(90), *[DENIED] * 10]) == pytest.approx(10.5 / 110)


def test_the_tail_of_a_binomial() -> None:
    assert at_most(0, 100, 0.06) == pytest.approx(0.94**100)
