"""Tracking calls from a supervisor to an agent: 电话追踪 (R-60, R-62 to R-65).

A tracking call is care first: it never opens on results, so there is no word for that. It ends
with a requirement and a goal, or it is not over (R-65). What was said is the agent's, and sealed
under the agent's key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import BadValue, CallEnded, NotYours, UnknownTrackingCall
from domain.rhythm import Rules
from domain.texts import needed, optional
from domain.words import By, Receipt, Role, stream_id

LEADERS = (Role.SUPERVISOR, Role.UPPER_SUPERVISOR)


class Opening(StrEnum):
    """With what a tracking call begins (R-60): care, never results."""

    WELLBEING = "wellbeing"  # 身体和心情
    FAMILY = "family"  # 家里人
    WORRY = "worry"  # 上次说起的难处
    PRAISE = "praise"  # 最近做得好的事
    LIFE = "life"  # 生活近况


class Missed(StrEnum):
    """Why a tracking call did not come about."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"  # the agent was with a customer
    ON_LEAVE = "on_leave"


def tracking_call_stream(call_id: str) -> UUID:
    """Return the stream of a tracking call."""
    return stream_id("tracking_call", call_id)


def tracking_call_id_of(command_id: UUID) -> str:
    """Return the id of the call that is prepared by this command."""
    return "T-" + stream_id("tracking_call_by", str(command_id)).hex[:16]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the supervisor has in mind before dialling (R-60, step 1)."""

    points: str
    asks: str
    problems: str | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """What the call came to (R-60 to R-65). ``listened``: who spoke more, 1 to 5; 5 the agent."""

    opened_with: Opening
    learnt: str
    affirmation: str
    requirement: str
    goal: str
    help_given: str | None = None
    expectation: str | None = None
    listened: int | None = None
    goal_on: date | None = None
    next_on: date | None = None


class TrackingCall(Aggregate):
    """One call, from its preparation to the work agreed on."""

    TOPIC = "tracking_call"

    class Prepared(Created):
        """Points and asks are noted before the call (R-60, step 1)."""

        TOPIC = "tracking_call.prepared.v1"
        SEALED: ClassVar[dict[str, str]] = dict.fromkeys(("points", "asks", "problems"), "agent_id")
        call_id: str
        agent_id: str
        team_id: str
        supervisor_id: str
        on_day: date
        points: str | None
        asks: str | None
        problems: str | None

    class Held(Aggregate.Event):
        """The call took place and ended with a requirement and a goal (R-65)."""

        TOPIC = "tracking_call.held.v1"
        SEALED: ClassVar[dict[str, str]] = dict.fromkeys(
            ("learnt", "help_given", "affirmation", "expectation", "requirement", "goal"),
            "agent_id",
        )
        call_id: str
        agent_id: str
        team_id: str
        supervisor_id: str
        opened_with: Opening
        learnt: str | None
        learnt_length: int
        help_given: str | None
        affirmation: str | None
        expectation: str | None
        requirement: str | None
        goal: str | None
        goal_on: date | None
        listened: int | None
        next_on: date | None
        outside_window: bool

    class Missed(Aggregate.Event):
        """The agent could not be reached; the call is to be made another day."""

        TOPIC = "tracking_call.missed.v1"
        call_id: str
        agent_id: str
        team_id: str
        supervisor_id: str
        reason: Missed

    @event(Prepared)
    def __init__(self, call_id: str, agent_id: str, team_id: str, supervisor_id: str) -> None:
        self.call_id = call_id
        self.agent_id = agent_id
        self.team_id = team_id
        self.supervisor_id = supervisor_id
        self.held = False
        self.missed = 0

    @event(Held)
    def _held(self) -> None:
        self.held = True

    @event(Missed)
    def _missed(self) -> None:
        self.missed += 1


class TrackingCalls:
    """The commands about tracking calls."""

    def __init__(self, recording: Recording, rules: Callable[[], Rules]) -> None:
        self._recording = recording
        self._rules = rules

    def find(self, call_id: str) -> TrackingCall | None:
        """Return the call, or None."""
        return self._recording.find(TrackingCall, tracking_call_stream(call_id))

    def prepare(
        self, agent_id: str, team_id: str, on_day: date, sheet: Preparation, *, by: By
    ) -> Receipt:
        """Note points and asks for a call to an agent (R-60). Raises EmptyText, BadValue, NotYours.

        The call's id is ``tracking_call_id_of(by.command_id)``.
        """

        def decide() -> list[Aggregate]:
            if by.role not in LEADERS or by.actor == agent_id:
                raise NotYours(what="tracking_call")
            call_id = tracking_call_id_of(by.command_id)
            call = TrackingCall._create(
                TrackingCall.Prepared,
                id=tracking_call_stream(call_id),
                call_id=call_id,
                agent_id=agent_id,
                team_id=team_id,
                supervisor_id=by.actor,
                on_day=on_day,
                points=needed(sheet.points, "points"),
                asks=needed(sheet.asks, "asks"),
                problems=optional(sheet.problems, "problems"),
                by=by,
            )
            return [call]

        return self._recording.answer(by, decide)

    def hold(self, call_id: str, talk: Talk, *, by: By) -> Receipt:
        """Record the call; it closes with a requirement and a goal (R-65), or not at all.

        Raises UnknownTrackingCall, NotYours, CallEnded, EmptyText, BadValue.
        """

        def change(call: TrackingCall) -> None:
            _check_days(talk, self._rules().day_of(by.occurred_at))
            wall = self._rules().wall_clock(by.occurred_at)
            call.trigger_event(
                TrackingCall.Held,
                **_about(call),
                opened_with=talk.opened_with,
                learnt=needed(talk.learnt, "learnt"),
                learnt_length=len(talk.learnt.strip()),
                help_given=optional(talk.help_given, "help_given"),
                affirmation=needed(talk.affirmation, "affirmation"),
                expectation=optional(talk.expectation, "expectation"),
                requirement=needed(talk.requirement, "requirement"),
                goal=needed(talk.goal, "goal"),
                goal_on=talk.goal_on,
                listened=talk.listened,
                next_on=talk.next_on,
                outside_window=not self._rules().call_hours.fits_tracking(wall),
                by=by,
            )

        return self._change(call_id, change, by)

    def miss(self, call_id: str, reason: Missed, *, by: By) -> Receipt:
        """Record that the agent was not reached. Raises as ``hold``."""

        def change(call: TrackingCall) -> None:
            call.trigger_event(TrackingCall.Missed, **_about(call), reason=reason, by=by)

        return self._change(call_id, change, by)

    def _change(self, call_id: str, change: Callable[[TrackingCall], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            call = self.find(call_id)
            if call is None:
                raise UnknownTrackingCall(call_id=call_id)
            if by.actor != call.supervisor_id:
                raise NotYours(what="tracking_call")
            if call.held:
                raise CallEnded(call_id=call_id)
            change(call)
            return [call]

        return self._recording.answer(by, decide)


def _about(call: TrackingCall) -> dict[str, str]:
    return {
        "call_id": call.call_id,
        "agent_id": call.agent_id,
        "team_id": call.team_id,
        "supervisor_id": call.supervisor_id,
    }


def _check_days(talk: Talk, today: date) -> None:
    if talk.listened is not None and talk.listened not in range(1, 6):
        raise BadValue(field="listened", value=talk.listened)
    for field, day in (("goal_on", talk.goal_on), ("next_on", talk.next_on)):
        if day is not None and not today <= day <= today + timedelta(days=366):
            raise BadValue(field=field, value=day.isoformat())
