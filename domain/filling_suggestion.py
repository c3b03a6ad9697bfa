"""A filling problem that a check suggests (R-30 to R-34): a question to the supervisor, never a case.

It is raised once for an agent, a problem and a week. The supervisor takes it up by opening a case,
or puts it aside with a reason.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.filling_ladder import Problem
from domain.filling_signs import Sign
from domain.recording import Aggregate, Created, Recording
from domain.refusals import AlreadyDecided, BadValue, EmptyText, NotYours, UnknownSuggestion
from domain.words import By, Receipt, Role, stream_id

MAX_TEXT = 500


def suggestion_id_of(agent_id: str, problem: Problem, day: date) -> str:
    """Return the id of what a check suggests about an agent on a day."""
    return "V-" + stream_id("filling_suggestion_of", agent_id, problem, day.isoformat()).hex[:16]


def suggestion_stream(suggestion_id: str) -> UUID:
    """Return the stream of a suggestion."""
    return stream_id("filling_suggestion", suggestion_id)


class FillingSuggestion(Aggregate):
    """One suggestion, and that it was put aside."""

    TOPIC = "filling_suggestion"

    class Raised(Created):
        """A check saw signs of a filling problem; ``facts`` are the figures of its sentence."""

        TOPIC = "filling_suggestion.raised.v1"
        suggestion_id: str
        agent_id: str
        team_id: str
        problem: Problem
        day: date
        facts: dict[str, int]

    class Dismissed(Aggregate.Event):
        """The supervisor knows better, and says why."""

        TOPIC = "filling_suggestion.dismissed.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "agent_id"}
        suggestion_id: str
        agent_id: str
        team_id: str
        reason: str | None

    @event(Raised)
    def __init__(self, suggestion_id: str, agent_id: str, team_id: str, problem: Problem) -> None:
        self.suggestion_id = suggestion_id
        self.agent_id = agent_id
        self.team_id = team_id
        self.problem = Problem(problem)
        self.dismissed = False

    @event(Dismissed)
    def _dismissed(self) -> None:
        self.dismissed = True


class FillingSuggestions:
    """The commands about suggestions."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, suggestion_id: str) -> FillingSuggestion | None:
        """Return the suggestion, or None."""
        return self._recording.find(FillingSuggestion, suggestion_stream(suggestion_id))

    def raised(
        self, agent_id: str, team_id: str, sign: Sign, day: date, by: By
    ) -> list[FillingSuggestion]:
        """Return the suggestion, not yet appended; nothing if it is on record.

        For the worker, which appends it together with the outcome of its check.
        """
        suggestion_id = suggestion_id_of(agent_id, sign.problem, day)
        if self.find(suggestion_id):
            return []
        return [
            FillingSuggestion._create(
                FillingSuggestion.Raised,
                id=suggestion_stream(suggestion_id),
                suggestion_id=suggestion_id,
                agent_id=agent_id,
                team_id=team_id,
                problem=sign.problem,
                day=day,
                facts=dict(sign.facts),
                by=by,
            )
        ]

    def dismiss(self, suggestion_id: str, reason: str, *, by: By) -> Receipt:
        """Put a suggestion aside. Raises UnknownSuggestion, NotYours, AlreadyDecided, EmptyText."""

        def decide() -> list[Aggregate]:
            found = self.find(suggestion_id)
            if found is None:
                raise UnknownSuggestion(suggestion_id=suggestion_id)
            leads = by.role in (Role.SUPERVISOR, Role.UPPER_SUPERVISOR)
            if not leads or by.actor == found.agent_id:
                raise NotYours(what="suggestion")
            if found.dismissed:
                raise AlreadyDecided(case_no=suggestion_id)
            if not reason.strip():
                raise EmptyText(field="reason")
            if len(reason) > MAX_TEXT:
                raise BadValue(field="reason", value=len(reason))
            found.trigger_event(
                FillingSuggestion.Dismissed,
                suggestion_id=suggestion_id,
                agent_id=found.agent_id,
                team_id=found.team_id,
                reason=reason.strip(),
                by=by,
            )
            return [found]

        return self._recording.answer(by, decide)
