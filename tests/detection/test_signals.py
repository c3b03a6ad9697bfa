"""Each signal on a log made for it, and on its innocent twin."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from domain.detection import flags, measures
from domain.detection.records import Absence, BranchRecords, Sale, Visit
from domain.detection.signals import SIGNALS, Signal
from domain.detection.visit_log import Flags, VisitLog, log_of
from domain.words import ActivityKind

from .conftest import MONDAY, MakeVisit

TUESDAY = MONDAY + timedelta(1)
NEW, CLOSING = ActivityKind.NEW_PROSPECT_VISIT, ActivityKind.CLOSING_VISIT


def log_with(*visits: Visit, absences: tuple[Absence, ...] = ()) -> VisitLog:
    return log_of(BranchRecords(("A1", "A2"), visits, absences=absences))


def flagged(flag: Callable[[VisitLog], Flags], log: VisitLog) -> set[str]:
    return set(np.array(log.visit_ids)[flag(log)].tolist())


def test_two_visits_on_a_day_of_leave_are_flagged(a_visit: MakeVisit) -> None:
    visits = [a_visit(at="09:00"), a_visit(at="14:00"), a_visit(day=TUESDAY)]

    log = log_with(*visits, absences=(Absence("A1", MONDAY),))

    assert flagged(flags.visits_on_leave, log) == {v.visit_id for v in visits[:2]}


def test_a_single_visit_on_a_day_of_leave_is_taken_for_a_mistyped_date(a_visit: MakeVisit) -> None:
    log = log_with(a_visit(), a_visit(day=TUESDAY), absences=(Absence("A1", MONDAY),))

    assert not flagged(flags.visits_on_leave, log)


def test_the_later_user_of_a_colleagues_phone_is_flagged(a_visit: MakeVisit) -> None:
    first = a_visit("A1", phone="139", name="张三")
    second = a_visit("A2", TUESDAY, phone="139", name="李四")

    assert flagged(flags.shared_phones, log_with(first, second)) == {second.visit_id}


def test_a_customer_handed_over_to_a_colleague_is_innocent(a_visit: MakeVisit) -> None:
    log = log_with(
        a_visit("A1", phone="139", name="张三"), a_visit("A2", TUESDAY, phone="139", name="张先生")
    )

    assert not flagged(flags.shared_phones, log)


def test_unknown_phones_are_not_shared(a_visit: MakeVisit) -> None:
    log = log_with(a_visit("A1", name="张三"), a_visit("A2", TUESDAY, name="李四"))

    assert not flagged(flags.shared_phones, log)


@pytest.mark.parametrize(("second", "impossible"), [("10:20", True), ("10:45", False)])
def test_visits_may_overlap_by_fifteen_minutes_at_most(
    a_visit: MakeVisit, second: str, impossible: bool
) -> None:
    log = log_with(a_visit(at="10:00", minutes=60), a_visit(at=second, minutes=30))

    assert bool(flagged(flags.impossible_times, log)) is impossible


def test_two_entries_about_one_customer_do_not_overlap(a_visit: MakeVisit) -> None:
    log = log_with(a_visit(at="10:00", minutes=60, customer="C"), a_visit(at="10:15", customer="C"))

    assert not flagged(flags.impossible_times, log)


def test_three_days_typed_at_one_sitting_are_a_batch(a_visit: MakeVisit) -> None:
    friday = datetime.combine(MONDAY + timedelta(4), datetime.min.time()).replace(hour=17)
    week = [
        a_visit(day=MONDAY + timedelta(i), recorded_at=friday + timedelta(minutes=i))
        for i in range(3)
    ]

    assert len(flagged(flags.typed_in_batches, log_with(*week))) == 3


def test_one_late_evening_is_no_batch(a_visit: MakeVisit) -> None:
    late = datetime.combine(MONDAY + timedelta(4), datetime.min.time()).replace(hour=17)

    assert not flagged(
        flags.typed_in_batches, log_with(*(a_visit(recorded_at=late) for _ in "123"))
    )


def test_nobody_is_a_new_prospect_twice(a_visit: MakeVisit) -> None:
    first = a_visit(customer="C", kind=NEW)
    again = a_visit(day=TUESDAY, customer="C", kind=NEW)

    assert flagged(flags.new_again, log_with(first, again)) == {again.visit_id}


def test_a_customer_met_once_counts_only_when_not_new(a_visit: MakeVisit) -> None:
    once, new = a_visit(), a_visit(kind=NEW)

    assert flagged(flags.met_only_once, log_with(once, new)) == {once.visit_id}


def test_closings_without_policies_are_measured_against_the_team(a_visit: MakeVisit) -> None:
    visits = [a_visit(agent, kind=CLOSING) for agent in ("A1", "A2") for _ in range(20)]
    log = log_of(BranchRecords(("A1", "A2"), tuple(visits), sales=(Sale("A1", MONDAY, 4),)))

    value = measures.no_results(log).value

    assert value[1] == pytest.approx(2 / np.sqrt(3))
    assert value[0] < 0


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_an_empty_log_and_missing_details_are_no_signal(signal: Signal, a_visit: MakeVisit) -> None:
    bare = a_visit(minutes=None, day=date(2025, 3, 4))

    for log in (log_with(), log_with(bare)):
        assert signal.measure(log).count.shape == (2,)
        assert np.isfinite(signal.measure(log).value).all()


@pytest.mark.parametrize(
    ("second", "hurried"), [("10:29", True), ("10:34", True), ("10:35", False), ("10:10", False)]
)
def test_a_visit_right_after_another_leaves_no_time_for_the_way(
    a_visit: MakeVisit, second: str, hurried: bool
) -> None:
    log = log_with(a_visit(at="10:00", minutes=30), a_visit(at=second))

    assert bool(flagged(flags.no_travel_time, log)) is hurried


def test_two_meetings_with_one_customer_need_no_way(a_visit: MakeVisit) -> None:
    log = log_with(a_visit(at="10:00", minutes=30, customer="C"), a_visit(at="10:30", customer="C"))

    assert not flagged(flags.no_travel_time, log)


def test_the_visit_after_two_free_hours_is_a_hole_in_the_day(a_visit: MakeVisit) -> None:
    visits = [a_visit(at="09:00", minutes=30), a_visit(at="11:30"), a_visit(day=TUESDAY)]

    assert flagged(flags.holes_in_the_day, log_with(*visits)) == {visits[1].visit_id}


def test_a_customer_again_in_the_same_words_within_a_week(a_visit: MakeVisit) -> None:
    words = "与客户谈医疗险缺口约下周再谈"
    visits = [
        a_visit(day=MONDAY + timedelta(days), customer="C", remark=words) for days in (0, 7, 15)
    ]

    assert flagged(flags.same_subject_again, log_with(*visits)) == {visits[1].visit_id}


def test_hours_before_eight_and_after_nine_are_odd(a_visit: MakeVisit) -> None:
    visits = [a_visit(at=at) for at in ("07:59", "08:00", "20:59", "21:00")]

    odd = flagged(flags.odd_hours, log_with(*visits))

    assert odd == {visits[0].visit_id, visits[3].visit_id}
