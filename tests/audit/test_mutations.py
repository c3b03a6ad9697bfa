"""Random alterations of a signed log: every one is found, and the event is named.

``python -m tests.audit.test_mutations`` runs 10,000 of them on a log of 100,000 events.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import psycopg
import pytest
from eventsourcing.utils import Environment
from psycopg.sql import SQL, Identifier

from store import audit
from store.audit import Promised, verify_log
from store.log_reader import AuditRow, AuditSource
from store.postgres import PostgresFactory
from store.verifier import shilu_verify
from store.verifier.shilu_verify import (
    ALTERED,
    INTACT,
    UNREADABLE,
    Verdict,
    main,
)
from tests.store.conftest import a_branch

from .world import LOG, VKEY, Rows, a_row, checkpoint, export, leaves_of, row_of, some_rows

Log = list[AuditRow]
Mutation = Callable[[Log, int, random.Random], int]
"""Alters a log near an index; returns the position that is to be named."""


def flip(log: Log, at: int, chance: random.Random) -> int:
    """Flip one bit of one column."""
    name = chance.choice(["state", "envelope", "stream_id", "topic", "command_id"])
    value = getattr(log[at], name)
    data = bytearray(value if isinstance(value, bytes) else value.encode())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(7)
    log[at] = log[at]._replace(**{name: bytes(data) if isinstance(value, bytes) else data.decode()})
    return at + 1


def another_version(log: Log, at: int, chance: random.Random) -> int:
    log[at] = log[at]._replace(version=log[at].version + chance.randint(1, 9))
    return at + 1


def delete(log: Log, at: int, chance: random.Random) -> int:
    del log[at]
    if chance.random() < 0.5:
        renumber(log, at)
    return at + 1


def swap(log: Log, at: int, chance: random.Random) -> int:
    other = chance.randrange(len(log))
    other = other if other != at else at - 1
    here, there = log[at], log[other]
    log[at], log[other] = (
        there._replace(position=at + 1),
        here._replace(position=other % len(log) + 1),
    )
    return min(at, other % len(log)) + 1


def insert(log: Log, at: int, chance: random.Random) -> int:
    log.insert(at, a_row(at + 1, chance))
    renumber(log, at)
    return at + 1


def duplicate(log: Log, at: int, chance: random.Random) -> int:
    log.insert(at, log[at])
    renumber(log, at)
    return at + 2  # the copy is at home where it stands; what follows it is not


def truncate(log: Log, at: int, chance: random.Random) -> int:
    del log[at:]
    return at + 1


def move_a_byte(log: Log, at: int, chance: random.Random) -> int:
    """Move a byte over the border between envelope and state."""
    row = log[at]
    log[at] = row._replace(envelope=row.envelope[:-1], state=row.envelope[-1:] + row.state)
    return at + 1


def rewrite(log: Log, at: int, chance: random.Random) -> int:
    """Replace an event by another whose envelope and columns fit: what a superuser would do."""
    row = log[at]
    state = row.state.replace(b'"note":"', b'"note":"%d' % chance.randint(0, 9))
    log[at] = row_of(row.position, row.stream_id, row.version, row.topic, state, row.command_id)
    return at + 1


def renumber(log: Log, at: int) -> None:
    log[at:] = [row._replace(position=at + 1 + n) for n, row in enumerate(log[at:])]


KINDS: tuple[Mutation, ...] = (
    flip, another_version, delete, swap, insert, duplicate, truncate, move_a_byte, rewrite,
)  # fmt: skip


def verdict_on(log: Sequence[AuditRow], promised: Promised, hashes: bytes = b"") -> Verdict | None:
    try:
        verify_log(Indexed(log), promised, stored=lambda size: hashes[: 32 * size])
    except Verdict as verdict:
        return verdict
    return None


class Indexed(Rows):
    """Rows of which each stands near its place: found without a search."""

    def audit_rows(self, position: int, limit: int) -> Sequence[AuditRow]:
        """Return the rows behind ``position``."""
        start = max(position - 3, 0)
        while start < len(self.rows) and self.rows[start].position <= position:
            start += 1
        return self.rows[start : start + limit]


# --- short and seeded: in every run ---


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_every_alteration_is_found_and_the_event_named(kind: Mutation) -> None:
    rows, chance = some_rows(1200), random.Random(kind.__name__)
    promised = Promised(LOG, VKEY, checkpoint(rows).encode())
    hashes = b"".join(leaves_of(rows))
    assert verdict_on(rows, promised) is None

    for _ in range(15):
        log = list(rows)
        named = kind(log, chance.randrange(1, len(rows)), chance)
        verdict = verdict_on(log, promised, hashes)
        assert verdict is not None
        assert (verdict.code, verdict.position) == (ALTERED, named), verdict.reason


def test_the_long_run_remembers_nothing_but_the_intact_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "PART", 0)  # what the run sets is taken back after the test
    monkeypatch.setattr(audit, "leaves_of", audit.leaves_of)
    monkeypatch.setattr(shilu_verify, "perfect_root", shilu_verify.perfect_root)

    assert many(60, 5000) == 0
    assert "rewrite" in capsys.readouterr().out


def test_a_rewrite_that_also_rewrote_the_tree_is_found_and_named_by_kept_hashes() -> None:
    rows = some_rows(1200)
    log = list(rows)
    named = rewrite(log, 711, random.Random(1))
    forged = b"".join(leaves_of(log))
    note, older = checkpoint(rows).encode(), checkpoint(rows, 800).encode()

    alone = verdict_on(log, Promised(LOG, VKEY, note), forged)
    bounded = verdict_on(
        log, Promised(LOG, VKEY, note, [checkpoint(rows, 700).encode(), older]), forged
    )
    kept = b"".join(leaves_of(rows[:800]))
    exact = verdict_on(log, Promised(LOG, VKEY, note, [older], kept=kept), forged)

    assert alone is not None
    assert (alone.code, alone.position) == (ALTERED, None)
    assert bounded is not None
    assert "events 701 to 800 " in bounded.reason
    assert exact is not None
    assert (exact.code, exact.position) == (ALTERED, named)


def test_every_flipped_bit_of_a_bundle_is_found(tmp_path: Path, capsys: object) -> None:
    bundle, chance = export(tmp_path / "bundle", some_rows(300), 20, 280), random.Random(5)
    files = sorted(bundle.iterdir())

    for _ in range(80):
        path = chance.choice(files)
        before = path.read_bytes()
        after = bytearray(before)
        after[chance.randrange(len(after))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(after))
        assert main([str(bundle), "--vkey", VKEY]) in (ALTERED, UNREADABLE), path.name
        path.write_bytes(before)
    assert main([str(bundle), "--vkey", VKEY]) == INTACT


# --- a superuser of the database, with the triggers off ---


def test_a_superusers_rewrite_is_found_and_named(tmp_path: Path, postgres_url: str) -> None:
    branch, rows = a_branch(tmp_path, postgres_url), some_rows(600)
    promised = Promised(LOG, VKEY, checkpoint(rows).encode())
    hashes = b"".join(leaves_of(rows))
    source = PostgresFactory(Environment("", branch.log_env())).application_recorder()
    table = Identifier(branch.schema)
    insert_row = SQL(
        "INSERT INTO {}.events (position, stream_id, version, topic, state, envelope, command_id,"
        " command_no) VALUES (%s, %s, %s, %s, %s, %s, %s, 0)"
    ).format(table)
    with psycopg.connect(postgres_url) as connection:
        connection.cursor().executemany(insert_row, rows)
    assert verify_log(source, promised).signed == 600

    log = list(rows)
    named = rewrite(log, 432, random.Random(3))
    forged = log[432]
    with psycopg.connect(postgres_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            SQL("UPDATE {}.events SET state = %s, envelope = %s WHERE position = %s").format(table),
            (forged.state, forged.envelope, forged.position),
        )

    with pytest.raises(Verdict) as found:
        verify_log(source, promised, stored=lambda _size: hashes)
    assert (found.value.code, found.value.position) == (ALTERED, named)


# --- on demand ---


class Remembered:
    """The leaf hashes of a part; those of the intact log's parts are told, not made again.

    A part's hashes depend on its rows alone, so only parts with a row that is not the intact log's
    own, or stands elsewhere, can tell anything new.
    """

    def __init__(self, intact: Sequence[AuditRow]) -> None:
        self.whole, self.known = intact, dict[tuple[int, ...], bytes]()
        self.read = audit.leaves_of

    def leaves_of(self, source: AuditSource, log: str, start: int, count: int) -> bytes:
        """Stand in for ``store.audit.leaves_of``."""
        part = [row for rows in audit._rows(source, start, start + count) for row in rows]
        place = (start, *map(id, part))  # the intact rows live on, so their ids are theirs alone
        if place in self.known:
            return self.known[place]
        hashes = self.read(source, log, start, count)
        if isinstance(source, Indexed) and source.rows is self.whole:
            self.known[place] = hashes
        return hashes


def remembering_root() -> Callable[[bytes], bytes]:
    """Return ``perfect_root``, with the roots of blocks that it saw lately at hand."""
    block_root = lru_cache(maxsize=256)(shilu_verify.perfect_root)

    def root(hashes: bytes) -> bytes:
        size = 2048 * 32
        blocks = [hashes[at : at + size] for at in range(0, len(hashes), size)]
        return (
            block_root(b"".join(map(block_root, blocks))) if len(blocks) > 1 else block_root(hashes)
        )

    return root


def many(count: int, size: int) -> int:
    """Alter a log so many times; return how many alterations were missed or named wrongly."""
    rows, chance, missed, began = some_rows(size), random.Random(531), 0, time.monotonic()
    promised = Promised(LOG, VKEY, checkpoint(rows).encode())
    hashes, kinds = b"".join(leaves_of(rows)), Counter[str]()
    audit.PART, audit.leaves_of = 2048, Remembered(rows).leaves_of  # type: ignore[misc]
    shilu_verify.perfect_root = remembering_root()
    if verdict_on(rows, promised) is not None:
        raise ValueError("the log was not intact")
    for number in range(count):
        log, kind = list(rows), chance.choice(KINDS)
        named = kind(log, chance.randrange(1, size), chance)
        verdict = verdict_on(log, promised, hashes)
        kinds[kind.__name__] += 1
        if verdict is None or verdict.position != named:
            missed += 1
            sys.stdout.write(f"{kind.__name__} of event {named}: {verdict}\n")
        if number % 500 == 499:
            sys.stdout.write(
                f"{number + 1} done, {missed} missed, {time.monotonic() - began:.0f} s\n"
            )
            sys.stdout.flush()
    sys.stdout.write(f"{dict(kinds)}\n")
    return missed


if __name__ == "__main__":
    sys.exit(1 if many(int((sys.argv[1:] or ["10000"])[0]), 100_000) else 0)
