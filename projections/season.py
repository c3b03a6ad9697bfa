"""The table of a season as it stands (R-31), read from the logs, the callbacks and the cases.

Anybody with something open against them is left out, and nobody is told: to be missing from a table
of three and one's own place says nothing. Who chose to stay out is left out as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from domain.contest_scores import WEEKS, Measure, Season, Standing, ranked
from domain.rhythm import Rules
from domain.words import ActivityKind, CallbackOutcome, Check, Role
from projections import cases, filling_cases, team_day
from projections.agent_day import DAY, ENTRY
from projections.callback_queue import CALL
from projections.due import DueCheck
from projections.people_facts import leave_as_of
from projections.standings import ContestCard, unfrozen
from projections.team_facts import PEOPLE

WHOLE_NOTE = 6  # characters of a meeting told in full
FREEZE_AFTER = timedelta(days=2)  # late entries and callbacks still come in
FREEZE_AT = time(8)
WORTH = {
    str(CallbackOutcome.CONFIRMED): 1.0,
    str(CallbackOutcome.PARTLY): 0.5,
    str(CallbackOutcome.DENIED): 0.0,
    str(CallbackOutcome.WRONG_PERSON): 0.0,
}


@dataclass(frozen=True, slots=True)
class SeasonTable:
    """A season's table: those ranked, and the teams' share of logs in time, in per cent."""

    standings: tuple[Standing, ...]
    reached: int


def season_table(connection: Connection, contest: ContestCard, today: date) -> SeasonTable:
    """Return the table of a season up to yesterday, or to its end."""
    rules = team_day.rules(connection)
    until = min(contest.ends_on, today - timedelta(days=1))
    agents = _agents(connection, contest, until)
    now = {
        agent: _season(connection, rules, agent, max(contest.starts_on, since), until)
        for agent, since in agents.items()
    }
    before_from = contest.starts_on - timedelta(weeks=WEEKS)
    before_until = contest.starts_on - timedelta(days=1)
    both = {
        agent: (
            now[agent],
            _season(connection, rules, agent, max(before_from, since), before_until),
        )
        for agent, since in agents.items()
        if now[agent].due
        and agent not in contest.out
        and not has_open_alert(connection, agent, contest.starts_on)
    }
    weights = {Measure(name): weight for name, weight in contest.weights.items()}
    due = sum(season.due for season in now.values())
    reached = round(100 * sum(season.in_time for season in now.values()) / due) if due else 0
    return SeasonTable(tuple(ranked(both, weights)), reached)


def has_open_alert(connection: Connection, agent_id: str, since: date) -> bool:
    """Tell whether something is open against an agent, or was upheld since a day."""
    for card in cases.of_agent(connection, agent_id):
        waits = card.state in (*cases.WAITING, "appealed")
        upheld = card.verdict in ("unable", "unwilling") and card.appeal_verdict != "overturned"
        lately = card.decided_at is not None and card.decided_at.date() >= since
        if waits or (upheld and lately):
            return True
    return any(
        card.problem == "fabricated" and card.ending is None
        for card in filling_cases.of_agent(connection, agent_id)
    )


def contests_due(connection: Connection, now: datetime) -> list[DueCheck]:
    """Return the seasons whose table is to be made final by ``now``."""
    rules = team_day.rules(connection)
    due = []
    for contest in unfrozen(connection):
        at = freeze_at(contest, rules)
        if at <= now:
            day, team_id = contest.ends_on, contest.team_ids[0]
            due.append(DueCheck(at, str(Check.CONTEST_ENDED), contest.contest_id, team_id, day))
    return due


def freeze_at(contest: ContestCard, rules: Rules) -> datetime:
    """Return the instant, in UTC, from which a season's table is made final."""
    day = contest.ends_on + FREEZE_AFTER
    return datetime.combine(day, FREEZE_AT, ZoneInfo(rules.time_zone)).astimezone(UTC)


def _agents(connection: Connection, contest: ContestCard, day: date) -> dict[str, date]:
    """Return the agents who take part, each with the day since which they are in their team."""
    people = team_day.people(connection, max(day, contest.starts_on))
    return {
        person.person_id: person.since
        for person in people.values()
        if person.role == Role.AGENT and person.team_id in contest.team_ids
    }


def _season(connection: Connection, rules: Rules, agent_id: str, first: date, last: date) -> Season:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    working = {day.isoformat() for day in days if rules.is_working_day(day)}
    if not working:
        return Season()
    away = leave_as_of(connection, PEOPLE, days)
    due = {day for day in working if (agent_id, date.fromisoformat(day)) not in away}
    handed_in = _handed_in(connection, agent_id, due)
    parts, whole = _meetings(connection, agent_id, due)
    asked, confirmed = _calls(connection, agent_id, first, last)
    return Season(
        due=len(due),
        in_time=sum(in_time for in_time, _summary in handed_in),
        parts=parts + len(handed_in),
        whole=whole + sum(summary for _in_time, summary in handed_in),
        asked=asked,
        confirmed=confirmed,
    )


def _handed_in(
    connection: Connection, agent_id: str, days: Collection[str]
) -> Sequence[tuple[bool, bool]]:
    """Return for each day handed in whether it was in time, and whether it has a summary."""
    query = select(DAY.c.day, DAY.c.on_time, DAY.c.summary_length).where(
        DAY.c.agent_id == agent_id,
        DAY.c.day >= min(days, default=""),
        DAY.c.day <= max(days, default=""),
        DAY.c.submitted_at.is_not(None),
    )
    rows = connection.execute(query)
    return [(bool(row.on_time), row.summary_length > 0) for row in rows if row.day in days]


def _meetings(connection: Connection, agent_id: str, days: Collection[str]) -> tuple[int, int]:
    """Return how many meetings were logged, and how many of them are told in full."""
    query = select(ENTRY.c.day, ENTRY.c.note_length, ENTRY.c.last_action).where(
        ENTRY.c.agent_id == agent_id,
        ENTRY.c.day >= min(days, default=""),
        ENTRY.c.day <= max(days, default=""),
        ENTRY.c.kind != str(ActivityKind.APPOINTMENT_CALL),
        ENTRY.c.withdrawn.is_(False),
    )
    rows = [row for row in connection.execute(query) if row.day in days]
    told = [row for row in rows if row.note_length >= WHOLE_NOTE and row.last_action is not None]
    return len(rows), len(told)


def _calls(connection: Connection, agent_id: str, first: date, last: date) -> tuple[int, float]:
    """Return how many customers answered about visits of these days, and how much they confirmed."""
    query = select(CALL.c.outcome).where(
        CALL.c.agent_id == agent_id,
        CALL.c.visit_day >= first.isoformat(),
        CALL.c.visit_day <= last.isoformat(),
        CALL.c.outcome.is_not(None),
    )
    outcomes: Iterable[str] = connection.execute(query).scalars()
    worth = [WORTH[outcome] for outcome in outcomes if outcome in WORTH]
    return len(worth), sum(worth)
