"""A small branch on a real store for the checks: thirty honest agents and one to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import MetaData

from domain.application import TeamRecord
from domain.callback import TICKS, Answer, Listing, Preparation, callback_id_of
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
    Role,
)
from store.branch import BranchStore
from store.migrate import migrate
from tests.hours import ANY_TIME

START = date(2026, 3, 2)  # a Monday
TEAM, SUPERVISOR, SUSPECT = "T1", "S1", "A00"
NEEDS_NO_ATTEMPT = {CallbackOutcome.UNREACHABLE, CallbackOutcome.INVALID_NUMBER}


@dataclass
class Branch:
    """The store, the record and short words for what people do."""

    folder: Path
    tables: Sequence[MetaData] = ()
    name: str = "main"
    database_url: str = ""
    store: BranchStore = field(init=False)
    record: TeamRecord = field(init=False)

    def __post_init__(self) -> None:
        self.store = BranchStore(self.name, self.folder, self.database_url)
        migrate(self.store, self.accounts_url, self.folder / "queue.db", self.tables)
        self.record = TeamRecord(self.store.log_env(), self.store.index_phone)

    @property
    def accounts_url(self) -> str:
        """Where credentials lie."""
        return self.database_url or f"sqlite:///{self.folder / 'accounts.db'}"

    def found(self, agents: int = 2, when: datetime | None = None) -> None:
        """Form the team with its supervisor and agents A00, A01, …, on record at ``when``."""
        admin = by("M1", Role.ADMINISTRATOR, when or at(START, 8))
        since = when_day(admin.recorded_at)
        self.record.rulebook.adopt(by=admin)
        self.record.rulebook.set_call_hours(ANY_TIME, by=anew(admin))
        self.record.organisation.form_team(TEAM, "一组", by=anew(admin))
        people = [(SUPERVISOR, Role.SUPERVISOR)]
        people += [(f"A{n:02d}", Role.AGENT) for n in range(agents)]
        for person, role in people:
            self.record.organisation.join(person, f"某{person}", role, TEAM, since, by=anew(admin))

    def form_team(self, team_id: str, agent: str, when: datetime) -> None:
        """Form one more team, of one agent."""
        admin = by("M1", Role.ADMINISTRATOR, when)
        self.record.organisation.form_team(team_id, team_id, by=anew(admin))
        self.record.organisation.join(
            agent, f"某{agent}", Role.AGENT, team_id, when_day(when), by=anew(admin)
        )

    def set_due_at_midnight(self, day: date, when: datetime) -> None:
        """Let a day's log be due as the day begins, and the day be a working day."""
        admin = by("M1", Role.ADMINISTRATOR, when)
        self.record.rulebook.set_deadlines(time(0), 48, by=anew(admin))
        make_up = [day] if day.weekday() >= 5 else []
        self.record.rulebook.publish_calendar(day.year, [], make_up, "test", by=anew(admin))

    def visit(
        self, agent: str, customer: str, when: datetime, *, minutes: int = 40, note: str = ""
    ) -> str:
        """Let an agent meet a customer, registering the customer before; return the visit's id."""
        told = by(agent, Role.AGENT, when + timedelta(hours=1))
        if self.record.customers.owner_of(customer) is None:
            phone = f"138{int(customer.encode().hex(), 16) % 10**8:08d}"
            self.record.customers.register(
                customer, agent, "陈小明", phone, ContactSource.OWN, by=anew(told)
            )
        activity_id = str(uuid4())
        activity = Activity(
            activity_id=activity_id,
            kind=ActivityKind.FACE_MEETING,
            customer_id=customer,
            started_at=when,
            result=ActivityResult.INTERESTED,
            minutes=minutes,
            note=note or None,
        )
        self.record.daily_logs.log_activity(agent, activity, by=anew(told))
        return activity_id

    def call(
        self,
        visit: str,
        agent: str,
        customer: str,
        outcome: CallbackOutcome,
        when: datetime,
        mode: CallbackMode = CallbackMode.COACHING,
    ) -> str:
        """Let the supervisor call the customer about a visit; return the callback's id."""
        callback_id = callback_id_of(visit, SUPERVISOR)
        calls, told = self.record.callbacks, by(SUPERVISOR, Role.SUPERVISOR, when)
        listing = Listing(
            callback_id=callback_id,
            activity_id=visit,
            kind=ActivityKind.FACE_MEETING,
            visit_day=when_day(when) - timedelta(days=1),
            agent_id=agent,
            team_id=TEAM,
            supervisor_id=SUPERVISOR,
            customer_id=customer,
            mode=mode,
            design=CallbackDesign.RANDOM,
            reason="随机抽样",
            on_day=when_day(when),
            probability=0.05,
        )
        calls.list_call(listing, by=anew(told))
        calls.prepare(callback_id, Preparation(ticks=frozenset(TICKS)), by=anew(told))
        if outcome not in NEEDS_NO_ATTEMPT:
            calls.attempt(callback_id, AttemptResult.ANSWERED, by=anew(told))
        calls.record_outcome(callback_id, Answer(outcome), by=anew(told))
        return callback_id

    def events(self, topic: str) -> list[dict[str, object]]:
        """The data of all events of a topic."""
        return [dict(e.data) for e in self.store.reader().all() if e.topic.startswith(topic)]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def when_day(when: datetime) -> date:
    """The day of an instant in Shanghai."""
    return (when + timedelta(hours=8)).date()


def by(actor: str, role: Role, when: datetime) -> By:
    """Who and when."""
    return By(actor, role, when, when, uuid4(), "web")


def anew(told: By) -> By:
    """The same person and moment for another command."""
    return By(told.actor, told.role, told.occurred_at, told.recorded_at, uuid4(), told.source)
