"""Makes the table of an ended season final (竞赛评比, R-31): the best three and a hash, on record once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine

from domain.application import TeamRecord
from domain.contest_scores import podium
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Receipt, Role
from projections import standings
from projections.agent_day import AGENT_DAY
from projections.base import wait_for
from projections.callback_queue import CALLBACK_QUEUE
from projections.cases import CASES
from projections.filling_cases import FILLING_CASES
from projections.season import season_table
from projections.standings import STANDINGS
from projections.team_facts import TEAM_DAY
from workers.tasks import NotYet

PATIENCE = 1.0  # seconds to wait for a view before the task goes back to the queue
READ = (STANDINGS, AGENT_DAY, CALLBACK_QUEUE, CASES, FILLING_CASES, TEAM_DAY)


@dataclass(frozen=True, slots=True)
class Frozen:
    """Who came first to third."""

    top: tuple[str, ...]
    receipt: Receipt


def freeze(
    record: TeamRecord,
    views: Engine,
    contest_id: str,
    day: date,
    due_at: datetime,
    now: Callable[[], datetime],
) -> Frozen | None:
    """Make a season's table final; a repeat changes nothing. None: there is no such season.

    Raises NotYet when a view is behind.
    """
    key = CheckKey(Check.CONTEST_ENDED, contest_id, day)
    done = record.scheduled_checks.find(key)
    earlier = record.recording.receipt_of(key.command_id)
    if done is not None and earlier is not None:
        return Frozen(done.findings, earlier)
    head = record.recorder.max_notification_id() or 0
    for projection in READ:
        if not wait_for(views, projection.name, head, PATIENCE):
            raise NotYet(projection.name)
    moment = now()
    with views.connect() as connection:
        contest = standings.contest(connection, contest_id)
        if contest is None:
            return None
        table = season_table(connection, contest, record.rulebook.rules().day_of(moment))
    top = tuple(one.agent_id for one in podium(table.standings))
    by = By("system", Role.SYSTEM, moment, moment, key.command_id, "worker")
    receipt = record.scheduled_checks.finish(
        key,
        contest.team_ids[0],
        due_at,
        top,
        by=by,
        effects=lambda: record.contests.frozen(contest_id, table.standings, table.reached, by),
    )
    return Frozen(top, receipt)
