"""What the branch's own calls teach, shrunk to the published figures (detection.md, section 3).

Honest calls: annoyed customers, poor phone lists.

The column P(outcome | true) of the table is re-estimated from the branch's own calls to customers
of agents with an ordinary log: a Dirichlet prior worth `PRIOR_CALLS` calls of the table, plus each
call in the measure in which its visit is probably true. That measure looks at all calls about the
agent together, with the two readings of `evidence` (made-up share ~ Beta of a fabricator, or of an
honest agent): denials spread over many agents are how customers here answer, the same number
crowded on one agent is not, and teaches little. Calls to agents with a striking log stay out: they
were sought for their denials, and would teach that denials are normal.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from domain.detection.evidence import (
    BASE_RATE,
    FABRICATOR_PRIOR,
    GRID,
    HONEST_PRIOR,
    ORDER,
    OUTCOME_TABLE,
    RULE_LEAST,
    RULE_MIDDLE,
    RULE_MOST,
    Outcome,
    Table,
    Weights,
    logistic,
    logit,
    rule_log_odds,
)
from domain.detection.visit_log import Real

PRIOR_CALLS = 60.0
ROUNDS, CLOSE = 20, 1e-7  # at most so many, and until no probability moves by more
MISHAPS = frozenset({Outcome.DENY, Outcome.WRONG_NUMBER, Outcome.NO_SUCH_PERSON})

ORDINARY_Z = 1.0  # robust z of a log above which its agent's calls teach nothing

SLOPE, SLOPE_SPREAD = 1.0, 0.45  # of the rule on z, over simulated branches of all kinds
BASE_SPREAD = 0.8  # of the base rate between branches, in nats
GRID_STEPS = 15
MOST_FACTOR = 30.0  # nats; beyond, a factor is certainty all the same

NOBODY = 0.2  # P(nobody makes visits up) of a branch about which nothing is known


@dataclass(frozen=True, slots=True)
class AgentCalls:
    """What the calls about one agent came to, by `ORDER`; ``prior`` = P(fabricator) by the log."""

    counts: tuple[int, ...]
    prior: float


@dataclass(frozen=True, slots=True)
class Doubts:
    """P(nobody in the branch makes visits up): by ``all`` calls, and by those of the ``others``."""

    all: float
    others: Mapping[str, float]

    def of(self, agent_id: str) -> float:
        """Return the doubt that speaks for an agent, whose own calls are left out."""
        return self.others.get(agent_id, self.all)


def prior_of_agent(z: float) -> float:
    """Return P(an agent makes visits up) from the robust z of the log alone."""
    return logistic(logit(BASE_RATE) + rule_log_odds(z))


def pooled_table(agents: Sequence[AgentCalls]) -> Table:
    """Return the branch's own table; the made-up column keeps the published values.

    By expectation and maximisation, `ROUNDS` times at most: how likely each agent's made-up share is
    under the table so far, then the table under those shares.
    """
    fake, prior = np.array(_normalised(0)), np.array(_normalised(1))
    counts = np.array([one.counts for one in agents], dtype=np.float64).reshape(-1, len(ORDER))
    before = _share_prior(agents)
    true = prior
    for _ in range(ROUNDS):
        honest = np.multiply.outer(true, 1.0 - GRID)
        mixture = honest + np.multiply.outer(fake, GRID)
        shares = _posterior(counts @ np.log(mixture) + before)
        probably_true = shares @ (honest / mixture).T
        total = PRIOR_CALLS * prior + (counts * probably_true).sum(axis=0)
        before_it, true = true, total / total.sum()
        if np.abs(true - before_it).max() < CLOSE:
            break
    return tuple(zip(fake.tolist(), true.tolist(), strict=True))


def _share_prior(agents: Sequence[AgentCalls]) -> Real:
    """Return log P(made-up share) by agent and point of the grid, from the log alone."""
    chance = np.array([one.prior for one in agents], dtype=np.float64)[:, None]
    return np.asarray(np.log(chance * FABRICATOR_PRIOR + (1.0 - chance) * HONEST_PRIOR))


def _posterior(fit: Real) -> Real:
    mass = np.exp(fit - fit.max(axis=1, keepdims=True))
    return np.asarray(mass / mass.sum(axis=1, keepdims=True))


def fitted_weights(found: Iterable[tuple[float, float]]) -> Weights:
    """Return starting point and slope that the branch's verified calls speak for.

    ``found``: robust z and log Bayes factor of the calls, one an agent called. With
    pi(z) = logistic(base + rule(z; slope)) the calls have the likelihood
    product (1 + pi(z) (BF - 1)); times a normal prior around the published base rate and
    `SLOPE` (partial pooling: a branch with few calls stays there); the means over a grid. Which
    agents were called does not bias it, for the choice rests only on what was known.
    """
    fit = _fits(sorted(found)).sum(axis=2) + _log_prior()
    mass = np.exp(fit - fit.max())
    mass /= mass.sum()
    base = round(logistic(float(mass.sum(axis=1) @ _BASES)), 4)
    slope = round(float(mass.sum(axis=0) @ _SLOPES), 3)
    version = hashlib.sha256(f"{base}/{slope}".encode()).hexdigest()[:8]
    return Weights(base, slope, version)


def doubts(found: Mapping[str, tuple[float, float]]) -> Doubts:
    """Return P(nobody in this branch makes visits up) for each agent, the own calls left out.

    Two readings of the calls of all others: each is honest, or a share of them is not, as in
    `fitted_weights`. By Bayes the doubt is NOBODY / (NOBODY + (1 - NOBODY) m) with m = the mean of
    product (1 + pi (BF - 1)) over the prior. Leaving the own calls out keeps one agent's bad
    luck from passing for a branch of fabricators, and then counting a second time.
    """
    agents = sorted(found)
    fits = _fits([found[agent] for agent in agents])
    prior = _log_prior()
    prior -= _log_sum(prior)
    total = fits.sum(axis=2)
    all_told = _doubt(_log_sum(total + prior))
    own = {a: _doubt(_log_sum(total - fits[:, :, i] + prior)) for i, a in enumerate(agents)}
    return Doubts(all_told, own)


def _doubt(evidence: float) -> float:
    return logistic(logit(NOBODY) - evidence)


def _fits(pairs: Sequence[tuple[float, float]]) -> Real:
    """Return log(1 + pi (BF - 1)) for each base, slope and agent."""
    zs, bfs = (np.array([pair[i] for pair in pairs], dtype=np.float64) for i in (0, 1))
    ratio = np.expm1(np.minimum(bfs, MOST_FACTOR))
    rules = np.clip(np.multiply.outer(_SLOPES, zs - RULE_MIDDLE), RULE_LEAST, RULE_MOST)
    share = 1.0 / (1.0 + np.exp(-(_BASES[:, None, None] + rules)))
    return np.asarray(np.log1p(share * ratio))


def _log_prior() -> Real:
    base = -0.5 * ((_BASES - logit(BASE_RATE)) / BASE_SPREAD)[:, None] ** 2
    return np.asarray(base - 0.5 * ((_SLOPES - SLOPE) / SLOPE_SPREAD) ** 2)


def _log_sum(terms: Real) -> float:
    top = float(terms.max())
    return top + log(float(np.exp(terms - top).sum()))


def _around(middle: float, spread: float) -> Real:
    return np.asarray(middle + spread * np.linspace(-2.0, 2.0, GRID_STEPS))


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


_BASES, _SLOPES = _around(logit(BASE_RATE), BASE_SPREAD), _around(SLOPE, SLOPE_SPREAD)
