"""An agent's plan by day: own items, agreed next times, and what became of them."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from domain.daily_log import Changes
from domain.plan import Intention
from domain.words import ActivityKind, PlanChange, PlanKind
from projections import plans

from .conftest import DAY, NOON, Office

LATER = DAY + timedelta(days=3)


def items(office: Office, day: date = DAY) -> list[Any]:
    return list(office.read(plans.between, "A1", day, day))


def plan(office: Office, item_id: str = "P1", **changes: Any) -> None:
    facts = {"day": DAY, "kind": PlanKind.FACE_MEETING, "at": time(15), "customer_id": "C-A1"}
    office.record.plans.plan("A1", item_id, Intention(**{**facts, **changes}), by=office.by())


def test_what_an_entry_agreed_on_is_planned_without_being_typed_again(office: Office) -> None:
    entry = office.log(next_at=NOON + timedelta(days=3))

    (agreed,) = items(office, LATER)

    assert (agreed.at, agreed.kind, agreed.origin) == (time(12), "face_meeting", entry)
    assert not agreed.own


def test_a_corrected_next_time_moves_the_plan(lite: Office) -> None:
    entry = lite.log(next_at=NOON + timedelta(days=3))
    changes = Changes(next_at=NOON + timedelta(days=4))
    lite.record.daily_logs.correct_activity("A1", DAY, entry, changes, "改期", by=lite.by())

    assert items(lite, LATER) == []
    assert len(items(lite, LATER + timedelta(days=1))) == 1


def test_an_entry_taken_back_agrees_on_nothing(lite: Office) -> None:
    entry = lite.log(next_at=NOON + timedelta(days=3))
    lite.record.daily_logs.withdraw_activity("A1", DAY, entry, "点错了", by=lite.by())

    assert [item.state for item in items(lite, LATER)] == ["cancelled"]


def test_a_planned_visit_is_kept_by_an_entry_written_by_hand(office: Office) -> None:
    plan(office)
    entry = office.log()

    (kept,) = items(office)

    assert (kept.state, kept.activity_id) == ("kept", entry)


def test_a_call_does_not_keep_a_planned_meeting(lite: Office) -> None:
    plan(lite)
    lite.log(kind=ActivityKind.APPOINTMENT_CALL)

    assert [item.state for item in items(lite)] == ["open"]


def test_a_visit_taken_back_leaves_its_plan_open(lite: Office) -> None:
    plan(lite)
    entry = lite.log()
    lite.record.daily_logs.withdraw_activity("A1", DAY, entry, "点错了", by=lite.by())

    assert [item.state for item in items(lite)] == ["open"]


def test_a_moved_plan_stands_on_its_new_day(office: Office) -> None:
    plan(office)
    why = PlanChange.CUSTOMER_ASKED
    office.record.plans.move("A1", "P1", LATER, time(9), why, by=office.by())

    assert items(office) == []
    (moved,) = items(office, LATER)
    assert (moved.from_day, moved.at, moved.state) == (DAY, time(9), "open")


def test_a_moved_plan_is_kept_on_its_new_day_alone(lite: Office) -> None:
    plan(lite)
    lite.record.plans.move("A1", "P1", LATER, time(9), PlanChange.OWN, by=lite.by())
    lite.log()

    assert [item.state for item in items(lite, LATER)] == ["open"]


def test_a_cancelled_plan_is_kept_by_nothing(lite: Office) -> None:
    plan(lite)
    lite.record.plans.cancel("A1", "P1", PlanChange.OWN, by=lite.by())
    lite.log()

    assert [item.state for item in items(lite)] == ["cancelled"]


def test_an_agreed_next_time_that_was_taken_up_is_one_item(lite: Office) -> None:
    entry = lite.log(next_at=NOON + timedelta(days=3))
    plan(lite, f"n-{entry}", day=LATER, origin=entry)

    (item,) = items(lite, LATER)

    assert item.own
