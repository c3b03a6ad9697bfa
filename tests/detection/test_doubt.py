"""A branch may have nobody who makes visits up; then the same calls weigh less against anybody."""

from dataclasses import replace

import pytest

from domain.detection.evidence import Outcome, log_bayes_factor, logit, weigh
from domain.detection.judgement import AS_PUBLISHED, BranchFit, judge_agent
from domain.detection.ladder import Missing
from domain.detection.pooling import NOBODY, Doubts, doubts
from domain.detection.suspicion import SignalFound, Suspicion
from domain.words import CallbackOutcome

from .conftest import MakeCalls

CONFIRM, DENY = Outcome.CONFIRM, Outcome.DENY
DENIED = CallbackOutcome.DENIED
STRIKING = Suspicion("A1", 4.0, -1.0, (SignalFound("new_again", 1.8, 5.0, 9, 80, 1.5),))
HONEST = (0.0, log_bayes_factor([CONFIRM] * 3))
FABRICATOR = (2.5, log_bayes_factor([DENY, DENY, CONFIRM]))


def a_branch(fabricators: int, honest: int = 80) -> dict[str, tuple[float, float]]:
    told = [FABRICATOR] * fabricators + [HONEST] * honest
    return {f"A{i:03d}": found for i, found in enumerate(told)}


def doubtful(doubt: float) -> BranchFit:
    return replace(AS_PUBLISHED, doubts=Doubts(doubt, {}))


def test_confirmed_visits_everywhere_make_it_likely_that_nobody_makes_visits_up() -> None:
    assert doubts(a_branch(0)).all > 2 * NOBODY


def test_some_contradicted_agents_take_the_doubt_away() -> None:
    assert doubts(a_branch(8)).all < 0.01


def test_without_calls_the_doubt_is_what_is_presumed_of_any_branch() -> None:
    assert doubts({}).all == pytest.approx(NOBODY)


def test_the_own_calls_of_an_agent_do_not_take_the_agents_doubt_away() -> None:
    unlucky = doubts(a_branch(1))
    clean = doubts(a_branch(0))

    assert unlucky.of("A000") == pytest.approx(clean.all)
    assert unlucky.of("nobody_called") < clean.all


def test_the_more_doubt_the_less_the_same_calls_weigh() -> None:
    told = [weigh(STRIKING, [DENY, DENY], doubt=doubt) for doubt in (0.0, 0.2, 0.9)]

    assert told[0].posterior > told[1].posterior > told[2].posterior


@pytest.mark.parametrize("doubt", [0.01, 0.5, 0.99])
def test_the_doubt_is_an_item_and_lowers_the_prior_by_bayes(doubt: float) -> None:
    plain, told = weigh(STRIKING, []), weigh(STRIKING, [], doubt=doubt)

    assert sum(item.weight for item in told.items) == pytest.approx(told.log_odds, abs=1e-9)
    assert told.log_odds == pytest.approx(logit((1.0 - doubt) * plain.posterior))


def test_a_doubtful_branch_has_the_strict_line_and_asks_for_one_more_customer(
    calls: MakeCalls,
) -> None:
    sure, unsure = (
        judge_agent("A1", STRIKING, calls([DENIED] * 2), fit=doubtful(doubt))
        for doubt in (0.0, 0.2)
    )

    assert sure.alert
    assert unsure.posterior > sure.line
    assert unsure.missing == (Missing.PROBABILITY, Missing.CONTRADICTIONS)
    assert unsure.line == 0.99


def test_the_doubt_is_told_as_counter_evidence(calls: MakeCalls) -> None:
    judged = judge_agent("A1", STRIKING, calls([DENIED]), fit=doubtful(0.3))

    assert "branch_without" in {item.name for item in judged.counter_items}
