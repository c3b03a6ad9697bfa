"""The goals of detection.md, section 6, beside what was measured, as a table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from pathlib import Path

from shilu.backtest.outcome import Outcome, outcome_of
from shilu.backtest.play import play
from shilu.backtest.statistics import Figure, mean_of, root_mean_square, share_of
from shilu.simulation.branch import simulate
from shilu.simulation.kinds import KINDS
from shilu.simulation.sample import answered, sample_branch

Measure = Callable[[Sequence[Outcome]], Figure]
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of section 6: on which kind of branch, after how many weeks, what is wanted."""

    name: str
    kind: str
    weeks: int
    wanted: float
    at_least: bool
    measure: Measure

    def met(self, figure: Figure) -> bool:
        """Tell whether the measured value itself reaches the goal."""
        good = figure.value >= self.wanted if self.at_least else figure.value <= self.wanted
        return figure.cases > 0 and good


@dataclass(frozen=True, slots=True)
class Line:
    """A goal and what was measured."""

    goal: Goal
    figure: Figure

    def text(self) -> str:
        """Return one line of the table."""
        sign = "≥" if self.goal.at_least else "≤"
        found = f"{self.figure.value:.3f} [{self.figure.low:.3f}, {self.figure.high:.3f}]"
        met = "met" if self.goal.met(self.figure) else "MISSED"
        place = f"{self.goal.kind}, {self.goal.weeks} weeks"
        return f"{self.goal.name:<44} {place:<24} {sign} {self.goal.wanted:<6g} {found:<26} {met}"


def _mean(value: Callable[[Outcome], float]) -> Measure:
    return lambda outcomes: mean_of([value(one) for one in outcomes])


def _recall(outcomes: Sequence[Outcome]) -> Figure:
    return share_of(sum(o.found for o in outcomes), sum(o.fabricators for o in outcomes))


def _padders(outcomes: Sequence[Outcome]) -> Figure:
    return share_of(sum(o.padders_found for o in outcomes), sum(o.padders for o in outcomes))


def _false_alerts(outcomes: Sequence[Outcome]) -> Figure:
    return share_of(sum(o.falsely for o in outcomes), sum(o.honest for o in outcomes), per=100.0)


def _calls_to_half(outcomes: Sequence[Outcome]) -> Figure:
    """Return the median over branches: a branch that never got there has no number to average."""
    found = sorted(o.calls_to_half for o in outcomes)
    n = len(found)
    spread = 0.98 * n**0.5
    at = [found[min(n - 1, max(0, round(n / 2 + side)))] for side in (-spread, -0.5, spread)]
    low, middle, high = (value if isfinite(value) else inf for value in at)
    return Figure(middle, low, high, n)


def _bias(outcomes: Sequence[Outcome]) -> Figure:
    figure = mean_of([o.rate - o.true_rate for o in outcomes])
    return (
        figure
        if figure.value >= 0
        else replace(figure, value=-figure.value, low=-figure.high, high=-figure.low)
    )


def _rmse(outcomes: Sequence[Outcome]) -> Figure:
    return root_mean_square([o.rate - o.true_rate for o in outcomes])


def _covered(outcomes: Sequence[Outcome]) -> Figure:
    return share_of(sum(o.covered for o in outcomes), len(outcomes))


GOALS: tuple[Goal, ...] = (
    Goal("agent AUC", "ordinary", 8, 0.95, True, _mean(lambda o: o.auc)),
    Goal("agent AUC after 2 weeks", "ordinary", 8, 0.88, True, _mean(lambda o: o.auc_two_weeks)),
    Goal("confirmed alerts, recall", "ordinary", 8, 0.50, True, _recall),
    Goal("false alerts of 100 honest", "ordinary", 8, 0.1, False, _false_alerts),
    Goal("confirmed alerts, recall", "ordinary", 26, 0.85, True, _recall),
    Goal("false alerts of 100 honest", "ordinary", 26, 0.2, False, _false_alerts),
    Goal("calls until half are confirmed", "ordinary", 26, 35, False, _calls_to_half),
    Goal("padders confirmed", "ordinary", 8, 0.25, True, _padders),
    Goal("visit AUC", "ordinary", 8, 0.88, True, _mean(lambda o: o.visit_auc)),
    Goal("precision in the top 1 %", "ordinary", 8, 0.92, True, _mean(lambda o: o.visit_precision)),
    Goal("fake rate, bias", "ordinary", 8, 0.01, False, _bias),
    Goal("fake rate, RMSE", "ordinary", 8, 0.03, False, _rmse),
    Goal("fake rate, coverage of the interval", "ordinary", 8, 0.93, True, _covered),
    Goal("no fabricators: false alerts of 100", "clean", 8, 0.0, False, _false_alerts),
    Goal("annoyed customers: false alerts of 100", "annoyed", 8, 0.3, False, _false_alerts),
    Goal("annoyed customers: recall", "annoyed", 8, 0.0, True, _recall),
    Goal("hidden: recall", "hidden", 8, 0.15, True, _recall),
    Goal("hidden: false alerts of 100", "hidden", 8, 0.2, False, _false_alerts),
)


def measure(goals: Iterable[Goal], seeds: Sequence[int], told: Told) -> list[Line]:
    """Play every kind of branch the goals ask for, once a seed, and measure the goals."""
    wanted = list(goals)
    worlds = dict.fromkeys((goal.kind, goal.weeks) for goal in wanted)
    outcomes = {world: _played(*world, seeds, told) for world in worlds}
    return [Line(goal, goal.measure(outcomes[goal.kind, goal.weeks])) for goal in wanted]


def measure_sample(folder: Path, seeds: Sequence[int], told: Told) -> list[Line]:
    """Play the branch of a folder once a seed, each with other answers, and measure the goals.

    Raises TruthUnknown, BranchHasErrors.
    """
    branch, outcomes = sample_branch(folder), list[Outcome]()
    for done, seed in enumerate(seeds, start=1):
        outcomes.append(outcome_of(play(answered(branch, seed))))
        told(folder.name, done, len(seeds))
    weeks = len({day.isocalendar()[:2] for day in branch.days})
    goals = [replace(g, kind=folder.name, weeks=weeks) for g in GOALS if _of_a_usual_branch(g)]
    return [Line(goal, goal.measure(outcomes)) for goal in goals]


def _of_a_usual_branch(goal: Goal) -> bool:
    return goal.kind == "ordinary" and goal.weeks == 8


def _played(kind: str, weeks: int, seeds: Sequence[int], told: Told) -> list[Outcome]:
    found = []
    for done, seed in enumerate(seeds, start=1):
        branch = simulate(replace(KINDS[kind], weeks=weeks), seed)
        found.append(outcome_of(play(branch)))
        told(f"{kind}, {weeks} weeks", done, len(seeds))
    return found
