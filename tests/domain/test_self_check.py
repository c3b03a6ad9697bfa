"""What ten working days of a supervisor's own records raise (R-83 to R-85)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.self_check import CallMade, Reviewed, Talked, TenDays, self_check
from domain.supervisor_journal import Question

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
GOOD = TenDays(
    calls=[CallMade(f"C{n}", True, 30, n == 0) for n in range(10)],
    coachings=[Talked(f"A{n}", 40) for n in range(6)],
    trackings=[Talked(f"A{n}", 40) for n in range(6)],
    reviews=[Reviewed(NOON + timedelta(minutes=n), f"第{n}份写得具体") for n in range(10)],
    agents=6,
)


def raised(days: TenDays) -> set[Question]:
    return {one.question for one in self_check(days)[0]}


def test_good_work_raises_no_question() -> None:
    questions, checks = self_check(GOOD)

    assert (questions, checks) == ((), 9)


@pytest.mark.parametrize(
    ("days", "question"),
    [
        (
            replace(GOOD, calls=[CallMade(f"C{n % 5}", True, 30, False) for n in range(10)]),
            Question.SAME_CUSTOMERS,
        ),
        (
            replace(GOOD, calls=[CallMade(f"C{n}", n > 2, 30, False) for n in range(10)]),
            Question.INCOMPLETE_NAMES,
        ),
        (
            replace(GOOD, calls=[CallMade(f"C{n}", True, n, False) for n in range(10)]),
            Question.THIN_CALL_NOTES,
        ),
        (
            replace(GOOD, calls=[CallMade(f"C{n}", True, 30, False) for n in range(40)]),
            Question.NEVER_A_DENIAL,
        ),
        (
            replace(
                GOOD, reviews=[Reviewed(NOON + timedelta(seconds=5 * n), f"{n}") for n in range(10)]
            ),
            Question.HASTY_REVIEWS,
        ),
        (
            replace(
                GOOD, reviews=[Reviewed(NOON + timedelta(minutes=n), "很好") for n in range(10)]
            ),
            Question.SAME_REMARKS,
        ),
        (replace(GOOD, coachings=[Talked("A1", 40)] * 6), Question.SAME_AGENTS_COACHED),
        (replace(GOOD, coachings=[Talked(f"A{n}", 4) for n in range(6)]), Question.THIN_COACHING),
        (replace(GOOD, trackings=[Talked("A1", 40)] * 6), Question.SAME_AGENTS_TRACKED),
        (replace(GOOD, trackings=[Talked(f"A{n}", 4) for n in range(6)]), Question.THIN_TRACKING),
    ],
)
def test_each_symptom_raises_its_question(days: TenDays, question: Question) -> None:
    assert raised(days) == {question}


def test_too_few_to_go_by_raises_nothing() -> None:
    few = TenDays(calls=[CallMade("C1", False, 0, False)] * 4)

    assert self_check(few) == ((), 0)


def test_who_leads_two_agents_is_not_asked_why_always_the_same() -> None:
    assert raised(replace(GOOD, coachings=[Talked("A1", 40)] * 6, agents=2)) == set()


def test_erased_remarks_are_not_copies_of_each_other() -> None:
    gone = [Reviewed(NOON + timedelta(minutes=n), None) for n in range(10)]

    assert raised(replace(GOOD, reviews=gone)) == set()
