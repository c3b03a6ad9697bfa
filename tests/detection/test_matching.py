"""Which visit a free note is about; unclear ones go to a human, and none is ever a denial."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.detection.matching import (
    Known,
    Note,
    Verdict,
    edit_distance,
    match,
    sounds_alike,
)

DAY = date(2026, 3, 4)
VISITS = tuple(
    Known(
        f"V{n}",
        f"A{n % 4}",
        DAY + timedelta(days=n % 5 - 2),
        name,
        f"138{n:02d}{n * 7919:06d}",
        9 + n % 8,
    )
    for n, name in enumerate(
        ("张三丰", "刘芳", "曾国梁", "王建国", "李明", "章珊", "陈小明", "赵雪", "王丽", "王芳")
    )
)
WANTED = VISITS[3]  # 王建国
NOTE = Note(WANTED.day, WANTED.name, WANTED.phone)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("13812341234", "13812341234", 0),
        ("13812341234", "13812341235", 1),
        ("13812341234", "13812314234", 1),  # two neighbours swapped count once
        ("13812341234", "1381234123", 1),
        ("13812341234", "13912341235", 2),
        ("13812341234", "15098761111", 3),
    ],
)
def test_the_distance_of_two_numbers(one: str, other: str, distance: int) -> None:
    assert edit_distance(one, other) == distance


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("张珊", "章山", True),
        ("曾国", "增国", True),
        ("张三", "李三", False),
        ("张三", "张", False),
    ],
)
def test_names_are_compared_by_sound(one: str, other: str, alike: bool) -> None:
    assert sounds_alike(one, other) is alike


@pytest.mark.parametrize(
    "note",
    [
        NOTE,
        replace(NOTE, phone=WANTED.phone[:-1] + "0"),  # type: ignore[index]
        replace(NOTE, phone=f"+86 {WANTED.phone}"),
        replace(NOTE, name="王建过"),
        replace(NOTE, name="王先生"),
        replace(NOTE, day=WANTED.day + timedelta(days=1)),
    ],
    ids=["exact", "one digit", "prefix", "homophone", "surname", "day off"],
)
def test_a_note_finds_its_visit(note: Note) -> None:
    found = match(note, VISITS)

    assert (found.verdict, found.visit_id) == (Verdict.MATCHED, WANTED.visit_id)


def test_a_note_about_nobody_on_record_is_unmatched() -> None:
    found = match(Note(DAY, "欧阳锋", "15900001111"), VISITS)

    assert (found.verdict, found.visit_id, found.candidates) == (Verdict.UNMATCHED, None, ())


def test_two_visits_to_one_customer_on_one_day_are_for_a_human() -> None:
    twice = (*VISITS, replace(WANTED, visit_id="V99"))

    found = match(NOTE, twice)

    assert (found.verdict, found.visit_id) == (Verdict.AMBIGUOUS, None)
    assert [c.visit_id for c in found.candidates[:2]] == ["V3", "V99"]


def test_the_hour_tells_two_visits_of_a_day_apart() -> None:
    twice = (*VISITS, replace(WANTED, visit_id="V99", hour=19))

    found = match(replace(NOTE, hour=19), twice)

    assert (found.verdict, found.visit_id) == (Verdict.MATCHED, "V99")


def test_a_surname_alone_matches_nobody() -> None:
    assert match(Note(DAY, "王先生"), VISITS).verdict is not Verdict.MATCHED


def test_the_weight_is_the_sum_of_its_parts() -> None:
    for candidate in match(NOTE, VISITS).candidates:
        assert candidate.weight == pytest.approx(sum(bits for _, bits in candidate.parts))
