"""What a supervisor owes each day and each week, as pure functions: 1-1-1 (R-41, R-43, R-62)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

CADENCE_DAYS = timedelta(days=7)
"""Tracking calls are counted over the last seven days, so that a Monday owes no more than a Friday."""


class Duty(StrEnum):
    """The three daily duties of a supervisor, and the reviews beside them."""

    CALLBACK = "callback"  # 至少打 1 个电话给属员的客户
    COACHING = "coaching"  # 至少对 1 个属员一对一辅导
    TRACKING = "tracking"  # 至少打 1 个电话给属员
    REVIEW = "review"


DAILY: Mapping[Duty, int] = {Duty.CALLBACK: 1, Duty.COACHING: 1, Duty.TRACKING: 1}
"""1-1-1 (R-41)."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often an agent was called in the last seven days, and how often that should be."""

    agent_id: str
    held: int
    wanted: int

    @property
    def debt(self) -> int:
        """Calls still owed to this agent (R-43)."""
        return max(self.wanted - self.held, 0)


def still_owed(done: Mapping[Duty, int]) -> tuple[Duty, ...]:
    """Return the daily duties that were not done."""
    return tuple(duty for duty, wanted in DAILY.items() if done.get(duty, 0) < wanted)


def calls_a_week(agents: int, each: int) -> tuple[int, int]:
    """Return the tracking calls a week that R-62 asks for so many agents: fewest and most.

    One a day (R-41) is enough for two or three agents; the tension is the handbook's own (R-43).
    """
    return agents * each, agents * (each + 1)
