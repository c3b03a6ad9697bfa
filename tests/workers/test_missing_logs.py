"""Who has no log by the deadline: found once, as the record stood then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import projections
from domain.words import LeaveKind, Role
from projections.follower import Follower
from tests.workers.branch import START, SUPERVISOR, TEAM, Branch, anew, at, by
from workers.absent import absent_agents
from workers.missing_logs import Looked, check
from workers.tasks import NotYet

DAY = START + timedelta(days=1)
DUE = at(DAY, 21, 30)
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


class Office:
    """A team of three and the check."""

    def __init__(self, folder: Path) -> None:
        self.branch = Branch(folder, projections.VIEW_METADATA)
        self.branch.found(agents=3)
        self.views = self.branch.store.views_engine()
        self.follower = Follower(self.branch.store.reader(), self.views, projections.ALL)
        self.follower.prepare()

    def check(self, day: date = DAY) -> Looked:
        self.follower.catch_up()
        return self.check_now(day)

    def check_now(self, day: date = DAY) -> Looked:
        record = self.branch.record

        def absent(*asked: object) -> list[str]:
            return absent_agents(record, self.views, *asked)  # type: ignore[arg-type]

        return check(record, absent, TEAM, day, at(day, 21, 30), lambda: NOW)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_who_wrote_nothing_is_found_and_who_wrote_is_not(office: Office) -> None:
    office.branch.visit("A01", "C1", at(DAY, 10))

    assert office.check().missing == ("A00", "A02")


def test_what_was_written_after_the_deadline_comes_too_late(office: Office) -> None:
    office.branch.visit("A01", "C1", at(DAY, 21))  # told an hour later, at 22:00

    assert "A01" in office.check().missing


def test_who_is_on_leave_is_not_missed(office: Office) -> None:
    told = by(SUPERVISOR, Role.SUPERVISOR, at(DAY, 8))
    office.branch.record.organisation.register_leave("A00", DAY, DAY, LeaveKind.SICK, by=anew(told))

    assert "A00" not in office.check().missing


def test_who_joined_after_the_deadline_is_not_missed(office: Office) -> None:
    later = by("M1", Role.ADMINISTRATOR, at(DAY + timedelta(days=1), 9))
    office.branch.record.organisation.join("A09", "某新人", Role.AGENT, TEAM, DAY, by=anew(later))

    assert "A09" not in office.check().missing


def test_a_leave_told_after_the_deadline_changes_nothing_that_was_found(office: Office) -> None:
    later = by(SUPERVISOR, Role.SUPERVISOR, at(DAY + timedelta(days=1), 9))
    office.branch.record.organisation.register_leave(
        "A00", DAY, DAY, LeaveKind.SICK, by=anew(later)
    )

    assert "A00" in office.check().missing


def test_an_honest_empty_day_that_was_submitted_is_not_missing(office: Office) -> None:
    told = by("A00", Role.AGENT, at(DAY, 20))
    office.branch.record.daily_logs.submit(
        "A00", DAY, summary="今天在整理资料", short_reason="整理资料", by=anew(told)
    )

    assert "A00" not in office.check().missing


def test_the_outcome_names_the_team_the_day_and_who_is_missing(office: Office) -> None:
    office.branch.visit("A01", "C1", at(DAY, 10))
    office.check()

    (done,) = office.branch.events("scheduled_check.done")

    assert (done["check"], done["subject"], done["day"]) == ("missing_logs", TEAM, str(DAY))
    assert done["findings"] == ["A00", "A02"]


def test_the_check_repeated_changes_nothing_and_says_the_same(office: Office) -> None:
    first = office.check()
    head = office.branch.store.reader().head()
    office.branch.visit("A01", "C1", at(DAY, 10))

    again = office.check()

    assert again.missing == first.missing
    assert again.receipt.repeated
    assert office.branch.store.reader().head() > head  # the visit alone
    assert len(office.branch.events("scheduled_check.done")) == 1


def test_views_that_are_behind_are_waited_for_and_not_believed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.follower.catch_up()
    office.branch.visit("A01", "C1", at(DAY, 10))
    monkeypatch.setattr("workers.absent.PATIENCE", 0.05)

    with pytest.raises(NotYet):
        office.check_now()

    assert office.branch.events("scheduled_check.done") == []
