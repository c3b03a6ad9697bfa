"""Who may sign in: credentials and sessions (trust.md, section 3). Never part of the log.

Passwords are argon2id; at most two are computed at a time, and the limit on attempts is looked at
first, so that hashing is no lever against the service. A session is a random token of which only
the digest is stored.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

ACCOUNTS_METADATA = MetaData()
ACCOUNT = Table(
    "account",
    ACCOUNTS_METADATA,
    Column("login", String(64), primary_key=True),
    Column("person_id", String(64), nullable=False),
    Column("branch", String(32), nullable=False),
    Column("role", String(32), nullable=False),
    Column("password", String(200), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("language", String(8), nullable=False, default="zh"),
)
SESSION = Table(
    "session",
    ACCOUNTS_METADATA,
    Column("token_digest", String(64), primary_key=True),
    Column("login", String(64), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
)
ATTEMPT = Table(
    "sign_in_attempt",
    ACCOUNTS_METADATA,
    Column("no", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False),
    Column("at", Float, nullable=False),
    Index("sign_in_attempt_key_at", "key", "at"),
)
MIN_PASSWORD, MAX_PASSWORD = 8, 128
MAX_ATTEMPTS, ATTEMPT_WINDOW = 10, timedelta(minutes=15)
IDLE, ABSOLUTE = timedelta(hours=12), timedelta(days=7)
SEEN_EVERY = 60.0  # seconds between two notes that a session is in use
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_HASHING = threading.BoundedSemaphore(2)
_NOBODY = _HASHER.hash(secrets.token_hex(16))  # an unknown login costs as much as a known one


class AccountError(Exception):
    """The account cannot be as asked; the message says why."""


class LoginTaken(AccountError):
    """Somebody has this login."""


class UnknownLogin(AccountError):
    """Nobody has this login."""


class WeakPassword(AccountError):
    """The password is shorter than 8 or longer than 128 characters."""


class SignInRefused(Exception):
    """The sign-in did not succeed."""


class WrongCredentials(SignInRefused):
    """Login or password is wrong; which one is nobody's business."""


