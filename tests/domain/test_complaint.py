"""Complaints over the supervisor's head: R-34."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.application import TeamRecord
from domain.complaint import ANSWER_TIME, Complaint, Grievance, complaint_id_of
from domain.refusals import (
    AlreadyDecided,
    BadValue,
    EmptyText,
    MediationNotOpen,
    NotHeard,
    NotYours,
    Stale,
    StepsMissing,
    UnknownComplaint,
    UnknownCustomer,
    UnknownMember,
)
from domain.words import By, ComplaintFinding, Role, Sanction

from .conftest import DAY, NOON, a_by

Events = Callable[[], list[Any]]
FOUNDED, UNFOUNDED = ComplaintFinding.FOUNDED, ComplaintFinding.UNFOUNDED


def upper(person: str = "U1", *, hours: float = 0) -> By:
    return a_by(person, Role.UPPER_SUPERVISOR, at=NOON + timedelta(hours=hours))


def boss() -> By:
    return a_by("S1", Role.SUPERVISOR)


def file(team: TeamRecord, *, by: By | None = None, **changes: Any) -> str:
    """Let A1 complain about S1; return the complaint's id."""
    by = by or a_by("A1")
    facts = {"accused_id": "S1", "text": "我的客户接到了主管的推销电话", "customer_id": "C1"}
    team.complaints.file(Grievance(**{**facts, **changes}), on_day=DAY, by=by)
    return complaint_id_of(by.command_id)


@pytest.fixture
def opened(team: TeamRecord) -> str:
    """The id of a complaint that U1 has taken up."""
    complaint = file(team)
    team.complaints.open_mediation(complaint, by=upper())
    return complaint


@pytest.fixture
def heard(team: TeamRecord, opened: str) -> str:
    """The id of a complaint whose accused was asked and answered."""
    team.complaints.ask(opened, "S1", "请说明上周三联系客户的原因", by=upper())
    team.complaints.state(opened, "我没有联系过", by=boss())
    return opened


def test_an_agent_files_over_the_supervisors_head(team: TeamRecord, events: Events) -> None:
    complaint = file(team)

    filed = events()[-1]
    assert isinstance(filed, Complaint.Filed)
    assert (filed.complaint_id, filed.agent_id, filed.team_id) == (complaint, "A1", "T1")
    assert (filed.accused_id, filed.customer_id) == ("S1", "C1")


def test_what_was_complained_is_sealed_under_the_agents_key() -> None:
    assert Complaint.Filed.SEALED == {"text": "agent_id"}
    assert Complaint.StatementGiven.SEALED == {"text": "person_id"}


def test_the_same_filing_sent_twice_is_one_complaint(team: TeamRecord, events: Events) -> None:
    by = a_by("A1", command_id=uuid4())
    file(team, by=by)
    before = len(events())

    file(team, by=by)

    assert len(events()) == before


def test_one_may_complain_without_naming_a_customer(team: TeamRecord, events: Events) -> None:
    file(team, customer_id=None)

    assert events()[-1].customer_id is None


@pytest.mark.parametrize("customer", ["C2", "C-none"])
def test_anothers_customer_is_as_unknown_as_none(team: TeamRecord, customer: str) -> None:
    with pytest.raises(UnknownCustomer):
        file(team, customer_id=customer)


