"""How fast detection is on a large branch, in one process: the figures of issue and design page."""

import resource
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from domain.detection import records
from domain.detection.call_choice import Candidate, draw, seed_of
from domain.detection.judgement import judge_agent, judge_branch
from domain.detection.suspicion import suspicions
from domain.detection.visit_log import log_of
from domain.detection.visit_risk import risk_ratios
from domain.words import CallbackOutcome
from shilu.detection_rows import visit_of
from shilu.interchange import attendance_row, sale_row, visit_row
from shilu.json_fields import Fields
from shilu.simulation.branch import Branch, simulate
from shilu.simulation.kinds import KINDS

TEAMS, TEAM_SIZE, WEEKS = 40, (12, 13), 26
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Speed:
    """One figure: what was done, how long it took or how much it needed, and the goal."""

    name: str
    value: float
    goal: float
    unit: str

    def text(self) -> str:
        """Return one line of the table."""
        met = "met" if self.value <= self.goal else "MISSED"
        return f"{self.name:<44} {self.value:>9.3f} {self.unit:<3} ≤ {self.goal:g} {met}"


def speeds(weeks: int = WEEKS, teams: int = TEAMS) -> list[Speed]:
    """Measure the nightly run, one new callback, the morning draw and the memory."""
    kind = replace(KINDS["ordinary"], teams=teams, team_size=TEAM_SIZE, weeks=weeks)
    branch = _records(simulate(kind, 1))
    called = replace(branch, callbacks=tuple(_calls(branch)))
    judged, nightly = _timed(lambda: judge_branch(called))
    log = log_of(called)
    seen, risks = suspicions(log), risk_ratios(log)
    agent = max(judged, key=lambda a: len(judged[a].items))
    own = [call for call in called.callbacks if call.agent_id == agent]
    _, single = _timed(lambda: judge_agent(agent, seen[agent], own))
    last = max(visit.day for visit in called.visits)
    _, morning = _timed(
        lambda: _morning(called, last, {a: j.posterior for a, j in judged.items()}, risks)
    )
    with Path("/proc/self/statm").open() as statm:
        memory = int(statm.read().split()[1]) * resource.getpagesize() / 2**20
    size = f"{len(called.agents)} agents, {len(called.visits)} visits"
    return [
        Speed(f"nightly run, {size}", nightly, 10.0, "s"),
        Speed("one new callback judged", single, 0.05, "s"),
        Speed(f"morning draw for {teams} supervisors", morning, 1.0, "s"),
        Speed("memory now, with all records", memory, 300.0, "MB"),
    ]


def _records(branch: Branch) -> records.BranchRecords:
    rows = [attendance_row(Fields.of(row)) for row in branch.attendance]
    sales = [sale_row(Fields.of(row)) for row in branch.sales]
    return records.BranchRecords(
        agents=tuple(str(row["agent_id"]) for row in branch.agents),
        visits=tuple(visit_of(visit_row(Fields.of(row))) for row in branch.visits),
        absences=tuple(records.Absence(r.agent_id, r.date) for r in rows if not r.present),
        sales=tuple(records.Sale(s.agent_id, s.date, s.policies) for s in sales),
    )


def _timed(what: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()  # other programs on the machine shall not count
    result = what()
    return result, time.process_time() - began


def _calls(branch: records.BranchRecords) -> list[records.Callback]:
    """Return one call a team and day, confirmed but for every twelfth."""
    found, chosen = [], set[tuple[str, date]]()
    for number, visit in enumerate(branch.visits):
        if (visit.team_id, visit.day) in chosen:
            continue
        chosen.add((visit.team_id, visit.day))
        outcome = CallbackOutcome.CONFIRMED if number % 12 else CallbackOutcome.DENIED
        found.append(
            records.Callback(
                f"K{number}", visit.visit_id, visit.agent_id, visit.customer, visit.day, outcome
            )
        )
    return found


def _morning(
    branch: records.BranchRecords, last: date, posterior: dict[str, float], risks: dict[str, float]
) -> int:
    recent: dict[str, list[Candidate]] = defaultdict(list)
    for v in branch.visits:
        if 0 <= (last - v.day).days < 7:
            one = Candidate(v.visit_id, v.agent_id, posterior[v.agent_id], risks[v.visit_id])
            recent[v.team_id].append(one)
    return sum(draw(frame, seed_of(team)) is not None for team, frame in recent.items())
