"""Which logs wait for their review."""

from __future__ import annotations

from datetime import timedelta

from domain.log_checklist import Finding
from domain.review import Remark
from domain.words import RemarkKind, ReviewVerdict, Role
from projections import agent_day, review_queue
from store.mapper import instant

from .conftest import DAY, NOON, Office

REMARK = Remark(
    RemarkKind.GUIDE, ReviewVerdict.FAIR, "记下客户的顾虑", findings=(Finding.THIN_NOTES,)
)
LATER = NOON + timedelta(hours=20)


def hand_in(office: Office, agent_id: str = "A1") -> None:
    office.log(agent_id)
    office.record.daily_logs.submit(agent_id, DAY, by=office.by(agent_id))


def review(office: Office) -> None:
    by = office.by("S1", Role.SUPERVISOR, at=LATER)
    office.record.reviews.complete("A1", DAY, REMARK, by=by)


def test_a_log_waits_from_its_submission_to_its_review(office: Office) -> None:
    hand_in(office)
    assert [log.agent_id for log in office.read(review_queue.waiting, ["T1"], DAY)] == ["A1"]

    review(office)

    assert office.read(review_queue.waiting, ["T1"], DAY) == []
    (done,) = office.read(review_queue.done, ["T1"], 10)
    assert (done.reviewer, done.findings, done.reviewed_at) == ("S1", ("thin_notes",), LATER)


def test_a_log_that_was_not_handed_in_does_not_wait(office: Office) -> None:
    office.log()

    assert office.read(review_queue.waiting, ["T1"], DAY) == []


def test_what_was_unreviewed_at_an_instant_stays_so_however_late_one_looks(office: Office) -> None:
    hand_in(office)
    review(office)

    before = office.read(review_queue.unreviewed_at, "T1", DAY, instant(LATER - timedelta(hours=1)))
    after = office.read(review_queue.unreviewed_at, "T1", DAY, instant(LATER))

    assert ([log.agent_id for log in before], after) == (["A1"], [])


def test_a_review_is_read_by_its_agent(office: Office) -> None:
    hand_in(office)
    review(office)
    office.record.reviews.read("A1", DAY, by=office.by(at=LATER))

    (told,) = office.read(review_queue.of_agent, "A1", 5)
    assert told.read_at == LATER


def test_a_promise_that_nobody_kept_is_broken(office: Office) -> None:
    promised = NOON - timedelta(days=5)
    office.log(at=NOON - timedelta(days=7), next_at=promised)

    assert office.read(agent_day.broken_promises, "A1", NOON) == 1

    office.log(at=promised + timedelta(hours=1))
    assert office.read(agent_day.broken_promises, "A1", NOON) == 0
