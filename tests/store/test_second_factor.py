"""The second factor: codes good once and for 30 seconds, recovery codes, limits before the hash."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from store import second_factor as module
from store.accounts import Accounts
from store.attempts import TooManyAttempts
from store.engines import engine_of
from store.second_factor import (
    ALPHABET,
    MAX_CODE_ATTEMPTS,
    RECOVERY_CODE,
    RECOVERY_CODES,
    SECOND_FACTOR,
    SETTING_UP_SECONDS,
    STEP_SECONDS,
    NoSecondFactor,
    SecondFactors,
    WrongCode,
)

from .conftest import a_branch

LOGIN, PASSWORD = "lin", "correct horse battery"
START = 1_790_000_010.0  # in the first third of a step


class Clock:
    """Seconds since 1970, moved by the test."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Accounts:
    branch = a_branch(tmp_path, "")
    made = Accounts(engine_of(f"sqlite:///{tmp_path}/accounts.db"), branch.vault(), clock=clock)
    made.create(LOGIN, PASSWORD, "A1", "main", "agent")
    return made


@pytest.fixture
def factors(accounts: Accounts) -> SecondFactors:
    return accounts.factors


def set_up(factors: SecondFactors, clock: Clock) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """Set an authenticator up; return it and the recovery codes, one step later."""
    factors.begin(LOGIN)
    candidate = factors.candidate(LOGIN)
    assert candidate is not None
    totp = pyotp.TOTP(candidate.seed)
    codes = factors.confirm(LOGIN, totp.at(int(clock.now)))
    clock.now += STEP_SECONDS
    return totp, codes


def test_an_authenticator_counts_once_its_first_code_was_given(
    accounts: Accounts, factors: SecondFactors, clock: Clock
) -> None:
    factors.begin(LOGIN)
    assert not factors.has(LOGIN)

    with pytest.raises(WrongCode):
        factors.confirm(LOGIN, "000000")
    set_up(factors, clock)

    account = accounts.find(LOGIN)
    assert account is not None
    assert account.second_factor
    assert factors.recovery_codes_left(LOGIN) == RECOVERY_CODES


def test_a_code_is_good_once(factors: SecondFactors, clock: Clock) -> None:
    totp, _ = set_up(factors, clock)
    code = totp.at(int(clock.now))

    assert factors.verify(LOGIN, code) is False
    with pytest.raises(WrongCode):
        factors.verify(LOGIN, code)


def test_a_code_is_good_for_its_own_thirty_seconds(factors: SecondFactors, clock: Clock) -> None:
    totp, _ = set_up(factors, clock)
    code = totp.at(int(clock.now))

    clock.now += STEP_SECONDS
    with pytest.raises(WrongCode):
        factors.verify(LOGIN, code)
    with pytest.raises(WrongCode):
        factors.verify(LOGIN, totp.at(int(clock.now) + STEP_SECONDS))


def test_a_code_may_have_a_space_and_wide_digits(factors: SecondFactors, clock: Clock) -> None:
    totp, _ = set_up(factors, clock)
    code = totp.at(int(clock.now))
    wide = "".join(chr(0xFF10 + int(digit)) for digit in code)

    assert factors.verify(LOGIN, f"{wide[:3]} {wide[3:]}") is False


def test_a_recovery_code_is_good_once(factors: SecondFactors, clock: Clock) -> None:
    _, codes = set_up(factors, clock)

    assert factors.verify(LOGIN, codes[2].upper().replace("-", " ")) is True
    assert factors.recovery_codes_left(LOGIN) == RECOVERY_CODES - 1
    with pytest.raises(WrongCode):
        factors.verify(LOGIN, codes[2])


def test_recovery_codes_are_random_and_kept_as_salted_hashes(
    factors: SecondFactors, clock: Clock
) -> None:
    _, codes = set_up(factors, clock)

    with factors._engine.connect() as connection:
        stored = list(connection.execute(select(RECOVERY_CODE.c.code)).scalars())
    assert len(set(codes)) == RECOVERY_CODES
    assert all(re.fullmatch(rf"\d-[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}", code) for code in codes)
    assert all(row.startswith("$argon2id$") for row in stored)
    assert len({row.split("$")[4] for row in stored}) == RECOVERY_CODES  # a salt each


def test_new_recovery_codes_end_the_old_ones(factors: SecondFactors, clock: Clock) -> None:
    _, codes = set_up(factors, clock)

    factors.new_recovery_codes(LOGIN)

    with pytest.raises(WrongCode):
        factors.verify(LOGIN, codes[0])


def test_the_seed_lies_sealed_and_is_random(factors: SecondFactors, clock: Clock) -> None:
    totp, _ = set_up(factors, clock)

    with factors._engine.connect() as connection:
        row = connection.execute(select(SECOND_FACTOR)).one()
    assert totp.secret.encode() not in row.sealed
    assert len(totp.byte_secret()) >= 20  # 160 bits, as RFC 4226 asks
    factors.begin(LOGIN)
    candidate = factors.candidate(LOGIN)
    assert candidate is not None
    assert candidate.seed != totp.secret


def test_setting_up_another_authenticator_ends_the_first_one(
    factors: SecondFactors, clock: Clock
) -> None:
    first, _ = set_up(factors, clock)
    second, _ = set_up(factors, clock)

    with pytest.raises(WrongCode):
        factors.verify(LOGIN, first.at(int(clock.now)))
    assert factors.verify(LOGIN, second.at(int(clock.now))) is False


def test_a_seed_that_nobody_confirmed_is_shown_for_a_quarter_of_an_hour(
    factors: SecondFactors, clock: Clock
) -> None:
    factors.begin(LOGIN)

    clock.now += SETTING_UP_SECONDS + 1

    assert factors.candidate(LOGIN) is None
    with pytest.raises(NoSecondFactor):
        factors.confirm(LOGIN, "123456")


def test_after_five_wrong_codes_nothing_is_computed_any_more(
    factors: SecondFactors, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    totp, codes = set_up(factors, clock)
    for no in range(MAX_CODE_ATTEMPTS):
        with pytest.raises(WrongCode):
            factors.verify(LOGIN, "9-aaaaa-aaaaa" if no % 2 else f"00000{no}")
    monkeypatch.setattr(module, "matches", lambda *_: pytest.fail("hashed"))

    for code in (totp.at(int(clock.now)), codes[0]):
        with pytest.raises(TooManyAttempts) as refused:
            factors.verify(LOGIN, code)
        assert 0 < refused.value.retry_after <= 15 * 60
    clock.now += 16 * 60
    assert factors.verify(LOGIN, totp.at(int(clock.now))) is False


def test_without_a_second_factor_no_code_is_right(factors: SecondFactors) -> None:
    for code in ("123456", "1-aaaaa-aaaaa"):
        with pytest.raises(NoSecondFactor):
            factors.verify(LOGIN, code)


def test_a_factor_that_was_removed_leaves_nothing(factors: SecondFactors, clock: Clock) -> None:
    set_up(factors, clock)

    factors.remove(LOGIN)

    assert not factors.has(LOGIN)
    assert factors.recovery_codes_left(LOGIN) == 0


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(code=st.text(max_size=40))
def test_whatever_is_typed_as_a_code_is_refused_in_order(
    factors: SecondFactors, clock: Clock, code: str
) -> None:
    if not factors.has(LOGIN):
        set_up(factors, clock)
    clock.now += 16 * 60  # past every limit

    with pytest.raises(WrongCode):
        factors.verify(LOGIN, code)
