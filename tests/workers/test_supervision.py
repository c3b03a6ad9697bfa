"""The morning's checks of supervisors' work: each once, from the record, never at night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

import projections
from domain.coaching import Proposal, Session
from domain.coaching_words import Method, Moment, Origin
from domain.review import Remark
from domain.scheduled_check import CheckKey
from domain.tracking_call import Opening, Preparation, Talk, tracking_call_id_of
from domain.words import (
    By,
    CallbackOutcome,
    Check,
    LeaveKind,
    Receipt,
    RemarkKind,
    ReviewVerdict,
    Role,
)
from projections.due import DueCheck
from projections.follower import Follower
from projections.supervision_due import supervision_due
from tests.workers.branch import START, SUPERVISOR, TEAM, Branch, anew, at, by
from workers.scheduler import task_of
from workers.self_check import check_self
from workers.supervision import check_duties, measure_effect, suggest_coaching

DAY = START + timedelta(days=11)  # a Friday
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Office:
    """A team of two and its supervisor."""

    def __init__(self, folder: Path) -> None:
        self.branch = Branch(folder, projections.VIEW_METADATA)
        self.branch.found(agents=2)
        self.record = self.branch.record
        told = by("M1", Role.ADMINISTRATOR, at(START, 9))
        self.record.organisation.appoint_supervisor(TEAM, SUPERVISOR, by=told)
        self.views = self.branch.store.views_engine()
        self.follower = Follower(self.branch.store.reader(), self.views, projections.ALL)
        self.follower.prepare()

    def boss(self, day: date = DAY, hour: int = 15) -> By:
        return anew(by(SUPERVISOR, Role.SUPERVISOR, at(day, hour)))

    def coach(self, agent: str = "A00", day: date = DAY, coaching_id: str = "G1") -> None:
        coachings = self.record.coachings
        facts = (coaching_id, agent, TEAM, SUPERVISOR, Moment.STUCK, Origin.SUPERVISOR, day, {})
        coachings.propose(Proposal(*facts), by=self.boss(day))
        coachings.check_gate(coaching_id, (), by=self.boss(day))
        session = Session((Method.TALK,), "练了三句开场", "每天练一遍")
        coachings.hold(coaching_id, session, by=self.boss(day))

    def track(self, agent: str, day: date = DAY) -> None:
        told = self.boss(day)
        calls = self.record.tracking_calls
        calls.prepare(agent, TEAM, day, Preparation("开口", "多约"), by=told)
        talk = Talk(Opening.LIFE, "客户难约，想换个时间", "坚持", "约十位", "三次面谈")
        calls.hold(tracking_call_id_of(told.command_id), talk, by=self.boss(day))

    def call(self, customer: str = "C1", day: date = DAY) -> None:
        visit = self.branch.visit("A00", customer, at(day - timedelta(days=1), 10))
        self.branch.call(visit, "A00", customer, CallbackOutcome.CONFIRMED, at(day, 15))

    def write(self, agent: str, day: date, help_wanted: bool = False) -> None:
        told = anew(by(agent, Role.AGENT, at(day, 18)))
        self.record.daily_logs.submit(
            agent, day, summary="整理", short_reason="整理", help_wanted=help_wanted, by=told
        )

    def duties(self, day: date = DAY) -> Receipt:
        self.follower.catch_up()
        return check_duties(self.record, self.views, SUPERVISOR, day, NOW, lambda: NOW)

    def suggest(self, day: date = DAY) -> Receipt:
        self.follower.catch_up()
        return suggest_coaching(self.record, self.views, TEAM, day, NOW, lambda: NOW)

    def measure(self, subject: str, day: date) -> Receipt:
        self.follower.catch_up()
        return measure_effect(self.record, self.views, subject, day, NOW, lambda: NOW)

    def check_self(self, day: date = DAY) -> Receipt:
        self.follower.catch_up()
        return check_self(self.record, self.views, SUPERVISOR, day, NOW, lambda: NOW)

    def found(self, check: Check, subject: str, day: date = DAY) -> tuple[str, ...]:
        done = self.record.scheduled_checks.find(CheckKey(check, subject, day))
        assert done is not None
        return done.findings

    def due(self, now: datetime) -> list[DueCheck]:
        self.follower.catch_up()
        with self.views.connect() as connection:
            return supervision_due(connection, now)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_day_without_anything_owes_all_three_and_calls_to_everybody(office: Office) -> None:
    office.duties()

    assert office.found(Check.DUTIES, SUPERVISOR) == (
        "owes_callback",
        "owes_coaching",
        "owes_tracking",
        "cadence/A00",
        "cadence/A01",
    )


def test_what_was_done_is_not_owed(office: Office) -> None:
    office.call()
    office.coach()
    office.track("A00", DAY - timedelta(days=2))
    office.track("A00")

    office.duties()

    assert office.found(Check.DUTIES, SUPERVISOR) == ("cadence/A01",)


def test_a_supervisor_on_leave_owes_nothing(office: Office) -> None:
    leave = by("M1", Role.ADMINISTRATOR, at(DAY, 7))
    office.record.organisation.register_leave(SUPERVISOR, DAY, DAY, LeaveKind.SICK, by=leave)

    office.duties()

    assert office.found(Check.DUTIES, SUPERVISOR) == ()


def test_each_check_repeated_changes_nothing(office: Office) -> None:
    office.coach(day=DAY)
    later = DAY + timedelta(days=14)
    for look in (
        office.duties,
        office.suggest,
        office.check_self,
        lambda: office.measure("G1/14", later),
    ):
        first = look()
        head = office.branch.store.reader().head()

        again = look()

        assert again.repeated
        assert again.position == first.position
        assert office.branch.store.reader().head() == head


def test_three_blank_days_suggest_coaching_once_a_week(office: Office) -> None:
    for back in range(10, 2, -1):
        office.write("A00", DAY - timedelta(days=back))
        office.write("A01", DAY - timedelta(days=back))
    for back in range(3):
        office.write("A01", DAY - timedelta(days=back))

    office.suggest()
    office.suggest(DAY + timedelta(days=3))

    assert "A00/negative" in office.found(Check.COACHING_MOMENTS, TEAM)
    assert "A00/negative" not in office.found(Check.COACHING_MOMENTS, TEAM, DAY + timedelta(days=3))
    (proposed,) = [
        p for p in office.branch.events("coaching.proposed") if p["moment"] == "negative"
    ]
    assert (proposed["agent_id"], proposed["origin"]) == ("A00", "data")
    assert proposed["evidence"] == {"blank_days": 3.0}


def test_a_wish_for_help_in_a_log_is_suggested(office: Office) -> None:
    office.write("A00", DAY, help_wanted=True)

    office.suggest()

    assert "A00/asked" in office.found(Check.COACHING_MOMENTS, TEAM)


def test_the_effect_puts_the_days_after_beside_those_before(office: Office) -> None:
    office.coach(day=DAY)
    for ahead in range(1, 15):
        office.write("A00", DAY + timedelta(days=ahead))

    office.measure("G1/14", DAY + timedelta(days=14))

    (measured,) = office.branch.events("coaching.effect_measured")
    before, after = measured["before"], measured["after"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert (measured["days"], before["fill"], after["fill"]) == (14, 0.0, 1.0)


def test_hasty_reviews_are_asked_about_in_the_journal(office: Office) -> None:
    for back in range(1, 7):
        office.write("A00", DAY - timedelta(days=back))
        remark = Remark(RemarkKind.PRAISE, ReviewVerdict.GOOD, f"第{back}天写得具体清楚")
        office.record.reviews.complete(
            "A00", DAY - timedelta(days=back), remark, by=office.boss(hour=16)
        )

    office.check_self()

    (asked,) = office.branch.events("supervisor_journal.self_checked")
    assert [one["question"] for one in asked["questions"]] == ["hasty_reviews"]  # type: ignore[attr-defined]
    assert office.found(Check.SELF_CHECK, SUPERVISOR) == ()  # the page of checks tells nobody


def test_nothing_is_looked_at_in_the_quiet_hours(office: Office) -> None:
    now = datetime.now(UTC) + timedelta(days=30)
    due = office.due(now)

    assert {d.check for d in due} == {"duties", "coaching_moments", "self_check"}
    assert {(d.due_at + timedelta(hours=8)).hour for d in due} == {8}
    assert all((d.due_at + timedelta(hours=8)).date() == d.day + timedelta(days=1) for d in due)


def test_what_is_due_becomes_its_own_task(office: Office) -> None:
    due = office.due(datetime.now(UTC) + timedelta(days=30))

    tasks = {task_of(one).actor for one in due}

    assert tasks == {Check.DUTIES, Check.COACHING_MOMENTS, Check.SELF_CHECK}


def test_a_check_on_record_is_no_longer_due(office: Office) -> None:
    now = datetime.now(UTC) + timedelta(days=30)
    first = office.due(now)[0]
    key = CheckKey(Check(first.check), first.subject, first.day)
    told = By("system", Role.SYSTEM, NOW, NOW, key.command_id, "worker")
    office.record.scheduled_checks.finish(key, TEAM, first.due_at, [], by=told)

    assert first not in office.due(now)


def test_a_session_is_measured_after_14_and_after_28_days(office: Office) -> None:
    today = office.record.rulebook.rules().day_of(datetime.now(UTC))
    office.coach(day=today, coaching_id=f"G-{uuid4().hex[:8]}")

    later = office.due(datetime.now(UTC) + timedelta(days=40))

    effects = sorted(d.day - today for d in later if d.check == "coaching_effect")
    assert effects == [timedelta(days=14), timedelta(days=28)]
