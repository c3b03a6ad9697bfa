"""Signing in: tokens, cookies with their CSRF token, and a limit on attempts."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.api.conftest import PASSWORD, Branch


def sign_in(branch: Branch, login: str, password: str) -> TestResponse:
    """Ask for a session as A1, who has an account, or as somebody else."""
    branch.token("A1")
    return branch.client().post("/api/v1/sessions", json={"login": login, "password": password})


def test_login_and_password_give_a_token_that_works(branch: Branch) -> None:
    token = sign_in(branch, "A1", PASSWORD).json["token"]

    response = branch.client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert response.json["person_id"] == "A1"


@pytest.mark.parametrize("login", ["A1", "nobody"])
def test_a_wrong_password_and_an_unknown_login_are_told_alike(branch: Branch, login: str) -> None:
    response = sign_in(branch, login, "wrong password")

    assert response.status_code == 401
    assert response.json["type"] == "urn:shilu:problem:wrong-password"


def test_twenty_wrong_passwords_end_in_a_wait_even_for_the_right_one(branch: Branch) -> None:
    answers = [sign_in(branch, "A1", f"wrong {n}").status_code for n in range(20)]

    assert answers == [401] * 10 + [429] * 10
    refused = sign_in(branch, "A1", PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900


def test_a_signed_out_token_is_worth_nothing(branch: Branch) -> None:
    assert branch.ask("A1", "DELETE", "/sessions/current").status_code == 204

    assert branch.ask("A1", "GET", "/me").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer \u00e9"])
def test_without_a_live_token_nothing_is_answered(branch: Branch, header: str) -> None:
    response = branch.client().get("/api/v1/me", headers={"Authorization": header})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_pages_cookie_reads(branch: Branch) -> None:
    client = branch.client()
    client.set_cookie("shilu_session", branch.token("A1"))

    assert client.get("/api/v1/me").json["person_id"] == "A1"


def test_the_pages_cookie_changes_nothing_without_its_csrf_token(branch: Branch) -> None:
    client = branch.client()
    client.set_cookie("shilu_session", branch.token("A1"))

    response = client.post("/api/v1/customers", json={}, headers={"Idempotency-Key": "k"})

    assert response.status_code == 403
    assert response.json["type"] == "urn:shilu:problem:csrf"


def test_the_pages_cookie_with_its_csrf_token_changes(branch: Branch) -> None:
    session = branch.accounts.session(branch.token("A1"))
    assert session
    client = branch.client()
    client.set_cookie("shilu_session", branch.token("A1"))

    response = client.post(
        "/api/v1/customers",
        json={"name": "李四", "contact_source": "own"},
        headers={"Idempotency-Key": "k", "X-CSRF-Token": session.csrf},
    )

    assert response.status_code == 201


def test_a_disabled_account_is_out_at_its_next_request(branch: Branch) -> None:
    branch.token("A1")
    branch.accounts.disable("A1")

    assert branch.ask("A1", "GET", "/me").status_code == 401
