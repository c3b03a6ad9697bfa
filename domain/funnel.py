"""An agent's own funnel: calls lead to meetings, meetings to policies (ui.md A5).

It answers "how many calls for two policies?" from the agent's own log, and says how far it can be
trusted: from a few policies alone nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

FEWEST_CALLS = 20  # below this the own rate says nothing
FEW_POLICIES = 5  # below this only a range is honest
SURE = 1.28  # standard errors: the range holds in four cases of five


@dataclass(frozen=True, slots=True)
class Funnel:
    """What was done in a span of time."""

    calls: int
    meetings: int
    policies: int

    @property
    def says_something(self) -> bool:
        """Tell whether there is enough to speak of rates at all."""
        return self.calls >= FEWEST_CALLS

    @property
    def is_thin(self) -> bool:
        """Tell whether there are so few policies that only a range is honest."""
        return self.policies < FEW_POLICIES

    def per(self, calls: int) -> tuple[float, float]:
        """Return the meetings and policies that so many calls have led to."""
        return self.meetings * calls / self.calls, self.policies * calls / self.calls


@dataclass(frozen=True, slots=True)
class CallsNeeded:
    """Calls for a goal: what the own rate says, and the range in which the truth likely lies."""

    likely: int
    low: int
    high: int


def calls_needed(funnel: Funnel, policies: int) -> CallsNeeded | None:
    """Return how many calls so many policies need; None where the log cannot say."""
    if not funnel.says_something or not funnel.policies or policies < 1:
        return None
    low_rate, high_rate = wilson(min(funnel.policies, funnel.calls), funnel.calls)
    return CallsNeeded(
        likely=ceil(policies * funnel.calls / funnel.policies),
        low=ceil(policies / high_rate),
        high=ceil(policies / low_rate),
    )


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """Return the range of a rate after ``hits`` of ``tries`` (Wilson's score interval)."""
    rate, z2 = hits / tries, SURE * SURE
    middle = (rate + z2 / (2 * tries)) / (1 + z2 / tries)
    half = SURE * sqrt(rate * (1 - rate) / tries + z2 / (4 * tries * tries)) / (1 + z2 / tries)
    return middle - half, middle + half
