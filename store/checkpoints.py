"""The signed checkpoints of a log, and what witnesses have put their names to.

In a database of their own: they are no events and cannot be built again, for each was signed when
the log ended there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Engine, MetaData, Row, String, Table, Text, func, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from store.branch import BranchStore
from store.engines import engine_of
from store.signed_note import COSIGNATURE, Checkpoint, Note, NoteError, VerifierKey

CHECKPOINT_METADATA = MetaData()
CHECKPOINT = Table(
    "checkpoint",
    CHECKPOINT_METADATA,
    Column("origin", String(255), primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("note", Text, nullable=False),
    Column("signed_at", String(40), nullable=False),
)
COSIGNED = Table(
    "checkpoint_cosignature",
    CHECKPOINT_METADATA,
    Column("origin", String(255), primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("key", String(400), primary_key=True),
    Column("line", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint on record: its note with every cosignature, and when it was signed."""

    note: Note
    signed_at: datetime

    @property
    def checkpoint(self) -> Checkpoint:
        """Return what the note says."""
        return Checkpoint.parse(self.note.text)


class UnknownCheckpoint(Exception):
    """A note is no checkpoint of ours."""


class NotWitnessed(Exception):
    """A note carries no cosignature of a witness whom we know."""


class Checkpoints:
    """The checkpoints of one origin. Any number of processes may use them."""

    def __init__(self, engine: Engine, origin: str) -> None:
        self._engine = engine
        self._origin = origin

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self._origin

    def keep(self, note: str, signed_at: datetime) -> None:
        """Keep a signed checkpoint; one of the same size is there for good."""
        found = Checkpoint.parse(Note.parse(note.encode()).text)
        row = {"origin": self._origin, "size": found.size, "note": note}
        self._insert(CHECKPOINT, {**row, "signed_at": signed_at.isoformat()})

    def newest(self) -> Kept | None:
        """Return the checkpoint of the greatest size."""
        query = select(CHECKPOINT).where(CHECKPOINT.c.origin == self._origin)
        return self._one(query.order_by(CHECKPOINT.c.size.desc()).limit(1))

    def newest_cosigned(self) -> Kept | None:
        """Return the checkpoint of the greatest size that a witness has put a name to."""
        query = select(COSIGNED.c.size).where(COSIGNED.c.origin == self._origin)
        with self._engine.connect() as connection:
            size = connection.execute(query.order_by(COSIGNED.c.size.desc()).limit(1)).scalar()
        return self.of_size(size) if size is not None else None

    def of_size(self, size: int) -> Kept | None:
        """Return the checkpoint of this size."""
        mine = CHECKPOINT.c.origin == self._origin, CHECKPOINT.c.size == size
        return self._one(select(CHECKPOINT).where(*mine))

    def last_of_days(self, days: int) -> list[str]:
        """Return the notes of the last checkpoint of each (UTC) day, newest first."""
        day = func.substr(CHECKPOINT.c.signed_at, 1, 10)
        mine = CHECKPOINT.c.origin == self._origin
        last = select(func.max(CHECKPOINT.c.size)).where(mine).group_by(day)
        query = select(CHECKPOINT.c.note).where(mine, CHECKPOINT.c.size.in_(last))
        with self._engine.connect() as connection:
            found = connection.execute(query.order_by(CHECKPOINT.c.size.desc()).limit(days))
            return list(found.scalars())

    def cosign(self, given: Note, witnesses: Iterable[VerifierKey]) -> list[str]:
        """Keep the witnesses' cosignatures of a note; return their names.

        Raises UnknownCheckpoint, and NotWitnessed when it carries none of theirs.
        """
        size = _size(given)
        ours = self.of_size(size) if size is not None else None
        if size is None or ours is None or ours.note.text != given.text:
            raise UnknownCheckpoint("this is no checkpoint of this log")
        found = [(key, given.by(key)) for key in witnesses if key.kind == COSIGNATURE]
        cosigned = [(key, signature) for key, signature in found if signature is not None]
        if not cosigned:
            raise NotWitnessed("no witness of this log has signed this")
        for key, signature in cosigned:
            row = {"origin": self._origin, "size": size, "key": str(key)}
            self._insert(COSIGNED, {**row, "line": str(signature)})
        return [key.name for key, _ in cosigned]

    def _one(self, query: object) -> Kept | None:
        with self._engine.connect() as connection:
            row: Row[tuple[str, int, str, str]] | None = connection.execute(query).first()  # type: ignore[call-overload]
            if row is None:
                return None
            mine = COSIGNED.c.origin == row.origin, COSIGNED.c.size == row.size
            lines = select(COSIGNED.c.line).where(*mine).order_by(COSIGNED.c.key)
            whole = row.note + "".join(connection.execute(lines).scalars())
        return Kept(Note.parse(whole.encode()), datetime.fromisoformat(row.signed_at))

    def _insert(self, table: Table, row: dict[str, object]) -> None:
        sqlite = self._engine.dialect.name == "sqlite"
        insert = sqlite_insert if sqlite else postgres_insert
        with self._engine.execution_options(write=True).begin() as connection:
            connection.execute(insert(table).values(**row).on_conflict_do_nothing())


def checkpoints_engine(store: BranchStore) -> Engine:
    """Return the engine of a branch's checkpoints: a file of their own, or the branch's schema."""
    if store.database_url:
        return engine_of(store.database_url, schema=store.schema)
    return engine_of(f"sqlite:///{store.folder / 'checkpoints.db'}")


def _size(note: Note) -> int | None:
    try:
        return Checkpoint.parse(note.text).size
    except NoteError:
        return None
