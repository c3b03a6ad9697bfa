"""Chinese is the source, English is complete, and both say the same things."""

from __future__ import annotations

import inspect
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from domain import refusals, words
from projections.audit_words import SENTENCES as SENTENCES_TOLD
from projections.audit_words import WORDS
from service import words as labels
from service.language import english
from service.refusals import SENTENCES, sentence
from tests.service.conftest import PASSWORD, Branch

SERVICE = Path(inspect.getfile(labels)).parent
METHODS = [("pages/**.py", "python"), ("*.py", "python"), ("templates/**.html", "jinja2")]


@cache
def sources() -> set[str]:
    keywords = {"_": None, "N_": None}
    found = extract_from_dir(SERVICE, method_map=METHODS, keywords=keywords)
    return {str(message) for _f, _l, message, _c, _x in found}


def test_every_sentence_has_its_english() -> None:
    assert sources() - set(english()) == set()


def test_no_english_is_left_over() -> None:
    assert set(english()) - sources() == set()


def test_both_languages_have_the_same_slots() -> None:
    def slots(text: str) -> list[str]:
        return sorted(re.findall(r"\{\w+\}", text))

    assert [zh for zh, en in english().items() if slots(zh) != slots(en)] == []


def test_chinese_has_its_own_punctuation() -> None:
    assert [s for s in sources() if re.search(r"[\u4e00-\u9fff][,;:?!()]", s)] == []


def test_english_is_set_in_signs_that_no_chinese_font_draws_full_width() -> None:
    told = [*english().values(), *(en for _zh, en in (*SENTENCES_TOLD.values(), *WORDS.values()))]

    assert [text for text in told if re.search("[‘’“”]", text)] == []


def refusal_kinds() -> list[type[refusals.Refusal]]:
    classes = [k for k in vars(refusals).values() if inspect.isclass(k)]
    kinds = [k for k in classes if issubclass(k, refusals.Refusal)]
    return [k for k in kinds if not k.__subclasses__()]


@pytest.mark.parametrize("kind", refusal_kinds())
def test_every_refusal_is_one_sentence_in_both_languages(
    branch: Branch, kind: type[refusals.Refusal]
) -> None:
    assert kind in SENTENCES
    facts = re.findall(r"\{(\w+)\}", SENTENCES[kind])
    refusal = refusals.Refusal.__new__(kind)
    refusals.Refusal.__init__(refusal, **dict.fromkeys(facts, 1))

    with branch.app.app_context():
        assert sentence(refusal, "zh")
        assert re.fullmatch(r"[ -~“”–…]+", sentence(refusal, "en"))


def test_every_word_that_people_read_has_a_label() -> None:
    labelled = {type(word): set(words_of) for words_of in labels.ALL for word in words_of}

    for enum, known in labelled.items():
        assert known == set(enum)
    assert words.Check not in labelled


def test_the_language_comes_from_the_browser_until_it_is_chosen(branch: Branch) -> None:
    visitor = branch.visitor("a1")

    assert "Hand in today" in visitor.get("/today", **{"Accept-Language": "en-GB,en"}).text
    assert "提交今日日志" in visitor.get("/today", **{"Accept-Language": "fr"}).text
    visitor.post("/language", language="en", back="/today")
    assert "Hand in today" in visitor.get("/today", **{"Accept-Language": "zh-CN"}).text
    account = branch.accounts.find("a1")
    assert account is not None
    assert account.language == "en"


def test_a_language_once_chosen_comes_back_on_another_browser(branch: Branch) -> None:
    branch.visitor("a1").post("/language", language="en", back="/today")
    other = branch.visitor()

    other.client.post("/sign-in", data={"login": "a1", "password": PASSWORD})

    assert "Hand in today" in other.get("/today", **{"Accept-Language": "zh-CN"}).text


def test_english_names_the_months(branch: Branch) -> None:
    visitor, english_please = branch.visitor("a1"), {"Accept-Language": "en"}

    assert "<h1>Jul 2026</h1>" in visitor.get("/month?month=2026-07", **english_please).text
    assert "<h1>29 Jun – 5 Jul</h1>" in visitor.get("/week?day=2026-06-29", **english_please).text
    assert "<h1>16–22 Nov</h1>" in visitor.get("/week?day=2026-11-16", **english_please).text


def test_the_stream_of_events_says_what_the_pages_say() -> None:
    tables = (labels.REVIEW_VERDICTS, labels.REMARKS, labels.SOURCES, labels.MODES)
    shown = {str(key): text for table in tables for key, text in table.items()}

    told = {key: WORDS[key][0] for key in shown if key in WORDS}

    assert told == {key: text for key, text in shown.items() if key in WORDS}
    assert told["good"] == "填得好"
