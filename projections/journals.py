"""Supervisors' journals: handed in, filed, asked about (R-81 to R-85). Texts are not here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, String, Table, select

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
JOURNAL = Table(
    "journals_journal",
    METADATA,
    Column("supervisor_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("submitted_at", String),
    Column("late", Boolean, nullable=False),
    Column("summary_length", Integer, nullable=False),
    Column("notes", Integer, nullable=False),
    Column("positions", String, nullable=False),
    Column("digest", String),
    Column("questions", String, nullable=False),
    Column("checks", Integer, nullable=False),
    Column("asked_at", String),
    Column("answered", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Journal:
    """A day's journal; ``questions`` are question, value, of; instants are aware."""

    supervisor_id: str
    day: date
    submitted_at: datetime | None
    late: bool
    summary_length: int
    notes: int
    positions: tuple[int, ...]
    digest: str | None
    questions: tuple[tuple[str, float, int], ...]
    checks: int
    asked_at: datetime | None
    answered: tuple[str, ...]


def _opened(writer: Writer, event: LoggedEvent) -> None:
    writer.insert(
        JOURNAL,
        **_key(event),
        submitted_at=None,
        late=False,
        summary_length=0,
        notes=0,
        positions="[]",
        digest=None,
        questions="[]",
        checks=0,
        asked_at=None,
        answered="[]",
    )


def _key(event: LoggedEvent) -> dict[str, str]:
    return {name: event.data[name] for name in ("supervisor_id", "day")}


def _noted(writer: Writer, event: LoggedEvent) -> None:
    row = writer.row(JOURNAL, **_key(event)) or {}
    writer.change(JOURNAL, _key(event), notes=row.get("notes", 0) + 1)


def _submitted(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    writer.change(
        JOURNAL,
        _key(event),
        submitted_at=data["by"]["recorded_at"],
        late=data["late"],
        summary_length=data["summary_length"],
    )


def _archived(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    positions = json.dumps(data["positions"])
    writer.change(JOURNAL, _key(event), positions=positions, digest=data["digest"])


def _checked(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    asked = [[one["question"], one["value"], one["of"]] for one in data["questions"]]
    writer.change(
        JOURNAL,
        _key(event),
        questions=json.dumps(asked),
        checks=data["checks"],
        asked_at=data["by"]["recorded_at"],
    )


def _answered(writer: Writer, event: LoggedEvent) -> None:
    row = writer.row(JOURNAL, **_key(event)) or {}
    known = json.loads(row.get("answered", "[]"))
    answered = json.dumps([*known, event.data["question"]])
    writer.change(JOURNAL, _key(event), answered=answered)


JOURNALS = Projection(
    "journals",
    1,
    METADATA,
    {
        "supervisor_journal.opened.v1": _opened,
        "supervisor_journal.note_added.v1": _noted,
        "supervisor_journal.submitted.v1": _submitted,
        "supervisor_journal.archived.v1": _archived,
        "supervisor_journal.self_checked.v1": _checked,
        "supervisor_journal.question_answered.v1": _answered,
    },
)


def one(connection: Connection, supervisor_id: str, day: date) -> Journal | None:
    """Return the journal of a day, or None."""
    query = select(JOURNAL).where(
        JOURNAL.c.supervisor_id == supervisor_id, JOURNAL.c.day == day.isoformat()
    )
    row = connection.execute(query).first()
    return _journal(dict(row._mapping)) if row else None


def since(connection: Connection, supervisor_id: str, first: date) -> Sequence[Journal]:
    """Return the journals of a supervisor from a day on, newest first."""
    query = (
        select(JOURNAL)
        .where(JOURNAL.c.supervisor_id == supervisor_id, JOURNAL.c.day >= first.isoformat())
        .order_by(JOURNAL.c.day.desc())
    )
    return [_journal(dict(row._mapping)) for row in connection.execute(query)]


def _journal(row: Mapping[str, Any]) -> Journal:
    values = {name: row[name] for name in Journal.__slots__}
    values["day"] = date.fromisoformat(row["day"])
    for name in ("submitted_at", "asked_at"):
        values[name] = datetime.fromisoformat(row[name]) if row[name] else None
    for name in ("positions", "answered"):
        values[name] = tuple(json.loads(row[name]))
    values["questions"] = tuple((q, v, of) for q, v, of in json.loads(row["questions"]))
    return Journal(**values)
