"""Alert lines and call budgets side by side, on simulated branches: what would each have found?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from shilu.backtest.outcome import Outcome, outcome_of
from shilu.backtest.play import play
from shilu.backtest.statistics import Figure, share_of
from shilu.simulation.branch import simulate
from shilu.simulation.kinds import KINDS

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """One alert line with one budget, and what it came to: shares with 95 % intervals."""

    line: float
    calls_a_day: int
    recall: Figure
    false_per_100: Figure

    def text(self) -> str:
        """Return one line of the table."""
        found, false = self.recall, self.false_per_100
        return (
            f"{self.line:<8g} {self.calls_a_day:<10} {found.value:.3f} [{found.low:.3f}, "
            f"{found.high:.3f}]   {false.value:.3f} [{false.low:.3f}, {false.high:.3f}]"
        )


HEAD = f"{'line':<8} {'calls/day':<10} {'recall [95 %]':<24} false alerts of 100 honest [95 %]"


def compare(
    kind: str,
    weeks: int,
    lines: Iterable[float],
    budgets: Iterable[int],
    seeds: Sequence[int],
    told: Told,
) -> list[Choice]:
    """Play the same branches with every line and every number of calls a supervisor and day."""
    choices = [(line, budget) for budget in budgets for line in lines]
    total, found = len(choices) * len(seeds), list[Choice]()
    for number, (line, budget) in enumerate(choices):
        outcomes = []
        for seed in seeds:
            branch = simulate(replace(KINDS[kind], weeks=weeks), seed)
            outcomes.append(outcome_of(play(branch, line, budget)))
            told(number * len(seeds) + len(outcomes), total)
        found.append(_choice(line, budget, outcomes))
    return found


def _choice(line: float, budget: int, outcomes: Sequence[Outcome]) -> Choice:
    return Choice(
        line,
        budget,
        share_of(sum(o.found for o in outcomes), sum(o.fabricators for o in outcomes)),
        share_of(sum(o.falsely for o in outcomes), sum(o.honest for o in outcomes), per=100.0),
    )
