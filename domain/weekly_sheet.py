"""An agent's sheet of one week: 周工作检视表 (R-10 to R-13).

Its targets (原定目标) are what the sheet of the week before planned; its results (实际达成) are
counted from the log. The agent writes the summary and the next week's plan, nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
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
    TargetsFixed,
)
from domain.rhythm import Rules, is_late
from domain.sheet_figures import WEEK, Figures, checked, figures_of, plain
from domain.words import By, Receipt, SheetPart, TargetOrigin, stream_id

MAX_TEXT = 4000
LONGEST_BACK = timedelta(days=70)  # how late a week may still be summed up


def weekly_sheet_stream(agent_id: str, monday: date) -> UUID:
    """Return the stream of an agent's week."""
    return stream_id("weekly_sheet", agent_id, monday.isoformat())


def week_due_at(rules: Rules, monday: date) -> datetime:
    """Return the instant by which a week's sheet is due: by default the deadline of its Sunday."""
    return rules.due_at(monday + timedelta(days=6 + rules.review.week_due_after))


class WeeklySheet(Aggregate):
    """One agent's week."""

    TOPIC = "weekly_sheet"

    class Opened(Created):
        """Something was said about the week for the first time."""

        TOPIC = "weekly_sheet.opened.v1"
        agent_id: str
        team_id: str
        monday: date

    class TargetsSet(Aggregate.Event):
        """The week's targets (原定目标), by column; from last week's plan or set by hand."""

        TOPIC = "weekly_sheet.targets_set.v1"
        agent_id: str
        team_id: str
        monday: date
        targets: dict[str, int]
        origin: TargetOrigin

    class SummaryWritten(Aggregate.Event):
        """The week in the agent's own words: 本周总结 (R-12)."""

        TOPIC = "weekly_sheet.summary_written.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        agent_id: str
        team_id: str
        monday: date
        text: str | None
        text_length: int

    class NextWeekPlanned(Aggregate.Event):
        """What the agent wants of the next week: 下周计划; its days are plan items (R-13)."""

        TOPIC = "weekly_sheet.next_week_planned.v1"
        agent_id: str
        team_id: str
        monday: date
        targets: dict[str, int]

    class Submitted(Aggregate.Event):
        """The sheet was handed in; ``results`` as the log had them, ``missing`` what it lacks."""

        TOPIC = "weekly_sheet.submitted.v1"
        agent_id: str
        team_id: str
        monday: date
        results: dict[str, int]
        missing: tuple[SheetPart, ...]
        on_time: bool

    @event(Opened)
    def __init__(self, agent_id: str, team_id: str, monday: date) -> None:
        self.agent_id = agent_id
        self.team_id = team_id
        self.monday = monday
        self.targets: Figures | None = None
        self.next_targets: Figures | None = None
        self.summary_written = False
        self.submitted = False

    @event(TargetsSet)
    def _targets_set(self, targets: dict[str, int]) -> None:
        self.targets = figures_of(targets)

    @event(SummaryWritten)
    def _summary_written(self) -> None:
        self.summary_written = True

    @event(NextWeekPlanned)
    def _next_week_planned(self, targets: dict[str, int]) -> None:
        self.next_targets = figures_of(targets)

    @event(Submitted)
    def _submitted(self) -> None:
        self.submitted = True

    def missing(self) -> tuple[SheetPart, ...]:
        """Return which columns are not filled (R-10)."""
        lacks = {
            SheetPart.TARGETS: self.targets is None,
            SheetPart.SUMMARY: not self.summary_written,
            SheetPart.NEXT_PLAN: self.next_targets is None,
        }
        return tuple(part for part, lacking in lacks.items() if lacking)


@dataclass(frozen=True, slots=True)
class WeekWords:
    """What the agent writes into a sheet; None leaves a column as it is."""

    summary: str | None = None
    next_targets: Figures | None = None


@dataclass(frozen=True, slots=True)
class Ports:
    """What the sheet asks of the other aggregates, which it does not import."""

    team_of: Callable[[str, date], str | None]
    rules: Callable[[], Rules]
    figures: Callable[[str, date, date], Figures]  # counted from the log, both days included


