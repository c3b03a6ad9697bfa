"""Imports that are under way: their rows, sealed, and how far they have come.

A working list beside the accounts, not part of the log: what the rows became stands there. The
rows lie here under a key of their own, which is destroyed when the last of them is done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from store.channels import Seals

IMPORTS_METADATA = MetaData()
JOB = Table(
    "import_job",
    IMPORTS_METADATA,
    Column("job_id", String(32), primary_key=True),
    Column("branch", String(32), nullable=False, index=True),
    Column("person_id", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("total", Integer, nullable=False),  # rows to be taken
    Column("done", Integer, nullable=False),
    Column("known", Integer, nullable=False),  # that were on record already
    Column("bad", Integer, nullable=False),  # that the check before had found wrong
    Column("position", BigInteger, nullable=False),  # of the last append
    Column("refused", Text, nullable=False),  # (row in the file, code) of those refused later
    Column("key_version", Integer, nullable=False),
    Column("sealed", LargeBinary),  # None once all is done
)
SHOWN = tuple(c.name for c in JOB.c if c.name not in ("key_version", "sealed"))
KEPT = timedelta(days=7)
AAD = b"import v{version}"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportJob:
    """An import and how far it has come; ``refused`` are (row in the file, code)."""

    job_id: str
    branch: str
    person_id: str
    role: str
    kind: str
    made_at: float
    total: int
    done: int
    known: int
    bad: int
    position: int
    refused: tuple[tuple[int, str], ...]

    @property
    def over(self) -> bool:
        """Tell whether every row was looked at."""
        return self.done >= self.total


class ImportJobs:
    """The imports of a branch. Thread-safe."""

    def __init__(self, engine: Engine, branch: str, seals: Seals) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        self._branch = branch
        self._seals = seals

    def put(
        self,
        job_id: str,
        who: tuple[str, str],
        kind: str,
        rows: Sequence[Row],
        *,
        known: int,
        bad: int,
    ) -> None:
        """Keep the rows of an import for ``who`` (person, role); one that is there is left as it is."""
        if self.find(job_id) is not None:
            return
        self._drop_old()
        version, sealed = self._seals.seal(_subject(job_id), AAD, json.dumps(list(rows)))
        person, role = who
        row = {"job_id": job_id, "branch": self._branch, "person_id": person, "role": role}
        counts = {"total": len(rows), "done": 0, "known": known, "bad": bad, "position": 0}
        with self._writer.begin() as connection:
            connection.execute(
                insert(JOB).values(
                    **row,
                    **counts,
                    kind=kind,
                    made_at=_now(),
                    refused="[]",
                    key_version=version,
                    sealed=sealed,
                )
            )

    def find(self, job_id: str) -> ImportJob | None:
        """Return an import, or None."""
        query = select(*(JOB.c[name] for name in SHOWN)).where(
            JOB.c.job_id == job_id, JOB.c.branch == self._branch
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).mappings().first()
        return _job(dict(found)) if found else None

    def waiting(self) -> Sequence[ImportJob]:
        """Return the imports that have rows left, oldest first."""
        query = select(*(JOB.c[name] for name in SHOWN)).where(
            JOB.c.branch == self._branch, JOB.c.done < JOB.c.total
        )
        with self._engine.connect() as connection:
            return [
                _job(dict(row))
                for row in connection.execute(query.order_by(JOB.c.made_at)).mappings()
            ]

    def rows(self, job: ImportJob) -> Sequence[Row]:
        """Return all rows of an import; none once it is over."""
        query = select(JOB.c.key_version, JOB.c.sealed).where(JOB.c.job_id == job.job_id)
        with self._engine.connect() as connection:
            kept = connection.execute(query).first()
        if kept is None or kept.sealed is None:
            return ()
        opened = self._seals.unseal(_subject(job.job_id), kept.key_version, AAD, kept.sealed)
        found: list[Row] = json.loads(opened) if opened else []
        return found

    def note(
        self, job: ImportJob, done: int, position: int, refused: Sequence[tuple[int, str]]
    ) -> None:
        """Note how far an import came. With the last row, what opens the rows is destroyed."""
        values: dict[str, Any] = {
            "done": done,
            "position": max(position, job.position),
            "refused": json.dumps([*job.refused, *refused]),
        }
        if done >= job.total:
            values["sealed"] = None
        with self._writer.begin() as connection:
            place = (JOB.c.job_id == job.job_id) & (JOB.c.done == job.done)
            connection.execute(update(JOB).where(place).values(**values))
        if done >= job.total:
            self._seals.destroy(_subject(job.job_id))

    def _drop_old(self) -> None:
        old = (JOB.c.made_at < _now() - KEPT.total_seconds()) & (JOB.c.done >= JOB.c.total)
        with self._writer.begin() as connection:
            connection.execute(delete(JOB).where(old))


def _job(row: Mapping[str, Any]) -> ImportJob:
    refused = tuple((no, code) for no, code in json.loads(row["refused"]))
    return ImportJob(**{**row, "refused": refused})


def _subject(job_id: str) -> str:
    return f"import/{job_id}"


def _now() -> float:
    return datetime.now(UTC).timestamp()
