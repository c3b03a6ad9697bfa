"""Takes the rows of a big import, a slice at a time: nobody waits for it on a page.

A slice that was cut short is done again; its rows are the same commands, and change nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from domain.application import TeamRecord
from domain.bringing import brought, command_of, take
from domain.refusals import Refusal
from domain.words import By, Role
from projections.due import DueCheck
from store.import_jobs import ImportJob, ImportJobs, Row
from workers.tasks import IMPORT

SLICE = 100  # rows; a few hundred milliseconds, so that a stop is never waited for


@dataclass(frozen=True, slots=True)
class Taken:
    """What a slice came to."""

    done: int
    refused: int


def imports_due(jobs: ImportJobs, today: date) -> list[DueCheck]:
    """Return the next slice of each import that has rows left."""
    return [
        DueCheck(
            datetime.fromtimestamp(job.made_at, UTC), IMPORT, f"{job.job_id}/{job.done}", "", today
        )
        for job in jobs.waiting()
    ]


def bring_slice(
    record: TeamRecord, jobs: ImportJobs, job_id: str, now: Callable[[], datetime]
) -> Taken | None:
    """Take the next rows of an import; None if there are none left."""
    job = jobs.find(job_id)
    rows = jobs.rows(job)[job.done : job.done + SLICE] if job and not job.over else ()
    if job is None or not rows:
        return None
    position, refused = job.position, list[tuple[int, str]]()
    for row in rows:
        try:
            receipt = take(record, brought(job.kind, row["row"]), _who(job, row, now()))
            position = max(position, receipt.position)
        except Refusal as problem:
            refused.append((row["no"], type(problem).__name__))
    jobs.note(job, job.done + len(rows), position, refused)
    return Taken(job.done + len(rows), len(refused))


def _who(job: ImportJob, row: Row, moment: datetime) -> Callable[[str], By]:
    brought_at = datetime.fromtimestamp(job.made_at, UTC)

    def part(name: str) -> By:
        command = command_of(job.kind, job.person_id, name, row["secret"])
        return By(job.person_id, Role(job.role), brought_at, moment, command, "import")

    return part
