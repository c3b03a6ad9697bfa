"""docs/security.md says what the code does: its figures, its tables and its inventories."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from domain.access_refusal import TOLD_ONE_BY_ONE
from domain.reveal_rules import VIEWS
from domain.words import Role
from service.access import TABLE, Thing
from service.requests_in import MAX_BODY
from store import accounts, attempts, passwords, second_factor
from tests.access.rows import PUBLIC

ROOT = Path(__file__).parents[2]
PAPER = (ROOT / "docs/security.md").read_text(encoding="utf-8")
LINE = re.sub(r"\s+", " ", PAPER)
ROLES = (
    Role.AGENT,
    Role.SUPERVISOR,
    Role.UPPER_SUPERVISOR,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)
SOURCES = [
    path
    for room in ("domain", "projections", "workers", "service", "store", "shilu")
    for path in (ROOT / room).rglob("*.py")
]
MAKERS_UP = ("shilu/demo", "shilu/simulation", "shilu/backtest", "shilu/bench")  # invent people
WEAK = re.compile(r"\b(?:md5|sha1|MD5|SHA1|ECB|PKCS1v15|ARC4|Blowfish|TripleDES|CBC|CFB)\b")


def imports_of(path: Path) -> set[str]:
    """Return the modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def section(title: str) -> str:
    """Return the text of a section up to the next one of its level."""
    found = re.search(rf"^(#+) {re.escape(title)}$", PAPER, re.MULTILINE)
    assert found is not None, title
    rest = PAPER[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return re.sub(r"\s+", " ", rest[: end.start()] if end else rest)


def test_the_rules_of_input_are_written_down_with_their_figures() -> None:
    said = section("Input")

    for item in ("text", "id", "login", "phone", "day, instant", "word", "body"):
        assert f"| {item} |" in said
    assert f"{MAX_BODY // 1024} KiB" in said
    assert "What must fit together" in said


def test_the_limits_of_the_business_are_those_of_the_code() -> None:
    said = section("Limits of the business")

    assert f"| grant | {VIEWS}, within" in said
    minutes = int(attempts.ATTEMPT_WINDOW.total_seconds() // 60)
    assert f"{attempts.MAX_ATTEMPTS} in {minutes} minutes" in said
    assert f"{second_factor.MAX_CODE_ATTEMPTS} in {minutes} minutes" in said
    assert f"{accounts.MAX_SESSIONS} at once" in said
    assert f"{TOLD_ONE_BY_ONE}, then doublings" in said
    assert "Across the installation" in said


@pytest.mark.parametrize("thing", Thing)
def test_the_table_of_rights_is_the_one_of_the_code(thing: Thing) -> None:
    reaches = (TABLE[thing][role].name.lower() if role in TABLE[thing] else "–" for role in ROLES)

    assert f"| `{thing}` | {' | '.join(reaches)} |" in PAPER


def test_rules_for_single_fields_are_written_down() -> None:
    said = section("Who may do what")

    assert "Fields within a thing" in said
    assert "Nobody writes `actor`" in said


def test_every_way_in_is_written_down_and_there_is_no_other() -> None:
    said = section("Ways in")
    ways = {route.split()[1] for route in PUBLIC if route.startswith("POST ")}

    for way in ("/api/v1/sessions", "sign-in page", "command line"):
        assert way in said
    known = re.compile(r"^/(sign-in|api/v1/sessions|language|log/(of/<branch>/)?cosignature|queue)")
    assert [way for way in ways if not known.match(way)] == []


def test_every_own_word_that_no_password_may_be_made_of_is_written_down() -> None:
    for word in passwords.OWN_WORDS:
        assert f"`{word}`" in section("Passwords")


def test_what_a_password_may_be_is_written_down_with_its_figures() -> None:
    said = section("Passwords")

    assert f"{passwords.MIN_PASSWORD} to {passwords.MAX_PASSWORD}" in said
    assert f"after {accounts.INITIAL_LASTS.days} days" in said
    assert "19 MiB, 2 passes, 1 lane" in said


def test_how_guessing_is_stopped_and_nobody_locked_out_is_written_down() -> None:
    said = section("Guessing")

    assert "before any hash" in said
    assert f"{accounts.BROWSER_KNOWN.days} days" in said
    assert "locks out strangers" in said
    assert "store/attempts.py" in said


def test_the_second_factor_and_its_loss_are_written_down() -> None:
    said = section("Second factor")

    assert f"{second_factor.DIGITS} digits, {second_factor.STEP_SECONDS} seconds" in said
    codes = f"{second_factor.RECOVERY_CODES} recovery codes of {second_factor.RECOVERY_SYMBOLS}"
    assert codes in said
    assert "a second factor stays as it is" in section("Lost")


def test_the_lifetimes_of_sessions_are_those_of_the_code_with_their_reasons() -> None:
    said = section("Sessions")

    for (agent, desk), words in (
        ((accounts.IDLE, accounts.DESK_IDLE), "ends without use after"),
        ((accounts.ABSOLUTE, accounts.DESK_ABSOLUTE), "ends at the latest after"),
    ):
        shown = f"{agent.days} days" if agent.days else f"{agent.seconds // 3600} hours"
        hours = int(desk.total_seconds() // 3600)
        assert f"| {words} | {shown} | {hours} hours |" in said
    assert "NIST SP 800-63B" in said
    assert f"At most {accounts.MAX_SESSIONS} sessions" in said


def test_what_costs_much_is_written_down_with_what_keeps_it_cheap() -> None:
    said = section("What costs much")

    for function in ("password hashes", "time machine", "lists", "detection", "rebuilds"):
        assert function in said


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_algorithms_come_from_the_libraries_and_list_that_are_written_down(path: Path) -> None:
    said, text = section("Keys and algorithms"), path.read_text(encoding="utf-8")
    named = {"AESGCM": "AES-256-GCM", "Ed25519PrivateKey": "Ed25519", "aes_key_wrap": "RFC 3394"}
    named |= {"HKDF": "HKDF-SHA256", "pyotp": "TOTP", "argon2": "argon2id"}

    assert not WEAK.search(text), "a weak algorithm"
    for used, written in named.items():
        if re.search(rf"\b{used}\b", text):
            assert written in said
    ciphers = {m for m in imports_of(path) if m.startswith("cryptography.hazmat.primitives")}
    known = ("ciphers.aead", "kdf.hkdf", "keywrap", "hashes", "asymmetric.ed25519", "serialization")
    assert {m for m in ciphers if not m.endswith(known)} == {
        m for m in ciphers if m == "cryptography.hazmat.primitives"
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_must_not_be_guessed_never_comes_from_the_random_module(path: Path) -> None:
    where = path.relative_to(ROOT).as_posix()
    if where.startswith(("store", "service", "domain/account", "workers/sending")):
        assert not imports_of(path) & {"random", "numpy.random"}


def test_who_may_make_use_and_replace_each_key_is_written_down() -> None:
    said = section("Keys and algorithms")

    for key in ("master key", "key of a person", "index and pseudonym", "log key", "session"):
        assert f"| {key}" in said
    assert "NIST SP 800-57" in said
    assert "exchanged by adding the new one" in said
    assert "ML-DSA" in said


def test_every_class_of_data_has_its_protection() -> None:
    said = section("Data")

    for name in ("secret", "personal", "about employees", "the record", "public"):
        assert f"| {name} |" in said
    assert "One exception" in section("Data").replace("**", "")


def test_whom_shilu_talks_with_is_written_down() -> None:
    said = section("Who talks with whom")

    for other in ("browsers", "database", "Redis", "signer", "witness", "key manager"):
        assert other in said


def test_what_is_logged_where_and_for_how_long_is_written_down() -> None:
    said = section("Logs")

    for layer in ("the record", "web, follower, worker", "signer", "PostgreSQL"):
        assert f"| {layer}" in said
    assert "90 days" in said


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_writes_a_log_anywhere_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    kinds = (
        r"FileHandler|SysLogHandler|SocketHandler|HTTPHandler|SMTPHandler|filename=.*basicConfig"
    )
    assert not re.search(kinds, text)


def test_how_fast_components_are_renewed_is_written_down() -> None:
    said = section("Components from elsewhere")

    for time in ("7 days", "30 days", "90 days"):
        assert time in said
    assert "pip-audit" in said
