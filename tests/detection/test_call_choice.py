"""Whom to call next, with known probabilities."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.detection.call_choice import Candidate, draw, probabilities, seed_of

candidates = st.lists(
    st.builds(
        Candidate,
        st.uuids().map(str),
        st.sampled_from(["A1", "A2", "A3"]),
        st.floats(0, 1),
        st.floats(0.01, 100),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda one: one.visit_id,
)


@given(candidates, st.floats(0.01, 1))
def test_the_probabilities_add_up_and_none_is_below_the_random_floor(
    frame: list[Candidate], eps: float
) -> None:
    chances = probabilities(frame, eps)

    assert sum(chances) == pytest.approx(1.0)
    assert min(chances) >= eps / len(frame) * (1 - 1e-12)


def test_the_formula_of_the_design_page() -> None:
    frame = [
        Candidate("1", "A", 0.8, 3.0),
        Candidate("2", "A", 0.8, 1.0),
        Candidate("3", "B", 0.2, 1),
    ]

    chances = probabilities(frame, eps=0.3)

    assert chances[0] == pytest.approx(0.3 / 3 + 0.7 * (0.64 * 0.75) / 0.68)
    assert chances[2] == pytest.approx(0.3 / 3 + 0.7 * 0.04 / 0.68)


@given(candidates, st.integers(0, 2**63), st.randoms())
def test_the_same_seed_draws_the_same_visit_from_any_order(
    frame: list[Candidate], seed: int, chance: object
) -> None:
    turned = sorted(frame, key=lambda one: one.visit_id[::-1])

    assert draw(frame, seed) == draw(turned, seed)


def test_visits_are_drawn_as_often_as_promised() -> None:
    frame = [Candidate(str(i), f"A{i}", 0.1 + 0.2 * i, 1.0) for i in range(4)]
    chances = dict(zip("0123", probabilities(frame), strict=True))

    drawn = Counter(
        found.visit_id for seed in range(4000) if (found := draw(frame, seed)) is not None
    )

    assert all(abs(drawn[v] / 4000 - chances[v]) < 0.03 for v in chances)


def test_an_empty_frame_draws_nobody() -> None:
    assert draw([], seed=1) is None


def test_each_supervisor_and_day_has_a_seed_of_its_own() -> None:
    assert len({seed_of("S1", "2025-03-03"), seed_of("S2", "2025-03-03"), seed_of("S1", "d")}) == 3
