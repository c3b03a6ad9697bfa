"""The rulebook's events as rows, for projections that need the rules as of a position.

Each projection that needs them keeps its own copy, so that it depends on no other's position.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, Text, select

from domain.rhythm import Deadlines, Rules, WorkMode
from projections.base import Handler, Writer
from store.log_reader import LoggedEvent

TOPICS = (
    "rulebook.adopted.v1",
    "rulebook.work_mode_defined.v1",
    "rulebook.deadlines_set.v1",
    "rulebook.calendar_published.v1",
    "rulebook.thresholds_set.v1",
)


def rule_fact_table(metadata: MetaData, projection: str) -> Table:
    """Return the table of a projection's own copy of the rules."""
    return Table(
        f"{projection}_rule",
        metadata,
        Column("position", BigInteger, primary_key=True),
        Column("topic", String(64), nullable=False),
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
    "rulebook.adopted.v1": _adopted,
    "rulebook.work_mode_defined.v1": _mode,
    "rulebook.deadlines_set.v1": _deadlines,
    "rulebook.calendar_published.v1": _calendar,
    "rulebook.thresholds_set.v1": _thresholds,
}
