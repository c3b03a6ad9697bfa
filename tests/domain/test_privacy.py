"""Keeping, holding, restricting and erasing a customer's data (PIPL 47, 保险法 87)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.daily_log import Changes
from domain.privacy import keep_until, prospect_until
from domain.refusals import (
    AlreadyExists,
    BadValue,
    CustomerErased,
    EmptyText,
    NoLegalHold,
    NotRestricted,
    NotYours,
    OnLegalHold,
    ProcessingRestricted,
    RetentionRunning,
    UnknownCustomer,
)
from domain.words import ERASED_NAME, By, ErasureGround, PolicyTerm, Role

from .conftest import DAY, NOON, a_by, an_activity

Events = Callable[[], list[Any]]
REQUEST = ErasureGround.CUSTOMER_REQUEST


def admin() -> By:
    return a_by("M1", Role.ADMINISTRATOR)


# --- erasing ---


def test_an_erasure_is_on_record_with_its_ground_and_nothing_personal(
    team: TeamRecord, events: Events
) -> None:
    team.privacy.erase("C1", REQUEST, "2026-17", by=admin())

    erased = events()[-1]
    assert erased.TOPIC == "customer.subject_erased.v1"
    assert (erased.customer_id, erased.owner_id, erased.ground) == ("C1", "A1", REQUEST)
    assert erased.request_ref == "2026-17"


def test_of_an_erased_customer_only_the_fact_is_left(team: TeamRecord) -> None:
    team.privacy.erase("C1", REQUEST, by=admin())

    customer = team.customers.find("C1")
    assert customer is not None
    assert (customer.name, customer.phone, customer.phone_masked) == (None, None, None)
    assert customer.name_masked == ERASED_NAME
    assert not team.customers.may_be_called("C1", DAY)


def test_nothing_more_is_recorded_about_an_erased_customer(team: TeamRecord) -> None:
    visit = an_activity()
    team.daily_logs.log_activity("A1", visit, by=a_by())
    team.privacy.erase("C1", REQUEST, by=admin())

    with pytest.raises(CustomerErased):
        team.daily_logs.log_activity("A1", an_activity(), by=a_by())
    changes = Changes(note="再补一句")
    with pytest.raises(CustomerErased):
        team.daily_logs.correct_activity("A1", DAY, visit.activity_id, changes, "补", by=a_by())
    with pytest.raises(CustomerErased):
        team.customers.correct_contact("C1", "陈小明", None, "改", by=a_by())
    with pytest.raises(CustomerErased):
        team.privacy.erase("C1", REQUEST, by=admin())


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.UPPER_SUPERVISOR, Role.AUDITOR])
def test_only_who_is_responsible_erases(team: TeamRecord, role: Role) -> None:
    with pytest.raises(NotYours):
        team.privacy.erase("C1", REQUEST, by=a_by("A1", role))


def test_a_reference_is_a_number_and_never_a_text(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.privacy.erase("C1", REQUEST, "陈小明 13812341234", by=admin())


def test_who_is_not_a_customer_cannot_be_erased(team: TeamRecord) -> None:
    with pytest.raises(UnknownCustomer):
        team.privacy.erase("C9", REQUEST, by=admin())


def test_no_key_is_destroyed_without_an_erasure_on_record(team: TeamRecord) -> None:
    with pytest.raises(UnknownCustomer):
        team.privacy.destroy_key("C1")


# --- legal holds ---


def test_a_hold_stands_above_an_erasure_until_it_is_released(team: TeamRecord) -> None:
    team.privacy.place_hold("C1", "case-7", "诉讼", by=admin())
    with pytest.raises(OnLegalHold) as refused:
        team.privacy.erase("C1", REQUEST, by=admin())
    assert refused.value.facts["holds"] == ["case-7"]

    team.privacy.release_hold("C1", "case-7", "已结案", by=admin())
    team.privacy.erase("C1", REQUEST, by=admin())


def test_one_of_two_holds_is_enough(team: TeamRecord) -> None:
    for hold in ("case-7", "case-8"):
        team.privacy.place_hold("C1", hold, "诉讼", by=admin())
    team.privacy.release_hold("C1", "case-7", "已结案", by=admin())

    with pytest.raises(OnLegalHold):
        team.privacy.erase("C1", REQUEST, by=admin())


def test_a_hold_is_placed_once_and_released_once_each_with_a_reason(team: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        team.privacy.place_hold("C1", "case-7", " ", by=admin())
    team.privacy.place_hold("C1", "case-7", "诉讼", by=admin())
    with pytest.raises(AlreadyExists):
        team.privacy.place_hold("C1", "case-7", "诉讼", by=admin())
    with pytest.raises(EmptyText):
        team.privacy.release_hold("C1", "case-7", "", by=admin())
    with pytest.raises(NoLegalHold):
        team.privacy.release_hold("C1", "case-9", "已结案", by=admin())


# --- terms of the law ---


def test_the_law_keeps_a_contract_five_or_ten_years_from_its_end() -> None:
    ended = date(2024, 2, 29)

    assert keep_until(PolicyTerm.UP_TO_A_YEAR, ended) == date(2029, 2, 28)
    assert keep_until(PolicyTerm.OVER_A_YEAR, ended) == date(2034, 2, 28)
    assert keep_until(PolicyTerm.OVER_A_YEAR, None) is None


def test_a_prospect_is_kept_two_years_after_the_last_contact() -> None:
    assert prospect_until(date(2024, 12, 31)) == date(2026, 12, 31)


@pytest.mark.parametrize("ended_on", [None, DAY, DAY - timedelta(days=5 * 365)])
def test_what_the_law_keeps_is_not_erased(team: TeamRecord, ended_on: date | None) -> None:
    team.privacy.start_clock("C1", "P-1", PolicyTerm.OVER_A_YEAR, ended_on, by=admin())

    with pytest.raises(RetentionRunning):
        team.privacy.erase("C1", REQUEST, by=admin())


def test_after_the_last_term_it_is_erased(team: TeamRecord) -> None:
    team.privacy.start_clock("C1", "P-1", PolicyTerm.UP_TO_A_YEAR, by=admin())
    team.privacy.start_clock("C1", "P-1", PolicyTerm.UP_TO_A_YEAR, date(2021, 11, 19), by=admin())

    team.privacy.erase("C1", ErasureGround.RETENTION_ENDED, by=admin())


def test_the_last_day_of_the_term_still_counts(team: TeamRecord) -> None:
    team.privacy.start_clock("C1", "P-1", PolicyTerm.UP_TO_A_YEAR, date(2021, 11, 20), by=admin())

    with pytest.raises(RetentionRunning):
        team.privacy.erase("C1", REQUEST, by=admin())


# --- restricting ---


def test_restricted_data_is_stored_and_nothing_else(team: TeamRecord) -> None:
    team.privacy.restrict("C1", REQUEST, by=admin())

    with pytest.raises(ProcessingRestricted):
        team.daily_logs.log_activity("A1", an_activity(), by=a_by())
    with pytest.raises(ProcessingRestricted):
        team.customers.correct_contact("C1", "陈小明", None, "改", by=a_by())
    assert not team.customers.may_be_called("C1", DAY)
    customer = team.customers.find("C1")
    assert customer is not None
    assert customer.phone == "13812341234"


def test_a_restriction_can_be_lifted_and_what_is_erased_cannot(team: TeamRecord) -> None:
    with pytest.raises(NotRestricted):
        team.privacy.resume("C1", "重新同意", by=admin())
    team.privacy.restrict("C1", REQUEST, DAY, by=admin())
    team.privacy.resume("C1", "重新同意", by=admin())
    team.daily_logs.log_activity("A1", an_activity(), by=a_by())

    team.privacy.restrict("C1", REQUEST, by=admin())
    team.privacy.erase("C1", REQUEST, by=admin())
    with pytest.raises(CustomerErased):
        team.privacy.resume("C1", "重新同意", by=admin())


def test_a_repeated_erasure_is_one(team: TeamRecord, events: Events) -> None:
    by = a_by("M1", Role.ADMINISTRATOR, at=NOON)
    first = team.privacy.erase("C1", REQUEST, by=by)
    before = len(events())

    assert team.privacy.erase("C1", REQUEST, by=by).position == first.position
    assert len(events()) == before
