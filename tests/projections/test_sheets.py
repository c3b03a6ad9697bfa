"""Weeks and months as readers see them; results come from the log alone (R-11)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from domain.rhythm import Rules
from domain.sheet_figures import Figures
from domain.weekly_sheet import WeekWords
from domain.words import ActivityKind, ActivityResult, Role
from projections import sheet_figures, sheet_queue, sheets

from .conftest import DAY, NOON, Office

MONDAY = date(2026, 11, 16)
SUNDAY = MONDAY + timedelta(days=6)
TARGETS = Figures(25, 15, 5, 5, 1)


def hand_in(office: Office, agent_id: str = "A1") -> None:
    words = WeekWords("签了一单", TARGETS)
    office.record.weekly_sheets.submit(agent_id, MONDAY, words, by=office.by(agent_id))


def done(office: Office, first: date = MONDAY, last: date = SUNDAY) -> Any:
    return office.read(sheet_figures.done, "A1", Rules(), first, last)


def test_a_sheet_stands_with_its_targets_and_results(office: Office) -> None:
    office.record.weekly_sheets.set_targets("A1", MONDAY, TARGETS, by=office.by())
    office.log()
    hand_in(office)

    sheet = office.read(sheets.one, "A1", sheets.WEEK, MONDAY)

    assert (sheet.targets, sheet.results) == (TARGETS, Figures(meetings=1))
    assert (sheet.on_time, sheet.missing, sheet.summary_length) == (True, (), 4)


def test_next_weeks_sheet_has_its_targets_before_it_begins(office: Office) -> None:
    hand_in(office)

    following = office.read(sheets.one, "A1", sheets.WEEK, MONDAY + timedelta(days=7))

    assert (following.targets, following.origin) == (TARGETS, "last_week")
    assert following.submitted_at is None


def test_only_what_was_handed_in_counts_as_such(lite: Office) -> None:
    hand_in(lite)
    lite.record.weekly_sheets.write("A2", MONDAY, WeekWords("还没写完"), by=lite.by("A2"))

    found = lite.read(sheet_queue.handed_in, ["A1", "A2"], sheets.WEEK, MONDAY)

    assert found == {"A1"}


def test_results_are_counted_from_the_log_and_follow_its_corrections(office: Office) -> None:
    office.log(kind=ActivityKind.CLOSING_VISIT, result=ActivityResult.SIGNED)
    wrong = office.log(kind=ActivityKind.APPOINTMENT_CALL)
    assert done(office) == Figures(1, 1, 1, 0, 1)

    office.record.daily_logs.withdraw_activity("A1", DAY, wrong, "点错了", by=office.by())

    assert done(office) == Figures(0, 1, 1, 0, 1)


def test_the_companys_count_of_policies_is_not_added_to_the_logs(lite: Office) -> None:
    lite.log(kind=ActivityKind.CLOSING_VISIT, result=ActivityResult.SIGNED)
    system = lite.by("system", Role.SYSTEM)
    lite.record.daily_logs.sign_policies("A1", DAY + timedelta(days=1), 2, by=system)

    assert done(lite).policies == 2


def test_the_weeks_before_are_counted_one_by_one(lite: Office) -> None:
    lite.log(at=NOON - timedelta(days=7))
    lite.log(at=NOON - timedelta(days=14))
    lite.log(at=NOON)  # this week is not before itself

    weeks = lite.read(sheet_figures.weeks_before, "A1", Rules(), MONDAY, 3)

    assert [week.meetings for week in weeks] == [0, 1, 1]
