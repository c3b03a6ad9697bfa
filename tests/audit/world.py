"""A log that is signed, without a database: rows as they are stored, keys, checkpoints, bundles."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from store.bundle import Wanted, write_bundle
from store.log_reader import AuditRow
from store.mapper import canonical
from store.proof import leaf_hash, perfect_root, root_of
from store.signed_note import Checkpoint, SigningKey, manifest_text

LOG, ORIGIN = "main", "shilu.test/main"
KEY = SigningKey.of_seed(ORIGIN, bytes(32))
WITNESS = SigningKey.of_seed("witness.test", bytes([7]) * 32)
VKEY = str(KEY.verifier())
WITNESS_VKEY = str(WITNESS.verifier(4))
STREAMS = 500


def a_row(position: int, chance: random.Random, stream: int = 0, version: int = 1) -> AuditRow:
    """Return a row as long as a real one, with a state that nobody can guess."""
    state = canonical({"note": chance.randbytes(180).hex(), "salt": chance.randbytes(16).hex()})
    command = str(UUID(int=chance.getrandbits(128)))
    return row_of(
        position, str(UUID(int=stream)), version, "daily_log.activity_logged.v1", state, command
    )


def row_of(
    position: int, stream: str, version: int, topic: str, state: bytes, command: str | None
) -> AuditRow:
    """Return a row whose envelope fits it."""
    envelope = {
        "v": 1,
        "log": LOG,
        "stream": stream,
        "version": version,
        "type": topic,
        "at": "2026-11-20T04:00:00.000000Z",
        "actor": 'A"1\\',
        "on_behalf": None,
        "cmd": command,
        "cause": None,
        "corr": command,
        "data_sha256": sha256(state).hexdigest(),
    }
    return AuditRow(position, stream, version, topic, state, canonical(envelope), command)


def some_rows(count: int, seed: int = 531) -> list[AuditRow]:
    """Return a log of so many events in a few hundred streams."""
    chance = random.Random(seed)
    return [a_row(n + 1, chance, n % STREAMS, n // STREAMS + 1) for n in range(count)]


@dataclass(frozen=True)
class Rows:
    """Rows where a recorder would be."""

    rows: Sequence[AuditRow]

    def audit_rows(self, position: int, limit: int) -> Sequence[AuditRow]:
        """Return the rows behind ``position``."""
        if self.rows and position < self.rows[0].position:
            return self.rows[:limit]
        start = next((n for n, row in enumerate(self.rows) if row.position == position), None)
        return [] if start is None else self.rows[start + 1 : start + 1 + limit]

    def max_notification_id(self) -> int | None:
        """Return the newest position."""
        return max((row.position for row in self.rows), default=None)


def leaves_of(rows: Sequence[AuditRow]) -> list[bytes]:
    """Return the leaf hashes of rows."""
    return [leaf_hash(row.envelope) for row in rows]


def checkpoint(rows: Sequence[AuditRow], size: int | None = None, *, cosigned: bool = False) -> str:
    """Return a signed checkpoint over the first rows."""
    size = len(rows) if size is None else size
    note = KEY.sign(Checkpoint(ORIGIN, size, root_of(leaves_of(rows[:size]))).text)
    more = [WITNESS.cosign(note.text, 1_700_000_000)] if cosigned else []
    return str(note.with_signatures(more))


def export(
    target: Path,
    rows: Sequence[AuditRow],
    first: int = 1,
    last: int | None = None,
    *,
    since: tuple[int, ...] = (),
    contents: bool = True,
    cosigned: bool = False,
) -> Path:
    """Write a bundle of these rows and return its path."""
    leaves, size = leaves_of(rows), len(rows)

    def nodes(level: int, index: int) -> bytes:
        return perfect_root(b"".join(leaves[index << level : (index + 1) << level]))

    note = checkpoint(rows, cosigned=cosigned)
    wanted = Wanted(ORIGIN, LOG, first, last or size, note, size, since, contents)
    write_bundle(target, wanted, Rows(rows), nodes, seal)
    return target


def seal(digest: bytes) -> str:
    """Sign a manifest."""
    return str(KEY.sign(manifest_text(ORIGIN, digest)))
