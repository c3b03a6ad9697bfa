"""`shilu doctor`: is this installation fit to be trusted with a record? Each finding says what to do.

Wrong is what may lose or disclose something; a warning is what will bite later.
"""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from eventsourcing.persistence import PersistenceError
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

import projections
from projections.base import places
from shilu.terminal import postgres_errors
from store.accounts import ACCOUNTS_METADATA
from store.branch import BranchStore
from store.checkpoints import Checkpoints, checkpoints_engine
from store.engines import engine_of
from store.master_key import VaultError
from store.signer_client import SignerAway, SignerClient

CLOCK_OFF = timedelta(seconds=2)  # between two machines that set their clocks by NTP: far off
UNSIGNED = timedelta(minutes=5)  # a checkpoint is due every ten seconds
LAG = 5_000  # events behind; past it boards are too old to be trusted
NO_ANSWER = "PostgreSQL does not answer"
LITTLE, TOO_LITTLE = 2 * 1024**3, 200 * 1024**2  # bytes free
AWAY = (SQLAlchemyError, PersistenceError, sqlite3.Error, OSError)


class State(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it (empty when all is well).

    ``branch`` is empty for what is about the installation and its first branch.
    """

    name: str
    state: State
    told: str
    advice: str = ""
    branch: str = ""


@dataclass(frozen=True)
class Installation:
    """What is examined. ``accounts_url`` may be SQLite's; an empty ``redis_url`` means none."""

    store: BranchStore
    accounts_url: str
    redis_url: str
    origin: str
    signer_socket: Path
    private_files: tuple[Path, ...]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


Looks = Sequence[Callable[[Installation], Iterator[Finding]]]


def examine(installation: Installation) -> list[Finding]:
    """Return every finding, in the order in which things depend on each other.

    Where the database does not answer, nothing that lies in it is looked at.
    """
    found = _looked_at(installation, (_disk, _secrets, _database))
    if any(finding.told == NO_ANSWER for finding in found):
        return found
    inside: Looks = (
        _tables,
        _master_key,
        _clock,
        _views,
        _redis,
        _signer,
        _checkpoint,
    )
    return [*found, *_looked_at(installation, inside)]


def examine_beside(installation: Installation) -> list[Finding]:
    """Return what is to be said of a branch beside the first one: in one line when all is well."""
    branch = installation.store.name
    looks: Looks = (_database, _tables, _clock, _views, _signer, _checkpoint)
    found = _looked_at(installation, looks)
    bad = [replace(finding, branch=branch) for finding in found if finding.state is not State.OK]
    fine = f"{len(found)} things are as they should be"
    return bad or [Finding("branch", State.OK, fine, branch=branch)]


def unsafe_database(database_url: str) -> list[str]:
    """Return why this PostgreSQL must not be used: it would lose what it acknowledged.

    Empty for SQLite, for a safe server, and for one that does not answer now: whoever needs it
    waits for it and will be told.
    """
    if not database_url:
        return []
    import psycopg

    from store.durability import MUST_BE_ON, server_facts

    try:
        off = server_facts(database_url).off
    except psycopg.Error:
        return []
    return [f"PostgreSQL has {name} = off: {MUST_BE_ON[name]}" for name in off]


def _looked_at(installation: Installation, looks: Looks) -> list[Finding]:
    found: list[Finding] = []
    for look in looks:
        found += _looked(look.__name__.lstrip("_"), partial(look, installation))
    return found


def _looked(name: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(look())
    except AWAY + postgres_errors() as problem:
        reason = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        return [Finding(name, State.WRONG, reason, "see that it answers, then ask again")]


def _disk(at: Installation) -> Iterator[Finding]:
    free = shutil.disk_usage(_existing(at.store.data_dir)).free
    state = State.WRONG if free < TOO_LITTLE else State.WARNING if free < LITTLE else State.OK
    told = f"{free / 1024**3:.1f} GiB free below {at.store.data_dir}"
    yield Finding("disk", state, told, "" if state is State.OK else "make room before it is full")


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)


def _secrets(at: Installation) -> Iterator[Finding]:
    for path in (path for path in at.private_files if path.exists()):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            advice = f"chmod 600 {path}"
            yield Finding("secrets", State.WRONG, f"others may read {path}", advice)
            return
    yield Finding("secrets", State.OK, "keys are readable by their owner alone")


def _database(at: Installation) -> Iterator[Finding]:
    if not at.store.database_url:
        yield _sqlite(at.store.folder / "log.db")
        return
    import psycopg

    from store.durability import MUST_BE_ON, server_facts

    try:
        facts = server_facts(at.store.database_url)
    except psycopg.Error as problem:
        reason = str(problem).splitlines()[0]
        advice = f"start PostgreSQL, or mend DATABASE_URL ({reason})"
        yield Finding("database", State.WRONG, NO_ANSWER, advice)
        return
    for name in facts.off:
        told = f"{name} is off: acknowledged events are lost at a crash"
        yield Finding("database", State.WRONG, told, MUST_BE_ON[name])
    if not facts.checksums:
        advice = "pg_checksums --enable, while the server is stopped"
        yield Finding("database", State.WARNING, "data checksums are off", advice)
    if not facts.off:
        yield Finding("database", State.OK, f"PostgreSQL {facts.version} keeps what it answers")
    yield _clock_against("PostgreSQL", facts.ours - facts.now)


def _sqlite(file: Path) -> Finding:
    if not file.exists():
        return Finding("database", State.WRONG, f"{file} is not there", "shilu migrate")
    with closing(sqlite3.connect(file, timeout=5)) as connection:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        return Finding("database", State.WRONG, f"{file} is in {mode} mode", "shilu migrate")
    return Finding("database", State.OK, f"SQLite {sqlite3.sqlite_version}, write-ahead, synced")


def _clock_against(name: str, off: timedelta) -> Finding:
    seconds = abs(off).total_seconds()
    if abs(off) > CLOCK_OFF:
        told = f"this clock is {seconds:.0f} s away from that of {name}"
        return Finding("clock", State.WRONG, told, "set both by NTP")
    return Finding("clock", State.OK, f"within {seconds:.1f} s of that of {name}")


def _tables(at: Installation) -> Iterator[Finding]:
    wanted = [
        (at.store.views_engine(), at.store.schema, projections.VIEW_METADATA),
        (engine_of(at.accounts_url, schema="accounts"), "accounts", [ACCOUNTS_METADATA]),
    ]
    for engine, schema, metadata in wanted:
        named = None if engine.dialect.name == "sqlite" else schema
        there = set(inspect(engine).get_table_names(schema=named))
        missing = sorted({name for tables in metadata for name in tables.tables} - there)
        if missing:
            told = f"{len(missing)} tables are missing, the first is {missing[0]}"
            yield Finding("tables", State.WRONG, told, "shilu migrate")
            return
    yield Finding("tables", State.OK, "all tables are there")


def _master_key(at: Installation) -> Iterator[Finding]:
    try:
        at.store.vault().blind_index("13800000000")
    except VaultError as problem:
        advice = "bring back the file or command that holds it; without it sealed fields stay shut"
        yield Finding("master_key", State.WRONG, str(problem), advice)
        return
    yield Finding("master_key", State.OK, "it opens the vault")


def _clock(at: Installation) -> Iterator[Finding]:
    reader, now = at.store.reader(), at.now()
    newest = reader.head()
    events = list(reader.after(newest - 1, 1)) if newest else []
    ahead = max((event.recorded_at - now for event in events), default=timedelta(0))
    if ahead > CLOCK_OFF:
        told = f"the newest event was recorded {ahead.total_seconds():.0f} s in the future"
        yield Finding("clock", State.WRONG, told, "a clock was set back: set it by NTP")
    else:
        yield Finding("clock", State.OK, "the record does not run ahead of this clock")


def _views(at: Installation) -> Iterator[Finding]:
    head, known = at.store.reader().head(), places(at.store.views_engine())
    for projection in projections.ALL:
        place = known.get(projection.name)
        if place is None or place.version != projection.version:
            told, advice = f"{projection.name} is to be built", "start shilu follower"
            yield Finding("views", State.WARNING, told, advice)
            return
        if head - place.position > LAG:
            told = f"{projection.name} is {head - place.position} events behind"
            yield Finding("views", State.WARNING, told, "is shilu follower running?")
            return
    yield Finding(
        "views", State.OK, f"{len(projections.ALL)} views follow the log of {head} events"
    )


def _redis(at: Installation) -> Iterator[Finding]:
    if not at.redis_url:
        yield Finding("redis", State.OK, "not used: tasks are kept in SQLite")
        return
    import redis

    from workers.redis_tasks import faults_of_redis, redis_client

    client = redis_client(at.redis_url)
    try:
        faults, said = faults_of_redis(client), client.time()
    except redis.RedisError as problem:
        advice = "start Redis, or mend REDIS_URL"
        yield Finding("redis", State.WRONG, str(problem), advice)
        return
    finally:
        client.close()
    told = {
        "redis.not_durable": "the append-only file is off: a restart forgets tasks",
        "redis.evicts": "it may drop tasks when memory is short",
    }
    for fault, advice in faults.items():
        yield Finding("redis", State.WRONG, told[fault], f"in redis.conf: {advice}")
    if not faults:
        yield Finding("redis", State.OK, "durable, and it evicts nothing")
    yield _clock_against("Redis", at.now() - _instant(said))


def _instant(said: Any) -> datetime:
    seconds, microseconds = said
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(microseconds))


