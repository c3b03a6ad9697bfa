"""Read a branch in the interchange format: a folder of JSON-lines files, UTF-8.

The format is that of the design page `detection.md`, section 7; `shilu import` and `shilu detect`
both read it here. Nothing is repaired in silence: every line that does not fit becomes one
`LineError` that says where, what and what to do, in Chinese and English, and the line is left out
of the rows. Unknown extra fields are ignored, so that a branch may carry more than is needed here.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from shilu.json_fields import BadField, Fields, fields_of

AGENTS, VISITS, ATTENDANCE = "agents.jsonl", "visits.jsonl", "attendance.jsonl"
SALES, CALLBACKS = "sales.jsonl", "callbacks.jsonl"
FILES = (AGENTS, VISITS, ATTENDANCE, SALES, CALLBACKS)

KINDS = ("face", "closing", "new")
DESIGNS = ("random", "risk")
OUTCOMES = ("confirm", "deny", "wrong_number", "no_such_person", "unreachable", "refused")

BOM = b"\xef\xbb\xbf"  # Windows editors put it before the first line
MAX_NAME, MAX_PHONE, MAX_REMARK = 100, 40, 4000  # characters


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One line of `agents.jsonl`."""

    agent_id: str
    supervisor_id: str


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One line of `visits.jsonl`; `start` and `created_at` are naive local times of the branch."""

    visit_id: str
    agent_id: str
    supervisor_id: str
    date: date
    start: datetime
    duration_min: int
    kind: str
    customer_name: str | None
    customer_phone: str | None
    remark: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """One line of `attendance.jsonl`: whether the agent was at work that day."""

    agent_id: str
    date: date
    present: bool


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One line of `sales.jsonl`: policies signed that day; several lines for one day add up."""

    agent_id: str
    date: date
    policies: int


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """One line of `callbacks.jsonl`; `inclusion_prob` is None when it is not known."""

    callback_id: str
    visit_id: str
    supervisor_id: str
    date: date
    design: str
    inclusion_prob: float | None
    outcome: str


@dataclass(frozen=True, slots=True)
class LineError:
    """One thing wrong in one file; `line` counts from 1, and 0 means the file as a whole."""

    file: str
    line: int
    field: str | None
    message_zh: str
    message_en: str


@dataclass(frozen=True, slots=True)
class BranchFiles:
    """The rows that could be read, in the order of the files, and every error met on the way."""

    agents: tuple[AgentRow, ...]
    visits: tuple[VisitRow, ...]
    attendance: tuple[AttendanceRow, ...]
    sales: tuple[SaleRow, ...]
    callbacks: tuple[CallbackRow, ...]
    errors: tuple[LineError, ...]


def agent_row(fields: Fields) -> AgentRow:
    """Read one agent."""
    return AgentRow(fields.text("agent_id"), fields.text("supervisor_id"))


def visit_row(fields: Fields) -> VisitRow:
    """Read one visit; raises `BadField` also when `start` does not belong to `date`."""
    row = VisitRow(
        visit_id=fields.text("visit_id"),
        agent_id=fields.text("agent_id"),
        supervisor_id=fields.text("supervisor_id"),
        date=fields.day("date"),
        start=fields.moment("start"),
        duration_min=fields.whole("duration_min", 0, 24 * 60),
        kind=fields.choice("kind", KINDS),
        customer_name=fields.maybe_text("customer_name", MAX_NAME),
        customer_phone=fields.maybe_text("customer_phone", MAX_PHONE),
        remark=fields.maybe_text("remark", MAX_REMARK),
        created_at=fields.moment("created_at"),
    )
    if not 0 <= (row.start.date() - row.date).days <= 1:  # a late visit may begin past midnight
        zh = f"与 date（{row.date}）不是同一天，请改正其中一个。"
        raise BadField(
            "start", zh, f"is not on the day of date ({row.date}); correct one of the two."
        )
    return row


def attendance_row(fields: Fields) -> AttendanceRow:
    """Read one day of attendance."""
    return AttendanceRow(fields.text("agent_id"), fields.day("date"), fields.yes_or_no("present"))


def sale_row(fields: Fields) -> SaleRow:
    """Read the policies of one day."""
    return SaleRow(fields.text("agent_id"), fields.day("date"), fields.whole("policies", 0, 1000))


