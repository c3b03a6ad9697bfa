"""Weights and alert lines change only upon a backtest on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.detector import Backtest, BacktestWeek, DetectorWeights
from domain.refusals import (
    AlreadyExists,
    BacktestMissing,
    EmptyText,
    NotYours,
    UnknownBacktest,
)
from domain.words import By, Role

from .conftest import DAY, a_by

Events = Callable[[], list[Any]]
WEEK = BacktestWeek(DAY, 240, {"0.95": 3, "0.99": 2})
BACKTEST = Backtest(
    "B-1", 73, 12610, 240, ("0.95", "0.99"), (WEEK,), 0.09, 0.95, "a1b2c3d4", "detection-3"
)


def admin() -> By:
    return a_by("M1", Role.ADMINISTRATOR)


@pytest.fixture
def tested(team: TeamRecord) -> TeamRecord:
    team.detectors.record_backtest(BACKTEST, by=admin())
    return team


def test_without_a_backtest_the_published_weights_are_in_force(team: TeamRecord) -> None:
    assert team.detectors.weights() is None


def test_a_line_that_was_not_backtested_is_refused(tested: TeamRecord) -> None:
    with pytest.raises(BacktestMissing):
        tested.rulebook.set_thresholds(0.97, 0.3, 2, "更稳妥", by=admin())


def test_a_backtested_line_comes_into_force_with_its_reason(tested: TeamRecord) -> None:
    tested.rulebook.set_thresholds(0.99, 0.3, 2, "更稳妥", by=admin())

    assert tested.rulebook.rules().alert_probability == 0.99


def test_weights_are_switched_on_by_an_administrator_with_a_reason(tested: TeamRecord) -> None:
    with pytest.raises(NotYours):
        tested.detectors.switch_on("B-1", "试试", by=a_by("S1", Role.SUPERVISOR))
    with pytest.raises(EmptyText):
        tested.detectors.switch_on("B-1", " ", by=admin())

    tested.detectors.switch_on("B-1", "回访支持", by=admin())

    assert tested.detectors.weights() == DetectorWeights(0.09, 0.95, "a1b2c3d4")


def test_weights_of_no_backtest_are_unknown(tested: TeamRecord) -> None:
    with pytest.raises(UnknownBacktest):
        tested.detectors.switch_on("B-2", "试试", by=admin())


def test_a_backtest_is_recorded_once_and_says_what_it_saw(
    tested: TeamRecord, events: Events
) -> None:
    with pytest.raises(AlreadyExists):
        tested.detectors.record_backtest(replace(BACKTEST, agents=1), by=admin())

    assert events()[-1].weeks == (WEEK,)
