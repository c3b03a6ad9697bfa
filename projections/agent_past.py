"""An agent's day as it was known at a position, or as it had happened by an instant.

A day's stream is short, so it is read from the trail and played through the projection's own
handlers in memory; nothing of that is written.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from domain.daily_log import daily_log_stream
from projections import audit_trail
from projections.agent_day import AGENT_DAY, DAY, ENTRY, AgentDay, Entry, entry_of, put_together
from projections.audit_trail import TrailRow
from projections.base import Writer
from store.log_reader import LoggedEvent
from store.mapper import instant

OPENED, LOGGED = "daily_log.opened.v1", "daily_log.activity_logged.v1"
ENTRIES = "daily_log.activity_"


def agent_day_as_of(
    connection: Connection,
    agent_id: str,
    day: date,
    position: int,
    happened_by: datetime | None = None,
) -> AgentDay:
    """Return the day as known at ``position``; with ``happened_by``, what had happened by then.

    Then an entry counts from when it began, as last corrected, and one taken back never was.
    """
    stream = audit_trail.stream_of(connection, daily_log_stream(agent_id, day))
    events = [_event(row) for row in stream if row.position <= position]
    if happened_by is not None:
        events = [e for e in events if _is_kept(e) or e.occurred_at <= happened_by]
    if not events:
        return put_together(agent_id, day, None, ())
    writer = Writer(connection, AGENT_DAY.live_tables())  # never flushed: all stays in memory
    for event in events:
        if event.topic in AGENT_DAY.handlers:
            AGENT_DAY.handlers[event.topic](writer, event)
    entries = _entries(writer, events, happened_by)
    if happened_by is not None and not entries and all(_is_kept(e) for e in events):
        return put_together(agent_id, day, None, ())
    row = writer.row(DAY, agent_id=agent_id, day=day.isoformat())
    return put_together(agent_id, day, row, entries)


def _is_kept(event: LoggedEvent) -> bool:
    """Tell whether an event is about the entries, which are judged one by one at the end."""
    return event.topic == OPENED or event.topic.startswith(ENTRIES)


def _entries(
    writer: Writer, events: list[LoggedEvent], happened_by: datetime | None
) -> tuple[Entry, ...]:
    keys = [
        {name: event.data[name] for name in ("agent_id", "day", "activity_id")}
        for event in events
        if event.topic == LOGGED
    ]
    rows = [writer.row(ENTRY, **key) for key in keys]
    entries = [entry_of(row) for row in rows if row is not None]
    if happened_by is not None:
        entries = [e for e in entries if e.started_at <= happened_by and not e.withdrawn]
    return tuple(sorted(entries, key=lambda e: (e.started_at, e.position)))


def _event(row: TrailRow) -> LoggedEvent:
    by = {
        "actor": row.actor,
        "role": row.role,
        "source": row.source,
        "occurred_at": instant(row.occurred_at),
        "recorded_at": instant(row.recorded_at),
        "command_id": row.command_id,
    }
    data = {**row.facts, "by": by}
    return LoggedEvent(row.position, UUID(row.stream_id), row.stream_version, row.topic, data)
