"""The second factor: an authenticator's codes (TOTP, RFC 6238), and recovery codes for its loss.

The seed is sealed by the branch's vault under a key of the account's own. A code is good for its
own 30 seconds and once. A recovery code is kept as an argon2id hash and good once; it begins with
its number, so that only one hash is computed for a try.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pyotp
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Delete,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from store.attempts import Attempts, SignInRefused
from store.passwords import hashed, matches

FACTORS_METADATA = MetaData()
SECOND_FACTOR = Table(
    "second_factor",
    FACTORS_METADATA,
    Column("login", String(64), primary_key=True),
    Column("confirmed", Boolean, primary_key=True),  # beside it at most one that is being set up
    Column("subject", String(128), nullable=False),
    Column("key_version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False, default=0),
    Column("made_at", Float, nullable=False),
)
RECOVERY_CODE = Table(
    "recovery_code",
    FACTORS_METADATA,
    Column("login", String(64), primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("code", String(200), nullable=False),
)
STEP_SECONDS, DIGITS = 30, 6
SETTING_UP_SECONDS = 15 * 60.0  # how long a seed that nobody confirmed may be looked at
MAX_CODE_ATTEMPTS = 5  # in the same quarter of an hour as passwords
RECOVERY_CODES, RECOVERY_SYMBOLS = 8, 10  # ten symbols of 5 bits
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
WIDE_DIGITS = {0xFF10 + n: str(n) for n in range(10)}  # full-width, as Chinese keyboards type them
_NEVER = hashed(
    secrets.token_hex(16)
)  # a used or unknown recovery code costs as much as a right one


class WrongCode(SignInRefused):
    """The code is not the one of now, or was used before."""


class NoSecondFactor(SignInRefused):
    """The account has no second factor, or none that is being set up."""


class Sealing(Protocol):
    """What seals the seeds: the branch's vault."""

    def seal(self, subject: str, aad: bytes, plain: str) -> tuple[int, bytes]:
        """Return key version and ciphertext."""

    def unseal(self, subject: str, version: int, aad: bytes, sealed: bytes) -> str | None:
        """Return the text, or None when its key was destroyed."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A seed that is being set up: as text to type, and as address for a QR code."""

    seed: str
    uri: str


