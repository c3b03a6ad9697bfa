"""One agent's day: the rings, the entries, whom they met last (R-01, R-02, R-40).

Texts are not here: the page reads the agent's own words from the log, with the agent's right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
    func,
    select,
)

from projections.base import Projection, Writer, corrected
from store.log_reader import LoggedEvent
from store.mapper import instant

METADATA = MetaData()
DAY = Table(
    "agent_day_day",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("summary_length", Integer, nullable=False),
    Column("help_wanted", Boolean, nullable=False),
    Column("submitted_at", String),
    Column("on_time", Boolean),
    Column("short_reason", String),
    Column("policies", Integer, nullable=False),
)
ENTRY = Table(
    "agent_day_entry",
    METADATA,
    # The phone makes the entry's id, and nothing keeps two days from using the same one.
    Column("agent_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("activity_id", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("minutes", Integer),
    Column("result", String, nullable=False),
    Column("last_action", String),
    Column("next_step", String),
    Column("next_at", String),
    Column("note_length", Integer, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("recorded_at", String, nullable=False),
    Column("corrected", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Index("agent_day_entry_next", "agent_id", "next_at"),
)
ENTRY_KEY = ("agent_id", "day", "activity_id")
CLEAR = ("kind", "started_at", "minutes", "result", "last_action", "next_step", "next_at")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands; ``started_at``, ``next_at`` and ``recorded_at`` are aware."""

    activity_id: str
    kind: str
    customer_id: str
    started_at: datetime
    minutes: int | None
    result: str
    last_action: str | None
    next_step: str | None
    next_at: datetime | None
    note_length: int
    late: bool
    recorded_at: datetime
    corrected: int
    withdrawn: bool
    position: int


@dataclass(frozen=True, slots=True)
class AgentDay:
    """A day of an agent; ``version`` is that of the day's stream, 0 before it was opened."""

    agent_id: str
    day: date
    version: int
    kinds: Mapping[str, int]
    entries: tuple[Entry, ...]
    submitted_at: datetime | None
    on_time: bool | None
    short_reason: str | None
    summary_length: int
    help_wanted: bool
    policies: int


def _opened(writer: Writer, event: LoggedEvent) -> None:
    writer.insert(
        DAY,
        agent_id=event.data["agent_id"],
        day=event.data["day"],
        team_id=event.data["team_id"],
        version=event.version,
        summary_length=0,
        help_wanted=False,
        submitted_at=None,
        on_time=None,
        short_reason=None,
        policies=0,
    )


def _change_day(writer: Writer, event: LoggedEvent, **values: object) -> None:
    key = {"agent_id": event.data["agent_id"], "day": event.data["day"]}
    writer.change(DAY, key, version=event.version, **values)


