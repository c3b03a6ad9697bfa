"""What a worker checked by itself, once for each subject and day, and what it found (R-04)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.words import By, Check, Receipt, command_id, stream_id


@dataclass(frozen=True, slots=True)
class CheckKey:
    """What is checked: the check, its subject (a team, a callback) and the day it is for."""

    check: Check
    subject: str
    day: date

    @property
    def stream(self) -> UUID:
        """The stream in which the check's one outcome stands."""
        return stream_id("scheduled_check", self.check, self.subject, self.day.isoformat())

    @property
    def command_id(self) -> UUID:
        """The command id of the check: doing it twice is one effect."""
        return command_id("scheduled_check", self.check, self.subject, self.day.isoformat())


class ScheduledCheck(Aggregate):
    """One check of one subject for one day; its outcome is recorded once."""

    TOPIC = "scheduled_check"

    class Done(Created):
        """The check was made; ``findings`` are ids, none of them when all was well."""

        TOPIC = "scheduled_check.done.v1"
        check: Check
        subject: str
        team_id: str | None
        day: date
        due_at: datetime
        findings: tuple[str, ...]

    @event(Done)
    def __init__(self, check: Check, subject: str, day: date, findings: tuple[str, ...]) -> None:
        self.key = CheckKey(check, subject, day)
        self.findings = tuple(findings)


class ScheduledChecks:
    """The commands about checks."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, key: CheckKey) -> ScheduledCheck | None:
        """Return the check if it was made."""
        return self._recording.find(ScheduledCheck, key.stream)

    def finish(
        self,
        key: CheckKey,
        team_id: str | None,
        due_at: datetime,
        findings: Sequence[str],
        *,
        by: By,
        effects: Callable[[], Sequence[Aggregate]] | None = None,
    ) -> Receipt:
        """Record the outcome of a check, and its effects, in one append and once.

        ``by.command_id`` is ``key.command_id``. ``effects`` gives the other aggregates that the
        check changes; it runs again when somebody else changed them meanwhile.
        """

        def decide() -> list[Aggregate]:
            done = ScheduledCheck._create(
                ScheduledCheck.Done,
                id=key.stream,
                check=key.check,
                subject=key.subject,
                team_id=team_id,
                day=key.day,
                due_at=due_at,
                findings=tuple(findings),
                by=by,
            )
            return [*(effects() if effects else ()), done]

        return self._recording.answer(by, decide)
