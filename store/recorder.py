"""What both recorders share: errors, receipts and the parts that only sealed events have."""

from __future__ import annotations

from uuid import UUID

from eventsourcing.persistence import IntegrityError, NotSupportedError, StoredEvent

from store.mapper import SealedEvent

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
