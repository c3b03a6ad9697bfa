"""The visits of a branch as columns, so that every signal is a few array operations.

`VisitTable` takes visits as they come, day by day or all at once, and gives the same columns for
the same visits: what depends on the order of typing is decided in that order.
"""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast

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

    def places(self, visits: Collection[str]) -> dict[str, int]:
        """Return the row of each of these visits that is in the log."""
        return {visit: row for row, visit in enumerate(self.visit_ids) if visit in visits}


AGENT_STEP = 10_000_000  # above any day number, so that agent * step + day is unique


class VisitTable:
    """Visits, absences and sales taken in as they come.

    Agents of the roster come first, in its order; whoever else logs a visit joins behind them.
    Visits wait, as small columns, until `log` puts those of one batch in the order of typing.
    """

    def __init__(self, agents: Sequence[str]) -> None:
        self._agents, self._customers = _Numbers(), _Numbers()
        self._phones, self._surnames = _Numbers({None: UNKNOWN}), _Numbers({None: UNKNOWN})
        self._recent = RecentRemarks()
        self._policies: Counter[int] = Counter()
        self._settled, self._waiting = _Columns(), _Columns()
        self._absent: set[int] = set()
        for agent in agents:
            self._agents.setdefault(agent, len(self._agents))

    def add_visits(self, visits: Iterable[Visit]) -> None:
        """Take in visits; after a look (`log`) only visits typed later may come."""
        coming = iter(visits)
        while batch := list(islice(coming, AT_ONCE)):
            waiting = self._waiting
            waiting.ids += [v.visit_id for v in batch]
            waiting.remarks += [v.remark for v in batch]
            waiting.typed.extend([_microseconds(v.recorded_at) for v in batch])
            for column, values in zip(waiting.columns, self._values(batch), strict=False):
                column.extend(values)

    def add_columns(
        self, ids: Iterable[str], remarks: Iterable[str | None], columns: Iterable[Whole]
    ) -> None:
        """Take in visits as columns: when typed, in microseconds; then as in `WHOLE_COLUMNS`, flags.

        For who keeps columns of their own: agents as `numbers` has them, customers, phones and
        surnames by any numbers, `UNKNOWN` where there is none. Not to be mixed with `add_visits`.
        """
        waiting = self._waiting
        waiting.ids += ids
        waiting.remarks += remarks
        coming = iter(columns)
        waiting.typed.frombytes(next(coming).astype(np.int64).tobytes())
        for column, told in zip(waiting.columns, coming, strict=False):
            column.frombytes(told.astype(np.int32).tobytes())

    def numbers(self, agents: Iterable[str]) -> list[int]:
        """Return the numbers of agents; who is not in the roster joins it."""
        return [self._agents[agent] for agent in agents]

    def add_absences(self, absences: Iterable[Absence]) -> None:
        """Take in days of absence."""
        for absence in absences:
            agent = self._agents[absence.agent_id]
            self._absent.add(agent * AGENT_STEP + absence.day.toordinal())

    def add_sales(self, sales: Iterable[Sale]) -> None:
        """Take in signed policies."""
        for sale in sales:
            self._policies[self._agents[sale.agent_id]] += sale.policies

    def log(self) -> VisitLog:
        """Return everything taken in so far as columns."""
        self._settle()
        whole = [np.array(column, dtype=np.int64) for column in self._settled.columns]
        columns: dict[str, Any] = dict(zip(WHOLE_COLUMNS, whole, strict=False))
        columns |= zip(FLAG_COLUMNS, map(np.bool_, whole[len(WHOLE_COLUMNS) :]), strict=True)
        size = len(self._agents)
        return VisitLog(
            agents=tuple(cast("dict[str, int]", self._agents)),
            visit_ids=tuple(self._settled.ids),
            absent=np.array(sorted(self._absent), dtype=np.int64),
            policies=np.array([self._policies[agent] for agent in range(size)], dtype=np.int64),
            visits_of=np.bincount(columns["agent"], minlength=size),
            **columns,
        )

    def _settle(self) -> None:
        """Put the waiting visits in the order of typing and look at their remarks."""
        waiting, settled, self._waiting = self._waiting, self._settled, _Columns()
        if not waiting.ids:
            return
        by_id = np.array(sorted(range(len(waiting.ids)), key=waiting.ids.__getitem__))
        order = by_id[np.argsort(np.array(waiting.typed)[by_id], kind="stable")]
        for column, told in zip(settled.columns, waiting.columns, strict=True):
            column.frombytes(np.array(told)[order].tobytes() if told else b"")
        places = order.tolist()
        settled.ids += [waiting.ids[row] for row in places]
        remarks = [waiting.remarks[row] for row in places]
        agents = settled.columns[0][-len(places) :].tolist()
        settled.columns[-1].extend(self._recent.repeats(agents, remarks))

    def _values(self, batch: Sequence[Visit]) -> Iterator[Iterable[int]]:
        """Yield the columns of some visits, all but the last: near copies are looked for later."""
        agents, customers, phones = self._agents, self._customers, self._phones
        yield [agents[v.agent_id] for v in batch]
        yield [v.day.toordinal() for v in batch]
        yield [v.day.toordinal() * DAY + v.start.hour * 60 + v.start.minute for v in batch]
        yield [UNKNOWN if v.minutes is None else v.minutes for v in batch]
        yield [KIND_CODES.get(v.kind, OTHER) for v in batch]
        yield [customers[v.customer] for v in batch]
        yield [phones[v.phone] for v in batch]
        yield [self._surnames[v.name[:1] if v.name else None] for v in batch]
        yield [_minute(v.recorded_at) for v in batch]
        yield [v.name_complete is False for v in batch]
        yield [v.phone_complete is False for v in batch]


AT_ONCE = 4096  # visits whose columns are made together
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


class _Columns:
    """Rows as columns of 4 bytes a number, with what is needed only until they are in order."""

    __slots__ = ("columns", "ids", "remarks", "typed")

    def __init__(self) -> None:
        self.columns = tuple(array("i") for _ in (*WHOLE_COLUMNS, *FLAG_COLUMNS))
        self.ids: list[str] = []
        self.remarks: list[str | None] = []
        self.typed = array("q")  # microseconds since day 0


class _Numbers(dict[str | None, int]):
    """A number for each text, given when it is first asked for."""

    def __missing__(self, text: str | None) -> int:
        number = self[text] = len(self)
        return number


def _minute(moment: datetime) -> int:
    return moment.toordinal() * DAY + moment.hour * 60 + moment.minute


def _microseconds(moment: datetime) -> int:
    minutes = _minute(moment)
    return (minutes * 60 + moment.second) * 1_000_000 + moment.microsecond


def log_of(records: BranchRecords) -> VisitLog:
    """Return the columns of a whole branch."""
    table = VisitTable(records.agents)
    table.add_visits(records.visits)
    table.add_absences(records.absences)
    table.add_sales(records.sales)
    return table.log()
