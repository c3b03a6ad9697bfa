"""The branch's own past, replayed as if live and put on record: what a change rests on."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from domain.application import TeamRecord
from domain.detection.judgement import (
    MODEL_VERSION,
    branch_fit,
    branch_suspicions,
    calls_by_agent,
)
from domain.detection.records import BranchRecords
from domain.detector import Backtest, BacktestWeek
from domain.words import By, Role, command_id
from shilu.backtest.folder import THRESHOLDS, Week, replay_records


def backtest_of(records: BranchRecords, weeks: list[Week]) -> Backtest:
    """Return the backtest as it goes on record; its id is made of what it says."""
    weights = branch_fit(branch_suspicions(records), calls_by_agent(records)).weights
    told = tuple(
        BacktestWeek(week.day, week.callbacks, {f"{x:g}": len(a) for x, a in week.alerts.items()})
        for week in weeks
    )
    said = json.dumps([[str(w.day), w.calls, w.alerts] for w in told], sort_keys=True)
    said += f"/{weights.base}/{weights.slope}/{MODEL_VERSION}"
    return Backtest(
        backtest_id="B-" + hashlib.sha256(said.encode()).hexdigest()[:12],
        agents=len(records.agents),
        visits=len(records.visits),
        calls=len(records.callbacks),
        lines=tuple(f"{line:g}" for line in THRESHOLDS),
        weeks=told,
        base=weights.base,
        slope=weights.slope,
        weights_version=weights.version,
        model_version=MODEL_VERSION,
    )


def record_backtest(
    record: TeamRecord, records: BranchRecords, now: Callable[[], datetime], actor: str
) -> tuple[Backtest, list[Week]]:
    """Replay the branch's past weeks and put the backtest on record; again changes nothing."""
    weeks = replay_records(records)
    made = backtest_of(records, weeks)
    moment = now()
    by = By(
        actor,
        Role.ADMINISTRATOR,
        moment,
        moment,
        command_id("backtest", made.backtest_id),
        "cli",
    )
    record.detectors.record_backtest(made, by=by)
    return made, weeks