def _signer(at: Installation) -> Iterator[Finding]:
    client = SignerClient(at.signer_socket, at.origin)
    try:
        signed = int(client.last()["size"])
    except SignerAway:
        told = "it does not answer: checkpoints and receipts wait"
        yield Finding("signer", State.WARNING, told, "start shilu signer")
        return
    finally:
        client.close()
    head = at.store.reader().head()
    if signed > head:
        told = f"it has signed {signed} events, the log has {head}: the log was rolled back"
        yield Finding("signer", State.WRONG, told, "restore a newer backup")
    else:
        yield Finding("signer", State.OK, f"it has signed {signed} of {head} events")


def _checkpoint(at: Installation) -> Iterator[Finding]:
    newest = Checkpoints(checkpoints_engine(at.store), at.origin).newest()
    head = at.store.reader().head()
    if newest is None:
        state = State.WARNING if head else State.OK
        advice = "are shilu scheduler and shilu signer running?" if head else ""
        yield Finding("checkpoint", state, "none was signed yet", advice)
        return
    age, size = at.now() - newest.signed_at, newest.checkpoint.size
    if size < head and age > UNSIGNED:
        told = (
            f"the newest is {age.total_seconds() / 60:.0f} minutes old, {head - size} events wait"
        )
        advice = "are shilu scheduler and shilu signer running?"
        yield Finding("checkpoint", State.WARNING, told, advice)
    else:
        yield Finding("checkpoint", State.OK, f"the newest covers {size} of {head} events")
