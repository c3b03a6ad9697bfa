"""Headers, caches and what a strict content policy needs of the markup."""

from __future__ import annotations

import re

import pytest

from tests.service.conftest import Branch

EVERYBODY = {
    "a1": ["/today?kind=new_prospect_visit", "/customers", "/mine", "/today/submit"],
    "s1": ["/board", "/callbacks", "/cases"],
    "x1": ["/events", "/time-machine"],
    "m1": ["/people", "/people/A1", "/people/new"],
}


def test_every_page_has_the_strict_policy_and_is_not_kept(branch: Branch) -> None:
    for login, paths in EVERYBODY.items():
        for path in paths:
            headers = branch.visitor(login).get(path).headers
            assert headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cache-Control"] == "no-store"


def test_no_page_has_inline_style_or_script(branch: Branch) -> None:
    for login, paths in EVERYBODY.items():
        for path in paths:
            page = branch.visitor(login).get(path).text
            assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=", page), path


def test_static_files_carry_their_hash_and_may_be_kept_for_ever(branch: Branch) -> None:
    visitor = branch.visitor()
    address = re.search(r'href="(/static/app\.\w{10}\.css)"', visitor.get("/sign-in").text)
    assert address is not None

    response = visitor.get(address[1], **{"Accept-Encoding": "gzip"})

    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) < 8_000


def test_a_static_name_without_its_hash_is_not_there(branch: Branch) -> None:
    assert branch.visitor().get("/static/app.css").status_code == 404


@pytest.mark.parametrize("login", ["a1"])
def test_the_agents_page_is_small(branch: Branch, login: str) -> None:
    import gzip

    page = branch.visitor(login).get("/today?kind=face_meeting").data

    assert len(gzip.compress(page)) < 12_000


def test_every_form_of_a_page_carries_the_sessions_token(branch: Branch) -> None:
    for login, paths in EVERYBODY.items():
        visitor = branch.visitor(login)
        for path in paths:
            for form in re.findall(
                r'<form[^>]*method="post".*?</form>', visitor.get(path).text, re.S
            ):
                assert f'name="csrf_token" value="{visitor.csrf}"' in form, path
