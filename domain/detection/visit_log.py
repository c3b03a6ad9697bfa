"""The visits of a branch as columns, so that every signal is a few array operations.

`VisitTable` takes visits as they come, day by day or all at once, and gives the same columns for
the same visits: what depends on the order of typing is decided in that order.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from domain.detection.records import Absence, BranchRecords, Sale, Visit
from domain.detection.remarks import RecentRemarks
from domain.words import ActivityKind

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
Real = NDArray[np.float64]

FACE, CLOSING, NEW, OTHER = range(4)
KIND_CODES = {
    ActivityKind.FACE_MEETING: FACE,
    ActivityKind.CLOSING_VISIT: CLOSING,
    ActivityKind.NEW_PROSPECT_VISIT: NEW,
}
DAY = 24 * 60  # minutes
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class VisitLog:
    """One row a visit, in order of typing; times in minutes since day 0, `UNKNOWN` where not told.

    ``agent`` indexes ``agents``. ``absent`` holds agent * 10^7 + day of each day of absence,
    sorted. ``policies`` and ``visits_of`` have one entry an agent.
    """

    agents: tuple[str, ...]
    visit_ids: tuple[str, ...]
    agent: Whole
    day: Whole
    start: Whole
    minutes: Whole
    kind: Whole
    customer: Whole
    phone: Whole
    surname: Whole
    recorded: Whole
    incomplete_name: Flags
    malformed_phone: Flags
    near_copy: Flags
    absent: Whole
    policies: Whole
    visits_of: Whole

    @property
    def agent_day(self) -> Whole:
        """Return one number for the agent and day of each visit."""
        return self.agent * AGENT_STEP + self.day


AGENT_STEP = 10_000_000  # above any day number, so that agent * step + day is unique


class VisitTable:
    """Visits, absences and sales taken in as they come.

    Agents of the roster come first, in its order; whoever else logs a visit joins behind them.
    """

    def __init__(self, agents: Sequence[str]) -> None:
        self._agents: dict[str, int] = {}
        self._remarks: list[RecentRemarks] = []
        self._policies: list[int] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._ids: list[str] = []
        self._rows = array("q")  # row after row: a list of tuples would take four times as much
        self._absent: set[int] = set()
        for agent in agents:
            self._enrol(agent)

    def add_visits(self, visits: Iterable[Visit]) -> None:
        """Take in visits; a later call must bring visits typed later."""
        for visit in sorted(visits, key=lambda v: (v.recorded_at, v.visit_id)):
            self._ids.append(visit.visit_id)
            self._rows.extend(self._row(visit))

    def add_absences(self, absences: Iterable[Absence]) -> None:
        """Take in days of absence."""
        for absence in absences:
            agent = self._enrol(absence.agent_id)
            self._absent.add(agent * AGENT_STEP + absence.day.toordinal())

    def add_sales(self, sales: Iterable[Sale]) -> None:
        """Take in signed policies."""
        for sale in sales:
            self._policies[self._enrol(sale.agent_id)] += sale.policies

    def log(self) -> VisitLog:
        """Return everything taken in so far as columns."""
        table = np.array(self._rows, dtype=np.int64).reshape(-1, COLUMNS)
        whole, yes_or_no = np.split(np.ascontiguousarray(table.T), [len(WHOLE_COLUMNS)])
        columns = dict(zip(WHOLE_COLUMNS, whole, strict=True))
        flags = dict(zip(FLAG_COLUMNS, yes_or_no.astype(np.bool_), strict=True))
        return VisitLog(
            agents=tuple(self._agents),
            visit_ids=tuple(self._ids),
            absent=np.array(sorted(self._absent), dtype=np.int64),
            policies=np.array(self._policies, dtype=np.int64),
            visits_of=np.bincount(columns["agent"], minlength=len(self._agents)),
            **columns,
            **flags,
        )

    def _enrol(self, agent: str) -> int:
        number = self._agents.setdefault(agent, len(self._agents))
        if number == len(self._remarks):
            self._remarks.append(RecentRemarks())
            self._policies.append(0)
        return number

    def _row(self, visit: Visit) -> tuple[int, ...]:
        agent, day = self._enrol(visit.agent_id), visit.day.toordinal()
        return (
            agent,
            day,
            day * DAY + visit.start.hour * 60 + visit.start.minute,
            UNKNOWN if visit.minutes is None else visit.minutes,
            KIND_CODES.get(visit.kind, OTHER),
            self._number("customer", visit.customer),
            self._number("phone", visit.phone),
            self._number("surname", visit.name[:1] if visit.name else None),
            _minute(visit.recorded_at),
            visit.name_complete is False,
            visit.phone_complete is False,
            self._remarks[agent].repeats(visit.remark),
        )

    def _number(self, sort: str, text: str | None) -> int:
        if text is None:
            return UNKNOWN
        return self._numbers.setdefault((sort, text), len(self._numbers))


WHOLE_COLUMNS = (
    "agent",
    "day",
    "start",
    "minutes",
    "kind",
    "customer",
    "phone",
    "surname",
    "recorded",
)
FLAG_COLUMNS = ("incomplete_name", "malformed_phone", "near_copy")
COLUMNS = len(WHOLE_COLUMNS) + len(FLAG_COLUMNS)


def _minute(moment: datetime) -> int:
    return moment.toordinal() * DAY + moment.hour * 60 + moment.minute


def log_of(records: BranchRecords) -> VisitLog:
    """Return the columns of a whole branch."""
    table = VisitTable(records.agents)
    table.add_visits(records.visits)
    table.add_absences(records.absences)
    table.add_sales(records.sales)
    return table.log()
