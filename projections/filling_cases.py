"""Filling problems on their ladders (R-30 to R-34): who is where, and what waits for whom.

What was said is not here: it is sealed under the agent's key, and the page reads it from the log.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    select,
)

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
CASE = Table(
    "filling_cases_case",
    METADATA,
    Column("case_id", String, primary_key=True),
    Column("agent_id", String, nullable=False),
    Column("team_id", String, nullable=False),
    Column("problem", String, nullable=False),
    Column("no", Integer, nullable=False),
    Column("verification_case_no", Integer),
    Column("opened_at", String, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("will", String),
    Column("passed", String, nullable=False),
    Column("criticism", String),
    Column("replied_at", String),
    Column("praised_at", String),
    Column("ending", String),
    Column("closed_at", String),
    Column("position", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Index("filling_cases_case_team", "team_id", "ending"),
    Index("filling_cases_case_agent", "agent_id"),
)
SUGGESTION = Table(
    "filling_cases_suggestion",
    METADATA,
    Column("suggestion_id", String, primary_key=True),
    Column("agent_id", String, nullable=False),
    Column("team_id", String, nullable=False),
    Column("problem", String, nullable=False),
    Column("day", String, nullable=False),
    Column("facts", String, nullable=False),
    Column("state", String, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("filling_cases_suggestion_agent", "agent_id", "problem"),
    Index("filling_cases_suggestion_team", "team_id", "state"),
)
NOT_YET = ("will", "criticism", "replied_at", "praised_at", "ending", "closed_at")
INSTANTS = ("opened_at", "replied_at", "praised_at", "closed_at")


@dataclass(frozen=True, slots=True)
class FillingCard:
    """A case. ``criticism``: asked, signed, refused or held; ``passed``: steps taken or skipped."""

    case_id: str
    agent_id: str
    team_id: str
    problem: str
    no: int
    verification_case_no: int | None
    opened_at: datetime
    opened_by: str
    will: str | None
    passed: tuple[int, ...]
    criticism: str | None
    replied_at: datetime | None
    praised_at: datetime | None
    ending: str | None
    closed_at: datetime | None
    position: int
    version: int


@dataclass(frozen=True, slots=True)
class SuggestionCard:
    """What a check suggests. ``state``: open, taken (a case was opened) or dismissed."""

    suggestion_id: str
    agent_id: str
    team_id: str
    problem: str
    day: date
    facts: dict[str, int]
    state: str
    position: int


def _opened(writer: Writer, event: LoggedEvent) -> None:
    same = ("case_id", "agent_id", "team_id", "problem", "no", "verification_case_no")
    writer.insert(
        CASE,
        **dict.fromkeys(NOT_YET),
        **{name: event.data[name] for name in same},
        opened_at=event.data["by"]["recorded_at"],
        opened_by=event.actor,
        passed="[]",
        position=event.position,
        version=event.version,
    )
    about = {name: event.data[name] for name in ("agent_id", "problem")}
    for row in writer.rows(SUGGESTION, **about, state="open"):
        writer.change(SUGGESTION, {"suggestion_id": row["suggestion_id"]}, state="taken")


def _suggested(writer: Writer, event: LoggedEvent) -> None:
    same = ("suggestion_id", "agent_id", "team_id", "problem", "day")
    writer.insert(
        SUGGESTION,
        **{name: event.data[name] for name in same},
        facts=json.dumps(event.data["facts"], sort_keys=True),
        state="open",
        position=event.position,
    )


def _dismissed(writer: Writer, event: LoggedEvent) -> None:
    writer.change(SUGGESTION, {"suggestion_id": event.data["suggestion_id"]}, state="dismissed")


def _change(writer: Writer, event: LoggedEvent, **values: Any) -> None:
    values |= {"position": event.position, "version": event.version}
    writer.change(CASE, {"case_id": event.data["case_id"]}, **values)


def _will(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, will=event.data["will"])


def _passed(writer: Writer, event: LoggedEvent) -> None:
    row = writer.row(CASE, case_id=event.data["case_id"])
    before = json.loads(row["passed"]) if row else []
    _change(writer, event, passed=json.dumps(sorted({*before, event.data["step"]})))


def _asked(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, criticism="asked")


def _answered(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, criticism="signed" if event.data["signed"] else "refused")


def _held(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, criticism="held")


def _praised(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, praised_at=event.data["by"]["recorded_at"])


def _replied(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, replied_at=event.data["by"]["recorded_at"])


def _closed(writer: Writer, event: LoggedEvent) -> None:
    at = event.data["by"]["recorded_at"]
    _change(writer, event, ending=event.data["ending"], closed_at=at)


FILLING_CASES = Projection(
    "filling_cases",
    2,
    METADATA,
    {
        "filling_case.opened.v1": _opened,
        "filling_case.will_determined.v1": _will,
        "filling_case.step_taken.v1": _passed,
        "filling_case.step_skipped.v1": _passed,
        "filling_case.criticism_asked.v1": _asked,
        "filling_case.criticism_answered.v1": _answered,
        "filling_case.criticism_held.v1": _held,
        "filling_case.improvement_praised.v1": _praised,
        "filling_case.replied.v1": _replied,
        "filling_case.closed.v1": _closed,
        "filling_suggestion.raised.v1": _suggested,
        "filling_suggestion.dismissed.v1": _dismissed,
    },
)


def in_teams(connection: Connection, teams: Collection[str]) -> Sequence[FillingCard]:
    """Return the cases of these teams, those that something last happened to first."""
    query = select(CASE).where(CASE.c.team_id.in_(teams)).order_by(CASE.c.position.desc())
    return [_card(row) for row in connection.execute(query)]


def of_agent(connection: Connection, agent_id: str) -> Sequence[FillingCard]:
    """Return an agent's cases, the newest first."""
    query = select(CASE).where(CASE.c.agent_id == agent_id).order_by(CASE.c.opened_at.desc())
    return [_card(row) for row in connection.execute(query)]


