"""The review of a weekly sheet or a monthly record: 主管关怀 (R-14, R-25).

It needs an evaluation and advice, and for a month guidance on the next 行事历: it cannot be closed
while one of them is empty. What is too thin to help, or copied, is asked about once. Its reviewer
may take it back at once, unread (R-04).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadyAnswered,
    AlreadyReviewed,
    BadValue,
    CopiedRemark,
    EmptyText,
    NotYours,
    ThinRemark,
    UndoTooLate,
    UnknownReview,
    UnknownSheet,
)
from domain.remarks import is_copied, is_thin
from domain.review import UNDO_WITHIN
from domain.sheet_checklist import SheetFinding
from domain.words import By, Receipt, RemarkKind, Role, SheetKind, stream_id

MAX_TEXT = 2000


def sheet_review_stream(agent_id: str, sheet: SheetKind, period: date, again: int = 0) -> UUID:
    """Return the stream of the review of a week or month, or of that after ``again`` withdrawn ones."""
    more = (str(again),) if again else ()
    return stream_id("review", str(sheet), agent_id, period.isoformat(), *more)


@dataclass(frozen=True, slots=True)
class Care:
    """主管关怀: what the supervisor makes of a sheet, and what to do. ``guidance`` is for months."""

    kind: RemarkKind
    evaluation: str
    advice: str
    guidance: str | None = None
    findings: tuple[SheetFinding, ...] = ()


class SheetReview(Aggregate):
    """The review of one sheet of one agent."""

    TOPIC = "sheet_review"

    class Completed(Created):
        """The supervisor has read the sheet; evaluation, advice and guidance are sealed."""

        TOPIC = "review.sheet_completed.v1"
        SEALED: ClassVar[dict[str, str]] = {
            "evaluation": "agent_id",
            "advice": "agent_id",
            "guidance": "agent_id",
        }
        agent_id: str
        team_id: str
        sheet: SheetKind
        period: date
        sheet_version: int
        kind: RemarkKind
        findings: tuple[SheetFinding, ...]
        evaluation: str | None
        advice: str | None
        guidance: str | None
        text_length: int
        meant: bool

    class Read(Aggregate.Event):
        """The agent has read it, and may have answered."""

        TOPIC = "review.sheet_read.v1"
        SEALED: ClassVar[dict[str, str]] = {"reply": "agent_id"}
        agent_id: str
        team_id: str
        sheet: SheetKind
        period: date
        reply: str | None

    class Withdrawn(Aggregate.Event):
        """The reviewer took it back at once; what it said stays on record."""

        TOPIC = "review.sheet_withdrawn.v1"
        agent_id: str
        team_id: str
        sheet: SheetKind
        period: date

    @event(Completed)
    def __init__(self, agent_id: str, team_id: str, sheet: SheetKind, period: date, by: By) -> None:
        self.agent_id = agent_id
        self.team_id = team_id
        self.sheet = sheet
        self.period = period
        self.told = by
        self.read = False
        self.withdrawn = False

    @event(Read)
    def _read(self) -> None:
        self.read = True

    @event(Withdrawn)
    def _withdrawn(self) -> None:
        self.withdrawn = True


@dataclass(frozen=True, slots=True)
class SheetSeen:
    """What a review must know of a sheet."""

    team_id: str
    version: int
    submitted: bool


SheetOf = Callable[[str, SheetKind, date], SheetSeen | None]


class SheetReviews:
    """The commands about reviews of sheets."""

    def __init__(self, recording: Recording, sheet_of: SheetOf) -> None:
        self._recording = recording
        self._sheet_of = sheet_of

    def find(self, agent_id: str, sheet: SheetKind, period: date) -> SheetReview | None:
        """Return the review of that sheet that stands, or None."""
        return self._recording.find(SheetReview, self.stream(agent_id, sheet, period))

    def stream(self, agent_id: str, sheet: SheetKind, period: date) -> UUID:
        """Return the stream of the review that stands, or into which one would be written."""
        return self.streams(agent_id, sheet, period)[-1]

    def streams(self, agent_id: str, sheet: SheetKind, period: date) -> list[UUID]:
        """Return the streams of the withdrawn reviews, and last that of ``stream``."""
        found: list[UUID] = []
        for again in count():
            found.append(sheet_review_stream(agent_id, sheet, period, again))
            if not self._is_withdrawn(found[-1]):
                return found
        raise AssertionError("unreachable")

    def _is_withdrawn(self, stream: UUID) -> bool:
        review = self._recording.find(SheetReview, stream)
        return review is not None and review.withdrawn

    def complete(
        self,
        agent_id: str,
        sheet: SheetKind,
        period: date,
        care: Care,
        *,
        by: By,
        earlier: Sequence[str] = (),
        meant: bool = False,
    ) -> Receipt:
        """Record the review of a sheet; ``earlier`` are the reviewer's last evaluations of others.

        Raises UnknownSheet (not handed in), AlreadyReviewed, NotYours (nobody reviews themselves,
        and only who leads), EmptyText, BadValue, and unless ``meant`` ThinRemark and CopiedRemark.
        """

        def decide() -> list[Aggregate]:
            if by.actor == agent_id or by.role not in (Role.SUPERVISOR, Role.UPPER_SUPERVISOR):
                raise NotYours(what="review")
            seen = self._sheet_of(agent_id, sheet, period)
            if seen is None or not seen.submitted:
                raise UnknownSheet(agent_id=agent_id, period=period)
            if self.find(agent_id, sheet, period) is not None:
                raise AlreadyReviewed(agent_id=agent_id, day=period)
            _check(care, sheet, earlier, meant)
            stream = self.stream(agent_id, sheet, period)
            return [_completed(stream, agent_id, sheet, period, seen, care, meant, by)]

        return self._recording.answer(by, decide)

    def withdraw(self, agent_id: str, sheet: SheetKind, period: date, *, by: By) -> Receipt:
        """Take one's own review back within ten minutes, unread; the sheet waits again.

        Raises UnknownReview, NotYours, UndoTooLate.
        """

        def decide() -> list[Aggregate]:
            review = self.find(agent_id, sheet, period)
            if review is None:
                raise UnknownReview(agent_id=agent_id, day=period)
            if by.actor != review.told.actor:
                raise NotYours(what="review")
            if review.read or by.recorded_at - review.told.recorded_at > UNDO_WITHIN:
                raise UndoTooLate(minutes=UNDO_WITHIN // timedelta(minutes=1))
            review.trigger_event(
                SheetReview.Withdrawn,
                agent_id=agent_id,
                team_id=review.team_id,
                sheet=sheet,
                period=period,
                by=by,
            )
            return [review]

        return self._recording.answer(by, decide)

    def read(
        self, agent_id: str, sheet: SheetKind, period: date, *, by: By, reply: str | None = None
    ) -> Receipt:
        """Say, as the agent, that it was read. Raises UnknownReview, NotYours, AlreadyAnswered."""

        def decide() -> list[Aggregate]:
            review = self.find(agent_id, sheet, period)
            if review is None:
                raise UnknownReview(agent_id=agent_id, day=period)
            if by.actor != agent_id:
                raise NotYours(what="review")
            if review.read:
                raise AlreadyAnswered(agent_id=agent_id, day=period)
            if len(reply or "") > MAX_TEXT:
                raise BadValue(field="reply", value=len(reply or ""))
            review.trigger_event(
                SheetReview.Read,
                agent_id=agent_id,
                team_id=review.team_id,
                sheet=sheet,
                period=period,
                reply=(reply or "").strip() or None,
                by=by,
            )
            return [review]

        return self._recording.answer(by, decide)


def _check(care: Care, sheet: SheetKind, earlier: Sequence[str], meant: bool) -> None:
    texts = {"evaluation": care.evaluation, "advice": care.advice, "guidance": care.guidance or ""}
    needed = ("evaluation", "advice", *(("guidance",) if sheet is SheetKind.MONTH else ()))
    for field, text in texts.items():
        if field in needed and not text.strip():
            raise EmptyText(field=field)
        if len(text) > MAX_TEXT:
            raise BadValue(field=field, value=len(text))
        if field in needed and not meant and is_thin(text):
            raise ThinRemark(field=field)
    if not meant and is_copied(care.evaluation, earlier):
        raise CopiedRemark(field="evaluation")


def _completed(
    stream: UUID,
    agent_id: str,
    sheet: SheetKind,
    period: date,
    seen: SheetSeen,
    care: Care,
    meant: bool,
    by: By,
) -> SheetReview:
    guidance = (care.guidance or "").strip() or None
    review: SheetReview = SheetReview._create(
        SheetReview.Completed,
        id=stream,
        agent_id=agent_id,
        team_id=seen.team_id,
        sheet=sheet,
        period=period,
        sheet_version=seen.version,
        kind=care.kind,
        findings=tuple(care.findings),
        evaluation=care.evaluation.strip(),
        advice=care.advice.strip(),
        guidance=guidance,
        text_length=len(care.evaluation.strip()) + len(care.advice.strip()) + len(guidance or ""),
        meant=meant,
        by=by,
    )
    return review