class SecondFactors:
    """The second factors of all accounts. Thread-safe; ``clock`` gives seconds."""

    def __init__(
        self, engine: Engine, vault: Sealing | None, attempts: Attempts, clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        self._vault = vault
        self._attempts = attempts
        self.clock = clock

    def begin(self, login: str) -> None:
        """Make a seed that the owner may confirm with a code; an older unconfirmed one is dropped."""
        subject = f"account/{login}"
        version, sealed = self._keys().seal(subject, _aad(login), pyotp.random_base32())
        row = {
            "login": login,
            "confirmed": False,
            "subject": subject,
            "key_version": version,
            "sealed": sealed,
            "last_step": 0,
            "made_at": self.clock(),
        }
        with self._writer.begin() as connection:
            connection.execute(_rows(login, confirmed=False))
            connection.execute(insert(SECOND_FACTOR).values(**row))

    def candidate(self, login: str) -> Candidate | None:
        """Return the seed that is being set up, for a quarter of an hour; None if there is none."""
        found = self._read(login, confirmed=False)
        if found is None or found[2] < self.clock() - SETTING_UP_SECONDS:
            return None
        uri = pyotp.TOTP(found[0]).provisioning_uri(name=login, issuer_name="Shilu 实录")
        return Candidate(found[0], uri)

    def confirm(self, login: str, code: str) -> tuple[str, ...]:
        """Make the seed that is being set up the account's; return new recovery codes.

        Raises NoSecondFactor, TooManyAttempts, WrongCode.
        """
        keys = self._check_attempts(login)
        if self.candidate(login) is None:
            raise NoSecondFactor
        self._use_code(login, code, keys, confirmed=False)
        with self._writer.begin() as connection:
            connection.execute(_rows(login, confirmed=True))
            connection.execute(
                update(SECOND_FACTOR).where(SECOND_FACTOR.c.login == login).values(confirmed=True)
            )
        return self.new_recovery_codes(login)

    def verify(self, login: str, code: str) -> bool:
        """Take a code or a recovery code; tell whether it was a recovery code.

        Raises TooManyAttempts before anything is computed, else NoSecondFactor, WrongCode.
        """
        keys = self._check_attempts(login)
        typed = _plain(code)
        if re.fullmatch(rf"\d{{{DIGITS}}}", typed):
            self._use_code(login, typed, keys, confirmed=True)
            return False
        self._use_recovery_code(login, typed, keys)
        return True

    def has(self, login: str) -> bool:
        """Tell whether the account has a second factor."""
        return self._read(login, confirmed=True) is not None

    def recovery_codes_left(self, login: str) -> int:
        """Return how many recovery codes were not used yet."""
        query = select(func.count()).where(RECOVERY_CODE.c.login == login)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def new_recovery_codes(self, login: str) -> tuple[str, ...]:
        """Make new recovery codes; the old ones are worth nothing. They are said once."""
        codes = tuple(_recovery_code(slot) for slot in range(1, RECOVERY_CODES + 1))
        rows = [
            {"login": login, "slot": slot, "code": hashed(_plain(code))}
            for slot, code in enumerate(codes, 1)
        ]
        with self._writer.begin() as connection:
            connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.login == login))
            connection.execute(insert(RECOVERY_CODE), rows)
        return codes

    def remove(self, login: str) -> None:
        """Take the second factor and its recovery codes away."""
        with self._writer.begin() as connection:
            connection.execute(delete(SECOND_FACTOR).where(SECOND_FACTOR.c.login == login))
            connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.login == login))

    def _check_attempts(self, login: str) -> list[str]:
        keys = [f"code:{login}"]
        self._attempts.check(keys, MAX_CODE_ATTEMPTS)
        return keys

    def _use_code(self, login: str, code: str, keys: list[str], *, confirmed: bool) -> None:
        found = self._read(login, confirmed=confirmed)
        if found is None:
            raise NoSecondFactor
        step = int(self.clock() // STEP_SECONDS)
        expected = pyotp.TOTP(found[0]).generate_otp(step)
        right = hmac.compare_digest(expected.encode(), _plain(code).encode())
        if not right or not self._spend(login, step, confirmed=confirmed):
            self._attempts.note(keys)
            raise WrongCode
        self._attempts.forget(keys[0])

    def _spend(self, login: str, step: int, *, confirmed: bool) -> bool:
        """Use up a step of an account; tell whether nobody did before."""
        mine = (SECOND_FACTOR.c.login == login, SECOND_FACTOR.c.confirmed.is_(confirmed))
        with self._writer.begin() as connection:
            done = connection.execute(
                update(SECOND_FACTOR)
                .where(*mine, SECOND_FACTOR.c.last_step < step)
                .values(last_step=step)
            )
        return done.rowcount == 1

    def _use_recovery_code(self, login: str, typed: str, keys: list[str]) -> None:
        if not self.has(login):
            raise NoSecondFactor
        slot = int(typed[0]) if typed[:1].isdecimal() and typed[:1].isascii() else 0
        mine = (RECOVERY_CODE.c.login == login, RECOVERY_CODE.c.slot == slot)
        with self._engine.connect() as connection:
            stored = connection.execute(select(RECOVERY_CODE.c.code).where(*mine)).scalar()
        if not matches(stored or _NEVER, typed) or not self._drop(*mine):
            self._attempts.note(keys)
            raise WrongCode
        self._attempts.forget(keys[0])

    def _drop(self, *mine: ColumnElement[bool]) -> bool:
        with self._writer.begin() as connection:
            gone = connection.execute(delete(RECOVERY_CODE).where(*mine))
        return gone.rowcount == 1

    def _read(self, login: str, *, confirmed: bool) -> tuple[str, int, float] | None:
        query = select(SECOND_FACTOR).where(
            SECOND_FACTOR.c.login == login, SECOND_FACTOR.c.confirmed.is_(confirmed)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        seed = self._keys().unseal(row.subject, row.key_version, _aad(login), row.sealed)
        return None if seed is None else (seed, row.last_step, row.made_at)

    def _keys(self) -> Sealing:
        if self._vault is None:
            raise NoSecondFactor("no vault to keep seeds in")
        return self._vault


def _rows(login: str, *, confirmed: bool) -> Delete:
    return delete(SECOND_FACTOR).where(
        SECOND_FACTOR.c.login == login, SECOND_FACTOR.c.confirmed.is_(confirmed)
    )


def _recovery_code(slot: int) -> str:
    text = "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_SYMBOLS))
    return f"{slot}-{text[:5]}-{text[5:]}"


def _plain(code: str) -> str:
    """Return a code as it is compared: without spaces and dashes, in small letters and ASCII."""
    return re.sub(r"[\s\-‐–—]", "", code.translate(WIDE_DIGITS)).casefold()


def _aad(login: str) -> bytes:
    return b"second-factor/" + login.encode() + b"/{version}"