@pytest.mark.parametrize(
    ("accused", "refusal"), [("A2", BadValue), ("A1", BadValue), ("S9", UnknownMember)]
)
def test_a_complaint_is_about_a_supervisor(
    team: TeamRecord, accused: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        file(team, accused_id=accused)


def test_only_an_agent_files(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        file(team, by=boss())


def test_an_empty_complaint_is_none(team: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        file(team, text="  ")


def test_the_accused_supervisor_does_not_mediate(team: TeamRecord) -> None:
    complaint = file(team)

    with pytest.raises(NotYours):
        team.complaints.open_mediation(complaint, by=boss())


def test_nor_does_an_upper_supervisor_who_is_accused(team: TeamRecord) -> None:
    complaint = file(team, accused_id="U1")

    with pytest.raises(NotYours):
        team.complaints.open_mediation(complaint, by=upper())


def test_another_upper_supervisor_may_take_over(team: TeamRecord, opened: str) -> None:
    team.complaints.open_mediation(opened, by=upper("U2"))

    with pytest.raises(NotYours):
        team.complaints.ask(opened, "S1", "?", by=upper("U1"))
    team.complaints.ask(opened, "S1", "请说明", by=upper("U2"))


def test_a_mediator_does_not_open_twice(team: TeamRecord, opened: str) -> None:
    with pytest.raises(AlreadyDecided):
        team.complaints.open_mediation(opened, by=upper())


def test_nothing_is_asked_before_the_mediation_is_open(team: TeamRecord) -> None:
    complaint = file(team)

    with pytest.raises(MediationNotOpen):
        team.complaints.ask(complaint, "S1", "?", by=upper())


def test_the_accused_who_was_not_asked_learns_of_no_complaint(
    team: TeamRecord, opened: str
) -> None:
    with pytest.raises(UnknownComplaint):
        team.complaints.state(opened, "我没有", by=boss())


def test_the_accused_answers_once_asked(team: TeamRecord, heard: str, events: Events) -> None:
    assert (events()[-1].person_id, events()[-1].text) == ("S1", "我没有联系过")


def test_the_question_tells_nothing_but_itself(
    team: TeamRecord, opened: str, events: Events
) -> None:
    team.complaints.ask(opened, "S1", "请说明", by=upper())

    asked = events()[-1]
    told = {name for name in vars(asked) if not name.startswith("originator")}
    assert told == {"timestamp", "by", "complaint_id", "person_id", "question"}


def test_the_agent_adds_words_at_any_time(team: TeamRecord, events: Events) -> None:
    complaint = file(team)

    team.complaints.state(complaint, "今天客户又来电", by=a_by("A1"))

    assert events()[-1].text == "今天客户又来电"


def test_a_bystander_is_not_asked_and_does_not_speak(team: TeamRecord, opened: str) -> None:
    with pytest.raises(BadValue):
        team.complaints.ask(opened, "A2", "?", by=upper())
    with pytest.raises(UnknownComplaint):
        team.complaints.state(opened, "我看见了", by=a_by("A2"))


def test_nobody_is_sanctioned_unheard(team: TeamRecord, opened: str) -> None:
    team.complaints.ask(opened, "S1", "请说明", by=upper())

    with pytest.raises(NotHeard):
        team.complaints.sanction(opened, Sanction.WARNING, "属实", by=upper(hours=71))


def test_silence_for_three_days_stops_no_complaint(team: TeamRecord, opened: str) -> None:
    team.complaints.ask(opened, "S1", "请说明", by=upper())

    late = upper(hours=ANSWER_TIME / timedelta(hours=1))
    team.complaints.sanction(opened, Sanction.WARNING, "属实", by=late)

    found = team.complaints.find(opened)
    assert found is not None
    assert found.sanction is Sanction.WARNING


def test_asking_again_does_not_start_the_days_anew(team: TeamRecord, opened: str) -> None:
    team.complaints.ask(opened, "S1", "请说明", by=upper())
    team.complaints.ask(opened, "S1", "再次请说明", by=upper(hours=48))

    team.complaints.sanction(opened, Sanction.WARNING, "属实", by=upper(hours=72))


def test_a_complaint_found_true_needs_sanction_and_education(team: TeamRecord, heard: str) -> None:
    with pytest.raises(StepsMissing) as refused:
        team.complaints.conclude(heard, FOUNDED, "客户归还", by=upper())
    assert refused.value.facts["steps"] == ["sanction", "education"]

    team.complaints.sanction(heard, Sanction.WARNING, "属实", by=upper())
    with pytest.raises(StepsMissing):
        team.complaints.conclude(heard, FOUNDED, "客户归还", by=upper())
    team.complaints.educate(heard, DAY, "组会重申保密规定", by=upper())
    team.complaints.conclude(heard, FOUNDED, "客户归还", by=upper())

    found = team.complaints.find(heard)
    assert found is not None
    assert found.finding is FOUNDED


def test_who_was_sanctioned_is_not_found_innocent(team: TeamRecord, heard: str) -> None:
    team.complaints.sanction(heard, Sanction.WARNING, "属实", by=upper())

    with pytest.raises(BadValue):
        team.complaints.conclude(heard, UNFOUNDED, "误会", by=upper())


def test_a_misunderstanding_ends_without_sanction(team: TeamRecord, opened: str) -> None:
    team.complaints.conclude(opened, ComplaintFinding.SETTLED, "双方说开了", by=upper())

    found = team.complaints.find(opened)
    assert found is not None
    assert (found.finding, found.sanction) == (ComplaintFinding.SETTLED, None)


def test_nothing_is_added_after_the_conclusion(team: TeamRecord, heard: str) -> None:
    team.complaints.conclude(heard, UNFOUNDED, "误会", by=upper())

    with pytest.raises(AlreadyDecided):
        team.complaints.state(heard, "还有", by=a_by("A1"))
    with pytest.raises(AlreadyDecided):
        team.complaints.conclude(heard, UNFOUNDED, "误会", by=upper())


def test_a_conclusion_from_an_old_page_is_refused(team: TeamRecord, heard: str) -> None:
    found = team.complaints.find(heard)
    assert found is not None
    team.complaints.state(heard, "补充", by=a_by("A1"))

    with pytest.raises(Stale):
        team.complaints.conclude(heard, UNFOUNDED, "误会", by=upper(), expected=found.version)


def test_only_the_mediator_concludes(team: TeamRecord, heard: str) -> None:
    for other in (upper("U2"), boss(), a_by("A1")):
        with pytest.raises(NotYours):
            team.complaints.conclude(heard, UNFOUNDED, "误会", by=other)


def test_a_complaint_that_never_was_is_unknown(team: TeamRecord) -> None:
    with pytest.raises(UnknownComplaint):
        team.complaints.open_mediation("B-0", by=upper())