def callback_row(fields: Fields) -> CallbackRow:
    """Read one callback."""
    return CallbackRow(
        callback_id=fields.text("callback_id"),
        visit_id=fields.text("visit_id"),
        supervisor_id=fields.text("supervisor_id"),
        date=fields.day("date"),
        design=fields.choice("design", DESIGNS),
        inclusion_prob=fields.maybe_probability("inclusion_prob"),
        outcome=fields.choice("outcome", OUTCOMES),
    )


def read_agents(folder: Path) -> tuple[AgentRow, ...]:
    """Read the agents alone; `read_branch` tells what is wrong with them."""
    return _Reader(folder).rows(AGENTS, agent_row, unique=("agent_id",))


def read_branch(folder: Path, take: Callable[[VisitRow], None] | None = None) -> BranchFiles:
    """Read the five files of a branch; what is wrong in them is collected, never raised.

    A missing folder or file is an error of line 0. Rows that name an unknown agent, supervisor or
    visit, and rows that repeat an earlier one, are errors too and are left out. With ``take`` each
    visit is handed over as it is read and not kept: half a year of a large branch is big.
    """
    reader = _Reader(folder)
    agents = reader.rows(AGENTS, agent_row, unique=("agent_id",))
    people = {
        "agent_id": frozenset(row.agent_id for row in agents),
        "supervisor_id": frozenset(row.supervisor_id for row in agents),
    }
    visits: list[VisitRow] = []
    ids = reader.each(VISITS, visit_row, take or visits.append, ("visit_id",), people)
    known = people | {"visit_id": ids}
    return BranchFiles(
        agents=agents,
        visits=tuple(visits),
        attendance=reader.rows(
            ATTENDANCE, attendance_row, unique=("agent_id", "date"), known=known
        ),
        sales=reader.rows(SALES, sale_row, known=known),
        callbacks=reader.rows(CALLBACKS, callback_row, unique=("callback_id",), known=known),
        errors=tuple(reader.errors),
    )


Row = TypeVar("Row")
Known = Mapping[str, Container[object]]


class _Reader:
    """Reads the files of one folder and gathers what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.errors: list[LineError] = []

    def rows(
        self,
        file: str,
        parse: Callable[[Fields], Row],
        unique: tuple[str, ...] = (),
        known: Known = MappingProxyType({}),
    ) -> tuple[Row, ...]:
        """Return the good rows: not repeating the `unique` fields, naming only the `known` ids."""
        rows: list[Row] = []
        self.each(file, parse, rows.append, unique, known)
        return tuple(rows)

    def each(
        self,
        file: str,
        parse: Callable[[Fields], Row],
        take: Callable[[Row], None],
        unique: tuple[str, ...] = (),
        known: Known = MappingProxyType({}),
    ) -> Container[object]:
        """Hand over the good rows one by one; return the keys of them, one a row."""
        key_of = attrgetter(*unique) if unique else None
        first_line: dict[object, int] = {}
        for number, line in self._lines(file):
            try:
                row = parse(fields_of(line))
                _refuse_strangers(row, known, unique)
                if key_of is not None:
                    _refuse_repeats(key_of(row), unique, first_line, number)
            except BadField as bad:
                self.errors.append(
                    LineError(file, number, bad.field, bad.message_zh, bad.message_en)
                )
            else:
                take(row)
        return first_line

    def _lines(self, file: str) -> Iterator[tuple[int, bytes]]:
        try:
            with (self._folder / file).open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    bare = line.removeprefix(BOM).strip() if number == 1 else line.strip()
                    if bare:
                        yield number, bare
        except OSError as error:
            zh = f"打不开这个文件（{error.strerror}），文件夹里应有：{'、'.join(FILES)}。"
            en = f"cannot be opened ({error.strerror}); the folder must hold {', '.join(FILES)}."
            self.errors.append(LineError(file, 0, None, zh, en))


def _refuse_strangers(row: object, known: Known, own: tuple[str, ...]) -> None:
    for field, ids in known.items():
        value = getattr(row, field, None)
        if value is not None and value not in ids and own != (field,):
            home = VISITS if field == "visit_id" else AGENTS
            zh = f"“{value}”不在 {home} 里，请补上或改正编号。"
            raise BadField(
                field, zh, f"{value!r} is not in {home}; add it there or correct the id."
            )


def _refuse_repeats(
    key: object, unique: tuple[str, ...], first_line: dict[object, int], number: int
) -> None:
    if (first := first_line.setdefault(key, number)) != number:
        zh = f"与第 {first} 行重复，请删去其中一行。"
        raise BadField("+".join(unique), zh, f"repeats line {first}; delete one of the two.")
