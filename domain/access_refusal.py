"""What somebody was refused: asked for, and not theirs to see or do.

Refusals stand on record beside what was granted, a stream for each person and day. So that nobody
fills the log by asking on and on, each one is told up to ``TOLD_ONE_BY_ONE``; after that only
every doubling of their number, which is part of the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eventsourcing.domain import event

from domain.free_text import numbers_in
from domain.recording import Aggregate, Created, Recording
from domain.words import By, Receipt, stream_id

TOLD_ONE_BY_ONE = 20
MAX_ABOUT, MAX_ID = 6, 64
NOT_KEPT = "?"  # what looks like somebody's number was typed where an id belongs


def refusal_stream(person_id: str, day: date) -> UUID:
    """Return the stream of a person's refusals on a day."""
    return stream_id("access_refusal", person_id, day.isoformat())


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused request: its route (not its address, which people type) and the ids in it."""

    method: str
    route: str
    status: int
    about: tuple[str, ...] = ()


class AccessRefusals(Aggregate):
    """What one person was refused on one day."""

    TOPIC = "access_refusal"

    class Opened(Created):
        """A person was refused something for the first time that day."""

        TOPIC = "access.refusals_opened.v1"
        person_id: str
        team_id: str | None
        day: date

    class Refused(Aggregate.Event):
        """A request was refused; ``count`` of them that day, this one included."""

        TOPIC = "access.refused.v1"
        person_id: str
        team_id: str | None
        method: str
        route: str
        status: int
        about: tuple[str, ...]
        count: int

    @event(Opened)
    def __init__(self, person_id: str, team_id: str | None, day: date) -> None:
        self.person_id = person_id
        self.team_id = team_id
        self.day = day
        self.count = 0

    @event(Refused)
    def _refused(self, count: int) -> None:
        self.count = count

    def is_told(self, count: int) -> bool:
        """Tell whether the refusal with this number is put on record."""
        return count <= TOLD_ONE_BY_ONE or count >= 2 * self.count


class AccessRefusalBook:
    """The command about refusals."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, person_id: str, day: date) -> AccessRefusals | None:
        """Return what a person was refused on a day, or None."""
        return self._recording.find(AccessRefusals, refusal_stream(person_id, day))

    def note(
        self, refused: Refused, day: date, *, by: By, team_id: str | None = None, unsaid: int = 0
    ) -> Receipt | None:
        """Put a refusal of ``by.actor`` on record; None if it is one too many to be told.

        ``unsaid`` says how many came before it that were not put on record.
        """
        told = True

        def decide() -> list[Aggregate]:
            nonlocal told
            book = self.find(by.actor, day) or self._open(day, team_id, by)
            count = book.count + unsaid + 1
            told = book.is_told(count)
            if told:
                self._tell(book, refused, count, by)
            return [book] if told else []

        receipt = self._recording.answer(by, decide)
        return receipt if told else None

    def _open(self, day: date, team_id: str | None, by: By) -> AccessRefusals:
        return AccessRefusals._create(  # type: ignore[no-any-return]
            AccessRefusals.Opened,
            id=refusal_stream(by.actor, day),
            person_id=by.actor,
            team_id=team_id,
            day=day,
            by=by,
        )

    def _tell(self, book: AccessRefusals, refused: Refused, count: int, by: By) -> None:
        book.trigger_event(
            AccessRefusals.Refused,
            person_id=by.actor,
            team_id=book.team_id,
            method=refused.method,
            route=refused.route,
            status=refused.status,
            about=tuple(_kept(text) for text in refused.about[:MAX_ABOUT]),
            count=count,
            by=by,
        )


def _kept(text: str) -> str:
    """Return an id to put on record; never a phone number that somebody looked for."""
    return NOT_KEPT if numbers_in(text) else text[:MAX_ID]
