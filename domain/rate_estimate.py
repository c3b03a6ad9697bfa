"""How much of a branch's or a team's log is made up, as estimated each week (R-33).

One stream a scope: the branch, or a team. An estimate names nobody; it is a figure with an interval,
or says that there are not enough calls yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.words import By, stream_id

BRANCH = "branch"


def estimate_stream(scope: str) -> UUID:
    """Return the stream of a scope's estimates: ``branch``, or a team's id."""
    return stream_id("rate_estimate", scope)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimate: shares 0 to 1, calls counted. ``low`` and ``high`` are the 95 % interval.

    ``drawn`` calls have an outcome, ``resolved`` of them a yes or no; ``set_aside`` were not made.
    """

    scope: str
    day: date
    rate: float
    low: float
    high: float
    resolved: int
    drawn: int
    set_aside: int
    enough: bool
    model_version: str


class RateEstimate(Aggregate):
    """The estimates of one scope."""

    TOPIC = "rate_estimate"

    class Opened(Created):
        """The first estimate of this scope is about to come."""

        TOPIC = "rate_estimate.opened.v1"
        scope: str

    class Estimated(Aggregate.Event):
        """The share of made-up visits was estimated from the drawn calls."""

        TOPIC = "rate_estimate.estimated.v1"
        scope: str
        day: date
        rate: float
        low: float
        high: float
        resolved: int
        drawn: int
        set_aside: int
        enough: bool
        model_version: str

    @event(Opened)
    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.day: date | None = None

    @event(Estimated)
    def _estimated(self, day: date) -> None:
        self.day = day


class RateEstimates:
    """Puts estimates on record, for the worker."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def estimated(self, estimate: Estimate, by: By) -> list[Aggregate]:
        """Return the scope with a new estimate, not yet appended; [] if that day has one."""
        stream = estimate_stream(estimate.scope)
        found = self._recording.find(RateEstimate, stream)
        if found is None:
            found = RateEstimate._create(
                RateEstimate.Opened, id=stream, scope=estimate.scope, by=by
            )
        if found.day == estimate.day:
            return []
        found.trigger_event(
            RateEstimate.Estimated,
            **{name: getattr(estimate, name) for name in Estimate.__slots__},
            by=by,
        )
        return [found]
