"""One-on-one coaching of an agent: 个别辅导 (R-70 to R-76).

A session begins with a right moment (时机) and passes a gate of five wrong ones; it ends only with
the agent's final behaviour, the effect and the next time. Whether it helped is measured later, from
the log and not from anybody's opinion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.coaching_words import Method, Moment, Origin, Skill, WrongMoment
from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadyExists,
    BadValue,
    CoachingClosed,
    EmptyText,
    GateNotPassed,
    NotHeldYet,
    NotYours,
    UnknownCoaching,
)
from domain.rhythm import Rules
from domain.texts import needed, optional
from domain.words import By, Receipt, Role, stream_id

WINDOWS = (14, 28)  # days after a session at which its effect is measured
LEADERS = (Role.SUPERVISOR, Role.UPPER_SUPERVISOR)


def coaching_stream(coaching_id: str) -> UUID:
    """Return the stream of a coaching."""
    return stream_id("coaching", coaching_id)


def coaching_id_of(*key: str) -> str:
    """Return the id of the coaching with this natural key: a command, or agent, moment and week."""
    return "G-" + stream_id("coaching_of", *key).hex[:16]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A coaching that somebody, or the record itself, finds due. ``evidence`` holds plain numbers."""

    coaching_id: str
    agent_id: str
    team_id: str
    supervisor_id: str | None
    moment: Moment
    origin: Origin
    on_day: date
    evidence: Mapping[str, float]
    wish: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """What was done in a session (R-73, R-74)."""

    methods: tuple[Method, ...]
    summary: str
    commitments: str
    skills: tuple[Skill, ...] = ()


class Coaching(Aggregate):
    """One coaching, from the moment to the measured effect."""

    TOPIC = "coaching"

    class Proposed(Created):
        """A right moment was seen, by the record, by the supervisor, or by the agent (R-71)."""

        TOPIC = "coaching.proposed.v1"
        SEALED: ClassVar[dict[str, str]] = {"wish": "agent_id"}
        coaching_id: str
        agent_id: str
        team_id: str
        supervisor_id: str | None
        moment: Moment
        origin: Origin
        on_day: date
        evidence: dict[str, float]
        wish: str | None

    class GateChecked(Aggregate.Event):
        """The five wrong moments were asked about; ``wrong`` are those that hold (R-72)."""

        TOPIC = "coaching.gate_checked.v1"
        coaching_id: str
        agent_id: str
        team_id: str
        wrong: tuple[WrongMoment, ...]
        on_day: date

    class Deferred(Aggregate.Event):
        """Another day was agreed on (改约)."""

        TOPIC = "coaching.deferred.v1"
        coaching_id: str
        agent_id: str
        team_id: str
        until: date
        wrong: tuple[WrongMoment, ...]

    class Held(Aggregate.Event):
        """The session took place (R-73, R-74)."""

        TOPIC = "coaching.held.v1"
        SEALED: ClassVar[dict[str, str]] = dict.fromkeys(("summary", "commitments"), "agent_id")
        coaching_id: str
        agent_id: str
        team_id: str
        supervisor_id: str
        moment: Moment
        methods: tuple[Method, ...]
        skills: tuple[Skill, ...]
        summary: str | None
        summary_length: int
        commitments: str | None
        on_day: date

    class Evaluated(Aggregate.Event):
        """Final behaviour, effect (1 to 5) and the next time close it (R-74)."""

        TOPIC = "coaching.evaluated.v1"
        SEALED: ClassVar[dict[str, str]] = {"final_behaviour": "agent_id"}
        coaching_id: str
        agent_id: str
        team_id: str
        final_behaviour: str | None
        effect: int
        next_on: date

    class Commented(Aggregate.Event):
        """The agent added words of their own."""

        TOPIC = "coaching.commented.v1"
        SEALED: ClassVar[dict[str, str]] = {"words": "agent_id"}
        coaching_id: str
        agent_id: str
        team_id: str
        words: str | None

    class Dropped(Aggregate.Event):
        """What the record suggested is not taken up, with a reason."""

        TOPIC = "coaching.dropped.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "agent_id"}
        coaching_id: str
        agent_id: str
        team_id: str
        reason: str | None

    class EffectMeasured(Aggregate.Event):
        """The days after the session beside those before it; ratios and shares, from the log."""

        TOPIC = "coaching.effect_measured.v1"
        coaching_id: str
        agent_id: str
        team_id: str
        days: int
        before: dict[str, float]
        after: dict[str, float]

    @event(Proposed)
    def __init__(
        self,
        coaching_id: str,
        agent_id: str,
        team_id: str,
        moment: Moment,
        origin: Origin,
        on_day: date,
    ) -> None:
        self.coaching_id = coaching_id
        self.agent_id = agent_id
        self.team_id = team_id
        self.moment = Moment(moment)
        self.origin = Origin(origin)
        self.on_day = on_day
        self.gate_passed_on: date | None = None
        self.wrong: tuple[WrongMoment, ...] = ()
        self.gate_checked_on: date | None = None
        self.held_on: date | None = None
        self.held_by: str | None = None
        self.closed = False
        self.measured: list[int] = []

    @event(GateChecked)
    def _gate_checked(self, wrong: tuple[WrongMoment, ...], on_day: date) -> None:
        self.wrong = tuple(wrong)
        self.gate_checked_on = on_day
        self.gate_passed_on = None if wrong else on_day

    @event(Deferred)
    def _deferred(self, until: date) -> None:
        self.on_day = until
        self.gate_passed_on = None

    @event(Held)
    def _held(self, on_day: date, supervisor_id: str) -> None:
        self.held_on = on_day
        self.held_by = supervisor_id

    @event(Evaluated)
    def _evaluated(self) -> None:
        self.closed = True

    @event(Dropped)
    def _dropped(self) -> None:
        self.closed = True

    @event(EffectMeasured)
    def _effect_measured(self, days: int) -> None:
        self.measured.append(days)


