"""The evidence sum of detection.md, section 3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.detection.evidence import (
    RULE_LEAST,
    RULE_MOST,
    Outcome,
    bayes_factor,
    posterior_from_calls,
    rule_log_odds,
    six_way,
    weigh,
)
from domain.detection.suspicion import SignalFound, Suspicion
from domain.words import CallbackOutcome

DENY, CONFIRM, NOBODY = Outcome.DENY, Outcome.CONFIRM, Outcome.NO_SUCH_PERSON
outcomes = st.lists(st.sampled_from(list(Outcome)), max_size=30)


@st.composite
def suspicions(draw: st.DrawFn) -> Suspicion | None:
    if draw(st.booleans()):
        return None
    pulls = draw(st.lists(st.floats(0, 6), max_size=6))
    usual = draw(st.floats(-4, 0))
    names = (
        "near_copies",
        "new_again",
        "no_results",
        "even_times",
        "shared_phones",
        "met_only_once",
    )
    found = [
        SignalFound(name, min(2.0, pull), pull, 1, 9, 5.0)
        for name, pull in zip(names, pulls, strict=False)
    ]
    return Suspicion("A1", usual + sum(pulls), usual, tuple(found))


@pytest.mark.parametrize(
    ("told", "factor", "posterior"),
    [
        ([DENY], 4.93, 0.402),
        ([DENY] * 2, 28.5, 0.796),
        ([DENY] * 3, 181, 0.961),
        ([DENY, CONFIRM], 3.17, 0.302),
        ([NOBODY], 3.70, 0.335),
        ([DENY] * 2 + [CONFIRM] * 6, 2.48, 0.252),
        ([CONFIRM] * 3, 0.42, 0.054),
        ([Outcome.UNREACHABLE] * 3, 0.90, 0.109),
    ],
)
def test_calls_weigh_what_the_design_page_says(
    told: list[Outcome], factor: float, posterior: float
) -> None:
    assert float(f"{bayes_factor(told):.3g}") == pytest.approx(factor, abs=0.0051)
    assert round(posterior_from_calls(told), 3) == posterior


@given(suspicions(), outcomes)
def test_the_items_add_up_to_the_score(suspicion: Suspicion | None, told: list[Outcome]) -> None:
    evidence = weigh(suspicion, told)

    assert sum(item.weight for item in evidence.items) == pytest.approx(evidence.log_odds, abs=1e-6)
    assert 0.0 <= evidence.posterior <= 1.0
    assert evidence.interval[0] <= evidence.interval[1]


@given(suspicions(), outcomes)
def test_a_confirmation_never_raises_the_probability(
    suspicion: Suspicion | None, told: list[Outcome]
) -> None:
    before, after = weigh(suspicion, told), weigh(suspicion, [*told, CONFIRM])

    assert after.posterior <= before.posterior + 1e-12


@given(suspicions(), outcomes.flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_the_order_of_calls_does_not_matter(
    suspicion: Suspicion | None, told: tuple[list[Outcome], list[Outcome]]
) -> None:
    assert weigh(suspicion, told[0]) == weigh(suspicion, told[1])


@given(st.floats(-1e6, 1e6))
def test_no_log_alone_can_accuse_or_clear(z: float) -> None:
    assert RULE_LEAST <= rule_log_odds(z) <= RULE_MOST
    assert weigh(Suspicion("A1", z, z, ()), []).posterior < 0.75


@given(suspicions(), outcomes)
def test_a_denial_speaks_against_and_a_confirmation_for_the_agent(
    suspicion: Suspicion | None, told: list[Outcome]
) -> None:
    items = {item.name: item.weight for item in weigh(suspicion, told).items}

    assert items.get("calls_deny", 1.0) > 0
    assert items.get("calls_confirm", -1.0) < 0


def test_a_wrong_number_is_weak_evidence() -> None:
    assert 1.0 < bayes_factor([Outcome.WRONG_NUMBER]) < 1.7


@pytest.mark.parametrize(
    "outcome", [CallbackOutcome.CANNOT_RECALL, CallbackOutcome.PARTLY, CallbackOutcome.NOT_ASKED]
)
def test_a_customer_who_cannot_say_is_no_evidence(outcome: CallbackOutcome) -> None:
    assert six_way(outcome) is None


def test_every_outcome_of_a_callback_is_known_to_the_table() -> None:
    silent = {CallbackOutcome.CANNOT_RECALL, CallbackOutcome.PARTLY, CallbackOutcome.NOT_ASKED}

    assert {outcome for outcome in CallbackOutcome if six_way(outcome) is None} == silent


@given(st.floats(-1e3, 1e3))
def test_a_log_that_has_proved_to_say_nothing_neither_accuses_nor_excuses(z: float) -> None:
    assert rule_log_odds(z, slope=0.0) == 0.0
