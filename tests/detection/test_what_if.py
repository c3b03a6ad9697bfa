"""What would change the picture of a case."""

from __future__ import annotations

import pytest

from domain.detection.evidence import Outcome, posterior_from_calls
from domain.detection.what_if import outcomes_of, what_if

TOLD = [("starting_point", {}), ("calls_deny", {"count": 2}), ("calls_confirm", {"count": 1})]
CALLS = [Outcome.CONFIRM, Outcome.DENY, Outcome.DENY]


def test_the_items_tell_what_the_customers_said() -> None:
    assert outcomes_of(TOLD) == CALLS


def test_enough_confirmations_take_a_case_below_its_line() -> None:
    posterior = posterior_from_calls(CALLS)

    picture = what_if(TOLD, posterior, line=0.5)

    assert picture.confirmations is not None
    more = [*CALLS, *[Outcome.CONFIRM] * picture.confirmations]
    assert posterior_from_calls(more) < 0.5
    assert posterior_from_calls(more[:-1]) >= 0.5


def test_without_one_denial_the_evidence_is_that_of_the_others() -> None:
    picture = what_if(TOLD, posterior_from_calls(CALLS), line=0.5)

    assert picture.without_one == pytest.approx(
        posterior_from_calls([Outcome.CONFIRM, Outcome.DENY])
    )


def test_the_share_comes_with_an_interval() -> None:
    low, high = what_if(TOLD, posterior_from_calls(CALLS), line=0.5).share

    assert 0.0 <= low < high <= 1.0


def test_a_case_without_contradictions_has_none_to_take_away() -> None:
    assert what_if([("calls_confirm", {"count": 1})], 0.1, line=0.05).without_one is None