class Coachings:
    """The commands about coaching."""

    def __init__(self, recording: Recording, rules: Callable[[], Rules]) -> None:
        self._recording = recording
        self._rules = rules

    def find(self, coaching_id: str) -> Coaching | None:
        """Return the coaching, or None."""
        return self._recording.find(Coaching, coaching_stream(coaching_id))

    def propose(self, proposal: Proposal, *, by: By) -> Receipt:
        """Open a coaching, as a supervisor, or ask for one as the agent (moment 9).

        Raises NotYours, BadValue, EmptyText (a wish without words), AlreadyExists.
        """

        def decide() -> list[Aggregate]:
            asked = proposal.origin is Origin.AGENT
            if asked and (by.actor != proposal.agent_id or proposal.moment is not Moment.ASKED):
                raise NotYours(what="coaching")
            if not asked and (by.role not in LEADERS or by.actor == proposal.agent_id):
                raise NotYours(what="coaching")
            if asked and not (proposal.wish or "").strip():
                raise EmptyText(field="wish")
            if self.find(proposal.coaching_id):
                raise AlreadyExists(what="coaching", id=proposal.coaching_id)
            return [proposed(proposal, by)]

        return self._recording.answer(by, decide)

    def suggested(self, proposals: Sequence[Proposal], by: By) -> list[Aggregate]:
        """Return the coachings that a worker's check proposes; those known already are left out."""
        return [
            proposed(proposal, by)
            for proposal in proposals
            if self.find(proposal.coaching_id) is None
        ]

    def check_gate(self, coaching_id: str, wrong: tuple[WrongMoment, ...], *, by: By) -> Receipt:
        """Say which of the five wrong moments hold now; none lets the session begin (R-72).

        Raises UnknownCoaching, NotYours, CoachingClosed.
        """

        def change(coaching: Coaching) -> None:
            coaching.trigger_event(
                Coaching.GateChecked,
                **_about(coaching),
                wrong=wrong,
                on_day=self._day(by),
                by=by,
            )

        return self._change(coaching_id, change, by)

    def defer(self, coaching_id: str, until: date, *, by: By) -> Receipt:
        """Agree on another day (改约). Raises BadValue for a day that is not to come."""

        def change(coaching: Coaching) -> None:
            today = self._day(by)
            if not today < until <= today + timedelta(days=60):
                raise BadValue(field="until", value=until.isoformat())
            coaching.trigger_event(
                Coaching.Deferred, **_about(coaching), until=until, wrong=coaching.wrong, by=by
            )

        return self._change(coaching_id, change, by)

    def hold(self, coaching_id: str, session: Session, *, by: By) -> Receipt:
        """Record the session; the gate must have been passed on the same day (R-72).

        Raises GateNotPassed, EmptyText, BadValue (no method, held already), and as ``check_gate``.
        """

        def change(coaching: Coaching) -> None:
            today = self._day(by)
            if coaching.gate_passed_on != today:
                raise GateNotPassed(wrong=list(coaching.wrong) or ["not_checked"])
            if coaching.held_on is not None:
                raise CoachingClosed(coaching_id=coaching_id)
            if not session.methods:
                raise BadValue(field="methods", value=0)
            coaching.trigger_event(
                Coaching.Held,
                **_about(coaching),
                supervisor_id=by.actor,
                moment=coaching.moment,
                methods=tuple(session.methods),
                skills=tuple(session.skills),
                summary=needed(session.summary, "summary"),
                summary_length=len(session.summary.strip()),
                commitments=needed(session.commitments, "commitments"),
                on_day=today,
                by=by,
            )

        return self._change(coaching_id, change, by)

    def evaluate(
        self, coaching_id: str, final_behaviour: str, effect: int, next_on: date, *, by: By
    ) -> Receipt:
        """Close a session with final behaviour, effect and the next time (R-74).

        Raises NotHeldYet, NotYours (only who held it), EmptyText, BadValue, CoachingClosed.
        """

        def change(coaching: Coaching) -> None:
            if coaching.held_on is None:
                raise NotHeldYet(coaching_id=coaching_id)
            if by.actor != coaching.held_by:
                raise NotYours(what="coaching")
            if effect not in range(1, 6):
                raise BadValue(field="effect", value=effect)
            if not self._day(by) < next_on <= self._day(by) + timedelta(days=366):
                raise BadValue(field="next_on", value=next_on.isoformat())
            coaching.trigger_event(
                Coaching.Evaluated,
                **_about(coaching),
                final_behaviour=needed(final_behaviour, "final_behaviour"),
                effect=effect,
                next_on=next_on,
                by=by,
            )

        return self._change(coaching_id, change, by)

    def drop(self, coaching_id: str, reason: str, *, by: By) -> Receipt:
        """Leave a suggestion of the record aside; what an agent asked for is always answered.

        Raises NotYours (asked for by the agent, or held already), EmptyText.
        """

        def change(coaching: Coaching) -> None:
            if coaching.origin is Origin.AGENT or coaching.held_on is not None:
                raise NotYours(what="coaching")
            coaching.trigger_event(
                Coaching.Dropped, **_about(coaching), reason=needed(reason, "reason"), by=by
            )

        return self._change(coaching_id, change, by)

    def comment(self, coaching_id: str, words: str, *, by: By) -> Receipt:
        """Add words of one's own, as the agent. Raises NotYours, NotHeldYet, EmptyText."""

        def decide() -> list[Aggregate]:
            coaching = self._known(coaching_id)
            if by.actor != coaching.agent_id:
                raise NotYours(what="coaching")
            if coaching.held_on is None:
                raise NotHeldYet(coaching_id=coaching_id)
            coaching.trigger_event(
                Coaching.Commented, **_about(coaching), words=needed(words, "words"), by=by
            )
            return [coaching]

        return self._recording.answer(by, decide)

    def measured(
        self,
        coaching_id: str,
        days: int,
        before: Mapping[str, float],
        after: Mapping[str, float],
        by: By,
    ) -> list[Aggregate]:
        """Return the coaching with its effect after 14 or 28 days, for a worker's check."""
        coaching = self._known(coaching_id)
        if coaching.held_on is None or days in coaching.measured:
            return []
        coaching.trigger_event(
            Coaching.EffectMeasured,
            **_about(coaching),
            days=days,
            before=dict(before),
            after=dict(after),
            by=by,
        )
        return [coaching]

    def _day(self, by: By) -> date:
        return self._rules().day_of(by.occurred_at)

    def _known(self, coaching_id: str) -> Coaching:
        coaching = self.find(coaching_id)
        if coaching is None:
            raise UnknownCoaching(coaching_id=coaching_id)
        return coaching

    def _change(self, coaching_id: str, change: Callable[[Coaching], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            coaching = self._known(coaching_id)
            if by.role not in LEADERS or by.actor == coaching.agent_id:
                raise NotYours(what="coaching")
            if coaching.closed:
                raise CoachingClosed(coaching_id=coaching_id)
            change(coaching)
            return [coaching]

        return self._recording.answer(by, decide)


def proposed(proposal: Proposal, by: By) -> Coaching:
    """Return the new coaching of a proposal."""
    coaching: Coaching = Coaching._create(
        Coaching.Proposed,
        id=coaching_stream(proposal.coaching_id),
        coaching_id=proposal.coaching_id,
        agent_id=proposal.agent_id,
        team_id=proposal.team_id,
        supervisor_id=proposal.supervisor_id,
        moment=proposal.moment,
        origin=proposal.origin,
        on_day=proposal.on_day,
        evidence=dict(proposal.evidence),
        wish=optional(proposal.wish, "wish"),
        by=by,
    )
    return coaching


def _about(coaching: Coaching) -> dict[str, str]:
    return {
        "coaching_id": coaching.coaching_id,
        "agent_id": coaching.agent_id,
        "team_id": coaching.team_id,
    }
