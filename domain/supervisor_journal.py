"""The supervisor's own journal: 主管经营日志 (R-80 to R-85).

The day's facts are not typed: they are those on record, and the digest over them is filed with the
journal, so that anybody can check later that nothing was added or left out. What the nightly check
finds is asked as a question, of the supervisor first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadyAnswered,
    BadValue,
    JournalSubmitted,
    NotYours,
    UnknownQuestion,
)
from domain.rhythm import Rules
from domain.texts import needed
from domain.words import By, Receipt, Role, stream_id

LATE = timedelta(days=31)  # after that a day's journal is history
GRACE = timedelta(days=3)
"""So long only the supervisor sees what the self-check asked; then those above see the score."""


class NoteKind(StrEnum):
    """What a supervisor adds by hand (R-80)."""

    WORKPLACE = "workplace"  # 参与职场事务
    FUNCTION_GROUP = "function_group"  # 参加职场功能小组
    RECOMMENDATION = "recommendation"  # 推荐组员参加
    COMPANY_DECISION = "company_decision"  # 落实公司决定
    OTHER = "other"


class Question(StrEnum):
    """What the self-check asks (R-83 to R-85); each has its symptom and its likely cause."""

    SAME_CUSTOMERS = "same_customers"  # 相同对象重复出现
    INCOMPLETE_NAMES = "incomplete_names"  # 姓名不全
    THIN_CALL_NOTES = "thin_call_notes"  # 过程记录简单或不填
    NEVER_A_DENIAL = "never_a_denial"  # 回访从未有不符
    HASTY_REVIEWS = "hasty_reviews"  # 批阅几秒钟一份
    SAME_REMARKS = "same_remarks"  # 批语都一样
    SAME_AGENTS_COACHED = "same_agents_coached"  # 总辅导同一位
    THIN_COACHING = "thin_coaching"  # 辅导记录简单
    SAME_AGENTS_TRACKED = "same_agents_tracked"  # 总打给同一位
    THIN_TRACKING = "thin_tracking"  # 追踪记录简单


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the share or number that raised it, out of how many."""

    question: Question
    value: float
    of: int


def journal_stream(supervisor_id: str, day: date) -> UUID:
    """Return the stream of a supervisor's journal of a day."""
    return stream_id("supervisor_journal", supervisor_id, day.isoformat())


