"""The review of a log by the supervisor: 批阅 (R-01 to R-04), with its remark (批语).

The review is for the agent: it names what the log shows, says what to do next, and the agent says
that it was read, or answers. A remark too short to help, or copied from the log before, is held
back once and asked about (R-14); whoever means it may still say it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.log_checklist import Finding
from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadyAnswered,
    AlreadyReviewed,
    BadValue,
    CopiedRemark,
    EmptyText,
    NotYours,
    Stale,
    ThinRemark,
    UndoTooLate,
    UnknownLog,
    UnknownReview,
)
from domain.remarks import is_copied, is_thin
from domain.words import By, Receipt, RemarkKind, ReviewVerdict, Role, stream_id

MAX_TEXT = 2000
UNDO_WITHIN = timedelta(minutes=10)


def review_stream(agent_id: str, day: date, again: int = 0) -> UUID:
    """Return the stream of the review of an agent's day, or of the one after ``again`` withdrawn ones."""
    more = (str(again),) if again else ()
    return stream_id("review", "daily_log", agent_id, day.isoformat(), *more)


@dataclass(frozen=True, slots=True)
class Remark:
    """What the supervisor has to say. ``findings`` are those of the checklist that hold."""

    kind: RemarkKind
    verdict: ReviewVerdict
    text: str
    advice: str | None = None
    findings: tuple[Finding, ...] = ()


class Review(Aggregate):
    """The review of one day of one agent."""

    TOPIC = "review"

    class Completed(Created):
        """The supervisor has read the log and said something about it (R-04)."""

        TOPIC = "review.completed.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id", "advice": "agent_id"}
        agent_id: str
        team_id: str
        day: date
        log_version: int
        kind: RemarkKind
        verdict: ReviewVerdict
        findings: tuple[Finding, ...]
        text: str | None
        text_length: int
        advice: str | None
        meant: bool

    class Read(Aggregate.Event):
        """The agent has read it, and may have answered."""

        TOPIC = "review.read.v1"
        SEALED: ClassVar[dict[str, str]] = {"reply": "agent_id"}
        agent_id: str
        team_id: str
        day: date
        reply: str | None

    class Withdrawn(Aggregate.Event):
        """The reviewer took it back at once; what it said stays on record."""

        TOPIC = "review.withdrawn.v1"
        agent_id: str
        team_id: str
        day: date

    @event(Completed)
    def __init__(self, agent_id: str, team_id: str, day: date, by: By) -> None:
        self.agent_id = agent_id
        self.team_id = team_id
        self.day = day
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
class LogSeen:
    """What a review must know of the log: its team, its version, whether it was handed in."""

    team_id: str
    version: int
    submitted: bool


