"""What `shilu backtest` prints."""

from collections.abc import Callable, Sequence
from pathlib import Path

from shilu.backtest.folder import Week, replay_folder
from shilu.backtest.report import GOALS, Line, measure
from shilu.detect import BranchHasErrors
from shilu.importer import error_lines
from shilu.terminal import BadInput

HEAD = f"{'goal':<44} {'branches':<24} {'wanted':<8} {'measured [95 %]':<26}"


def show_folder(folder: Path, say: Callable[[str], None]) -> None:
    """Print week by week what detection would have said of the branch in ``folder``."""
    try:
        weeks = replay_folder(folder)
    except BranchHasErrors as bad:
        raise BadInput(error_lines(bad.errors)) from bad
    for week in weeks:
        say(_week_line(week))


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

    return [HEAD, *map(Line.text, measure(goals, seeds, told))]


def _week_line(week: Week) -> str:
    auc = "" if week.auc is None else f"  AUC {week.auc:.3f}"
    alerts = "; ".join(f"{line:g}: {' '.join(who) or '-'}" for line, who in week.alerts.items())
    return f"{week.day}  {week.visits} visits  {week.callbacks} calls{auc}  alerts at {alerts}"
