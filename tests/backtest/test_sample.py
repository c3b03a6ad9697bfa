"""The goals, measured on a branch from a folder whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from shilu.cli import main
from shilu.simulation.branch import Branch, simulate
from shilu.simulation.kinds import ORDINARY
from shilu.simulation.sample import TruthUnknown, answered, sample_branch

SMALL = replace(ORDINARY, teams=4, weeks=2)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("branch") / "sample"
    simulate(SMALL, 7).write(folder)
    return folder


@pytest.fixture(scope="module")
def branch(written: Path) -> Branch:
    return sample_branch(written)


def test_a_folder_gives_the_branch_that_was_written(branch: Branch) -> None:
    first = simulate(SMALL, 7)

    assert replace(branch, kind="ordinary", seed=7, days=first.days, answers=first.answers) == first


def test_the_same_seed_draws_the_same_answers(branch: Branch) -> None:
    assert answered(branch, 1) == answered(branch, 1)
    assert answered(branch, 1).answers != answered(branch, 2).answers


def test_customers_who_were_not_visited_deny_more_often(branch: Branch) -> None:
    answers = answered(branch, 1).answers
    denied = dict.fromkeys((True, False), 0)
    for visit, fake in branch.fake.items():
        denied[fake] += answers[visit] == "deny"
    made_up = sum(branch.fake.values())

    assert denied[True] / made_up > 4 * denied[False] / (len(branch.fake) - made_up)


def test_without_the_truth_nothing_can_be_measured(written: Path, tmp_path: Path) -> None:
    (tmp_path / "visits.jsonl").write_text("")

    with pytest.raises(TruthUnknown, match="truth_agents"):
        sample_branch(tmp_path)


def test_the_goals_are_printed_with_their_intervals(written: Path) -> None:
    words = ["backtest", str(written), "--report", "--seeds", "1"]

    told = CliRunner().invoke(main, words, catch_exceptions=False)

    assert told.exit_code == 0
    assert "agent AUC" in told.output
    assert "sample, 2 weeks" in told.output


def test_a_folder_without_truth_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["backtest", str(tmp_path), "--report"])

    assert told.exit_code == 2
    assert "truth_agents.jsonl" in told.output