class WeeklySheets:
    """The commands about weekly sheets. Only the agent writes them."""

    def __init__(self, recording: Recording, ports: Ports) -> None:
        self._recording = recording
        self._ports = ports

    def find(self, agent_id: str, monday: date) -> WeeklySheet | None:
        """Return the sheet of that week, or None."""
        return self._recording.find(WeeklySheet, weekly_sheet_stream(agent_id, monday))

    def set_targets(self, agent_id: str, monday: date, targets: Figures, *, by: By) -> Receipt:
        """Set the targets of this or a later week that last week's plan did not set.

        Raises NotYours, NotAMember, BadValue, TargetsFixed once they stand and the week runs.
        """

        def decide() -> list[Aggregate]:
            _own(agent_id, by)
            if monday + WEEK <= self._today(by):
                raise TargetsFixed(monday=monday)  # no target is set for what is over
            sheet = self._sheet(agent_id, monday, by)
            return self._aim(sheet, targets, TargetOrigin.OWN, by)

        return self._recording.answer(by, decide)

    def write(
        self,
        agent_id: str,
        monday: date,
        words: WeekWords,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """Write into the sheet without handing it in.

        Raises NotYours, NotAMember, AlreadySubmitted, BadValue, EmptyText, TargetsFixed, Stale.
        """

        def decide() -> list[Aggregate]:
            sheet = self._to_write(agent_id, monday, by, expected)
            changed = self._write(sheet, words, by)
            if not changed:
                raise EmptyText(field="summary")
            return changed

        return self._recording.answer(by, decide)

    def submit(
        self,
        agent_id: str,
        monday: date,
        words: WeekWords,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """Hand the sheet in, with its last words; late ones are marked, never refused.

        Raises what ``write`` raises, and SheetIncomplete without a summary or a next plan.
        """

        def decide() -> list[Aggregate]:
            sheet = self._to_write(agent_id, monday, by, expected)
            others = self._write(sheet, words, by)
            lacking = [part for part in sheet.missing() if part is not SheetPart.TARGETS]
            if lacking:
                raise SheetIncomplete(parts=lacking)
            self._submit(sheet, by)
            return [*(other for other in others if other is not sheet), sheet]

        return self._recording.answer(by, decide)

    def _to_write(self, agent_id: str, monday: date, by: By, expected: int | None) -> WeeklySheet:
        _own(agent_id, by)
        today = self._today(by)
        if not today - LONGEST_BACK <= monday <= today:
            raise BadValue(field="monday", value=monday.isoformat())
        seen = self.find(agent_id, monday)
        if expected is not None and expected != (seen.version if seen else 0):
            raise Stale(expected, seen.version if seen else 0)
        sheet = self._sheet(agent_id, monday, by)
        if sheet.submitted:
            raise AlreadySubmitted(day=monday)
        return sheet

    def _write(self, sheet: WeeklySheet, words: WeekWords, by: By) -> list[Aggregate]:
        changed: list[Aggregate] = []
        summary = (words.summary or "").strip()
        if summary:
            _summarise(sheet, summary, by)
            changed.append(sheet)
        if words.next_targets is not None and words.next_targets != sheet.next_targets:
            self._facts(sheet, WeeklySheet.NextWeekPlanned, by, targets=checked(words.next_targets))
            following = self._sheet(sheet.agent_id, sheet.monday + WEEK, by)
            changed = [*self._aim(following, words.next_targets, TargetOrigin.LAST_WEEK, by), sheet]
        return changed

    def _aim(
        self, sheet: WeeklySheet, targets: Figures, origin: TargetOrigin, by: By
    ) -> list[Aggregate]:
        """Set a sheet's targets, unless they stand so already; return what changed."""
        if sheet.targets == targets:
            return []
        if sheet.targets is not None and sheet.monday <= self._today(by):
            raise TargetsFixed(monday=sheet.monday)
        kept = checked(targets)
        self._facts(sheet, WeeklySheet.TargetsSet, by, targets=kept, origin=origin)
        return [sheet]

    def _submit(self, sheet: WeeklySheet, by: By) -> None:
        last = sheet.monday + timedelta(days=6)
        due = week_due_at(self._ports.rules(), sheet.monday)
        self._facts(
            sheet,
            WeeklySheet.Submitted,
            by,
            results=plain(self._ports.figures(sheet.agent_id, sheet.monday, last)),
            missing=sheet.missing(),
            on_time=not is_late(by.recorded_at, due),
        )

    @staticmethod
    def _facts(sheet: WeeklySheet, kind: type[Aggregate.Event], by: By, **facts: object) -> None:
        sheet.trigger_event(
            kind,
            agent_id=sheet.agent_id,
            team_id=sheet.team_id,
            monday=sheet.monday,
            by=by,
            **facts,
        )

    def _sheet(self, agent_id: str, monday: date, by: By) -> WeeklySheet:
        if monday.weekday() != 0:
            raise BadValue(field="monday", value=monday.isoformat())
        sheet = self.find(agent_id, monday)
        if sheet is not None:
            return sheet
        team_id = self._ports.team_of(agent_id, self._today(by))
        if team_id is None:
            raise NotAMember(person_id=agent_id, day=monday)
        opened: WeeklySheet = WeeklySheet._create(
            WeeklySheet.Opened,
            id=weekly_sheet_stream(agent_id, monday),
            agent_id=agent_id,
            team_id=team_id,
            monday=monday,
            by=by,
        )
        return opened

    def _today(self, by: By) -> date:
        return self._ports.rules().day_of(by.recorded_at)


def _own(agent_id: str, by: By) -> None:
    if by.actor != agent_id:
        raise NotYours(what="weekly_sheet")


def _summarise(sheet: WeeklySheet, text: str, by: By) -> None:
    if len(text) > MAX_TEXT:
        raise BadValue(field="summary", value=len(text))
    sheet.trigger_event(
        WeeklySheet.SummaryWritten,
        agent_id=sheet.agent_id,
        team_id=sheet.team_id,
        monday=sheet.monday,
        text=text,
        text_length=len(text),
        by=by,
    )
