"""Data protection over the API: holds, restrictions, erasures, search by number, numbers in texts."""

from __future__ import annotations

import pytest

from store.attempts import MAX_ATTEMPTS
from tests.api.conftest import Branch, an_entry, day_of

ERASE = {"ground": "customer_request", "request_ref": "2026-17"}


def test_an_erased_customer_is_gone_for_the_owner(branch: Branch) -> None:
    response = branch.ask("M1", "POST", "/customers/C-A1/erasure", ERASE)

    assert response.status_code == 201
    assert branch.store.vault().is_destroyed("C-A1")
    assert branch.ask("A1", "GET", "/customers/C-A1").status_code == 404
    branch.catch_up()
    shown = branch.ask("M1", "GET", "/customers/C-A1/retention").json
    assert (shown["ground"], shown["owner_id"]) == ("customer_request", "A1")
    assert shown["erased_on"]


def test_a_hold_refuses_the_erasure_by_name(branch: Branch) -> None:
    hold = {"hold_id": "case-7", "reason": "诉讼"}
    branch.ask("M1", "POST", "/customers/C-A1/holds", hold)

    response = branch.ask("M1", "POST", "/customers/C-A1/erasure", ERASE)

    assert response.status_code == 409
    assert response.json["type"] == "urn:shilu:refusal:on-legal-hold"
    branch.ask("M1", "POST", "/customers/C-A1/holds/release", hold)
    assert branch.ask("M1", "POST", "/customers/C-A1/erasure", ERASE).status_code == 201


def test_restricted_data_is_not_shown_until_it_is_used_again(branch: Branch) -> None:
    branch.ask("M1", "POST", "/customers/C-A1/restriction", {"ground": "customer_request"})

    refused = branch.ask("A1", "GET", "/customers/C-A1")
    assert refused.status_code == 409
    assert "13800001234" not in refused.text
    branch.ask("M1", "POST", "/customers/C-A1/restriction/end", {"reason": "重新同意"})
    assert branch.ask("A1", "GET", "/customers/C-A1").json["phone"] == "13800001234"


def test_a_running_contract_is_the_laws_term(branch: Branch) -> None:
    contract = {"contract_id": "P-1", "term": "over_a_year"}
    branch.ask("M1", "POST", "/customers/C-A1/contracts", contract)

    response = branch.ask("M1", "POST", "/customers/C-A1/erasure", ERASE)

    assert response.json["type"] == "urn:shilu:refusal:retention-running"


@pytest.mark.parametrize("person_id", ["A1", "S1", "U1", "R1"])
def test_only_the_administrator_erases(branch: Branch, person_id: str) -> None:
    assert branch.ask(person_id, "POST", "/customers/C-A1/erasure", ERASE).status_code == 403
    assert not branch.store.vault().is_destroyed("C-A1")


def test_a_number_leads_to_owner_and_mask_and_never_to_a_number(branch: Branch) -> None:
    branch.catch_up()

    response = branch.ask("S1", "POST", "/customer-owners", {"phone": "138 0000 1234"})

    owners = {found["owner_id"] for found in response.json["items"]}
    assert "A1" in owners
    assert "A3" not in owners  # of another team
    assert {found["name_masked"] for found in response.json["items"]} == {"张**"}
    assert "1234" not in response.text


def test_numbers_cannot_be_tried_in_bulk(branch: Branch) -> None:
    for n in range(MAX_ATTEMPTS):
        branch.ask("M1", "POST", "/customer-owners", {"phone": f"1380000{n:04d}"})

    response = branch.ask("M1", "POST", "/customer-owners", {"phone": "13800001234"})

    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0


def test_a_number_in_a_text_is_refused_unless_it_is_meant(branch: Branch) -> None:
    entry = an_entry(note="打 13912345678")
    path = f"/daily-logs/A1/{day_of(entry)}/activities"

    refused = branch.ask("A1", "POST", path, entry)
    assert refused.status_code == 409
    assert refused.json["type"] == "urn:shilu:refusal:holds-numbers"
    assert (refused.json["field"], refused.json["kinds"]) == ("note", ["phone"])

    assert branch.ask("A1", "POST", path, entry | {"numbers_meant": True}).status_code == 201
