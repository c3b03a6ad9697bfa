"""Who has not handed in a week or a month by its deadline: found once, as the record stood then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import projections
from domain.monthly_record import MonthWords, month_due_at
from domain.rhythm import Rules
from domain.sheet_figures import Figures
from domain.weekly_sheet import WeekWords, week_due_at
from domain.words import Check, LeaveKind, Role
from domain.work_weeks import suggested
from projections.follower import Follower
from tests.workers.branch import START, SUPERVISOR, TEAM, Branch, anew, at, by
from workers.missing_logs import Looked
from workers.missing_sheets import check

MONDAY = START + timedelta(days=7)
MONTH = date(2026, 4, 1)
NOW = datetime(2026, 4, 10, 12, tzinfo=UTC)
RULES = Rules()


class Office:
    """A team of two and the check."""

    def __init__(self, folder: Path) -> None:
        self.branch = Branch(folder, projections.VIEW_METADATA)
        self.branch.found(agents=2)
        self.views = self.branch.store.views_engine()
        self.follower = Follower(self.branch.store.reader(), self.views, projections.ALL)
        self.follower.prepare()

    def check(self, of: Check = Check.MISSING_WEEKS) -> Looked:
        self.follower.catch_up()
        weekly = of is Check.MISSING_WEEKS
        period = MONDAY if weekly else MONTH
        due = week_due_at(RULES, MONDAY) if weekly else month_due_at(RULES, MONTH)
        return check(self.branch.record, self.views, of, TEAM, period, due, lambda: NOW)

    def hand_in(self, agent: str, when: datetime) -> None:
        words = WeekWords("见了三位老客户", Figures(20))
        told = by(agent, Role.AGENT, when)
        self.branch.record.weekly_sheets.submit(agent, MONDAY, words, by=anew(told))

    def close_month(self, agent: str, when: datetime) -> None:
        records, told = self.branch.record.monthly_records, by(agent, Role.AGENT, when)
        weeks = suggested(MONTH, RULES.is_working_day)
        records.divide(agent, MONTH, weeks, by=anew(told))
        words = MonthWords("上月签了三单", "先见老客户", Figures(90))
        records.submit(agent, MONTH, words, by=anew(told))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_who_handed_nothing_in_is_found_and_who_did_is_not(office: Office) -> None:
    office.hand_in("A01", at(MONDAY + timedelta(days=4), 18))

    assert office.check().missing == ("A00",)


def test_what_was_handed_in_after_the_deadline_comes_too_late(office: Office) -> None:
    office.hand_in("A01", at(MONDAY + timedelta(days=7), 9))

    assert office.check().missing == ("A00", "A01")


def test_who_was_away_all_week_is_not_missed(office: Office) -> None:
    told = by(SUPERVISOR, Role.SUPERVISOR, at(MONDAY, 8))
    office.branch.record.organisation.register_leave(
        "A00", MONDAY, MONDAY + timedelta(days=6), LeaveKind.LEAVE, by=anew(told)
    )

    assert office.check().missing == ("A01",)


def test_a_month_not_divided_or_not_handed_in_is_found(office: Office) -> None:
    office.close_month("A01", at(MONTH, 10))

    assert office.check(Check.MISSING_MONTHS).missing == ("A00",)


def test_the_check_repeated_changes_nothing_and_says_the_same(office: Office) -> None:
    first = office.check()
    office.hand_in("A01", at(MONDAY + timedelta(days=4), 18))

    again = office.check()

    assert again.missing == first.missing
    assert again.receipt.repeated
    assert len(office.branch.events("scheduled_check.done")) == 1


def test_a_week_and_a_month_that_begin_together_are_two_checks(office: Office) -> None:
    office.check()
    office.check(Check.MISSING_MONTHS)

    done = office.branch.events("scheduled_check.done")
    assert [row["check"] for row in done] == ["missing_weeks", "missing_months"]
