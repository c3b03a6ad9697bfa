"""How a team stands on a day: now, as it was known at a position, or as it had happened by an instant.

Facts are only ever added (team_facts.py), so each of these is one query with a bound, and always
equal to a replay. What is dated by day (who belongs to a team, leave, the calendar, the quota)
holds for its days in every reading; only when it became known is bounded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, Table, func, literal, select

from domain.rhythm import DayCount, Rules, WorkMode, day_count, is_met
from domain.words import ActivityKind
from projections.people_facts import (
    MemberFacts,
    TeamFacts,
    leave_as_of,
    people_as_of,
    teams_as_of,
)
from projections.rule_facts import rules_as_of
from projections.team_facts import CASE, FACT, PEOPLE, RULES
from store.mapper import instant

KINDS = tuple(str(kind) for kind in ActivityKind)
STRIP_DAYS = 14


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of the heat strip: ``level`` is None without a log, 0 empty, 1 short, 2 met."""

    day: date
    working: bool
    level: int | None
    on_leave: bool = False


@dataclass(frozen=True, slots=True)
class MemberState:
    """One agent on the day. ``kinds`` counts entries by kind; ``count`` has the overlap applied.

    ``late`` counts standing entries that came after the deadline, ``confirmed`` and
    ``contradicted`` the callbacks answered so in the days of the strip.
    """

    agent_id: str
    name: str
    kinds: Mapping[str, int]
    count: DayCount
    submitted: bool
    late: int
    noted_missing: bool
    on_leave: bool
    policies: int
    confirmed: int
    contradicted: int
    open_case: bool
    strip: tuple[StripDay, ...]


@dataclass(frozen=True, slots=True)
class TeamState:
    """A team on a day as known at ``position`` (None: the newest).

    With ``happened_by``, of what was known then only that which had happened by that instant.
    """

    team_id: str
    name: str
    supervisor_id: str | None
    supervisor_name: str | None
    day: date
    position: int | None
    happened_by: datetime | None
    working_day: bool
    mode: WorkMode
    members: tuple[MemberState, ...]


Facts = Mapping[str, Mapping[str, int]]
"""Sums by ISO day and counter."""


def rules(connection: Connection, as_of_position: int | None = None) -> Rules:
    """Return the rules in force, or as known at a position."""
    return rules_as_of(connection, RULES, as_of_position)


def teams(connection: Connection, as_of_position: int | None = None) -> tuple[TeamFacts, ...]:
    """Return all teams, by id."""
    known = teams_as_of(connection, PEOPLE, as_of_position)
    return tuple(known[team_id] for team_id in sorted(known))


def teams_led_by(connection: Connection, supervisor_id: str) -> tuple[TeamFacts, ...]:
    """Return the teams that a supervisor leads."""
    return tuple(t for t in teams(connection) if t.supervisor_id == supervisor_id)


def people(
    connection: Connection, day: date, as_of_position: int | None = None
) -> dict[str, MemberFacts]:
    """Return everybody by id, with role and their team on ``day``."""
    return people_as_of(connection, PEOPLE, day, as_of_position)


def team_state(
    connection: Connection,
    team_id: str,
    day: date,
    as_of_position: int | None = None,
    happened_by: datetime | None = None,
) -> TeamState | None:
    """Return how a team stood on a day, as known at a position; None if there was no such team.

    With ``happened_by``, entries count from when they happened, not from when they were written:
    what came in late is there, what was taken back never was.
    """
    team = teams_as_of(connection, PEOPLE, as_of_position, happened_by).get(team_id)
    if team is None:
        return None
    everybody = people_as_of(connection, PEOPLE, day, as_of_position, around=team)
    agents = [p for p in everybody.values() if p.team_id == team_id and p.role == "agent"]
    rulebook = rules_as_of(connection, RULES, as_of_position)
    facts = _facts(connection, [a.person_id for a in agents], day, as_of_position, happened_by)
    absent = leave_as_of(connection, PEOPLE, _strip_days(day), as_of_position)
    leader = everybody.get(team.supervisor_id or "")
    return TeamState(
        team_id=team.team_id,
        name=team.name,
        supervisor_id=team.supervisor_id,
        supervisor_name=leader.name if leader else None,
        day=day,
        position=as_of_position,
        happened_by=happened_by,
        working_day=rulebook.is_working_day(day),
        mode=rulebook.mode_on(day),
        members=tuple(
            _member(agent, facts[agent.person_id], day, rulebook, absent)
            for agent in sorted(agents, key=lambda a: a.person_id)
        ),
    )


def _facts(
    connection: Connection,
    agent_ids: list[str],
    day: date,
    position: int | None,
    happened_by: datetime | None,
) -> Mapping[str, Facts]:
    """Return the sums of each agent over the days of the strip, and all cases up to the day."""
    first, last = _strip_days(day)[0].isoformat(), day.isoformat()
    recent = (
        select(FACT.c.agent_id, FACT.c.day, FACT.c.counter, func.sum(FACT.c.n))
        .where(FACT.c.agent_id.in_(agent_ids), FACT.c.day >= first, FACT.c.day <= last)
        .group_by(FACT.c.agent_id, FACT.c.day, FACT.c.counter)
    )
    cases = (
        select(CASE.c.agent_id, literal(last), literal("case"), func.sum(CASE.c.n))
        .where(CASE.c.agent_id.in_(agent_ids), CASE.c.day <= last)
        .group_by(CASE.c.agent_id)
    )
    sums: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for query, table in ((recent, FACT), (cases, CASE)):
        bound = _as_of(query, table, position, happened_by)
        for agent_id, when, counter, n in connection.execute(bound):
            sums[agent_id][when][counter] = int(n)
    return sums


def _as_of(
    query: Select[Any], table: Table, position: int | None, happened_by: datetime | None
) -> Select[Any]:
    if position is not None:
        query = query.where(table.c.position <= position)
    if happened_by is not None:
        query = query.where(table.c.happened_at <= instant(happened_by))
    return query


def _member(
    agent: MemberFacts, facts: Facts, day: date, rulebook: Rules, absent: set[tuple[str, date]]
) -> MemberState:
    today = facts.get(day.isoformat(), {})
    kinds = {kind: today.get(kind, 0) for kind in KINDS}
    return MemberState(
        agent_id=agent.person_id,
        name=agent.name,
        kinds=kinds,
        count=day_count(kinds, rulebook.mode_on(day)),
        submitted=today.get("submitted", 0) > 0,
        late=today.get("late", 0),
        noted_missing=today.get("missing", 0) > 0,
        on_leave=(agent.person_id, day) in absent,
        policies=today.get("policies", 0),
        confirmed=sum(d.get("confirmed", 0) for d in facts.values()),
        contradicted=sum(d.get("contradicted", 0) for d in facts.values()),
        open_case=today.get("case", 0) > 0,
        strip=tuple(
            StripDay(
                day=d,
                working=rulebook.is_working_day(d),
                level=_level(facts.get(d.isoformat(), {}), rulebook, d),
                on_leave=(agent.person_id, d) in absent,
            )
            for d in _strip_days(day)
        ),
    )


def _strip_days(day: date) -> list[date]:
    return [day - timedelta(days=back) for back in reversed(range(STRIP_DAYS))]


def _level(facts: Mapping[str, int], rulebook: Rules, day: date) -> int | None:
    kinds = {kind: facts.get(kind, 0) for kind in KINDS}
    if not any(kinds.values()):
        return 0 if facts.get("submitted") else None
    return 2 if is_met(day_count(kinds, rulebook.mode_on(day)), rulebook.mode_on(day)) else 1
