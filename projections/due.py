"""What should happen by when, and has not: from here the scheduler works (R-04).

A check stays due until its outcome is on record, so a queue that loses its memory costs time and
never a check.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import BigInteger, Column, Connection, Index, MetaData, String, Table, select

from domain.monthly_record import month_due_at
from domain.rhythm import Rules
from domain.rhythm import due_at as instant_of
from domain.sheet_figures import WEEK, monday_of, month_of
from domain.weekly_sheet import week_due_at
from domain.words import Check, Role
from projections.base import Projection, Writer
from projections.habit_due import (
    HabitDue,
    filling_checks,
    review_checks,
    sheet_review_checks,
)
from projections.people_facts import people_handlers, people_tables, teams_as_of
from projections.reveal_due import reveal_handlers, reveal_tables, reveals_due
from projections.rule_facts import rule_fact_table, rule_handlers, rules_as_of
from store.log_reader import LoggedEvent

METADATA = MetaData()
PEOPLE = people_tables(METADATA, "due")
RULES = rule_fact_table(METADATA, "due")
REVEALS = reveal_tables(METADATA, "due")
ON_REVEALS = reveal_handlers(REVEALS)
STAFFED = Table(  # since when a team's logs are watched: its first agent came on record
    "due_staffed_team",
    METADATA,
    Column("team_id", String, primary_key=True),
    Column("since", String, nullable=False),
)
ANSWERED = Table(
    "due_answered_callback",
    METADATA,
    Column("callback_id", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("answered_at", String, nullable=False),
    Column("position", BigInteger, nullable=False),
)
DONE = Table(
    "due_done",
    METADATA,
    Column("check", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("day", String, primary_key=True),
    Index("due_done_subject", "subject"),
)
LOOK_BACK = timedelta(days=14)
CALL_PLAN_AT = time(6)  # before anybody looks at the morning board
SAYS_NOTHING = ("unreachable", "not_asked")


@dataclass(frozen=True, slots=True, order=True)
class DueCheck:
    """A check whose time has come; ``due_at`` is an aware instant, ``subject`` a team or callback."""

    due_at: datetime
    check: str
    subject: str
    team_id: str
    day: date
    cause: str | None = None


def _staffed(writer: Writer, event: LoggedEvent) -> None:
    people_handlers(PEOPLE)[event.topic](writer, event)
    team_id, person_id = event.data["team_id"], event.data["person_id"]
    role = writer.rows(PEOPLE.member, person_id=person_id)[-1]["role"]
    if team_id and role == Role.AGENT and writer.row(STAFFED, team_id=team_id) is None:
        writer.insert(STAFFED, team_id=team_id, since=_appended_at(event))


def _appended_at(event: LoggedEvent) -> str:
    # Imported and demo people were "recorded" long ago in another system; nobody is to be
    # reminded of logs that were due before this system knew the team.
    if event.envelope:
        return str(json.loads(event.envelope)["at"])
    return event.recorded_at.isoformat()


def _answered(writer: Writer, event: LoggedEvent) -> None:
    ON_REVEALS[event.topic](writer, event)
    if event.data["outcome"] not in SAYS_NOTHING:
        writer.insert(
            ANSWERED,
            callback_id=event.data["callback_id"],
            team_id=event.data["team_id"],
            answered_at=event.data["by"]["recorded_at"],
            position=event.position,
        )


def _done(writer: Writer, event: LoggedEvent) -> None:
    writer.insert(DONE, **{name: event.data[name] for name in ("check", "subject", "day")})


DUE = Projection(
    "due",
    5,
    METADATA,
    {
        **people_handlers(PEOPLE),
        **rule_handlers(RULES),
        **ON_REVEALS,
        "organisation.member_joined.v1": _staffed,
        "organisation.member_moved.v1": _staffed,
        "callback.outcome_recorded.v1": _answered,
        "scheduled_check.done.v1": _done,
    },
)


def checks_due(connection: Connection, now: datetime) -> list[DueCheck]:
    """Return what should have been checked by ``now`` (aware) and is not on record, oldest first.

    Missing logs: each team, each working day whose deadline has passed, at most 14 days back.
    Weeks and months: each team, each whose deadline has passed in these 14 days.
    Fake entries: each callback that said something. Reveal watch: see ``reveal_due``. Late reviews
    and filling problems: see ``habit_due``. The fake rate: each week, from Monday on.
    Call plans: each team, today, from 06:00 of a working day on; a morning missed is not made up.
    """
    due = [*_missing_logs_due(connection, now), *_comparisons_due(connection)]
    due += _sheets_due(connection, now)
    due += [*_reveals_due(connection, now), *_call_plans_due(connection, now)]
    due += _rate_due(connection, now)
    return sorted([*due, *_habits_due(connection, now)])


def watched_since(connection: Connection) -> dict[str, date]:
    """Return since which local day each team's logs are watched."""
    rules = rules_as_of(connection, RULES)
    return {
        row.team_id: rules.day_of(datetime.fromisoformat(row.since))
        for row in connection.execute(select(STAFFED))
    }


def _habits_due(connection: Connection, now: datetime) -> list[DueCheck]:
    rules, since = rules_as_of(connection, RULES), watched_since(connection)
    asked = {
        Check.FILLING_PROBLEMS: filling_checks,
        Check.OVERDUE_REVIEWS: review_checks,
        Check.OVERDUE_SHEET_REVIEWS: sheet_review_checks,
    }
    due = []
    for check, of in asked.items():
        done = _done_since(connection, check, rules.day_of(now) - LOOK_BACK)
        due += [_of_team(check, one) for one in of(rules, since, now) if _key(one) not in done]
    return due


