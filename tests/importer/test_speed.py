"""A quarter's import stays short; a repeat is shorter still."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest

from shilu.importer import import_branch
from store.branch import BranchStore
from tests.importer.conftest import Rows, visit
from tests.importer.test_importer import Folder

AGENTS, DAYS, VISITS_A_DAY = 70, 40, 5
GOAL = 20.0  # seconds; about 4 on two quiet cores


def eight_weeks() -> Rows:
    """Fourteen thousand visits of seven teams, two thirds of them to new customers."""
    agents = [f"A{number:04d}" for number in range(AGENTS)]
    days = [date(2025, 3, 3) + timedelta(days=n + 2 * (n // 5)) for n in range(DAYS)]
    visits: list[dict[str, object]] = []
    for person, agent in enumerate(agents):
        for day in days:
            for hour in range(VISITS_A_DAY):
                number = len(visits)
                start = f"{day.isoformat()}T{10 + hour}:00"
                customer = number if number % 3 else number % 9
                visits.append(
                    visit(
                        0,
                        visit_id=f"V{number:07d}",
                        agent_id=agent,
                        supervisor_id=f"S{person // 10}",
                        date=day.isoformat(),
                        start=start,
                        customer_name=f"甲乙{person}",
                        customer_phone=f"100{customer:08d}",
                        created_at=f"{day.isoformat()}T20:{hour:02d}",
                    )
                )
    supervisors = [
        {"agent_id": agent, "supervisor_id": f"S{person // 10}"}
        for person, agent in enumerate(agents)
    ]
    empty: Rows = {"attendance.jsonl": [], "sales.jsonl": [], "callbacks.jsonl": []}
    return {"agents.jsonl": supervisors, "visits.jsonl": visits, **empty}


@pytest.mark.alone
def test_eight_weeks_of_a_branch_come_in_within_20_seconds(
    store: BranchStore, folder: Folder
) -> None:
    place = folder(eight_weeks())
    began = time.monotonic()

    first = import_branch(store, place)
    took = time.monotonic() - began
    again = import_branch(store, place)

    assert first.errors == []
    assert first.rows["visits"] == AGENTS * DAYS * VISITS_A_DAY
    assert took < GOAL
    assert again.events == 0
    assert again.seconds < took
