"""Which coachings are due, under way and done, and what became of them (R-70 to R-76).

What was said is not here: it is sealed under the agent's key, and the page reads it from the log.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
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
    String,
    Table,
    select,
)

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
BOARD = Table(
    "coaching_board_coaching",
    METADATA,
    Column("coaching_id", String, primary_key=True),
    Column("agent_id", String, nullable=False),
    Column("team_id", String, nullable=False),
    Column("moment", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("evidence", String, nullable=False),
    Column("state", String, nullable=False),  # open, held, closed, dropped
    Column("on_day", String, nullable=False),
    Column("proposed_at", String, nullable=False),
    Column("held_on", String),
    Column("held_by", String),
    Column("effect", Integer),
    Column("next_on", String),
    Column("deferred", Integer, nullable=False),
    Column("comments", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("coaching_board_coaching_team", "team_id", "state", "on_day"),
    Index("coaching_board_coaching_agent", "agent_id", "position"),
)
EFFECT = Table(
    "coaching_board_effect",
    METADATA,
    Column("coaching_id", String, primary_key=True),
    Column("days", Integer, primary_key=True),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
)
DAYS = ("on_day", "held_on", "next_on")


@dataclass(frozen=True, slots=True)
class Card:
    """A coaching on the board; ``state`` is open, held, closed or dropped."""

    coaching_id: str
    agent_id: str
    team_id: str
    moment: str
    origin: str
    evidence: Mapping[str, float]
    state: str
    on_day: date
    proposed_at: datetime
    held_on: date | None
    held_by: str | None
    effect: int | None
    next_on: date | None
    deferred: int
    comments: int
    position: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What the log shows ``days`` days after a session beside as many before it."""

    days: int
    before: Mapping[str, float]
    after: Mapping[str, float]


def _proposed(writer: Writer, event: LoggedEvent) -> None:
    names = ("coaching_id", "agent_id", "team_id", "moment", "origin", "on_day")
    writer.insert(
        BOARD,
        **{name: event.data[name] for name in names},
        evidence=json.dumps(event.data["evidence"], sort_keys=True),
        state="open",
        proposed_at=event.data["by"]["recorded_at"],
        **dict.fromkeys(("held_on", "held_by", "effect", "next_on")),
        deferred=0,
        comments=0,
        position=event.position,
    )


def _change(writer: Writer, event: LoggedEvent, **values: Any) -> None:
    key = {"coaching_id": event.data["coaching_id"]}
    writer.change(BOARD, key, position=event.position, **values)


def _plus_one(writer: Writer, event: LoggedEvent, name: str) -> int:
    row = writer.row(BOARD, coaching_id=event.data["coaching_id"]) or {}
    return int(row.get(name, 0)) + 1


def _deferred(writer: Writer, event: LoggedEvent) -> None:
    times = _plus_one(writer, event, "deferred")
    _change(writer, event, on_day=event.data["until"], deferred=times)


def _held(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _change(writer, event, state="held", held_on=data["on_day"], held_by=data["supervisor_id"])


def _evaluated(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _change(writer, event, state="closed", effect=data["effect"], next_on=data["next_on"])


def _dropped(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, state="dropped")


def _commented(writer: Writer, event: LoggedEvent) -> None:
    _change(writer, event, comments=_plus_one(writer, event, "comments"))


def _measured(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    writer.insert(
        EFFECT,
        coaching_id=data["coaching_id"],
        days=data["days"],
        before=json.dumps(data["before"], sort_keys=True),
        after=json.dumps(data["after"], sort_keys=True),
    )


COACHING_BOARD = Projection(
    "coaching_board",
    1,
    METADATA,
    {
        "coaching.proposed.v1": _proposed,
        "coaching.deferred.v1": _deferred,
        "coaching.held.v1": _held,
        "coaching.evaluated.v1": _evaluated,
        "coaching.dropped.v1": _dropped,
        "coaching.commented.v1": _commented,
        "coaching.effect_measured.v1": _measured,
    },
)


def waiting(connection: Connection, teams: Collection[str]) -> Sequence[Card]:
    """Return the coachings of these teams that are not closed: asked for first, then by day."""
    query = select(BOARD).where(BOARD.c.team_id.in_(teams), BOARD.c.state.in_(("open", "held")))
    cards = [_card(dict(row._mapping)) for row in connection.execute(query)]
    return sorted(cards, key=lambda card: (card.origin != "agent", card.on_day, card.coaching_id))


def closed(connection: Connection, teams: Collection[str], limit: int) -> Sequence[Card]:
    """Return the newest closed coachings of these teams."""
    query = (
        select(BOARD)
        .where(BOARD.c.team_id.in_(teams), BOARD.c.state == "closed")
        .order_by(BOARD.c.position.desc())
        .limit(limit)
    )
    return [_card(dict(row._mapping)) for row in connection.execute(query)]


def of_agent(connection: Connection, agent_id: str, limit: int) -> Sequence[Card]:
    """Return the newest coachings of an agent, whatever became of them."""
    query = (
        select(BOARD)
        .where(BOARD.c.agent_id == agent_id)
        .order_by(BOARD.c.position.desc())
        .limit(limit)
    )
    return [_card(dict(row._mapping)) for row in connection.execute(query)]


def one(connection: Connection, coaching_id: str) -> Card | None:
    """Return a coaching, or None."""
    row = connection.execute(select(BOARD).where(BOARD.c.coaching_id == coaching_id)).first()
    return _card(dict(row._mapping)) if row else None


def effects(connection: Connection, coaching_id: str) -> Sequence[Effect]:
    """Return what was measured about a coaching, the shorter window first."""
    query = select(EFFECT).where(EFFECT.c.coaching_id == coaching_id).order_by(EFFECT.c.days)
    return [
        Effect(row.days, json.loads(row.before), json.loads(row.after))
        for row in connection.execute(query)
    ]


def _card(row: Mapping[str, Any]) -> Card:
    values = {name: row[name] for name in Card.__slots__}
    values["evidence"] = json.loads(row["evidence"])
    values["proposed_at"] = datetime.fromisoformat(row["proposed_at"])
    for name in DAYS:
        values[name] = date.fromisoformat(row[name]) if row[name] else None
    return Card(**values)
