"""The rulebook's events as rows, for projections that need the rules as of a position.

Each projection that needs them keeps its own copy, so that it depends on no other's position.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    select,
)

from domain.rhythm import Deadlines, ReviewRhythm, Rules, WorkMode
from projections.base import Handler, Writer
from store.log_reader import LoggedEvent

ADOPTED = "rulebook.adopted.v1"
TOPICS = (
    ADOPTED,
    "rulebook.work_mode_defined.v1",
    "rulebook.deadlines_set.v1",
    "rulebook.review_rhythm_set.v1",
    "rulebook.calendar_published.v1",
    "rulebook.thresholds_set.v1",
)


def rule_fact_table(metadata: MetaData, projection: str) -> Table:
    """Return the table of a projection's own copy of the rules."""
    return Table(
        f"{projection}_rule",
        metadata,
        Column("position", BigInteger, primary_key=True),
        Column("topic", String, nullable=False),
        Column("data", Text, nullable=False),
    )


def rule_handlers(table: Table) -> dict[str, Handler]:
    """Return the handlers that fill the table."""

    def keep(writer: Writer, event: LoggedEvent) -> None:
        facts = {k: v for k, v in event.data.items() if k not in ("by", "originator_topic")}
        writer.insert(
            table,
            position=event.position,
            topic=event.topic,
            data=json.dumps(facts, ensure_ascii=False, sort_keys=True),
        )

    return dict.fromkeys(TOPICS, keep)


def zone_table(metadata: MetaData, projection: str) -> Table:
    """Return the table, of one row, with the time zone by which a projection counts days."""
    return Table(
        f"{projection}_zone",
        metadata,
        Column("no", Integer, primary_key=True),
        Column("time_zone", String, nullable=False),
    )


def keep_zone(table: Table) -> Handler:
    """Return the handler of ``rulebook.adopted`` that fills the table."""

    def keep(writer: Writer, event: LoggedEvent) -> None:
        writer.insert(table, no=1, time_zone=event.data["time_zone"])

    return keep


def local_day(writer: Writer, table: Table, moment: datetime) -> date:
    """Return the branch's local date of an instant, while projecting."""
    adopted = writer.row(table, no=1)
    zone = adopted["time_zone"] if adopted else Rules().time_zone
    return moment.astimezone(ZoneInfo(zone)).date()


def zone_of(connection: Connection, table: Table) -> ZoneInfo:
    """Return the branch's time zone."""
    found = connection.execute(select(table.c.time_zone)).scalar()
    return ZoneInfo(found or Rules().time_zone)


def rules_as_of(connection: Connection, table: Table, position: int | None = None) -> Rules:
    """Return the rules as they stood at a position; the newest ones without it."""
    query = select(table.c.topic, table.c.data).order_by(table.c.position)
    if position is not None:
        query = query.where(table.c.position <= position)
    rules = Rules()
    for row in connection.execute(query):
        rules = _FOLDS[row.topic](rules, json.loads(row.data))
    return rules


def _adopted(_rules: Rules, data: Mapping[str, Any]) -> Rules:
    return Rules(time_zone=data["time_zone"])


def _mode(rules: Rules, data: Mapping[str, Any]) -> Rules:
    mode = WorkMode(
        version=data["mode_version"],
        name=data["name"],
        calls=data["calls"],
        meetings=data["meetings"],
        closings=data["closings"],
        new_visits=data["new_visits"],
        closing_counts_as_meeting=data["closing_counts_as_meeting"],
        new_visit_counts_as_meeting=data["new_visit_counts_as_meeting"],
        since=date.fromisoformat(data["since"]),
    )
    return replace(rules, modes=(*rules.modes, mode))


def _deadlines(rules: Rules, data: Mapping[str, Any]) -> Rules:
    due = time.fromisoformat(data["daily_log_due"])
    return replace(rules, deadlines=Deadlines(due, data["late_reason_after_hours"]))


def _review_rhythm(rules: Rules, data: Mapping[str, Any]) -> Rules:
    names = ("week_due_after", "month_due_day", "log_hours", "sheet_hours")
    return replace(rules, review=ReviewRhythm(*(data[name] for name in names)))


def _calendar(rules: Rules, data: Mapping[str, Any]) -> Rules:
    year = data["year"]
    off = frozenset(map(date.fromisoformat, data["days_off"]))
    make_up = frozenset(map(date.fromisoformat, data["make_up_days"]))
    return replace(
        rules,
        days_off=frozenset(d for d in rules.days_off if d.year != year) | off,
        make_up_days=frozenset(d for d in rules.make_up_days if d.year != year) | make_up,
        published_years=rules.published_years | {year},
    )


def _thresholds(rules: Rules, data: Mapping[str, Any]) -> Rules:
    return replace(
        rules,
        alert_probability=data["alert_probability"],
        watch_probability=data["watch_probability"],
        contradictions=data["contradictions"],
    )


_FOLDS = {
    ADOPTED: _adopted,
    "rulebook.work_mode_defined.v1": _mode,
    "rulebook.deadlines_set.v1": _deadlines,
    "rulebook.review_rhythm_set.v1": _review_rhythm,
    "rulebook.calendar_published.v1": _calendar,
    "rulebook.thresholds_set.v1": _thresholds,
}
