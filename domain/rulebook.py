"""The branch's rules as data: work modes, deadlines, calendar, scripts, thresholds (R-40, R-42).

One stream a branch; every change is an event, so an auditor sees which rule held when.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from eventsourcing.domain import event

from domain.log_checklist import ChecklistRow, Phrase
from domain.recording import Aggregate, Created, Recording
from domain.refusals import (
    AlreadyExists,
    BacktestMissing,
    BadValue,
    EmptyText,
    RulebookMissing,
    ScriptHasFlaws,
    UnknownScript,
)
from domain.rhythm import CallHours, Deadlines, ReviewRhythm, Rules, WorkMode
from domain.script_lint import Found, lint
from domain.sheet_checklist import SheetRow
from domain.words import By, Receipt, SheetKind, stream_id

RULEBOOK_STREAM = stream_id("rulebook")
RHYTHM_LIMITS = {  # lowest and highest: days, working day, hours, hours
    "week_due_after": (-2, 3),  # from the week's Friday to the Wednesday after it
    "month_due_day": (1, 10),
    "log_hours": (1, 168),
    "sheet_hours": (1, 336),
}


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """One of the six steps of a callback script (话术, R-56)."""

    step: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """A published callback script; ``version`` counts up."""

    script_id: str
    version: int
    language: str
    steps: tuple[ScriptStep, ...]


class Rulebook(Aggregate):
    """The rules of one branch."""

    TOPIC = "rulebook"

    class Adopted(Created):
        """The branch adopted its rulebook with the defaults of the handbook."""

        TOPIC = "rulebook.adopted.v1"
        time_zone: str

    class WorkModeDefined(Aggregate.Event):
        """A work mode (工作模式) holds from a day on; the overlap question R-42 is a setting."""

        TOPIC = "rulebook.work_mode_defined.v1"
        mode_version: int
        name: str
        calls: int
        meetings: int
        closings: int
        new_visits: int
        closing_counts_as_meeting: bool
        new_visit_counts_as_meeting: bool
        since: date

    class DeadlinesSet(Aggregate.Event):
        """When the day's log is due (local time), and when lateness needs a reason."""

        TOPIC = "rulebook.deadlines_set.v1"
        daily_log_due: time
        late_reason_after_hours: int

    class ReviewRhythmSet(Aggregate.Event):
        """When weeks and months are due, and how many hours each review may take (R-04)."""

        TOPIC = "rulebook.review_rhythm_set.v1"
        week_due_after: int
        month_due_day: int
        log_hours: int
        sheet_hours: int

    class CallHoursSet(Aggregate.Event):
        """When agents and customers may be called (local times), and how often an agent (R-62)."""

        TOPIC = "rulebook.call_hours_set.v1"
        tracking_from: time
        tracking_until: time
        callback_from: time
        callback_until: time
        rest_from: time
        rest_until: time
        tracking_a_week: int

    class CalendarPublished(Aggregate.Event):
        """The days off and make-up days (调休) of a year."""

        TOPIC = "rulebook.calendar_published.v1"
        year: int
        days_off: tuple[date, ...]
        make_up_days: tuple[date, ...]
        origin: str

    class ScriptPublished(Aggregate.Event):
        """A callback script in a new version."""

        TOPIC = "rulebook.script_published.v1"
        script_id: str
        script_version: int
        language: str
        steps: tuple[ScriptStep, ...]

    class ScriptFlagged(Aggregate.Event):
        """The script was published although these flaws stand in it: somebody meant them."""

        TOPIC = "rulebook.script_flagged.v1"
        script_id: str
        script_version: int
        findings: tuple[Found, ...]

    class ThresholdsSet(Aggregate.Event):
        """When an alert is put before a human (detection.md, section 3)."""

        TOPIC = "rulebook.thresholds_set.v1"
        alert_probability: float
        watch_probability: float
        contradictions: int
        reason: str

    class ReviewChecklistDefined(Aggregate.Event):
        """The branch says which rows of the review's checklist apply, and how they read (R-03)."""

        TOPIC = "rulebook.review_checklist_defined.v1"
        rows: tuple[ChecklistRow, ...]

    class SheetChecklistDefined(Aggregate.Event):
        """The same for the checklist of weeks or of months (R-10 to R-13, R-20 to R-24)."""

        TOPIC = "rulebook.sheet_checklist_defined.v1"
        sheet: SheetKind
        rows: tuple[SheetRow, ...]

    class PhrasesDefined(Aggregate.Event):
        """The phrases that reviewers are offered (R-14)."""

        TOPIC = "rulebook.phrases_defined.v1"
        phrases: tuple[Phrase, ...]

    @event(Adopted)
    def __init__(self, time_zone: str) -> None:
        self.rules = Rules(time_zone=time_zone)
        self.scripts: dict[str, Script] = {}
        self.review_checklist: tuple[ChecklistRow, ...] | None = None
        self.sheet_checklists: dict[SheetKind, tuple[SheetRow, ...]] = {}
        self.phrases: tuple[Phrase, ...] | None = None

    @event(WorkModeDefined)
    def _work_mode_defined(
        self,
        mode_version: int,
        name: str,
        calls: int,
        meetings: int,
        closings: int,
        new_visits: int,
        closing_counts_as_meeting: bool,
        new_visit_counts_as_meeting: bool,
        since: date,
    ) -> None:
        mode = WorkMode(
            mode_version,
            name,
            calls,
            meetings,
            closings,
            new_visits,
            closing_counts_as_meeting,
            new_visit_counts_as_meeting,
            since,
        )
        self.rules = replace(self.rules, modes=(*self.rules.modes, mode))

    @event(DeadlinesSet)
    def _deadlines_set(self, daily_log_due: time, late_reason_after_hours: int) -> None:
        self.rules = replace(
            self.rules, deadlines=Deadlines(daily_log_due, late_reason_after_hours)
        )

    @event(ReviewRhythmSet)
    def _review_rhythm_set(
        self, week_due_after: int, month_due_day: int, log_hours: int, sheet_hours: int
    ) -> None:
        rhythm = ReviewRhythm(week_due_after, month_due_day, log_hours, sheet_hours)
        self.rules = replace(self.rules, review=rhythm)

    @event(CallHoursSet)
    def _call_hours_set(
        self,
        tracking_from: time,
        tracking_until: time,
        callback_from: time,
        callback_until: time,
        rest_from: time,
        rest_until: time,
        tracking_a_week: int,
    ) -> None:
        hours = CallHours(
            tracking_from,
            tracking_until,
            callback_from,
            callback_until,
            rest_from,
            rest_until,
            tracking_a_week,
        )
        self.rules = replace(self.rules, call_hours=hours)

    @event(CalendarPublished)
    def _calendar_published(
        self, year: int, days_off: tuple[date, ...], make_up_days: tuple[date, ...]
    ) -> None:
        old = self.rules
        self.rules = replace(
            old,
            days_off=frozenset(d for d in old.days_off if d.year != year) | set(days_off),
            make_up_days=frozenset(d for d in old.make_up_days if d.year != year)
            | set(make_up_days),
            published_years=old.published_years | {year},
        )

    @event(ScriptPublished)
    def _script_published(
        self, script_id: str, script_version: int, language: str, steps: tuple[ScriptStep, ...]
    ) -> None:
        self.scripts[script_id] = Script(script_id, script_version, language, tuple(steps))

    @event(ThresholdsSet)
    def _thresholds_set(
        self, alert_probability: float, watch_probability: float, contradictions: int
    ) -> None:
        self.rules = replace(
            self.rules,
            alert_probability=alert_probability,
            watch_probability=watch_probability,
            contradictions=contradictions,
        )

    @event(ReviewChecklistDefined)
    def _review_checklist_defined(self, rows: tuple[ChecklistRow, ...]) -> None:
        self.review_checklist = tuple(rows)

    @event(SheetChecklistDefined)
    def _sheet_checklist_defined(self, sheet: SheetKind, rows: tuple[SheetRow, ...]) -> None:
        self.sheet_checklists[sheet] = tuple(rows)

    @event(PhrasesDefined)
    def _phrases_defined(self, phrases: tuple[Phrase, ...]) -> None:
        self.phrases = tuple(phrases)


