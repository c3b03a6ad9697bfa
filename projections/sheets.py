"""Weeks and months of agents: targets, what was written, what was handed in (R-10 to R-13, R-20 to R-25).

Texts are not here: they are sealed, and the page reads them from the log with the agent's right.
What was achieved is counted from the log (``sheet_figures``), never typed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    select,
)

from domain.sheet_figures import Figures, figures_of
from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
WEEK, MONTH = "week", "month"
SHEET = Table(
    "sheets_sheet",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("period", String, primary_key=True),  # the Monday, or the first of the month
    Column("team_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("targets", String),
    Column("origin", String),
    Column("summary_length", Integer, nullable=False),
    Column("next_targets", String),
    Column("plan_length", Integer, nullable=False),
    Column("weeks", Text, nullable=False),
    Column("submitted_at", String),
    Column("on_time", Boolean),
    Column("results", String),
    Column("missing", Text, nullable=False),
    Column("reviewed_at", String),
    Column("reviewer", String),
    Column("remark", String),
    Column("findings", Text, nullable=False),
    Column("read_at", String),
    Column("position", BigInteger, nullable=False),
    Index("sheets_sheet_period", "kind", "period"),
    Index("sheets_sheet_team", "team_id", "reviewed_at"),
    Index("sheets_sheet_reviewer", "reviewer", "position"),
)
TEAM_GOAL = Table(
    "sheets_team_goal",
    METADATA,
    Column("team_id", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("goals", String, nullable=False),
    Column("focus", Text),
    Column("set_by", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class TeamGoals:
    """What a team wants to reach in a month, and what it is about."""

    team_id: str
    month: date
    goals: Figures
    focus: str | None
    set_by: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A week or a month as it stands; ``version`` is that of its stream, 0 before it was opened.

    ``targets`` are a month's goals, too; ``weeks`` its work weeks as (first, last). ``results`` are
    those at the time of handing in; the log may have been put right since.
    """

    agent_id: str
    kind: str
    period: date
    team_id: str
    version: int
    targets: Figures | None
    origin: str | None
    summary_length: int
    next_targets: Figures | None
    plan_length: int
    weeks: tuple[tuple[date, date], ...]
    submitted_at: datetime | None
    on_time: bool | None
    results: Figures | None
    missing: tuple[str, ...]
    reviewed_at: datetime | None
    reviewer: str | None
    remark: str | None
    findings: tuple[str, ...]
    read_at: datetime | None
    position: int


def _key(event: LoggedEvent) -> dict[str, str]:
    if "sheet" in event.data:  # a review names the kind of sheet
        names = {"agent_id": "agent_id", "kind": "sheet", "period": "period"}
        return {name: event.data[source] for name, source in names.items()}
    week = "monday" in event.data
    return {
        "agent_id": event.data["agent_id"],
        "kind": WEEK if week else MONTH,
        "period": event.data["monday" if week else "month"],
    }


def _opened(writer: Writer, event: LoggedEvent) -> None:
    nothing = dict.fromkeys(
        (
            "targets",
            "origin",
            "next_targets",
            "submitted_at",
            "on_time",
            "results",
            "reviewed_at",
            "reviewer",
            "remark",
            "read_at",
        ),
        None,
    )
    writer.insert(
        SHEET,
        **_key(event),
        team_id=event.data["team_id"],
        version=event.version,
        summary_length=0,
        plan_length=0,
        weeks="[]",
        missing="[]",
        findings="[]",
        position=event.position,
        **nothing,
    )


def _set(writer: Writer, event: LoggedEvent, **values: Any) -> None:
    writer.change(SHEET, _key(event), version=event.version, position=event.position, **values)


def _targets_set(writer: Writer, event: LoggedEvent) -> None:
    origin = event.data["origin"]
    _set(writer, event, targets=json.dumps(event.data["targets"]), origin=origin)


def _summarised(writer: Writer, event: LoggedEvent) -> None:
    _set(writer, event, summary_length=event.data["text_length"])


def _next_planned(writer: Writer, event: LoggedEvent) -> None:
    _set(writer, event, next_targets=json.dumps(event.data["targets"]))


def _submitted(writer: Writer, event: LoggedEvent) -> None:
    _set(
        writer,
        event,
        submitted_at=event.data["by"]["recorded_at"],
        on_time=event.data["on_time"],
        results=json.dumps(event.data["results"]),
        missing=json.dumps(event.data.get("missing", [])),  # a month is never handed in with a gap
    )


def _divided(writer: Writer, event: LoggedEvent) -> None:
    weeks = [(week["first"], week["last"]) for week in event.data["weeks"]]
    _set(writer, event, weeks=json.dumps(weeks))


