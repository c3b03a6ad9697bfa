"""What stands out about reveals is found, once, and only that (R-34)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from domain.callback import TICKS, Listing, Preparation
from domain.reveal_exception import Wish
from domain.reveal_rules import AlertKind, GrantKind, RevealReason
from domain.words import (
    AttemptResult,
    By,
    CallbackDesign,
    CallbackMode,
    ContactSource,
    LeaveKind,
    Role,
)
from projections import ALL, VIEW_METADATA
from projections.due import checks_due
from projections.follower import Follower
from tests.workers.branch import START, SUPERVISOR, TEAM, Branch, anew, at, by
from workers import reveal_watch
from workers.scheduler import task_of

NOON = at(date(2026, 11, 18), 12)
DAY = timedelta(days=1)


class Watched(Branch):
    """A branch whose views follow, with a watch that does what is due."""

    views: Engine
    follower: Follower

    def begin(self) -> None:
        self.found(agents=2, when=at(START, 8))
        self.views = self.store.views_engine()
        self.follower = Follower(self.store.reader(), self.views, ALL)
        self.follower.prepare()

    def customer(self, no: int, owner: str = "A00", when: datetime = NOON, name: str = "C") -> str:
        told = by(owner, Role.AGENT, when)
        customer = f"{name}{no}"
        phone = f"1380000{no:04d}"
        self.record.customers.register(customer, owner, "陈小明", phone, ContactSource.OWN, by=told)
        return customer

    def look(self, customer: str, when: datetime = NOON, *, called: bool = True) -> str:
        """Let the supervisor prepare a call, look, and dial; return the callback's id."""
        call, boss = f"K-{uuid4()}", by(SUPERVISOR, Role.SUPERVISOR, when)
        people = "A00", TEAM, SUPERVISOR, customer
        how = CallbackMode.COACHING, CallbackDesign.RANDOM
        day = date(2026, 11, 18)
        calls = self.record.callbacks
        calls.list_call(
            Listing(call, call, "face_meeting", day, *people, *how, "随机抽样", day, 0.1),
            by=anew(boss),
        )
        calls.prepare(call, Preparation(frozenset(TICKS)), by=anew(boss))
        self.record.confidentiality.reveal(GrantKind.CALLBACK, call, by=anew(boss))
        if called:
            calls.attempt(call, AttemptResult.ANSWERED, by=anew(boss))
        return call

    def watch(self, now: datetime) -> list[AlertKind]:
        """Do what is due by ``now``, through the scheduler's tasks; return what was raised."""
        self.follower.catch_up()
        with self.views.connect() as connection:
            due = [d for d in checks_due(connection, now) if d.check == "reveal_watch"]
        found: list[AlertKind] = []
        for check in due:
            subject, due_at = task_of(check).arguments
            moment = datetime.fromisoformat(due_at)
            self.follower.catch_up()
            watched = reveal_watch.watch(self.record, self.views, subject, moment, lambda: now)
            found += watched.alerts
        return found

    def raised(self) -> list[dict[str, Any]]:
        return self.events("confidentiality.reveal_alerted")


@pytest.fixture
def branch(tmp_path: Path) -> Watched:
    made = Watched(tmp_path, VIEW_METADATA)
    made.begin()
    return made


def test_an_ordinary_look_raises_nothing_and_is_looked_at_once(branch: Watched) -> None:
    branch.look(branch.customer(1))

    assert branch.watch(NOON + 2 * DAY) == []
    assert branch.watch(NOON + 2 * DAY) == []
    assert len(branch.events("scheduled_check.done")) == 1


def test_a_number_seen_and_not_called_within_a_day(branch: Watched) -> None:
    branch.look(branch.customer(1), called=False)

    assert branch.watch(NOON + DAY - timedelta(seconds=1)) == []
    assert branch.watch(NOON + DAY) == [AlertKind.NO_CALLBACK]
    assert branch.watch(NOON + 2 * DAY) == []
    assert [a["kind"] for a in branch.raised()] == ["no_callback"]


