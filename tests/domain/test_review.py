"""The supervisor's review of a log: R-01 to R-04, R-14."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.log_checklist import (
    Finding,
    Item,
    ReviewedDay,
    ReviewedEntry,
    Topic,
    findings,
    topics,
)
from domain.refusals import (
    AlreadyAnswered,
    AlreadyReviewed,
    CopiedRemark,
    EmptyText,
    NotYours,
    Refusal,
    ThinRemark,
    UndoTooLate,
    UnknownLog,
    UnknownReview,
)
from domain.remarks import is_copied, is_thin
from domain.review import Remark, Review
from domain.words import By, RemarkKind, ReviewVerdict, Role

from .conftest import DAY, NOON, a_by, an_activity

Events = Callable[[], list[Any]]
REMARK = Remark(RemarkKind.GUIDE, ReviewVerdict.FAIR, "面谈之后要约好下次的时间")
FULL_ENTRY = ReviewedEntry(True, 20, True, True, True, False)
FULL_DAY = ReviewedDay((FULL_ENTRY, FULL_ENTRY, FULL_ENTRY), 30, 0, 0, 0)


def boss(at: Any = NOON) -> By:
    return a_by("S1", Role.SUPERVISOR, at=at)


@pytest.fixture
def logged(team: TeamRecord) -> TeamRecord:
    team.daily_logs.log_activity("A1", an_activity(), by=a_by())
    return team


def complete(team: TeamRecord, remark: Remark = REMARK, **more: Any) -> None:
    team.reviews.complete("A1", DAY, remark, **{"by": boss(), **more})


def test_a_review_is_taken_back_within_ten_minutes_and_the_day_is_reviewed_anew(
    logged: TeamRecord, events: Events
) -> None:
    complete(logged)

    logged.reviews.withdraw("A1", DAY, by=boss(NOON + timedelta(minutes=10)))

    assert logged.reviews.find("A1", DAY) is None
    complete(logged, replace(REMARK, text="每次离开前约好时间"))
    assert logged.reviews.find("A1", DAY) is not None
    texts = [e.text for e in events() if isinstance(e, Review.Completed)]
    assert texts == [REMARK.text, "每次离开前约好时间"]  # what was taken back stays on record


def test_a_review_is_not_taken_back_later_or_by_others(logged: TeamRecord) -> None:
    complete(logged)

    with pytest.raises(UndoTooLate):
        logged.reviews.withdraw("A1", DAY, by=boss(NOON + timedelta(minutes=11)))
    with pytest.raises(NotYours):
        logged.reviews.withdraw("A1", DAY, by=a_by("U1", Role.UPPER_SUPERVISOR, at=NOON))


def test_what_its_agent_has_read_is_not_taken_back(logged: TeamRecord) -> None:
    complete(logged)
    logged.reviews.read("A1", DAY, by=a_by("A1", at=NOON))

    with pytest.raises(UndoTooLate):
        logged.reviews.withdraw("A1", DAY, by=boss())


def test_a_review_says_what_the_log_shows_and_what_to_do(
    logged: TeamRecord, events: Events
) -> None:
    complete(logged, replace(REMARK, findings=(Finding.NO_NEXT_STEP,)))

    done = events()[-1]
    assert isinstance(done, Review.Completed)
    assert (done.findings, done.text) == ((Finding.NO_NEXT_STEP,), REMARK.text)
    assert (done.team_id, done.text_length) == ("T1", len(REMARK.text))


def test_a_day_without_a_log_cannot_be_reviewed(team: TeamRecord) -> None:
    with pytest.raises(UnknownLog):
        complete(team)


def test_a_log_is_reviewed_once(logged: TeamRecord) -> None:
    complete(logged)

    with pytest.raises(AlreadyReviewed):
        complete(logged)


@pytest.mark.parametrize("by", [a_by(), a_by("A2"), a_by("M1", Role.ADMINISTRATOR)])
def test_only_who_leads_reviews(logged: TeamRecord, by: By) -> None:
    with pytest.raises(NotYours):
        complete(logged, by=by)


def test_to_improve_needs_advice(logged: TeamRecord) -> None:
    with pytest.raises(EmptyText) as refused:
        complete(logged, replace(REMARK, verdict=ReviewVerdict.IMPROVE))

    assert refused.value.facts == {"field": "advice"}


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("  ", EmptyText), ("好！！！", ThinRemark), ("继续保持，加油。", CopiedRemark)],
)
def test_a_remark_that_helps_nobody_is_held_back(
    logged: TeamRecord, text: str, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        complete(logged, replace(REMARK, text=text), earlier=["继续保持 加油"])


def test_who_means_a_short_remark_may_say_it(logged: TeamRecord, events: Events) -> None:
    complete(logged, replace(REMARK, text="好"), meant=True)

    assert events()[-1].meant


def test_the_agent_says_that_it_was_read_and_may_answer(logged: TeamRecord, events: Events) -> None:
    complete(logged)

    logged.reviews.read("A1", DAY, by=a_by(), reply=" 明白了 ")

    assert events()[-1].reply == "明白了"


def test_a_review_is_read_once(logged: TeamRecord) -> None:
    complete(logged)
    logged.reviews.read("A1", DAY, by=a_by())

    with pytest.raises(AlreadyAnswered):
        logged.reviews.read("A1", DAY, by=a_by())


def test_nobody_reads_for_another(logged: TeamRecord) -> None:
    complete(logged)

    with pytest.raises(NotYours):
        logged.reviews.read("A1", DAY, by=a_by("A2"))


def test_what_was_not_reviewed_cannot_be_read(logged: TeamRecord) -> None:
    with pytest.raises(UnknownReview):
        logged.reviews.read("A1", DAY + timedelta(days=1), by=a_by())


def test_a_repeated_command_reviews_once(logged: TeamRecord, events: Events) -> None:
    by = boss()
    complete(logged, by=by)
    complete(logged, by=by)

    assert sum(isinstance(e, Review.Completed) for e in events()) == 1


def test_a_full_day_shows_nothing() -> None:
    assert findings(FULL_DAY) == ()


@pytest.mark.parametrize(
    ("day", "finding"),
    [
        (replace(FULL_DAY, summary_length=0), Finding.NO_DAILY_SUMMARY),
        (replace(FULL_DAY, broken_promises=2), Finding.DISORDERLY_FOLLOW_UP),
        (replace(FULL_DAY, columns_short=1), Finding.QUOTA_SHORT),
        (replace(FULL_DAY, incomplete_names=1), Finding.NAME_INCOMPLETE),
        (replace(FULL_DAY, entries=[replace(FULL_ENTRY, note_length=2)]), Finding.THIN_NOTES),
        (
            replace(FULL_DAY, entries=[replace(FULL_ENTRY, has_last_action=False)]),
            Finding.NO_LAST_ACTION,
        ),
        (
            replace(FULL_DAY, entries=[replace(FULL_ENTRY, has_next_step=False)]),
            Finding.NO_NEXT_STEP,
        ),
        (replace(FULL_DAY, entries=[replace(FULL_ENTRY, late=True)]), Finding.LATE_ENTRIES),
    ],
)
def test_each_symptom_is_found(day: ReviewedDay, finding: Finding) -> None:
    assert [item.finding for item in findings(day)] == [finding]


def test_one_slip_among_many_is_no_finding() -> None:
    thin = replace(FULL_ENTRY, note_length=0)

    assert findings(replace(FULL_DAY, entries=[thin, FULL_ENTRY, FULL_ENTRY])) == ()


def test_an_empty_day_is_not_blamed_for_its_meetings() -> None:
    found: tuple[Item, ...] = findings(ReviewedDay((), 12, 4, 0, 0))

    assert [item.finding for item in found] == [Finding.QUOTA_SHORT]


def test_a_blank_summary_leads_to_the_lesson_on_habit() -> None:
    assert topics([Finding.NO_DAILY_SUMMARY]) == (Topic.HABIT,)


def test_a_topic_is_named_once() -> None:
    both = topics([Finding.DISORDERLY_FOLLOW_UP, Finding.NO_NEXT_STEP])

    assert both.count(Topic.FOLLOW_UP_RHYTHM) == 1


def test_signs_do_not_make_a_remark_longer_or_new() -> None:
    assert is_thin("很好。。。。。！！！")
    assert is_copied("继续保持，加油！", ["继续 保持 加油"])
