"""Pictures of a backtest as PNG: alerts week by week, and what lines and budgets would find."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shilu.backtest.compare import Choice
from shilu.backtest.folder import Week

SIZE = (8.0, 4.5)  # inches
DPI = 120


def plot_weeks(weeks: Sequence[Week], file: Path) -> None:
    """Draw how many agents each alert line would have put before a human, week by week."""
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=SIZE)
    for line in sorted(weeks[0].alerts) if weeks else ():
        counts = [len(week.alerts[line]) for week in weeks]
        axes.plot([week.day for week in weeks], counts, marker="o", label=f"{line:g}")
    axes.set_ylabel("agents put before a human")
    axes.legend(title="alert line")
    figure.autofmt_xdate()
    _save(figure, file)


def plot_choices(choices: Sequence[Choice], file: Path) -> None:
    """Draw recall against false alerts, one point a line and budget."""
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=SIZE)
    for budget in sorted({choice.calls_a_day for choice in choices}):
        of_budget = [choice for choice in choices if choice.calls_a_day == budget]
        falsely = [choice.false_per_100.value for choice in of_budget]
        found = [choice.recall.value for choice in of_budget]
        axes.plot(falsely, found, marker="o", label=f"{budget} a day")
        for choice, x, y in zip(of_budget, falsely, found, strict=True):
            axes.annotate(f"{choice.line:g}", (x, y), xytext=(4, 4), textcoords="offset points")
    axes.set_xlabel("false alerts of 100 honest agents")
    axes.set_ylabel("share of fabricators found")
    axes.legend(title="calls a supervisor")
    _save(figure, file)


def _pyplot() -> Any:
    import matplotlib as mpl  # only who wants pictures pays for the library

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    return plt


def _save(figure: Any, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=DPI, bbox_inches="tight")
    _pyplot().close(figure)
