"""docs/asvs.csv: every level 1 and 2 requirement of OWASP ASVS 5.0 has a row, and no dead reference."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
with (ROOT / "docs/asvs.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
APPLYING = [row for row in ROWS if row["applies"] == "yes"]
SHOWN = [row for row in APPLYING if row["state"] == "shown"]
LEVELS = {"1": 70, "2": 183}  # as counted in the standard
ACCEPTED = {"V14.3.3"}  # departures on purpose, with their reasons in docs/security.md


def functions_of(path: Path) -> set[str]:
    """Return the names of the functions in a file of tests."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_requirement_has_one_row() -> None:
    counts = {level: sum(row["level"] == level for row in ROWS) for level in LEVELS}

    assert counts == LEVELS
    assert len({row["id"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", SHOWN, ids=lambda row: row["id"])
def test_what_is_shown_is_shown_by_tests_that_exist(row: dict[str, str]) -> None:
    assert row["tests"]
    for node in row["tests"].split():
        path, _, name = node.partition("::")
        assert (ROOT / path).is_file(), node
        assert name in functions_of(ROOT / path), node


def test_what_is_not_shown_says_why() -> None:
    silent = [row["id"] for row in ROWS if row not in SHOWN and not row["reason"].strip()]

    assert silent == []


def test_a_row_applies_or_not_and_its_state_is_known() -> None:
    known = {("no", ""), ("yes", "shown"), ("yes", "operator"), ("yes", "accepted")}

    assert {(row["applies"], row["state"]) for row in ROWS} <= known


def test_nothing_is_open_and_departures_are_few_and_written_down() -> None:
    paper = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    accepted = {row["id"] for row in ROWS if row["state"] == "accepted"}

    assert [row["id"] for row in ROWS if row["state"] == "open"] == []
    assert accepted == ACCEPTED
    assert all(name.removeprefix("V") in paper for name in accepted)
