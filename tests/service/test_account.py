"""One's own account: password, second factor, recovery codes, sessions; each change re-proved."""

from __future__ import annotations

import re

import pyotp
import pytest

from service.sessions import COOKIE
from tests.service.conftest import PASSWORD, Branch, Visitor, code_now, errors_of, set_up_factor
from tests.service.test_arriving import OWN, told

LOGINS = ("a1", "s1", "u1", "x1", "m1")


def refresh(visitor: Visitor) -> None:
    """Take the token of the page that the visitor has now."""
    page = visitor.get("/account").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    visitor.csrf = token[1]


@pytest.mark.parametrize("login", LOGINS)
def test_everybody_has_the_page_and_a_way_out_on_every_page(branch: Branch, login: str) -> None:
    visitor = branch.visitor(login)
    home = visitor.get("/").headers["Location"]

    assert "账号与安全" in visitor.get("/account").text
    for path in (home, "/account"):
        page = visitor.get(path).text
        assert 'action="/sign-out"' in page or 'href="/mine"' in page
    assert 'action="/sign-out"' in visitor.get("/mine" if login == "a1" else home).text


def test_a_person_changes_the_password_and_stays_in_here_alone(branch: Branch) -> None:
    here, there = branch.visitor("a1"), branch.visitor("a1")

    page = here.follow(here.post("/account/password", current=PASSWORD, password=OWN, again=OWN))

    assert "密码已修改" in page
    assert there.get("/today").status_code == 303
    assert branch.accounts.verify("a1", OWN, "here").login == "a1"
    assert told(branch)[-1].TOPIC == "account.password_changed.v1"


def test_without_the_present_password_nothing_changes(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    wrong = visitor.post("/account/password", current="a guess", password=OWN, again=OWN)
    missing = visitor.post("/account/password", password=OWN, again=OWN)

    assert (wrong.status_code, missing.status_code) == (422, 422)
    assert "密码不对" in errors_of(wrong)
    assert branch.accounts.verify("a1", PASSWORD, "here").login == "a1"
    assert str(told(branch)[-1].reason) == "wrong_password"


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "8 到 128"),
        ("iloveyou", "人太多"),
        ("1998-08-08", "有规律"),
        ("shilu!!2026", "公司或系统的名字"),
        ("xiaomeiwang", "公司或系统的名字"),
    ],
)
def test_a_guessable_password_is_refused_with_its_reason(
    branch: Branch, password: str, said: str
) -> None:
    response = branch.visitor("a1").post(
        "/account/password", current=PASSWORD, password=password, again=password
    )

    assert response.status_code == 422
    assert said in errors_of(response)


def test_a_second_factor_is_set_up_after_the_password(branch: Branch) -> None:
    here, there = branch.visitor("a1"), branch.visitor("a1")
    assert here.post("/account/second-factor", current="a guess").status_code == 422
    assert here.get("/account/second-factor").status_code == 303

    page = here.follow(here.post("/account/second-factor", current=PASSWORD))
    seed = re.search(r'<p class="seed"><code>([A-Z2-7 ]+)</code>', page)
    assert seed is not None
    totp = pyotp.TOTP(seed[1].replace(" ", ""))
    shown = here.post("/account/second-factor/confirm", code=code_now(branch, totp))

    assert len(re.findall(r"<li><code>\d-\w{5}-\w{5}</code>", shown.text)) == 8
    assert here.get("/today").status_code == 200
    assert there.get("/today").status_code == 303
    assert told(branch)[-1].TOPIC == "account.second_factor_set.v1"


def test_a_set_second_factor_changes_only_with_password_and_code(branch: Branch) -> None:
    totp, codes = set_up_factor(branch, "a1")
    account = branch.accounts.find("a1")
    assert account is not None
    visitor = branch.visitor()
    session = branch.accounts.start_session(account, "password_and_code")
    visitor.client.set_cookie(COOKIE, session.token)
    visitor.csrf = session.csrf

    for path in (
        "/account/second-factor",
        "/account/recovery-codes",
        "/account/second-factor/remove",
    ):
        assert visitor.post(path, current=PASSWORD).status_code == 422
        assert visitor.post(path, current="a guess", code=codes[0]).status_code == 422
        branch.accounts._attempts.forget("code:a1")
    assert branch.accounts.factors.recovery_codes_left("a1") == 8

    renewed = visitor.post("/account/recovery-codes", current=PASSWORD, code=code_now(branch, totp))
    assert codes[0] not in renewed.text
    visitor.follow(
        visitor.post("/account/second-factor/remove", current=PASSWORD, code=code_now(branch, totp))
    )
    assert not branch.accounts.factors.has("a1")
    topics = [event.TOPIC for event in told(branch)][-2:]
    assert topics == ["account.recovery_codes_made.v1", "account.second_factor_removed.v1"]


def test_a_person_ends_the_sessions_elsewhere_with_the_password(branch: Branch) -> None:
    here, there = branch.visitor("s1"), branch.visitor("s1")

    assert here.post("/account/sessions/end", which="others", current="guess").status_code == 422
    assert there.get("/board").status_code == 200
    page = here.follow(here.post("/account/sessions/end", which="others", current=PASSWORD))

    assert "登录已结束" in page
    assert there.get("/board").status_code == 303
    assert here.get("/board").status_code == 200
    assert told(branch, "S1")[-1].count == 1


def test_one_session_is_ended_and_the_others_go_on(branch: Branch) -> None:
    here, second, third = (branch.visitor("a1") for _ in range(3))
    account = branch.accounts.find("a1")
    cookie = second.client.get_cookie(COOKIE)
    assert account is not None
    assert cookie is not None
    shown = branch.accounts.sessions_of(account, cookie.value)
    key = next(s.key for s in shown if s.current)

    here.follow(here.post("/account/sessions/end", which=key, current=PASSWORD))

    assert second.get("/today").status_code == 303
    assert third.get("/today").status_code == 200


def test_nobody_ends_somebody_elses_session(branch: Branch) -> None:
    here, other = branch.visitor("a1"), branch.visitor("a2")
    account = branch.accounts.find("a2")
    assert account is not None
    (foreign,) = branch.accounts.sessions_of(account)

    here.post("/account/sessions/end", which=foreign.key, current=PASSWORD)

    assert other.get("/today").status_code == 200
