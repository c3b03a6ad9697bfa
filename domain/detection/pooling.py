"""What honest calls look like in this branch: annoyed customers, poor phone lists (section 3).

The column P(outcome | true) of the table is re-estimated from the branch's own calls to customers
of agents with an ordinary log: a Dirichlet prior worth `PRIOR_CALLS` calls of the table, plus each
call in the measure in which its visit is probably true. Calls to agents with a striking log stay
out: they were sought for their denials, and would teach that denials are normal. The log alone
decides it, never the agent's other calls, which would argue in a circle.
"""

from collections.abc import Sequence

from domain.detection.evidence import (
    BASE_RATE,
    FABRICATOR,
    ORDER,
    OUTCOME_TABLE,
    Outcome,
    Table,
    logistic,
    logit,
    rule_log_odds,
)

PRIOR_CALLS = 60.0
ROUNDS = 20
MISHAPS = frozenset({Outcome.DENY, Outcome.WRONG_NUMBER, Outcome.NO_SUCH_PERSON})

ORDINARY_Z = 1.0  # robust z of a log above which its agent's calls teach nothing

ToldCall = tuple[Outcome, float]  # outcome, prior P(visit made up)


def prior_of_visit(z: float) -> float:
    """Return P(a visit is made up) from the robust z of its agent's log alone."""
    agent = logistic(logit(BASE_RATE) + rule_log_odds(z))
    return agent * FABRICATOR[0] / sum(FABRICATOR)


def pooled_table(calls: Sequence[ToldCall]) -> Table:
    """Return the branch's own table; the made-up column keeps the published values."""
    fake = _normalised(0)
    prior = true = _normalised(1)
    for _ in range(ROUNDS):
        counts = [PRIOR_CALLS * p for p in prior]
        for outcome, made_up in calls:
            i = ORDER.index(outcome)
            honest = (1.0 - made_up) * true[i]
            counts[i] += honest / (honest + made_up * fake[i])
        total = sum(counts)
        true = [count / total for count in counts]
    return tuple(zip(fake, true, strict=True))


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
