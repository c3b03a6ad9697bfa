"""Sharing sessions (分享) and expert clinics (专家门诊): steady fillers share, an expert diagnoses (R-31, R-32)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import BadValue, EmptyText, NotAMember, NotYours
from domain.words import By, Receipt, Role, stream_id

LEADERS = (Role.SUPERVISOR, Role.UPPER_SUPERVISOR)
MAX_TEXT = 2000
MOST_SPEAKERS = 10


def workshop_stream(command_id: UUID) -> UUID:
    """Return the stream of what a command puts on record: it has no other natural key."""
    return stream_id("workshop", str(command_id))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What an expert found about an agent's way of working, and what to do next."""

    agent_id: str
    expert_id: str
    held_on: date
    diagnosis: str
    plan: str


class SharingSession(Aggregate):
    """Steady fillers told their colleagues what they gain."""

    TOPIC = "sharing_session"

    class Held(Created):
        """A session was held."""

        TOPIC = "sharing_session.held.v1"
        team_id: str
        held_on: date
        speakers: tuple[str, ...]
        topic: str

    @event(Held)
    def __init__(self, team_id: str, held_on: date) -> None:
        self.team_id = team_id
        self.held_on = held_on


class ExpertClinic(Aggregate):
    """An expert looked at an agent's way of working."""

    TOPIC = "expert_clinic"

    class Held(Created):
        """A clinic was held: the expert, the diagnosis and the plan."""

        TOPIC = "expert_clinic.held.v1"
        SEALED: ClassVar[dict[str, str]] = {"diagnosis": "agent_id", "plan": "agent_id"}
        agent_id: str
        team_id: str
        expert_id: str
        held_on: date
        diagnosis: str | None
        plan: str | None

    @event(Held)
    def __init__(self, agent_id: str, team_id: str, held_on: date) -> None:
        self.agent_id = agent_id
        self.team_id = team_id
        self.held_on = held_on


class Workshops:
    """The commands about sessions and clinics."""

    def __init__(
        self,
        recording: Recording,
        team_of: Callable[[str, date], str | None],
        role_of: Callable[[str], Role | None],
    ) -> None:
        self._recording = recording
        self._team_of = team_of
        self._role_of = role_of

    def share(
        self, team_id: str, held_on: date, speakers: Sequence[str], topic: str, *, by: By
    ) -> Receipt:
        """Put a sharing session on record.

        Raises NotYours, BadValue (nobody or too many spoke, a speaker of another team), EmptyText.
        """

        def decide() -> list[Aggregate]:
            if by.role not in LEADERS:
                raise NotYours(what="sharing_session")
            if not 1 <= len(set(speakers)) <= MOST_SPEAKERS:
                raise BadValue(field="speakers", value=len(speakers))
            if any(self._team_of(speaker, held_on) != team_id for speaker in speakers):
                raise BadValue(field="speakers", value=len(speakers))
            return [
                SharingSession._create(
                    SharingSession.Held,
                    id=workshop_stream(by.command_id),
                    team_id=team_id,
                    held_on=held_on,
                    speakers=tuple(dict.fromkeys(speakers)),
                    topic=_required(topic, "topic"),
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def clinic(self, found: Diagnosis, *, by: By) -> Receipt:
        """Put an expert clinic on record; nobody is their own expert.

        Raises NotYours, NotAMember, BadValue (the expert), EmptyText.
        """

        def decide() -> list[Aggregate]:
            if by.role not in LEADERS:
                raise NotYours(what="expert_clinic")
            team_id = self._team_of(found.agent_id, found.held_on)
            if team_id is None:
                raise NotAMember(person_id=found.agent_id, day=found.held_on)
            if found.expert_id == found.agent_id or self._role_of(found.expert_id) is None:
                raise BadValue(field="expert_id", value=found.expert_id)
            return [
                ExpertClinic._create(
                    ExpertClinic.Held,
                    id=workshop_stream(by.command_id),
                    agent_id=found.agent_id,
                    team_id=team_id,
                    expert_id=found.expert_id,
                    held_on=found.held_on,
                    diagnosis=_required(found.diagnosis, "diagnosis"),
                    plan=_required(found.plan, "plan"),
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)


def _required(text: str, field: str) -> str:
    if not text.strip():
        raise EmptyText(field=field)
    if len(text) > MAX_TEXT:
        raise BadValue(field=field, value=len(text))
    return text.strip()
