"""Which commands bring the rows of an interchange folder into the log, and in which order.

Each command's id follows from the branch and the row's own id. The rows go in by the time at which
the source system had them (``created_at``), so that the state as of an instant in the past is what
was on record then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.application import TeamRecord
from domain.callback import TICKS, Answer, Listing, Preparation
from domain.customer import MAX_NAME
from domain.daily_log import Activity
from domain.words import (
    ActivityKind,
    ActivityResult,
    AttemptResult,
    By,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    ContactSource,
    LeaveKind,
    Role,
    command_id,
)
from shilu.bulk import Step
from shilu.interchange import (
    AGENTS,
    ATTENDANCE,
    CALLBACKS,
    SALES,
    VISITS,
    BranchFiles,
    CallbackRow,
    VisitRow,
)
from shilu.scripts import (
    DEFAULT_SCRIPT,
    LANGUAGE,
    ORIGINAL_SCRIPT,
    default_steps,
    original_steps,
)

IMPORTED = "历史数据导入"  # the reason given, and read by people, where a rule asks for one
NO_NAME = "?"  # a visit without a customer's name: incomplete, and shown as such
DEFAULT_ZONE = "Asia/Shanghai"
LEAVE_KNOWN, CALLED, SALES_KNOWN = time(8), time(12), time(18)  # the format has only days

KINDS = {
    "face": ActivityKind.FACE_MEETING,
    "closing": ActivityKind.CLOSING_VISIT,
    "new": ActivityKind.NEW_PROSPECT_VISIT,
}
OUTCOMES = {
    "confirm": (AttemptResult.ANSWERED, CallbackOutcome.CONFIRMED),
    "deny": (AttemptResult.ANSWERED, CallbackOutcome.DENIED),
    "no_such_person": (AttemptResult.ANSWERED, CallbackOutcome.WRONG_PERSON),
    "wrong_number": (AttemptResult.INVALID_NUMBER, CallbackOutcome.INVALID_NUMBER),
    "unreachable": (AttemptResult.NO_ANSWER, CallbackOutcome.UNREACHABLE),
    "refused": (AttemptResult.REFUSED, CallbackOutcome.REFUSED),
}


@dataclass(frozen=True, slots=True)
class RowKey:
    """Where a row stands: its file, and the fields that tell it from the others."""

    file: str
    fields: tuple[tuple[str, str], ...]


class Plan:
    """Turns the rows of a branch into commands, in the order of their recorded instants."""

    def __init__(
        self, record: TeamRecord, branch: str, pseudonym: Callable[[str], str], files: BranchFiles
    ) -> None:
        book = record.rulebook.find()
        self._record = record
        self._branch = branch
        self._pseudonym = pseudonym
        self._files = files
        self._adopted = book is not None
        self._zone = ZoneInfo(book.rules.time_zone if book else DEFAULT_ZONE)
        self._first_day = min(_days(files), default=datetime.now(self._zone).date())

    def steps(self) -> list[Step]:
        """Return every step; setting up first, then whatever was on record earlier."""
        daily = [*self._leave(), *self._visits(), *self._sales(), *self._callbacks()]
        daily.sort(key=lambda step: step.by.recorded_at)
        return [*self._organisation(), *daily]

    def _organisation(self) -> Iterator[Step]:
        join, since = self._record.organisation.join, self._first_day
        start = self._at(since, time(0))
        if not self._adopted:
            yield from self._rulebook(start)
        for leader in sorted({row.supervisor_id for row in self._files.agents}):
            row = RowKey(AGENTS, (("supervisor_id", leader),))
            form = partial(self._record.organisation.form_team, leader, leader, leader)
            yield Step(form, self._by("team", row, start), row)
            come = partial(join, leader, leader, Role.SUPERVISOR, leader, since)
            yield Step(come, self._by("join", row, start), row)
        for agent in self._files.agents:
            row = RowKey(AGENTS, (("agent_id", agent.agent_id),))
            name, team = agent.agent_id, agent.supervisor_id
            come = partial(join, name, name, Role.AGENT, team, since)
            yield Step(come, self._by("join", row, start), row)

    def _rulebook(self, at: datetime) -> Iterator[Step]:
        """Adopt the handbook's defaults, with both scripts, where no rulebook is adopted."""
        book, row = self._record.rulebook, RowKey(AGENTS, ())
        yield Step(partial(book.adopt, str(self._zone)), self._by("rulebook", row, at), row)
        scripts = {DEFAULT_SCRIPT: default_steps(), ORIGINAL_SCRIPT: original_steps()}
        for name, steps in scripts.items():
            publish = partial(book.publish_script, name, LANGUAGE, steps)
            yield Step(publish, self._by(f"script-{name}", row, at), row)

    def _leave(self) -> Iterator[Step]:
        register = self._record.organisation.register_leave
        for absent in self._files.attendance:
            if not absent.present:
                agent, day = absent.agent_id, absent.date
                row = RowKey(ATTENDANCE, (("agent_id", agent), ("date", day.isoformat())))
                by = self._by("leave", row, self._at(day, LEAVE_KNOWN))
                yield Step(partial(register, agent, day, day, LeaveKind.LEAVE), by, row)

    def _visits(self) -> Iterator[Step]:
        registered: set[str] = set()
        for visit in sorted(self._files.visits, key=lambda visit: visit.created_at):
            row = RowKey(VISITS, (("visit_id", visit.visit_id),))
            customer = self._customer_of(visit)
            if customer not in registered:
                registered.add(customer)
                yield self._registration(visit, customer, row)
            yield self._entry(visit, customer, row)

    def _registration(self, visit: VisitRow, customer: str, row: RowKey) -> Step:
        by = By(
            visit.agent_id,
            Role.AGENT,
            self._utc(visit.start),
            self._utc(visit.created_at),
            command_id("import", self._branch, "customer", customer),
            "import",
        )
        name = (visit.customer_name or NO_NAME)[:MAX_NAME]
        register = partial(
            self._record.customers.register,
            customer,
            visit.agent_id,
            name,
            visit.customer_phone,
            ContactSource.OWN,
        )
        return Step(register, by, row)

    def _entry(self, visit: VisitRow, customer: str, row: RowKey) -> Step:
        by = By(
            visit.agent_id,
            Role.AGENT,
            self._utc(visit.start),
            self._utc(visit.created_at),
            self._command("visit", row),
            "import",
        )
        activity = Activity(
            activity_id=visit.visit_id,
            kind=KINDS[visit.kind],
            customer_id=customer,
            started_at=by.occurred_at,
            result=ActivityResult.FOLLOW_UP,  # the format does not say how a visit ended
            minutes=visit.duration_min or None,
            note=visit.remark,
            late_reason=IMPORTED,
        )
        log = self._record.daily_logs.log_activity
        return Step(partial(log, visit.agent_id, activity, repeat_is_meant=True), by, row)

    def _sales(self) -> Iterator[Step]:
        policies: Counter[tuple[str, date]] = Counter()
        for sale in self._files.sales:
            policies[sale.agent_id, sale.date] += sale.policies
        for (agent, day), count in policies.items():
            row = RowKey(SALES, (("agent_id", agent), ("date", day.isoformat())))
            if count:
                by = self._by("sale", row, self._at(day, SALES_KNOWN))
                yield Step(
                    partial(self._record.daily_logs.sign_policies, agent, day, count), by, row
                )

    def _callbacks(self) -> Iterator[Step]:
        visits = {visit.visit_id: visit for visit in self._files.visits}
        for callback in self._files.callbacks:
            yield from self._callback(callback, visits[callback.visit_id])

    def _callback(self, row: CallbackRow, visit: VisitRow) -> Iterator[Step]:
        calls, key = self._record.callbacks, RowKey(CALLBACKS, (("callback_id", row.callback_id),))
        listing = self._listing(row, visit)
        called_at = max(self._at(row.date, CALLED), self._utc(visit.created_at))
        result, outcome = OUTCOMES[row.outcome]
        sheet = Preparation(ticks=frozenset(), overrides=dict.fromkeys(TICKS, IMPORTED))
        commands = {
            "listed": partial(calls.list_call, listing),
            "prepared": partial(calls.prepare, listing.callback_id, sheet),
            "attempted": partial(calls.attempt, listing.callback_id, result),
            "outcome": partial(calls.record_outcome, listing.callback_id, Answer(outcome)),
        }
        for verb, command in commands.items():
            command_id_ = self._command(verb, key)
            by = By(row.supervisor_id, Role.SUPERVISOR, called_at, called_at, command_id_, "import")
            yield Step(command, by, key)

    def _listing(self, row: CallbackRow, visit: VisitRow) -> Listing:
        return Listing(
            callback_id=f"K-{row.callback_id}",
            activity_id=visit.visit_id,
            kind=KINDS[visit.kind],
            visit_day=visit.date,
            agent_id=visit.agent_id,
            team_id=visit.supervisor_id,
            supervisor_id=row.supervisor_id,
            customer_id=self._customer_of(visit),
            mode=CallbackMode.AUDIT,
            design=CallbackDesign(row.design),
            reason=IMPORTED,
            on_day=row.date,
            probability=row.inclusion_prob,
        )

    def _customer_of(self, visit: VisitRow) -> str:
        """Return a keyed pseudonym: nobody without the vault's key can try out phone numbers."""
        person = (visit.agent_id, visit.customer_phone or "", visit.customer_name or "")
        return "C-" + self._pseudonym("|".join(person))[:12]

    def _by(self, verb: str, row: RowKey, at: datetime) -> By:
        return By("import", Role.SYSTEM, at, at, self._command(verb, row), "import")

    def _command(self, verb: str, row: RowKey) -> UUID:
        return command_id("import", self._branch, verb, *(value for _, value in row.fields))

    def _at(self, day: date, hour: time) -> datetime:
        return self._utc(datetime.combine(day, hour))

    def _utc(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self._zone).astimezone(UTC)


def _days(files: BranchFiles) -> Iterator[date]:
    """Yield every day named in the files."""
    for rows in (files.visits, files.attendance, files.sales, files.callbacks):
        yield from (row.date for row in rows)
