"""The morning draw: one call a team, known chances, no customer twice, second calls by others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from domain.detection.call_choice import draw
from domain.words import CallbackOutcome, Role
from tests.workers.branch import START, SUPERVISOR, TEAM, Branch, anew, at, by
from workers import call_frame
from workers.branch_book import BranchBook
from workers.call_plan import Planned, plan

MORNING = START + timedelta(days=4)  # Friday


class Office:
    """A team of three with visits on four days, and its plans."""

    def __init__(self, folder: Path) -> None:
        self.branch = Branch(folder)
        self.branch.found(agents=3)
        admin = by("M1", Role.ADMINISTRATOR, at(START, 8))
        self.branch.record.organisation.appoint_supervisor(TEAM, SUPERVISOR, by=anew(admin))
        self.visits = {
            self.branch.visit(f"A{n:02d}", f"C{n}{d}", at(START + timedelta(days=d), 10 + n)): (
                n,
                d,
            )
            for n in range(3)
            for d in range(4)
        }

    def appoint_upper(self) -> None:
        admin = by("M1", Role.ADMINISTRATOR, at(START, 8))
        self.branch.record.organisation.join(
            "U1", "吴磊", Role.UPPER_SUPERVISOR, None, START, by=admin
        )

    def plan(self, day: date = MORNING) -> Planned:
        moment = at(day, 6)
        return plan(
            self.branch.record, BranchBook(self.branch.record), TEAM, day, moment, lambda: moment
        )

    def drawn(self) -> list[dict[str, object]]:
        return self.branch.events("callback.drawn")

    def listed(self) -> list[dict[str, object]]:
        return self.branch.events("callback.listed")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_one_visit_is_drawn_for_the_supervisor_with_its_chance(office: Office) -> None:
    office.plan()

    (listed,), (drawn,) = office.listed(), office.drawn()
    assert (listed["supervisor_id"], listed["on_day"]) == (SUPERVISOR, str(MORNING))
    assert listed["activity_id"] in office.visits
    assert listed["probability"] == drawn["probability"]
    assert drawn["frame_size"] == len(office.visits)


def test_planning_again_changes_nothing(office: Office) -> None:
    first = office.plan()

    again = office.plan()

    assert again.callbacks == first.callbacks
    assert again.receipt.repeated
    assert len(office.drawn()) == 1


def test_the_recorded_seed_draws_the_same_visit_again(office: Office) -> None:
    outlook = BranchBook(office.branch.record).outlook(TEAM, MORNING)
    office.plan()

    (listed,), (drawn,) = office.listed(), office.drawn()
    again = draw(outlook.frame.candidates, int(str(drawn["seed"])))

    assert again is not None
    assert again.visit_id == listed["activity_id"]
    assert again.frame_sha256 == drawn["frame_sha256"]


def test_the_reason_does_not_say_who_is_suspected(office: Office) -> None:
    office.plan()

    assert office.listed()[0]["reason"] == "按抽样名单"


def test_a_customer_is_drawn_once_in_ninety_days(office: Office) -> None:
    for n in range(3):
        for d in range(4):
            office.plan(MORNING + timedelta(days=n * 4 + d))
    customers = [listed["customer_id"] for listed in office.listed()]

    assert len(set(customers)) == len(customers)


def test_who_opted_out_is_not_in_the_frame_and_is_counted(office: Office) -> None:
    told = by("A00", Role.AGENT, at(START, 20))
    office.branch.record.customers.opt_out("C00", None, by=told)

    office.plan()

    assert office.drawn()[0]["left_out"] == {"opted_out": 1}


def test_a_team_without_a_supervisor_plans_nothing(tmp_path: Path) -> None:
    branch = Branch(tmp_path)
    branch.found(agents=2)
    moment = at(MORNING, 6)

    made = plan(branch.record, BranchBook(branch.record), TEAM, MORNING, moment, lambda: moment)

    assert made.callbacks == ()


def an_answered_call(office: Office, outcome: CallbackOutcome) -> tuple[str, datetime]:
    visit, (n, d) = next(iter(office.visits.items()))
    when = at(MORNING, 15)
    return office.branch.call(visit, f"A{n:02d}", f"C{n}{d}", outcome, when), when


def test_one_in_twenty_answers_is_asked_again_by_somebody_above(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_frame, "ONE_IN", 1)
    office.appoint_upper()
    first, _ = an_answered_call(office, CallbackOutcome.CONFIRMED)

    office.plan(MORNING + timedelta(days=10))
    assert office.branch.events("callback.repeats") == []
    office.plan(MORNING + timedelta(days=14))

    (repeats,) = office.branch.events("callback.repeats")
    assert (repeats["of_callback_id"], repeats["why"]) == (first, "sample")
    second = next(c for c in office.listed() if c["callback_id"] == repeats["callback_id"])
    assert (second["supervisor_id"], second["probability"]) == ("U1", None)


def test_without_somebody_else_nothing_is_asked_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_frame, "ONE_IN", 1)
    an_answered_call(office, CallbackOutcome.CONFIRMED)

    office.plan(MORNING + timedelta(days=14))

    assert office.branch.events("callback.repeats") == []


def test_whom_nobody_asked_about_for_a_quarter_weighs_as_much_as_the_most_suspected() -> None:
    facts = call_frame.CallFacts(joined={"A": START, "B": START})
    facts.listed["K"] = _call("B", MORNING)
    later = START + timedelta(days=95)

    found = call_frame._suspicions({"A", "B"}, later, facts, {"A": 0.1, "B": 0.4}.__getitem__)

    assert found == {"A": 0.4, "B": 0.4}


def _call(agent: str, day: date) -> call_frame.Listed:
    return call_frame.Listed("K", "V", "face_meeting", day, agent, TEAM, SUPERVISOR, "C", day)


def test_ten_matching_answers_or_eight_weeks_after_a_decision_are_a_recovery() -> None:
    facts = call_frame.CallFacts(found={"A": (TEAM, START), "B": (TEAM, START)})
    for n in range(10):
        for agent in "AB":
            call = replace(_call(agent, MORNING), outcome=CallbackOutcome.CONFIRMED)
            facts.listed[f"{agent}{n}"] = replace(call, answered_on=MORNING)
    facts.listed["B0"].outcome = CallbackOutcome.DENIED

    found = call_frame.recoveries(TEAM, MORNING, facts)
    del facts.listed["A9"]

    assert [(r.agent_id, r.calls) for r in found] == [("A", 10)]
    assert call_frame.recoveries(TEAM, MORNING, facts) == []
    assert call_frame.recoveries(TEAM, START + timedelta(weeks=8), facts)[0].calls == 9