def _key(due: HabitDue) -> tuple[str, str]:
    return due.team_id, due.day.isoformat()


def _of_team(check: Check, due: HabitDue) -> DueCheck:
    return DueCheck(due.due_at, str(check), due.team_id, due.team_id, due.day)


def _call_plans_due(connection: Connection, now: datetime) -> list[DueCheck]:
    rules = rules_as_of(connection, RULES)
    today = rules.day_of(now)
    at = instant_of(today, CALL_PLAN_AT, rules.time_zone)
    if at > now or not rules.is_working_day(today):
        return []
    done = _done_since(connection, Check.CALL_PLAN, today)
    staffed = {row.team_id for row in connection.execute(select(STAFFED.c.team_id))}
    return [
        DueCheck(at, str(Check.CALL_PLAN), team_id, team_id, today)
        for team_id in teams_as_of(connection, PEOPLE)
        if team_id in staffed and (team_id, today.isoformat()) not in done
    ]


def _rate_due(connection: Connection, now: datetime) -> list[DueCheck]:
    """Return the week's estimate of the fake rate, from Monday 06:00 on."""
    rules = rules_as_of(connection, RULES)
    today = rules.day_of(now)
    monday = today - timedelta(days=today.weekday())
    at = instant_of(monday, CALL_PLAN_AT, rules.time_zone)
    staffed = connection.execute(select(STAFFED.c.team_id).limit(1)).first()
    done = _done_since(connection, Check.FAKE_RATE, monday)
    if at > now or staffed is None or ("branch", monday.isoformat()) in done:
        return []
    return [DueCheck(at, str(Check.FAKE_RATE), "branch", "", monday)]


def _reveals_due(connection: Connection, now: datetime) -> list[DueCheck]:
    rules, check = rules_as_of(connection, RULES), str(Check.REVEAL_WATCH)
    return [
        DueCheck(
            at := watch.due_at,
            check,
            watch.subject,
            watch.team_id or "",
            rules.day_of(at),
            str(watch.position),
        )
        for watch in reveals_due(connection, REVEALS, DONE, now)
    ]


def _sheets_due(connection: Connection, now: datetime) -> list[DueCheck]:
    """Return the weeks and months whose sheets should have been handed in (R-10, R-20, R-24)."""
    rules, since = rules_as_of(connection, RULES), watched_since(connection)
    earliest = now - LOOK_BACK
    found = []
    for check, period, due_at in periods_due(rules, now):
        done = _done_since(connection, check, period)
        found += [
            DueCheck(due_at, str(check), team_id, team_id, period)
            for team_id in teams_as_of(connection, PEOPLE)
            if due_at > earliest
            and since.get(team_id, date.max) <= period
            and (team_id, period.isoformat()) not in done
        ]
    return found


def periods_due(rules: Rules, now: datetime) -> list[tuple[Check, date, datetime]]:
    """Return the last weeks and months whose sheets are due by ``now``, with their deadlines."""
    today = rules.day_of(now)
    monday, month = monday_of(today), month_of(today)
    weeks = [monday - WEEK * back for back in range(4)]
    months = [month, month_of(month - timedelta(days=1))]
    found = [(Check.MISSING_WEEKS, one, week_due_at(rules, one)) for one in weeks]
    found += [(Check.MISSING_MONTHS, one, month_due_at(rules, one)) for one in months]
    return [entry for entry in found if entry[2] <= now]


def _missing_logs_due(connection: Connection, now: datetime) -> list[DueCheck]:
    rules = rules_as_of(connection, RULES)
    done = _done_since(connection, Check.MISSING_LOGS, rules.day_of(now) - LOOK_BACK)
    since = watched_since(connection)
    return [
        DueCheck(rules.due_at(day), str(Check.MISSING_LOGS), team_id, team_id, day)
        for team_id in teams_as_of(connection, PEOPLE)
        for day in _days_due(rules, now)
        if since.get(team_id, date.max) <= day and (team_id, day.isoformat()) not in done
    ]


def _days_due(rules: Rules, now: datetime) -> list[date]:
    today = rules.day_of(now)
    days = (today - timedelta(days=back) for back in range(LOOK_BACK.days))
    return [day for day in days if rules.is_working_day(day) and rules.due_at(day) <= now]


def _done_since(connection: Connection, check: Check, day: date) -> set[tuple[str, str]]:
    query = select(DONE.c.subject, DONE.c.day).where(
        DONE.c.check == str(check), DONE.c.day >= day.isoformat()
    )
    return {(row.subject, row.day) for row in connection.execute(query)}


def _comparisons_due(connection: Connection) -> list[DueCheck]:
    rules = rules_as_of(connection, RULES)
    query = (
        select(ANSWERED)
        .outerjoin(
            DONE,
            (DONE.c.subject == ANSWERED.c.callback_id) & (DONE.c.check == str(Check.FAKE_ENTRIES)),
        )
        .where(DONE.c.subject.is_(None))
        .order_by(ANSWERED.c.position)
    )
    return [
        DueCheck(
            at := datetime.fromisoformat(row.answered_at),
            str(Check.FAKE_ENTRIES),
            row.callback_id,
            row.team_id,
            rules.day_of(at),
            str(row.position),
        )
        for row in connection.execute(query)
    ]
