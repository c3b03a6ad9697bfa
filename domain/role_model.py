"""Role models (典型, R-30, R-31): named by a supervisor, shown to others only with their consent.

The agent may refuse, and take the consent back at any time; then nobody sees it any more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadyDecided,
    AlreadyExists,
    BadValue,
    EmptyText,
    NotAMember,
    NotYours,
    UnknownRoleModel,
)
from domain.words import By, Receipt, Role, stream_id

MAX_TEXT = 500


def role_model_id(agent_id: str, named_on: date) -> str:
    """Return the id under which an agent is named on a day."""
    return "M-" + stream_id("role_model_of", agent_id, named_on.isoformat()).hex[:16]


def role_model_stream(model_id: str) -> UUID:
    """Return the stream of a naming."""
    return stream_id("role_model", model_id)


class RoleModel(Aggregate):
    """One naming and what the agent said to it."""

    TOPIC = "role_model"

    class Named(Created):
        """A supervisor wants to hold an agent up as an example, and asks them."""

        TOPIC = "role_model.named.v1"
        SEALED: ClassVar[dict[str, str]] = {"what_for": "agent_id"}
        model_id: str
        agent_id: str
        team_id: str
        named_on: date
        what_for: str | None

    class Answered(Aggregate.Event):
        """The agent agrees to be shown, or does not."""

        TOPIC = "role_model.answered.v1"
        model_id: str
        agent_id: str
        team_id: str
        consents: bool

    class ConsentWithdrawn(Aggregate.Event):
        """The agent does not want to be shown any longer."""

        TOPIC = "role_model.consent_withdrawn.v1"
        model_id: str
        agent_id: str
        team_id: str

    @event(Named)
    def __init__(self, model_id: str, agent_id: str, team_id: str) -> None:
        self.model_id = model_id
        self.agent_id = agent_id
        self.team_id = team_id
        self.consents: bool | None = None

    @event(Answered)
    def _answered(self, consents: bool) -> None:
        self.consents = consents

    @event(ConsentWithdrawn)
    def _consent_withdrawn(self) -> None:
        self.consents = False


class RoleModels:
    """The commands about role models."""

    def __init__(self, recording: Recording, team_of: Callable[[str, date], str | None]) -> None:
        self._recording = recording
        self._team_of = team_of

    def find(self, model_id: str) -> RoleModel | None:
        """Return the naming, or None."""
        return self._recording.find(RoleModel, role_model_stream(model_id))

    def name(self, agent_id: str, named_on: date, what_for: str, *, by: By) -> Receipt:
        """Ask an agent whether they may be shown. Raises NotYours, NotAMember, AlreadyExists, EmptyText."""
        model_id = role_model_id(agent_id, named_on)

        def decide() -> list[Aggregate]:
            if by.role not in (Role.SUPERVISOR, Role.UPPER_SUPERVISOR) or by.actor == agent_id:
                raise NotYours(what="role_model")
            team_id = self._team_of(agent_id, named_on)
            if team_id is None:
                raise NotAMember(person_id=agent_id, day=named_on)
            if self.find(model_id):
                raise AlreadyExists(what="role_model", id=model_id)
            if not what_for.strip():
                raise EmptyText(field="what_for")
            if len(what_for) > MAX_TEXT:
                raise BadValue(field="what_for", value=len(what_for))
            return [
                RoleModel._create(
                    RoleModel.Named,
                    id=role_model_stream(model_id),
                    model_id=model_id,
                    agent_id=agent_id,
                    team_id=team_id,
                    named_on=named_on,
                    what_for=what_for.strip(),
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def answer(self, model_id: str, *, consents: bool, by: By) -> Receipt:
        """Agree or not, as the agent. Raises UnknownRoleModel to all others, AlreadyDecided."""

        def decide() -> list[Aggregate]:
            model = self._own(model_id, by)
            if model.consents is not None:
                raise AlreadyDecided(case_no=model_id)
            model.trigger_event(RoleModel.Answered, consents=consents, **_about(model), by=by)
            return [model]

        return self._recording.answer(by, decide)

    def withdraw(self, model_id: str, *, by: By) -> Receipt:
        """Take the consent back, as the agent. Raises UnknownRoleModel, AlreadyDecided (none given)."""

        def decide() -> list[Aggregate]:
            model = self._own(model_id, by)
            if not model.consents:
                raise AlreadyDecided(case_no=model_id)
            model.trigger_event(RoleModel.ConsentWithdrawn, **_about(model), by=by)
            return [model]

        return self._recording.answer(by, decide)

    def _own(self, model_id: str, by: By) -> RoleModel:
        model = self.find(model_id)
        if model is None or model.agent_id != by.actor:
            raise UnknownRoleModel(model_id=model_id)
        return model


def _about(model: RoleModel) -> dict[str, str]:
    return {"model_id": model.model_id, "agent_id": model.agent_id, "team_id": model.team_id}
