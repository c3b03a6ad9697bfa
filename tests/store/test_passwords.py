"""What a password may be (ASVS 5.0, V6.2)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.passwords import (
    COMMON_FILE,
    INITIAL_ALPHABET,
    MAX_PASSWORD,
    MIN_PASSWORD,
    Weakness,
    common_passwords,
    hashed,
    initial_password,
    matches,
    weakness,
)

GOOD = ("correct horse battery", "清晨的露水落在竹叶上", "zn7!Q4wd", "Über-den-Dächern")


@pytest.mark.parametrize("password", GOOD)
def test_any_characters_make_a_password(password: str) -> None:
    assert weakness(password) is None


def test_the_list_holds_more_than_three_thousand_that_the_policy_would_let_pass() -> None:
    fitting = [p for p in common_passwords() if MIN_PASSWORD <= len(p) <= MAX_PASSWORD]

    assert COMMON_FILE.stat().st_size < 100_000
    assert len(fitting) == len(common_passwords()) > 14_000


@pytest.mark.parametrize(
    "password", ["password", "iloveyou", "woaini1314", "1qaz2wsx", "Football", "Princess2026!"]
)
def test_what_many_people_use_is_refused_in_capitals_and_with_a_year_behind_it_too(
    password: str,
) -> None:
    assert weakness(password) is Weakness.COMMON


@pytest.mark.parametrize(
    "password",
    ["hijklmnop", "23456789", "lkjlkjlkj", "xyxyxyxyxy", "13812345671", "1990-05-17", "20260101"],
)
def test_a_pattern_a_date_or_a_phone_number_is_refused(password: str) -> None:
    assert weakness(password) in (Weakness.PATTERN, Weakness.COMMON)


@pytest.mark.parametrize(
    ("password", "own_words"),
    [
        ("shilu-2026", ()),
        ("实录实录保险主管", ()),
        ("zhuguan#baoxian77", ()),
        ("wangxiaomei88", ("王小梅", "wangxiaomei")),
        ("a0107-2026!", ("A0107",)),
        ("Yongan-2026", ("永安", "yongan")),
    ],
)
def test_our_own_words_and_the_persons_own_make_no_password(
    password: str, own_words: tuple[str, ...]
) -> None:
    assert weakness(password, own_words) is Weakness.OWN_WORDS


def test_an_own_word_among_others_is_no_harm() -> None:
    assert weakness("shilu keeps the long river", ("wang",)) is None


@pytest.mark.parametrize("length", [8, 64, 128])
def test_eight_to_a_hundred_and_twenty_eight_characters_are_taken(length: int) -> None:
    assert weakness(("kq7zvw3m-" * 20)[:length] + "") in (None, Weakness.PATTERN)
    assert weakness("".join(chr(0x4E00 + 7 * n) for n in range(length))) is None


@pytest.mark.parametrize(("length", "why"), [(7, Weakness.SHORT), (129, Weakness.LONG)])
def test_shorter_and_longer_ones_are_refused(length: int, why: Weakness) -> None:
    assert weakness("".join(chr(0x4E00 + 7 * n) for n in range(length))) is why


@given(st.text(max_size=200), st.lists(st.text(max_size=10), max_size=3))
def test_whatever_is_typed_gets_an_answer(password: str, own_words: list[str]) -> None:
    assert weakness(password, own_words) is None or weakness(password, own_words) in Weakness


@pytest.mark.parametrize("other", ["Correct horse battery", "correct horse battery ", "correct"])
def test_a_password_is_compared_exactly_as_it_was_given(other: str) -> None:
    stored = hashed("correct horse battery")

    assert matches(stored, "correct horse battery")
    assert not matches(stored, other)


def test_what_is_past_the_sixty_fourth_character_counts() -> None:
    stored = hashed("k7" * 32 + "a")

    assert not matches(stored, "k7" * 32 + "b")


def test_a_hash_is_argon2id_at_the_strength_that_is_documented() -> None:
    assert hashed("correct horse battery").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_first_password_is_random_and_keeps_the_policy() -> None:
    made = [initial_password() for _ in range(50)]

    assert len(set(made)) == 50
    for password in made:
        assert re.fullmatch(
            rf"[{INITIAL_ALPHABET}]{{4}}(-[{INITIAL_ALPHABET}]{{4}}){{3}}", password
        )
        assert weakness(password) is None
