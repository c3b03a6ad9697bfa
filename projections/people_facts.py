"""Teams, members and leave as append-only rows, for projections that ask who was where when.

Two times stand in each row: from which day it holds, and since which position it was known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    select,
)

from projections.base import Handler, Writer
from store.log_reader import LoggedEvent
from store.mapper import instant


@dataclass(frozen=True)
class PeopleTables:
    """The three tables of one projection."""

    team: Table
    member: Table
    leave: Table


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team as known at a position."""

    team_id: str
    name: str
    supervisor_id: str | None


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A person of a team on a day, as known at a position."""

    person_id: str
    name: str
    role: str
    team_id: str | None
    since: date


def people_tables(metadata: MetaData, projection: str) -> PeopleTables:
    """Return the tables of a projection's own copy of teams and people."""
    return PeopleTables(
        team=Table(
            f"{projection}_team",
            metadata,
            Column("position", BigInteger, primary_key=True),
            Column("team_id", String, nullable=False),
            Column("name", String),
            Column("supervisor_id", String),
            Column("happened_at", String, nullable=False),
        ),
        member=Table(
            f"{projection}_member",
            metadata,
            Column("position", BigInteger, primary_key=True),
            Column("person_id", String, nullable=False),
            Column("name", String, nullable=False),
            Column("role", String, nullable=False),
            Column("team_id", String),
            Column("since", String, nullable=False),
        ),
        leave=Table(
            f"{projection}_leave",
            metadata,
            Column("position", BigInteger, primary_key=True),
            Column("person_id", String, nullable=False),
            Column("first_day", String, nullable=False),
            Column("last_day", String, nullable=False),
            Column("n", Integer, nullable=False),
        ),
    )


def people_handlers(tables: PeopleTables) -> dict[str, Handler]:
    """Return the handlers that fill the tables."""

    def team(writer: Writer, event: LoggedEvent) -> None:
        writer.insert(
            tables.team,
            position=event.position,
            team_id=event.data["team_id"],
            name=event.data.get("name"),
            supervisor_id=event.data.get("supervisor_id"),
            happened_at=instant(event.occurred_at),
        )

    def joined(writer: Writer, event: LoggedEvent) -> None:
        names = ("name", "role", "team_id", "since")
        place(writer, event, **{name: event.data[name] for name in names})

    def moved(writer: Writer, event: LoggedEvent) -> None:
        team_id, since = event.data["team_id"], event.data["since"]
        place(writer, event, **known(writer, event), team_id=team_id, since=since)

    def departed(writer: Writer, event: LoggedEvent) -> None:
        after = date.fromisoformat(event.data["last_day"]) + timedelta(days=1)
        place(writer, event, **known(writer, event), team_id=None, since=after.isoformat())

    def known(writer: Writer, event: LoggedEvent) -> dict[str, str]:
        before = writer.rows(tables.member, person_id=event.data["person_id"])[-1]
        return {"name": before["name"], "role": before["role"]}

    def place(writer: Writer, event: LoggedEvent, **facts: str | None) -> None:
        writer.insert(
            tables.member,
            position=event.position,
            person_id=event.data["person_id"],
            **facts,
        )

    def leave(writer: Writer, event: LoggedEvent, n: int) -> None:
        writer.insert(
            tables.leave,
            position=event.position,
            person_id=event.data["person_id"],
            first_day=event.data["first_day"],
            last_day=event.data["last_day"],
            n=n,
        )

    return {
        "organisation.team_formed.v1": team,
        "organisation.supervisor_appointed.v1": team,
        "organisation.member_joined.v1": joined,
        "organisation.member_moved.v1": moved,
        "organisation.member_departed.v1": departed,
        "organisation.leave_registered.v1": lambda w, e: leave(w, e, 1),
        "organisation.leave_cancelled.v1": lambda w, e: leave(w, e, -1),
    }


def teams_as_of(
    connection: Connection,
    tables: PeopleTables,
    position: int | None = None,
    happened_by: datetime | None = None,
) -> dict[str, TeamFacts]:
    """Return the teams by id, as known at a position; those that there were by an instant."""
    table, teams = tables.team, dict[str, TeamFacts]()
    query = _until(select(table).order_by(table.c.position), table, position)
    if happened_by is not None:
        query = query.where(table.c.happened_at <= instant(happened_by))
    for row in connection.execute(query):
        known = teams.get(row.team_id)
        teams[row.team_id] = TeamFacts(
            row.team_id,
            row.name or (known.name if known else row.team_id),
            row.supervisor_id or (known.supervisor_id if known else None),
        )
    return teams


def people_as_of(
    connection: Connection,
    tables: PeopleTables,
    day: date,
    position: int | None = None,
    *,
    around: TeamFacts | None = None,
) -> dict[str, MemberFacts]:
    """Return everybody by id with their team on ``day`` (None: not or no longer in one).

    ``around`` a team: only those who ever were in it, and its supervisor.
    """
    table, people = tables.member, dict[str, MemberFacts]()
    query = select(table).order_by(table.c.since, table.c.position)
    if around is not None:
        ever = select(table.c.person_id).where(table.c.team_id == around.team_id)
        leads = table.c.person_id == around.supervisor_id
        query = query.where(table.c.person_id.in_(ever) | leads)
    query = _until(query.where(table.c.since <= day.isoformat()), table, position)
    for row in connection.execute(query):
        people[row.person_id] = MemberFacts(
            row.person_id, row.name, row.role, row.team_id, date.fromisoformat(row.since)
        )
    return people


def leave_as_of(
    connection: Connection,
    tables: PeopleTables,
    days: Collection[date],
    position: int | None = None,
) -> set[tuple[str, date]]:
    """Return who is on leave on which of ``days``, as known at a position."""
    table, count = tables.leave, Counter[tuple[str, date]]()
    query = select(table.c.person_id, table.c.first_day, table.c.last_day, table.c.n).where(
        table.c.first_day <= max(days).isoformat(), table.c.last_day >= min(days).isoformat()
    )
    for row in connection.execute(_until(query, table, position)):
        for day in days:
            if row.first_day <= day.isoformat() <= row.last_day:
                count[row.person_id, day] += row.n
    return {absence for absence, n in count.items() if n > 0}


def _until(query: Select[Any], table: Table, position: int | None) -> Select[Any]:
    return query if position is None else query.where(table.c.position <= position)
