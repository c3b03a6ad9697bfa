"""How a team stands on a day, now or as of any position (R-40, R-41, R-42).

Facts are only ever added: a correction is a fact with a minus and one with a plus. So the state as
of a past position is the same query with a bound, and always equal to a replay up to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    func,
    select,
)

from domain.rhythm import DayCount, Rules, WorkMode, day_count, is_met
from domain.words import ActivityKind
from projections.base import Handler, Projection, Writer
from projections.people_facts import (
    MemberFacts,
    TeamFacts,
    leave_as_of,
    people_as_of,
    people_handlers,
    people_tables,
    teams_as_of,
)
from projections.rule_facts import (
    ADOPTED,
    keep_zone,
    local_day,
    rule_fact_table,
    rule_handlers,
    rules_as_of,
    zone_table,
)
from store.log_reader import LoggedEvent

METADATA = MetaData()
FACT = Table(
    "team_day_fact",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("agent_id", String, nullable=False),
    Column("day", String, nullable=False),
    Column("counter", String, nullable=False),
    Column("n", Integer, nullable=False),
    Index("team_day_fact_agent_day", "agent_id", "day", "position"),
)
LATE = Table(  # which entries came late, for what happens to them later; never asked by readers
    "team_day_late",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("activity_id", String, primary_key=True),
)
PEOPLE = people_tables(METADATA, "team_day")
RULES = rule_fact_table(METADATA, "team_day")
ZONE = zone_table(METADATA, "team_day")
ENTRY_KEY = ("agent_id", "day", "activity_id")
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
    """A team on a day as known at ``position`` (None: the newest)."""

    team_id: str
    name: str
    supervisor_id: str | None
    supervisor_name: str | None
    day: date
    position: int | None
    working_day: bool
    mode: WorkMode
    members: tuple[MemberState, ...]


def _add(writer: Writer, event: LoggedEvent, *counters: tuple[str, int], day: str = "") -> None:
    for no, (counter, n) in enumerate(counters):
        writer.insert(
            FACT,
            position=event.position,
            no=no,
            agent_id=event.data["agent_id"],
            day=day or event.data["day"],
            counter=counter,
            n=n,
        )


def _today(writer: Writer, event: LoggedEvent) -> str:
    return local_day(writer, ZONE, event.occurred_at).isoformat()


def _adopted(writer: Writer, event: LoggedEvent) -> None:
    keep_zone(ZONE)(writer, event)
    rule_handlers(RULES)[event.topic](writer, event)


def _logged(writer: Writer, event: LoggedEvent) -> None:
    late = (("late", 1),) if event.data["late"] else ()
    if late:
        writer.insert(LATE, **{name: event.data[name] for name in ENTRY_KEY})
    _add(writer, event, (event.data["kind"], 1), *late)


def _corrected(writer: Writer, event: LoggedEvent) -> None:
    if "kind" in event.data["changes"]:
        old, new = event.data["changes"]["kind"]
        _add(writer, event, (str(old), -1), (str(new), 1))


def _withdrawn(writer: Writer, event: LoggedEvent) -> None:
    late = writer.row(LATE, **{name: event.data[name] for name in ENTRY_KEY})
    _add(writer, event, (event.data["kind"], -1), *((("late", -1),) if late else ()))


def _submitted(writer: Writer, event: LoggedEvent) -> None:
    _add(writer, event, ("submitted", 1))


def _summarised(writer: Writer, event: LoggedEvent) -> None:
    _add(writer, event, ("help_wanted" if event.data["help_wanted"] else "summary", 1))


def _signed(writer: Writer, event: LoggedEvent) -> None:
    _add(writer, event, ("policies", event.data["policies"]))


def _answered(writer: Writer, event: LoggedEvent) -> None:
    outcome, day = event.data["outcome"], _today(writer, event)
    if outcome in ("confirmed", "partly"):
        _add(writer, event, ("confirmed", 1), day=day)
    elif outcome in ("denied", "wrong_person"):
        _add(writer, event, ("contradicted", 1), day=day)


def _case(n: int) -> Handler:
    def handle(writer: Writer, event: LoggedEvent) -> None:
        _add(writer, event, ("case", n), day=_today(writer, event))

    return handle


def _checked(writer: Writer, event: LoggedEvent) -> None:
    if event.data["check"] == "missing_logs":
        for no, agent_id in enumerate(event.data["findings"]):
            writer.insert(
                FACT,
                position=event.position,
                no=no,
                agent_id=agent_id,
                day=event.data["day"],
                counter="missing",
                n=1,
            )


TEAM_DAY = Projection(
    "team_day",
    2,
    METADATA,
    {
        "daily_log.activity_logged.v1": _logged,
        "daily_log.activity_corrected.v1": _corrected,
        "daily_log.activity_withdrawn.v1": _withdrawn,
        "daily_log.submitted.v1": _submitted,
        "daily_log.summary_written.v1": _summarised,
        "daily_log.policies_signed.v1": _signed,
        "callback.outcome_recorded.v1": _answered,
        "verification_case.case_opened.v1": _case(1),
        "verification_case.decided.v1": _case(-1),
        "scheduled_check.done.v1": _checked,
        **people_handlers(PEOPLE),
        **rule_handlers(RULES),
        ADOPTED: _adopted,
    },
)

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
    connection: Connection, team_id: str, day: date, as_of_position: int | None = None
) -> TeamState | None:
    """Return how a team stood on a day, as known at a position; None if there was no such team."""
    team = teams_as_of(connection, PEOPLE, as_of_position).get(team_id)
    if team is None:
        return None
    everybody = people_as_of(connection, PEOPLE, day, as_of_position)
    agents = [p for p in everybody.values() if p.team_id == team_id and p.role == "agent"]
    rulebook = rules_as_of(connection, RULES, as_of_position)
    facts = _facts(connection, [a.person_id for a in agents], day, as_of_position)
    absent = leave_as_of(connection, PEOPLE, _strip_days(day), as_of_position)
    leader = everybody.get(team.supervisor_id or "")
    return TeamState(
        team_id=team.team_id,
        name=team.name,
        supervisor_id=team.supervisor_id,
        supervisor_name=leader.name if leader else None,
        day=day,
        position=as_of_position,
        working_day=rulebook.is_working_day(day),
        mode=rulebook.mode_on(day),
        members=tuple(
            _member(agent, facts[agent.person_id], day, rulebook, absent)
            for agent in sorted(agents, key=lambda a: a.person_id)
        ),
    )


def _facts(
    connection: Connection, agent_ids: list[str], day: date, position: int | None
) -> Mapping[str, Facts]:
    query = (
        select(FACT.c.agent_id, FACT.c.day, FACT.c.counter, func.sum(FACT.c.n))
        .where(FACT.c.agent_id.in_(agent_ids))
        .group_by(FACT.c.agent_id, FACT.c.day, FACT.c.counter)
    )
    if position is not None:
        query = query.where(FACT.c.position <= position)
    first = (day - timedelta(days=STRIP_DAYS - 1)).isoformat()
    recent = query.where(FACT.c.day >= first, FACT.c.day <= day.isoformat())
    older = query.where(FACT.c.day < first, FACT.c.counter == "case")
    sums: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for agent_id, when, counter, n in (*connection.execute(recent), *connection.execute(older)):
        sums[agent_id][when][counter] = int(n)
    return sums


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
        open_case=sum(d.get("case", 0) for d in facts.values()) > 0,
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


@dataclass(frozen=True, slots=True)
class StateDifference:
    """What two states of a team do not share: whose, what, and the two values."""

    agent_id: str | None
    what: str
    before: str | int | bool | None
    after: str | int | bool | None


def differences(before: TeamState, after: TeamState) -> tuple[StateDifference, ...]:
    """Return what changed between two states, the team first and then each agent."""
    found = [
        StateDifference(None, what, getattr(before, what), getattr(after, what))
        for what in ("name", "supervisor_id", "working_day")
        if getattr(before, what) != getattr(after, what)
    ]
    old = {m.agent_id: _values(m) for m in before.members}
    new = {m.agent_id: _values(m) for m in after.members}
    for agent_id in sorted(old.keys() | new.keys()):
        was, now = old.get(agent_id, {}), new.get(agent_id, {})
        found += [
            StateDifference(agent_id, what, was.get(what), now.get(what))
            for what in dict.fromkeys((*was, *now))
            if was.get(what) != now.get(what)
        ]
    return tuple(found)


def _values(member: MemberState) -> dict[str, str | int | bool | None]:
    return {
        "name": member.name,
        **member.kinds,
        "submitted": member.submitted,
        "late": member.late,
        "noted_missing": member.noted_missing,
        "on_leave": member.on_leave,
        "policies": member.policies,
        "confirmed": member.confirmed,
        "contradicted": member.contradicted,
        "open_case": member.open_case,
    }
