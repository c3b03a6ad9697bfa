"""Late reviews and filling problems: found once, suggested to a human, never at night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import projections
from domain.filling_ladder import Problem
from domain.filling_suggestion import suggestion_id_of
from domain.review import Remark
from domain.rhythm import ReviewRhythm
from domain.sheet_figures import Figures
from domain.sheet_review import Care
from domain.weekly_sheet import WeekWords
from domain.words import RemarkKind, ReviewVerdict, Role, SheetKind
from projections.filling_cases import suggested_in
from projections.follower import Follower
from projections.habit_due import filling_checks, review_checks, sheet_review_checks
from tests.workers.branch import START, SUPERVISOR, TEAM, Branch, anew, at, by
from workers import filling_problems, overdue_reviews, overdue_sheet_reviews

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = START + timedelta(days=1)
WEEKS = 8
SUNDAY = START + timedelta(days=6)


class Office:
    """A team of two and its views."""

    def __init__(self, folder: Path) -> None:
        self.branch = Branch(folder, projections.VIEW_METADATA)
        self.branch.found(agents=2)
        self.record = self.branch.record
        self.views = self.branch.store.views_engine()
        self.follower = Follower(self.branch.store.reader(), self.views, projections.ALL)
        self.follower.prepare()

    def hand_in(self, agent: str, day: date) -> None:
        told = by(agent, Role.AGENT, at(day, 20))
        self.record.daily_logs.submit(agent, day, summary="走访", short_reason="改期", by=told)

    def review(self, agent: str, day: date, when: datetime) -> None:
        remark = Remark(RemarkKind.PRAISE, ReviewVerdict.GOOD, "今天的总结写得很具体")
        self.record.reviews.complete(agent, day, remark, by=by(SUPERVISOR, Role.SUPERVISOR, when))

    def late(self, day: date = DAY) -> tuple[str, ...]:
        self.follower.catch_up()
        due = at(day + timedelta(days=2), 8)
        return overdue_reviews.check(self.record, self.views, TEAM, day, due, lambda: NOW).late

    def hand_in_week(self, agent: str, monday: date, when: datetime) -> None:
        words = WeekWords("这一周把老客户都走了一遍", Figures(25, 15))
        self.record.weekly_sheets.submit(agent, monday, words, by=by(agent, Role.AGENT, when))

    def care(self, agent: str, monday: date, when: datetime) -> None:
        care = Care(RemarkKind.GUIDE, "签单前的准备做得扎实", "下周先把电话补上来")
        told = by(SUPERVISOR, Role.SUPERVISOR, when)
        self.record.sheet_reviews.complete(agent, SheetKind.WEEK, monday, care, by=told)

    def waits(self, day: date) -> tuple[str, ...]:
        self.follower.catch_up()
        return overdue_sheet_reviews.check(
            self.record, self.views, TEAM, day, at(day, 8), lambda: NOW
        ).late

    def problems(self, day: date) -> tuple[str, ...]:
        self.follower.catch_up()
        return filling_problems.check(
            self.record, self.views, TEAM, day, at(day, 8), lambda: NOW
        ).found


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The team, watched since long ago: the log itself was made today."""
    watched = {TEAM: START}
    monkeypatch.setattr("workers.filling_problems.watched_since", lambda _connection: watched)
    return Office(tmp_path)


def working_days(weeks: int) -> list[date]:
    days = (START + timedelta(days=n) for n in range(7 * weeks))
    return [day for day in days if day.weekday() < 5]


def after(weeks: int) -> date:
    return START + timedelta(days=7 * weeks)


def test_a_log_that_nobody_reviewed_in_time_goes_up_the_line(office: Office) -> None:
    office.hand_in("A00", DAY)
    office.hand_in("A01", DAY)
    office.review("A01", DAY, at(DAY, 22))

    assert office.late() == ("A00",)


def test_a_review_that_came_too_late_was_late(office: Office) -> None:
    office.hand_in("A00", DAY)
    office.review("A00", DAY, at(DAY + timedelta(days=3), 9))

    assert office.late() == ("A00",)


def test_a_check_repeated_adds_nothing(office: Office) -> None:
    office.hand_in("A00", DAY)

    assert office.late() == office.late()
    assert len(office.branch.events("scheduled_check.done")) == 1


def test_a_week_that_nobody_reviewed_in_time_goes_up_the_line_once(office: Office) -> None:
    for agent in ("A00", "A01"):
        office.hand_in_week(agent, START, at(SUNDAY, 20))
    office.care("A01", START, at(SUNDAY, 21))

    mornings = [office.waits(SUNDAY + timedelta(days=days)) for days in (3, 4, 5)]

    assert mornings == [(), (f"A00/week/{START}",), ()]  # 72 hours are over on the fourth


def test_a_weeks_review_may_take_as_long_as_the_branch_says(office: Office) -> None:
    admin = by("M1", Role.ADMINISTRATOR, at(START, 9))
    office.record.rulebook.set_review_rhythm(ReviewRhythm(sheet_hours=24), by=admin)
    office.hand_in_week("A00", START, at(SUNDAY, 20))

    assert office.waits(SUNDAY + timedelta(days=2)) == (f"A00/week/{START}",)


def test_who_stopped_filling_is_suggested_and_no_case_is_opened(office: Office) -> None:
    for day in working_days(6):
        office.hand_in("A01", day)
        if day < after(4):
            office.hand_in("A00", day)

    assert office.problems(after(6)) == ("A00/faded",)
    assert office.branch.events("filling_case") == []
    office.follower.catch_up()
    with office.views.connect() as connection:
        (card,) = suggested_in(connection, [TEAM])
    assert card.facts == {"filled": 0, "of": 10, "before": 20, "before_of": 20}


def test_what_waits_or_was_put_aside_is_not_suggested_again(office: Office) -> None:
    for day in working_days(WEEKS):
        office.hand_in("A01", day)
        if day < after(4):
            office.hand_in("A00", day)
    office.problems(after(6))
    assert office.problems(after(7)) == ()
    suggestion = suggestion_id_of("A00", Problem.FADED, after(6))
    boss = by(SUPERVISOR, Role.SUPERVISOR, at(after(7), 9))

    office.record.filling_suggestions.dismiss(suggestion, "住院了", by=boss)

    assert office.problems(after(8)) == ()


def test_an_open_case_is_suggestion_enough(office: Office) -> None:
    for day in working_days(4):
        office.hand_in("A01", day)
    boss = by(SUPERVISOR, Role.SUPERVISOR, at(after(4), 7))
    office.record.filling_cases.open("A00", Problem.TOO_MUCH_TROUBLE, "一天也没写", by=anew(boss))

    assert office.problems(after(4)) == ()


def test_the_looks_are_due_in_the_morning_and_not_at_night(office: Office) -> None:
    rules, since = office.record.rulebook.rules(), {TEAM: START}
    monday = after(1)

    filling = list(filling_checks(rules, since, at(monday, 9)))
    reviews = list(review_checks(rules, since, at(monday, 9)))

    assert [(due.day, due.due_at) for due in filling] == [(monday, at(monday, 8))]
    thursday = START + timedelta(days=3)
    assert (thursday, at(START + timedelta(days=5), 8)) in [(d.day, d.due_at) for d in reviews]
    assert not list(filling_checks(rules, since, at(monday, 7)))
    sheets = [(due.day, due.due_at) for due in sheet_review_checks(rules, since, at(monday, 9))]
    assert sheets[0] == (monday, at(monday, 8))
