"""The morning's checks of the supervisors' work: 1-1-1 and cadence, moments, effect (R-41, R-43, R-71).

Each is done once for its subject and day; a repeat gives the first answer. What they find stands on
pages; nobody is rung up at night for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from domain.application import TeamRecord
from domain.coaching import Proposal, coaching_id_of
from domain.coaching_moments import moments
from domain.coaching_words import Moment, Origin
from domain.duties import CADENCE_DAYS, Cadence, Duty, still_owed
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Receipt, Role
from projections import coaching_board, supervisor_duties
from projections.people_facts import leave_as_of, people_as_of, teams_as_of
from projections.team_facts import PEOPLE
from workers.agent_facts import log_days, measures, meetings
from workers.views_ready import up_to_date

Now = Callable[[], datetime]
AGAIN_AFTER = timedelta(days=14)  # before that the same moment is not suggested anew


def by_check(key: CheckKey, now: Now) -> By:
    """Return who does a check: the system, under the check's own command id."""
    moment = now()
    return By("system", Role.SYSTEM, moment, moment, key.command_id, "worker")


def done_before(record: TeamRecord, key: CheckKey) -> Receipt | None:
    """Return the first answer if the check is on record."""
    done = record.scheduled_checks.find(key)
    return record.recording.receipt_of(key.command_id) if done else None


def check_duties(
    record: TeamRecord, views: Engine, supervisor_id: str, day: date, due_at: datetime, now: Now
) -> Receipt:
    """Put on record which of 1-1-1 a supervisor did not do, and to whom calls are owed.

    Findings are ``owes_DUTY``, and ``cadence/AGENT`` for each agent. Raises NotYet.
    """
    key = CheckKey(Check.DUTIES, supervisor_id, day)
    if (earlier := done_before(record, key)) is not None:
        return earlier
    with up_to_date(record, views, "supervisor_duties", "team_day") as connection:
        teams = [
            team_id
            for team_id, team in teams_as_of(connection, PEOPLE).items()
            if team.supervisor_id == supervisor_id
        ]
        findings = _owed(connection, record, supervisor_id, teams, day)
    return record.scheduled_checks.finish(
        key, min(teams, default=None), due_at, findings, by=by_check(key, now)
    )


def _owed(
    connection: Connection, record: TeamRecord, supervisor_id: str, teams: list[str], day: date
) -> list[str]:
    absent = leave_as_of(connection, PEOPLE, [day])
    agents = _agents(connection, teams, day)
    if (supervisor_id, day) in absent or not agents:
        return []
    done = supervisor_duties.counts(connection, supervisor_id, day, day).get(day, {})
    wanted = record.rulebook.rules().call_hours.tracking_a_week
    first = day - CADENCE_DAYS + timedelta(days=1)
    held = supervisor_duties.by_agent(connection, agents, Duty.TRACKING, first, day)
    owed = [Cadence(agent, held.get(agent, 0), wanted) for agent in agents]
    return [f"owes_{duty}" for duty in still_owed(done)] + [
        f"cadence/{one.agent_id}" for one in owed if one.debt and (one.agent_id, day) not in absent
    ]


def suggest_coaching(
    record: TeamRecord, views: Engine, team_id: str, day: date, due_at: datetime, now: Now
) -> Receipt:
    """Propose coaching where a team's logs show a moment for it (R-71), with the numbers.

    The same moment of the same agent is proposed at most once a week, and not while one is open or
    was held in the last two weeks. Raises NotYet.
    """
    key = CheckKey(Check.COACHING_MOMENTS, team_id, day)
    if (earlier := done_before(record, key)) is not None:
        return earlier
    with up_to_date(record, views, "agent_day", "team_day", "coaching_board") as connection:
        supervisor = teams_as_of(connection, PEOPLE)[team_id].supervisor_id
        found = [
            proposal
            for agent in _agents(connection, [team_id], day)
            for proposal in _proposals(connection, record, agent, team_id, supervisor, day)
        ]
    by = by_check(key, now)
    return record.scheduled_checks.finish(
        key,
        team_id,
        due_at,
        [f"{one.agent_id}/{one.moment}" for one in found],
        by=by,
        effects=lambda: record.coachings.suggested(found, by),
    )


def _proposals(
    connection: Connection,
    record: TeamRecord,
    agent_id: str,
    team_id: str,
    supervisor_id: str | None,
    day: date,
) -> list[Proposal]:
    days = log_days(connection, record.rulebook.rules(), agent_id, day)
    known = _known_moments(connection, agent_id, day)
    monday = day - timedelta(days=day.weekday())
    logged = meetings(connection, agent_id, [one.day for one in days[-10:]])
    return [
        Proposal(
            coaching_id_of("moment", agent_id, str(seen.moment), monday.isoformat()),
            agent_id,
            team_id,
            supervisor_id,
            seen.moment,
            Origin.DATA,
            day + timedelta(days=1),
            seen.evidence,
        )
        for seen in moments(days, logged)
        if seen.moment not in known
    ]


def _known_moments(connection: Connection, agent_id: str, day: date) -> set[Moment]:
    cards = coaching_board.of_agent(connection, agent_id, 50)
    return {
        Moment(card.moment)
        for card in cards
        if card.state in ("open", "held")
        or (card.held_on is not None and card.held_on > day - AGAIN_AFTER)
        or (card.state == "dropped" and card.on_day > day - AGAIN_AFTER)
    }


def measure_effect(
    record: TeamRecord, views: Engine, subject: str, day: date, due_at: datetime, now: Now
) -> Receipt:
    """Put the days after a session beside those before it. ``subject``: coaching and days. Raises NotYet."""
    key = CheckKey(Check.COACHING_EFFECT, subject, day)
    if (earlier := done_before(record, key)) is not None:
        return earlier
    coaching_id, days = subject.rsplit("/", 1)
    coaching = record.coachings.find(coaching_id)
    if coaching is None or coaching.held_on is None:
        return record.scheduled_checks.finish(key, None, due_at, [], by=by_check(key, now))
    held, span, rules = coaching.held_on, int(days), record.rulebook.rules()
    one = timedelta(days=1)
    with up_to_date(record, views, "agent_day", "team_day") as connection:
        agent = coaching.agent_id
        before = measures(connection, rules, agent, held - timedelta(days=span), held - one)
        after = measures(connection, rules, agent, held + one, held + timedelta(days=span))
    by = by_check(key, now)
    return record.scheduled_checks.finish(
        key,
        coaching.team_id,
        due_at,
        [coaching_id],
        by=by,
        effects=lambda: record.coachings.measured(coaching_id, span, before, after, by),
    )


def _agents(connection: Connection, teams: list[str], day: date) -> list[str]:
    people = people_as_of(connection, PEOPLE, day)
    return sorted(p.person_id for p in people.values() if p.role == "agent" and p.team_id in teams)
