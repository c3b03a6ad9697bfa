"""Sign-in, sessions and what protects them (trust.md, section 3)."""

from __future__ import annotations

import pytest

from service.sessions import COOKIE
from tests.service.conftest import PASSWORD, Branch


@pytest.fixture(autouse=True)
def _account(branch: Branch) -> None:
    branch.open_account("a1")


def test_each_role_comes_to_the_page_it_works_on(branch: Branch) -> None:
    homes = {"a1": "/today", "s1": "/board", "u1": "/cases", "x1": "/events", "m1": "/people"}

    for login, home in homes.items():
        assert branch.visitor(login).get("/").headers["Location"] == home


def test_a_right_password_opens_a_session_with_a_guarded_cookie(branch: Branch) -> None:
    response = branch.visitor().client.post("/sign-in", data={"login": "A1", "password": PASSWORD})

    cookie = response.headers["Set-Cookie"]
    assert response.status_code == 303
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_over_https_the_cookie_is_of_the_host_kind(branch: Branch) -> None:
    client = branch.visitor().client

    response = client.post(
        "/sign-in", data={"login": "a1", "password": PASSWORD}, base_url="https://localhost"
    )

    assert response.headers["Set-Cookie"].startswith("__Host-shilu_session=")
    assert "Secure" in response.headers["Set-Cookie"]


def test_an_unknown_login_reads_like_a_wrong_password(branch: Branch) -> None:
    client = branch.visitor().client

    wrong = client.post("/sign-in", data={"login": "a1", "password": "x" * 12})
    unknown = client.post("/sign-in", data={"login": "a1x", "password": "x" * 12})

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace('"a1"', "") == unknown.text.replace('"a1x"', "")


def test_twenty_wrong_passwords_end_in_429_with_the_time_to_try_again(branch: Branch) -> None:
    client = branch.visitor().client

    answers = [
        client.post("/sign-in", data={"login": "a1", "password": f"wrong password {n}"})
        for n in range(20)
    ]

    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "分钟后再试" in answers[-1].text


def test_signing_in_ends_the_session_the_browser_had(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    before = visitor.client.get_cookie(COOKIE)

    visitor.client.post("/sign-in", data={"login": "a1", "password": PASSWORD})

    after = visitor.client.get_cookie(COOKIE)
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert branch.accounts.session(before.value) is None


def test_signing_out_ends_the_session(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    visitor.post("/sign-out")

    assert visitor.get("/today").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_after_sign_in_nobody_is_sent_to_another_site(branch: Branch, wanted: str) -> None:
    response = branch.visitor().client.post(
        "/sign-in", data={"login": "a1", "password": PASSWORD, "next": wanted}
    )

    assert response.headers["Location"] == "/"


def test_a_post_without_the_sessions_token_is_refused(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    visitor.csrf = "guessed"

    response = visitor.post("/today/submit", day="2026-11-18")

    assert response.status_code == 403
    assert branch.record.daily_logs.find("A1", branch.context.today()) is None


def test_a_post_from_another_site_is_refused(branch: Branch) -> None:
    visitor = branch.visitor("a1")
    form = {"csrf_token": visitor.csrf, "language": "en"}

    by_fetch = visitor.client.post("/language", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    by_origin = visitor.client.post(
        "/language", data=form, headers={"Origin": "https://evil.example"}
    )

    assert by_fetch.status_code == by_origin.status_code == 403


def test_a_disabled_login_is_out_at_the_next_request(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    branch.accounts.disable("a1")

    assert visitor.get("/today").status_code == 303
