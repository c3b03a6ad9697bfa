"""A figure of `shilu bench`: what was measured, beside the goal and the raw thing of the same run."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


def load() -> float:
    """Return how many processes wanted a processor in the last minute; 0 where nobody counts."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``beside`` says what the raw thing or the circumstances were.

    ``at_least``: the goal is a floor, otherwise a ceiling. ``load`` is that at the time.
    """

    name: str
    value: float
    goal: float
    unit: str
    at_least: bool = False
    beside: str = ""
    load: float = field(default_factory=load)

    @property
    def met(self) -> bool:
        """Tell whether the goal is held."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints under the figure's name."""
        facts = {"value": self.value, "goal": self.goal, "unit": self.unit, "met": self.met}
        return {**facts, "at_least": self.at_least, "beside": self.beside, "load": self.load}

    def as_row(self) -> tuple[str, ...]:
        """Return the figure's line of the table."""
        sign = "≥" if self.at_least else "≤"
        goal, value = f"{sign} {self.goal:,g} {self.unit}", f"{self.value:,g}"
        return self.name, value, goal, "met" if self.met else "MISSED", self.beside


def at_share(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of them lies: .99 for the 99th percentile."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def machine() -> str:
    """Return what these figures were measured on."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 30
    cores, system = os.cpu_count(), f"{platform.system()} {platform.machine()}"
    return f"{cores} processors, {pages} GB, {system}, Python {platform.python_version()}"
