"""An agent's month: 月工作行事历 and 月经营记录 (R-20 to R-24).

The calendar's entries are plan items (``plan``); here stand the work weeks, the look back at the
last month, and this month's plan and goals. Results are counted from the log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadySubmitted,
    BadValue,
    EmptyText,
    NotAMember,
    NotYours,
    SheetIncomplete,
    Stale,
)
from domain.rhythm import Rules, is_late
from domain.sheet_figures import Figures, checked, figures_of, last_of_month, month_of, plain
from domain.words import By, Receipt, SheetPart, stream_id
from domain.work_weeks import WorkWeek, check

MAX_TEXT = 4000
AHEAD = timedelta(days=15)  # a month is drawn up at the end of the one before
LONGEST_BACK = timedelta(days=70)


def monthly_record_stream(agent_id: str, month: date) -> UUID:
    """Return the stream of an agent's month."""
    return stream_id("monthly_record", agent_id, month.isoformat()[:7])


def month_due_at(rules: Rules, month: date) -> datetime:
    """Return the instant by which a month is divided and its record handed in.

    By default on its third working day; a month with fewer of them is due on its last.
    """
    days = (month + timedelta(days=n) for n in range((last_of_month(month) - month).days + 1))
    working = [day for day in days if rules.is_working_day(day)]
    return rules.due_at(working[: rules.review.month_due_day][-1] if working else month)


class MonthlyRecord(Aggregate):
    """One agent's month."""

    TOPIC = "monthly_record"

    class Opened(Created):
        """Something was said about the month for the first time."""

        TOPIC = "monthly_record.opened.v1"
        agent_id: str
        team_id: str
        month: date

    class WorkWeeksDivided(Aggregate.Event):
        """The month's work weeks: 工作周的划分 (R-24)."""

        TOPIC = "monthly_record.work_weeks_divided.v1"
        agent_id: str
        team_id: str
        month: date
        weeks: tuple[WorkWeek, ...]

    class LastMonthSummarised(Aggregate.Event):
        """The month before in the agent's own words: 上月总结 (R-22)."""

        TOPIC = "monthly_record.last_month_summarised.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        agent_id: str
        team_id: str
        month: date
        text: str | None
        text_length: int

    class MonthPlanned(Aggregate.Event):
        """What the agent means to do this month: 本月计划 (R-22)."""

        TOPIC = "monthly_record.month_planned.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        agent_id: str
        team_id: str
        month: date
        text: str | None
        text_length: int

    class GoalsSet(Aggregate.Event):
        """The month's goals (本月经营目标), and the team's as they stood then, if any (R-23)."""

        TOPIC = "monthly_record.goals_set.v1"
        agent_id: str
        team_id: str
        month: date
        goals: dict[str, int]
        team_goals: dict[str, int] | None

    class Submitted(Aggregate.Event):
        """The record was handed in; ``results`` are the last month's as the log had them."""

        TOPIC = "monthly_record.submitted.v1"
        agent_id: str
        team_id: str
        month: date
        results: dict[str, int]
        on_time: bool

    @event(Opened)
    def __init__(self, agent_id: str, team_id: str, month: date) -> None:
        self.agent_id = agent_id
        self.team_id = team_id
        self.month = month
        self.weeks: tuple[WorkWeek, ...] = ()
        self.goals: Figures | None = None
        self.summarised = False
        self.planned = False
        self.submitted = False

    @event(WorkWeeksDivided)
    def _work_weeks_divided(self, weeks: tuple[WorkWeek, ...]) -> None:
        self.weeks = tuple(weeks)

    @event(LastMonthSummarised)
    def _last_month_summarised(self) -> None:
        self.summarised = True

    @event(MonthPlanned)
    def _month_planned(self) -> None:
        self.planned = True

    @event(GoalsSet)
    def _goals_set(self, goals: dict[str, int]) -> None:
        self.goals = figures_of(goals)

    @event(Submitted)
    def _submitted(self) -> None:
        self.submitted = True

    def missing(self) -> tuple[SheetPart, ...]:
        """Return which columns are not filled (R-21)."""
        lacks = {
            SheetPart.WORK_WEEKS: not self.weeks,
            SheetPart.SUMMARY: not self.summarised,
            SheetPart.PLAN: not self.planned,
            SheetPart.GOALS: self.goals is None,
        }
        return tuple(part for part, lacking in lacks.items() if lacking)


@dataclass(frozen=True, slots=True)
class MonthWords:
    """What the agent writes into a record; None leaves a column as it is."""

    summary: str | None = None
    plan: str | None = None
    goals: Figures | None = None


@dataclass(frozen=True, slots=True)
class Ports:
    """What the record asks of the other aggregates, which it does not import."""

    team_of: Callable[[str, date], str | None]
    rules: Callable[[], Rules]
    figures: Callable[[str, date, date], Figures]  # counted from the log, both days included
    team_goals: Callable[[str, date], Figures | None]


