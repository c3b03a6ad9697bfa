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
STILL_OPEN = 80  # may only fall: what a test shows once stays shown


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
    known = {("no", ""), ("yes", "shown"), ("yes", "operator"), ("yes", "open")}

    assert {(row["applies"], row["state"]) for row in ROWS} <= known


def test_what_is_open_grows_fewer() -> None:
    assert sum(row["state"] == "open" for row in ROWS) <= STILL_OPEN
