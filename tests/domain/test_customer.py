"""Customers: owners, masks, corrections (R-34, R-83)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.refusals import AlreadyExists, EmptyText, NotYours, UnknownCustomer
from domain.words import ContactSource, Role, is_full_name, mask_name, mask_phone

from .conftest import a_by

Events = Callable[[], list[Any]]


@pytest.mark.parametrize(
    ("name", "masked"), [("张三丰", "张**"), ("陈明", "陈*"), ("李", "李*"), ("", "")]
)
def test_a_masked_name_shows_the_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_a_masked_phone_shows_both_ends() -> None:
    assert mask_phone("13812341234") == "138****1234"


def test_a_short_phone_shows_nothing() -> None:
    assert mask_phone("110") == "***"


@pytest.mark.parametrize(
    ("name", "full"), [("陈小明", True), ("王先生", False), ("陈", False), ("李总", False)]
)
def test_a_polite_form_is_not_a_full_name(name: str, full: bool) -> None:
    assert is_full_name(name) is full


def test_a_registered_customer_has_masks_and_a_blind_index(
    team: TeamRecord, events: Events
) -> None:
    team.customers.register("C3", "A1", "周婷", "13900001111", ContactSource.REFERRAL, by=a_by())

    entered = events()[-1]
    assert (entered.name_masked, entered.phone_masked, entered.phone_index) == (
        "周*",
        "139****1111",
        "i13900001111",
    )


def test_a_customer_without_a_phone_is_kept(team: TeamRecord, events: Events) -> None:
    team.customers.register("C3", "A1", "周婷", None, ContactSource.REFERRAL, by=a_by())

    assert events()[-1].phone_index is None


def test_a_customer_id_is_used_once(team: TeamRecord) -> None:
    with pytest.raises(AlreadyExists):
        team.customers.register("C1", "A1", "周婷", None, ContactSource.OWN, by=a_by())


def test_nobody_enters_a_customer_for_a_colleague(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.customers.register("C3", "A2", "周婷", None, ContactSource.OWN, by=a_by("A1"))


def test_a_correction_gives_new_masks(team: TeamRecord, events: Events) -> None:
    team.customers.correct_contact("C1", "陈小明", "13712345678", "号码有误", by=a_by())

    assert events()[-1].phone_masked == "137****5678"


def test_a_correction_needs_its_reason(team: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        team.customers.correct_contact("C1", "陈小明", None, "", by=a_by())


def test_a_corrected_contact_answers_the_request_for_it(team: TeamRecord) -> None:
    by = a_by("S1", Role.SUPERVISOR)
    team.customers.request_correction("C1", "K1", "invalid_number", by=by)

    team.customers.correct_contact("C1", "陈小明", "13712345678", "号码有误", by=a_by())

    customer = team.customers.find("C1")
    assert customer is not None
    assert customer.correction_requested is False


def test_a_reassigned_customer_has_the_new_owner(team: TeamRecord) -> None:
    team.customers.reassign("C1", "A2", "离职交接", by=a_by("M1", Role.ADMINISTRATOR))

    assert team.customers.owner_of("C1") == "A2"


def test_an_unknown_customer_is_refused(team: TeamRecord) -> None:
    with pytest.raises(UnknownCustomer):
        team.customers.request_correction("C9", "K1", "x", by=a_by())
