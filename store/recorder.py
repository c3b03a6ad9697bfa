"""What both recorders share: errors, receipts and the parts that only sealed events have."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from eventsourcing.persistence import IntegrityError, NotSupportedError, StoredEvent

from store.mapper import SealedEvent

if TYPE_CHECKING:
    from store.log_reader import StoredRow

ReceiptRow = tuple[int, UUID, int]
"""Position, stream and version of the last event of a command."""


class DuplicateCommand(IntegrityError):
    """The command is on record already: give its first answer."""


class NotProvided(NotSupportedError):
    """A part of the library's recorders that this house does without, by name."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not provided: the follower polls the log")


def sealed_parts(event: StoredEvent) -> tuple[bytes | None, UUID | None]:
    """Return the envelope and the command of an event; a plain stored event has neither."""
    if isinstance(event, SealedEvent):
        return event.envelope, event.command_id
    return None, None


class NewestEnvelopes(ABC):
    """Envelopes by position; that of what this thread appended last needs no look into the log."""

    def __init__(self) -> None:
        self._newest = threading.local()

    @abstractmethod
    def rows_after(self, position: int, limit: int) -> Sequence[StoredRow]:
        """Return the rows behind ``position``, oldest first."""

    def envelope_at(self, position: int) -> bytes | None:
        """Return the envelope of the event at this position, or None where none stands."""
        if getattr(self._newest, "position", None) == position:
            return bytes(self._newest.envelope)
        rows = self.rows_after(position - 1, 1) if position > 0 else ()
        return rows[0].envelope if rows and rows[0].position == position else None

    def _remember_newest(self, positions: Sequence[int], events: Sequence[StoredEvent]) -> None:
        envelope, _command = sealed_parts(events[-1])
        if envelope is not None:
            self._newest.position, self._newest.envelope = positions[-1], envelope
