"""What every import does: match columns, check every row first, then give the same commands as
the pages do. A row that is on record already is known and not an error, so that importing a file
again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import marshmallow as ma

from domain.bringing import Brought, command_of, take
from domain.refusals import Refusal
from domain.words import By
from service.context import shilu
from service.forms import error_texts
from service.language import _
from service.refusals import sentence
from service.sessions import reader
from service.tables_in import Grid, Line

ADDED, KNOWN = "added", "known"
INVALID, REQUIRED, TWICE = "invalid", "required", "twice_in_file"


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a column may be: its label, and the names by which files call it."""

    name: str
    label: str
    aliases: tuple[str, ...]
    needed: bool = False


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one cell; ``code`` is for programs, ``problem`` for people."""

    row: int
    column: str
    value: str
    code: str
    problem: str

    def said(self) -> str:
        """Return column and problem as one text."""
        return f"{self.column} {self.problem}".strip()


class RowRefused(Exception):
    """A row cannot be taken; ``field`` names the target, ``problem`` is a sentence."""

    def __init__(self, field: str, code: str, problem: str) -> None:
        super().__init__(code)
        self.field, self.code, self.problem = field, code, problem


Row = dict[str, Any]


@dataclass
class Outcome:
    """What became of the rows, or would become of them."""

    added: int = 0
    known: int = 0
    errors: list[RowError] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    position: int = 0
    new: list[tuple[int, Row]] = field(default_factory=list)  # line in the file, and row


@dataclass(frozen=True)
class Kind:
    """One kind of import. ``check`` says ADDED or KNOWN or raises RowRefused or a Refusal, and
    changes nothing but its set, in which it notes the teams that rows before would have formed.
    ``brought`` gives the row as its commands need it. ``key`` is what may stand only once.
    """

    name: str
    targets: tuple[Target, ...]
    schema: type[ma.Schema]
    key: Callable[[Row], str]
    check: Callable[[Row, set[str]], str]
    brought: Callable[[Row], Brought]


def guess(kind: Kind, header: Sequence[str]) -> dict[str, int]:
    """Return which column each target probably is; a column is guessed once."""
    found: dict[str, int] = {}
    plain = [_plain(name) for name in header]
    for target in kind.targets:
        names = {_plain(name) for name in (target.name, target.label, *target.aliases)}
        at = next((i for i, n in enumerate(plain) if n in names and i not in found.values()), None)
        if at is not None:
            found[target.name] = at
    return found


def _plain(name: str) -> str:
    return "".join(name.lower().split()).strip("*：:（）()")


def go_through(
    kind: Kind, grid: Grid, columns: Mapping[str, int], *, dry: bool, moment: datetime
) -> Outcome:
    """Check every row, and take the good ones unless it is a dry run."""
    outcome, schema = Outcome(), kind.schema()
    seen, formed = set[str](), set[str]()
    for line in grid.lines:
        try:
            row = _loaded(schema, line, columns)
            _once(kind, row, seen)
            state = kind.check(row, formed)
            _count(kind, line.no, row, state, outcome, dry=dry, moment=moment)
        except ma.ValidationError as problem:
            _note(kind, outcome, line, columns, problem)
        except (RowRefused, Refusal) as refused:
            at, code, text = _said(refused)
            _add_error(kind, outcome, line, columns, at, code, text)
    return outcome


def _loaded(schema: ma.Schema, line: Line, columns: Mapping[str, int]) -> Row:
    cells = {name: line.cells[at] for name, at in columns.items() if line.cells[at]}
    loaded: Row = schema.load(cells)
    return loaded


def _once(kind: Kind, row: Row, seen: set[str]) -> None:
    key = kind.key(row)
    if key in seen:
        raise RowRefused("", TWICE, _("这份文件里前面已经有这一行了"))
    seen.add(key)


def _count(
    kind: Kind, no: int, row: Row, state: str, outcome: Outcome, *, dry: bool, moment: datetime
) -> None:
    if state == ADDED and not dry:
        who, secret = reader(), secret_of(row)

        def by(part: str) -> By:
            command = command_of(kind.name, who.person_id, part, secret)
            return By(who.person_id, who.role, moment, moment, command, "import")

        receipt = take(shilu().record, kind.brought(row), by)
        outcome.position = max(outcome.position, receipt.position)
    if state == ADDED:
        outcome.new.append((no, row))
    outcome.added += state == ADDED
    outcome.known += state == KNOWN


def secret_of(row: Row) -> str:
    """Return the row's keyed digest, of which its command ids are made: nobody can try it out."""
    values = "|".join(f"{name}={value}" for name, value in sorted(row.items()))
    return shilu().pseudonym(values)


def _note(
    kind: Kind,
    outcome: Outcome,
    line: Line,
    columns: Mapping[str, int],
    problem: ma.ValidationError,
) -> None:
    for name, text in error_texts(problem).items():
        code = INVALID if name in columns and line.cells[columns[name]] else REQUIRED
        _add_error(kind, outcome, line, columns, name, code, text)


def _said(refused: RowRefused | Refusal) -> tuple[str, str, str]:
    if isinstance(refused, RowRefused):
        return refused.field, refused.code, refused.problem
    code = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(refused).__name__)
    return str(refused.facts.get("field", "")), code.lstrip("_"), sentence(refused)


def _add_error(
    kind: Kind,
    outcome: Outcome,
    line: Line,
    columns: Mapping[str, int],
    name: str,
    code: str,
    problem: str,
) -> None:
    label = next((_(t.label) for t in kind.targets if t.name == name), "")
    value = line.cells[columns[name]] if name in columns else ""
    outcome.errors.append(RowError(line.no, label, value, code, problem))
    if line.no not in outcome.bad:
        outcome.bad.append(line.no)
