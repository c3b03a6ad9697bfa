"""Whatever a branch looks like, what is shown of a judgement adds up to its score."""

from datetime import timedelta
from math import exp

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.detection.judgement import judge_branch
from domain.detection.records import BranchRecords, Callback, Sale
from domain.words import ActivityKind, CallbackOutcome

from .conftest import MONDAY, MakeVisit

AGENTS = tuple(f"A{n}" for n in range(6))
KINDS = (
    ActivityKind.NEW_PROSPECT_VISIT,
    ActivityKind.FACE_MEETING,
    ActivityKind.CLOSING_VISIT,
)
visits = st.lists(
    st.tuples(
        st.sampled_from(AGENTS),
        st.integers(0, 20),  # day
        st.integers(7, 21),  # hour
        st.sampled_from(KINDS),
        st.integers(0, 12),  # customer
        st.sampled_from((None, "客户对产品很有兴趣再联系", "谈教育金，约下周再谈一次")),
    ),
    max_size=80,
)
answers = st.lists(st.sampled_from(list(CallbackOutcome)), max_size=40)


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=visits, said=answers)
def test_the_items_of_every_agent_add_up_to_the_score(
    a_visit: MakeVisit,
    told: list[tuple[str, int, int, ActivityKind, int, str | None]],
    said: list[CallbackOutcome],
) -> None:
    logged = tuple(
        a_visit(a, MONDAY + timedelta(d), f"{h:02d}:00", kind=k, customer=f"C{c}", remark=r)
        for a, d, h, k, c, r in told
    )
    calls = tuple(
        Callback(f"K{n}", v.visit_id, v.agent_id, v.customer, v.day + timedelta(1), outcome)
        for n, (v, outcome) in enumerate(zip(logged, said, strict=False))
    )

    judged = judge_branch(BranchRecords(AGENTS, logged, calls, sales=(Sale("A1", MONDAY, 2),)))

    for one in judged.values():
        total = sum(item.weight for item in one.items)
        assert total == pytest.approx(one.log_odds, abs=1e-6)
        assert one.posterior == pytest.approx(1 / (1 + exp(-total)), abs=1e-6)
        mine = [item for item in one.items[1:] if item.weight < 0]
        assert all(item in one.counter_items for item in mine)
