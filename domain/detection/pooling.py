"""What the branch's own calls teach, shrunk to the published figures (detection.md, section 3).

Honest calls: annoyed customers, poor phone lists.

The column P(outcome | true) of the table is re-estimated from the branch's own calls to customers
of agents with an ordinary log: a Dirichlet prior worth `PRIOR_CALLS` calls of the table, plus each
call in the measure in which its visit is probably true. Calls to agents with a striking log stay
out: they were sought for their denials, and would teach that denials are normal. The log alone
decides it, never the agent's other calls, which would argue in a circle.
"""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np

from domain.detection.evidence import (
    BASE_RATE,
    FABRICATOR,
    ORDER,
    OUTCOME_TABLE,
    RULE_LEAST,
    RULE_MOST,
    RULE_SHIFT,
    Outcome,
    Table,
    Weights,
    logistic,
    logit,
    rule_log_odds,
)
from domain.detection.visit_log import Real

PRIOR_CALLS = 60.0
ROUNDS = 20
MISHAPS = frozenset({Outcome.DENY, Outcome.WRONG_NUMBER, Outcome.NO_SUCH_PERSON})

ORDINARY_Z = 1.0  # robust z of a log above which its agent's calls teach nothing

SLOPE, SLOPE_SPREAD = 1.0, 0.45  # of the rule on z, over simulated branches of all kinds
BASE_SPREAD = 0.8  # of the base rate between branches, in nats
GRID_STEPS = 15
MOST_FACTOR = 30.0  # nats; beyond, a factor is certainty all the same

ToldCall = tuple[Outcome, float]  # outcome, prior P(visit made up)


def prior_of_visit(z: float) -> float:
    """Return P(a visit is made up) from the robust z of its agent's log alone."""
    agent = logistic(logit(BASE_RATE) + rule_log_odds(z))
    return agent * FABRICATOR[0] / sum(FABRICATOR)


def pooled_table(calls: Sequence[ToldCall]) -> Table:
    """Return the branch's own table; the made-up column keeps the published values."""
    fake, prior = np.array(_normalised(0)), np.array(_normalised(1))
    told = np.array([ORDER.index(outcome) for outcome, _ in calls], dtype=np.int64)
    made_up = np.array([share for _, share in calls], dtype=np.float64)
    true = prior
    for _ in range(ROUNDS):
        honest = (1.0 - made_up) * true[told]
        probably_true = honest / (honest + made_up * fake[told])
        counts = PRIOR_CALLS * prior + np.bincount(told, probably_true, minlength=len(ORDER))
        true = counts / counts.sum()
    return tuple(zip(fake.tolist(), true.tolist(), strict=True))


def fitted_weights(found: Iterable[tuple[float, float]]) -> Weights:
    """Return starting point and slope that the branch's verified calls speak for.

    ``found``: robust z and log Bayes factor of the calls, one an agent called. With
    pi(z) = logistic(base + rule(z; slope)) the calls have the likelihood
    product (1 + pi(z) (BF - 1)); times a normal prior around the published base rate and
    `SLOPE` (partial pooling: a branch with few calls stays there); the means over a grid. Which
    agents were called does not bias it, for the choice rests only on what was known.
    """
    pairs = sorted(found)
    zs, bfs = (np.array([pair[i] for pair in pairs]) for i in (0, 1))
    bases, slopes = _around(logit(BASE_RATE), BASE_SPREAD), _around(SLOPE, SLOPE_SPREAD)
    ratio = np.expm1(np.minimum(bfs, MOST_FACTOR))
    rules = np.clip(np.multiply.outer(slopes, zs) + RULE_SHIFT, RULE_LEAST, RULE_MOST)
    share = 1.0 / (1.0 + np.exp(-(bases[:, None, None] + rules)))
    fit = np.log1p(share * ratio).sum(axis=2)
    fit -= 0.5 * ((bases - logit(BASE_RATE)) / BASE_SPREAD)[:, None] ** 2
    fit -= 0.5 * ((slopes - SLOPE) / SLOPE_SPREAD) ** 2
    mass = np.exp(fit - fit.max())
    mass /= mass.sum()
    base = round(logistic(float(mass.sum(axis=1) @ bases)), 4)
    slope = round(float(mass.sum(axis=0) @ slopes), 3)
    version = hashlib.sha256(f"{base}/{slope}".encode()).hexdigest()[:8]
    return Weights(base, slope, version)


def _around(middle: float, spread: float) -> Real:
    return middle + spread * np.linspace(-2.0, 2.0, GRID_STEPS)


def lenient_table(pooled: Table) -> Table:
    """Return the table for judging people: the branch's own mishaps excuse, but never accuse.

    P(mishap | true) is the larger of the published and the branch's own value, and a mishap never
    speaks for the agent either.
    """
    return tuple(
        _excused(published, own) if outcome in MISHAPS else published
        for outcome, published, own in zip(ORDER, OUTCOME_TABLE, pooled, strict=True)
    )


def _excused(published: tuple[float, float], own: tuple[float, float]) -> tuple[float, float]:
    true = max(published[1], own[1])
    return max(published[0], true), true


def _normalised(column: int) -> list[float]:
    total = sum(row[column] for row in OUTCOME_TABLE)
    return [row[column] / total for row in OUTCOME_TABLE]