def digest_of(facts: Sequence[tuple[int, str]]) -> str:
    """Return the digest over a day's facts: their positions and the hashes of their stored bytes."""
    plain = json.dumps([list(fact) for fact in facts], separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


class SupervisorJournal(Aggregate):
    """One day of one supervisor."""

    TOPIC = "supervisor_journal"

    class Opened(Created):
        """The first word about the day, by the supervisor or the check."""

        TOPIC = "supervisor_journal.opened.v1"
        supervisor_id: str
        day: date

    class NoteAdded(Aggregate.Event):
        """Something that no other event tells: workplace affairs, 功能小组 (R-80)."""

        TOPIC = "supervisor_journal.note_added.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "supervisor_id"}
        supervisor_id: str
        day: date
        kind: NoteKind
        text: str | None

    class Submitted(Aggregate.Event):
        """The day is summed up (R-81); ``late`` after the day itself."""

        TOPIC = "supervisor_journal.submitted.v1"
        SEALED: ClassVar[dict[str, str]] = {"summary": "supervisor_id"}
        supervisor_id: str
        day: date
        summary: str | None
        summary_length: int
        late: bool

    class Archived(Aggregate.Event):
        """The journal is filed with the digest over the day's facts (R-82)."""

        TOPIC = "supervisor_journal.archived.v1"
        supervisor_id: str
        day: date
        positions: tuple[int, ...]
        digest: str

    class SelfChecked(Aggregate.Event):
        """The nightly check asks its questions; none when nothing stood out (R-83 to R-85)."""

        TOPIC = "supervisor_journal.self_checked.v1"
        supervisor_id: str
        day: date
        questions: tuple[Asked, ...]
        checks: int

    class QuestionAnswered(Aggregate.Event):
        """The supervisor answered a question in their own words."""

        TOPIC = "supervisor_journal.question_answered.v1"
        SEALED: ClassVar[dict[str, str]] = {"answer": "supervisor_id"}
        supervisor_id: str
        day: date
        question: Question
        answer: str | None

    @event(Opened)
    def __init__(self, supervisor_id: str, day: date) -> None:
        self.supervisor_id = supervisor_id
        self.day = day
        self.notes = 0
        self.submitted = False
        self.asked: list[Question] = []
        self.answered: list[Question] = []

    @event(NoteAdded)
    def _note_added(self) -> None:
        self.notes += 1

    @event(Submitted)
    def _submitted(self) -> None:
        self.submitted = True

    @event(SelfChecked)
    def _self_checked(self, questions: tuple[Asked, ...]) -> None:
        self.asked.extend(Question(asked.question) for asked in questions)

    @event(QuestionAnswered)
    def _question_answered(self, question: Question) -> None:
        self.answered.append(Question(question))


class SupervisorJournals:
    """The commands about journals."""

    def __init__(self, recording: Recording, rules: Callable[[], Rules]) -> None:
        self._recording = recording
        self._rules = rules

    def find(self, supervisor_id: str, day: date) -> SupervisorJournal | None:
        """Return the journal of a day, or None."""
        return self._recording.find(SupervisorJournal, journal_stream(supervisor_id, day))

    def add_note(self, day: date, kind: NoteKind, text: str, *, by: By) -> Receipt:
        """Note what no other event tells (R-80).

        Raises NotYours, EmptyText, BadValue (a day to come or long past), JournalSubmitted.
        """

        def decide() -> list[Aggregate]:
            journal = self._mine(day, by)
            journal.trigger_event(
                SupervisorJournal.NoteAdded,
                supervisor_id=by.actor,
                day=day,
                kind=kind,
                text=needed(text, "text"),
                by=by,
            )
            return [journal]

        return self._recording.answer(by, decide)

    def submit(
        self, day: date, summary: str, facts: Sequence[tuple[int, str]], *, by: By
    ) -> Receipt:
        """Sum the day up and file it (R-81, R-82). ``facts``: positions and hashes, in order.

        Raises as ``add_note``.
        """

        def decide() -> list[Aggregate]:
            journal = self._mine(day, by)
            journal.trigger_event(
                SupervisorJournal.Submitted,
                supervisor_id=by.actor,
                day=day,
                summary=needed(summary, "summary"),
                summary_length=len(summary.strip()),
                late=self._rules().day_of(by.occurred_at) > day,
                by=by,
            )
            journal.trigger_event(
                SupervisorJournal.Archived,
                supervisor_id=by.actor,
                day=day,
                positions=tuple(position for position, _hash in facts),
                digest=digest_of(facts),
                by=by,
            )
            return [journal]

        return self._recording.answer(by, decide)

    def answer_question(self, day: date, question: Question, answer: str, *, by: By) -> Receipt:
        """Answer a question of the self-check. Raises UnknownQuestion, AlreadyAnswered, EmptyText."""

        def decide() -> list[Aggregate]:
            journal = self.find(by.actor, day)
            if journal is None or question not in journal.asked:
                raise UnknownQuestion(question=question)
            if question in journal.answered:
                raise AlreadyAnswered(question=question)
            journal.trigger_event(
                SupervisorJournal.QuestionAnswered,
                supervisor_id=by.actor,
                day=day,
                question=question,
                answer=needed(answer, "answer"),
                by=by,
            )
            return [journal]

        return self._recording.answer(by, decide)

    def self_checked(
        self, supervisor_id: str, day: date, questions: Sequence[Asked], checks: int, by: By
    ) -> list[Aggregate]:
        """Return the journal with the questions of the night, for a worker's check."""
        journal = self.find(supervisor_id, day) or _opened(supervisor_id, day, by)
        journal.trigger_event(
            SupervisorJournal.SelfChecked,
            supervisor_id=supervisor_id,
            day=day,
            questions=tuple(questions),
            checks=checks,
            by=by,
        )
        return [journal]

    def _mine(self, day: date, by: By) -> SupervisorJournal:
        if by.role is not Role.SUPERVISOR:
            raise NotYours(what="supervisor_journal")
        today = self._rules().day_of(by.occurred_at)
        if not today - LATE <= day <= today:
            raise BadValue(field="day", value=day.isoformat())
        journal = self.find(by.actor, day) or _opened(by.actor, day, by)
        if journal.submitted:
            raise JournalSubmitted(day=day)
        return journal


def _opened(supervisor_id: str, day: date, by: By) -> SupervisorJournal:
    journal: SupervisorJournal = SupervisorJournal._create(
        SupervisorJournal.Opened,
        id=journal_stream(supervisor_id, day),
        supervisor_id=supervisor_id,
        day=day,
        by=by,
    )
    return journal
