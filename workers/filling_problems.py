"""Looks for signs of filling problems once a week (填写问题; R-30 to R-34).

What it sees becomes a suggestion to the supervisor; a case is opened by a human or not at all. No
problem is suggested while a case of it is open, while an earlier suggestion waits, or for four weeks
after one was put aside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from domain.application import TeamRecord
from domain.filling_ladder import Problem
from domain.filling_signs import BEFORE, RECENT, FilledDay, Seen, Sign, signs
from domain.recording import Aggregate
from domain.scheduled_check import CheckKey
from domain.words import ActivityResult, By, Check, Receipt, Role
from projections import customers, filling_cases, team_day
from projections.base import wait_for
from projections.customers import CUSTOMERS
from projections.due import watched_since
from projections.filling_cases import FILLING_CASES
from projections.team_facts import TEAM_DAY
from workers.tasks import NotYet

PATIENCE = 1.0  # seconds to wait for a view before the task goes back to the queue
LONGEST = 90  # days back within which the working days are sought
NEW_CUSTOMERS = timedelta(days=28)
LEFT_ALONE = timedelta(days=28)  # after a suggestion was put aside
MOST_CUSTOMERS = 2000
# who stopped filling looks, a month later, like somebody who never began: one answer holds for both
NOT_FILLING = (Problem.TOO_MUCH_TROUBLE, Problem.FADED)
GOOD = (ActivityResult.INTERESTED, ActivityResult.SIGNED)


@dataclass(frozen=True, slots=True)
class Looked:
    """What one check came to: agent and problem of each suggestion."""

    found: tuple[str, ...]
    receipt: Receipt


def check(
    record: TeamRecord,
    views: Engine,
    team_id: str,
    day: date,
    due_at: datetime,
    now: Callable[[], datetime],
) -> Looked:
    """Put before the supervisor what a team's logs before ``day`` suggest; a repeat changes nothing.

    Raises NotYet when a view is behind.
    """
    key = CheckKey(Check.FILLING_PROBLEMS, team_id, day)
    done = record.scheduled_checks.find(key)
    earlier = record.recording.receipt_of(key.command_id)
    if done is not None and earlier is not None:
        return Looked(done.findings, earlier)
    _wait(record, views)
    with views.connect() as connection:
        found = list(_look(_Look(record, connection, team_id, day)))
    moment = now()
    by = By("system", Role.SYSTEM, moment, moment, key.command_id, "worker")

    def effects() -> list[Aggregate]:
        suggestions = record.filling_suggestions
        return [
            one
            for agent_id, sign in found
            for one in suggestions.raised(agent_id, team_id, sign, day, by)
        ]

    names = tuple(f"{agent_id}/{sign.problem}" for agent_id, sign in found)
    receipt = record.scheduled_checks.finish(key, team_id, due_at, names, by=by, effects=effects)
    return Looked(names, receipt)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a check may look at, and for which team and day."""

    record: TeamRecord
    connection: Connection
    team_id: str
    day: date


def _wait(record: TeamRecord, views: Engine) -> None:
    head = record.recorder.max_notification_id() or 0
    for projection in (TEAM_DAY, CUSTOMERS, FILLING_CASES):
        if not wait_for(views, projection.name, head, PATIENCE):
            raise NotYet(projection.name)


def _look(look: _Look) -> list[tuple[str, Sign]]:
    state = team_day.team_state(look.connection, look.team_id, look.day)
    since = watched_since(look.connection).get(look.team_id)
    if state is None or since is None:
        return []
    return [
        (member.agent_id, sign)
        for member in state.members
        for sign in signs(_seen(look, member.agent_id, since))
        if not _known(look, member.agent_id, sign.problem)
    ]


def _seen(look: _Look, agent_id: str, since: date) -> Seen:
    total, incomplete = _new_names(look, agent_id)
    return Seen(_days(look, agent_id, since), total, incomplete, _undealt_case(look, agent_id))


def _days(look: _Look, agent_id: str, since: date) -> list[FilledDay]:
    """Return the last working days on which the agent was at work in this team, oldest first."""
    rules, member = look.record.rulebook.rules(), look.record.organisation.member(agent_id)
    found: list[FilledDay] = []
    for back in range(1, LONGEST):
        day = look.day - timedelta(days=back)
        if day < since or len(found) == RECENT + BEFORE or member is None:
            break
        at_work = rules.is_working_day(day) and not member.on_leave(day)
        if at_work and member.team_on(day) == look.team_id:
            found.append(_filled(look.record, agent_id, day))
    return found[::-1]


def _filled(record: TeamRecord, agent_id: str, day: date) -> FilledDay:
    log = record.daily_logs.find(agent_id, day)
    if log is None:
        return FilledDay(day, filled=False)
    standing = [entry for entry in log.activities.values() if not entry.withdrawn]
    notes = tuple((entry.note or "").strip() for entry in standing)
    good = sum(entry.result in GOOD for entry in standing)
    return FilledDay(day, bool(standing) or log.submitted, notes, good)


def _new_names(look: _Look, agent_id: str) -> tuple[int, int]:
    since = (look.day - NEW_CUSTOMERS).isoformat()
    cards = customers.of_owner(look.connection, agent_id, MOST_CUSTOMERS)
    new = [card for card in cards if card.registered_at[:10] >= since]
    return len(new), sum(not card.name_complete for card in new)


def _undealt_case(look: _Look, agent_id: str) -> int | None:
    """Return the number of a decided case that stands and has led to no filling case yet."""
    standing = look.record.filling_cases.standing(agent_id)
    if standing is None or standing.will is None or standing.appeal_open:
        return None
    dealt = {
        card.verification_case_no
        for card in filling_cases.of_agent(look.connection, agent_id)
        if card.problem == Problem.FABRICATED
    }
    return None if standing.case_no in dealt else standing.case_no


def _known(look: _Look, agent_id: str, problem: Problem) -> bool:
    """Tell whether the supervisor is at it already, or has lately said that it is not so."""
    same = NOT_FILLING if problem in NOT_FILLING else (problem,)
    cards = filling_cases.of_agent(look.connection, agent_id)
    if any(card.problem in same and card.ending is None for card in cards):
        return True
    lately = look.day - LEFT_ALONE
    return any(
        one.state == "open" or one.day >= lately
        for kind in same
        for one in filling_cases.suggestions_about(look.connection, agent_id, kind)
    )
