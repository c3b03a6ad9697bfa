"""The handbook's table names events, pages and tests that exist."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import domain
from domain.recording import Aggregate

ROOT = Path(__file__).parents[2]
HANDBOOK = (ROOT / "docs/handbook.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in HANDBOOK.splitlines()
    if line.startswith("| R-")
]


def topics() -> set[str]:
    """Every topic an event of the domain is stored under."""
    found: set[str] = set()
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        for kind in vars(importlib.import_module(module.name)).values():
            nested = vars(kind).values() if isinstance(kind, type) else ()
            found |= {getattr(n, "TOPIC", "") for n in nested if _is_event(n)}
    return found


def _is_event(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Aggregate.Event)


def test_the_table_has_one_row_for_each_rule() -> None:
    last = {0: 4, 1: 4, 2: 5, 3: 4, 4: 3, 5: 7, 6: 5, 7: 6, 8: 5}
    rules = [f"R-{ten}{one}" for ten, end in last.items() for one in range(not ten, end + 1)]

    assert [row[0] for row in ROWS] == rules


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_event_of_a_rule_exists(row: list[str]) -> None:
    named = {f"{topic}.v1" for topic in re.findall(r"`([a-z_]+\.[a-z_]+)`", row[2])}

    assert named <= topics()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_page_of_a_rule_exists(row: list[str]) -> None:
    for page in re.findall(r"`([\w/]+\.(?:py|html))`", row[3]):
        assert (ROOT / page).is_file(), page


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_rule_has_a_test_that_exists(row: list[str]) -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", row[4])

    assert named
    for path, function in named:
        assert re.search(rf"^ *def {function}\(", (ROOT / path).read_text(), re.MULTILINE), function
