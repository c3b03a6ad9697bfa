"""The ways in for programs: the same steps as on the pages, the same limits, the same record."""

from __future__ import annotations

from dataclasses import replace

import pyotp
from werkzeug.test import TestResponse

from tests.api.conftest import PASSWORD, Branch
from tests.copies import app_over

OWN = "eleven purple kettles"


def sign_in(branch: Branch, login: str = "a1", **more: str) -> TestResponse:
    given = {"login": login, "password": PASSWORD, **more}
    return branch.client().post("/api/v1/sessions", json=given)


def kind_of(response: TestResponse) -> str:
    assert response.json is not None
    return str(response.json["type"]).rsplit(":", 1)[1]


def set_up(branch: Branch) -> tuple[pyotp.TOTP, list[str]]:
    """Set A1's second factor up over the API; the clock then stands a step later."""
    seed = branch.ask("A1", "POST", "/account/second-factor", {"password": PASSWORD}).json
    assert seed is not None
    totp = pyotp.TOTP(seed["seed"])
    body = {"code": now(branch, totp)}
    codes = branch.ask("A1", "POST", "/account/second-factor/confirmation", body).json
    assert codes is not None
    return totp, codes["recovery_codes"]


def now(branch: Branch, totp: pyotp.TOTP) -> str:
    later = branch.accounts.clock() + 30
    branch.accounts.clock = lambda: later  # type: ignore[method-assign]
    return totp.at(int(later))


def test_with_a_second_factor_a_token_takes_a_code(branch: Branch) -> None:
    totp, codes = set_up(branch)

    assert kind_of(sign_in(branch)) == "code-missing"
    assert kind_of(sign_in(branch, code="000000")) == "wrong-code"
    assert sign_in(branch, code=now(branch, totp)).status_code == 201
    assert sign_in(branch, code=codes[0]).status_code == 201
    assert kind_of(sign_in(branch, code=codes[0])) == "wrong-code"


def test_the_session_that_set_the_factor_up_goes_on(branch: Branch) -> None:
    set_up(branch)

    assert branch.ask("A1", "GET", "/me").status_code == 200


def test_a_first_password_is_changed_before_anything_else(branch: Branch) -> None:
    branch.accounts.create("new", PASSWORD, "A1", "main", "agent", initial=True)

    assert kind_of(sign_in(branch, "new")) == "password-to-change"
    body = {"login": "new", "password": PASSWORD, "new_password": "iloveyou"}
    client = branch.client()
    weak = client.post("/api/v1/sessions/first-password", json=body)
    assert (weak.status_code, kind_of(weak)) == (422, "weak-password")
    done = client.post("/api/v1/sessions/first-password", json=body | {"new_password": OWN})
    assert done.status_code == 201
    assert sign_in(branch, "new", password=OWN).status_code == 201


def test_where_a_second_factor_is_asked_for_none_is_no_way_in(branch: Branch) -> None:
    branch.token("A1")
    context = replace(branch.app.extensions["shilu"], second_factor=frozenset({"agent"}))
    branch.app = app_over(context)

    assert kind_of(sign_in(branch)) == "second-factor-missing"
    assert branch.ask("A1", "GET", "/me").status_code == 401


def test_a_password_changes_with_the_present_one_alone(branch: Branch) -> None:
    path, body = "/account/password", {"password": "a guess", "new_password": OWN}

    branch.token("A1")
    assert branch.ask("A1", "POST", path, body).status_code == 401
    assert branch.ask("A1", "POST", path, body | {"password": PASSWORD}).status_code == 204

    assert branch.ask("A1", "GET", "/me").status_code == 401
    assert sign_in(branch, password=OWN).status_code == 201


def test_a_person_sees_and_ends_their_sessions(branch: Branch) -> None:
    branch.token("A1")
    other = sign_in(branch).json
    assert other is not None

    shown = branch.ask("A1", "GET", "/account").json
    assert shown is not None
    assert [s["current"] for s in shown["sessions"]].count(True) == 1
    ended = branch.ask("A1", "POST", "/account/sessions/end", {"password": PASSWORD}).json

    assert ended == {"ended": 1}
    headers = {"Authorization": f"Bearer {other['token']}"}
    assert branch.client().get("/api/v1/me", headers=headers).status_code == 401
