"""How an agent's log looks beside the colleagues' logs (detection.md, section 2, rule scoring).

One-sided peer surprise s = min(2, -log10(share of colleagues at or above)) for each signal,
weighted sum, robust z over the branch. It chooses whom to call and never accuses by itself.
The reference group is the whole branch: a single team is smaller than the 30 that it takes. In a
branch below 30 the z is damped by n / 30, for the first of five is nobody special.
"""

from dataclasses import dataclass

import numpy as np

from domain.detection.measures import ENOUGH_VISITS, Measure
from domain.detection.signals import SIGNALS, Signal
from domain.detection.visit_log import Real, VisitLog

MOST_SURPRISE = 2.0
MAD_TO_DEVIATION = 1.4826
ENOUGH_PEERS = 30
LEAST_SPREAD = 0.5  # of the weighted sum; a branch of angels must not magnify a trifle


@dataclass(frozen=True, slots=True)
class SignalFound:
    """One signal of one agent: ``surprise`` 0 to 2, ``pull`` = its part of the robust z."""

    name: str
    surprise: float
    pull: float
    count: int
    total: int
    peers: float  # per cent of colleagues who show as much or more (half of oneself counted)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The robust ``z`` of an agent's log: the pulls of all signals + ``usual`` add up to it."""

    agent_id: str
    z: float
    usual: float
    signals: tuple[SignalFound, ...]


def surprise(values: Real) -> tuple[Real, Real]:
    """Return each agent's one-sided surprise and the share of colleagues at or above.

    The share is (others at or above + 1/2) / all: the half keeps the first of few from being
    infinitely surprising. A value of 0 or less shows nothing and surprises nobody.
    """
    if not len(values):
        return values, values
    ranked = np.sort(values)
    above = len(values) - np.searchsorted(ranked, values - 1e-12, side="left")
    share = (above - 0.5) / len(values)
    found = np.where(values > 0, np.minimum(MOST_SURPRISE, -np.log10(share)), 0.0)
    return found, share


def suspicions(log: VisitLog, signals: tuple[Signal, ...] = SIGNALS) -> dict[str, Suspicion]:
    """Return the suspicion of every agent of the roster, in its order."""
    measures = [signal.measure(log) for signal in signals]
    looked = [surprise(measure.value) for measure in measures]
    weights = np.array([signal.weight for signal in signals])
    surprises = np.array([found for found, _ in looked]).reshape(len(signals), -1)
    total = _added(weights[:, None] * surprises)
    middle, spread = _middle_and_spread(total[log.visits_of >= ENOUGH_VISITS])
    spread /= min(1.0, max(len(log.agents), 1) / ENOUGH_PEERS)
    pulls = weights[:, None] * surprises / spread
    shares = [share for _, share in looked]
    return {
        agent: Suspicion(
            agent_id=agent,
            z=float((total[i] - middle) / spread),
            usual=float(-middle / spread),
            signals=_found(i, signals, measures, surprises, pulls, shares),
        )
        for i, agent in enumerate(log.agents)
    }


def _added(rows: Real) -> Real:
    """Return the sum of the rows, added one after the other: the same bits on every machine."""
    total = np.zeros(rows.shape[1])
    for row in rows:
        total = total + row
    return total


def _middle_and_spread(totals: Real) -> tuple[float, float]:
    if not len(totals):
        return 0.0, 1.0
    middle = float(np.median(totals))
    deviation = MAD_TO_DEVIATION * float(np.median(np.abs(totals - middle)))
    return middle, max(deviation, LEAST_SPREAD)


def _found(
    i: int,
    signals: tuple[Signal, ...],
    measures: list[Measure],
    surprises: Real,
    pulls: Real,
    shares: list[Real],
) -> tuple[SignalFound, ...]:
    return tuple(
        SignalFound(
            name=signal.name,
            surprise=float(surprises[j, i]),
            pull=float(pulls[j, i]),
            count=int(measures[j].count[i]),
            total=int(measures[j].total[i]),
            peers=round(100.0 * float(shares[j][i]), 1),
        )
        for j, signal in enumerate(signals)
        if surprises[j, i] > 0
    )
