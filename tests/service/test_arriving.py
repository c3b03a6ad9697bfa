"""From the right password to the first page: code, own password, second factor; all on record."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.refused import Notary
from service.sessions import BROWSER_COOKIE, COOKIE
from tests.copies import app_over
from tests.service.conftest import PASSWORD, TODAY, Branch, code_now, errors_of, set_up_factor

OWN = "eleven purple kettles"


class Arrival:
    """Somebody on the way in, step by step."""

    def __init__(self, branch: Branch, login: str) -> None:
        self.branch, self.login = branch, login
        self.client: FlaskClient = branch.app.test_client()

    def enter(self, password: str = PASSWORD, **more: str) -> TestResponse:
        """Give login and password."""
        given = {"login": self.login, "password": password, **more}
        return self.client.post("/sign-in", data=given)

    def give(self, step: str, **fields: str) -> TestResponse:
        """Fill the form of a step."""
        page = self.client.get(f"/sign-in/{step}").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None, page
        return self.client.post(f"/sign-in/{step}", data={"csrf_token": token[1], **fields})

    def is_in(self) -> bool:
        """Tell whether the session opens the pages."""
        return self.client.get("/").headers["Location"] != "/sign-in"


@pytest.fixture
def strict(branch: Branch) -> Branch:
    """The branch with a second factor asked of everybody."""
    everybody = frozenset({"agent", "supervisor", "upper_supervisor", "auditor", "administrator"})
    branch.context = replace(branch.context, second_factor=everybody)
    branch.app = app_over(branch.context)
    branch.open_account("a1")
    return branch


def told(branch: Branch, person_id: str = "A1") -> list[Any]:
    """Return what is on record about a person's ways in, but for the opening of the day."""
    notary: Notary = branch.app.extensions["shilu.refused"]
    notary.flush()
    found = branch.record.accounts.find(person_id, TODAY)
    return list(branch.record.events.get(found.id))[1:] if found else []


def test_a_password_alone_is_on_record_as_such(branch: Branch) -> None:
    branch.open_account("a1")

    assert Arrival(branch, "a1").enter().headers["Location"] == "/"

    (signed_in,) = told(branch)
    assert (signed_in.TOPIC, str(signed_in.proof)) == ("account.signed_in.v1", "password")
    assert (signed_in.by.actor, signed_in.by.source, signed_in.team_id) == ("A1", "web", "T1")


def test_who_is_turned_away_is_on_record_and_what_was_typed_is_not(branch: Branch) -> None:
    branch.open_account("a1")

    Arrival(branch, "a1").enter("a guess of somebody")
    Arrival(branch, "nobody").enter("a guess of somebody")

    (turned,) = told(branch)
    assert (turned.TOPIC, str(turned.reason)) == ("account.turned_away.v1", "wrong_password")
    stored = branch.record.recorder.select_notifications(None, limit=10**6)
    assert not [row for row in stored if b"guess" in row.state or b"nobody" in row.state]


def test_a_second_factor_is_asked_for_after_the_password(branch: Branch) -> None:
    totp, _ = set_up_factor(branch, "a1")
    arrival = Arrival(branch, "a1")

    assert arrival.enter(next="/mine").headers["Location"] == "/sign-in/code?next=/mine"
    assert arrival.client.get("/today").status_code == 303
    assert not arrival.is_in()
    response = arrival.give("code", code=code_now(branch, totp), next="/mine")

    assert response.headers["Location"] == "/mine"
    assert arrival.is_in()
    assert str(told(branch)[-1].proof) == "password_and_code"


def test_every_step_gives_a_new_session_and_ends_the_one_before(branch: Branch) -> None:
    totp, _ = set_up_factor(branch, "a1")
    arrival = Arrival(branch, "a1")
    arrival.enter()
    before = arrival.client.get_cookie(COOKIE)

    arrival.give("code", code=code_now(branch, totp))

    after = arrival.client.get_cookie(COOKIE)
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert branch.accounts.session(before.value) is None


def test_a_recovery_code_takes_the_place_of_the_phone(branch: Branch) -> None:
    _, codes = set_up_factor(branch, "a1")
    arrival = Arrival(branch, "a1")
    arrival.enter()

    arrival.give("code", code=codes[0])

    assert arrival.is_in()
    assert str(told(branch)[-1].proof) == "password_and_recovery_code"


