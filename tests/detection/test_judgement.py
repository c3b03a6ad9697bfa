"""The ladder: when a human is asked, and when not."""

from dataclasses import replace

import pytest

from domain.detection.judgement import AS_PUBLISHED, judge_agent, judge_branch, judging_table
from domain.detection.ladder import Missing, Rung, Thresholds, missing_for_alert
from domain.detection.records import BranchRecords, Callback, Sale
from domain.detection.suspicion import SignalFound, Suspicion
from domain.words import CallbackOutcome

from .conftest import MONDAY, MakeCalls, MakeVisit

DENIED, CONFIRMED = CallbackOutcome.DENIED, CallbackOutcome.CONFIRMED
WRONG = CallbackOutcome.INVALID_NUMBER
STRIKING = Suspicion("A1", 4.0, -1.0, (SignalFound("new_again", 1.8, 5.0, 9, 80, 1.5),))
PLAIN = Suspicion("A1", 0.0, -0.5, (SignalFound("new_again", 0.3, 0.5, 1, 80, 50.0),))


def test_two_denials_on_a_striking_log_are_put_before_a_human(calls: MakeCalls) -> None:
    judged = judge_agent("A1", STRIKING, calls([DENIED, DENIED]))

    assert judged.alert
    assert judged.rung is Rung.ALERT
    assert judged.missing == ()


def test_one_denial_never_makes_an_alert(calls: MakeCalls) -> None:
    judged = judge_agent("A1", STRIKING, calls([DENIED] + [WRONG] * 20))

    assert not judged.alert
    assert Missing.CONTRADICTIONS in judged.missing


def test_two_denials_of_one_customer_count_once(calls: MakeCalls) -> None:
    twice = [replace(call, customer="C") for call in calls([DENIED, DENIED])]

    judged = judge_agent("A1", STRIKING, twice)

    assert judged.contradictions == 1
    assert not judged.alert


def test_without_a_log_signal_one_more_customer_must_contradict() -> None:
    told = [missing_for_alert(0.99, customers, (), False, Thresholds()) for customers in (2, 3)]

    assert told == [(Missing.LOG_SIGNAL,), ()]


def test_one_signal_of_many_is_no_clear_log_where_the_whole_log_is_ordinary(
    calls: MakeCalls,
) -> None:
    ordinary = replace(STRIKING, z=1.9)

    judged = judge_agent("A1", ordinary, calls([DENIED, DENIED]))

    assert Missing.LOG_SIGNAL in judged.missing


def test_an_open_correction_request_stays_the_alert(calls: MakeCalls) -> None:
    judged = judge_agent("A1", STRIKING, calls([DENIED] * 3), open_correction=True)

    assert judged.missing == (Missing.OPEN_CORRECTION,)


def test_wrong_numbers_are_no_contradictions(calls: MakeCalls) -> None:
    judged = judge_agent("A1", STRIKING, calls([WRONG] * 8))

    assert judged.contradictions == 0
    assert not judged.alert


def test_wrong_data_with_confirmed_visits_leads_to_a_lesson(calls: MakeCalls) -> None:
    judged = judge_agent("A1", PLAIN, calls([CONFIRMED, CONFIRMED, WRONG]))

    assert judged.rung is Rung.DATA_QUALITY


def test_a_visit_denied_and_then_confirmed_is_no_evidence(calls: MakeCalls) -> None:
    first = calls([DENIED])[0]
    double = replace(first, callback_id="K9", outcome=CONFIRMED)

    judged = judge_agent("A1", None, [first, double])

    assert judged.contradictions == 0
    assert judged.posterior == pytest.approx(0.12)


def test_a_second_attempt_replaces_an_unanswered_one(calls: MakeCalls) -> None:
    missed = calls([CallbackOutcome.UNREACHABLE])[0]
    reached = replace(missed, callback_id="K9", outcome=CONFIRMED)

    alone = judge_agent("A1", None, [reached])

    assert judge_agent("A1", None, [missed, reached]).log_odds == alone.log_odds


def test_what_speaks_for_the_agent_is_always_told(calls: MakeCalls) -> None:
    judged = judge_agent("A1", STRIKING, calls([DENIED, DENIED, CONFIRMED, WRONG]), policies=2)

    told = {item.name for item in judged.counter_items}

    assert {"calls_confirm", "policies_signed", "wrong_numbers_are_typos"} <= told


def test_a_stricter_branch_asks_for_more(calls: MakeCalls) -> None:
    judged = judge_agent(
        "A1", STRIKING, calls([DENIED, DENIED]), thresholds=Thresholds(contradictions=3)
    )

    assert judged.missing == (Missing.CONTRADICTIONS,)


def test_a_callback_about_a_visit_that_nobody_logged_counts_for_nobody(a_visit: MakeVisit) -> None:
    visit = a_visit("A1")
    stray = Callback("K1", "unknown", "A1", "C1", MONDAY, DENIED)
    crossed = Callback("K2", visit.visit_id, "A2", "C2", MONDAY, DENIED)

    judged = judge_branch(BranchRecords(("A1", "A2"), (visit,), (stray, crossed)))

    assert [one.contradictions for one in judged.values()] == [0, 0]


def test_the_same_records_give_the_same_judgement(a_visit: MakeVisit, calls: MakeCalls) -> None:
    visits = tuple(a_visit(f"A{i % 7}", remark="与客户谈医疗险缺口约下周") for i in range(90))
    told = tuple(
        replace(call, visit_id=visit.visit_id, agent_id=visit.agent_id)
        for call, visit in zip(calls([DENIED, CONFIRMED] * 9), visits, strict=False)
    )
    agents = tuple(f"A{i}" for i in range(7))
    records = BranchRecords(agents, visits, told, sales=(Sale("A1", MONDAY, 1),))

    turned = replace(records, visits=visits[::-1], callbacks=told[::-1])

    assert judge_branch(records) == judge_branch(turned)


def test_easily_annoyed_customers_of_ordinary_agents_excuse_a_denial(calls: MakeCalls) -> None:
    seen = {f"B{i}": replace(PLAIN, agent_id=f"B{i}") for i in range(40)} | {"A1": STRIKING}
    told = {f"B{i}": calls([DENIED, CONFIRMED, CONFIRMED], agent=f"B{i}") for i in range(40)}

    table = judging_table(seen, told)

    own, published = (
        judge_agent(
            "A1", STRIKING, calls([DENIED, DENIED]), fit=replace(AS_PUBLISHED, table=table)
        ),
        judge_agent("A1", STRIKING, calls([DENIED, DENIED])),
    )
    assert own.posterior < published.posterior
    assert not own.alert
