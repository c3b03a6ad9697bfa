"""The dashboard shows the figures that /metrics gives, every one of them, under names that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from service.health import REGISTRY

FILE = Path(__file__).parents[2] / "deploy/grafana-dashboard.json"


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def given() -> dict[str, str]:
    """Return the name of each sample family with that of its metric."""
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}
    return {m.name + end: m.name for m in REGISTRY.collect() for end in endings[m.type]}


def asked(dashboard: dict[str, Any]) -> str:
    return " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])


def test_every_figure_on_the_dashboard_is_given(dashboard: dict[str, Any]) -> None:
    assert set(re.findall(r"shilu_\w+", asked(dashboard))) <= set(given())


def test_every_figure_that_is_given_is_on_the_dashboard(dashboard: dict[str, Any]) -> None:
    shown = {given()[name] for name in re.findall(r"shilu_\w+", asked(dashboard))}

    assert shown == set(given().values())


def test_every_label_in_a_question_is_one_that_is_given(dashboard: dict[str, Any]) -> None:
    known = {label for c in REGISTRY._collector_to_names for label in c._labelnames}  # type: ignore[attr-defined]
    used = set(re.findall(r"by \(([^)]+)\)", asked(dashboard)))

    assert {label.strip() for group in used for label in group.split(",")} <= known | {"le"}


def test_panels_have_numbers_of_their_own_and_do_not_overlap(dashboard: dict[str, Any]) -> None:
    panels = dashboard["panels"]
    cells = [
        (x, y)
        for p in panels
        for x in range(p["gridPos"]["x"], p["gridPos"]["x"] + p["gridPos"]["w"])
        for y in range(p["gridPos"]["y"], p["gridPos"]["y"] + p["gridPos"]["h"])
    ]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_every_panel_says_what_it_shows(dashboard: dict[str, Any]) -> None:
    assert all(panel["description"] and " / " in panel["title"] for panel in dashboard["panels"])
