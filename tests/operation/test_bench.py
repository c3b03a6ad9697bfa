"""`shilu bench` measures what it says, and says what it measured beside what is to be held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from shilu.bench import append, command, post, posting
from shilu.bench.figure import Figure, at_share
from shilu.bench.office import Office
from shilu.cli import main


def two_figures(_folder: Path, _url: str) -> Iterator[Figure]:
    yield Figure("speed", 120, 100, "events/s", at_least=True, beside="bare 150")
    yield Figure("memory", 420, 300, "MB")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A command line whose only part tells two figures."""
    for part in list(command.PARTS):
        monkeypatch.delitem(command.PARTS, part)
    monkeypatch.setitem(command.PARTS, "made", two_figures)
    return CliRunner()


def test_a_floor_and_a_ceiling_are_held_from_their_own_side() -> None:
    assert Figure("floor", 5, 4, "x", at_least=True).met
    assert not Figure("ceiling", 5, 4, "x").met
    assert Figure("floor", 4, 4, "x", at_least=True).met
    assert Figure("ceiling", 4, 4, "x").met


def test_the_99th_percentile_is_below_one_value_in_a_hundred() -> None:
    assert at_share([float(n) for n in range(1000, 0, -1)], 0.99) == 991


def test_the_figures_are_printed_as_json_by_their_names(shown: CliRunner) -> None:
    answer = shown.invoke(main, ["bench", "--json"])

    figures = json.loads(answer.stdout)
    assert {name: (one["value"], one["goal"], one["unit"], one["met"]) for name, one in figures.items()} == {
        "speed": (120, 100, "events/s", True),
        "memory": (420, 300, "MB", False),
    }  # fmt: skip


def test_the_table_names_the_machine_and_what_was_missed(shown: CliRunner) -> None:
    lines = shown.invoke(main, ["bench"]).stdout.splitlines()

    assert "processors" in lines[0]
    assert lines[2].split()[:2] == ["speed", "120"]
    assert "MISSED" in lines[3]
    assert "bare 150" in lines[2]


def test_appending_is_measured_beside_a_bare_insert_on_both_stores(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(append, "SECONDS", 0.1)
    monkeypatch.setattr(append, "ROUNDS", 1)

    found = {figure.name: figure for figure in append.measure(tmp_path, postgres_url)}

    assert set(found) == {f"append_{s}{p}" for s in ("sqlite", "postgresql") for p in ("", "_p99")}
    assert all(figure.value > 0 for figure in found.values())


def test_a_post_with_its_proof_is_measured_beside_one_without(tmp_path: Path) -> None:
    found = post.compare(tmp_path, 10)

    assert found.pairs == 10
    assert found.bare_median > 0
    assert found.full_median > 0


def test_every_entry_that_the_load_posted_is_in_the_log(tmp_path: Path) -> None:
    office = Office(tmp_path, agents=2)
    office.found()

    with office.running("signer", "follower", "web"):
        posted = posting.post(office, 6, clients=2, and_read=True)

    positions = posted.positions
    assert len(positions) == len(set(positions)) == len(posted.read) == 6
    assert max(positions) <= office.store.reader().head()
