"""Calendars, thresholds, checklist and phrases as JSON."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Branch

ROWS = {"rows": [{"finding": "no_daily_summary", "symptom": "心得没有写"}]}
COMMANDS = (
    ("calendars", {"year": 2026, "days_off": ["2026-10-01"], "make_up_days": [], "origin": "通知"}),
    ("review-checklist", ROWS),
    ("phrases", {"phrases": [{"kind": "praise", "text": "好样的"}]}),
)


@pytest.mark.parametrize(("name", "body"), COMMANDS)
def test_the_administrator_sets_it_and_nobody_else(
    branch: Branch, name: str, body: dict[str, Any]
) -> None:
    assert branch.ask("S1", "POST", f"/rulebook/{name}", body).status_code == 403

    assert branch.ask("M1", "POST", f"/rulebook/{name}", body).status_code == 201


def test_a_checklist_row_that_does_not_exist_is_refused(branch: Branch) -> None:
    body = {"rows": [{"finding": "no_smile"}]}

    assert branch.ask("M1", "POST", "/rulebook/review-checklist", body).status_code == 422
