"""What was put on paper: every print names who printed it and stands on record (R-34).

Paper leaves the system for good, so a print is an access like any other: which sheet, about whom,
by whom and when, with a digest of what stood on it. Each print has a number that is also printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.words import By, Receipt, stream_id


class PaperKind(StrEnum):
    """The forms that are printed."""

    DAILY_LOG = "daily_log"  # 工作日志
    CALLBACK_RECORD = "callback_record"  # 回访电话记录表
    WEEKLY_SHEET = "weekly_sheet"  # 周工作检视表
    MONTHLY_RECORD = "monthly_record"  # 月经营记录


def paper_id_of(command_id: UUID) -> str:
    """Return the number of the print that a command makes."""
    return "P-" + stream_id("paper_of", str(command_id)).hex[:12]


def paper_stream(paper_id: str) -> UUID:
    """Return the stream of a print."""
    return stream_id("paper", paper_id)


@dataclass(frozen=True, slots=True)
class Printout:
    """What is printed: ``subject`` names the sheet, ``digest`` is SHA-256 of what stands on it."""

    kind: PaperKind
    subject: str
    agent_id: str
    team_id: str | None
    day: date
    pdf: bool
    digest: str


class Paper(Aggregate):
    """One print; it happens once."""

    TOPIC = "paper"

    class Printed(Created):
        """Somebody printed a sheet, or took it away as a PDF."""

        TOPIC = "paper.printed.v1"
        paper_id: str
        kind: PaperKind
        subject: str
        agent_id: str
        team_id: str | None
        day: date
        pdf: bool
        digest: str

    @event(Printed)
    def __init__(self, paper_id: str, agent_id: str) -> None:
        self.paper_id = paper_id
        self.agent_id = agent_id


class Papers:
    """The command about prints."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def print_out(self, printout: Printout, *, by: By) -> Receipt:
        """Put on record that a sheet is printed, before it leaves."""
        paper_id = paper_id_of(by.command_id)

        def decide() -> list[Aggregate]:
            return [
                Paper._create(
                    Paper.Printed,
                    id=paper_stream(paper_id),
                    paper_id=paper_id,
                    kind=printout.kind,
                    subject=printout.subject,
                    agent_id=printout.agent_id,
                    team_id=printout.team_id,
                    day=printout.day,
                    pdf=printout.pdf,
                    digest=printout.digest,
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)
