"""How much of something an agent shows, beside colleagues (detection.md, section 2)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from domain.detection.visit_log import (
    AGENT_STEP,
    CLOSING,
    FACE,
    NEW,
    Flags,
    Real,
    VisitLog,
    Whole,
)

ENOUGH_VISITS = 10  # below, a rate says nothing about the agent


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of a signal each agent shows: ``count`` of ``total``, and the ``value`` compared.

    A larger ``value`` is more surprising; a value of 0 or less is never surprising.
    """

    value: Real
    count: Whole
    total: Whole


def share_of_visits(
    flag: Callable[[VisitLog], Flags], steady: float = 20.0
) -> Callable[[VisitLog], Measure]:
    """Return the measure of a flag: flagged / (visits + steady), so that few visits say little."""

    def measure(log: VisitLog) -> Measure:
        count = np.bincount(log.agent[flag(log)], minlength=len(log.agents))
        return Measure(count / (log.visits_of + steady), count, log.visits_of)

    return measure


def little_variation(log: VisitLog) -> Measure:
    """Measure how alike all durations are: 1 / (CV + 0.05), CV = deviation / mean (signal 11)."""
    told = log.minutes >= 0
    agent, minutes, size = log.agent[told], log.minutes[told], len(log.agents)
    n = np.maximum(np.bincount(agent, minlength=size), 1)
    mean = np.bincount(agent, minutes, size) / n
    spread = np.sqrt(np.maximum(np.bincount(agent, minutes * minutes, size) / n - mean * mean, 0.0))
    variation = spread / np.maximum(mean, 1.0)
    value = np.where(log.visits_of >= ENOUGH_VISITS, 1.0 / (variation + 0.05), 0.0)
    return Measure(value, np.rint(100 * variation).astype(np.int64), log.visits_of)


def no_results(log: VisitLog) -> Measure:
    """Measure (expected - policies) / sqrt(expected + 1), expected = closings x team rate (13)."""
    closings = np.bincount(log.agent[log.kind == CLOSING], minlength=len(log.agents))
    rate = log.policies.sum() / max(int(closings.sum()), 1)
    expected = closings * rate
    value = (expected - log.policies) / np.sqrt(expected + 1.0)
    return Measure(np.where(log.policies.sum() > 0, value, 0.0), log.policies, closings)


def exactly_on_target(log: VisitLog) -> Measure:
    """Measure the share of days with exactly 3 meetings, 1 closing and 1 new visit (signal 12).

    The target itself causes it, so it only counts beside colleagues and weighs little.
    """
    size = len(log.agents)
    days, inverse = np.unique(log.agent_day, return_inverse=True)
    exact = np.ones(len(days), dtype=np.bool_)
    for kind, wanted in ((FACE, 3), (CLOSING, 1), (NEW, 1)):
        exact &= np.bincount(inverse, log.kind == kind, len(days)) == wanted
    agent = days // AGENT_STEP
    count = np.bincount(agent[exact], minlength=size)
    total = np.bincount(agent, minlength=size)
    return Measure(count / (total + 10.0), count, total)
