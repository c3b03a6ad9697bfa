"""How much of a branch is made up, and what honest calls look like in it."""

import numpy as np
import pytest

from domain.detection.evidence import ORDER, OUTCOME_TABLE, Outcome, counted
from domain.detection.fake_rate import (
    DrawnCall,
    assisted_rate,
    expected_rate,
    fake_rate,
    rogan_gladen,
)
from domain.detection.judgement import judge_agent
from domain.detection.pooling import AgentCalls, fitted_weights, lenient_table, pooled_table
from domain.words import CallbackOutcome

from .conftest import MakeCalls

CONFIRM, DENY = Outcome.CONFIRM, Outcome.DENY


def drawn(rate: float, calls: int, weights: tuple[float, float] = (1.0, 1.0)) -> list[DrawnCall]:
    """Calls in exactly the expected numbers; ``weights`` = (of made-up, of true visits)."""
    told = []
    for column, part in ((0, rate), (1, 1.0 - rate)):
        total = sum(row[column] for row in OUTCOME_TABLE)
        for outcome, row in zip(ORDER, OUTCOME_TABLE, strict=True):
            n = round(calls * part * row[column] / total / weights[column])
            told += [DrawnCall(outcome, weights[column])] * n
    return told


@pytest.mark.parametrize("rate", [0.0, 0.07, 0.3])
def test_the_true_rate_is_found(rate: float) -> None:
    found = fake_rate(drawn(rate, 20_000))

    assert found.rate == pytest.approx(rate, abs=0.01)
    assert found.interval[0] <= rate <= found.interval[1]
    assert rogan_gladen(drawn(rate, 20_000)) == pytest.approx(rate, abs=0.01)


def test_calls_sought_by_risk_do_not_bias_the_rate() -> None:
    sought = drawn(0.07, 20_000, weights=(0.25, 1.0))

    assert fake_rate(sought).rate == pytest.approx(0.07, abs=0.01)


def test_few_calls_give_no_rate_to_show() -> None:
    assert not fake_rate([DrawnCall(DENY, 1.0)] * 5).enough
    assert not fake_rate([]).enough


def test_mishaps_alone_are_not_above_zero() -> None:
    assert not fake_rate(drawn(0.0, 200)).above_zero


def test_without_calls_the_table_stays_as_published() -> None:
    pooled = np.array(pooled_table([]))

    published = np.array(OUTCOME_TABLE)
    assert pooled == pytest.approx(published / published.sum(axis=0))


def an_agent(*outcomes: Outcome) -> AgentCalls:
    return AgentCalls(counted(outcomes), prior=0.05)


def denials_count(agents: list[AgentCalls]) -> float:
    """Return how much likelier a denial makes it that a visit was made up, in this branch."""
    made_up, true = dict(zip(ORDER, lenient_table(pooled_table(agents)), strict=True))[DENY]
    return made_up / true


def test_annoyed_customers_of_ordinary_agents_make_denials_count_less() -> None:
    annoyed = [an_agent(DENY, *[CONFIRM] * 6)] * 30

    assert denials_count(annoyed) < 0.5 * 0.32 / 0.026


def test_denials_crowded_on_a_few_agents_excuse_less_than_the_same_spread_over_many() -> None:
    spread = [an_agent(DENY, *[CONFIRM] * 6)] * 30
    crowded = [an_agent(*[DENY] * 6, CONFIRM)] * 5 + [an_agent(*[CONFIRM] * 7)] * 25

    assert denials_count(crowded) > 2 * denials_count(spread)


def test_a_branch_without_denials_makes_none_count_more() -> None:
    table = lenient_table(pooled_table([an_agent(*[CONFIRM] * 10)] * 50))

    assert table == OUTCOME_TABLE


def test_the_judgements_steady_a_rate_of_few_calls() -> None:
    few = drawn(0.20, 60)

    steadied, alone = assisted_rate(few, 0.05), fake_rate(few)

    assert 0.05 < steadied.rate < 0.10
    assert steadied.interval[1] - steadied.interval[0] < 0.11
    assert steadied.interval[1] - steadied.interval[0] < (alone.interval[1] - alone.interval[0]) / 2


def test_many_calls_outweigh_what_the_judgements_let_expect() -> None:
    assert assisted_rate(drawn(0.20, 40_000), 0.05).rate == pytest.approx(0.20, abs=0.015)


def test_calls_that_show_nothing_do_not_pull_the_rate_to_zero() -> None:
    """The interval of such calls is cut off at 0; that does not make them surer."""
    assert assisted_rate(drawn(0.0, 150), 0.08).rate > 0.04


def test_what_is_expected_weighs_agents_by_their_visits(calls: MakeCalls) -> None:
    guilty = judge_agent("A1", None, calls([CallbackOutcome.DENIED] * 6))
    other = judge_agent("A2", None, calls([CallbackOutcome.CONFIRMED] * 20))
    judged = {"A1": guilty, "A2": other}

    assert expected_rate(judged, {"A1": 90, "A2": 10}) > expected_rate(judged, {"A1": 10, "A2": 90})
    assert expected_rate({"A2": other}, {"A2": 50}) < 0.01


def test_without_calls_the_published_base_rate_stays() -> None:
    assert fitted_weights([]).base == pytest.approx(0.12, abs=0.001)


def test_contradicted_agents_with_striking_logs_steepen_the_slope() -> None:
    telling = fitted_weights([(4.0, 4.0)] * 10 + [(-0.5, -0.8)] * 60)
    idle = fitted_weights([(4.0, -0.8)] * 10 + [(-0.5, -0.8)] * 60)

    assert telling.slope > idle.slope
    assert telling.base > idle.base
    assert telling.version != idle.version
