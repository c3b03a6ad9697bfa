"""Sign-in: credentials, limits, sessions (trust.md, section 3), over both stores."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from store import accounts as module
from store.accounts import (
    SESSION,
    Accounts,
    LoginTaken,
    TooManyAttempts,
    UnknownLogin,
    WeakPassword,
    WrongCredentials,
)
from store.engines import engine_of

from .conftest import a_branch

PASSWORD = "correct horse battery"


@pytest.fixture
def accounts(tmp_path: Path, database_url: str) -> Accounts:
    a_branch(tmp_path, database_url)
    url = database_url or f"sqlite:///{tmp_path}/accounts.db"
    return Accounts(engine_of(url, schema="accounts"))


@pytest.fixture
def login(accounts: Accounts, request: pytest.FixtureRequest) -> str:
    """A login of the test's own (the PostgreSQL database is shared)."""
    name = f"u{abs(hash(request.node.nodeid)) % 10**12}"
    accounts.create(name, PASSWORD, "A1", "main", "agent")
    return name


def test_the_right_password_signs_in(accounts: Accounts, login: str) -> None:
    assert accounts.verify(login, PASSWORD, login).person_id == "A1"


def test_a_login_is_the_same_in_capitals(accounts: Accounts, login: str) -> None:
    assert accounts.verify(login.upper(), PASSWORD, login).login == login


def test_a_login_is_taken_once(accounts: Accounts, login: str) -> None:
    with pytest.raises(LoginTaken):
        accounts.create(login, PASSWORD, "A2", "main", "agent")


def test_a_short_password_is_refused(accounts: Accounts, login: str) -> None:
    with pytest.raises(WeakPassword):
        accounts.set_password(login, "1234567")


def test_wrong_and_unknown_are_refused_alike(accounts: Accounts, login: str) -> None:
    refused = []
    for name in (login, f"nobody-{login}"):
        with pytest.raises(WrongCredentials) as error:
            accounts.verify(name, "wrong password", login)
        refused.append(str(error.value))

    assert refused[0] == refused[1]


def test_the_eleventh_attempt_is_refused_even_with_the_right_password(
    accounts: Accounts, login: str
) -> None:
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            accounts.verify(login, "wrong password", login)

    with pytest.raises(TooManyAttempts) as refused:
        accounts.verify(login, PASSWORD, "another address " + login)
    assert 0 < refused.value.retry_after <= 15 * 60


def test_too_many_attempts_cost_no_hash(
    accounts: Accounts, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            accounts.verify(login, "wrong password", login)
    monkeypatch.setattr(module, "_matches", lambda *_: pytest.fail("hashed"))

    with pytest.raises(TooManyAttempts):
        accounts.verify(login, PASSWORD, login)


def test_a_disabled_account_does_not_sign_in(accounts: Accounts, login: str) -> None:
    accounts.disable(login)

    with pytest.raises(WrongCredentials):
        accounts.verify(login, PASSWORD, login)


def test_a_session_is_found_by_its_token_only(accounts: Accounts, login: str) -> None:
    session = accounts.start_session(accounts.verify(login, PASSWORD, login))

    found = accounts.session(session.token)
    assert found is not None
    assert (found.account.login, found.csrf) == (login, session.csrf)
    assert accounts.session(session.token + "x") is None


def test_an_ended_session_is_gone(accounts: Accounts, login: str) -> None:
    session = accounts.start_session(accounts.verify(login, PASSWORD, login))

    accounts.end_session(session.token)

    assert accounts.session(session.token) is None


def test_disabling_an_account_ends_its_sessions(accounts: Accounts, login: str) -> None:
    session = accounts.start_session(accounts.verify(login, PASSWORD, login))

    accounts.disable(login)

    assert accounts.session(session.token) is None


def test_a_new_password_ends_the_old_sessions(accounts: Accounts, login: str) -> None:
    session = accounts.start_session(accounts.verify(login, PASSWORD, login))

    accounts.set_password(login, "another password")

    assert accounts.session(session.token) is None


def test_an_idle_session_ends(accounts: Accounts, login: str) -> None:
    session = accounts.start_session(accounts.verify(login, PASSWORD, login))
    with accounts._engine.begin() as connection:
        connection.execute(update(SESSION).where(SESSION.c.login == login).values(seen_at=0.0))

    assert accounts.session(session.token) is None


def test_nobody_unknown_gets_a_password(accounts: Accounts) -> None:
    with pytest.raises(UnknownLogin):
        accounts.set_password("nobody-at-all", PASSWORD)
