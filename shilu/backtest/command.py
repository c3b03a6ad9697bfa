"""What `shilu backtest` prints."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from shilu.backtest.compare import HEAD as COMPARISON_HEAD
from shilu.backtest.compare import compare
from shilu.backtest.folder import Week, replay_folder
from shilu.backtest.notes import note_lines
from shilu.backtest.report import GOALS, Line, measure, measure_sample
from shilu.detect import BranchHasErrors
from shilu.importer import error_lines
from shilu.simulation.sample import TruthUnknown
from shilu.terminal import BadInput

LINES, BUDGETS, WEEKS = (0.9, 0.95, 0.99), (1, 2, 3), 8
HEAD = f"{'goal':<44} {'branches':<24} {'wanted':<8} {'measured [95 %]':<26}"


def show_folder(folder: Path, say: Callable[[str], None], plots: Path | None = None) -> None:
    """Print week by week what detection would have said of the branch in ``folder``."""
    try:
        weeks = replay_folder(folder)
    except BranchHasErrors as bad:
        raise BadInput(error_lines(bad.errors)) from bad
    show_weeks(weeks, say)
    if plots is not None:
        from shilu.backtest.plots import plot_weeks

        plot_weeks(weeks, plots / f"alerts-{folder.name}.png")


def show_weeks(weeks: Iterable[Week], say: Callable[[str], None]) -> None:
    """Print a replay week by week."""
    for week in weeks:
        say(_week_line(week))


def comparison_lines(
    kind: str, seeds: Sequence[int], plots: Path | None, progress: Callable[[int, int], None]
) -> list[str]:
    """Return alert lines and call budgets side by side; with ``plots`` a picture of them too."""
    from shilu.backtest.plots import plot_choices

    choices = compare(kind, WEEKS, LINES, BUDGETS, seeds, progress)
    if plots is not None:
        plot_choices(choices, plots / f"lines-and-budgets-{kind}.png")
    return [COMPARISON_HEAD, *(choice.text() for choice in choices)]


def speed_lines() -> list[str]:
    """Return how fast detection is on a large simulated branch."""
    from shilu.backtest.speed import speeds

    return [speed.text() for speed in speeds()]


def goal_lines(
    seeds: Sequence[int], only: str | None, progress: Callable[[int, int], None]
) -> list[str]:
    """Return the table of goals, measured on simulated branches of these seeds."""
    goals = [goal for goal in GOALS if only in (None, goal.kind, f"{goal.kind}-{goal.weeks}")]
    total = len({(goal.kind, goal.weeks) for goal in goals}) * len(seeds)
    played = 0

    def told(_kind: str, _done: int, _of: int) -> None:
        nonlocal played
        played += 1
        progress(played, total)

    lines = [HEAD, *map(Line.text, measure(goals, seeds, told))]
    return lines + (note_lines(seeds, progress) if only in (None, "notes") else [])


def sample_lines(
    folder: Path, seeds: Sequence[int], progress: Callable[[int, int], None]
) -> list[str]:
    """Return the table of goals, measured on the branch in ``folder`` with drawn calls."""
    try:
        found = measure_sample(folder, seeds, lambda _name, done, total: progress(done, total))
    except BranchHasErrors as bad:
        raise BadInput(error_lines(bad.errors)) from bad
    except TruthUnknown as unknown:
        raise BadInput(str(unknown)) from unknown
    return [HEAD, *map(Line.text, found)]


def _week_line(week: Week) -> str:
    auc = "" if week.auc is None else f"  AUC {week.auc:.3f}"
    alerts = "; ".join(f"{line:g}: {' '.join(who) or '-'}" for line, who in week.alerts.items())
    return f"{week.day}  {week.visits} visits  {week.callbacks} calls{auc}  alerts at {alerts}"
