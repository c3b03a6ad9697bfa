"""Plans: what is meant to be done, and what became of it (R-13, R-20)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.plan import Intention, PlanItem, next_kind
from domain.refusals import (
    AlreadyExists,
    BadValue,
    DayIsPast,
    EmptyText,
    NotYours,
    PlanSettled,
    UnknownCustomer,
    UnknownPlan,
)
from domain.words import ActivityKind, ActivityResult, PlanChange, PlanKind, Role

from .conftest import DAY, a_by

Events = Callable[[], list[Any]]
MEETING = Intention(DAY, PlanKind.FACE_MEETING, time(15), "C1")


@pytest.fixture
def planned(team: TeamRecord) -> TeamRecord:
    team.plans.plan("A1", "P1", MEETING, by=a_by())
    return team


def test_a_plan_says_what_when_and_with_whom(planned: TeamRecord, events: Events) -> None:
    told = events()[-1]

    assert isinstance(told, PlanItem.Planned)
    assert (told.day, told.at, told.customer_id, told.team_id) == (DAY, time(15), "C1", "T1")


def test_nobody_plans_into_the_past(team: TeamRecord) -> None:
    yesterday = Intention(DAY - timedelta(days=1), PlanKind.TRAINING)

    with pytest.raises(DayIsPast):
        team.plans.plan("A1", "P1", yesterday, by=a_by())


def test_nobody_plans_for_years_ahead(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.plans.plan(
            "A1", "P1", Intention(DAY + timedelta(days=400), PlanKind.TRAINING), by=a_by()
        )


def test_nobody_plans_for_another(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.plans.plan("A1", "P1", MEETING, by=a_by("S1", Role.SUPERVISOR))


def test_another_agents_customer_is_unknown(team: TeamRecord) -> None:
    with pytest.raises(UnknownCustomer):
        team.plans.plan("A1", "P1", Intention(DAY, PlanKind.SERVICE, customer_id="C2"), by=a_by())


def test_a_meeting_is_planned_with_somebody(team: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        team.plans.plan("A1", "P1", Intention(DAY, PlanKind.FACE_MEETING), by=a_by())


def test_an_item_is_planned_once(planned: TeamRecord) -> None:
    with pytest.raises(AlreadyExists):
        planned.plans.plan("A1", "P1", MEETING, by=a_by())


def test_a_planned_visit_is_kept_by_its_entry(planned: TeamRecord, events: Events) -> None:
    planned.plans.keep("A1", "P1", "V1", by=a_by())

    assert events()[-1].activity_id == "V1"


def test_a_planned_visit_is_not_kept_by_saying_so(planned: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        planned.plans.keep("A1", "P1", by=a_by())


def test_a_training_is_done_when_it_is_said_to_be(team: TeamRecord, events: Events) -> None:
    team.plans.plan("A1", "P2", Intention(DAY, PlanKind.TRAINING), by=a_by())

    team.plans.keep("A1", "P2", by=a_by())

    assert events()[-1].activity_id is None


def test_a_moved_plan_remembers_its_day(planned: TeamRecord, events: Events) -> None:
    later = DAY + timedelta(days=3)

    planned.plans.move("A1", "P1", later, time(10), PlanChange.CUSTOMER_ASKED, by=a_by())

    moved = events()[-1]
    assert (moved.from_day, moved.day, moved.at) == (DAY, later, time(10))


@pytest.mark.parametrize("end", ["keep", "cancel"])
def test_what_is_settled_stays_settled(planned: TeamRecord, end: str) -> None:
    if end == "keep":
        planned.plans.keep("A1", "P1", "V1", by=a_by())
    else:
        planned.plans.cancel("A1", "P1", PlanChange.OWN, by=a_by())

    with pytest.raises(PlanSettled):
        planned.plans.move("A1", "P1", DAY, None, PlanChange.OWN, by=a_by())


def test_what_was_never_planned_is_unknown(team: TeamRecord) -> None:
    with pytest.raises(UnknownPlan):
        team.plans.cancel("A1", "P9", PlanChange.OWN, by=a_by())


def test_a_repeated_command_plans_once(team: TeamRecord, events: Events) -> None:
    by = a_by()
    team.plans.plan("A1", "P1", MEETING, by=by)
    team.plans.plan("A1", "P1", MEETING, by=by)

    assert sum(isinstance(e, PlanItem.Planned) for e in events()) == 1


@pytest.mark.parametrize(
    ("kind", "result", "next_one"),
    [
        (ActivityKind.APPOINTMENT_CALL, ActivityResult.INTERESTED, PlanKind.FACE_MEETING),
        (ActivityKind.APPOINTMENT_CALL, ActivityResult.NOT_MET, PlanKind.APPOINTMENT_CALL),
        (ActivityKind.NEW_PROSPECT_VISIT, ActivityResult.FOLLOW_UP, PlanKind.FACE_MEETING),
        (ActivityKind.RECRUITING_VISIT, ActivityResult.FOLLOW_UP, PlanKind.RECRUITING_VISIT),
    ],
)
def test_an_agreed_next_time_leads_on(kind: str, result: str, next_one: PlanKind) -> None:
    assert next_kind(kind, result) == next_one
