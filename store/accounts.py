"""Who may sign in: credentials and sessions (trust.md, section 3). Never part of the log.

Passwords are argon2id; the limit on attempts is looked at first, so that hashing is no lever
against the service. A session is a random token of which only the digest is stored. A browser in
which a person signed in before has a count of its own: nobody can lock it out from elsewhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Float,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from store.attempts import ATTEMPTS_METADATA, Attempts, SignInRefused, TooManyAttempts
from store.passwords import (
    MAX_PASSWORD,
    MIN_PASSWORD,
    Weakness,
    hashed,
    initial_password,
    matches,
    weakness,
)
from store.second_factor import FACTORS_METADATA, SECOND_FACTOR, Sealing, SecondFactors

__all__ = [
    "ACCOUNTS_TABLES",
    "MAX_PASSWORD",
    "MIN_PASSWORD",
    "Account",
    "AccountError",
    "Accounts",
    "InitialPasswordExpired",
    "LoginTaken",
    "Session",
    "SessionShown",
    "SignInRefused",
    "TooManyAttempts",
    "UnknownLogin",
    "WeakPassword",
    "Weakness",
    "WrongCredentials",
    "initial_password",
]
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
    Column("must_change", Boolean, nullable=False, default=False),
    Column("initial_until", Float),  # a first password opens nothing after this instant
    Column("exempt", Boolean, nullable=False, default=False),
    Column("branches", Text, nullable=False, default=""),  # others that it sees: names, or all
)
SESSION = Table(
    "session",
    ACCOUNTS_METADATA,
    Column("token_digest", String(64), primary_key=True),
    Column("login", String(64), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("proof", String(40), nullable=False, default="password"),
    Column("address", String(64), nullable=False, default=""),
    Column("browser", String(120), nullable=False, default=""),
    Column("branch", String(32), nullable=False, default=""),  # where its owner is; empty: at home
)
KNOWN_BROWSER = Table(
    "known_browser",
    ACCOUNTS_METADATA,
    Column("token_digest", String(64), primary_key=True),
    Column("login", String(64), primary_key=True),
    Column("seen_at", Float, nullable=False),
)
ACCOUNTS_TABLES = (ACCOUNTS_METADATA, ATTEMPTS_METADATA, FACTORS_METADATA)
# Columns that came later: what an older table is given (store/migrate.py).
ADDED_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("account", "must_change", "BOOLEAN NOT NULL DEFAULT FALSE"),
    ("account", "initial_until", "DOUBLE PRECISION"),
    ("account", "exempt", "BOOLEAN NOT NULL DEFAULT FALSE"),
    ("session", "proof", "VARCHAR(40) NOT NULL DEFAULT 'password'"),
    ("session", "address", "VARCHAR(64) NOT NULL DEFAULT ''"),
    ("session", "browser", "VARCHAR(120) NOT NULL DEFAULT ''"),
    ("account", "branches", "TEXT NOT NULL DEFAULT ''"),
    ("session", "branch", "VARCHAR(32) NOT NULL DEFAULT ''"),
)
IDLE, ABSOLUTE = timedelta(hours=12), timedelta(days=7)  # agents, on a phone of their own
DESK_IDLE, DESK_ABSOLUTE = timedelta(hours=2), timedelta(hours=24)  # everybody else
ON_THE_ROAD = "agent"
INITIAL_LASTS = timedelta(days=7)
BROWSER_KNOWN = timedelta(days=180)
VISITORS = frozenset({"auditor", "administrator", "upper_supervisor"})  # may see other branches
ALL_BRANCHES = "all"
MAX_SESSIONS = 10  # of one account at once; the one unused for longest ends
SEEN_EVERY = 60.0  # seconds between two notes that a session is in use
_NOBODY = hashed(secrets.token_hex(16))  # an unknown login costs as much as a known one


class AccountError(Exception):
    """The account cannot be as asked; the message says why."""


class LoginTaken(AccountError):
    """Somebody has this login."""


class UnknownLogin(AccountError):
    """Nobody has this login."""


class WeakPassword(AccountError):
    """The password has less than 8 or more than 128 characters, or is easily guessed."""

    def __init__(self, why: Weakness) -> None:
        super().__init__(f"the password is not taken: {why}")
        self.why = why


class WrongCredentials(SignInRefused):
    """Login or password is wrong; which one is nobody's business.

    ``account`` is whose login it was, for the record alone; None when nobody has it.
    """

    def __init__(self, account: Account | None = None) -> None:
        super().__init__("wrong login or password")
        self.account = account


class InitialPasswordExpired(WrongCredentials):
    """The first password was right and is too old."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. ``exempt``: of the demo, without a second factor.

    ``branches``: those that are seen besides the own one, as ``a,b`` or ``all``.
    """

    login: str
    person_id: str
    branch: str
    role: str
    active: bool
    language: str
    must_change: bool = False
    exempt: bool = False
    branches: str = ""
    second_factor: bool = False

    def sees(self, branch: str) -> bool:
        """Tell whether the account may look into a branch: its own, or one granted to it."""
        if branch == self.branch:
            return True
        granted = self.branches.split(",") if self.role in VISITORS else ()
        return ALL_BRANCHES in granted or branch in granted


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in account. ``token`` is known only when the session is made."""

    account: Account
    csrf: str
    token: str = ""
    proof: str = "password"
    created_at: float = 0.0
    visited: str = ""

    @property
    def branch(self) -> str:
        """The branch that is looked at: the own one, or another while the account sees it."""
        visits = self.visited and self.account.sees(self.visited)
        return self.visited if visits else self.account.branch


