"""Contradictions, cases and human decisions: R-33, PIPL art. 24."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.refusals import (
    AgentNotHeard,
    AlreadyAppealed,
    AlreadyDecided,
    EmptyText,
    NotDecided,
    NotYours,
    UnknownCase,
)
from domain.scheduled_check import CheckKey, ScheduledCheck
from domain.verification_case import Contradiction, Evidence, EvidenceItem, VerificationCase
from domain.words import AppealVerdict, By, CallbackOutcome, Check, Leaning, Role, Verdict

from .conftest import DAY, NOON, a_by

Events = Callable[[], list[Any]]
EVIDENCE = Evidence(0.97, 0.95, "m1", (EvidenceItem("denials", 3.4, {"count": 3}),))


def a_contradiction(no: int = 1) -> Contradiction:
    return Contradiction("A1", "T1", f"V{no}", f"K{no}", f"C{no}", CallbackOutcome.DENIED, 1.6)


def compare(
    team: TeamRecord, no: int, contradiction: Contradiction | None, evidence: Evidence | None
) -> None:
    """Do what the worker does after a callback."""
    key = CheckKey(Check.FAKE_ENTRIES, f"K{no}", DAY)
    by = By("fake_entries", Role.SYSTEM, NOON, NOON, key.command_id, "worker")
    team.scheduled_checks.finish(
        key,
        "T1",
        NOON,
        ["denied"] if contradiction else [],
        by=by,
        effects=lambda: team.verification_cases.detected(contradiction, "A1", evidence, by),
    )


@pytest.fixture
def case(team: TeamRecord) -> TeamRecord:
    compare(team, 1, a_contradiction(1), None)
    compare(team, 2, a_contradiction(2), EVIDENCE)
    return team


@pytest.fixture
def decided(case: TeamRecord) -> TeamRecord:
    case.verification_cases.hear("A1", 1, "说客户记错了", by=boss())
    case.verification_cases.decide("A1", 1, Verdict.UNWILLING, "核实属实", by=boss())
    return case


@pytest.mark.parametrize("verdict", [Verdict.UNABLE, Verdict.UNWILLING])
def test_nobody_is_found_unable_or_unwilling_unheard(case: TeamRecord, verdict: Verdict) -> None:
    with pytest.raises(AgentNotHeard):
        case.verification_cases.decide("A1", 1, verdict, "核实属实", by=boss())


def test_who_explained_in_writing_is_heard(case: TeamRecord) -> None:
    case.verification_cases.explain("A1", 1, "客户记错了", by=a_by("A1"))

    case.verification_cases.decide("A1", 1, Verdict.UNABLE, "还不会填", by=boss())


def test_a_case_is_cleared_without_a_hearing(case: TeamRecord) -> None:
    case.verification_cases.decide("A1", 1, Verdict.CLEARED, "客户认错了人", by=boss())


def test_an_opinion_is_given_once_and_before_the_decision(case: TeamRecord, events: Events) -> None:
    case.verification_cases.give_opinion("A1", 1, Leaning.UNABLE, "常填错", by=boss())

    with pytest.raises(AlreadyDecided):
        case.verification_cases.give_opinion("A1", 1, Leaning.TRUE, "又想了想", by=boss())
    assert (events()[-1].leaning, events()[-1].by.actor) == (Leaning.UNABLE, "S1")


def test_an_agent_gives_no_opinion_and_hears_nobody(case: TeamRecord) -> None:
    with pytest.raises(NotYours):
        case.verification_cases.give_opinion("A1", 1, Leaning.TRUE, "都是真的", by=a_by("A1"))
    with pytest.raises(NotYours):
        case.verification_cases.hear("A1", 1, "我没问题", by=a_by("A1"))


def test_a_new_case_asks_for_opinion_and_hearing_anew(decided: TeamRecord) -> None:
    compare(decided, 3, a_contradiction(3), EVIDENCE)

    file = decided.verification_cases.find("A1")
    assert file is not None
    assert (file.opinions, file.heard, file.explained) == ({}, False, False)


def test_a_recovery_is_recorded_once_after_a_decision_that_found_something(
    decided: TeamRecord,
) -> None:
    by = a_by("system", Role.SYSTEM)
    first = decided.verification_cases.recovered("A1", 10, DAY, by)

    assert [type(e).__name__ for e in first[0].pending_events] == ["Recovered"]
    assert decided.verification_cases.recovered("A2", 10, DAY, by) == []


def boss() -> By:
    return a_by("S1", Role.SUPERVISOR)


def upper() -> By:
    return a_by("U1", Role.UPPER_SUPERVISOR)


def test_a_single_denial_is_noted_without_a_case(team: TeamRecord) -> None:
    compare(team, 1, a_contradiction(), None)

    file = team.verification_cases.find("A1")
    assert file is not None
    assert (file.contradicted, file.case_no) == ({"K1"}, 0)


def test_evidence_opens_a_case_with_its_items(case: TeamRecord, events: Events) -> None:
    opened = [e for e in events() if isinstance(e, VerificationCase.CaseOpened)]

    assert [(e.case_no, e.items) for e in opened] == [(1, EVIDENCE.items)]


def test_a_second_case_is_not_opened_beside_an_open_one(case: TeamRecord, events: Events) -> None:
    compare(case, 3, a_contradiction(3), EVIDENCE)

    assert sum(isinstance(e, VerificationCase.CaseOpened) for e in events()) == 1


def test_a_check_made_twice_is_one_effect(team: TeamRecord, events: Events) -> None:
    compare(team, 1, a_contradiction(), None)
    before = len(events())

    compare(team, 1, a_contradiction(), None)

    assert len(events()) == before


def test_a_confirmed_visit_leaves_only_the_outcome_of_its_check(
    team: TeamRecord, events: Events
) -> None:
    compare(team, 1, None, None)

    assert isinstance(events()[-1], ScheduledCheck.Done)
    assert team.verification_cases.find("A1") is None


def test_the_agent_explains(case: TeamRecord, events: Events) -> None:
    case.verification_cases.explain("A1", 1, "客户记错了日期", by=a_by("A1"))

    assert events()[-1].text == "客户记错了日期"


def test_nobody_else_explains_for_the_agent(case: TeamRecord) -> None:
    with pytest.raises(NotYours):
        case.verification_cases.explain("A1", 1, "…", by=boss())


def test_a_decision_needs_a_reason(case: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        case.verification_cases.decide("A1", 1, Verdict.CLEARED, " ", by=boss())


@pytest.mark.parametrize(
    "who", [a_by("A1"), a_by("fake_entries", Role.SYSTEM), a_by("M1", Role.ADMINISTRATOR)]
)
def test_only_a_human_above_the_agent_decides(case: TeamRecord, who: By) -> None:
    with pytest.raises(NotYours):
        case.verification_cases.decide("A1", 1, Verdict.CLEARED, "因为", by=who)


def test_a_case_is_decided_once(decided: TeamRecord) -> None:
    with pytest.raises(AlreadyDecided):
        decided.verification_cases.decide("A1", 1, Verdict.CLEARED, "因为", by=boss())


def test_after_a_decision_new_evidence_opens_a_new_case(
    decided: TeamRecord, events: Events
) -> None:
    compare(decided, 3, a_contradiction(3), EVIDENCE)

    opened = [e.case_no for e in events() if isinstance(e, VerificationCase.CaseOpened)]
    assert opened == [1, 2]


def test_an_appeal_goes_over_the_supervisors_head(decided: TeamRecord, events: Events) -> None:
    decided.verification_cases.appeal("A1", 1, "请重新核实", by=a_by("A1"))

    decided.verification_cases.decide_appeal(
        "A1", 1, AppealVerdict.OVERTURNED, "电话有误", by=upper()
    )

    assert events()[-1].verdict is AppealVerdict.OVERTURNED


def test_the_supervisor_does_not_decide_the_appeal(decided: TeamRecord) -> None:
    decided.verification_cases.appeal("A1", 1, "请重新核实", by=a_by("A1"))

    with pytest.raises(NotYours):
        decided.verification_cases.decide_appeal("A1", 1, AppealVerdict.UPHELD, "x", by=boss())


def test_an_undecided_case_is_not_appealed(case: TeamRecord) -> None:
    with pytest.raises(NotDecided):
        case.verification_cases.appeal("A1", 1, "请重新核实", by=a_by("A1"))


def test_an_appeal_is_made_once(decided: TeamRecord) -> None:
    decided.verification_cases.appeal("A1", 1, "请重新核实", by=a_by("A1"))

    with pytest.raises(AlreadyAppealed):
        decided.verification_cases.appeal("A1", 1, "再次", by=a_by("A1"))


def test_a_case_that_is_not_there_is_unknown(team: TeamRecord) -> None:
    with pytest.raises(UnknownCase):
        team.verification_cases.decide("A1", 1, Verdict.CLEARED, "因为", by=boss())
