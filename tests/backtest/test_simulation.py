"""The simulator: the same seed, the same branch; every type of agent has honest bad habits."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from shilu.interchange import read_branch
from shilu.simulation.branch import Branch, simulate
from shilu.simulation.kinds import KINDS, ORDINARY

SMALL = replace(ORDINARY, teams=4, weeks=3)


@pytest.fixture(scope="module")
def branch() -> Branch:
    return simulate(SMALL, 7)


def test_the_same_seed_gives_the_same_branch(branch: Branch) -> None:
    assert simulate(SMALL, 7) == branch
    assert simulate(SMALL, 8).visits != branch.visits


def test_a_written_branch_reads_cleanly(branch: Branch, tmp_path: Path) -> None:
    branch.write(tmp_path)

    files = read_branch(tmp_path)

    assert not files.errors
    assert len(files.visits) == len(branch.visits)


def test_nobody_types_a_visit_in_before_it_began(branch: Branch) -> None:
    assert all(str(row["created_at"]) > str(row["start"]) for row in branch.visits)


def test_fabricators_have_made_up_visits_and_others_next_to_none(branch: Branch) -> None:
    made_up, total = defaultdict[bool, int](int), defaultdict[bool, int](int)
    for row in branch.visits:
        guilty = branch.fabricator[str(row["agent_id"])]
        made_up[guilty] += branch.fake[str(row["visit_id"])]
        total[guilty] += 1

    assert made_up[True] / total[True] > 0.2
    assert made_up[False] / total[False] < 0.03


def test_a_clean_branch_has_no_fabricator() -> None:
    clean = simulate(replace(KINDS["clean"], teams=4, weeks=2), 1)

    assert not any(clean.fabricator.values())
