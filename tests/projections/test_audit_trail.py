"""A sentence for every kind of event, filters, causes and effects."""

from __future__ import annotations

from string import Formatter
from typing import Any

import pytest

from domain.words import CallbackOutcome
from projections import audit_trail, audit_words
from projections.audit_trail import Filters
from tests.store.test_golden_events import event_classes

from .conftest import Office

CLASSES = event_classes()


@pytest.mark.parametrize("topic", sorted(CLASSES))
def test_every_event_has_a_sentence_in_both_languages(topic: str) -> None:
    assert all(audit_words.SENTENCES[topic])


@pytest.mark.parametrize("topic", sorted(CLASSES))
def test_a_sentence_names_only_facts_that_the_event_has(topic: str) -> None:
    known = {name for cls in CLASSES[topic].__mro__ for name in getattr(cls, "__annotations__", {})}

    for template in audit_words.SENTENCES[topic]:
        used = {name for _, name, _, _ in Formatter().parse(template) if name}
        assert used <= known


def test_a_sealed_field_never_comes_into_the_trail(lite: Office) -> None:
    lite.log(note="担心缴费年限")

    row = lite.read(audit_trail.stream, Filters(topic="daily_log.activity_logged"))[0]
    assert "note" not in row.facts


def test_a_sentence_speaks_the_readers_language(lite: Office) -> None:
    lite.log()

    row = lite.read(audit_trail.stream, Filters(topic="daily_log.activity_logged"))[0]
    assert row.sentence("zh") == "记下 2026-11-20 与客户 C-A1 的面谈，结果：意向明确"
    assert row.sentence("en").startswith("logged a meeting with C-A1")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(agent_id="A2"), 3),
        (Filters(customer_id="C-A1"), 2),
        (Filters(topic="daily_log"), 4),
        (Filters(actor="M1", topic="rulebook.adopted"), 1),
        (Filters(team_id="T9"), 0),
    ],
)
def test_filters_narrow_the_stream(lite: Office, filters: Filters, count: int) -> None:
    lite.log("A1")
    lite.log("A2")
    found: list[Any] = lite.read(audit_trail.stream, filters)
    extra = 1 if filters.agent_id else 0  # the day's log was opened, too

    assert len(found) == count + extra


def test_pages_follow_each_other_without_gap(lite: Office) -> None:
    lite.log()
    first = lite.read(audit_trail.stream, Filters(), limit=4)
    second = lite.read(audit_trail.stream, Filters(), before=first[-1].position, limit=4)

    assert first[-1].position == second[0].position + 1


def test_an_events_history_is_that_of_its_stream(lite: Office) -> None:
    call = lite.call_back(lite.log(), CallbackOutcome.DENIED)
    row = lite.read(audit_trail.stream, Filters(topic="callback.outcome_recorded"))[0]

    history = lite.read(audit_trail.stream_of, row.stream_id)
    assert [r.topic.split(".")[1] for r in history] == [
        "listed",
        "prepared",
        "attempted",
        "outcome_recorded",
    ]
    assert row.facts["callback_id"] == call