def open_count(connection: Connection, teams: Collection[str]) -> int:
    """Return how many cases of these teams have not ended."""
    return sum(card.ending is None for card in in_teams(connection, teams))


def signatures_waiting(connection: Connection) -> Sequence[FillingCard]:
    """Return the cases whose criticism waits for a signature, oldest first."""
    query = (
        select(CASE)
        .where(CASE.c.criticism == "asked", CASE.c.ending.is_(None))
        .order_by(CASE.c.position)
    )
    return [_card(row) for row in connection.execute(query)]


def suggested_in(connection: Connection, teams: Collection[str]) -> Sequence[SuggestionCard]:
    """Return what waits for the supervisors of these teams, the newest first."""
    query = (
        select(SUGGESTION)
        .where(SUGGESTION.c.team_id.in_(teams), SUGGESTION.c.state == "open")
        .order_by(SUGGESTION.c.position.desc())
    )
    return [_suggestion(row) for row in connection.execute(query)]


def suggestions_about(
    connection: Connection, agent_id: str, problem: str
) -> Sequence[SuggestionCard]:
    """Return everything that was suggested about an agent and a problem."""
    query = select(SUGGESTION).where(
        SUGGESTION.c.agent_id == agent_id, SUGGESTION.c.problem == str(problem)
    )
    return [_suggestion(row) for row in connection.execute(query)]


def _suggestion(row: Row[tuple[Any, ...]]) -> SuggestionCard:
    values = {name: row._mapping[name] for name in SuggestionCard.__slots__}
    values["day"] = date.fromisoformat(values["day"])
    values["facts"] = json.loads(values["facts"])
    return SuggestionCard(**values)


def _card(row: Row[tuple[Any, ...]]) -> FillingCard:
    values = {name: row._mapping[name] for name in FillingCard.__slots__}
    values["passed"] = tuple(json.loads(values["passed"]))
    for name in INSTANTS:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return FillingCard(**values)
