"""The demo's callbacks: which visit is called about on which day, and what the customer says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from domain.words import CallbackDesign, CallbackMode, CallbackOutcome
from shilu.demo.days import CALL, Day, Entry
from shilu.demo.people import Branch, Habit, Person, Team

LISTED_AT = time(8, 40)
OUTCOMES = {  # of honest agents' customers
    CallbackOutcome.CONFIRMED: 62,
    CallbackOutcome.UNREACHABLE: 22,
    CallbackOutcome.PARTLY: 4,
    CallbackOutcome.CANNOT_RECALL: 4,
    CallbackOutcome.INVALID_NUMBER: 4,
    CallbackOutcome.REFUSED: 4,
}
DENIED_ON = {Habit.INVENTS: (6, 9, 12, 15), Habit.PADS: (11,)}  # working days, from 0
OPEN_CALLS = 2  # a supervisor's calls of the last day, left for the visitor of the demo


@dataclass(frozen=True, slots=True)
class Call:
    """One callback; ``outcome`` is None while it is still to be made."""

    agent: Person
    caller: Person
    entry: Entry
    on_day: date
    at: datetime
    mode: CallbackMode
    design: CallbackDesign
    probability: float
    outcome: CallbackOutcome | None


class CallPlan:
    """Chooses calls day by day: one a supervisor (R-41), and some by the upper supervisor."""

    def __init__(self, branch: Branch, written: dict[str, list[Day]], seed: int) -> None:
        self._branch = branch
        self._written = written
        self._draw = Random(f"{seed}/calls")
        self._called: set[tuple[str, int]] = set()  # agent and client

    def calls(self, days: Sequence[date]) -> Iterator[Call]:
        """Yield the calls of every day but the first, the open ones of the last day at the end."""
        for number, day in enumerate(days[1:-1], start=1):
            for team in self._branch.teams:
                yield from self._denials(team, number, day)
                yield from self._daily(team, day)
        for team in self._branch.teams:
            yield from self._open(team, days[-1])

    def _daily(self, team: Team, day: date) -> Iterator[Call]:
        honest = [a for a in team.agents if a.habit not in DENIED_ON]
        frame = [(a, e) for a in honest for e in self._frame(a, day)]
        if not frame or self._draw.random() < 0.1:
            return
        agent, entry = self._draw.choice(frame)
        outcome = self._draw.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
        mode = CallbackMode.COACHING if self._draw.random() < 0.7 else CallbackMode.AUDIT
        at = datetime.combine(day, time(14)) + timedelta(minutes=self._draw.randint(0, 150))
        yield self._call(agent, team.supervisor, entry, at, outcome, mode, 1 / len(frame))

    def _denials(self, team: Team, number: int, day: date) -> Iterator[Call]:
        """A visit that never took place is called about, in turn by two different people."""
        for agent in team.agents:
            planned = DENIED_ON.get(agent.habit, ())
            invented = [e for e in self._frame(agent, day) if not e.true]
            if number not in planned or not invented:
                continue
            upper = planned.index(number) % 2 == 0
            caller = self._branch.upper_supervisor if upper else team.supervisor
            entry = self._draw.choice(invented)
            at = datetime.combine(day, time(16, 45))
            outcome, mode = CallbackOutcome.DENIED, CallbackMode.AUDIT
            yield self._call(agent, caller, entry, at, outcome, mode, 0.25)

    def _open(self, team: Team, day: date) -> Iterator[Call]:
        """List calls that are still to be made; where somebody pads, one of those visits first."""
        frame = [(a, e) for a in team.agents for e in self._frame(a, day)]
        self._draw.shuffle(frame)
        frame.sort(key=lambda found: found[1].true)
        at, agents = datetime.combine(day, LISTED_AT), set[str]()
        for agent, entry in frame:
            if len(agents) < OPEN_CALLS and agent.person_id not in agents:
                agents.add(agent.person_id)
                mode = CallbackMode.COACHING if entry.true else CallbackMode.AUDIT
                yield self._call(agent, team.supervisor, entry, at, None, mode, 1 / len(frame))

    def _call(
        self,
        agent: Person,
        caller: Person,
        entry: Entry,
        at: datetime,
        outcome: CallbackOutcome | None,
        mode: CallbackMode,
        probability: float,
    ) -> Call:
        self._called.add((agent.person_id, entry.client.no))
        design = CallbackDesign.RANDOM if entry.true else CallbackDesign.RISK
        return Call(
            agent, caller, entry, at.date(), at, mode, design, round(probability, 6), outcome
        )

    def _frame(self, agent: Person, day: date) -> list[Entry]:
        """Return the visits of the last week that were on record that morning, not yet called."""
        morning = datetime.combine(day, LISTED_AT)
        return [
            entry
            for written in self._written[agent.person_id]
            if timedelta(0) < day - written.day <= timedelta(days=7)
            for entry in written.entries
            if entry.kind is not CALL
            and entry.client.phone
            and entry.written < morning
            and (agent.person_id, entry.client.no) not in self._called
        ]
