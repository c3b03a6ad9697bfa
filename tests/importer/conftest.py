"""A branch on SQLite in a folder of its own, and interchange folders to import."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shilu.interchange import FILES
from store.branch import BranchStore
from store.migrate import migrate

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def store(tmp_path: Path) -> BranchStore:
    """An empty branch."""
    data = tmp_path / "data"
    made = BranchStore("main", data)
    migrate(made, f"sqlite:///{data}/accounts.db", None, [])
    return made


def visit(number: int, **changes: Any) -> dict[str, Any]:
    """One line of visits.jsonl: agent A1 on 3 March 2025, an hour after the one before."""
    return {
        "visit_id": f"V{number}",
        "agent_id": "A1",
        "supervisor_id": "S1",
        "date": "2025-03-03",
        "start": f"2025-03-03T{9 + number:02d}:00",
        "duration_min": 30,
        "kind": "face",
        "customer_name": f"甲乙{number}",
        "customer_phone": f"1000000000{number}",
        "remark": "谈养老补充，约下周再谈。",
        "created_at": f"2025-03-03T20:{number:02d}",
        **changes,
    }


def callback(number: int, outcome: str, **changes: Any) -> dict[str, Any]:
    """One line of callbacks.jsonl about visit number ``number``, made the day after."""
    return {
        "callback_id": f"C{number}",
        "visit_id": f"V{number}",
        "supervisor_id": "S1",
        "date": "2025-03-04",
        "design": "risk",
        "inclusion_prob": 0.25,
        "outcome": outcome,
        **changes,
    }


@pytest.fixture
def rows() -> Rows:
    """A small branch: two agents of one supervisor, three visits, a day of leave, a sale."""
    return {
        "agents.jsonl": [
            {"agent_id": "A1", "supervisor_id": "S1"},
            {"agent_id": "A2", "supervisor_id": "S1"},
        ],
        "visits.jsonl": [visit(1), visit(2, kind="closing"), visit(3, kind="new")],
        "attendance.jsonl": [
            {"agent_id": "A1", "date": "2025-03-03", "present": True},
            {"agent_id": "A2", "date": "2025-03-03", "present": False},
        ],
        "sales.jsonl": [{"agent_id": "A1", "date": "2025-03-03", "policies": 2}],
        "callbacks.jsonl": [callback(1, "confirm"), callback(2, "deny")],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Rows], Path]:
    """Write rows into an interchange folder."""

    def write(rows: Rows) -> Path:
        place = tmp_path / "branch"
        place.mkdir(exist_ok=True)
        for name in FILES:
            lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows[name]]
            (place / name).write_text("".join(lines), encoding="utf-8")
        return place

    return write
