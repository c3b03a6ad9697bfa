"""An agent's log of one day: 工作日志 (R-01, R-02, R-40, R-42, R-54, R-55).

Late entries are marked, never refused; corrections and withdrawals are events with a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording, check_version
from domain.refusals import (
    ActivityInFuture,
    AlreadyExists,
    AlreadySubmitted,
    AlreadyWithdrawn,
    BadValue,
    EmptyText,
    LateReasonMissing,
    LooksRepeated,
    NotAMember,
    NotYours,
    UnknownActivity,
    UnknownCustomer,
    UnknownLog,
    WithdrawalTooLate,
)
from domain.rhythm import Rules, hours_after, is_late
from domain.words import (
    ActivityKind,
    ActivityResult,
    By,
    ContactSource,
    LastAction,
    Objection,
    Receipt,
    Role,
    stream_id,
)

CLOCK_SKEW = timedelta(minutes=5)
REPEAT_WITHIN = timedelta(minutes=15)
WITHDRAW_WITHIN = timedelta(hours=24)
MAX_NOTE = 2000
CUSTOMERS_TEXT = {"note": "customer_id", "objection_handling": "customer_id"}


def daily_log_stream(agent_id: str, day: date) -> UUID:
    """Return the stream of an agent's day."""
    return stream_id("daily_log", agent_id, day.isoformat())


