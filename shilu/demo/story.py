"""The demo as commands in the order of their recorded instants: who told what, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from domain.application import TeamRecord
from domain.callback import TICKS, Answer, Listing, Preparation, callback_id_of
from domain.daily_log import Activity
from domain.reveal_rules import GrantKind
from domain.rhythm import CallHours, is_working_day
from domain.words import (
    ActivityKind,
    AttemptResult,
    By,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    LeaveKind,
    command_id,
)
from shilu.bulk import Step
from shilu.demo.calls import LISTED_AT, Call, CallPlan
from shilu.demo.days import Client, Day, Diary, Entry, details
from shilu.demo.facts import DayFacts
from shilu.demo.habits import habits
from shilu.demo.people import Branch, Habit, Person, invent_branch
from shilu.demo.supervision import Supervision
from shilu.demo.weeks import Weeks
from shilu.demo.words import ADVICE
from shilu.scripts import (
    DEFAULT_SCRIPT,
    LANGUAGE,
    ORIGINAL_SCRIPT,
    default_steps,
    original_steps,
)
from store.log_reader import LogReader

ZONE = ZoneInfo("Asia/Shanghai")
WORKING_DAYS = 20
FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))  # the lunar ones move
LEAVE_ON = {
    Habit.INVENTS: (4, 10),
    Habit.PADS: (8,),
}  # working days, from 0, on which visits are logged all the same
ANSWERED = {
    CallbackOutcome.UNREACHABLE: AttemptResult.NO_ANSWER,
    CallbackOutcome.INVALID_NUMBER: AttemptResult.INVALID_NUMBER,
    CallbackOutcome.REFUSED: AttemptResult.REFUSED,
}

# A visitor tries the demo whenever it suits them; a real branch has its quiet hours.
ANY_HOUR = CallHours(callback_from=time.min, callback_until=time.max, rest_until=time(12))


class Story:
    """Everything that happens in the demo branch up to an instant."""

    def __init__(
        self,
        record: TeamRecord,
        branch_name: str,
        pseudonym: Callable[[str], str],
        until: datetime,
        seed: int,
        reader: LogReader,
    ) -> None:
        self._record = record
        self._facts = DayFacts(reader, ZONE)
        self._branch_name = branch_name
        self._pseudonym = pseudonym
        self._until = until.astimezone(UTC)
        self._seed = seed
        self.branch: Branch = invent_branch(Random(f"{seed}/people"))
        self.days = _working_days(until.astimezone(ZONE))
        self._start = datetime.combine(self.days[0] - timedelta(days=1), time(17))

    def steps(self) -> list[Step]:
        """Return every command that was told by ``until``, in the order in which it was told."""
        absent = dict(self._absences())
        written = {a.person_id: self._diary(a, absent) for a in self._agents()}
        daily = [*self._leave(absent), *self._logs(written)]
        daily += self._callbacks(CallPlan(self.branch, written, self._seed))
        daily += habits(self._record, self.branch, self.days, self._step)
        weeks = Weeks(self._record, self.branch, written, self.days, self._seed, self._step)
        daily += weeks.steps()
        facts = self.branch, written, self.days, self._seed, self._step, self._facts
        daily += Supervision(self._record, *facts).steps()
        daily.sort(key=lambda step: step.by.recorded_at)
        return [*self._organisation(), *(s for s in daily if s.by.recorded_at <= self._until)]

    def _agents(self) -> list[Person]:
        return [agent for team in self.branch.teams for agent in team.agents]

    # --- the branch ---

    def _organisation(self) -> Iterator[Step]:
        admin, record = self.branch.administrator, self._record
        told = partial(self._step, admin, self._start)
        yield told(partial(record.rulebook.adopt, str(ZONE)), "rulebook")
        yield told(partial(record.rulebook.set_call_hours, ANY_HOUR), "hours")
        for name, steps in {
            ORIGINAL_SCRIPT: original_steps(),
            DEFAULT_SCRIPT: default_steps(),
        }.items():
            yield told(partial(record.rulebook.publish_script, name, LANGUAGE, steps), name)
        for year in sorted({self.days[0].year, self.days[-1].year}):
            off = tuple(date(year, month, day) for month, day in FIXED_HOLIDAYS)
            publish = record.rulebook.publish_calendar
            yield told(partial(publish, year, off, (), "demo"), "calendar", str(year))
        for team in self.branch.teams:
            form = record.organisation.form_team
            leader = team.supervisor.person_id
            yield told(partial(form, team.team_id, team.name, leader), "team", team.team_id)
        for person in self.branch.people():
            join = partial(record.organisation.join, person.person_id, person.name, person.role)
            yield told(partial(join, person.team_id, self.days[0]), "join", person.person_id)

    # --- agents' days ---

    def _absences(self) -> Iterator[tuple[tuple[str, date], LeaveKind]]:
        draw = Random(f"{self._seed}/leave")
        for agent in self._agents():
            for number, day in enumerate(self.days[:-1]):
                planned = number in LEAVE_ON.get(agent.habit, ())
                if planned or (agent.habit not in LEAVE_ON and draw.random() < 0.02):
                    yield (agent.person_id, day), draw.choice((LeaveKind.LEAVE, LeaveKind.SICK))

    def _leave(self, absent: dict[tuple[str, date], LeaveKind]) -> Iterator[Step]:
        register = self._record.organisation.register_leave
        for (person_id, day), kind in absent.items():
            team = next(
                t for t in self.branch.teams if person_id in {a.person_id for a in t.agents}
            )
            call = partial(register, person_id, day, day, kind)
            at = datetime.combine(day, time(8, 5))
            yield self._step(team.supervisor, at, call, "leave", person_id, day.isoformat())

    def _diary(self, agent: Person, absent: dict[tuple[str, date], LeaveKind]) -> list[Day]:
        diary, draw = Diary(agent, self._seed), Random(f"{self._seed}/{agent.person_id}/invents")
        days = []
        for day in self.days:
            on_leave = (agent.person_id, day) in absent
            invented = _invented(agent.habit, on_leave, draw)
            written = diary.day(day, on_leave=on_leave, invented=invented)
            if written and day == self.days[-1] and agent == self.branch.shown_agent:
                written = _only_the_morning(written)
            days += [written] if written else []
        return days

    def _logs(self, written: dict[str, list[Day]]) -> Iterator[Step]:
        for agent in self._agents():
            known: set[int] = set()
            entries = [entry for day in written[agent.person_id] for entry in day.entries]
            for entry in sorted(entries, key=lambda entry: entry.written):
                if entry.client.no not in known:
                    known.add(entry.client.no)
                    yield self._registration(agent, entry)
                yield self._entry(agent, entry)
            for day in written[agent.person_id]:
                yield from self._hand_in(agent, day)

    def _registration(self, agent: Person, entry: Entry) -> Step:
        client = entry.client
        register = partial(
            self._record.customers.register,
            self._customer_id(agent, client),
            agent.person_id,
            client.name,
            client.phone,
            client.source,
        )
        return self._step(
            agent, entry.written, register, "customer", agent.person_id, str(client.no)
        )

    def _entry(self, agent: Person, entry: Entry) -> Step:
        further: dict[str, Any] = details(entry)
        activity = Activity(
            activity_id=self._activity_id(agent, entry),
            kind=entry.kind,
            customer_id=self._customer_id(agent, entry.client),
            started_at=_utc(entry.start),
            result=entry.result,
            minutes=entry.minutes,
            contact_source=entry.client.source,
            note=entry.note,
            **further,
        )
        log = self._record.daily_logs.log_activity
        call = partial(log, agent.person_id, activity, repeat_is_meant=True)
        key = ("entry", agent.person_id, str(entry.no))
        return self._step(agent, entry.written, call, *key, occurred=entry.start)

    def _hand_in(self, agent: Person, day: Day) -> Iterator[Step]:
        key = (agent.person_id, day.day.isoformat())
        if day.submitted:
            submit = partial(
                self._record.daily_logs.submit,
                agent.person_id,
                day.day,
                summary=day.summary,
                short_reason=day.short_reason,
            )
            yield self._step(agent, day.submitted, submit, "submit", *key)
        if day.policies:
            sign = partial(self._record.daily_logs.sign_policies, *(agent.person_id, day.day))
            at = datetime.combine(day.day + timedelta(days=1), time(9))
            admin = self.branch.administrator
            yield self._step(admin, at, partial(sign, day.policies), "sale", *key)

    # --- callbacks ---

    def _callbacks(self, plan: CallPlan) -> Iterator[Step]:
        for call in plan.calls(self._days_called()):
            yield from self._callback(call)

    def _days_called(self) -> Sequence[date]:
        """Return the days up to the last one whose list was already out at ``until``."""
        out = [d for d in self.days if _utc(datetime.combine(d, LISTED_AT)) <= self._until]
        return out or self.days[:1]

    def _callback(self, call: Call) -> Iterator[Step]:
        listing, calls = self._listing(call), self._record.callbacks
        tell = partial(self._told_by_caller, call, listing.callback_id)
        yield tell(-400, partial(calls.list_call, listing), "list")
        if call.outcome is None:
            return
        name = listing.callback_id
        yield tell(-3, partial(calls.prepare, name, _sheet(call)), "prepare")
        reveal = self._record.confidentiality.reveal
        yield tell(-1, partial(reveal, GrantKind.CALLBACK, name), "reveal")
        result = ANSWERED.get(call.outcome, AttemptResult.ANSWERED)
        yield tell(0, partial(calls.attempt, name, result), "attempt")
        if result is AttemptResult.ANSWERED:
            for step in range(1, 6):
                yield tell(step / 2, partial(calls.record_step, name, step), f"step-{step}")
        yield tell(4, partial(calls.record_outcome, name, _answer(call.outcome)), "outcome")
        if call.outcome is CallbackOutcome.INVALID_NUMBER:
            yield from self._put_number_right(call, name)
        if call.outcome is CallbackOutcome.CONFIRMED:
            advice = Random(name).choice(ADVICE)
            yield tell(90, partial(calls.debrief, name, advice), "debrief")

    def _put_number_right(self, call: Call, callback_id: str) -> Iterator[Step]:
        customers, client = self._record.customers, call.entry.client
        customer = self._customer_id(call.agent, client)
        ask = partial(customers.request_correction, customer, callback_id, "invalid_number")
        yield self._told_by_caller(call, callback_id, 6, ask, "ask-correction")
        digits = list(client.phone or "10000000000")
        digits[-1] = str((int(digits[-1]) + 1) % 10)
        correct = partial(
            customers.correct_contact, customer, client.name, "".join(digits), "录入时错了一位"
        )
        at = call.at + timedelta(hours=3)
        yield self._step(call.agent, at, correct, "correct-contact", callback_id)

    def _told_by_caller(
        self, call: Call, callback_id: str, minutes: float, command: Callable[..., Any], verb: str
    ) -> Step:
        """Return a step of the call, ``minutes`` after it began; the list is out at 8:40."""
        at = call.at + timedelta(minutes=minutes)
        if verb == "list":
            at = datetime.combine(call.on_day, LISTED_AT)
        return self._step(call.caller, at, command, "call", callback_id, verb)

    def _listing(self, call: Call) -> Listing:
        activity_id = self._activity_id(call.agent, call.entry)
        return Listing(
            callback_id=callback_id_of(activity_id, call.caller.person_id),
            activity_id=activity_id,
            kind=call.entry.kind,
            visit_day=call.entry.start.date(),
            agent_id=call.agent.person_id,
            team_id=call.agent.team_id or "",
            supervisor_id=call.caller.person_id,
            customer_id=self._customer_id(call.agent, call.entry.client),
            mode=call.mode,
            design=call.design,
            reason=_reason(call),
            on_day=call.on_day,
            probability=call.probability,
        )

    # --- ids ---

    def _customer_id(self, agent: Person, client: Client) -> str:
        return "C-" + self._pseudonym(f"demo|{agent.person_id}|{client.no}")[:12]

    def _activity_id(self, agent: Person, entry: Entry) -> str:
        return str(self._command("activity", agent.person_id, str(entry.no)))

    def _command(self, *key: str) -> Any:
        return command_id("demo", self._branch_name, *key)

    def _step(
        self,
        actor: Person,
        at: datetime,
        call: Callable[..., Any],
        *key: str,
        occurred: datetime | None = None,
        settled: bool = False,
    ) -> Step:
        recorded = _utc(at)
        happened = _utc(occurred) if occurred else recorded
        identity = self._command(*key)
        by = By(actor.person_id, actor.role, happened, recorded, identity, "demo")
        return Step(call, by, key, settled)


def _working_days(until: datetime) -> list[date]:
    """Return the last working days up to today, oldest first."""
    days: list[date] = []
    day = until.date()
    while len(days) < WORKING_DAYS:
        off = {date(day.year, month, number) for month, number in FIXED_HOLIDAYS}
        days += [day] if is_working_day(day, off, ()) else []
        day -= timedelta(days=1)
    return days[::-1]


def _invented(habit: Habit, on_leave: bool, draw: Random) -> int:
    if habit is Habit.INVENTS:
        return 3 if on_leave else 0
    if habit is Habit.PADS:
        return 2 if on_leave else draw.choice((0, 1, 2, 2))
    return 0


def _only_the_morning(day: Day) -> Day:
    """Return the day as far as noon, not handed in: the visitor of the demo goes on from there."""
    calls = tuple(entry for entry in day.entries if entry.kind is ActivityKind.APPOINTMENT_CALL)
    return replace(day, entries=calls, submitted=None, policies=0)


def _reason(call: Call) -> str:
    """Return why the visit was chosen, as the supervisor reads it; never an accusation."""
    if call.design is CallbackDesign.RISK:
        return "同日拜访时间相近"
    if call.entry.kind is ActivityKind.NEW_PROSPECT_VISIT:
        return "新客户首访"
    return "近一周拜访"


def _sheet(call: Call) -> Preparation:
    if call.mode is CallbackMode.AUDIT:
        return Preparation(ticks=frozenset(TICKS) - {"agent_briefed"})
    briefed = _utc(call.at - timedelta(minutes=25))
    return Preparation(ticks=frozenset(TICKS), agent_briefed_at=briefed)


def _answer(outcome: CallbackOutcome) -> Answer:
    if outcome is CallbackOutcome.CONFIRMED:
        return Answer(outcome, visit_day_confirmed=True, satisfaction=4)
    return Answer(outcome)


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=ZONE).astimezone(UTC)