@dataclass(frozen=True, slots=True)
class SessionShown:
    """One of a person's sessions as they see it; instants in seconds since 1970."""

    key: str
    created_at: float
    seen_at: float
    proof: str
    address: str
    browser: str
    current: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """Where somebody comes from: for the list of sessions, and for the count of attempts."""

    address: str = ""
    browser: str = ""
    known_as: str = ""  # the token of a browser in which somebody signed in before


def lifetimes(role: str) -> tuple[timedelta, timedelta]:
    """Return after how long without use, and after how long at most, a session of a role ends."""
    return (IDLE, ABSOLUTE) if role == ON_THE_ROAD else (DESK_IDLE, DESK_ABSOLUTE)


class Accounts:
    """Accounts and sessions in a database of their own. Thread-safe.

    ``vault`` seals the seeds of second factors, ``own_words`` are what no password may be made of,
    ``clock`` gives seconds since 1970.
    """

    def __init__(
        self,
        engine: Engine,
        vault: Sealing | None = None,
        own_words: Sequence[str] = (),
        clock: Callable[[], float] = lambda: datetime.now(UTC).timestamp(),
    ) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        self._own_words = tuple(own_words)
        self.clock = clock
        self._attempts = Attempts(engine, lambda: self.clock())
        self.factors = SecondFactors(engine, vault, self._attempts, lambda: self.clock())

    @property
    def engine(self) -> Engine:
        """The database, which other small stores outside the log share."""
        return self._engine

    def create(
        self,
        login: str,
        password: str,
        person_id: str,
        branch: str,
        role: str,
        *,
        language: str = "zh",
        initial: bool = False,
        exempt: bool = False,
        branches: str = "",
        about: Iterable[str] = (),
    ) -> Account:
        """Create an account. Raises LoginTaken, WeakPassword, AccountError on an empty login.

        ``initial``: somebody else chose the password; it must be changed at the first sign-in and
        opens nothing after INITIAL_LASTS. ``about`` are words that tell of the person.
        """
        login = login.strip().lower()
        if not login or len(login) > 64:
            raise AccountError("a login has 1 to 64 characters")
        row = {
            "login": login,
            "person_id": person_id,
            "branch": branch,
            "role": role,
            "password": self._taken(password, (login, person_id, *about)),
            "active": True,
            "language": language,
            "exempt": exempt,
            "branches": branches,
            **self._initial(initial),
        }
        try:
            with self._writer.begin() as connection:
                connection.execute(insert(ACCOUNT).values(**row))
        except IntegrityError as problem:
            raise LoginTaken(login) from problem
        return Account(
            login,
            person_id,
            branch,
            role,
            active=True,
            language=language,
            must_change=initial,
            exempt=exempt,
            branches=branches,
        )

    def find(self, login: str) -> Account | None:
        """Return the account with this login, or None."""
        query = _accounts().where(ACCOUNT.c.login == login.strip().lower())
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return _account(row) if row else None

    def all_of(self, branch: str) -> Sequence[Account]:
        """Return the accounts of a branch, by login."""
        query = _accounts().where(ACCOUNT.c.branch == branch).order_by(ACCOUNT.c.login)
        with self._engine.connect() as connection:
            return [_account(row) for row in connection.execute(query)]

    def language_of(self, branch: str, person_id: str) -> str:
        """Return zh or en, as the person's account has it; zh without one."""
        query = select(ACCOUNT.c.language).where(
            ACCOUNT.c.branch == branch, ACCOUNT.c.person_id == person_id
        )
        with self._engine.connect() as connection:
            return str(connection.execute(query).scalar() or "zh")

    def set_password(
        self, login: str, password: str, *, initial: bool = False, about: Iterable[str] = ()
    ) -> None:
        """Set a new password and end the account's sessions. Raises UnknownLogin, WeakPassword.

        A first password can't be kept by its owner as their own: that is WeakPassword too.
        """
        if not initial and self._is_initial(login, password):
            raise WeakPassword(Weakness.THE_FIRST_ONE)
        taken = self._taken(password, (login, *about))
        self._change(login, password=taken, **self._initial(initial))

    def weakness(self, password: str, about: Iterable[str] = ()) -> Weakness | None:
        """Return why a password would not be taken, or None; ``about`` tells of the person."""
        return weakness(password, (*self._own_words, *about))

    def exempt_all(self, logins: Sequence[str]) -> None:
        """Let accounts of the demo sign in without a second factor."""
        with self._writer.begin() as connection:
            mine = ACCOUNT.c.login.in_(logins)
            connection.execute(update(ACCOUNT).where(mine).values(exempt=True))

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

    def verify(self, login: str, password: str, address: str, known_as: str = "") -> Account:
        """Return the account if the password is right.

        ``address`` is where the attempt came from, ``known_as`` the token of a browser that may be
        known. Raises TooManyAttempts before any hashing, WrongCredentials otherwise.
        """
        login = login.strip().lower()
        keys = self._keys_of(login, address, known_as)
        self._attempts.check(keys)
        with self._engine.connect() as connection:
            row = connection.execute(
                _accounts(ACCOUNT.c.password, ACCOUNT.c.initial_until).where(
                    ACCOUNT.c.login == login
                )
            ).first()
        right = matches(row.password if row else _NOBODY, password)
        if row is None or not right or not row.active:
            self._attempts.note(keys)
            raise WrongCredentials(_account(row) if row else None)
        if row.initial_until is not None and row.initial_until < self.clock():
            raise InitialPasswordExpired(_account(row))
        self._attempts.forget(keys[0])
        return _account(row)

    def know_browser(self, login: str, token: str) -> None:
        """Remember that a person came in with this browser."""
        row = {"token_digest": _digest(token), "login": login}
        now = self.clock()
        with self._writer.begin() as connection:
            old = now - BROWSER_KNOWN.total_seconds()
            connection.execute(delete(KNOWN_BROWSER).where(KNOWN_BROWSER.c.seen_at < old))
            connection.execute(delete(KNOWN_BROWSER).filter_by(**row))
            connection.execute(insert(KNOWN_BROWSER).values(seen_at=now, **row))

    def start_session(
        self, account: Account, proof: str = "password", visit: Visit | None = None
    ) -> Session:
        """Start a session with a new token; of MAX_SESSIONS the one unused for longest ends."""
        visit = visit or Visit()
        token, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), self.clock()
        mine = SESSION.c.login == account.login
        with self._writer.begin() as connection:
            connection.execute(
                delete(SESSION).where(SESSION.c.created_at < now - ABSOLUTE.total_seconds())
            )
            newest = connection.execute(
                select(SESSION.c.token_digest).where(mine).order_by(SESSION.c.seen_at.desc())
            ).scalars()
            too_many = list(newest)[MAX_SESSIONS - 1 :]
            connection.execute(delete(SESSION).where(SESSION.c.token_digest.in_(too_many)))
            connection.execute(
                insert(SESSION).values(
                    token_digest=_digest(token),
                    login=account.login,
                    csrf=csrf,
                    created_at=now,
                    seen_at=now,
                    proof=proof,
                    address=visit.address[:64],
                    browser=visit.browser[:120],
                )
            )
        return Session(account, csrf, token, proof, now)

    def session(self, token: str) -> Session | None:
        """Return the live session of a token with the account as it is now, or None."""
        now = self.clock()
        with self._engine.connect() as connection:
            row = connection.execute(LIVE_SESSION, {"digest": _digest(token)}).first()
        if row is None or not _is_alive(row, row.role, now):
            return None
        if now - row.seen_at > SEEN_EVERY:
            self._note_seen(token, now)
        return Session(
            _account(row),
            row.csrf,
            proof=row.proof,
            created_at=row.created_at,
            visited=row.visited,
        )

    def visit(self, token: str, branch: str) -> None:
        """Let a session look at a branch from now on; forms of the branch before count no more."""
        mine, csrf = SESSION.c.token_digest == _digest(token), secrets.token_urlsafe(32)
        with self._writer.begin() as connection:
            connection.execute(update(SESSION).where(mine).values(branch=branch, csrf=csrf))

    def grant(self, login: str, branches: str) -> None:
        """Let an account see other branches (``a,b`` or ``all``; empty: none). Raises UnknownLogin."""
        self._change(login, branches=branches)

    def note_proof(self, token: str, proof: str) -> None:
        """Note what the owner of a session has shown since it began."""
        with self._writer.begin() as connection:
            mine = SESSION.c.token_digest == _digest(token)
            connection.execute(update(SESSION).where(mine).values(proof=proof))

    def sessions_of(
        self,
        account: Account,
        token: str = "",  # nosec B107  # nobody's
    ) -> Sequence[SessionShown]:
        """Return an account's live sessions, newest use first; ``token`` is the current one's."""
        now, current = self.clock(), _digest(token)
        query = select(SESSION).where(SESSION.c.login == account.login)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(SESSION.c.seen_at.desc())).all()
        return [
            SessionShown(
                row.token_digest[:16],
                row.created_at,
                row.seen_at,
                row.proof,
                row.address,
                row.browser,
                current=row.token_digest == current,
            )
            for row in rows
            if _is_alive(row, account.role, now)
        ]

    def end_sessions(self, login: str, *, key: str = "", but: str = "") -> int:
        """End one session of a login (``key``), or all but that of the token ``but``; say how many."""
        query = delete(SESSION).where(SESSION.c.login == login)
        if key:
            query = query.where(SESSION.c.token_digest.startswith(key, autoescape=True))
        if but:
            query = query.where(SESSION.c.token_digest != _digest(but))
        with self._writer.begin() as connection:
            return int(connection.execute(query).rowcount)

    def end_session(self, token: str) -> None:
        """End a session; nothing happens if it ended before."""
        with self._writer.begin() as connection:
            connection.execute(delete(SESSION).where(SESSION.c.token_digest == _digest(token)))

    def spend(self, key: str) -> None:
        """Count one use of something that is allowed as often as wrong passwords are.

        Raises TooManyAttempts before it counts.
        """
        self._attempts.check([key])
        self._attempts.note([key])

    def _change(self, login: str, **values: object) -> None:
        login = login.strip().lower()
        with self._writer.begin() as connection:
            done = connection.execute(
                update(ACCOUNT).where(ACCOUNT.c.login == login).values(**values)
            )
            if done.rowcount == 0:
                raise UnknownLogin(login)
            connection.execute(delete(SESSION).where(SESSION.c.login == login))

    def _keys_of(self, login: str, address: str, known_as: str) -> list[str]:
        if known_as and self._is_known(login, known_as):
            return [f"browser:{_digest(known_as)[:32]}:{login}"]
        return [f"login:{login}", f"address:{address}"]

    def _is_known(self, login: str, token: str) -> bool:
        since = self.clock() - BROWSER_KNOWN.total_seconds()
        query = select(KNOWN_BROWSER.c.login).where(
            KNOWN_BROWSER.c.token_digest == _digest(token),
            KNOWN_BROWSER.c.login == login,
            KNOWN_BROWSER.c.seen_at > since,
        )
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def _taken(self, password: str, about: Iterable[str]) -> str:
        why = self.weakness(password, about)
        if why is not None:
            raise WeakPassword(why)
        return hashed(password)

    def _is_initial(self, login: str, password: str) -> bool:
        query = select(ACCOUNT.c.password).where(
            ACCOUNT.c.login == login.strip().lower(), ACCOUNT.c.must_change.is_(True)
        )
        with self._engine.connect() as connection:
            first = connection.execute(query).scalar()
        return first is not None and matches(first, password)

    def _initial(self, initial: bool) -> dict[str, Any]:
        until = self.clock() + INITIAL_LASTS.total_seconds()
        return {"must_change": initial, "initial_until": until if initial else None}

    def _note_seen(self, token: str, now: float) -> None:
        with self._writer.begin() as connection:
            connection.execute(
                update(SESSION).where(SESSION.c.token_digest == _digest(token)).values(seen_at=now)
            )


