"""The queue of callbacks, the visits beside them, cases and customers."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from domain.scheduled_check import CheckKey
from domain.verification_case import Contradiction, Evidence, EvidenceItem
from domain.words import By, CallbackOutcome, Check, ContactSource, Role, Verdict
from projections import callback_queue, cases, customers, visit_ledger

from .conftest import DAY, NOON, Office


def a_case(office: Office) -> None:
    """Open case 1 about A1, as the worker does."""
    key = CheckKey(Check.FAKE_ENTRIES, "K1", DAY)
    by = By("fake_entries", Role.SYSTEM, NOON, NOON, key.command_id, "worker")
    denial = Contradiction("A1", "T1", "V1", "K1", "C-A1", CallbackOutcome.DENIED, 1.6)
    items = (EvidenceItem("denials", 3.4, {"count": 2}),)
    against = (EvidenceItem("confirmations", -0.5, {"count": 1}),)
    evidence = Evidence(0.97, 0.95, "m1", items, against)
    detected = office.record.verification_cases.detected
    office.record.scheduled_checks.finish(
        key, "T1", NOON, ["V1"], by=by, effects=lambda: detected(denial, "A1", evidence, by)
    )


def test_a_callback_shows_how_far_it_has_come(office: Office) -> None:
    call = office.call_back(office.log(), CallbackOutcome.CONFIRMED)

    found = office.read(callback_queue.one, call)
    assert (found.state, found.outcome, found.attempts, found.version) == (
        "answered",
        "confirmed",
        1,
        4,
    )


def test_an_answered_callback_stays_open_until_the_talk_with_the_agent(lite: Office) -> None:
    call = lite.call_back(lite.log(), CallbackOutcome.CONFIRMED)
    by = lite.by("S1", Role.SUPERVISOR)
    lite.record.callbacks.debrief(call, "多听少说", by=by)

    assert lite.read(callback_queue.for_supervisor, "S1", open_only=True) == []


def test_finished_calls_of_a_day_are_counted(lite: Office) -> None:
    lite.call_back(lite.log(), CallbackOutcome.CONFIRMED)

    count = lite.read(
        callback_queue.answered_between, "S1", NOON - timedelta(hours=4), NOON + timedelta(hours=8)
    )
    assert count == 1


def test_a_visit_that_was_listed_is_no_longer_offered(lite: Office) -> None:
    called, free = lite.log(), lite.log("A2")
    lite.call_back(called, CallbackOutcome.CONFIRMED)

    offered = lite.read(visit_ledger.visits_to_call, "T1", DAY - timedelta(days=7), DAY)
    assert [v.activity_id for v in offered] == [free]


def test_a_visit_stands_beside_what_the_customer_said(office: Office) -> None:
    visit = office.log()
    office.call_back(visit, CallbackOutcome.DENIED)

    (logged, said), *rest = office.read(visit_ledger.with_callbacks, "A1")
    assert (logged.activity_id, said.outcome, rest) == (visit, "denied", [])


def test_a_case_shows_its_items_and_what_speaks_against_it(office: Office) -> None:
    a_case(office)

    items = office.read(cases.items, "A1", 1)
    assert [(i.name, i.weight, i.counter) for i in items] == [
        ("denials", 3.4, False),
        ("confirmations", -0.5, True),
    ]


def test_a_decided_case_no_longer_waits(office: Office) -> None:
    a_case(office)
    office.record.verification_cases.decide(
        "A1", 1, Verdict.CLEARED, "核实无误", by=office.by("S1", Role.SUPERVISOR)
    )

    assert office.read(cases.open_in_team, "T1") == []
    assert office.read(cases.one, "A1", 1).verdict == "cleared"


def test_a_contradiction_is_listed_without_a_case(lite: Office) -> None:
    a_case(lite)

    assert [c.callback_id for c in lite.read(cases.contradictions, "A1")] == ["K1"]


def test_a_customer_is_listed_with_masks_only(office: Office) -> None:
    (card,) = office.read(customers.of_owner, "A1")

    assert (card.name_masked, card.phone_masked) == ("陈**", "138****1234")


def test_equal_numbers_are_found_by_their_blind_index(lite: Office) -> None:
    card = lite.read(customers.one, "C-A1")

    found = lite.read(customers.by_phone_index, card.phone_index)
    assert {c.customer_id for c in found} == {"C-A1", "C-A2"}


def test_customers_are_found_by_the_end_of_their_number(lite: Office) -> None:
    lite.record.customers.register(
        f"C-{uuid4().hex[:8]}", "A1", "周婷", "13900005678", ContactSource.OWN, by=lite.by()
    )

    found = lite.read(customers.of_owner, "A1", search="5678")
    assert [c.name_masked for c in found] == ["周*"]
