"""Which visit a free note is about; unclear ones go to a human, and none is ever a denial."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.detection.agreement import edit_distance, phone_bits, sounds_alike
from domain.detection.matching import Known, Note, Verdict, match
from shilu.backtest.notes import matched_notes
from shilu.simulation.branch import simulate
from shilu.simulation.kinds import ORDINARY
from shilu.simulation.notes import known_visits, written_notes

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
A_DAY = timedelta(days=1)
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


def test_two_days_of_one_customer_equally_near_are_for_a_human() -> None:
    before, after = (
        replace(WANTED, visit_id=f"V9{n}", day=WANTED.day + n * A_DAY) for n in (-1, 1)
    )
    others = tuple(visit for visit in VISITS if visit != WANTED)

    found = match(NOTE, (*others, before, after))

    assert (found.verdict, found.visit_id) == (Verdict.AMBIGUOUS, None)
    assert {c.visit_id for c in found.candidates[:2]} == {"V9-1", "V91"}


def test_a_visit_after_the_call_is_not_meant() -> None:
    before, after = (
        replace(WANTED, visit_id=f"V9{n}", day=WANTED.day + n * A_DAY) for n in (-1, 1)
    )
    others = tuple(visit for visit in VISITS if visit != WANTED)

    found = match(replace(NOTE, called_on=NOTE.day), (*others, before, after))

    assert (found.verdict, found.visit_id) == (Verdict.MATCHED, "V9-1")


def test_of_two_visits_to_one_customer_the_nearest_day_counts_though_its_name_is_half() -> None:
    half = replace(WANTED, name="王先生")
    whole = replace(WANTED, visit_id="V99", day=WANTED.day - A_DAY)
    others = tuple(visit for visit in VISITS if visit != WANTED)

    found = match(NOTE, (*others, half, whole))

    assert (found.verdict, found.visit_id) == (Verdict.MATCHED, half.visit_id)


def test_of_two_visits_to_one_customer_on_one_day_the_earlier_counts() -> None:
    found = match(NOTE, (*VISITS, replace(WANTED, visit_id="V00", hour=20)))

    assert (found.verdict, found.visit_id) == (Verdict.MATCHED, WANTED.visit_id)
    assert found.candidates[1].visit_id == "V00"  # a person sees both


def test_one_phone_of_two_agents_customers_is_for_a_human() -> None:
    other = replace(WANTED, visit_id="V99", agent_id="A9")

    assert match(NOTE, (*VISITS, other)).verdict is Verdict.AMBIGUOUS


def test_the_noted_agent_tells_whose_customer_it_was() -> None:
    other = replace(WANTED, visit_id="V99", agent_id="A9")

    found = match(replace(NOTE, agent_id="A9"), (*VISITS, other))

    assert (found.verdict, found.visit_id) == (Verdict.MATCHED, "V99")


def test_a_visit_two_days_off_is_for_a_human() -> None:
    assert match(replace(NOTE, day=NOTE.day - 2 * A_DAY), VISITS).verdict is Verdict.AMBIGUOUS


def test_a_customer_without_name_and_number_is_never_offered() -> None:
    erased = replace(WANTED, name="", phone=None)

    found = match(replace(NOTE, hour=erased.hour), (*VISITS[4:], erased))

    assert erased.visit_id not in {c.visit_id for c in found.candidates}


def test_a_wrong_digit_at_the_end_tells_less_than_one_before_it() -> None:
    end, middle, swapped = (
        phone_bits(noted, "13812341234") for noted in ("13812341239", "13812941234", "13812314234")
    )

    assert end < middle < swapped < phone_bits("13812341234", "13812341234")


def test_notes_as_people_write_them_find_their_visits() -> None:
    teams = known_visits(simulate(replace(ORDINARY, teams=3, weeks=3), 7).visits)

    found = matched_notes(teams, written_notes(teams, 7, 150, hour_noted=0.0))

    assert found.right / found.matched >= 0.995
    assert found.right / found.about_a_visit >= 0.95


def test_the_hour_tells_two_visits_of_a_day_apart() -> None:
    twice = (*VISITS, replace(WANTED, visit_id="V99", hour=19))

    found = match(replace(NOTE, hour=19), twice)

    assert (found.verdict, found.visit_id) == (Verdict.MATCHED, "V99")


def test_a_surname_alone_matches_nobody() -> None:
    assert match(Note(DAY, "王先生"), VISITS).verdict is not Verdict.MATCHED


def test_the_weight_is_the_sum_of_its_parts() -> None:
    for candidate in match(NOTE, VISITS).candidates:
        assert candidate.weight == pytest.approx(sum(bits for _, bits in candidate.parts))