def _logged(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    writer.insert(
        ENTRY,
        position=event.position,
        customer_id=data["customer_id"],
        note_length=data["note_length"],
        late=data["late"],
        recorded_at=data["by"]["recorded_at"],
        corrected=0,
        withdrawn=False,
        **{name: data[name] for name in (*ENTRY_KEY, *CLEAR)},
    )
    _change_day(writer, event)


def _entry_key(event: LoggedEvent) -> dict[str, str]:
    return {name: event.data[name] for name in ENTRY_KEY}


def _corrected(writer: Writer, event: LoggedEvent) -> None:
    key = _entry_key(event)
    entry = writer.row(ENTRY, **key) or {}
    values = corrected(event, CLEAR, ("started_at", "next_at"))
    if event.data["note_length"] is not None:
        values["note_length"] = event.data["note_length"]
    writer.change(ENTRY, key, corrected=entry.get("corrected", 0) + 1, **values)
    _change_day(writer, event)


def _withdrawn(writer: Writer, event: LoggedEvent) -> None:
    writer.change(ENTRY, _entry_key(event), withdrawn=True)
    _change_day(writer, event)


def _summarised(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    length, wanted = data["text_length"], data["help_wanted"]
    _change_day(writer, event, summary_length=length, help_wanted=wanted)


def _submitted(writer: Writer, event: LoggedEvent) -> None:
    _change_day(
        writer,
        event,
        submitted_at=event.data["by"]["recorded_at"],
        on_time=event.data["on_time"],
        short_reason=event.data["short_reason"],
    )


def _signed(writer: Writer, event: LoggedEvent) -> None:
    day = writer.row(DAY, agent_id=event.data["agent_id"], day=event.data["day"]) or {}
    policies = day.get("policies", 0) + event.data["policies"]
    _change_day(writer, event, policies=policies)


AGENT_DAY = Projection(
    "agent_day",
    2,
    METADATA,
    {
        "daily_log.opened.v1": _opened,
        "daily_log.activity_logged.v1": _logged,
        "daily_log.activity_corrected.v1": _corrected,
        "daily_log.activity_withdrawn.v1": _withdrawn,
        "daily_log.summary_written.v1": _summarised,
        "daily_log.submitted.v1": _submitted,
        "daily_log.policies_signed.v1": _signed,
    },
)


def agent_day(connection: Connection, agent_id: str, day: date) -> AgentDay:
    """Return the agent's day, empty if nothing was written."""
    query = select(DAY).where(DAY.c.agent_id == agent_id, DAY.c.day == day.isoformat())
    row = connection.execute(query).mappings().first()
    found = dict(row) if row else None
    return put_together(agent_id, day, found, _entries(connection, agent_id, day))


def put_together(
    agent_id: str, day: date, row: Mapping[str, Any] | None, entries: tuple[Entry, ...]
) -> AgentDay:
    """Return the agent's day from its row, None of a day that was not opened, and its entries."""
    return AgentDay(
        agent_id=agent_id,
        day=day,
        version=row["version"] if row else 0,
        kinds=Counter(entry.kind for entry in entries if not entry.withdrawn),
        entries=entries,
        submitted_at=_instant(row["submitted_at"]) if row else None,
        on_time=row["on_time"] if row else None,
        short_reason=row["short_reason"] if row else None,
        summary_length=row["summary_length"] if row else 0,
        help_wanted=row["help_wanted"] if row else False,
        policies=row["policies"] if row else 0,
    )


def entry(connection: Connection, agent_id: str, day: date, activity_id: str) -> Entry | None:
    """Return one entry of an agent's day, or None."""
    query = select(ENTRY).where(
        ENTRY.c.agent_id == agent_id,
        ENTRY.c.day == day.isoformat(),
        ENTRY.c.activity_id == activity_id,
    )
    row = connection.execute(query).first()
    return entry_of(dict(row._mapping)) if row else None


def recent_customers(connection: Connection, agent_id: str, limit: int = 5) -> Sequence[str]:
    """Return the ids of the customers with whom the agent had to do last, newest first."""
    query = (
        select(ENTRY.c.customer_id)
        .where(ENTRY.c.agent_id == agent_id, ENTRY.c.withdrawn.is_(False))
        .group_by(ENTRY.c.customer_id)
        .order_by(func.max(ENTRY.c.started_at).desc())
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def planned(connection: Connection, agent_id: str, since: str, until: str) -> Sequence[Entry]:
    """Return entries whose next meeting lies between two ISO instants in UTC, soonest first."""
    query = (
        select(ENTRY)
        .where(
            ENTRY.c.agent_id == agent_id,
            ENTRY.c.next_at >= since,
            ENTRY.c.next_at < until,
            ENTRY.c.withdrawn.is_(False),
        )
        .order_by(ENTRY.c.next_at)
    )
    return [entry_of(dict(row)) for row in connection.execute(query).mappings()]


def days_written(
    connection: Connection, agent_id: str, until: date, days: int = 14
) -> dict[date, Mapping[str, int]]:
    """Return the counts by kind of each of the last days on which something stands."""
    first = until - timedelta(days=days - 1)
    query = (
        select(ENTRY.c.day, ENTRY.c.kind, func.count())
        .where(
            ENTRY.c.agent_id == agent_id,
            ENTRY.c.day >= first.isoformat(),
            ENTRY.c.day <= until.isoformat(),
            ENTRY.c.withdrawn.is_(False),
        )
        .group_by(ENTRY.c.day, ENTRY.c.kind)
    )
    found: dict[date, dict[str, int]] = {}
    for day, kind, n in connection.execute(query):
        found.setdefault(date.fromisoformat(day), {})[kind] = n
    return dict(found)


def submitted_days(connection: Connection, agent_id: str, since: date) -> set[date]:
    """Return the days since ``since`` that the agent has handed in."""
    query = select(DAY.c.day).where(
        DAY.c.agent_id == agent_id,
        DAY.c.day >= since.isoformat(),
        DAY.c.submitted_at.is_not(None),
    )
    return {date.fromisoformat(day) for day in connection.execute(query).scalars()}


def _entries(connection: Connection, agent_id: str, day: date) -> tuple[Entry, ...]:
    query = (
        select(ENTRY)
        .where(ENTRY.c.agent_id == agent_id, ENTRY.c.day == day.isoformat())
        .order_by(ENTRY.c.started_at, ENTRY.c.position)
    )
    return tuple(entry_of(dict(row)) for row in connection.execute(query).mappings())


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return an entry from its row."""
    values = {name: row[name] for name in Entry.__slots__}
    for name in ("started_at", "next_at", "recorded_at"):
        values[name] = _instant(values[name])
    return Entry(**values)


def _instant(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


def broken_promises(connection: Connection, agent_id: str, before: datetime, days: int = 14) -> int:
    """Return how many agreed next meetings of the ``days`` before an instant came to nothing.

    Kept is a promise whose customer the agent had to do with from a day before until two after.
    """
    since = before - timedelta(days=days)
    promised = planned(connection, agent_id, instant(since), instant(before - timedelta(days=2)))
    query = select(ENTRY.c.customer_id, ENTRY.c.started_at).where(
        ENTRY.c.agent_id == agent_id,
        ENTRY.c.started_at >= instant(since - timedelta(days=1)),
        ENTRY.c.withdrawn.is_(False),
    )
    met = [(row.customer_id, _instant(row.started_at)) for row in connection.execute(query)]
    return sum(not _is_kept(entry, met) for entry in promised)


def _is_kept(entry: Entry, met: Sequence[tuple[str, datetime | None]]) -> bool:
    if entry.next_at is None:
        return True
    first, last = entry.next_at - timedelta(days=1), entry.next_at + timedelta(days=2)
    return any(
        customer == entry.customer_id
        and at is not None
        and first <= at <= last
        and at > entry.started_at
        for customer, at in met
    )
