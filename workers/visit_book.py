"""The visits of the branch as they stand now, in small columns.

Half a year of 500 agents is 300,000 visits: as objects they would take 200 MB. They are made into
objects one by one, when somebody looks.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from domain.detection.records import Visit
from domain.detection.visit_log import DAY, KIND_CODES, OTHER, UNKNOWN, VisitTable, Whole
from domain.words import ActivityKind

KINDS = tuple(ActivityKind)
CODES: Whole = np.array([KIND_CODES.get(kind, OTHER) for kind in KINDS])
MINUTE = 60_000_000  # microseconds
GONE = 0  # the day of a visit that was withdrawn
UNTOLD = -1  # minutes
EPOCH = datetime(1, 1, 1)  # noqa: DTZ001 - times here are local, as detection takes them
MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class Contact:
    """A customer's name and number, as far as detection may compare them."""

    name: str
    name_complete: bool
    phone: str | None
    phone_complete: bool | None


class VisitBook:
    """Visits by id; a visit is put, put anew, taken out, or forgets its remark."""

    def __init__(self) -> None:
        self._row: dict[str, int] = {}
        self._ids: list[str] = []
        self._words: dict[str, int] = {}  # agents, teams and customers, each once
        self._word: list[str] = []
        self._agent, self._team, self._customer = array("i"), array("i"), array("i")
        self._day, self._minutes, self._kind = array("i"), array("i"), array("b")
        self._start, self._recorded = array("q"), array("q")  # microseconds
        self._remark: list[str | None] = []

    def __len__(self) -> int:
        """Return how many visits there are, those taken out included."""
        return len(self._row)

    def put(self, visit: Visit) -> None:
        """Take in a visit, or what it has become; name and phone are not kept."""
        row = self._row.setdefault(visit.visit_id, len(self._row))
        if row == len(self._remark):
            self._lengthen(visit.visit_id)
        self._agent[row] = self._number(visit.agent_id)
        self._team[row] = self._number(visit.team_id)
        self._customer[row] = self._number(visit.customer)
        self._day[row] = visit.day.toordinal()
        self._minutes[row] = UNTOLD if visit.minutes is None else visit.minutes
        self._kind[row] = KINDS.index(visit.kind)
        self._start[row] = (visit.start - EPOCH) // MICROSECOND
        self._recorded[row] = (visit.recorded_at - EPOCH) // MICROSECOND
        self._remark[row] = visit.remark

    def find(self, visit_id: str) -> Visit | None:
        """Return a visit, None if there is none or it was taken out."""
        row = self._row.get(visit_id)
        return None if row is None or self._day[row] == GONE else self._visit(visit_id, row)

    def agent_of(self, visit_id: str) -> str | None:
        """Return whose visit it is or was."""
        row = self._row.get(visit_id)
        return None if row is None else self._word[self._agent[row]]

    def take_out(self, visit_id: str) -> None:
        """Forget a visit that was withdrawn; whose it was is kept."""
        row = self._row.get(visit_id)
        if row is not None:
            self._day[row], self._remark[row] = GONE, None

    def forget(self, customer: str) -> None:
        """Forget what was written about a customer."""
        number = self._words.get(customer)
        for row, one in enumerate(self._customer):
            if one == number:
                self._remark[row] = None

    def all(self) -> Iterator[Visit]:
        """Yield every visit that stands."""
        for visit_id, row in self._row.items():
            if self._day[row] != GONE:
                yield self._visit(visit_id, row)

    def fill(self, table: VisitTable, contact_of: Mapping[str, Contact]) -> None:
        """Put every visit that stands into a table, with the contacts as they stand now."""
        rows = np.flatnonzero(np.array(self._day) != GONE)
        places = rows.tolist()
        ids, remarks = self._ids, self._remark
        table.add_columns(
            [ids[row] for row in places],
            [remarks[row] for row in places],
            self._columns(table, rows, contact_of),
        )

    def _columns(
        self, table: VisitTable, rows: Whole, contact_of: Mapping[str, Contact]
    ) -> Iterator[Whole]:
        """Yield the columns of some rows, one at a time: all of them at once take 50 MB more."""
        yield np.array(self._recorded)[rows]
        yield self._numbers_in(table, np.array(self._agent), rows)[rows]
        day, customer = np.array(self._day)[rows], np.array(self._customer)[rows]
        yield day
        yield day * DAY + np.array(self._start)[rows] // MINUTE % DAY
        minutes = np.array(self._minutes)[rows]
        yield np.where(minutes == UNTOLD, UNKNOWN, minutes)
        yield CODES[np.array(self._kind)[rows]]
        yield customer
        phone, surname, half, malformed = self._contacts(contact_of)
        yield phone[customer]
        yield surname[customer]
        yield np.array(self._recorded)[rows] // MINUTE + DAY  # 1 January of the year 1 is day 1
        yield half[customer]
        yield malformed[customer]

    def _numbers_in(self, table: VisitTable, agent: Whole, rows: Whole) -> Whole:
        """Return the agents by their numbers in a table; strangers join in order of appearance."""
        known, first = np.unique(agent[rows], return_index=True)
        number = np.zeros(len(self._word), dtype=np.int64)
        for word in known[np.argsort(first)].tolist():
            (number[word],) = table.numbers([self._word[word]])
        return number[agent]

    def _contacts(self, contact_of: Mapping[str, Contact]) -> tuple[Whole, Whole, Whole, Whole]:
        """Return phone and surname of each word that is a customer, and whether they are amiss."""
        size = len(self._word)
        phone, surname = (np.full(size, UNKNOWN, dtype=np.int64) for _ in range(2))
        half, malformed = (np.zeros(size, dtype=np.int64) for _ in range(2))
        numbers: dict[str, int] = {}
        for word, customer in enumerate(self._word):
            if (known := contact_of.get(customer)) is not None:
                if known.phone is not None:
                    phone[word] = numbers.setdefault(known.phone, len(numbers))
                if known.name:
                    surname[word] = ord(known.name[0])
                half[word] = known.name_complete is False
                malformed[word] = known.phone_complete is False
        return phone, surname, half, malformed

    def recent(self, team_id: str, oldest: date) -> Iterator[Visit]:
        """Yield the visits of a team since a day."""
        team, since = self._words.get(team_id, UNTOLD), oldest.toordinal()
        of_team = np.array(self._team) == team
        for row in np.flatnonzero(of_team & (np.array(self._day) >= since)).tolist():
            yield self._visit(self._ids[row], row)

    def count_by_agent(self) -> dict[str, int]:
        """Return how many visits of each agent stand."""
        count = Counter(a for a, d in zip(self._agent, self._day, strict=True) if d != GONE)
        return {self._word[agent]: n for agent, n in count.items()}

    def _lengthen(self, visit_id: str) -> None:
        self._ids.append(visit_id)
        columns: Collection[Any] = (
            self._agent, self._team, self._customer, self._day, self._minutes, self._kind,
            self._start, self._recorded,
        )  # fmt: skip
        for column in columns:
            column.append(0)
        self._remark.append(None)

    def _number(self, word: str) -> int:
        number = self._words.setdefault(word, len(self._word))
        if number == len(self._word):
            self._word.append(word)
        return number

    def _visit(self, visit_id: str, row: int) -> Visit:
        minutes = self._minutes[row]
        return Visit(
            visit_id=visit_id,
            agent_id=self._word[self._agent[row]],
            team_id=self._word[self._team[row]],
            day=date.fromordinal(self._day[row]),
            start=EPOCH + timedelta(microseconds=self._start[row]),
            minutes=None if minutes == UNTOLD else minutes,
            kind=KINDS[self._kind[row]],
            customer=self._word[self._customer[row]],
            recorded_at=EPOCH + timedelta(microseconds=self._recorded[row]),
            remark=self._remark[row],
        )