def _accounts(*more: Any) -> Select[Any]:
    """Return the query for accounts as they are, with the columns in ``more``."""
    has = and_(SECOND_FACTOR.c.login == ACCOUNT.c.login, SECOND_FACTOR.c.confirmed.is_(True))
    columns = [column for column in ACCOUNT.c if column.name not in ("password", "initial_until")]
    factor = SECOND_FACTOR.c.login.is_not(None).label("second_factor")
    return select(*columns, factor, *more).select_from(ACCOUNT.outerjoin(SECOND_FACTOR, has))


LIVE_SESSION = (  # asked with every request, so it is made once
    _accounts(
        SESSION.c.csrf,
        SESSION.c.seen_at,
        SESSION.c.created_at,
        SESSION.c.proof,
        SESSION.c.branch.label("visited"),
    )
    .join(SESSION, ACCOUNT.c.login == SESSION.c.login)
    .where(SESSION.c.token_digest == bindparam("digest"), ACCOUNT.c.active.is_(True))
)


def _account(row: Row[Any]) -> Account:
    return Account(**{name: row._mapping[name] for name in Account.__slots__})


def _is_alive(row: Row[Any], role: str, now: float) -> bool:
    idle, absolute = lifetimes(role)
    used, begun = now - row.seen_at, now - row.created_at
    return bool(used < idle.total_seconds() and begun < absolute.total_seconds())


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
