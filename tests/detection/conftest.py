"""Small branches for detection: plain visits of invented people."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path

import pytest

from domain.detection.records import Callback, Visit
from domain.words import ActivityKind, CallbackOutcome

MONDAY = date(2025, 3, 3)
ROOT = Path(__file__).resolve().parents[2]
MakeVisit = Callable[..., Visit]
MakeCalls = Callable[..., list[Callback]]


@pytest.fixture
def a_visit() -> MakeVisit:
    """Return a maker of innocent visits: each its own customer, hour and words."""
    numbers = count()

    def make(agent: str = "A1", day: date = MONDAY, at: str = "10:00", **facts: object) -> Visit:
        number = next(numbers)
        start = datetime.combine(day, time.fromisoformat(at))
        plain: dict[str, object] = {
            "visit_id": f"V{number:05d}",
            "agent_id": agent,
            "team_id": "S1",
            "day": day,
            "start": start,
            "minutes": 30 + number % 17,
            "kind": ActivityKind.FACE_MEETING,
            "customer": f"C{number}",
            "recorded_at": datetime.combine(day, time(19)) + timedelta(minutes=number % 60),
        }
        return Visit(**(plain | facts))  # type: ignore[arg-type]

    return make


@pytest.fixture
def calls() -> MakeCalls:
    """Return a maker of callbacks, each about another visit and customer of one agent."""

    def make(outcomes: Iterable[CallbackOutcome], agent: str = "A1") -> list[Callback]:
        return [
            Callback(f"K{i:03d}", f"V{i:05d}", agent, f"C{i}", MONDAY + timedelta(i), outcome)
            for i, outcome in enumerate(outcomes)
        ]

    return make


@pytest.fixture(scope="session")
def branch_a() -> Path:
    """Return the sample branch with its truth; it lies beside the repository."""
    folder = ROOT.parent / "shared" / "data" / "branch-a"
    if not (folder / "truth_agents.jsonl").is_file():
        pytest.fail(f"the sample branch is missing: put it at {folder} (see its data/README.md)")
    return folder
