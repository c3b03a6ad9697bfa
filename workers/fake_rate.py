"""Estimates each Monday how much of the branch's and each team's log is made up (R-33).

Only drawn calls count, each by its chance, so that aimed calls do not bias the figure; the branch's
figure is steadied by what all logs and calls together let expect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from domain.application import TeamRecord
from domain.detection.evidence import Table, six_way
from domain.detection.fake_rate import (
    DrawnCall,
    FakeRate,
    assisted_rate,
    expected_rate,
    fake_rate,
)
from domain.detection.judgement import KEPT, MODEL_VERSION, branch_table, judge_agent
from domain.rate_estimate import BRANCH, Estimate
from domain.recording import Aggregate
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Receipt, Role
from workers.branch_book import BranchBook, RateFacts
from workers.call_facts import Listed


def estimate(
    record: TeamRecord, book: BranchBook, day: date, due_at: datetime, now: Callable[[], datetime]
) -> Receipt:
    """Put the week's estimates on record; a repeat changes nothing."""
    key = CheckKey(Check.FAKE_RATE, BRANCH, day)
    earlier = record.recording.receipt_of(key.command_id)
    if earlier is not None:
        return earlier
    moment = now()
    by = By("system", Role.SYSTEM, moment, moment, key.command_id, "worker")
    made = estimates(book.rate_facts(), day)

    def effects() -> list[Aggregate]:
        return [a for one in made for a in record.rate_estimates.estimated(one, by)]

    scopes = [one.scope for one in made]
    return record.scheduled_checks.finish(key, None, due_at, scopes, by=by, effects=effects)


def estimates(facts: RateFacts, day: date) -> list[Estimate]:
    """Return the estimate of the branch, then those of its teams in their order."""
    file = facts.file
    table = branch_table(file.seen, file.calls)
    recent = [c for c in facts.drawn if day - c.on_day < KEPT]
    judged = {
        agent: judge_agent(
            agent, file.seen.get(agent), file.calls.get(agent, ()), fit=file.fit
        )
        for agent in file.seen
    }  # fmt: skip
    branch = assisted_rate(_weighed(recent), expected_rate(judged, facts.visits), table)
    found = [_estimate(BRANCH, branch, recent, day)]
    for team in sorted({call.team_id for call in recent}):
        of_team = [call for call in recent if call.team_id == team]
        found.append(_estimate(team, _of_team(of_team, table), of_team, day))
    return found


def _of_team(calls: list[Listed], table: Table) -> FakeRate:
    return fake_rate(_weighed(calls), table)


def _weighed(calls: Iterable[Listed]) -> list[DrawnCall]:
    told = []
    for call in calls:
        outcome = six_way(call.outcome) if call.outcome else None
        if outcome is not None and call.weight is not None:
            told.append(DrawnCall(outcome, call.weight))
    return told


def _estimate(scope: str, rate: FakeRate, calls: list[Listed], day: date) -> Estimate:
    return Estimate(
        scope=scope,
        day=day,
        rate=round(rate.rate, 4),
        low=round(rate.interval[0], 4),
        high=round(rate.interval[1], 4),
        resolved=rate.resolved,
        drawn=sum(call.outcome is not None for call in calls),
        set_aside=sum(call.set_aside for call in calls),
        enough=rate.enough,
        model_version=MODEL_VERSION,
    )
