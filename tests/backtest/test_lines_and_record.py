"""Comparing lines and budgets, pictures, and a backtest that goes on record."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.detection.records import BranchRecords
from domain.words import Role
from shilu.backtest.compare import compare
from shilu.backtest.folder import Week, replay_records
from shilu.backtest.plots import plot_choices, plot_weeks
from shilu.backtest.recorded import backtest_of, record_backtest
from shilu.backtest.speed import speeds
from tests.workers.branch import START, Branch, at, by
from workers.branch_book import BranchBook


def nobody(_done: int, _of: int) -> None:
    """Tell nobody."""


def test_lines_and_budgets_are_compared_on_the_same_branches(tmp_path: Path) -> None:
    choices = compare("small", 2, (0.9, 0.99), (1, 2), [1], nobody)
    plot_choices(choices, tmp_path / "choices.png")

    assert [(c.line, c.calls_a_day) for c in choices] == [(0.9, 1), (0.99, 1), (0.9, 2), (0.99, 2)]
    assert (tmp_path / "choices.png").read_bytes().startswith(b"\x89PNG")


def test_the_weeks_of_a_replay_are_drawn(tmp_path: Path) -> None:
    plot_weeks([Week(date(2026, 3, 6), 10, 2, {0.95: ("A1",)}, None)], tmp_path / "weeks.png")

    assert (tmp_path / "weeks.png").read_bytes().startswith(b"\x89PNG")


def test_an_empty_branch_replays_to_nothing() -> None:
    records = BranchRecords((), ())

    assert replay_records(records) == []
    assert backtest_of(records, []).weeks == ()


@pytest.fixture
def branch(tmp_path: Path) -> Branch:
    made = Branch(tmp_path)
    made.found(agents=2)
    for day in range(3):
        made.visit("A00", f"C{day}", at(START, 10 + day))
    return made


def test_the_own_past_goes_on_record_once_and_its_weights_can_be_switched_on(
    branch: Branch,
) -> None:
    def now() -> datetime:
        return datetime(2026, 4, 1, tzinfo=UTC)

    known = BranchBook(branch.record).everything()
    made, weeks = record_backtest(branch.record, known, now, "M1")
    record_backtest(branch.record, known, now, "M1")

    assert (len(weeks), made.visits) == (1, 3)
    assert len(branch.events("detector.backtested")) == 1
    admin = by("M1", Role.ADMINISTRATOR, now())
    branch.record.detectors.switch_on(made.backtest_id, "回访支持", by=admin)
    assert BranchBook(branch.record).file().fit.weights.version == made.weights_version


def test_the_figures_of_speed_are_measured() -> None:
    measured = speeds(weeks=1, teams=2, talking=(2, 1))

    assert [speed.unit for speed in measured] == ["s", "s", "s", "MB", "s", "MB", "s", "s"]
    assert all(speed.value > 0 for speed in measured)
