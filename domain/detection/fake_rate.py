"""How much of a branch's log is made up, from calls of known probability (section 3).

Each call weighs h = 1 / (N p), so that risk-directed calls do not bias the rate (Hajek ratio).
Calls chosen by hand have no probability and stay out. A single team cannot know its rate within a
quarter: show the interval, or say that there are not enough calls yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from domain.detection.evidence import HONEST, ORDER, OUTCOME_TABLE, Outcome, Table
from domain.detection.judgement import Judgement
from domain.detection.visit_log import Real

RESOLVED = (Outcome.CONFIRM, Outcome.DENY, Outcome.WRONG_NUMBER, Outcome.NO_SUCH_PERSON)
FEWEST_RESOLVED = 30  # below, not even the branch shows a rate


@dataclass(frozen=True, slots=True)
class DrawnCall:
    """The outcome of one call; ``weight`` = 1 / (frame size x probability of the draw)."""

    outcome: Outcome
    weight: float


@dataclass(frozen=True, slots=True)
class FakeRate:
    """The estimated share of made-up visits with its 95 % interval.

    ``enough`` is False when there are too few resolved calls to show anything; ``above_zero`` is
    False when the contradictions are no more than honest mishaps explain.
    """

    rate: float
    interval: tuple[float, float]
    resolved: int
    enough: bool
    above_zero: bool


def rogan_gladen(calls: Sequence[DrawnCall]) -> float:
    """Return (q - (1 - Sp)) / (Se + Sp - 1), clipped to [0, 1]; q = contradicted of resolved.

    q is the Hajek ratio; Se and Sp follow from the outcome table, wrong numbers counted in q.
    """
    resolved = [call for call in calls if call.outcome in RESOLVED]
    total = sum(call.weight for call in resolved)
    if total <= 0.0:
        return 0.0
    q = sum(call.weight for call in resolved if call.outcome != Outcome.CONFIRM) / total
    se, false_alarm = (_contradicted(column) for column in (0, 1))
    return min(1.0, max(0.0, (q - false_alarm) / (se - false_alarm)))


def fake_rate(calls: Sequence[DrawnCall], table: Table = OUTCOME_TABLE) -> FakeRate:
    """Return the rate that maximises sum h log(pi P(o|fake) + (1 - pi) P(o|true)), with interval.

    All six outcomes count; ``table`` may be the branch's own (`pooling.pooled_table`). The interval holds the rates whose likelihood is not too small for
    chance (likelihood ratio, 95 %), at the effective number of calls (sum h)^2 / sum h^2.
    """
    resolved = sum(call.outcome in RESOLVED for call in calls)
    likelihood = _log_likelihood(calls, table)
    best = int(likelihood.argmax())
    inside = _RATES[likelihood >= likelihood[best] - LIKELY]
    interval = (float(inside[0]), float(inside[-1]))
    return FakeRate(
        rate=float(_RATES[best]),
        interval=interval,
        resolved=resolved,
        enough=resolved >= FEWEST_RESOLVED,
        above_zero=interval[0] > 0.0,
    )


def expected_rate(judged: Mapping[str, Judgement], visits: Mapping[str, int]) -> float:
    """Return the share of made-up visits that log and calls of all agents together speak for.

    What an honest agent is granted for mishaps (the mean of Beta(1, 60)) is no fabrication.
    """
    granted = HONEST[0] / sum(HONEST)
    found = sum(
        visits.get(agent, 0) * (one.share - (1.0 - one.posterior) * granted)
        for agent, one in judged.items()
    )
    return min(1.0, max(0.0, found / max(sum(visits.values()), 1)))


def assisted_rate(
    calls: Sequence[DrawnCall], expected: float, table: Table = OUTCOME_TABLE
) -> FakeRate:
    """Return the rate of the drawn calls, steadied by what all judgements let expect.

    Bayes on a grid: the likelihood of `fake_rate` times a normal prior around ``expected`` with
    `EXPECTED_DEVIATION`; the mean and the 95 % interval. A few hundred calls alone leave +-7
    points. A mean weighted by the widths of both intervals would not do: the interval of the calls
    is cut off at 0, looks narrow there and would pull the rate down.
    """
    logs = _log_likelihood(calls, table) - 0.5 * ((_RATES - expected) / EXPECTED_DEVIATION) ** 2
    mass = np.exp(logs - logs.max())
    mass /= mass.sum()
    low, high = (int(np.searchsorted(np.cumsum(mass), p)) for p in (0.025, 0.975))
    interval = (float(_RATES[low]), float(_RATES[min(high, len(_RATES) - 1)]))
    rate = float(mass @ _RATES)
    alone = fake_rate(calls, table)
    return replace(alone, rate=rate, interval=interval, above_zero=interval[0] > 0.0)


def _log_likelihood(calls: Sequence[DrawnCall], table: Table) -> Real:
    weights = np.array([call.weight for call in calls], dtype=np.float64)
    if not len(weights) or weights.sum() <= 0.0:
        return np.zeros(len(_RATES))
    effective = weights.sum() ** 2 / (weights**2).sum()
    told = [ORDER.index(call.outcome) for call in calls]
    counts = np.bincount(told, weights, minlength=len(ORDER))
    fake, true = (np.array(column) / sum(column) for column in zip(*table, strict=True))
    mixture = np.outer(_RATES, fake) + np.outer(1.0 - _RATES, true)
    return np.asarray(np.log(mixture) @ (counts * effective / weights.sum()))


def _contradicted(column: int) -> float:
    told = {outcome: OUTCOME_TABLE[ORDER.index(outcome)][column] for outcome in RESOLVED}
    return 1.0 - told[Outcome.CONFIRM] / sum(told.values())


# Of the expectation from the truth: .02 over simulated branches, more on the logs of the sample branch.
EXPECTED_DEVIATION = 0.03
LIKELY = 1.92  # half the 95 % point of chi-squared with one degree of freedom
_RATES: Real = np.linspace(0.0, 1.0, 1001)
