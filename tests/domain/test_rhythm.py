"""5-3-1 as pure functions: R-40, R-42."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from domain.rhythm import (
    DayCount,
    WorkMode,
    day_count,
    due_at,
    is_met,
    is_working_day,
    mode_on,
    still_missing,
)
from domain.words import ActivityKind

KINDS = st.dictionaries(st.sampled_from([str(k) for k in ActivityKind]), st.integers(0, 20))


def test_a_closing_visit_is_also_a_meeting_by_default() -> None:
    assert day_count({"closing_visit": 1}, WorkMode()) == DayCount(meetings=1, closings=1)


def test_the_overlap_can_be_switched_off() -> None:
    mode = WorkMode(closing_counts_as_meeting=False, new_visit_counts_as_meeting=False)

    assert day_count({"closing_visit": 1, "new_prospect_visit": 1}, mode).meetings == 0


def test_a_recruiting_visit_counts_in_the_fourth_column_only() -> None:
    assert day_count({"recruiting_visit": 1}, WorkMode()) == DayCount(new_visits=1)


def test_five_three_one_and_one_is_the_whole_quota() -> None:
    kinds = {"appointment_call": 5, "face_meeting": 1, "closing_visit": 1, "new_prospect_visit": 1}

    assert is_met(day_count(kinds, WorkMode()), WorkMode())


@given(KINDS)
def test_nothing_is_missing_less_than_zero(kinds: dict[str, int]) -> None:
    missing = still_missing(day_count(kinds, WorkMode()), WorkMode())

    assert min(missing.calls, missing.meetings, missing.closings, missing.new_visits) >= 0


@given(KINDS, st.sampled_from([str(k) for k in ActivityKind]))
def test_one_more_entry_never_lowers_a_column(kinds: dict[str, int], kind: str) -> None:
    before = day_count(kinds, WorkMode())
    after = day_count({**kinds, kind: kinds.get(kind, 0) + 1}, WorkMode())

    assert after.calls >= before.calls
    assert after.meetings >= before.meetings


def test_of_two_modes_from_the_same_day_the_later_version_holds() -> None:
    modes = (WorkMode(version=1), WorkMode(version=2, calls=6))

    assert mode_on(modes, date(2026, 11, 20)).version == 2


def test_a_deadline_is_an_instant_of_the_branchs_zone() -> None:
    assert due_at(date(2026, 11, 20), time(21, 30), "Asia/Shanghai") == datetime(
        2026, 11, 20, 13, 30, tzinfo=UTC
    )


def test_a_make_up_saturday_is_worked() -> None:
    saturday = date(2026, 11, 21)

    assert is_working_day(saturday, (), (saturday,))
    assert not is_working_day(saturday, (), ())
