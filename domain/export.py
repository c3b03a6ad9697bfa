"""Tables that were taken away as files: who took which one, and what stood in it (R-34).

No table holds a customer's name or number; an export is an access all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.words import By, Receipt, stream_id


class Table(StrEnum):
    """The tables that can be taken away."""

    TEAM_DAYS = "team_days"  # 团队看板
    ENTRIES = "entries"  # 展业记录
    CALLBACKS = "callbacks"  # 回访
    REVIEWS = "reviews"  # 批阅
    CASES = "cases"  # 案件


def export_stream(export_id: str) -> UUID:
    """Return the stream of an export."""
    return stream_id("export", export_id)


@dataclass(frozen=True, slots=True)
class Taken:
    """Which rows are taken; ``digest`` is SHA-256 of the file, ``teams`` those whose rows they are."""

    table: Table
    file_format: str
    first_day: date
    last_day: date
    teams: tuple[str, ...]
    rows: int
    digest: str


class Export(Aggregate):
    """One export; it happens once."""

    TOPIC = "export"

    class Made(Created):
        """Somebody took a table away as a file."""

        TOPIC = "export.made.v1"
        export_id: str
        table: Table
        file_format: str
        first_day: date
        last_day: date
        teams: tuple[str, ...]
        rows: int
        digest: str

    @event(Made)
    def __init__(self, export_id: str, rows: int) -> None:
        self.export_id = export_id
        self.rows = rows


class Exports:
    """The command about exports."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def make(self, taken: Taken, *, by: By) -> Receipt:
        """Put on record that a table is taken away, before it leaves."""
        export_id = "E-" + by.command_id.hex[:12]

        def decide() -> list[Aggregate]:
            return [
                Export._create(
                    Export.Made,
                    id=export_stream(export_id),
                    export_id=export_id,
                    table=taken.table,
                    file_format=taken.file_format,
                    first_day=taken.first_day,
                    last_day=taken.last_day,
                    teams=tuple(taken.teams),
                    rows=taken.rows,
                    digest=taken.digest,
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)
