"""The own funnel, and how far few figures can be trusted."""

from __future__ import annotations

import pytest

from domain.funnel import Funnel, calls_needed, wilson


def test_rates_are_told_for_five_calls() -> None:
    meetings, policies = Funnel(100, 36, 6).per(5)

    assert (meetings, policies) == (1.8, 0.3)


def test_two_policies_need_so_many_calls() -> None:
    needed = calls_needed(Funnel(100, 36, 6), 2)

    assert needed is not None
    assert needed.likely == 34
    assert needed.low < 34 < needed.high


def test_more_policies_make_the_range_narrower() -> None:
    few, many = calls_needed(Funnel(100, 36, 6), 2), calls_needed(Funnel(1000, 360, 60), 2)

    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize("funnel", [Funnel(19, 8, 3), Funnel(0, 0, 0), Funnel(100, 30, 0)])
def test_where_the_log_cannot_say_nothing_is_said(funnel: Funnel) -> None:
    assert calls_needed(funnel, 2) is None


def test_few_policies_are_called_few() -> None:
    assert Funnel(100, 36, 4).is_thin
    assert not Funnel(100, 36, 5).is_thin


def test_the_range_of_a_rate_stays_between_nothing_and_all() -> None:
    low, high = wilson(1, 20)

    assert 0 < low < 1 / 20 < high < 1
