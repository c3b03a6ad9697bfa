"""Reading the log as stored, in its order: for projections, workers, replays and audits.

Sealed fields stay sealed: who reads the log this way needs no key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from store.mapper import decode_raw


@dataclass(frozen=True)
class StoredRow:
    """One row of the log: its bytes as they lie there."""

    position: int
    stream_id: UUID
    version: int
    topic: str
    state: bytes
    envelope: bytes


class AuditRow(NamedTuple):
    """Everything that is stored of an event, ids as text: for those who compare it."""

    position: int
    stream_id: str
    version: int
    topic: str
    state: bytes
    envelope: bytes
    command_id: str | None


class AuditSource(Protocol):
    """What a recorder offers to those who check or export the log."""

    def audit_rows(self, position: int, limit: int) -> Sequence[AuditRow]:
        """Return the rows behind ``position``, oldest first, at most ``limit``."""

    def max_notification_id(self) -> int | None:
        """Return the newest position, or None of an empty log."""


class RowSource(AuditSource, Protocol):
    """What a recorder offers to those who read rows."""

    def rows_after(self, position: int, limit: int) -> Sequence[StoredRow]:
        """Return the rows behind ``position``, oldest first, at most ``limit``."""

    def rows_of(self, stream_id: UUID) -> Sequence[StoredRow]:
        """Return the rows of a stream, oldest first."""

    def elsewhere(self) -> Callable[[], AuditSource]:
        """Return what opens the same rows in another process: it can be pickled."""


@dataclass(frozen=True)
class LoggedEvent:
    """An event on record; ``data`` holds its fields as plain JSON values, upcast, still sealed."""

    position: int
    stream_id: UUID
    version: int
    topic: str
    data: Mapping[str, Any]
    envelope: bytes = b""

    @property
    def actor(self) -> str:
        """Who did it."""
        return str(self.data["by"]["actor"])

    @property
    def role(self) -> str:
        """As what they did it."""
        return str(self.data["by"]["role"])

    @cached_property
    def occurred_at(self) -> datetime:
        """When it is said to have happened."""
        return datetime.fromisoformat(self.data["by"]["occurred_at"])

    @cached_property
    def recorded_at(self) -> datetime:
        """When it was put on record."""
        return datetime.fromisoformat(self.data["by"]["recorded_at"])

    @property
    def command_id(self) -> UUID:
        """The command that made it."""
        return UUID(self.data["by"]["command_id"])

    @property
    def source(self) -> str:
        """Where the command came in: web, api, import, worker, cli or demo."""
        return str(self.data["by"]["source"])

    @property
    def cause(self) -> str | None:
        """The position of the event that made this happen, as text."""
        cause = self.data["by"].get("cause")
        return None if cause is None else str(cause)


class LogReader:
    """Reads one branch's log."""

    def __init__(self, source: RowSource) -> None:
        self._source = source

    @property
    def audit_source(self) -> AuditSource:
        """Return the rows as they are stored, for those who check or export them."""
        return self._source

    def elsewhere(self) -> Callable[[], AuditSource]:
        """Return what opens the rows as they are stored in another process."""
        return self._source.elsewhere()

    def head(self) -> int:
        """Return the newest position; 0 of an empty log."""
        return self._source.max_notification_id() or 0

    def after(self, position: int, limit: int) -> list[LoggedEvent]:
        """Return what stands behind ``position``, oldest first, at most ``limit`` events."""
        return [_event(row) for row in self._source.rows_after(position, limit)]

    def at(self, position: int) -> LoggedEvent | None:
        """Return the event at this position, or None."""
        rows = self._source.rows_after(position - 1, 1)
        return _event(rows[0]) if rows and rows[0].position == position else None

    def stream(self, stream_id: UUID) -> list[LoggedEvent]:
        """Return a stream's events, oldest first."""
        return [_event(row) for row in self._source.rows_of(stream_id)]

    def all(self, batch: int = 5000) -> Iterator[LoggedEvent]:
        """Go through the whole log in batches, oldest first."""
        position = 0
        while events := self.after(position, batch):
            yield from events
            position = events[-1].position


def _event(row: StoredRow) -> LoggedEvent:
    stored = StoredEvent(row.stream_id, row.version, row.topic, row.state)
    return LoggedEvent(
        row.position, row.stream_id, row.version, row.topic, decode_raw(stored), row.envelope
    )
