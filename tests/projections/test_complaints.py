"""Complaints: what waits for whom, and what the one asked is shown of it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.complaint import Grievance, complaint_id_of
from domain.words import By, ComplaintFinding, Role, Sanction
from projections import complaints

from .conftest import DAY, Office


def upper(office: Office) -> By:
    return office.by("U1", Role.UPPER_SUPERVISOR)


def file(office: Office) -> str:
    by = office.by("A1")
    grievance = Grievance("S1", "客户接到了推销电话", "C-A1")
    office.record.complaints.file(grievance, on_day=DAY, by=by)
    return complaint_id_of(by.command_id)


@pytest.fixture
def asked(office: Office) -> str:
    complaint = file(office)
    office.record.complaints.open_mediation(complaint, by=upper(office))
    office.record.complaints.ask(complaint, "S1", "请说明", by=upper(office))
    return complaint


def inquiry(office: Office, person_id: str = "S1") -> Any:
    (found,) = office.read(complaints.inquiries_of, person_id)
    return found


def test_a_filed_complaint_waits_for_everybody_above(office: Office) -> None:
    complaint = file(office)

    card = office.read(complaints.one, complaint)
    assert (card.agent_id, card.accused_id, card.team_id) == ("A1", "S1", "T1")
    assert (card.state, card.version) == ("filed", 1)
    assert office.read(complaints.waiting, "U1") == office.read(complaints.waiting, "U2") == 1


def test_a_complaint_does_not_wait_for_whom_it_is_about(office: Office) -> None:
    file(office)

    assert office.read(complaints.waiting, "S1") == 0
    assert office.read(complaints.not_against, "S1") == []
    assert len(office.read(complaints.not_against, "U1")) == 1


def test_taken_up_it_waits_for_its_mediator_alone(office: Office, asked: str) -> None:
    assert office.read(complaints.waiting, "U1") == 1
    assert office.read(complaints.waiting, "U2") == 0


def test_who_was_asked_has_an_inquiry_until_answered(office: Office, asked: str) -> None:
    assert inquiry(office).answered_at is None

    office.record.complaints.state(asked, "没有", by=office.by("S1", Role.SUPERVISOR))

    assert inquiry(office).answered_at is not None


def test_asked_again_an_answer_is_awaited_again(office: Office, asked: str) -> None:
    office.record.complaints.state(asked, "没有", by=office.by("S1", Role.SUPERVISOR))
    office.read(complaints.one, asked)
    office.record.complaints.ask(asked, "S1", "请再说明", by=upper(office))

    assert inquiry(office).answered_at is None


def test_words_nobody_asked_for_make_no_inquiry(office: Office) -> None:
    complaint = file(office)
    office.record.complaints.state(complaint, "补充", by=office.by("A1"))

    assert office.read(complaints.inquiries_of, "A1") == []
    assert office.read(complaints.one, complaint).version == 2


def test_a_conclusion_closes_everything(office: Office, asked: str) -> None:
    commands = office.record.complaints
    commands.state(asked, "没有", by=office.by("S1", Role.SUPERVISOR))
    commands.sanction(asked, Sanction.WARNING, "属实", by=upper(office))
    commands.educate(asked, DAY, "重申规定", by=upper(office))
    commands.conclude(asked, ComplaintFinding.FOUNDED, "归还", by=upper(office))

    card = office.read(complaints.one, asked)
    assert (card.state, card.sanction, card.educated) == ("concluded", "warning", True)
    assert (card.finding, card.concluded_at is not None) == ("founded", True)
    assert inquiry(office).closed
    assert office.read(complaints.waiting, "U1") == 0


def test_an_agents_own_complaints_are_listed(office: Office) -> None:
    first, second = file(office), file(office)

    found = office.read(complaints.of_agent, "A1")
    assert [card.complaint_id for card in found] == [second, first]
    assert office.read(complaints.of_agent, "A2") == []
