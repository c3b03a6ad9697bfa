"""Which checks of the supervisors' own work are due: 1-1-1, cadence, moments, effect, self-check.

All of them are done in the morning after (R-41, R-43, R-71, R-76, R-83): what they find is put
before people when they are at work, and never at night.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import Column, Connection, Index, MetaData, String, Table, select

from domain.coaching import WINDOWS
from domain.rhythm import Rules, due_at
from domain.words import Check, Role
from projections.base import Projection, Writer
from projections.due import DueCheck
from projections.people_facts import people_handlers, people_tables, teams_as_of
from projections.rule_facts import rule_fact_table, rule_handlers, rules_as_of
from store.log_reader import LoggedEvent

METADATA = MetaData()
PEOPLE = people_tables(METADATA, "supervision_due")
RULES = rule_fact_table(METADATA, "supervision_due")
STAFFED = Table(  # since when a team's supervisor is looked at: its first agent came on record
    "supervision_due_staffed",
    METADATA,
    Column("team_id", String, primary_key=True),
    Column("since", String, nullable=False),
)
HELD = Table(
    "supervision_due_held",
    METADATA,
    Column("coaching_id", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("held_on", String, nullable=False),
    Column("since", String, nullable=False),
)
DONE = Table(
    "supervision_due_done",
    METADATA,
    Column("check", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("day", String, primary_key=True),
    Index("supervision_due_done_day", "day"),
)
MORNING = time(8)
LOOK_BACK = timedelta(days=14)
CHECKS = (Check.DUTIES, Check.COACHING_MOMENTS, Check.COACHING_EFFECT, Check.SELF_CHECK)


def _appended_at(event: LoggedEvent) -> str:
    # what was imported happened before this branch was here: nobody is asked about it
    if event.envelope:
        return str(json.loads(event.envelope)["at"])
    return event.recorded_at.isoformat()


def _staffed(writer: Writer, event: LoggedEvent) -> None:
    people_handlers(PEOPLE)[event.topic](writer, event)
    team_id, person_id = event.data["team_id"], event.data["person_id"]
    role = writer.rows(PEOPLE.member, person_id=person_id)[-1]["role"]
    if team_id and role == Role.AGENT and writer.row(STAFFED, team_id=team_id) is None:
        writer.insert(STAFFED, team_id=team_id, since=_appended_at(event))


def _held(writer: Writer, event: LoggedEvent) -> None:
    names = ("coaching_id", "team_id")
    writer.insert(
        HELD,
        **{name: event.data[name] for name in names},
        held_on=event.data["on_day"],
        since=_appended_at(event),
    )


def _done(writer: Writer, event: LoggedEvent) -> None:
    if event.data["check"] in CHECKS:
        writer.insert(DONE, **{name: event.data[name] for name in ("check", "subject", "day")})


SUPERVISION_DUE = Projection(
    "supervision_due",
    2,
    METADATA,
    {
        **people_handlers(PEOPLE),
        **rule_handlers(RULES),
        "organisation.member_joined.v1": _staffed,
        "organisation.member_moved.v1": _staffed,
        "coaching.held.v1": _held,
        "scheduled_check.done.v1": _done,
    },
)


def supervision_due(connection: Connection, now: datetime) -> list[DueCheck]:
    """Return what should have been checked by ``now`` (aware) and is not on record, oldest first."""
    rules = rules_as_of(connection, RULES)
    query = select(DONE.c.check, DONE.c.subject, DONE.c.day)
    done = {(row.check, row.subject, row.day) for row in connection.execute(query)}
    found = [*_of_days(connection, rules, now), *_of_sessions(connection, rules, now)]
    return sorted(d for d in found if (d.check, d.subject, d.day.isoformat()) not in done)


def _of_days(connection: Connection, rules: Rules, now: datetime) -> Iterator[DueCheck]:
    """Each working day of the last two weeks whose next morning has come."""
    since = {
        row.team_id: rules.day_of(datetime.fromisoformat(row.since))
        for row in connection.execute(select(STAFFED))
    }
    teams = teams_as_of(connection, PEOPLE)
    for day in _days(rules, now):
        at, asked = _morning(rules, day), set[str]()
        for team_id, team in sorted(teams.items()):
            if since.get(team_id, date.max) > day:
                continue
            yield DueCheck(at, str(Check.COACHING_MOMENTS), team_id, team_id, day)
            if team.supervisor_id and team.supervisor_id not in asked:
                asked.add(team.supervisor_id)
                for check in (Check.DUTIES, Check.SELF_CHECK):
                    yield DueCheck(at, str(check), team.supervisor_id, team_id, day)


def _of_sessions(connection: Connection, rules: Rules, now: datetime) -> Iterator[DueCheck]:
    """Each session, when 14 and 28 days after it have passed; not those long before this branch."""
    for row in connection.execute(select(HELD)):
        for days in WINDOWS:
            last = date.fromisoformat(row.held_on) + timedelta(days=days)
            at, known = _morning(rules, last), rules.day_of(datetime.fromisoformat(row.since))
            if at <= now and last >= known:
                subject = f"{row.coaching_id}/{days}"
                yield DueCheck(at, str(Check.COACHING_EFFECT), subject, row.team_id, last)


def _days(rules: Rules, now: datetime) -> list[date]:
    today = rules.day_of(now)
    days = (today - timedelta(days=back) for back in range(1, LOOK_BACK.days))
    return [d for d in days if rules.is_working_day(d) and _morning(rules, d) <= now]


def _morning(rules: Rules, day: date) -> datetime:
    """Return the instant on the morning after a day at which it is looked at."""
    return due_at(day + timedelta(days=1), MORNING, rules.time_zone)