class MonthlyRecords:
    """The commands about monthly records. Only the agent writes them."""

    def __init__(self, recording: Recording, ports: Ports) -> None:
        self._recording = recording
        self._ports = ports

    def find(self, agent_id: str, month: date) -> MonthlyRecord | None:
        """Return the record of that month, or None."""
        return self._recording.find(MonthlyRecord, monthly_record_stream(agent_id, month))

    def divide(self, agent_id: str, month: date, weeks: Sequence[WorkWeek], *, by: By) -> Receipt:
        """Divide the month into work weeks (R-24).

        Raises WeeksDontFit, NotYours, NotAMember, AlreadySubmitted, BadValue.
        """

        def decide() -> list[Aggregate]:
            record = self._to_write(agent_id, month, by, None)
            check(month, weeks, self._ports.rules().is_working_day)
            self._facts(record, MonthlyRecord.WorkWeeksDivided, by, weeks=tuple(weeks))
            return [record]

        return self._recording.answer(by, decide)

    def write(
        self,
        agent_id: str,
        month: date,
        words: MonthWords,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """Write into the record without handing it in.

        Raises NotYours, NotAMember, AlreadySubmitted, BadValue, EmptyText, Stale.
        """

        def decide() -> list[Aggregate]:
            record = self._to_write(agent_id, month, by, expected)
            if not self._write(record, words, by):
                raise EmptyText(field="summary")
            return [record]

        return self._recording.answer(by, decide)

    def submit(
        self,
        agent_id: str,
        month: date,
        words: MonthWords,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """Hand the record in, with its last words; late ones are marked, never refused.

        Raises what ``write`` raises, and SheetIncomplete with what is not filled (R-21).
        """

        def decide() -> list[Aggregate]:
            record = self._to_write(agent_id, month, by, expected)
            self._write(record, words, by)
            if lacking := record.missing():
                raise SheetIncomplete(parts=list(lacking))
            last = month - timedelta(days=1)
            results = self._ports.figures(agent_id, month_of(last), last)
            on_time = not is_late(by.recorded_at, month_due_at(self._ports.rules(), month))
            self._facts(
                record, MonthlyRecord.Submitted, by, results=plain(results), on_time=on_time
            )
            return [record]

        return self._recording.answer(by, decide)

    def _to_write(self, agent_id: str, month: date, by: By, expected: int | None) -> MonthlyRecord:
        if by.actor != agent_id:
            raise NotYours(what="monthly_record")
        today = self._ports.rules().day_of(by.recorded_at)
        if month.day != 1 or not today - LONGEST_BACK <= month <= today + AHEAD:
            raise BadValue(field="month", value=month.isoformat())
        record = self.find(agent_id, month)
        version = record.version if record else 0
        if expected is not None and expected != version:
            raise Stale(expected, version)
        if record is None:
            record = self._opened(agent_id, month, today, by)
        if record.submitted:
            raise AlreadySubmitted(day=month)
        return record

    def _write(self, record: MonthlyRecord, words: MonthWords, by: By) -> bool:
        """Write what is new; tell whether anything was."""
        before = record.version
        texts = (
            (MonthlyRecord.LastMonthSummarised, words.summary, "summary"),
            (MonthlyRecord.MonthPlanned, words.plan, "plan"),
        )
        for kind, text, field in texts:
            told = (text or "").strip()
            if len(told) > MAX_TEXT:
                raise BadValue(field=field, value=len(told))
            if told:
                self._facts(record, kind, by, text=told, text_length=len(told))
        if words.goals is not None and words.goals != record.goals:
            team = self._ports.team_goals(record.team_id, record.month)
            self._facts(
                record,
                MonthlyRecord.GoalsSet,
                by,
                goals=checked(words.goals),
                team_goals=plain(team) if team else None,
            )
        return record.version > before

    def _opened(self, agent_id: str, month: date, today: date, by: By) -> MonthlyRecord:
        team_id = self._ports.team_of(agent_id, today)
        if team_id is None:
            raise NotAMember(person_id=agent_id, day=month)
        opened: MonthlyRecord = MonthlyRecord._create(
            MonthlyRecord.Opened,
            id=monthly_record_stream(agent_id, month),
            agent_id=agent_id,
            team_id=team_id,
            month=month,
            by=by,
        )
        return opened

    @staticmethod
    def _facts(record: MonthlyRecord, kind: type[Aggregate.Event], by: By, **facts: object) -> None:
        record.trigger_event(
            kind,
            agent_id=record.agent_id,
            team_id=record.team_id,
            month=record.month,
            by=by,
            **facts,
        )
