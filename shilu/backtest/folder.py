"""A branch in a folder, replayed with the calls it has: who would have been alerted, and when?"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from domain.detection.judgement import judge_branch
from domain.detection.ladder import Thresholds
from domain.detection.records import BranchRecords
from shilu.backtest.statistics import area_under_curve
from shilu.detect import BranchHasErrors
from shilu.detection_rows import records_of
from shilu.interchange import read_branch

THRESHOLDS = (0.80, 0.90, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Week:
    """What detection knew and said at the end of a week; ``auc`` is None without the truth.

    ``alerts`` has the alerted agents by alert line.
    """

    day: date
    visits: int
    callbacks: int
    alerts: dict[float, tuple[str, ...]]
    auc: float | None


def replay_folder(folder: Path, thresholds: Iterable[float] = THRESHOLDS) -> list[Week]:
    """Return what detection would have said at the end of each week of the branch in ``folder``.

    Raises `BranchHasErrors` when the folder does not read cleanly.
    """
    files = read_branch(folder)
    if files.errors:
        raise BranchHasErrors(files.errors)
    return replay_records(records_of(files), thresholds, truth_of(folder))


def replay_records(
    records: BranchRecords,
    thresholds: Iterable[float] = THRESHOLDS,
    guilty: dict[str, bool] | None = None,
) -> list[Week]:
    """Return what detection would have said at the end of each week, by each alert line.

    At each week's end only what was on record then is looked at. ``guilty`` is the truth, where
    somebody knows it.
    """
    days = sorted({visit.day for visit in records.visits})
    weeks = sorted(
        {max(d for d in days if d.isocalendar()[:2] == day.isocalendar()[:2]) for day in days}
    )
    return [_week(known_at(records, day), day, tuple(thresholds), guilty) for day in weeks]


def known_at(records: BranchRecords, day: date) -> BranchRecords:
    """Return what was on record at the end of a day."""
    night = datetime.combine(day, time.max)
    return replace(
        records,
        visits=tuple(v for v in records.visits if v.recorded_at <= night),
        callbacks=tuple(c for c in records.callbacks if c.day <= day),
        absences=tuple(a for a in records.absences if a.day <= day),
        sales=tuple(s for s in records.sales if s.day <= day),
    )


def truth_of(folder: Path) -> dict[str, bool] | None:
    """Return who makes visits up, where the folder tells; never an input of detection."""
    file = folder / "truth_agents.jsonl"
    if not file.is_file():
        return None
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {row["agent_id"]: bool(row["fabricator"]) for row in rows}


def _week(
    known: BranchRecords, day: date, thresholds: tuple[float, ...], guilty: dict[str, bool] | None
) -> Week:
    alerts: dict[float, tuple[str, ...]] = {}
    scores: dict[str, float] = {}
    for line in thresholds:
        judged = judge_branch(known, Thresholds(alert=line))
        alerts[line] = tuple(agent for agent, one in judged.items() if one.alert)
        scores = {agent: one.log_odds for agent, one in judged.items()}
    auc = area_under_curve(scores, guilty) if guilty else None
    return Week(day, len(known.visits), len(known.callbacks), alerts, auc)
