"""What a supervisor was told about an agent's family: 了解家庭 (R-61).

It is about people who never asked to be written down. So it is optional and short, sealed under a
key of its own, seen by the agent as well, and gone for good as soon as the agent says so.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import BadValue, EmptyText, NotYours, UnknownMember
from domain.words import By, Receipt, Role, stream_id

MAX_NOTE = 200


def family_note_stream(agent_id: str) -> UUID:
    """Return the stream of what is noted about an agent's family."""
    return stream_id("family_note", agent_id)


class FamilyNote(Aggregate):
    """What an agent told about the family, until the agent has it forgotten."""

    TOPIC = "family_note"

    class Opened(Created):
        """Something about the family is noted for the first time."""

        TOPIC = "family_note.opened.v1"
        agent_id: str
        team_id: str

    class Noted(Aggregate.Event):
        """A word about the family; ``key_id`` names the key that seals it, not the agent's own."""

        TOPIC = "family_note.noted.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "key_id"}
        agent_id: str
        team_id: str
        key_id: str
        text: str | None

    class Forgotten(Aggregate.Event):
        """The agent had it forgotten: the key is destroyed."""

        TOPIC = "family_note.forgotten.v1"
        agent_id: str
        team_id: str
        key_id: str

    @event(Opened)
    def __init__(self, agent_id: str, team_id: str) -> None:
        self.agent_id = agent_id
        self.team_id = team_id
        self.forgotten = 0
        self.noted = 0

    @event(Noted)
    def _noted(self) -> None:
        self.noted += 1

    @event(Forgotten)
    def _forgotten(self) -> None:
        self.forgotten += 1
        self.noted = 0

    @property
    def key_id(self) -> str:
        """The key under which the next note is sealed; a new one after each forgetting."""
        return f"family/{self.agent_id}/{self.forgotten}"


class FamilyNotes:
    """The commands about family notes."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, agent_id: str) -> FamilyNote | None:
        """Return what is noted about an agent's family, or None."""
        return self._recording.find(FamilyNote, family_note_stream(agent_id))

    def note(self, agent_id: str, team_id: str, text: str, *, by: By) -> Receipt:
        """Note a word about the family (R-61). Raises NotYours, EmptyText, BadValue (too long)."""

        def decide() -> list[Aggregate]:
            if by.role not in (Role.SUPERVISOR, Role.UPPER_SUPERVISOR):
                raise NotYours(what="family_note")
            if not text.strip():
                raise EmptyText(field="family")
            if len(text) > MAX_NOTE:
                raise BadValue(field="family", value=len(text))
            note = self.find(agent_id) or FamilyNote._create(
                FamilyNote.Opened,
                id=family_note_stream(agent_id),
                agent_id=agent_id,
                team_id=team_id,
                by=by,
            )
            note.trigger_event(
                FamilyNote.Noted,
                agent_id=agent_id,
                team_id=team_id,
                key_id=note.key_id,
                text=text.strip(),
                by=by,
            )
            return [note]

        return self._recording.answer(by, decide)

    def forget(self, agent_id: str, *, by: By) -> Receipt:
        """Let nobody ever read it again, at the agent's word. Raises NotYours, UnknownMember."""

        def decide() -> list[Aggregate]:
            if by.actor != agent_id:
                raise NotYours(what="family_note")
            note = self.find(agent_id)
            if note is None or not note.noted:
                raise UnknownMember(person_id=agent_id)
            # The key goes first: an event that promises it must not come before it is true.
            self._recording.forget(note.key_id)
            note.trigger_event(
                FamilyNote.Forgotten,
                agent_id=agent_id,
                team_id=note.team_id,
                key_id=note.key_id,
                by=by,
            )
            return [note]

        return self._recording.answer(by, decide)
