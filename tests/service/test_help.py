"""Help in the reader's language: one glossary, and the handbook's reasons on the main pages."""

from __future__ import annotations

import pytest

from service.glossary import TERMS
from service.why import REASONS
from tests.service.conftest import Branch


def test_everybody_finds_the_glossary_in_both_languages(branch: Branch) -> None:
    for login in ("a1", "s1", "u1", "x1", "m1"):
        page = branch.visitor(login).get("/help").text
        for _title, terms in TERMS:
            for term in terms:
                assert f">{term.chinese}</span>" in page
                assert term.meaning in page


def test_the_glossary_explains_in_english_too(branch: Branch) -> None:
    page = branch.visitor("a1").get("/help", **{"Accept-Language": "en"}).text

    assert "Written after the deadline. It is marked, never refused." in page
    assert ">补录</span>" in page


def test_no_term_is_explained_twice() -> None:
    chinese = [term.chinese for _title, terms in TERMS for term in terms]

    assert len(set(chinese)) == len(chinese)


def test_every_page_with_reasons_exists(branch: Branch) -> None:
    rules = {rule.rule for rule in branch.app.url_map.iter_rules() if "GET" in (rule.methods or ())}

    assert set(REASONS) <= rules


@pytest.mark.parametrize(
    ("login", "path", "rule"),
    [("a1", "/today", "R-40"), ("s1", "/board", "R-41"), ("s1", "/callbacks", "R-56")],
)
def test_a_main_page_says_why(branch: Branch, login: str, path: str, rule: str) -> None:
    page = branch.visitor(login).get(path).text

    assert "为什么这样做" in page
    assert f"<dt>{rule}</dt>" in page
    assert 'href="/help"' in page