class TooManyAttempts(SignInRefused):
    """Too many wrong attempts; ``retry_after`` is the wait in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in."""

    login: str
    person_id: str
    branch: str
    role: str
    active: bool
    language: str


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in account. ``token`` is known only when the session is made."""

    account: Account
    csrf: str
    token: str = ""


class Accounts:
    """Accounts and sessions in a database of their own. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)

    def create(
        self,
        login: str,
        password: str,
        person_id: str,
        branch: str,
        role: str,
        *,
        language: str = "zh",
    ) -> Account:
        """Create an account. Raises LoginTaken, WeakPassword, AccountError on an empty login."""
        login = login.strip().lower()
        if not login or len(login) > 64:
            raise AccountError("a login has 1 to 64 characters")
        row = {
            "login": login,
            "person_id": person_id,
            "branch": branch,
            "role": role,
            "password": _hashed(password),
            "active": True,
            "language": language,
        }
        try:
            with self._writer.begin() as connection:
                connection.execute(insert(ACCOUNT).values(**row))
        except IntegrityError as problem:
            raise LoginTaken(login) from problem
        return Account(login, person_id, branch, role, active=True, language=language)

    def find(self, login: str) -> Account | None:
        """Return the account with this login, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(ACCOUNT).where(ACCOUNT.c.login == login.strip().lower())
            ).first()
        return _account(row) if row else None

    def all_of(self, branch: str) -> Sequence[Account]:
        """Return the accounts of a branch, by login."""
        query = select(ACCOUNT).where(ACCOUNT.c.branch == branch).order_by(ACCOUNT.c.login)
        with self._engine.connect() as connection:
            return [_account(row) for row in connection.execute(query)]

    def set_password(self, login: str, password: str) -> None:
        """Set a new password and end the account's sessions. Raises UnknownLogin, WeakPassword."""
        self._change(login, password=_hashed(password))

    def disable(self, login: str) -> None:
        """Let nobody sign in with this login any more. Raises UnknownLogin."""
        self._change(login, active=False)

    def enable(self, login: str) -> None:
        """Let the account sign in again. Raises UnknownLogin."""
        self._change(login, active=True)

    def set_language(self, login: str, language: str) -> None:
        """Remember the language of the account: zh or en."""
        with self._writer.begin() as connection:
            connection.execute(
                update(ACCOUNT).where(ACCOUNT.c.login == login).values(language=language)
            )

    def verify(self, login: str, password: str, address: str) -> Account:
        """Return the account if the password is right.

        ``address`` is where the attempt came from. Raises TooManyAttempts before any hashing,
        WrongCredentials otherwise.
        """
        login = login.strip().lower()
        keys = (f"login:{login}", f"address:{address}")
        self._check_attempts(keys)
        with self._engine.connect() as connection:
            row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.login == login)).first()
        right = _matches(row.password if row else _NOBODY, password)
        if row is None or not right or not row.active:
            self._note_attempt(keys)
            raise WrongCredentials
        with self._writer.begin() as connection:
            connection.execute(delete(ATTEMPT).where(ATTEMPT.c.key == keys[0]))
        return _account(row)

    def start_session(self, account: Account) -> Session:
        """Start a session with a new token."""
        token, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), _now()
        with self._writer.begin() as connection:
            connection.execute(
                delete(SESSION).where(SESSION.c.created_at < now - ABSOLUTE.total_seconds())
            )
            connection.execute(
                insert(SESSION).values(
                    token_digest=_digest(token),
                    login=account.login,
                    csrf=csrf,
                    created_at=now,
                    seen_at=now,
                )
            )
        return Session(account, csrf, token)

    def session(self, token: str) -> Session | None:
        """Return the live session of a token with the account as it is now, or None."""
        now = _now()
        query = (
            select(SESSION.c.csrf, SESSION.c.seen_at, ACCOUNT)
            .join(ACCOUNT, ACCOUNT.c.login == SESSION.c.login)
            .where(
                SESSION.c.token_digest == _digest(token),
                SESSION.c.seen_at > now - IDLE.total_seconds(),
                SESSION.c.created_at > now - ABSOLUTE.total_seconds(),
                ACCOUNT.c.active.is_(True),
            )
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if now - row.seen_at > SEEN_EVERY:
            self._note_seen(token, now)
        return Session(_account(row), row.csrf)

    def end_session(self, token: str) -> None:
        """End a session; nothing happens if it ended before."""
        with self._writer.begin() as connection:
            connection.execute(delete(SESSION).where(SESSION.c.token_digest == _digest(token)))

    def spend(self, key: str) -> None:
        """Count one use of something that is allowed as often as wrong passwords are.

        Raises TooManyAttempts before it counts.
        """
        self._check_attempts([key])
        self._note_attempt([key])

    def _change(self, login: str, **values: object) -> None:
        login = login.strip().lower()
        with self._writer.begin() as connection:
            done = connection.execute(
                update(ACCOUNT).where(ACCOUNT.c.login == login).values(**values)
            )
            if done.rowcount == 0:
                raise UnknownLogin(login)
            connection.execute(delete(SESSION).where(SESSION.c.login == login))

    def _check_attempts(self, keys: Sequence[str]) -> None:
        since = _now() - ATTEMPT_WINDOW.total_seconds()
        query = (
            select(func.count(), func.min(ATTEMPT.c.at))
            .where(ATTEMPT.c.key.in_(keys), ATTEMPT.c.at > since)
            .group_by(ATTEMPT.c.key)
        )
        with self._engine.connect() as connection:
            for count, first in connection.execute(query):
                if count >= MAX_ATTEMPTS:
                    raise TooManyAttempts(max(int(first - since) + 1, 1))

    def _note_attempt(self, keys: Sequence[str]) -> None:
        now = _now()
        with self._writer.begin() as connection:
            old = now - ATTEMPT_WINDOW.total_seconds()
            connection.execute(delete(ATTEMPT).where(ATTEMPT.c.at < old))
            connection.execute(insert(ATTEMPT), [{"key": key, "at": now} for key in keys])

    def _note_seen(self, token: str, now: float) -> None:
        with self._writer.begin() as connection:
            connection.execute(
                update(SESSION).where(SESSION.c.token_digest == _digest(token)).values(seen_at=now)
            )


def _hashed(password: str) -> str:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise WeakPassword(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")
    with _HASHING:
        return _HASHER.hash(password)


def _matches(stored: str, password: str) -> bool:
    if len(password) > MAX_PASSWORD:
        return False
    with _HASHING:
        try:
            return _HASHER.verify(stored, password)
        except (VerifyMismatchError, InvalidHashError):
            return False


def _account(row: Row[Any]) -> Account:
    return Account(
        row.login, row.person_id, row.branch, row.role, active=row.active, language=row.language
    )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _now() -> float:
    return datetime.now(UTC).timestamp()
