"""What an agent of the demo does on a day, and when they write it down. Local times, no store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from domain.words import ActivityKind, ActivityResult, ContactSource, LastAction, Objection
from shilu.demo.people import Habit, Person
from shilu.demo.words import (
    CARELESS_NOTES,
    COPIED_NOTE,
    HANDLINGS,
    NEXT_STEPS,
    SHORT_REASONS,
    SUMMARIES,
    a_name,
    a_note,
    a_phone,
)

CALL, MEET = ActivityKind.APPOINTMENT_CALL, ActivityKind.FACE_MEETING
CLOSE, NEW = ActivityKind.CLOSING_VISIT, ActivityKind.NEW_PROSPECT_VISIT
RECRUIT = ActivityKind.RECRUITING_VISIT
DUE = time(21, 20)  # a little before the rulebook's deadline
VISITS = {  # how many visits a day: fewest, most
    Habit.STEADY: (3, 4),
    Habit.AVERAGE: (2, 4),
    Habit.CARELESS: (2, 4),
    Habit.NEWCOMER: (1, 2),
    Habit.INVENTS: (4, 5),
    Habit.PADS: (3, 4),
}
FORGETS = {Habit.STEADY: 0.0, Habit.AVERAGE: 0.06, Habit.CARELESS: 0.15, Habit.NEWCOMER: 0.1}


@dataclass(frozen=True, slots=True)
class Client:
    """A customer as the agent knows them; ``no`` counts from 0 for each agent."""

    no: int
    name: str
    phone: str | None
    source: ContactSource


@dataclass(frozen=True, slots=True)
class Entry:
    """One activity: what is said about it, and when it was written down (``written``)."""

    no: int
    kind: ActivityKind
    client: Client
    start: datetime
    minutes: int
    written: datetime
    note: str | None
    result: ActivityResult
    true: bool = True


@dataclass(frozen=True, slots=True)
class Day:
    """An agent's day; ``submitted`` is None when the agent forgot to hand it in."""

    day: date
    entries: tuple[Entry, ...]
    submitted: datetime | None
    summary: str
    short_reason: str | None
    policies: int


