"""Customers: one's own in clear, anybody else's not at all."""

from __future__ import annotations

import pytest

from tests.api.conftest import Branch

CONTACT = {"name": "张三峰", "phone": "13900001234", "reason": "写错了"}


def test_a_registered_customer_is_shown_in_clear_to_the_owner(branch: Branch) -> None:
    body = {"name": "李小龙", "phone": "13800138000", "contact_source": "referral"}
    customer_id = branch.ask("A1", "POST", "/customers", body).json["customer_id"]

    shown = branch.ask("A1", "GET", f"/customers/{customer_id}").json

    assert (shown["name"], shown["phone"]) == ("李小龙", "13800138000")
    assert (shown["name_masked"], shown["phone_masked"]) == ("李**", "138****8000")


def test_a_repeated_registration_gives_the_same_customer(branch: Branch) -> None:
    body = {"name": "李小龙", "contact_source": "own"}

    first = branch.ask("A1", "POST", "/customers", body, Key="k").json
    again = branch.ask("A1", "POST", "/customers", body, Key="k").json

    assert again == first | {"repeated": True}


@pytest.mark.parametrize("person_id", ["A2", "A3"])
def test_another_agents_customer_does_not_exist(branch: Branch, person_id: str) -> None:
    assert branch.ask(person_id, "GET", "/customers/C-A1").status_code == 404


@pytest.mark.parametrize("person_id", ["S1", "U1", "R1", "M1"])
def test_no_other_role_sees_a_customer(branch: Branch, person_id: str) -> None:
    response = branch.ask(person_id, "GET", "/customers/C-A1")

    assert response.status_code == 403
    assert "13800001234" not in response.text


def test_a_contact_is_corrected_from_the_version_that_was_read(branch: Branch) -> None:
    etag = branch.ask("A1", "GET", "/customers/C-A1").headers["ETag"]

    response = branch.ask("A1", "PUT", "/customers/C-A1/contact", CONTACT, Match=etag)

    assert response.status_code == 200
    assert branch.ask("A1", "GET", "/customers/C-A1").json["name"] == "张三峰"


@pytest.mark.parametrize(
    ("match", "status"), [(None, 428), ('"9"', 412), ('W/"1"', 412), ("x", 412)]
)
def test_a_correction_without_the_right_version_is_refused(
    branch: Branch, match: str | None, status: int
) -> None:
    headers = {"Match": match} if match else {}

    response = branch.ask("A1", "PUT", "/customers/C-A1/contact", CONTACT, **headers)

    assert response.status_code == status
