"""Permissions and the access log over HTTP: masks everywhere, a number only in one answer (R-34)."""

from __future__ import annotations

import pytest

from tests.api.conftest import Branch

NUMBER = "13800001234"
CUSTOMER = "C-A1"


@pytest.fixture
def request_path(branch: Branch) -> str:
    """The path of S1's request for A1's customer."""
    body = {"customer_id": CUSTOMER, "reason": "customer_asked", "text": "客户来电要求回电"}
    response = branch.ask("S1", "POST", "/reveal-requests", body)
    assert response.status_code == 201, response.json
    return f"/reveal-requests/{response.json['request_id']}"


def test_an_approved_request_opens_the_number_and_the_agent_sees_it(
    branch: Branch, request_path: str
) -> None:
    before = branch.ask("S1", "POST", f"{request_path}/reveal")
    assert branch.ask("U1", "POST", f"{request_path}/approval").status_code == 201

    shown = branch.ask("S1", "POST", f"{request_path}/reveal")
    branch.catch_up()
    looks = branch.ask("A1", "GET", f"/reveals?after={shown.json['position']}")

    assert (before.status_code, NUMBER in before.text) == (409, False)
    assert shown.json["phone"] == NUMBER
    (look,) = looks.json["items"]
    assert (look["viewer_id"], look["customer_id"], look["grant"]) == ("S1", CUSTOMER, "approval")
    assert NUMBER not in looks.text


def test_nobody_else_sees_through_a_request(branch: Branch, request_path: str) -> None:
    branch.ask("U1", "POST", f"{request_path}/approval")

    for person, status in (("U1", 404), ("A1", 403), ("R1", 403), ("M1", 403)):
        response = branch.ask(person, "POST", f"{request_path}/reveal")
        assert (person, response.status_code) == (person, status)
        assert NUMBER not in response.text


def test_only_the_upper_supervisor_decides(branch: Branch, request_path: str) -> None:
    assert branch.ask("S1", "POST", f"{request_path}/approval").status_code == 403
    body = {"text": "请走回访流程"}
    assert branch.ask("U1", "POST", f"{request_path}/refusal", body).status_code == 201
    assert branch.ask("U1", "POST", f"{request_path}/approval").status_code == 409


@pytest.mark.parametrize(("person", "status"), [("A1", 200), ("S1", 403), ("U1", 200), ("R1", 200)])
def test_who_reads_the_access_log(branch: Branch, person: str, status: int) -> None:
    assert branch.ask(person, "GET", "/reveals").status_code == status


def test_what_is_not_there_is_not_found(branch: Branch) -> None:
    text = {"text": "没有问题"}
    paths = {
        "/reveal-requests/R-9/approval": None,
        "/broken-glasses/G-9/review": {"justified": True, **text},
        "/reveal-alerts/W-9/settlement": {"founded": False, **text},
    }
    for path, body in paths.items():
        assert branch.ask("U1", "POST", path, body).status_code == 404, path