class Diary:
    """Invents the working days of one agent, one after the other."""

    def __init__(self, agent: Person, seed: int) -> None:
        self.agent = agent
        self._draw = Random(f"{seed}/{agent.person_id}")  # its own, so that people don't interfere
        self._clients = [self._client(number) for number in range(14)]
        self._entries = 0

    def day(self, day: date, *, on_leave: bool, invented: int = 0) -> Day | None:
        """Return what the agent writes about ``day``; None when nothing is written at all.

        ``invented`` visits are added that never took place.
        """
        if on_leave and not invented:
            return None
        if not on_leave and self._draw.random() < FORGETS.get(self.agent.habit, 0.02):
            return None
        real = () if on_leave else (*self._calls(day), *self._visits(day))
        entries = (*real, *self._inventions(day, invented, bool(real)))
        return self._written(day, tuple(sorted(entries, key=lambda entry: entry.start)))

    # --- what happens ---

    def _calls(self, day: date) -> Iterator[Entry]:
        at = datetime.combine(day, time(9, 5))
        for _ in range(self._draw.randint(3, 6)):
            at += timedelta(minutes=self._draw.randint(6, 18))
            result = self._draw.choice((ActivityResult.FOLLOW_UP, ActivityResult.NOT_MET))
            yield self._entry(CALL, self._known_client(), at, self._draw.randint(2, 6), result)

    def _visits(self, day: date) -> Iterator[Entry]:
        at = datetime.combine(day, time(13, 10))
        for kind in self._kinds():
            minutes = self._draw.choice((20, 25, 30, 35, 40, 45, 50, 60))
            client = self._new_client() if kind is NEW else self._known_client()
            yield self._entry(kind, client, at, minutes, self._result(kind))
            at += timedelta(minutes=minutes + self._draw.randint(25, 50))

    def _kinds(self) -> list[ActivityKind]:
        fewest, most = VISITS[self.agent.habit]
        kinds = [MEET, NEW, CLOSE, MEET, MEET][: self._draw.randint(fewest, most)]
        if self._draw.random() < 0.08:
            kinds.append(RECRUIT)
        return kinds

    def _inventions(self, day: date, count: int, padding: bool) -> Iterator[Entry]:
        """Visits that never took place: beside real ones they overlap, alone they fill a day."""
        for number in range(count):
            hour = time(14, 20) if padding else time(10 + 2 * number, 0)
            start = datetime.combine(day, hour) + timedelta(minutes=50 * number * padding)
            client = self._known_client() if padding else self._new_client()
            entry = self._entry(MEET, client, start, 60, ActivityResult.INTERESTED)
            yield replace(entry, true=False, note=COPIED_NOTE)

    def _result(self, kind: ActivityKind) -> ActivityResult:
        if kind is CLOSE and self._draw.random() < 0.12:
            return ActivityResult.SIGNED
        results = (ActivityResult.FOLLOW_UP, ActivityResult.INTERESTED, ActivityResult.DECLINED)
        return self._draw.choices(results, (5, 3, 2))[0]

    # --- how it is written down ---

    def _entry(
        self,
        kind: ActivityKind,
        client: Client,
        start: datetime,
        minutes: int,
        result: ActivityResult,
    ) -> Entry:
        self._entries += 1
        return Entry(self._entries, kind, client, start, minutes, start, self._note(kind), result)

    def _note(self, kind: ActivityKind) -> str | None:
        if kind is CALL:
            return None
        if self.agent.habit is Habit.CARELESS and self._draw.random() < 0.6:
            return self._draw.choice(CARELESS_NOTES)
        return a_note(self._draw)

    def _written(self, day: date, entries: tuple[Entry, ...]) -> Day:
        sitting = self._sitting(day)
        if sitting is None:
            written = tuple(self._at_once(entry) for entry in entries)
        else:
            written = tuple(
                replace(entry, written=max(sitting, entry.start) + timedelta(minutes=2 * number))
                for number, entry in enumerate(entries)
            )
        last = max((entry.written for entry in written), default=datetime.combine(day, DUE))
        handed_in = last + timedelta(minutes=self._draw.randint(3, 9))
        forgotten = self._draw.random() < FORGETS.get(self.agent.habit, 0.02)
        visits = sum(entry.kind is not CALL for entry in written)
        return Day(
            day=day,
            entries=written,
            submitted=None if forgotten else handed_in,
            summary=self._draw.choice(SUMMARIES),
            short_reason=self._draw.choice(SHORT_REASONS) if visits < 3 else None,
            policies=sum(entry.result is ActivityResult.SIGNED for entry in written),
        )

    def _at_once(self, entry: Entry) -> Entry:
        after = timedelta(minutes=entry.minutes + self._draw.randint(1, 15))
        return replace(entry, written=entry.start + after)

    def _sitting(self, day: date) -> datetime | None:
        """Return when the day is typed in at one go, or None if entries are made at once."""
        evening = datetime.combine(day, time(19, 30)) + timedelta(minutes=self._draw.randint(0, 70))
        if self.agent.habit is Habit.CARELESS and self._draw.random() < 0.3:
            return evening + timedelta(hours=13)  # the next morning
        if self.agent.habit in (Habit.AVERAGE, Habit.CARELESS, Habit.INVENTS):
            return evening
        return None

    # --- customers ---

    def _client(self, number: int) -> Client:
        sources = (ContactSource.OWN, ContactSource.REFERRAL, ContactSource.EVENT)
        phone = None if self._draw.random() < 0.04 else a_phone(self._draw)
        return Client(number, a_name(self._draw), phone, self._draw.choice(sources))

    def _known_client(self) -> Client:
        return self._draw.choice(self._clients[-40:])

    def _new_client(self) -> Client:
        self._clients.append(self._client(len(self._clients)))
        return self._clients[-1]


def details(entry: Entry) -> dict[str, object]:
    """Return the further facts of an entry that a careful agent gives; always the same for it."""
    draw = Random(f"{entry.no}/{entry.start.isoformat()}")
    if entry.kind is CALL:
        return {}
    objection = draw.choice(list(Objection)) if draw.random() < 0.6 else None
    next_step = draw.choice(NEXT_STEPS) if entry.result is not ActivityResult.DECLINED else None
    return {
        "objections": (objection,) if objection else (),
        "objection_handling": draw.choice(HANDLINGS) if objection else None,
        "last_action": LastAction.SIGNED_APPLICATION
        if entry.result is ActivityResult.SIGNED
        else draw.choice([LastAction.LEFT_PROPOSAL, LastAction.AGREED_REVISIT]),
        "next_step": next_step,
    }