def _month_planned(writer: Writer, event: LoggedEvent) -> None:
    _set(writer, event, plan_length=event.data["text_length"])


def _goals_set(writer: Writer, event: LoggedEvent) -> None:
    _set(writer, event, targets=json.dumps(event.data["goals"]))


def _reviewed(writer: Writer, event: LoggedEvent) -> None:
    writer.change(
        SHEET,
        _key(event),
        reviewed_at=event.data["by"]["recorded_at"],
        reviewer=event.actor,
        remark=event.data["kind"],
        findings=json.dumps(event.data["findings"]),
        position=event.position,
    )


def _withdrawn(writer: Writer, event: LoggedEvent) -> None:
    nothing: dict[str, Any] = dict.fromkeys(("reviewed_at", "reviewer", "remark"))
    writer.change(SHEET, _key(event), **nothing, findings="[]", position=event.position)


def _read(writer: Writer, event: LoggedEvent) -> None:
    writer.change(SHEET, _key(event), read_at=event.data["by"]["recorded_at"])


def _team_goal(writer: Writer, event: LoggedEvent) -> None:
    key = {name: event.data[name] for name in ("team_id", "month")}
    values = {"goals": json.dumps(event.data["goals"]), "focus": event.data["focus"]}
    values["set_by"] = event.actor
    if writer.row(TEAM_GOAL, **key) is None:
        writer.insert(TEAM_GOAL, **key, **values)
    else:
        writer.change(TEAM_GOAL, key, **values)


SHEETS = Projection(
    "sheets",
    4,
    METADATA,
    {
        "weekly_sheet.opened.v1": _opened,
        "weekly_sheet.targets_set.v1": _targets_set,
        "weekly_sheet.summary_written.v1": _summarised,
        "weekly_sheet.next_week_planned.v1": _next_planned,
        "weekly_sheet.submitted.v1": _submitted,
        "monthly_record.opened.v1": _opened,
        "monthly_record.work_weeks_divided.v1": _divided,
        "monthly_record.last_month_summarised.v1": _summarised,
        "monthly_record.month_planned.v1": _month_planned,
        "monthly_record.goals_set.v1": _goals_set,
        "monthly_record.submitted.v1": _submitted,
        "review.sheet_completed.v1": _reviewed,
        "review.sheet_read.v1": _read,
        "review.sheet_withdrawn.v1": _withdrawn,
        "team_goal.set.v1": _team_goal,
        "team_goal.changed.v1": _team_goal,
    },
)


def one(connection: Connection, agent_id: str, kind: str, period: date) -> Sheet | None:
    """Return a sheet, or None if nothing was said about that week or month."""
    query = select(SHEET).where(
        SHEET.c.agent_id == agent_id, SHEET.c.kind == kind, SHEET.c.period == period.isoformat()
    )
    row = connection.execute(query).mappings().first()
    return sheet_of(dict(row)) if row else None


def goals_of(connection: Connection, agents: Collection[str], month: date) -> Mapping[str, Figures]:
    """Return the goals that these agents have set themselves for a month, by agent."""
    query = select(SHEET.c.agent_id, SHEET.c.targets).where(
        SHEET.c.kind == MONTH,
        SHEET.c.period == month.isoformat(),
        SHEET.c.agent_id.in_(agents),
        SHEET.c.targets.is_not(None),
    )
    found = {row.agent_id: figures_of(json.loads(row.targets)) for row in connection.execute(query)}
    return {agent: goals for agent, goals in found.items() if goals is not None}


def team_goals(connection: Connection, team_id: str, month: date) -> TeamGoals | None:
    """Return a team's goals for a month, or None."""
    query = select(TEAM_GOAL).where(
        TEAM_GOAL.c.team_id == team_id, TEAM_GOAL.c.month == month.isoformat()
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    goals = figures_of(json.loads(row["goals"])) or Figures()
    return TeamGoals(team_id, month, goals, row["focus"], row["set_by"])


def sheet_of(row: Mapping[str, Any]) -> Sheet:
    """Return a sheet from its row."""
    values = {name: row[name] for name in Sheet.__slots__}
    values["period"] = date.fromisoformat(row["period"])
    for name in ("targets", "next_targets", "results"):
        values[name] = figures_of(json.loads(row[name])) if row[name] else None
    for name in ("submitted_at", "reviewed_at", "read_at"):
        values[name] = datetime.fromisoformat(row[name]) if row[name] else None
    values["weeks"] = tuple(
        (date.fromisoformat(first), date.fromisoformat(last))
        for first, last in json.loads(row["weeks"])
    )
    for name in ("missing", "findings"):
        values[name] = tuple(json.loads(row[name]))
    return Sheet(**values)
