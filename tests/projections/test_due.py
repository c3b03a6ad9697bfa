"""What should have been checked by now and is not on record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from domain.scheduled_check import CheckKey
from domain.words import CallbackOutcome, Check, Role
from projections import due

from .conftest import Office

AFTER_WORK = datetime.now(UTC).replace(hour=14, minute=0, second=0, microsecond=0)


def a_working_day(office: Office, ahead: int) -> datetime:
    """Return 22:00 in Shanghai of the next working day at least ``ahead`` days from today."""
    rules, moment = office.record.rulebook.rules(), AFTER_WORK + timedelta(days=ahead)
    while not rules.is_working_day(rules.day_of(moment)):
        moment += timedelta(days=1)
    return moment


def missing_logs(office: Office, now: datetime) -> list[tuple[str, date]]:
    found = office.read(due.checks_due, now)
    return [(d.subject, d.day) for d in found if d.check == "missing_logs"]


def test_a_team_is_due_after_the_deadline_of_a_working_day(lite: Office) -> None:
    now = a_working_day(lite, 1)
    today = lite.record.rulebook.rules().day_of(now)

    assert ("T1", today) in missing_logs(lite, now)


def test_a_team_is_not_due_before_the_deadline(lite: Office) -> None:
    now = a_working_day(lite, 1) - timedelta(hours=3)
    today = lite.record.rulebook.rules().day_of(now)

    assert ("T1", today) not in missing_logs(lite, now)


def test_a_day_off_is_not_due(lite: Office) -> None:
    now = a_working_day(lite, 1)
    today = lite.record.rulebook.rules().day_of(now)
    admin = lite.by("M1", Role.ADMINISTRATOR)
    lite.record.rulebook.publish_calendar(today.year, (today,), (), "测试", by=admin)

    assert ("T1", today) not in missing_logs(lite, now)


def test_days_before_the_team_was_known_are_not_due(lite: Office) -> None:
    joined = datetime.now(UTC).date()

    assert all(day >= joined for _, day in missing_logs(lite, a_working_day(lite, 3)))


def test_a_check_on_record_is_no_longer_due(lite: Office) -> None:
    now = a_working_day(lite, 1)
    today = lite.record.rulebook.rules().day_of(now)
    key = CheckKey(Check.MISSING_LOGS, "T1", today)
    lite.record.scheduled_checks.finish(key, "T1", now, [], by=lite.by("missing_logs", Role.SYSTEM))

    assert ("T1", today) not in missing_logs(lite, now)


def test_an_answered_callback_is_due_for_comparison(lite: Office) -> None:
    call = lite.call_back(lite.log(), CallbackOutcome.DENIED)

    found = lite.read(due.checks_due, AFTER_WORK)
    assert [d.subject for d in found if d.check == "fake_entries"] == [call]


def test_a_callback_that_said_nothing_is_not_due(lite: Office) -> None:
    lite.call_back(lite.log(), CallbackOutcome.NOT_ASKED)

    found = lite.read(due.checks_due, AFTER_WORK)
    assert [d for d in found if d.check == "fake_entries"] == []


def test_a_long_stop_makes_no_flood(lite: Office) -> None:
    much_later = a_working_day(lite, 400)

    assert len(missing_logs(lite, much_later)) <= 14


def sheets(office: Office, now: datetime) -> list[tuple[str, date]]:
    found = office.read(due.checks_due, now)
    return [(d.check, d.day) for d in found if d.check in ("missing_weeks", "missing_months")]


def a_monday(office: Office, ahead: int) -> datetime:
    """Return Monday noon in Shanghai, at least ``ahead`` days from today."""
    moment = AFTER_WORK.replace(hour=4) + timedelta(days=ahead)
    while office.record.rulebook.rules().day_of(moment).weekday() != 0:
        moment += timedelta(days=1)
    return moment


def test_a_week_is_due_once_its_sunday_is_over(lite: Office) -> None:
    now = a_monday(lite, 8)
    monday = lite.record.rulebook.rules().day_of(now) - timedelta(days=7)

    assert ("missing_weeks", monday) in sheets(lite, now)
    assert ("missing_weeks", monday) not in sheets(lite, now - timedelta(days=1))


def test_a_month_is_due_after_its_third_working_day(lite: Office) -> None:
    later = AFTER_WORK + timedelta(days=40)
    month = lite.record.rulebook.rules().day_of(later).replace(day=1)
    evening = datetime(month.year, month.month, 10, 14, tzinfo=UTC)

    assert ("missing_months", month) in sheets(lite, evening)
    assert ("missing_months", month) not in sheets(lite, evening.replace(day=2))


def test_a_week_that_began_before_the_team_was_known_is_not_due(lite: Office) -> None:
    joined = datetime.now(UTC).date() - timedelta(days=1)

    assert all(day >= joined for _check, day in sheets(lite, a_monday(lite, 8)))


def test_a_week_on_record_is_no_longer_due(lite: Office) -> None:
    now = a_monday(lite, 8)
    monday = lite.record.rulebook.rules().day_of(now) - timedelta(days=7)
    key = CheckKey(Check.MISSING_WEEKS, "T1", monday)
    lite.record.scheduled_checks.finish(key, "T1", now, [], by=lite.by("system", Role.SYSTEM))

    assert ("missing_weeks", monday) not in sheets(lite, now)


def call_plans(office: Office, now: datetime) -> list[str]:
    return [d.subject for d in office.read(due.checks_due, now) if d.check == "call_plan"]


def test_the_calls_of_a_team_are_planned_from_six_in_the_morning_until_done(lite: Office) -> None:
    six = a_working_day(lite, 1).replace(hour=22) - timedelta(days=1)  # 06:00 in Shanghai
    day = lite.record.rulebook.rules().day_of(six)

    assert "T1" not in call_plans(lite, six - timedelta(minutes=1))
    assert "T1" in call_plans(lite, six)

    key = CheckKey(Check.CALL_PLAN, "T1", day)
    lite.record.scheduled_checks.finish(key, "T1", six, [], by=lite.by("system", Role.SYSTEM))
    assert "T1" not in call_plans(lite, six)
