"""Bytes from outside, of any kind: a body, a cookie, a cursor, a field, a file of lines. Never a 5xx."""

from __future__ import annotations

import json
from pathlib import Path

import marshmallow as ma
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.api.paging import cursor_of, key_of
from service.api.problems import Problem
from service.forms import chinese_phone
from service.pages.arriving import own_address
from service.sessions import BROWSER_COOKIE, COOKIE, browser_name
from shilu.interchange import FILES, read_branch
from tests.service.conftest import Branch, Visitor

MANY = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
FORM = "application/x-www-form-urlencoded"
COOKIE_TEXT = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=200)
PATHS = ("/sign-in", "/today/entries", "/customers/new", "/account/password", "/language")


@pytest.fixture
def visitor(branch: Branch) -> Visitor:
    return branch.visitor("a1")


@MANY
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=400))
def test_any_bytes_as_a_form_are_answered(visitor: Visitor, path: str, body: bytes) -> None:
    answer = visitor.client.post(path, data=body, content_type=FORM)

    assert answer.status_code < 500


@MANY
@given(
    path=st.sampled_from(PATHS),
    fields=st.dictionaries(
        st.sampled_from(["login", "password", "next", "name", "phone", "kind", "current", "code"])
        | st.text(max_size=12),
        st.text(max_size=60),
        max_size=6,
    ),
)
def test_any_fields_of_a_form_are_answered(
    visitor: Visitor, path: str, fields: dict[str, str]
) -> None:
    clean = {k: v.encode("utf-8", "ignore").decode() for k, v in fields.items()}
    sent = {"csrf_token": visitor.csrf, **{k: v for k, v in clean.items() if k != "csrf_token"}}

    assert visitor.client.post(path, data=sent).status_code < 500


@MANY
@given(session=COOKIE_TEXT, browser=COOKIE_TEXT, agent=COOKIE_TEXT)
def test_any_cookie_is_nobodys(branch: Branch, session: str, browser: str, agent: str) -> None:
    cookies = f"{COOKIE}={session}; {BROWSER_COOKIE}={browser}; language={agent}"
    client = branch.app.test_client(use_cookies=False)
    headers = {"Cookie": cookies, "User-Agent": agent}

    for path in ("/today", "/sign-in", "/sign-in/code"):
        assert client.get(path, headers=headers).status_code in (200, 303, 400)
    form = {"login": "a1", "password": "guess"}
    answer = client.post("/sign-in", data=form, headers=headers)
    assert answer.status_code in (401, 422, 429)


@MANY
@given(token=COOKIE_TEXT)
def test_any_bearer_token_is_nobodys(branch: Branch, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    assert branch.visitor().client.get("/api/v1/me", headers=headers).status_code == 401


@given(st.text(max_size=600))
def test_any_cursor_is_read_or_refused(cursor: str) -> None:
    for kind in (str, int):
        try:
            key = key_of(cursor, kind)
        except (Problem, ma.ValidationError):
            continue
        assert key is None or isinstance(key, kind)


@given(st.text(max_size=40) | st.integers())
def test_what_is_a_cursor_gives_its_key_again(key: str | int) -> None:
    assert key_of(cursor_of(key), type(key)) == key


@given(st.text(max_size=60))
def test_any_number_is_dialled_or_refused(typed: str) -> None:
    try:
        number = chinese_phone(typed)
    except ma.ValidationError:
        return
    assert number is None or (number.isascii() and number.lstrip("+").isdigit())


@given(st.text(max_size=200))
def test_any_address_leads_to_a_page_of_ours(address: str) -> None:
    led = own_address(address)

    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))


@given(st.text(max_size=200))
def test_any_browser_has_a_name_or_none(agent: str) -> None:
    assert len(browser_name(agent)) < 40


LINES = st.lists(
    st.binary(max_size=80)
    | st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=8)).map(
        lambda row: json.dumps(row).encode()
    ),
    max_size=5,
)


@MANY
@given(name=st.sampled_from(FILES), lines=LINES)
def test_any_lines_of_an_import_are_read_or_named(
    tmp_path: Path, name: str, lines: list[bytes]
) -> None:
    (tmp_path / name).write_bytes(b"\n".join(lines))

    read_branch(tmp_path)
