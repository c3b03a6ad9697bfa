"""An agent's log beside the colleagues' logs."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.detection.judgement import branch_suspicions
from domain.detection.records import BranchRecords, Visit
from domain.detection.suspicion import MOST_SURPRISE, surprise
from domain.words import ActivityKind

from .conftest import MONDAY, MakeVisit

AGENTS = tuple(f"A{i:02d}" for i in range(30))


def a_branch(a_visit: MakeVisit, odd_one: str | None = None) -> list[Visit]:
    """Thirty agents with twelve visits each; the odd one calls an old customer new, again and again."""
    visits = []
    for agent in AGENTS:
        for day in range(12):
            odd = agent == odd_one and day % 2 == 1
            customer = f"{agent}-{day - 1 if odd else day}"
            kind = ActivityKind.NEW_PROSPECT_VISIT
            visits.append(a_visit(agent, MONDAY + timedelta(day), customer=customer, kind=kind))
    return visits


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=80))
def test_surprise_lies_between_nothing_and_two(values: list[float]) -> None:
    found, share = surprise(np.array(values))

    assert ((found >= 0) & (found <= MOST_SURPRISE)).all()
    assert ((share > 0) & (share <= 1)).all()
    assert (found[np.array(values) <= 0] == 0).all()


def test_the_odd_one_out_stands_out_by_name(a_visit: MakeVisit) -> None:
    seen = branch_suspicions(BranchRecords(AGENTS, tuple(a_branch(a_visit, odd_one="A07"))))

    assert max(seen, key=lambda agent: seen[agent].z) == "A07"
    assert "new_again" in {found.name for found in seen["A07"].signals}


def test_the_pulls_of_the_signals_add_up_to_z(a_visit: MakeVisit) -> None:
    seen = branch_suspicions(BranchRecords(AGENTS, tuple(a_branch(a_visit, odd_one="A07"))))

    for one in seen.values():
        assert one.usual + sum(s.pull for s in one.signals) == pytest.approx(one.z, abs=1e-9)


def test_the_order_in_which_visits_are_told_does_not_matter(a_visit: MakeVisit) -> None:
    visits = a_branch(a_visit, odd_one="A07")

    forwards = branch_suspicions(BranchRecords(AGENTS, tuple(visits)))
    backwards = branch_suspicions(BranchRecords(AGENTS, tuple(reversed(visits))))

    assert forwards == backwards


def test_a_branch_of_one_agent_without_visits_is_unsuspicious() -> None:
    seen = branch_suspicions(BranchRecords(("A1",), ()))

    assert seen["A1"].z == 0.0
    assert seen["A1"].signals == ()


def test_the_first_of_a_few_is_nobody_special(a_visit: MakeVisit) -> None:
    visits = a_branch(a_visit, odd_one="A02")
    few = tuple(visit for visit in visits if visit.agent_id in AGENTS[:5])

    alone = branch_suspicions(BranchRecords(AGENTS[:5], few))["A02"]
    among_many = branch_suspicions(BranchRecords(AGENTS, tuple(visits)))["A02"]

    assert 0 < alone.z < among_many.z / 4
