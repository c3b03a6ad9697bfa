"""What calls prove (detection.md, section 3): log-odds that add up from named items.

log-odds = logit(0.12) + rule + log BF. The rule part is 0.8 (z - 1.25) with the robust z of
`suspicion`, clamped to [-2, +3] nats, so that no log alone can accuse; `pooling.fitted_weights`
learns starting point and slope from the branch's own calls. The Bayes factor BF asks
how well the outcomes fit an agent with a made-up share t ~ Beta(1.5, 2) of visits, against an
honest one with t ~ Beta(1, 60), whose rare contradictions are mishaps; t lies on 200 grid points.
Weights are natural logarithms (nats).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import comb, exp, log
from types import MappingProxyType

import numpy as np

from domain.detection.suspicion import Suspicion
from domain.detection.visit_log import Real
from domain.words import CallbackOutcome

BASE_RATE = 0.12
RULE_SLOPE = 0.8
RULE_MIDDLE = 1.25  # z of a log that neither accuses nor excuses: 0.8 z - 1 = 0
RULE_LEAST, RULE_MOST = -2.0, 3.0
GRID: Real = (np.arange(200) + 0.5) / 200
FABRICATOR, HONEST = (1.5, 2.0), (1.0, 60.0)  # Beta parameters of the made-up share
SHOWN_SIGNALS = 3  # on the card by name; the rest is summed in one item
CREDIBLE = 0.90


class Outcome(StrEnum):
    """The six outcomes that the table of section 3 weighs, in its order."""

    CONFIRM = "confirm"
    DENY = "deny"
    WRONG_NUMBER = "wrong_number"
    NO_SUCH_PERSON = "no_such_person"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"


Table = tuple[tuple[float, float], ...]  # (P(outcome | made up), P(outcome | true)) by Outcome
OUTCOME_TABLE: Table = (  # not normalised, only the ratios matter
    (0.18, 0.57),  # confirm
    (0.32, 0.026),  # deny
    (0.10, 0.06),  # wrong number: weak, half of them are typing errors
    (0.05, 0.006),  # nobody of that name
    (0.33, 0.36),  # unreachable
    (0.02, 0.018),  # refused
)
ORDER = tuple(Outcome)
CONTRADICTIONS = frozenset({Outcome.DENY, Outcome.NO_SUCH_PERSON})

_SIX: Mapping[CallbackOutcome, Outcome] = MappingProxyType(
    {
        CallbackOutcome.CONFIRMED: Outcome.CONFIRM,
        CallbackOutcome.DENIED: Outcome.DENY,
        CallbackOutcome.WRONG_PERSON: Outcome.NO_SUCH_PERSON,
        CallbackOutcome.INVALID_NUMBER: Outcome.WRONG_NUMBER,
        CallbackOutcome.UNREACHABLE: Outcome.UNREACHABLE,
        CallbackOutcome.REFUSED: Outcome.REFUSED,
    }
)


def six_way(outcome: CallbackOutcome) -> Outcome | None:
    """Return the outcome of the table for one of R-56, or None where it is no evidence.

    ``wrong_person`` (the number belongs to somebody who knows neither) is 'nobody of that name';
    ``invalid_number`` (空号) is the weak wrong number. ``cannot_recall`` never counts against the
    agent, ``not_asked`` says nothing, and ``partly`` neither proves nor contradicts: the visit
    may have been a phone call, or the day mistaken. All three weigh nothing.
    """
    return _SIX.get(outcome)


@dataclass(frozen=True, slots=True)
class Item:
    """One named part of a score: ``weight`` in nats, and the facts its sentence tells."""

    name: str
    weight: float
    facts: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Weights:
    """What log and branch weigh: ``base`` = share of fabricators, ``slope`` of the rule on z.

    ``version`` names them on every judgement.
    """

    base: float
    slope: float
    version: str


PUBLISHED = Weights(BASE_RATE, RULE_SLOPE, "published")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Log-odds of fabrication; ``items`` add up to ``log_odds`` within 1e-6."""

    log_odds: float
    posterior: float
    share: float  # posterior mean of the made-up share of visits
    interval: tuple[float, float]  # 90 % credible interval of that share
    items: tuple[Item, ...]


def bayes_factor(outcomes: Iterable[Outcome], table: Table = OUTCOME_TABLE) -> float:
    """Return BF of fabricator against honest for these outcomes; their order does not matter."""
    return exp(_log_bf(counted(outcomes), table))


def posterior_from_calls(outcomes: Iterable[Outcome], base: float = BASE_RATE) -> float:
    """Return P(fabricator) from calls alone."""
    return logistic(logit(base) + _log_bf(counted(outcomes), OUTCOME_TABLE))


def weigh(
    suspicion: Suspicion | None,
    outcomes: Iterable[Outcome],
    table: Table = OUTCOME_TABLE,
    weights: Weights = PUBLISHED,
    doubt: float = 0.0,
) -> Evidence:
    """Return the evidence against one agent; ``suspicion`` None means that no log was looked at.

    ``doubt`` = P(nobody in the branch makes visits up), by the calls about the others.
    """
    counts = counted(outcomes)
    start = Item("starting_point", logit(weights.base), {"percent": round(100 * weights.base)})
    prior = (start, *_rule_items(suspicion, weights.slope))
    items = (*prior, *_doubt_item(prior, doubt), *_call_items(counts, table))
    log_odds = sum(item.weight for item in items)
    posterior = logistic(log_odds)
    share, interval = _made_up_share(counts, posterior, table)
    return Evidence(log_odds, posterior, share, interval, items)


