"""Backups of one branch, whatever store it lies in: the log as stored, and tables row by row.

A backup is a zip file. The events are records as in an evidence bundle (docs/audit.md), so that
what is restored can be held to a checkpoint that was kept outside before a byte of it is written.
Keys go into a file of their own: a backup of the log that also opened it would undo every erasure.
"""

from __future__ import annotations

import base64
import json
import os
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from sqlalchemy import Connection, Engine, MetaData, Table, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from store.bundle import record_of
from store.log_reader import AuditRow, AuditSource
from store.mapper import SealedEvent
from store.verifier.shilu_verify import CMD, ENVELOPE, RECORD, STREAM, TYPE, VERSION, WITHHELD

FORMAT = "shilu-backup/1"
BATCH = 4096  # rows read or written at once
Progress = Callable[[int, int], None]


class BackupError(Exception):
    """A backup cannot be read, made or restored; the message says why and what to do."""


@dataclass(frozen=True)
class Kept:
    """Tables of one database that belong to a backup, but those named in ``without``."""

    engine: Engine
    metadata: MetaData
    without: Collection[str] = ()
    only: Mapping[str, str] = field(default_factory=dict)  # column and the one value it may have

    def tables(self) -> list[Table]:
        """Return the tables, those first that others refer to."""
        return [t for t in self.metadata.sorted_tables if t.name not in self.without]

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every row with the name of its table."""
        with self.engine.connect() as connection:
            for table in self.tables():
                for row in connection.execute(self._mine(table)).mappings():
                    yield table.name, dict(row)

    def put(self, rows: Iterator[tuple[str, dict[str, Any]]]) -> int:
        """Put rows back; return how many. All or nothing.

        Those of ``only`` replace what is there; of the rest, what is there stays.
        """
        named, count = {table.name: table for table in self.tables()}, 0
        with self.engine.execution_options(write=True).begin() as connection:
            self._clear(connection)
            for name, row in rows:
                if name in named:
                    known = {key: row[key] for key in row if key in named[name].c}
                    connection.execute(self._insert(named[name]).values(**known))
                    count += 1
        return count

    def _insert(self, table: Table) -> Any:
        if self.engine.dialect.name == "sqlite":
            return sqlite_insert(table).on_conflict_do_nothing()
        return postgres_insert(table).on_conflict_do_nothing()

    def _clear(self, connection: Connection) -> None:
        for table in reversed(self.tables()):
            if conditions := self._conditions(table):
                connection.execute(table.delete().where(*conditions))

    def _mine(self, table: Table) -> Any:
        return select(table).where(*self._conditions(table)).order_by(*table.primary_key.columns)

    def _conditions(self, table: Table) -> list[Any]:
        return [table.c[name] == value for name, value in self.only.items() if name in table.c]


def write_backup(
    target: Path,
    log: str,
    made_at: str,
    source: AuditSource | None,
    kept: Mapping[str, Kept],
    progress: Progress = lambda _done, _all: None,
) -> int:
    """Write a backup into the file ``target``, whole or not at all; return how many events it has.

    Without a ``source`` it holds tables alone. Raises BackupError when the file is there already.
    """
    head = (source.max_notification_id() or 0) if source else 0
    with _new_zip(target) as archive:
        digests = {name: _write_rows(archive, name, tables) for name, tables in kept.items()}
        if source is not None:
            digests["events"] = _write_events(archive, source, head, progress)
        told = {"format": FORMAT, "log": log, "events": head, "made_at": made_at, "files": digests}
        archive.writestr("manifest.json", json.dumps(told, indent=1, sort_keys=True) + "\n")
    return head


class Backup:
    """A backup to read from; close it, or use it in a ``with``. Raises BackupError."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest: dict[str, Any] = json.loads(self._zip.read("manifest.json"))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as problem:
            raise BackupError(f"{path} is no backup of Shilu: {problem}") from problem
        if self.manifest.get("format") != FORMAT:
            raise BackupError(f"{path} has another format than {FORMAT}")
        self._events: Iterator[AuditRow] | None = None
        self._next = 0

    def __enter__(self) -> Backup:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def log(self) -> str:
        """The name of the log that was backed up."""
        return str(self.manifest["log"])

    def max_notification_id(self) -> int | None:
        """Return the newest position in it."""
        return int(self.manifest["events"]) or None

    def audit_rows(self, position: int, limit: int) -> Sequence[AuditRow]:
        """Return the rows behind ``position``, oldest first; quick when read in order."""
        if self._events is None or position > self._next or position < self._next:
            self._events, self._next = self._all(max(position, 0)), position
        rows = [row for row, _ in zip(self._events, range(limit), strict=False)]
        self._next = rows[-1].position if rows else position
        return rows

    def check(self) -> None:
        """Raise BackupError when a file is not the one that was written."""
        for name, digest in self.manifest["files"].items():
            found = sha256()
            try:
                with self._zip.open(name) as file:
                    while part := file.read(1 << 20):
                        found.update(part)
            except (KeyError, OSError, zipfile.BadZipFile) as problem:
                raise BackupError(f"{name} in the backup is damaged: {problem}") from problem
            if found.hexdigest() != digest:
                raise BackupError(f"{name} in the backup is not what was written")

    def rows(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the rows of the tables that were kept under this name."""
        with self._zip.open(name) as file:
            for line in file:
                told = json.loads(line)
                yield told["table"], {key: _value(value) for key, value in told["row"].items()}

    def _all(self, behind: int) -> Iterator[AuditRow]:
        with self._zip.open("events") as file:
            for row in _read_events(file):
                if row.position > behind:
                    yield row


def sealed_event(row: AuditRow) -> SealedEvent:
    """Return a row of a backup as the recorder appends it."""
    return SealedEvent(
        UUID(row.stream_id),
        row.version,
        row.topic,
        row.state,
        envelope=row.envelope,
        command_id=UUID(row.command_id) if row.command_id else None,
    )


def _write_rows(archive: zipfile.ZipFile, name: str, kept: Kept) -> str:
    digest = sha256()
    with archive.open(name, "w", force_zip64=True) as file:
        for table, row in kept.rows():
            plain = {key: _plain(value) for key, value in row.items()}
            line = json.dumps({"table": table, "row": plain}, ensure_ascii=False).encode() + b"\n"
            digest.update(line)
            file.write(line)
    return digest.hexdigest()


def _write_events(
    archive: zipfile.ZipFile, source: AuditSource, head: int, progress: Progress
) -> str:
    digest, done = sha256(), 0
    with archive.open("events", "w", force_zip64=True) as file:
        while done < head:
            rows = source.audit_rows(done, min(BATCH, head - done))
            if not rows:
                raise BackupError(f"the log ends at {done}, before {head}")
            for row in rows:
                record = record_of(row.position, row.envelope, row.state)
                digest.update(record)
                file.write(record)
            done = rows[-1].position
            progress(done, head)
    return digest.hexdigest()


def _read_events(file: IO[bytes]) -> Iterator[AuditRow]:
    """Yield rows from records; what their columns say stands in their envelopes."""
    while head := file.read(RECORD.size):
        if len(head) < RECORD.size:
            raise BackupError("the events of the backup end in the middle of one")
        position, envelope_length, state_length = RECORD.unpack(head)
        envelope, state = file.read(envelope_length), b""
        if state_length != WITHHELD:
            state = file.read(state_length)
        told = ENVELOPE.fullmatch(envelope)
        if told is None or len(state) != state_length:
            raise BackupError(f"event {position} of the backup is not whole")
        command = told[CMD].decode() if told[CMD] else None
        yield AuditRow(
            position,
            told[STREAM].decode(),
            int(told[VERSION]),
            told[TYPE].decode(),
            state,
            envelope,
            command,
        )


@contextmanager
def _new_zip(target: Path) -> Iterator[zipfile.ZipFile]:
    """Yield a zip file that takes its name when it is whole and on the disk."""
    if target.exists():
        raise BackupError(f"{target} is there already: choose another name")
    part = target.with_name(f"{target.name}.part{os.getpid()}")
    try:
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def _plain(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _value(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value
