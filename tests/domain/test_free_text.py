"""Numbers in free text are found however they are written; other digits are left alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.application import TeamRecord
from domain.daily_log import Changes
from domain.free_text import FREE_TEXT, NumberKind, numbers_in
from domain.recording import Aggregate
from domain.refusals import HoldsNumbers

from .conftest import DAY, a_by, an_activity

Events = Callable[[], list[Any]]

PHONE, IDENTITY = NumberKind.PHONE, NumberKind.IDENTITY
# The specimen of GB 11643-1999's appendix, and one that ends in X.
AN_IDENTITY = "11010519491231002X"


@pytest.mark.parametrize(
    "text",
    [
        "打13812341234找她",
        "138 1234 1234",
        "138-1234-1234",
        "+86 138 1234 1234",
        "008613812341234",
        "１３８１２３４１２３４",
        "一三八一二三四一二三四",
        "幺三八幺二三四幺二三四",
        "电话：(138)1234.1234。",
        "1 3 8 1 2 3 4 1 2 3 4",
    ],
)
def test_a_mobile_number_is_found(text: str) -> None:
    assert numbers_in(text) == (PHONE,)


@pytest.mark.parametrize("text", [AN_IDENTITY, "证件 110105 19491231 002x", AN_IDENTITY.lower()])
def test_an_identity_number_is_found_and_is_no_phone(text: str) -> None:
    assert numbers_in(text) == (IDENTITY,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "谈了三十分钟，客户想等年终奖。",
        "2026-11-24 15:30 见面",
        "保额 1380000 元，年交 12345678 元",
        "保单号 13812341234567",
        "110105194912310021",  # the check digit is wrong
        "99999999999",
        "123-4567",
    ],
)
def test_other_digits_are_left_alone(text: str) -> None:
    assert numbers_in(text) == ()


def test_both_kinds_are_named_in_their_order() -> None:
    assert numbers_in(f"{AN_IDENTITY}，13812341234") == (IDENTITY, PHONE)


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert set(numbers_in(text)) <= set(NumberKind)


@given(
    st.text(
        st.characters(
            categories=["Lo"], exclude_characters="零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
        )
    ),
    st.integers(3, 9),
    st.integers(0, 10**9 - 1),
    st.sampled_from(["", " ", "-", ".", "，"]),
)
def test_any_mobile_number_is_found_wherever_it_stands(
    around: str, second: int, rest: int, gap: str
) -> None:
    number = gap.join(f"1{second}{rest:09d}")

    assert PHONE in numbers_in(f"{around}{number}{around}")


# --- at entry ---


def test_a_number_in_an_entry_is_refused_and_nothing_is_recorded(team: TeamRecord) -> None:
    with pytest.raises(HoldsNumbers) as refused:
        team.daily_logs.log_activity("A1", an_activity(note="改打13812341234"), by=a_by())

    assert refused.value.facts == {"field": "note", "kinds": ["phone"]}
    assert team.daily_logs.find("A1", DAY) is None


def test_a_number_that_is_meant_is_recorded_as_such(team: TeamRecord, events: Events) -> None:
    meant = replace(a_by(), numbers_meant=True)

    team.daily_logs.log_activity("A1", an_activity(note="改打13812341234"), by=meant)

    assert events()[-1].by.numbers_meant


def test_a_correction_is_looked_through_too(team: TeamRecord) -> None:
    visit = an_activity()
    team.daily_logs.log_activity("A1", visit, by=a_by())
    changes = Changes(next_step="回电 138-1234-1234")

    with pytest.raises(HoldsNumbers) as refused:
        team.daily_logs.correct_activity("A1", DAY, visit.activity_id, changes, "补", by=a_by())

    assert refused.value.facts["field"] == "changes"


NOT_FREE = {
    "originator_topic", "name", "name_masked", "phone", "phone_masked", "phone_index", "time_zone",
    "kind", "subject", "ticket", "facts", "findings", "method", "route", "about", "fields",
    "request_ref", "counts", "origin", "language", "model_version", "seed", "frame_sha256", "left_out", "scope", "lines", "weeks", "weights_version",
    "after", "before", "digest", "evidence", "file_format", "goals", "host", "manifest_sha256",
    "results", "speakers", "table_hash", "targets", "team_goals", "team_ids", "teams", "top",
    "topics", "weights",
}  # fmt: skip
"""Text fields of events in which nobody writes freely: ids, codes, names in their own place."""


def test_every_text_field_of_every_event_is_known() -> None:
    unknown = {
        f"{event.TOPIC}: {name}"
        for event in _events_of(Aggregate.Event)
        for name, kind in get_type_hints(event).items()
        if re.search(r"\bstr\b", str(kind)) and "ClassVar" not in str(kind)
        if not name.endswith("_id") and name not in FREE_TEXT | NOT_FREE
    }

    assert not unknown


def _events_of(kind: type[Any]) -> Iterator[type[Any]]:
    for found in kind.__subclasses__():
        if "TOPIC" in vars(found):
            yield found
        yield from _events_of(found)
