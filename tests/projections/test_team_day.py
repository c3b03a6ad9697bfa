"""How a team stands on a day, now and as of any position (R-40, R-42)."""

from __future__ import annotations

from datetime import date, timedelta

import projections
from domain.daily_log import Changes
from domain.rhythm import DayCount, WorkMode
from domain.scheduled_check import CheckKey
from domain.words import ActivityKind, CallbackOutcome, Check, LeaveKind, Role
from projections import team_day

from .conftest import DAY, NOON, Office


def test_a_closing_visit_fills_two_columns(lite: Office) -> None:
    lite.log(kind=ActivityKind.CLOSING_VISIT)

    member = lite.read(team_day.team_state, "T1", DAY).members[0]

    assert member.count == DayCount(meetings=1, closings=1)


def test_a_correction_of_the_kind_moves_the_count(lite: Office) -> None:
    entry = lite.log()
    changes = Changes(kind=ActivityKind.APPOINTMENT_CALL)
    lite.record.daily_logs.correct_activity("A1", DAY, entry, changes, "选错", by=lite.by())

    member = lite.read(team_day.team_state, "T1", DAY).members[0]

    assert member.count == DayCount(calls=1)


def test_a_withdrawn_entry_is_not_counted(lite: Office) -> None:
    entry = lite.log()
    lite.record.daily_logs.withdraw_activity("A1", DAY, entry, "点错", by=lite.by())

    assert lite.read(team_day.team_state, "T1", DAY).members[0].count == DayCount()


def test_an_entry_after_the_deadline_is_shown_late(lite: Office) -> None:
    lite.log(at=NOON + timedelta(hours=11), started_at=NOON)

    assert lite.read(team_day.team_state, "T1", DAY).members[0].late == 1


def test_who_is_on_leave_is_shown_so(lite: Office) -> None:
    lite.record.organisation.register_leave(
        "A2", DAY, DAY, LeaveKind.SICK, by=lite.by("M1", Role.ADMINISTRATOR)
    )

    members = lite.read(team_day.team_state, "T1", DAY).members
    assert [m.on_leave for m in members] == [False, True]


def test_a_missing_log_that_was_noted_is_shown(lite: Office) -> None:
    key = CheckKey(Check.MISSING_LOGS, "T1", DAY)
    by = lite.by("missing_logs", Role.SYSTEM)
    lite.record.scheduled_checks.finish(key, "T1", NOON, ["A2"], by=by)

    members = lite.read(team_day.team_state, "T1", DAY).members
    assert [m.noted_missing for m in members] == [False, True]


def test_a_confirmed_and_a_denied_visit_are_counted_apart(lite: Office) -> None:
    lite.call_back(lite.log(), CallbackOutcome.CONFIRMED)
    lite.call_back(lite.log(), CallbackOutcome.DENIED)

    member = lite.read(team_day.team_state, "T1", DAY).members[0]
    assert (member.confirmed, member.contradicted) == (1, 1)


def test_a_new_work_mode_changes_the_days_from_its_first_on(lite: Office) -> None:
    mode = WorkMode(calls=6, since=DAY)
    lite.record.rulebook.define_work_mode(mode, by=lite.by("M1", Role.ADMINISTRATOR))

    states = [lite.read(team_day.team_state, "T1", day) for day in (date(2026, 11, 19), DAY)]
    assert [s.mode.calls for s in states] == [5, 6]


def test_the_strip_has_no_level_for_a_day_without_a_log(lite: Office) -> None:
    lite.log()

    strip = lite.read(team_day.team_state, "T1", DAY).members[0].strip
    assert (strip[-1].level, strip[-2].level, len(strip)) == (1, None, 14)


def test_a_moved_agent_stands_in_the_new_team(lite: Office) -> None:
    admin = Role.ADMINISTRATOR
    lite.record.organisation.form_team("T2", "二组", by=lite.by("M1", admin))
    lite.record.organisation.move("A2", "T2", DAY, by=lite.by("M1", admin))

    before = lite.read(team_day.team_state, "T1", date(2026, 11, 19))
    after = lite.read(team_day.team_state, "T1", DAY)
    assert [[m.agent_id for m in s.members] for s in (before, after)] == [["A1", "A2"], ["A1"]]


def test_an_unknown_team_has_no_state(lite: Office) -> None:
    assert lite.read(team_day.team_state, "T9", DAY) is None


def test_every_projection_has_its_tables_to_itself() -> None:
    names = [table for p in projections.ALL for table in p.metadata.tables]

    assert len(names) == len(set(names))