class Reviews:
    """The commands about reviews. ``log_of`` gives an agent's day, None if nothing was written."""

    def __init__(self, recording: Recording, log_of: Callable[[str, date], LogSeen | None]) -> None:
        self._recording = recording
        self._log_of = log_of

    def find(self, agent_id: str, day: date) -> Review | None:
        """Return the review of that day that stands, or None."""
        return self._recording.find(Review, self.stream(agent_id, day))

    def stream(self, agent_id: str, day: date) -> UUID:
        """Return the stream of the review that stands, or into which one would be written."""
        return self.streams(agent_id, day)[-1]

    def streams(self, agent_id: str, day: date) -> list[UUID]:
        """Return the streams of the withdrawn reviews, and last that of ``stream``."""
        found: list[UUID] = []
        for again in count():
            found.append(review_stream(agent_id, day, again))
            if not self._is_withdrawn(found[-1]):
                return found
        raise AssertionError("unreachable")

    def _is_withdrawn(self, stream: UUID) -> bool:
        review = self._recording.find(Review, stream)
        return review is not None and review.withdrawn

    def complete(
        self,
        agent_id: str,
        day: date,
        remark: Remark,
        *,
        by: By,
        earlier: Sequence[str] = (),
        meant: bool = False,
        expected: int | None = None,
    ) -> Receipt:
        """Record the review of a log; ``earlier`` are the reviewer's last remarks to others.

        ``expected`` is the version of the log that was read, None for whichever it has.

        Raises UnknownLog (nothing was written), AlreadyReviewed, NotYours (nobody reviews
        themselves, and only who leads), Stale (the log has changed), EmptyText, BadValue, and
        unless ``meant`` ThinRemark and CopiedRemark.
        """

        def decide() -> list[Aggregate]:
            if by.actor == agent_id or by.role not in (Role.SUPERVISOR, Role.UPPER_SUPERVISOR):
                raise NotYours(what="review")
            log = self._log_of(agent_id, day)
            if log is None:
                raise UnknownLog(agent_id=agent_id, day=day)
            if self.find(agent_id, day) is not None:
                raise AlreadyReviewed(agent_id=agent_id, day=day)
            if expected is not None and log.version != expected:
                raise Stale(expected, log.version)
            text = _checked(remark, earlier, meant)
            stream = self.stream(agent_id, day)
            return [_completed(stream, agent_id, day, log, remark, text, meant, by)]

        return self._recording.answer(by, decide)

    def withdraw(self, agent_id: str, day: date, *, by: By) -> Receipt:
        """Take one's own review back within ten minutes, unread; the log waits again.

        Raises UnknownReview, NotYours, UndoTooLate.
        """

        def decide() -> list[Aggregate]:
            review = self.find(agent_id, day)
            if review is None:
                raise UnknownReview(agent_id=agent_id, day=day)
            if by.actor != review.told.actor:
                raise NotYours(what="review")
            if review.read or by.recorded_at - review.told.recorded_at > UNDO_WITHIN:
                raise UndoTooLate(minutes=UNDO_WITHIN // timedelta(minutes=1))
            about = {"agent_id": agent_id, "team_id": review.team_id, "day": day}
            review.trigger_event(Review.Withdrawn, **about, by=by)
            return [review]

        return self._recording.answer(by, decide)

    def read(self, agent_id: str, day: date, *, by: By, reply: str | None = None) -> Receipt:
        """Say, as the agent, that it was read. Raises UnknownReview, NotYours, AlreadyAnswered."""

        def decide() -> list[Aggregate]:
            review = self.find(agent_id, day)
            if review is None:
                raise UnknownReview(agent_id=agent_id, day=day)
            if by.actor != agent_id:
                raise NotYours(what="review")
            if review.read:
                raise AlreadyAnswered(agent_id=agent_id, day=day)
            if len(reply or "") > MAX_TEXT:
                raise BadValue(field="reply", value=len(reply or ""))
            review.trigger_event(
                Review.Read,
                agent_id=agent_id,
                team_id=review.team_id,
                day=day,
                reply=(reply or "").strip() or None,
                by=by,
            )
            return [review]

        return self._recording.answer(by, decide)


def _checked(remark: Remark, earlier: Sequence[str], meant: bool) -> str:
    text = remark.text.strip()
    if not text:
        raise EmptyText(field="text")
    for field, value in (("text", text), ("advice", remark.advice or "")):
        if len(value) > MAX_TEXT:
            raise BadValue(field=field, value=len(value))
    if remark.verdict is ReviewVerdict.IMPROVE and not (remark.advice or "").strip():
        raise EmptyText(field="advice")  # 主管关怀 is an evaluation and advice
    if not meant and is_thin(text):
        raise ThinRemark(field="text")
    if not meant and is_copied(text, earlier):
        raise CopiedRemark(field="text")
    return text


def _completed(
    stream: UUID,
    agent_id: str,
    day: date,
    log: LogSeen,
    remark: Remark,
    text: str,
    meant: bool,
    by: By,
) -> Review:
    review: Review = Review._create(
        Review.Completed,
        id=stream,
        agent_id=agent_id,
        team_id=log.team_id,
        day=day,
        log_version=log.version,
        kind=remark.kind,
        verdict=remark.verdict,
        findings=tuple(remark.findings),
        text=text,
        text_length=len(text),
        advice=(remark.advice or "").strip() or None,
        meant=meant,
        by=by,
    )
    return review
