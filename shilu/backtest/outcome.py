"""What a played branch came to, beside the truth."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from shilu.backtest.play import Played
from shilu.backtest.statistics import area_under_curve, calls_until, precision_at
from shilu.simulation.kinds import Style


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of one branch that the goals are about; ``nan`` where there is nothing to tell.

    Alerts count from the first day on which they were raised, also those taken back later:
    somebody was shown to a supervisor that day.
    """

    kind: str
    seed: int
    auc: float
    auc_two_weeks: float
    visit_auc: float
    visit_precision: float
    fabricators: int
    found: int
    padders: int
    padders_found: int
    honest: int
    falsely: int
    calls_to_half: float
    true_rate: float
    rate: float
    covered: bool


def outcome_of(played: Played) -> Outcome:
    """Return the figures of a played branch."""
    branch, alerted = played.branch, set(played.first_alert) | played.final_alerts
    guilty = {agent for agent, is_one in branch.fabricator.items() if is_one}
    padders = {a for a in guilty if branch.style[a] == Style.PADDER}
    fake = {visit: branch.fake[visit] for visit in played.visit_scores}
    rate = sum(fake.values()) / max(len(fake), 1)
    low, high = played.fake_rate_interval
    return Outcome(
        kind=branch.kind,
        seed=branch.seed,
        auc=area_under_curve(played.scores, branch.fabricator),
        auc_two_weeks=area_under_curve(played.weekly[1], branch.fabricator),
        visit_auc=area_under_curve(played.visit_scores, fake),
        visit_precision=precision_at(played.visit_scores, fake) if any(fake.values()) else _NAN,
        fabricators=len(guilty),
        found=len(guilty & alerted),
        padders=len(padders),
        padders_found=len(padders & alerted),
        honest=len(branch.fabricator) - len(guilty),
        falsely=len(alerted - guilty),
        calls_to_half=calls_until(_calls_before(played, guilty)),
        true_rate=rate,
        rate=played.fake_rate,
        covered=low - 0.0005 <= rate <= high + 0.0005,
    )


def _calls_before(played: Played, guilty: Iterable[str]) -> list[float]:
    """Return for each fabricator how many days, and so calls of a supervisor, went before."""
    days = sorted({call.day for call in played.calls})
    numbers = {day: number + 1 for number, day in enumerate(days)}
    first = played.first_alert
    return [float(numbers.get(first[a], len(days))) if a in first else inf for a in guilty]


_NAN = float("nan")