@dataclass(frozen=True, slots=True)
class Activity:
    """One entry as the agent tells it. ``minutes`` is its length; ``started_at`` is aware.

    ``next_at`` is when the customer is met again. ``late_reason`` (补录原因) is needed when the
    entry comes later than the rulebook's limit. Texts about the customer are sealed.
    """

    activity_id: str
    kind: ActivityKind
    customer_id: str
    started_at: datetime
    result: ActivityResult
    minutes: int | None = None
    contact_source: ContactSource | None = None
    objections: tuple[Objection, ...] = ()
    objection_handling: str | None = None
    last_action: LastAction | None = None
    next_step: str | None = None
    next_at: datetime | None = None
    note: str | None = None
    late_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a correction changes; None leaves a field as it is."""

    kind: ActivityKind | None = None
    started_at: datetime | None = None
    minutes: int | None = None
    result: ActivityResult | None = None
    last_action: LastAction | None = None
    next_step: str | None = None
    next_at: datetime | None = None
    note: str | None = None


class DailyLog(Aggregate):
    """One agent's day: entries, summary, submission."""

    TOPIC = "daily_log"

    class Opened(Created):
        """The agent began the day's log, or somebody noted a result on it."""

        TOPIC = "daily_log.opened.v1"
        agent_id: str
        team_id: str
        day: date
        mode_version: int

    class ActivityLogged(Aggregate.Event):
        """The agent says that this happened; ``minutes`` long from ``started_at``."""

        TOPIC = "daily_log.activity_logged.v1"
        SEALED: ClassVar[dict[str, str]] = CUSTOMERS_TEXT
        agent_id: str
        team_id: str
        day: date
        activity_id: str
        kind: ActivityKind
        customer_id: str
        started_at: datetime
        minutes: int | None
        contact_source: ContactSource | None
        objections: tuple[Objection, ...]
        objection_handling: str | None
        last_action: LastAction | None
        result: ActivityResult
        next_step: str | None
        next_at: datetime | None
        note: str | None
        note_length: int
        late: bool
        late_reason: str | None

    class ActivityCorrected(Aggregate.Event):
        """The agent put an entry right; ``changes`` holds old and new of each clear field."""

        TOPIC = "daily_log.activity_corrected.v1"
        SEALED: ClassVar[dict[str, str]] = {"note": "customer_id"}
        agent_id: str
        team_id: str
        day: date
        activity_id: str
        customer_id: str
        kind: ActivityKind
        changes: dict[str, list[str | int | None]]
        note: str | None
        note_length: int | None
        reason: str

    class ActivityWithdrawn(Aggregate.Event):
        """The agent took an entry back (撤回); it stays on record."""

        TOPIC = "daily_log.activity_withdrawn.v1"
        agent_id: str
        team_id: str
        day: date
        activity_id: str
        kind: ActivityKind
        customer_id: str
        reason: str

    class SummaryWritten(Aggregate.Event):
        """The day in the agent's own words: 一天工作总结 (R-02)."""

        TOPIC = "daily_log.summary_written.v1"
        SEALED: ClassVar[dict[str, str]] = {"text": "agent_id"}
        agent_id: str
        team_id: str
        day: date
        text: str | None
        text_length: int
        help_wanted: bool

    class Submitted(Aggregate.Event):
        """The agent handed the day in; an honest zero is allowed, with its reason."""

        TOPIC = "daily_log.submitted.v1"
        agent_id: str
        team_id: str
        day: date
        counts: dict[str, int]
        short_reason: str | None
        on_time: bool

    class PoliciesSigned(Aggregate.Event):
        """Policies that the company's system counts for the agent on that day."""

        TOPIC = "daily_log.policies_signed.v1"
        agent_id: str
        team_id: str
        day: date
        policies: int

    @event(Opened)
    def __init__(self, agent_id: str, team_id: str, day: date) -> None:
        self.agent_id = agent_id
        self.team_id = team_id
        self.day = day
        self.activities: dict[str, LoggedActivity] = {}
        self.summary_written = False
        self.submitted = False
        self.policies = 0

    @event(ActivityLogged)
    def _activity_logged(
        self,
        activity_id: str,
        kind: ActivityKind,
        customer_id: str,
        started_at: datetime,
        minutes: int | None,
        result: ActivityResult,
        last_action: LastAction | None,
        objections: tuple[Objection, ...],
        next_step: str | None,
        next_at: datetime | None,
        note: str | None,
        by: By,
    ) -> None:
        self.activities[activity_id] = LoggedActivity(
            activity_id=activity_id,
            kind=kind,
            customer_id=customer_id,
            started_at=started_at,
            minutes=minutes,
            result=result,
            last_action=last_action,
            objections=tuple(objections),
            next_step=next_step,
            next_at=next_at,
            note=note,
            recorded_at=by.recorded_at,
        )

    @event(ActivityCorrected)
    def _activity_corrected(
        self,
        activity_id: str,
        kind: ActivityKind,
        changes: dict[str, list[str | int | None]],
        note: str | None,
    ) -> None:
        entry = self.activities[activity_id]
        entry.kind = kind
        for name, (_, new) in changes.items():
            setattr(entry, name, _typed(name, new))
        if note is not None:
            entry.note = note

    @event(ActivityWithdrawn)
    def _activity_withdrawn(self, activity_id: str) -> None:
        self.activities[activity_id].withdrawn = True

    @event(SummaryWritten)
    def _summary_written(self) -> None:
        self.summary_written = True

    @event(Submitted)
    def _submitted(self) -> None:
        self.submitted = True

    @event(PoliciesSigned)
    def _policies_signed(self, policies: int) -> None:
        self.policies += policies

    def signed(self) -> int:
        """Return the number of standing entries that ended with a signature."""
        standing = (a for a in self.activities.values() if not a.withdrawn)
        return sum(a.result is ActivityResult.SIGNED for a in standing)

    def counts(self) -> dict[str, int]:
        """Return the number of standing entries by kind."""
        return dict(Counter(str(a.kind) for a in self.activities.values() if not a.withdrawn))

    def standing(self, activity_id: str) -> LoggedActivity:
        """Return the entry. Raises UnknownActivity, AlreadyWithdrawn."""
        entry = self.activities.get(activity_id)
        if entry is None:
            raise UnknownActivity(activity_id=activity_id)
        if entry.withdrawn:
            raise AlreadyWithdrawn(activity_id=activity_id)
        return entry

    def looks_like(self, activity: Activity) -> str | None:
        """Return the id of an entry of this customer and kind within 15 minutes, or None."""
        for entry in self.activities.values():
            same = entry.customer_id == activity.customer_id and entry.kind == activity.kind
            near = abs(entry.started_at - activity.started_at) < REPEAT_WITHIN
            if same and near and not entry.withdrawn:
                return entry.activity_id
        return None


