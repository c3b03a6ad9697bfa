"""What a password may be, and how it is kept (docs/security.md, "Passwords").

Any characters, 8 to 128 of them, never changed by us on the way. Refused is what is guessed first:
what many people use (a list of leaked ones, shipped), what follows a pattern, and what is made of
our own words or of the person's login, id and name.
"""

from __future__ import annotations

import gzip
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MIN_PASSWORD, MAX_PASSWORD = 8, 128
COMMON_FILE = Path(__file__).with_name("common-passwords.txt.gz")
OWN_WORDS = (
    "shilu",
    "实录",
    "保险",
    "baoxian",
    "insurance",
    "营销员",
    "agent",
    "主管",
    "zhuguan",
    "supervisor",
    "稽核",
    "auditor",
    "管理员",
    "admin",
    "administrator",
    "password",
    "密码",
    "mima",
)
LEFT_OF_OWN_WORDS = 5  # letters that must be left when our own words are taken out
FEW_SYMBOLS = 3  # a password of that many different characters or fewer is a pattern
INITIAL_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0, 1: they are read wrongly
INITIAL_GROUPS, INITIAL_GROUP = 4, 4  # 16 symbols of 5 bits
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_HASHING = threading.BoundedSemaphore(2)
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_PHONE = re.compile(r"1[3-9]\d{9}")


class Weakness(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    PATTERN = "pattern"
    OWN_WORDS = "own_words"
    THE_FIRST_ONE = "the_first_one"  # what somebody else chose


def weakness(password: str, own_words: Iterable[str] = ()) -> Weakness | None:
    """Return why a password is not taken, or None. ``own_words`` come to OWN_WORDS."""
    if len(password) < MIN_PASSWORD:
        return Weakness.SHORT
    if len(password) > MAX_PASSWORD:
        return Weakness.LONG
    folded = unicodedata.normalize("NFKC", password).casefold()
    if folded in common_passwords() or _EDGES.sub("", folded) in common_passwords():
        return Weakness.COMMON
    if _is_pattern(folded):
        return Weakness.PATTERN
    if _is_of_own_words(folded, (*OWN_WORDS, *own_words)):
        return Weakness.OWN_WORDS
    return None


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords that are tried first, folded: leaked ones of 8 and more characters."""
    with gzip.open(COMMON_FILE, "rt", encoding="utf-8") as file:
        return frozenset(line.rstrip("\n") for line in file)


def initial_password() -> str:
    """Return a random first password, in groups that can be read aloud."""
    groups = (
        "".join(secrets.choice(INITIAL_ALPHABET) for _ in range(INITIAL_GROUP))
        for _ in range(INITIAL_GROUPS)
    )
    return "-".join(groups)


def hashed(secret: str) -> str:
    """Return the argon2id hash of a secret; at most two are computed at a time."""
    with _HASHING:
        return _HASHER.hash(secret)


def matches(stored: str, secret: str) -> bool:
    """Tell whether a secret is the one of a stored hash."""
    if len(secret) > MAX_PASSWORD:
        return False
    with _HASHING:
        try:
            return _HASHER.verify(stored, secret)
        except (VerifyMismatchError, InvalidHashError):
            return False


def _is_pattern(text: str) -> bool:
    if len(set(text)) <= FEW_SYMBOLS or _is_run(text) or _PHONE.fullmatch(text) or _is_date(text):
        return True
    halves = range(1, len(text) // 2 + 1)
    return any(len(text) % n == 0 and text[:n] * (len(text) // n) == text for n in halves)


def _is_run(text: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps in ({1}, {-1})


def _is_date(text: str) -> bool:
    digits = re.sub(r"[-./ 年月日]", "", text)
    if not re.fullmatch(r"(19|20)\d{6}", digits):
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _is_of_own_words(text: str, own_words: Iterable[str]) -> bool:
    rest = text
    words = {unicodedata.normalize("NFKC", word).casefold().strip() for word in own_words}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= 2:  # a single letter says nothing, a Chinese word has two
            rest = rest.replace(word, "")
    return rest != text and len(_NOT_LETTERS.sub("", rest)) < LEFT_OF_OWN_WORDS
