"""Finds who has no log of a working day by the branch's deadline (漏填; R-01, R-04).

It looks at the team as it stood on record at the deadline itself, however late the check runs:
so a check that was missed for a day and a check that was punctual find the same people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from domain.application import TeamRecord
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Receipt, Role

Absent = Callable[[str, date, datetime], list[str]]
"""Gives the agents of a team without a log of a day, as on record at an instant; not those on
leave. Raises NotYet when the views are behind."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one check came to."""

    missing: tuple[str, ...]
    receipt: Receipt


def check(
    record: TeamRecord,
    absent: Absent,
    team_id: str,
    day: date,
    due_at: datetime,
    now: Callable[[], datetime],
) -> Looked:
    """Put on record which agents of a team have no log; a repeat changes nothing.

    Raises NotYet when the views are behind.
    """
    key = CheckKey(Check.MISSING_LOGS, team_id, day)
    done = record.scheduled_checks.find(key)
    earlier = record.recording.receipt_of(key.command_id)
    if done is not None and earlier is not None:
        return Looked(done.findings, earlier)
    missing = absent(team_id, day, due_at)
    moment = now()
    by = By(
        actor="system",
        role=Role.SYSTEM,
        occurred_at=moment,
        recorded_at=moment,
        command_id=key.command_id,
        source="worker",
    )
    receipt = record.scheduled_checks.finish(key, team_id, due_at, missing, by=by)
    return Looked(tuple(missing), receipt)
