"""Each answered callback beside its visit: contradictions, and when a human is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.words import CallbackMode, CallbackOutcome, Role, Verdict
from tests.workers.branch import START, SUPERVISOR, SUSPECT, Branch, anew, at, by
from workers.branch_book import BranchBook
from workers.fake_entries import Compared, compare

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
CALLED = at(START + timedelta(days=20), 15)
DENIED, CONFIRMED = CallbackOutcome.DENIED, CallbackOutcome.CONFIRMED


class Desk:
    """A branch whose suspect copies remarks, and the comparison."""

    def __init__(self, folder: Path) -> None:
        self.branch = Branch(folder)
        with self.branch.record.batch():
            self.branch.found(agents=20)
            self.visits = [self._honest(n) for n in range(1, 20)]
            self.invented = [self._invented(n) for n in range(12)]
        self.book = BranchBook(self.branch.record)

    def _honest(self, number: int) -> list[str]:
        agent = f"A{number:02d}"
        return [
            self.branch.visit(
                agent,
                f"C{number}-{n}",
                at(START + timedelta(days=n), 9 + (number + n) % 8, (number * 7 + n * 13) % 60),
                minutes=20 + (number * n) % 50,
                note=f"{number}家里聊到{n * 37}元的教育金和{number * n}号的体检安排",
            )
            for n in range(12)
        ]

    def _invented(self, n: int) -> str:
        day = at(START + timedelta(days=n), 10)
        return self.branch.visit(SUSPECT, f"X{n}", day, minutes=30, note="客户对产品很有兴趣再联系")

    def call(self, n: int, outcome: CallbackOutcome, **more: CallbackMode) -> str:
        """A call about the n-th visit of the suspect."""
        when = CALLED + timedelta(hours=n)
        return self.branch.call(self.invented[n], SUSPECT, f"X{n}", outcome, when, **more)

    def compare(self, callback_id: str) -> Compared | None:
        return compare(self.branch.record, self.book.file, callback_id, lambda: NOW)

    def count(self, topic: str) -> int:
        return len(self.branch.events(topic))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_one_denial_is_a_contradiction_and_never_a_case(desk: Desk) -> None:
    found = desk.compare(desk.call(0, DENIED))

    assert found is not None
    assert found.contradicted
    assert desk.count("verification_case.contradiction_detected") == 1
    assert desk.count("verification_case.case_opened") == 0


def test_a_contradiction_names_its_visit_and_what_a_denial_weighs(desk: Desk) -> None:
    callback = desk.call(0, DENIED)
    desk.compare(callback)

    (event,) = desk.branch.events("verification_case.contradiction_detected")

    assert (event["activity_id"], event["callback_id"]) == (desk.invented[0], callback)
    assert event["weight"] == pytest.approx(1.595, abs=0.01)  # ln 4.93, detection.md section 3


def test_denials_of_different_customers_and_a_log_signal_open_a_case(desk: Desk) -> None:
    asked = [desk.compare(desk.call(n, DENIED)) for n in range(4)]

    assert [found.case_asked_for for found in asked if found][-1]
    (case,) = desk.branch.events("verification_case.case_opened")
    # nobody else was called about: there may be no fabricator at all, so the strict line holds
    assert case["posterior"] >= case["threshold"] == 0.99  # type: ignore[operator]


def test_the_items_of_a_case_add_up_to_its_posterior(desk: Desk) -> None:
    from math import exp

    for n in range(4):
        desk.compare(desk.call(n, DENIED))
    (case,) = desk.branch.events("verification_case.case_opened")

    log_odds = sum(item["weight"] for item in case["items"])  # type: ignore[attr-defined]

    assert 1 / (1 + exp(-log_odds)) == pytest.approx(case["posterior"], abs=1e-6)


def test_a_case_waits_for_a_human_and_no_second_one_is_opened(desk: Desk) -> None:
    for n in range(6):
        desk.compare(desk.call(n, DENIED))

    assert desk.count("verification_case.case_opened") == 1
    assert desk.count("verification_case.decided") == 0


def test_what_a_human_has_cleared_opens_no_case_again(desk: Desk) -> None:
    for n in range(4):
        desk.compare(desk.call(n, DENIED))
    decided = by(SUPERVISOR, Role.SUPERVISOR, NOW)
    desk.branch.record.verification_cases.decide(
        SUSPECT, 1, Verdict.CLEARED, "记错了日子", by=anew(decided)
    )

    desk.compare(desk.call(4, DENIED))

    assert desk.count("verification_case.case_opened") == 1


def test_a_customer_who_cannot_recall_counts_for_nothing(desk: Desk) -> None:
    found = [desk.compare(desk.call(n, CallbackOutcome.CANNOT_RECALL)) for n in range(5)]

    assert not any(one.contradicted or one.case_asked_for for one in found if one)
    assert desk.count("verification_case.") == 0
    assert desk.count("scheduled_check.done") == 5


def test_a_wrong_number_contradicts_nothing(desk: Desk) -> None:
    found = desk.compare(desk.call(0, CallbackOutcome.INVALID_NUMBER))

    assert found is not None
    assert not found.contradicted


def test_nobody_of_that_name_is_a_contradiction(desk: Desk) -> None:
    found = desk.compare(desk.call(0, CallbackOutcome.WRONG_PERSON))

    assert found is not None
    assert found.contradicted


@pytest.mark.parametrize("mode", list(CallbackMode))
def test_announced_and_unannounced_calls_both_count(desk: Desk, mode: CallbackMode) -> None:
    found = desk.compare(desk.call(0, DENIED, mode=mode))

    assert found is not None
    assert found.contradicted


def test_an_open_correction_request_keeps_a_case_closed(desk: Desk) -> None:
    asked = by(SUPERVISOR, Role.SUPERVISOR, CALLED)
    desk.branch.record.customers.request_correction("X9", "K9", "号码不对", by=anew(asked))

    for n in range(4):
        desk.compare(desk.call(n, DENIED))

    assert desk.count("verification_case.case_opened") == 0


def test_an_honest_agent_with_many_confirmations_gets_no_case(desk: Desk) -> None:
    for n in range(8):
        outcome = DENIED if n in (2, 5) else CONFIRMED
        visit = desk.visits[0][n]
        when = CALLED + timedelta(hours=n)
        desk.compare(desk.branch.call(visit, "A01", f"C1-{n}", outcome, when))

    assert desk.count("verification_case.contradiction_detected") == 2
    assert desk.count("verification_case.case_opened") == 0


def test_a_comparison_repeated_changes_nothing(desk: Desk) -> None:
    callback = desk.call(0, DENIED)
    first = desk.compare(callback)
    head = desk.branch.store.reader().head()

    again = desk.compare(callback)

    assert desk.branch.store.reader().head() == head
    assert first is not None
    assert again is not None
    assert again.receipt.position == first.receipt.position
    assert again.receipt.repeated


def test_two_workers_that_compare_at_once_leave_one_outcome(desk: Desk) -> None:
    from concurrent.futures import ThreadPoolExecutor

    callbacks = [desk.call(n, DENIED) for n in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(desk.compare, callbacks * 3))

    assert desk.count("scheduled_check.done") == 4
    assert desk.count("verification_case.contradiction_detected") == 4
    assert desk.count("verification_case.case_opened") == 1


def test_an_outcome_says_which_event_caused_it(desk: Desk) -> None:
    desk.compare(desk.call(0, DENIED))
    reader = desk.branch.store.reader()
    (caused,) = [e for e in reader.all() if e.topic.startswith("scheduled_check.done")]

    cause = reader.at(int(caused.cause or 0))

    assert cause is not None
    assert cause.topic == "callback.outcome_recorded.v1"


def test_an_unanswered_or_unknown_callback_is_left_alone(desk: Desk) -> None:
    assert desk.compare("K-unknown") is None
