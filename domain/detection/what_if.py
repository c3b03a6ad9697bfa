"""What would change the picture of a case, from the items that were put before a human.

The items name how many customers said what; with one call more or less the Bayes factor of
`evidence` gives by how much the log-odds would move.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.detection.evidence import (
    ORDER,
    Outcome,
    log_bayes_factor,
    logistic,
    logit,
    made_up_share,
)

MOST_CALLS = 20


@dataclass(frozen=True, slots=True)
class WhatIf:
    """``confirmations``: how many more would take the case below its line, None beyond 20.

    ``without_one``: P(fabricates) were one contradiction a mistake; None where there is none.
    ``share`` is the 90 % interval of the made-up share of visits.
    """

    confirmations: int | None
    without_one: float | None
    share: tuple[float, float]


def what_if(
    told: Iterable[tuple[str, Mapping[str, str | int | float]]], posterior: float, line: float
) -> WhatIf:
    """Return what would change a case; ``told`` are the items' names and facts."""
    outcomes = outcomes_of(told)
    return WhatIf(
        _confirmations(outcomes, posterior, line),
        _without_one(outcomes, posterior),
        made_up_share(outcomes, posterior)[1],
    )


def outcomes_of(
    told: Iterable[tuple[str, Mapping[str, str | int | float]]],
) -> list[Outcome]:
    """Return the outcomes that the items of calls count."""
    counts = {name.removeprefix("calls_"): facts.get("count", 0) for name, facts in told}
    return [outcome for outcome in ORDER for _ in range(int(counts.get(outcome, 0)))]


def _confirmations(outcomes: list[Outcome], posterior: float, line: float) -> int | None:
    for more in range(1, MOST_CALLS + 1):
        if _moved(posterior, outcomes, [*outcomes, *[Outcome.CONFIRM] * more]) < line:
            return more
    return None


def _without_one(outcomes: list[Outcome], posterior: float) -> float | None:
    for contradiction in (Outcome.DENY, Outcome.NO_SUCH_PERSON):
        if contradiction in outcomes:
            fewer = list(outcomes)
            fewer.remove(contradiction)
            return _moved(posterior, outcomes, fewer)
    return None


def _moved(posterior: float, before: list[Outcome], after: list[Outcome]) -> float:
    inside = min(max(posterior, 1e-9), 1.0 - 1e-9)
    return logistic(logit(inside) + log_bayes_factor(after) - log_bayes_factor(before))
