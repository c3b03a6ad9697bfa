"""What happened in a complaint, told to each side as far as it concerns them (R-34).

The mediator and the auditor read everything. The agent learns that the other was asked and
answered, not the words; the one complained about reads only what they themselves were asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from domain.complaint import Complaint, complaint_stream
from domain.recording import Aggregate
from projections.complaints import ComplaintCard
from service.context import shilu
from service.language import _, day_text, local
from service.words import FINDINGS, ROLES, SANCTIONS, label

Told = tuple[str, str] | None
STATES = {"filed": "bad", "mediating": "warn", "concluded": "info"}


def state_text(card: ComplaintCard) -> str:
    """Return where a complaint stands."""
    return {
        "filed": _("等上级主管受理"),
        "mediating": _("调解中"),
        "concluded": _("已结案：{finding}", finding=label(FINDINGS, card.finding)),
    }[card.state]


def for_everybody_above(complaint_id: str) -> list[SimpleNamespace]:
    """Return the whole story, for the mediator and the auditor."""
    return [_line(event, _whole(event)) for event in _events(complaint_id) if _whole(event)]


def for_agent(complaint_id: str, agent_id: str) -> list[SimpleNamespace]:
    """Return the story for the agent who filed."""
    told = ((event, _to_agent(event, agent_id)) for event in _events(complaint_id))
    return [_line(event, said) for event, said in told if said]


def for_asked(complaint_id: str, person_id: str) -> list[SimpleNamespace]:
    """Return the story for who is complained about: questions to them, and what they answered."""
    told = ((event, _to_asked(event, person_id)) for event in _events(complaint_id))
    return [_line(event, said) for event, said in told if said]


def name_of(person_id: str | None) -> str:
    """Return a person's name, or the id if nobody has it."""
    member = shilu().record.organisation.member(person_id) if person_id else None
    return member.name if member else person_id or "—"


def _events(complaint_id: str) -> Iterator[Any]:
    for event in shilu().record.events.get(complaint_stream(complaint_id)):
        if isinstance(event, Aggregate.Event):
            yield event


def _whole(event: Any) -> Told:
    match event:
        case Complaint.Filed():
            return _("提出投诉"), event.text or ""
        case Complaint.MediationOpened():
            return _("受理，开始调解"), ""
        case Complaint.StatementAsked():
            return _("请 {name} 说明", name=name_of(event.person_id)), event.question or ""
        case Complaint.StatementGiven():
            return _("{name} 的说明", name=name_of(event.person_id)), event.text or ""
        case Complaint.Sanctioned():
            return _("处分：{kind}", kind=label(SANCTIONS, event.kind)), event.reason or ""
        case Complaint.TeamEducated():
            return _("团队教育 · {day}", day=day_text(event.held_on)), event.note or ""
        case Complaint.Concluded():
            return _("结案：{finding}", finding=label(FINDINGS, event.finding)), event.terms or ""
    return None


def _to_agent(event: Any, agent_id: str) -> Told:
    match event:
        case Complaint.StatementAsked() if event.person_id != agent_id:
            return _("已请被投诉人说明"), ""
        case Complaint.StatementGiven() if event.person_id != agent_id:
            return _("被投诉人已作说明"), ""
        case Complaint.Sanctioned():
            return _("已依规处分"), ""
        case Complaint.TeamEducated():
            return _("已对团队作保密教育"), ""
    return _whole(event)


def _to_asked(event: Any, person_id: str) -> Told:
    match event:
        case Complaint.StatementAsked() if event.person_id == person_id:
            return _("请你说明"), event.question or ""
        case Complaint.StatementGiven() if event.person_id == person_id:
            return _("你的说明"), event.text or ""
        case Complaint.Sanctioned():
            return _whole(event)
        case Complaint.Concluded():
            return _("结案：{finding}", finding=label(FINDINGS, event.finding)), ""
    return None


def _line(event: Any, told: Told) -> SimpleNamespace:
    title, said = told or ("", "")
    wall = local(event.by.recorded_at, shilu().rules().time_zone)
    return SimpleNamespace(
        title=title,
        text=said,
        who=f"{name_of(event.by.actor)} · {label(ROLES, event.by.role)}",
        when=f"{day_text(wall.date())} {wall.strftime('%H:%M')}",
    )