def test_wrong_codes_are_counted_before_anything_is_computed(branch: Branch) -> None:
    set_up_factor(branch, "a1")
    arrival = Arrival(branch, "a1")
    arrival.enter()

    answers = [arrival.give("code", code="000000") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    reasons = [str(event.reason) for event in told(branch)]
    assert reasons == ["wrong_code"] * 5 + ["too_many_attempts"]


def test_the_code_of_the_password_step_is_of_no_use_without_its_token(branch: Branch) -> None:
    totp, _ = set_up_factor(branch, "a1")
    arrival = Arrival(branch, "a1")
    arrival.enter()

    code = {"csrf_token": "guessed", "code": code_now(branch, totp)}
    assert arrival.client.post("/sign-in/code", data=code).status_code == 403
    assert not arrival.is_in()


def test_a_first_password_lets_nobody_in_before_it_is_changed(branch: Branch) -> None:
    branch.accounts.create("a1", PASSWORD, "A1", "main", "agent", initial=True)
    arrival = Arrival(branch, "a1")

    assert arrival.enter().headers["Location"] == "/sign-in/password"
    assert not arrival.is_in()
    for refused in (PASSWORD, "woaini1314", "wangxiaomei"):
        response = arrival.give("password", password=refused, again=refused)
        assert response.status_code == 422, refused
    assert arrival.give("password", password=OWN, again=OWN + "!").status_code == 422
    assert arrival.give("password", password=OWN, again=OWN).headers["Location"] == "/"

    assert arrival.is_in()
    assert Arrival(branch, "a1").enter(PASSWORD).status_code == 401
    assert Arrival(branch, "a1").enter(OWN).headers["Location"] == "/"
    topics = [event.TOPIC for event in told(branch)][:2]
    assert topics == ["account.password_changed.v1", "account.signed_in.v1"]


def test_a_password_is_taken_with_the_spaces_around_it(branch: Branch) -> None:
    branch.accounts.create("a1", PASSWORD, "A1", "main", "agent", initial=True)
    arrival = Arrival(branch, "a1")
    arrival.enter()

    arrival.give("password", password=f" {OWN} ", again=f" {OWN} ")

    assert Arrival(branch, "a1").enter(OWN).status_code == 401
    assert Arrival(branch, "a1").enter(f" {OWN} ").status_code == 303


def test_an_old_first_password_says_whom_to_ask(branch: Branch) -> None:
    branch.accounts.create("a1", PASSWORD, "A1", "main", "agent", initial=True)
    later = branch.accounts.clock() + 8 * 86400
    branch.accounts.clock = lambda: later  # type: ignore[method-assign]

    response = Arrival(branch, "a1").enter()

    assert response.status_code == 401
    assert "初始密码过期了" in errors_of(response)


def test_where_it_is_asked_for_nobody_comes_in_without_a_second_factor(strict: Branch) -> None:
    arrival = Arrival(strict, "a1")

    assert arrival.enter().headers["Location"] == "/sign-in/second-factor"
    assert not arrival.is_in()
    page = arrival.client.get("/sign-in/second-factor").text
    seed = re.search(r'<p class="seed"><code>([A-Z2-7 ]+)</code>', page)
    assert seed is not None
    assert 'src="data:image/svg+xml' in page
    totp = pyotp.TOTP(seed[1].replace(" ", ""))
    assert arrival.give("second-factor", code="000000").status_code == 422
    shown = arrival.give("second-factor", code=code_now(strict, totp))

    codes = re.findall(r"<li><code>(\d-\w{5}-\w{5})</code>", shown.text)
    assert (shown.status_code, len(set(codes))) == (200, 8)
    assert arrival.is_in()
    topics = [event.TOPIC for event in told(strict)]
    assert topics == ["account.second_factor_set.v1", "account.signed_in.v1"]


def test_accounts_of_the_demo_come_in_without_one(strict: Branch) -> None:
    strict.accounts.exempt_all(["a1"])

    assert Arrival(strict, "a1").enter().headers["Location"] == "/"


def test_a_session_from_before_it_was_asked_for_opens_nothing_any_more(strict: Branch) -> None:
    visitor = strict.visitor("a1")

    assert visitor.get("/today").headers["Location"].startswith("/sign-in")


def test_a_step_is_over_after_a_quarter_of_an_hour(branch: Branch) -> None:
    totp, _ = set_up_factor(branch, "a1")
    arrival = Arrival(branch, "a1")
    arrival.enter()
    later = branch.accounts.clock() + 15 * 60
    branch.accounts.clock = lambda: later  # type: ignore[method-assign]

    assert arrival.client.get("/sign-in/code").headers["Location"] == "/sign-in"
    assert totp.at(int(later))


def test_a_browser_in_which_one_came_in_is_not_locked_out_from_elsewhere(branch: Branch) -> None:
    branch.open_account("a1")
    home, elsewhere = Arrival(branch, "a1"), Arrival(branch, "a1")
    home.enter()
    cookie = home.client.get_cookie(BROWSER_COOKIE)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Strict")

    answers = [elsewhere.enter(f"guess number {n}").status_code for n in range(11)]

    assert answers == [401] * 10 + [429]
    assert home.enter().status_code == 303


def test_no_hint_and_no_secret_question_is_offered(branch: Branch) -> None:
    page = branch.visitor().get("/sign-in", **{"Accept-Language": "en"}).text

    assert not re.search(r"hint|question|forgot", page, re.IGNORECASE)
    fields = set(re.findall(r'<input type="(?:text|password)"[^>]* name="(\w+)"', page))
    assert fields == {"login", "password"}


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/password", "/account", "/people/new"])
def test_passwords_are_masked_and_may_be_pasted_and_filled_in(branch: Branch, path: str) -> None:
    if path == "/sign-in/password":
        branch.accounts.create("a1", PASSWORD, "A1", "main", "agent", initial=True)
        arrival = Arrival(branch, "a1")
        arrival.enter()
        page = arrival.client.get(path).text
    else:
        page = branch.visitor("" if path == "/sign-in" else "m1").get(path).text

    inputs = re.findall(r"<input[^>]*(?:password|current|again)\"[^>]*>", page)
    passwords = [tag for tag in inputs if re.search(r'name="(password|current|again)"', tag)]
    assert passwords
    for tag in passwords:
        assert 'type="password"' in tag
        assert re.search(r'autocomplete="(current|new)-password"', tag)
        assert not re.search(r"onpaste|readonly", tag)
        assert 'maxlength="128"' in tag