@dataclass(slots=True)
class LoggedActivity:
    """An entry as it stands after its corrections."""

    activity_id: str
    kind: ActivityKind
    customer_id: str
    started_at: datetime
    minutes: int | None
    result: ActivityResult
    last_action: LastAction | None
    objections: tuple[Objection, ...]
    next_step: str | None
    next_at: datetime | None
    note: str | None
    recorded_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Ports:
    """What the daily log asks of the other aggregates, which it does not import."""

    team_of: Callable[[str, date], str | None]
    owner_of: Callable[[str], str | None]  # refuses customers who may not be worked with
    rules: Callable[[], Rules]


class DailyLogs:
    """The commands about daily logs."""

    def __init__(self, recording: Recording, ports: Ports) -> None:
        self._recording = recording
        self._ports = ports

    def find(self, agent_id: str, day: date) -> DailyLog | None:
        """Return the log of that day, or None."""
        return self._recording.find(DailyLog, daily_log_stream(agent_id, day))

    def is_withdrawn(self, agent_id: str, day: date, activity_id: str) -> bool:
        """Tell whether an agent's entry of a day was taken back."""
        log = self.find(agent_id, day)
        entry = log.activities.get(activity_id) if log else None
        return entry is not None and entry.withdrawn

    def log_activity(
        self, agent_id: str, activity: Activity, *, by: By, repeat_is_meant: bool = False
    ) -> Receipt:
        """Log an activity on the local day on which it started.

        Raises NotYours, NotAMember, UnknownCustomer, ActivityInFuture, LateReasonMissing,
        LooksRepeated (unless ``repeat_is_meant``), AlreadyExists, BadValue.
        """

        def decide() -> list[Aggregate]:
            _own(agent_id, by)
            rules = self._ports.rules()
            self._check_activity(agent_id, activity, rules, by)
            log = self._opened(agent_id, rules.day_of(activity.started_at), rules, by)
            if activity.activity_id in log.activities:
                raise AlreadyExists(what="activity", id=activity.activity_id)
            repeated = None if repeat_is_meant else log.looks_like(activity)
            if repeated:
                raise LooksRepeated(activity_id=repeated)
            self._log(log, activity, rules, by)
            return [log]

        return self._recording.answer(by, decide)

    def correct_activity(
        self,
        agent_id: str,
        day: date,
        activity_id: str,
        changes: Changes,
        reason: str,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """Correct an entry of one's own; old values stay in the event.

        Raises NotYours, UnknownLog, UnknownActivity, AlreadyWithdrawn, EmptyText, BadValue,
        ActivityInFuture, Stale, CustomerErased, ProcessingRestricted.
        """

        def change(log: DailyLog) -> None:
            entry = log.standing(activity_id)
            if not reason.strip():
                raise EmptyText(field="reason")
            self._check_changes(changes, day, by)
            if changes.note is not None:  # it is sealed under the customer's key
                self._ports.owner_of(entry.customer_id)
            log.trigger_event(
                DailyLog.ActivityCorrected,
                agent_id=agent_id,
                team_id=log.team_id,
                day=day,
                activity_id=activity_id,
                customer_id=entry.customer_id,
                kind=changes.kind or entry.kind,
                changes=_changed(entry, changes),
                note=changes.note,
                note_length=None if changes.note is None else len(changes.note),
                reason=reason.strip(),
                by=by,
            )

        return self._change(agent_id, day, change, by, expected)

    def withdraw_activity(
        self,
        agent_id: str,
        day: date,
        activity_id: str,
        reason: str,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """Take an entry back within 24 hours of logging it.

        Raises NotYours, UnknownLog, UnknownActivity, AlreadyWithdrawn, WithdrawalTooLate,
        EmptyText, Stale.
        """

        def change(log: DailyLog) -> None:
            entry = log.standing(activity_id)
            if not reason.strip():
                raise EmptyText(field="reason")
            if by.recorded_at - entry.recorded_at > WITHDRAW_WITHIN:
                raise WithdrawalTooLate(hours=24)
            log.trigger_event(
                DailyLog.ActivityWithdrawn,
                agent_id=agent_id,
                team_id=log.team_id,
                day=day,
                activity_id=activity_id,
                kind=entry.kind,
                customer_id=entry.customer_id,
                reason=reason.strip(),
                by=by,
            )

        return self._change(agent_id, day, change, by, expected)

    def write_summary(
        self, agent_id: str, day: date, text: str, *, by: By, help_wanted: bool = False
    ) -> Receipt:
        """Write the day's summary (R-02). Raises NotYours, NotAMember, EmptyText, BadValue."""

        def decide() -> list[Aggregate]:
            log = self._own_day(agent_id, day, by)
            _summarise(log, text, help_wanted, by)
            return [log]

        return self._recording.answer(by, decide)

    def submit(
        self,
        agent_id: str,
        day: date,
        *,
        by: By,
        summary: str | None = None,
        help_wanted: bool = False,
        short_reason: str | None = None,
        expected: int | None = None,
    ) -> Receipt:
        """Hand the day in, with its summary if given; short of the quota is allowed.

        Raises NotYours, NotAMember, AlreadySubmitted, Stale, EmptyText if the log is empty
        and no reason says why (an honest zero).
        """

        def decide() -> list[Aggregate]:
            log = self._own_day(agent_id, day, by)
            check_version(log, expected)
            if log.submitted:
                raise AlreadySubmitted(day=day)
            if not log.counts() and not (short_reason or "").strip():
                raise EmptyText(field="short_reason")
            if summary and summary.strip():
                _summarise(log, summary, help_wanted, by)
            self._submit(log, short_reason, by)
            return [log]

        return self._recording.answer(by, decide)

    def sign_policies(self, agent_id: str, day: date, policies: int, *, by: By) -> Receipt:
        """Record policies that the company counts for the agent. Raises NotAMember, BadValue."""

        def decide() -> list[Aggregate]:
            if policies < 1:
                raise BadValue(field="policies", value=policies)
            log = self._opened(agent_id, day, self._ports.rules(), by)
            log.trigger_event(
                DailyLog.PoliciesSigned,
                agent_id=agent_id,
                team_id=log.team_id,
                day=day,
                policies=policies,
                by=by,
            )
            return [log]

        return self._recording.answer(by, decide)

    def _check_activity(self, agent_id: str, activity: Activity, rules: Rules, by: By) -> None:
        if activity.started_at > by.recorded_at + CLOCK_SKEW:
            raise ActivityInFuture(activity.started_at, by.recorded_at)
        if activity.minutes is not None and not 1 <= activity.minutes <= 720:
            raise BadValue(field="minutes", value=activity.minutes)
        if len(activity.note or "") > MAX_NOTE:
            raise BadValue(field="note", value=len(activity.note or ""))
        owner = self._ports.owner_of(activity.customer_id)
        if owner is None or owner != agent_id:
            raise UnknownCustomer(customer_id=activity.customer_id)
        hours = hours_after(by.recorded_at, rules.due_at(rules.day_of(activity.started_at)))
        limit = rules.deadlines.late_reason_after_hours
        if hours > limit and not (activity.late_reason or "").strip():
            raise LateReasonMissing(hours=limit)

    def _check_changes(self, changes: Changes, day: date, by: By) -> None:
        if all(getattr(changes, f.name) is None for f in fields(changes)):
            raise EmptyText(field="changes")
        if changes.started_at is not None:
            if changes.started_at > by.recorded_at + CLOCK_SKEW:
                raise ActivityInFuture(changes.started_at, by.recorded_at)
            if self._ports.rules().day_of(changes.started_at) != day:
                raise BadValue(field="started_at", value=changes.started_at.isoformat())
        if changes.minutes is not None and not 1 <= changes.minutes <= 720:
            raise BadValue(field="minutes", value=changes.minutes)
        if len(changes.note or "") > MAX_NOTE:
            raise BadValue(field="note", value=len(changes.note or ""))

    def _log(self, log: DailyLog, activity: Activity, rules: Rules, by: By) -> None:
        log.trigger_event(
            DailyLog.ActivityLogged,
            agent_id=log.agent_id,
            team_id=log.team_id,
            day=log.day,
            activity_id=activity.activity_id,
            kind=activity.kind,
            customer_id=activity.customer_id,
            started_at=activity.started_at,
            minutes=activity.minutes,
            contact_source=activity.contact_source,
            objections=tuple(activity.objections),
            objection_handling=_text(activity.objection_handling),
            last_action=activity.last_action,
            result=activity.result,
            next_step=_text(activity.next_step),
            next_at=activity.next_at,
            note=_text(activity.note),
            note_length=len(_text(activity.note) or ""),
            late=is_late(by.recorded_at, rules.due_at(log.day)),
            late_reason=_text(activity.late_reason),
            by=by,
        )

    def _submit(self, log: DailyLog, short_reason: str | None, by: By) -> None:
        log.trigger_event(
            DailyLog.Submitted,
            agent_id=log.agent_id,
            team_id=log.team_id,
            day=log.day,
            counts=log.counts(),
            short_reason=_text(short_reason),
            on_time=not is_late(by.recorded_at, self._ports.rules().due_at(log.day)),
            by=by,
        )

    def _own_day(self, agent_id: str, day: date, by: By) -> DailyLog:
        _own(agent_id, by)
        rules = self._ports.rules()
        if day > rules.day_of(by.recorded_at + CLOCK_SKEW):
            raise BadValue(field="day", value=day.isoformat())
        return self._opened(agent_id, day, rules, by)

    def _opened(self, agent_id: str, day: date, rules: Rules, by: By) -> DailyLog:
        log = self.find(agent_id, day)
        if log is not None:
            return log
        team_id = self._ports.team_of(agent_id, day)
        if team_id is None:
            raise NotAMember(person_id=agent_id, day=day)
        opened: DailyLog = DailyLog._create(
            DailyLog.Opened,
            id=daily_log_stream(agent_id, day),
            agent_id=agent_id,
            team_id=team_id,
            day=day,
            mode_version=rules.mode_on(day).version,
            by=by,
        )
        return opened

    def _change(
        self,
        agent_id: str,
        day: date,
        change: Callable[[DailyLog], None],
        by: By,
        expected: int | None,
    ) -> Receipt:
        def decide() -> list[Aggregate]:
            _own(agent_id, by)
            log = self.find(agent_id, day)
            if log is None:
                raise UnknownLog(agent_id=agent_id, day=day)
            check_version(log, expected)
            change(log)
            return [log]

        return self._recording.answer(by, decide)


def _own(agent_id: str, by: By) -> None:
    if by.role is Role.AGENT and by.actor != agent_id:
        raise NotYours(what="daily_log")


def _summarise(log: DailyLog, text: str, help_wanted: bool, by: By) -> None:
    if not text.strip():
        raise EmptyText(field="summary")
    if len(text) > MAX_NOTE:
        raise BadValue(field="summary", value=len(text))
    log.trigger_event(
        DailyLog.SummaryWritten,
        agent_id=log.agent_id,
        team_id=log.team_id,
        day=log.day,
        text=text.strip(),
        text_length=len(text.strip()),
        help_wanted=help_wanted,
        by=by,
    )


def _changed(entry: LoggedActivity, changes: Changes) -> dict[str, list[str | int | None]]:
    """Return old and new of each clear field that changes, as plain values."""
    changed = {}
    for field in fields(changes):
        old, new = getattr(entry, field.name), getattr(changes, field.name)
        if field.name != "note" and new is not None and new != old:
            changed[field.name] = [_plain(old), _plain(new)]
    return changed


def _plain(value: Any) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, int) else str(value)


def _typed(name: str, value: str | int | None) -> Any:
    if value is None:
        return None
    readers: dict[str, Callable[[str], Any]] = {
        "kind": ActivityKind,
        "result": ActivityResult,
        "last_action": LastAction,
        "started_at": datetime.fromisoformat,
        "next_at": datetime.fromisoformat,
    }
    return readers[name](str(value)) if name in readers else value


def _text(text: str | None) -> str | None:
    return (text or "").strip() or None
