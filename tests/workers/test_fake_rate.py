"""The weekly estimate: only drawn calls, each by its chance; who was not called is left out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.words import CallbackOutcome
from tests.workers.branch import START, TEAM, Branch, at
from workers.branch_book import BranchBook, RateFacts
from workers.call_facts import Listed
from workers.fake_rate import estimate, estimates

MONDAY = START + timedelta(days=28)


def facts(book: BranchBook, *outcomes: CallbackOutcome, weight: float = 1.0) -> RateFacts:
    calls = tuple(
        Listed(f"K{n}", f"V{n}", "face_meeting", START, "A00", TEAM, "S1", f"C{n}", START)
        for n in range(len(outcomes))
    )
    for call, outcome in zip(calls, outcomes, strict=True):
        call.outcome, call.weight = outcome, weight
    return RateFacts(book.file(), calls, {"A00": 10})


@pytest.fixture
def book(tmp_path: Path) -> BranchBook:
    branch = Branch(tmp_path)
    branch.found(agents=2)
    return BranchBook(branch.record)


def test_branch_and_teams_are_estimated_from_the_drawn_calls(book: BranchBook) -> None:
    told = [CallbackOutcome.CONFIRMED] * 60 + [CallbackOutcome.DENIED] * 20

    branch, team = estimates(facts(book, *told), MONDAY)

    assert (branch.scope, team.scope) == ("branch", TEAM)
    assert (team.resolved, team.drawn, team.enough) == (80, 80, True)
    assert 0.2 < team.rate < 0.5
    assert team.low < team.rate < team.high


def test_few_calls_are_not_enough(book: BranchBook) -> None:
    (_, team) = estimates(facts(book, *[CallbackOutcome.CONFIRMED] * 10), MONDAY)

    assert not team.enough


def test_calls_set_aside_are_counted_beside(book: BranchBook) -> None:
    known = facts(book, CallbackOutcome.CONFIRMED, CallbackOutcome.CONFIRMED)
    known.drawn[0].set_aside, known.drawn[0].outcome = True, None

    (_, team) = estimates(known, MONDAY)

    assert (team.drawn, team.set_aside) == (1, 1)


def test_an_estimate_is_put_on_record_once(tmp_path: Path) -> None:
    branch = Branch(tmp_path)
    branch.found(agents=2)
    book, moment = BranchBook(branch.record), at(MONDAY, 6)

    estimate(branch.record, book, MONDAY, moment, lambda: moment)
    again = estimate(branch.record, book, MONDAY, moment, lambda: moment)

    assert again.repeated
    assert len(branch.events("rate_estimate.estimated")) == 1