def rule_log_odds(z: float, slope: float = RULE_SLOPE) -> float:
    """Return the clamped part that the log has in the log-odds, -2 to +3 nats."""
    return min(RULE_MOST, max(RULE_LEAST, slope * (z - RULE_MIDDLE)))


def log_bayes_factor(outcomes: Iterable[Outcome], table: Table = OUTCOME_TABLE) -> float:
    """Return log BF of fabricator against honest, in nats."""
    return _log_bf(counted(outcomes), table)


def made_up_share(
    outcomes: Iterable[Outcome], posterior: float, table: Table = OUTCOME_TABLE
) -> tuple[float, tuple[float, float]]:
    """Return mean and 90 % interval of the made-up share of visits, given P(fabricator)."""
    return _made_up_share(counted(outcomes), posterior, table)


def logit(p: float) -> float:
    """Return log(p / (1 - p))."""
    return log(p / (1.0 - p))


def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return 1.0 / (1.0 + exp(-x)) if x >= 0 else exp(x) / (1.0 + exp(x))


def counted(outcomes: Iterable[Outcome]) -> tuple[int, ...]:
    """Return how often each outcome came, by `ORDER`."""
    counted = Counter(outcomes)
    return tuple(counted[outcome] for outcome in ORDER)


def _rule_items(suspicion: Suspicion | None, slope: float) -> tuple[Item, ...]:
    """Return the rule part by signal: the strongest by name, the others and the usual together."""
    if suspicion is None:
        return ()
    strongest = sorted(suspicion.signals, key=lambda s: (-s.pull, s.name))
    shown = [found for found in strongest[:SHOWN_SIGNALS] if found.pull > 0]
    items = [
        Item(
            found.name,
            slope * found.pull,
            {"count": found.count, "total": found.total, "peers": found.peers},
        )
        for found in shown
    ]
    rest = rule_log_odds(suspicion.z, slope) - sum(item.weight for item in items)
    return (*items, Item("beside_colleagues", rest, {"others": len(strongest) - len(shown)}))


def _doubt_item(prior: Iterable[Item], doubt: float) -> tuple[Item, ...]:
    """Return by how much logit((1 - doubt) p) is below logit(p), p = what the log alone says."""
    if doubt <= 0.0:
        return ()
    before = sum(item.weight for item in prior)
    after = logit((1.0 - doubt) * logistic(before))
    return (Item("branch_without", after - before, {"percent": round(100 * doubt)}),)


def _call_items(counts: tuple[int, ...], table: Table) -> tuple[Item, ...]:
    """Return the part of each kind of outcome in log BF: its Shapley value, free of any order."""
    present = [i for i, n in enumerate(counts) if n]
    parts = _shapley(counts, present, table)
    return tuple(
        Item(f"calls_{ORDER[i]}", part, {"count": counts[i], "total": sum(counts)})
        for i, part in zip(present, parts, strict=True)
    )


def _shapley(counts: tuple[int, ...], players: Sequence[int], table: Table) -> list[float]:
    size = len(players)
    worth = [
        _log_bf(tuple(n if _in(i, players, subset) else 0 for i, n in enumerate(counts)), table)
        for subset in range(1 << size)
    ]
    return [
        sum(
            (worth[subset | 1 << k] - worth[subset]) / (size * comb(size - 1, subset.bit_count()))
            for subset in range(1 << size)
            if not subset >> k & 1
        )
        for k in range(size)
    ]


def _in(outcome: int, players: Sequence[int], subset: int) -> bool:
    return outcome in players and bool(subset >> players.index(outcome) & 1)


@lru_cache(maxsize=65536)
def _log_bf(counts: tuple[int, ...], table: Table) -> float:
    if not any(counts):
        return 0.0
    likelihood = _log_likelihood(counts, table)
    top = float(likelihood.max())
    scaled = np.exp(likelihood - top)
    return log(float(scaled @ FABRICATOR_PRIOR)) - log(float(scaled @ HONEST_PRIOR))


def _log_likelihood(counts: tuple[int, ...], table: Table) -> Real:
    """Return sum_k log(t P(o_k | made up) + (1 - t) P(o_k | true)) for each t of the grid."""
    return np.asarray(np.array(counts, dtype=np.float64) @ _log_mixture(table))


def _made_up_share(
    counts: tuple[int, ...], posterior: float, table: Table
) -> tuple[float, tuple[float, float]]:
    likelihood = _log_likelihood(counts, table)
    scaled = np.exp(likelihood - likelihood.max())
    fake, honest = scaled * FABRICATOR_PRIOR, scaled * HONEST_PRIOR
    mass = posterior * fake / fake.sum() + (1.0 - posterior) * honest / honest.sum()
    below = np.cumsum(mass)
    tail = (1.0 - CREDIBLE) / 2.0
    low, high = (int(np.searchsorted(below, p)) for p in (tail, 1.0 - tail))
    return float(mass @ GRID), (float(GRID[low]), float(GRID[min(high, len(GRID) - 1)]))


@lru_cache(maxsize=64)
def _log_mixture(table: Table) -> Real:
    mixture = [GRID * fake + (1.0 - GRID) * true for fake, true in table]
    return np.asarray(np.log(np.array(mixture)))


def _beta(parameters: tuple[float, float]) -> Real:
    density = GRID ** (parameters[0] - 1.0) * (1.0 - GRID) ** (parameters[1] - 1.0)
    return np.asarray(density / density.sum())


FABRICATOR_PRIOR, HONEST_PRIOR = _beta(FABRICATOR), _beta(HONEST)