@pytest.mark.parametrize(("hour", "found"), [(22, [AlertKind.UNUSUAL_HOUR]), (20, [])])
def test_a_look_outside_the_hours(branch: Watched, hour: int, found: list[AlertKind]) -> None:
    when = at(date(2026, 11, 18), hour)
    branch.look(branch.customer(1), when)

    assert branch.watch(when) == found


def test_many_looks_on_one_day_are_one_question(branch: Watched) -> None:
    for no in range(5):
        branch.look(branch.customer(no), NOON + timedelta(minutes=no))

    assert set(branch.watch(NOON + timedelta(hours=1))) == {AlertKind.UNUSUALLY_MANY}
    assert len(branch.raised()) == 1


def test_a_look_by_somebody_who_gave_notice(branch: Watched) -> None:
    admin = by("M1", Role.ADMINISTRATOR, NOON)
    branch.record.organisation.depart(SUPERVISOR, date(2026, 11, 30), "离职", by=admin)
    branch.look(branch.customer(1))

    assert branch.watch(NOON) == [AlertKind.LEAVING]


def test_leave_is_no_notice(branch: Watched) -> None:
    admin, day = by("M1", Role.ADMINISTRATOR, NOON), date(2026, 11, 20)
    branch.record.organisation.register_leave(SUPERVISOR, day, day, LeaveKind.SICK, by=admin)
    branch.look(branch.customer(1))

    assert branch.watch(NOON) == []


def test_a_broken_glass_that_nobody_reviewed(branch: Watched) -> None:
    branch.customer(1)
    wish = Wish("C1", RevealReason.SAFETY, "客户急病")
    boss = by(SUPERVISOR, Role.SUPERVISOR, NOON)
    branch.record.reveal_exceptions.break_glass("G1", wish, NOON, by=boss)

    assert branch.watch(NOON + 3 * DAY) == [AlertKind.GLASS_UNREVIEWED]


def test_a_canary_is_a_question_at_once(branch: Watched) -> None:
    branch.customer(1, "canary-T1")
    branch.record.reveal_alerts.plant("C1", TEAM, by=by("X1", Role.AUDITOR, NOON))
    wish = Wish("C1", RevealReason.SAFETY, "客户急病")
    boss = by(SUPERVISOR, Role.SUPERVISOR, NOON)
    branch.record.reveal_exceptions.break_glass("G1", wish, NOON, by=boss)
    branch.record.confidentiality.reveal(GrantKind.BREAK_GLASS, "G1", by=anew(boss))

    assert branch.watch(NOON + timedelta(seconds=6)) == [AlertKind.CANARY]


@pytest.mark.parametrize("days", [0, 1, 30, 90, 179, 180])
def test_every_theft_within_180_days_is_found(branch: Watched, days: int) -> None:
    branch.look(branch.customer(1))
    later = NOON + days * DAY + timedelta(minutes=1) * (days < 180)
    branch.customer(1, "A01", later, name="stolen")

    found = branch.watch(later)

    assert AlertKind.SAME_NUMBER in found
    (alert,) = [a for a in branch.raised() if a["kind"] == "same_number"]
    assert (alert["viewer_id"], alert["owner_id"]) == (SUPERVISOR, "A00")
    assert alert["facts"] == {"days": days, "entered_for": "A01"}


def test_a_number_corrected_into_a_seen_one_is_found(branch: Watched) -> None:
    branch.look(branch.customer(1))
    branch.customer(2, "A01", name="other")
    agent: By = by("A01", Role.AGENT, NOON + DAY)
    branch.record.customers.correct_contact("other2", "陈先生", "13800000001", "号码有误", by=agent)

    assert AlertKind.SAME_NUMBER in branch.watch(NOON + DAY)


def test_a_month_of_honest_work_raises_at_most_one_question(branch: Watched) -> None:
    raised: list[AlertKind] = []
    for no in range(22):
        when = NOON + no * DAY
        for part in range(1 + no % 2):
            branch.look(branch.customer(10 * no + part, when=when), when)
        raised += branch.watch(when)

    assert len(raised) <= 1
