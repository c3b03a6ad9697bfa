"""Sign-in: credentials, limits, sessions (trust.md, section 3), over both stores."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.event import listen

from store import accounts as module
from store.accounts import (
    SESSION,
    Accounts,
    InitialPasswordExpired,
    LoginTaken,
    TooManyAttempts,
    UnknownLogin,
    Visit,
    Weakness,
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
    monkeypatch.setattr(module, "matches", lambda *_: pytest.fail("hashed"))

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


class Clock:
    """Seconds since 1970, moved by the test."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The accounts' clock; those of other tests in a shared database are out of its way."""
    clock = Clock()
    monkeypatch.setattr(accounts, "clock", clock)
    return clock


@pytest.mark.parametrize(
    ("role", "idle", "absolute"),
    [("agent", 12 * 3600, 7 * 86400), ("supervisor", 2 * 3600, 86400)],
)
def test_a_session_ends_after_its_roles_time_without_use_and_at_the_latest(
    accounts: Accounts, login: str, clock: Clock, role: str, idle: int, absolute: int
) -> None:
    name = f"{login}-{role}"[:64]
    account = accounts.create(name, PASSWORD, "A1", "main", role)
    begun, session = clock.now, accounts.start_session(account)

    while clock.now - begun < absolute - idle:
        clock.now += idle - 60
        assert accounts.session(session.token) is not None
    clock.now = begun + absolute
    assert accounts.session(session.token) is None

    unused = accounts.start_session(account)
    clock.now += idle
    assert accounts.session(unused.token) is None


def test_a_first_password_must_be_changed_and_opens_nothing_after_a_week(
    accounts: Accounts, login: str, clock: Clock
) -> None:
    accounts.set_password(login, "first but not last", initial=True)

    assert accounts.verify(login, "first but not last", login).must_change
    clock.now += 7 * 86400 + 1
    with pytest.raises(InitialPasswordExpired):
        accounts.verify(login, "first but not last", login)


def test_a_password_of_ones_own_stays_good_for_years(
    accounts: Accounts, login: str, clock: Clock
) -> None:
    clock.now += 5 * 365 * 86400

    assert not accounts.verify(login, PASSWORD, login).must_change


def test_nobody_locks_a_browser_out_in_which_the_person_came_in_before(
    accounts: Accounts, login: str
) -> None:
    accounts.know_browser(login, "token-of-a-browser")
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            accounts.verify(login, "wrong password", login)

    assert accounts.verify(login, PASSWORD, login, "token-of-a-browser").login == login
    with pytest.raises(TooManyAttempts):
        accounts.verify(login, PASSWORD, login, "token-of-another")


def test_a_known_browser_guesses_no_more_often_than_others(accounts: Accounts, login: str) -> None:
    accounts.know_browser(login, "token-of-a-browser")
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            accounts.verify(login, "wrong password", login, "token-of-a-browser")

    with pytest.raises(TooManyAttempts):
        accounts.verify(login, PASSWORD, login, "token-of-a-browser")


def test_a_person_sees_their_sessions_and_where_they_are(accounts: Accounts, login: str) -> None:
    account = accounts.verify(login, PASSWORD, login)
    here = accounts.start_session(account, "password", Visit("10.0.0.1", "Firefox on Windows"))
    accounts.start_session(account, "password_and_code", Visit("10.0.0.2", "Chrome on Android"))

    shown = accounts.sessions_of(account, here.token)

    assert {(s.address, s.browser, s.current) for s in shown} == {
        ("10.0.0.1", "Firefox on Windows", True),
        ("10.0.0.2", "Chrome on Android", False),
    }


def test_the_others_end_and_the_current_session_goes_on(accounts: Accounts, login: str) -> None:
    account = accounts.verify(login, PASSWORD, login)
    here, there = accounts.start_session(account), accounts.start_session(account)

    assert accounts.end_sessions(login, but=here.token) == 1

    assert accounts.session(here.token) is not None
    assert accounts.session(there.token) is None


def test_one_session_of_ones_own_ends_by_its_key(accounts: Accounts, login: str) -> None:
    account = accounts.verify(login, PASSWORD, login)
    here, there = accounts.start_session(account), accounts.start_session(account)
    key = next(s.key for s in accounts.sessions_of(account, here.token) if not s.current)

    assert accounts.end_sessions(login, key=key) == 1
    assert accounts.end_sessions("somebody-else", key=key) == 0

    assert accounts.session(there.token) is None
    assert accounts.session(here.token) is not None


def test_of_more_than_ten_sessions_the_one_unused_for_longest_ends(
    accounts: Accounts, login: str, clock: Clock
) -> None:
    account = accounts.verify(login, PASSWORD, login)
    sessions = []
    for _ in range(11):
        clock.now += 1
        sessions.append(accounts.start_session(account))

    alive = [accounts.session(session.token) is not None for session in sessions]
    assert alive == [False, *[True] * 10]


def test_a_token_has_256_random_bits(accounts: Accounts, login: str) -> None:
    account = accounts.verify(login, PASSWORD, login)
    tokens = {accounts.start_session(account).token for _ in range(20)}

    assert len(tokens) == 20
    assert all(len(b64decode(token + "=", b"-_")) == 32 for token in tokens)


@pytest.mark.parametrize("password", ["password123", "shilu-2026", "9876543210"])
def test_a_password_that_is_easily_guessed_is_refused(
    accounts: Accounts, login: str, password: str
) -> None:
    with pytest.raises(WeakPassword):
        accounts.set_password(login, password)


def test_a_password_of_ones_login_is_refused(accounts: Accounts, login: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        accounts.set_password(login, f"{login}!")
    assert refused.value.why is Weakness.OWN_WORDS


def test_known_unknown_and_ended_logins_cost_the_same_work(
    accounts: Accounts, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No clock: what takes time is counted, a hash and each statement to the database."""
    ended = f"ended-{login}"[:64]
    accounts.create(ended, PASSWORD, "A2", "main", "agent")
    accounts.disable(ended)
    work: list[str] = []
    hashing = module.matches
    monkeypatch.setattr(module, "matches", lambda *given: work.append("hash") or hashing(*given))
    listen(accounts._engine.engine, "before_cursor_execute", lambda *a: work.append(a[2]))
    spent: dict[str, Counter[tuple[str, ...]]] = {}

    for no in range(6):
        for name in (login, f"nobody-{login}", ended):
            work.clear()
            with pytest.raises(WrongCredentials):
                accounts.verify(name, f"guess {no}", f"address of {name}")
            spent.setdefault(name, Counter())[tuple(work)] += 1

    (first, second, third) = spent.values()
    assert first == second == third
    assert all(tasks.count("hash") == 1 for tasks in first)