class Rulebooks:
    """The commands about the rulebook, and the rules for those who need them."""

    def __init__(
        self, recording: Recording, backtested: Callable[[float], bool] = lambda _: True
    ) -> None:
        self._recording = recording
        self._backtested = backtested

    def find(self) -> Rulebook | None:
        """Return the branch's rulebook, to be read only, or None before it is adopted."""
        return self._recording.look(Rulebook, RULEBOOK_STREAM)

    def rules(self) -> Rules:
        """Return the rules in force. Raises RulebookMissing."""
        return self._adopted().rules

    def script(self, script_id: str) -> Script:
        """Return a script in its newest version. Raises UnknownScript, RulebookMissing."""
        script = self._adopted().scripts.get(script_id)
        if script is None:
            raise UnknownScript(script_id=script_id)
        return script

    def scripts(self) -> tuple[Script, ...]:
        """Return all scripts, oldest first. Raises RulebookMissing."""
        return tuple(self._adopted().scripts.values())

    def adopt(self, time_zone: str = "Asia/Shanghai", *, by: By) -> Receipt:
        """Adopt the rulebook with 5-3-1. Raises AlreadyExists, BadValue on an unknown zone."""

        def decide() -> list[Aggregate]:
            _known_zone(time_zone)
            if self.find():
                raise AlreadyExists(what="rulebook", id="rulebook")
            return [
                Rulebook._create(Rulebook.Adopted, id=RULEBOOK_STREAM, time_zone=time_zone, by=by)
            ]

        return self._recording.answer(by, decide)

    def define_work_mode(self, mode: WorkMode, *, by: By) -> Receipt:
        """Define the work mode from ``mode.since`` on; its version is given here (R-40, R-42).

        Raises BadValue on a quota below 0 or above 50, EmptyText, RulebookMissing.
        """

        def change(book: Rulebook) -> None:
            if not mode.name.strip():
                raise EmptyText(field="name")
            for field in ("calls", "meetings", "closings", "new_visits"):
                if not 0 <= getattr(mode, field) <= 50:
                    raise BadValue(field=field, value=getattr(mode, field))
            book.trigger_event(
                Rulebook.WorkModeDefined,
                mode_version=max(m.version for m in book.rules.modes) + 1,
                name=mode.name.strip(),
                calls=mode.calls,
                meetings=mode.meetings,
                closings=mode.closings,
                new_visits=mode.new_visits,
                closing_counts_as_meeting=mode.closing_counts_as_meeting,
                new_visit_counts_as_meeting=mode.new_visit_counts_as_meeting,
                since=mode.since,
                by=by,
            )

        return self._change(change, by)

    def set_deadlines(
        self, daily_log_due: time, late_reason_after_hours: int = 48, *, by: By
    ) -> Receipt:
        """Set the local time at which a day's log is due. Raises BadValue, RulebookMissing."""

        def change(book: Rulebook) -> None:
            if not 0 < late_reason_after_hours <= 24 * 31:
                raise BadValue(field="late_reason_after_hours", value=late_reason_after_hours)
            book.trigger_event(
                Rulebook.DeadlinesSet,
                daily_log_due=daily_log_due,
                late_reason_after_hours=late_reason_after_hours,
                by=by,
            )

        return self._change(change, by)

    def set_review_rhythm(self, rhythm: ReviewRhythm, *, by: By) -> Receipt:
        """Set when weeks and months are due, and their reviews. Raises BadValue, RulebookMissing."""

        def change(book: Rulebook) -> None:
            for field, (lowest, highest) in RHYTHM_LIMITS.items():
                if not lowest <= getattr(rhythm, field) <= highest:
                    raise BadValue(field=field, value=getattr(rhythm, field))
            book.trigger_event(Rulebook.ReviewRhythmSet, **asdict(rhythm), by=by)

        return self._change(change, by)

    def set_call_hours(self, hours: CallHours, *, by: By) -> Receipt:
        """Set when agents and customers may be called (R-62). Raises BadValue, RulebookMissing."""

        def change(book: Rulebook) -> None:
            _check_hours(hours)
            book.trigger_event(Rulebook.CallHoursSet, **asdict(hours), by=by)

        return self._change(change, by)

    def publish_calendar(
        self,
        year: int,
        days_off: tuple[date, ...],
        make_up_days: tuple[date, ...],
        origin: str,
        *,
        by: By,
    ) -> Receipt:
        """Publish a year's calendar; a later one replaces it. Raises BadValue, RulebookMissing."""

        def change(book: Rulebook) -> None:
            for day in (*days_off, *make_up_days):
                if day.year != year or (day in days_off and day in make_up_days):
                    raise BadValue(field="day", value=day.isoformat())
            book.trigger_event(
                Rulebook.CalendarPublished,
                year=year,
                days_off=tuple(sorted(days_off)),
                make_up_days=tuple(sorted(make_up_days)),
                origin=origin,
                by=by,
            )

        return self._change(change, by)

    def publish_script(
        self,
        script_id: str,
        language: str,
        steps: tuple[ScriptStep, ...],
        *,
        by: By,
        meant: bool = True,
    ) -> Receipt:
        """Publish a script with its six steps (R-56).

        Flaws (``script_lint``) go on record with it when they are ``meant``; else they hold it back.
        Raises BadValue, RulebookMissing, ScriptHasFlaws.
        """

        def change(book: Rulebook) -> None:
            if [s.step for s in steps] != [1, 2, 3, 4, 5, 6]:
                raise BadValue(field="steps", value=len(steps))
            found = lint([step.text for step in steps], language)
            if found and not meant:
                raise ScriptHasFlaws(flaws=sorted({str(one.flaw) for one in found}))
            known = book.scripts.get(script_id)
            version = known.version + 1 if known else 1
            if found and by.source in ("web", "api"):
                book.trigger_event(
                    Rulebook.ScriptFlagged,
                    script_id=script_id,
                    script_version=version,
                    findings=found,
                    by=by,
                )
            book.trigger_event(
                Rulebook.ScriptPublished,
                script_id=script_id,
                script_version=version,
                language=language,
                steps=steps,
                by=by,
            )

        return self._change(change, by)

    def set_thresholds(
        self,
        alert_probability: float,
        watch_probability: float,
        contradictions: int,
        reason: str,
        *,
        by: By,
    ) -> Receipt:
        """Set when an alert is put before a human; never easier than two contradicted calls.

        Raises BadValue, EmptyText without a reason, BacktestMissing, RulebookMissing.
        """

        def change(book: Rulebook) -> None:
            if not 0.9 <= alert_probability < 1:
                raise BadValue(field="alert_probability", value=alert_probability)
            if not 0 < watch_probability <= alert_probability:
                raise BadValue(field="watch_probability", value=watch_probability)
            if contradictions < 2:
                raise BadValue(field="contradictions", value=contradictions)
            if not reason.strip():
                raise EmptyText(field="reason")
            if not self._backtested(alert_probability):
                raise BacktestMissing(line=f"{alert_probability:g}")
            book.trigger_event(
                Rulebook.ThresholdsSet,
                alert_probability=alert_probability,
                watch_probability=watch_probability,
                contradictions=contradictions,
                reason=reason,
                by=by,
            )

        return self._change(change, by)

    def _change(self, change: Callable[[Rulebook], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            book = _there(self._recording.find(Rulebook, RULEBOOK_STREAM))
            change(book)
            return [book]

        return self._recording.answer(by, decide)

    def _adopted(self) -> Rulebook:
        return _there(self.find())


def _there(book: Rulebook | None) -> Rulebook:
    if book is None:
        raise RulebookMissing()
    return book


def _check_hours(hours: CallHours) -> None:
    for first, last in (("tracking_from", "tracking_until"), ("callback_from", "callback_until")):
        if getattr(hours, first) >= getattr(hours, last):
            raise BadValue(field=last, value=getattr(hours, last).isoformat())
    if hours.rest_from > hours.rest_until:
        raise BadValue(field="rest_until", value=hours.rest_until.isoformat())
    if not 1 <= hours.tracking_a_week <= 7:
        raise BadValue(field="tracking_a_week", value=hours.tracking_a_week)


def _known_zone(time_zone: str) -> None:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise BadValue(field="time_zone", value=time_zone) from problem
