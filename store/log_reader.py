"""Reading the log as stored, in its order: for projections, workers, replays and audits.

Sealed fields stay sealed: who reads the log this way needs no key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from store.mapper import decode_state

ESCAPED_NUL = b"\\u0000"  # as JSON writes it


class StoredRow(NamedTuple):
    """One row of the log: its bytes as they lie there; the stream's id as text."""

    position: int
    stream_id: str
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


class LoggedEvent:
    """An event on record; ``data`` holds its fields as plain JSON values, upcast, still sealed.

    Of a stored row the fields are decoded when somebody asks for them: most readers want a few
    topics alone.
    """

    __slots__ = (
        "__dict__",
        "_data",
        "_state",
        "_stream",
        "envelope",
        "position",
        "topic",
        "version",
    )

    def __init__(
        self,
        position: int,
        stream_id: UUID | str,
        version: int,
        topic: str,
        data: Mapping[str, Any] | None,
        envelope: bytes = b"",
        state: bytes = b"",
    ) -> None:
        self.position, self._stream, self.version = position, stream_id, version
        self.topic, self.envelope = topic, envelope
        self._data, self._state = data, state

    @property
    def stream_id(self) -> UUID:
        """Which stream it belongs to."""
        if isinstance(self._stream, str):
            self._stream = UUID(self._stream)
        return self._stream

    @property
    def stream(self) -> str:
        """Which stream it belongs to, as text."""
        return str(self._stream)

    @property
    def data(self) -> Mapping[str, Any]:
        """Return the fields."""
        if self._data is None:
            self._data = decode_state(self.topic, self._state)
        return self._data

    def storable(self) -> LoggedEvent:
        """Return the event as both databases can keep it: PostgreSQL's text holds no NUL."""
        if ESCAPED_NUL not in self._state:
            return self
        data: Mapping[str, Any] = _without_nul(self.data)
        return LoggedEvent(
            self.position, self._stream, self.version, self.topic, data, self.envelope
        )

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
    position, stream, version, topic, state, envelope = row
    return LoggedEvent(position, stream, version, topic, None, envelope, state)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, dict):
        return {name: _without_nul(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_nul(each) for each in value]
    return value
