"""Whether a PostgreSQL keeps what it acknowledges (trust.md, finding 7): read before it is used.

With ``synchronous_commit = off`` 88 of 53,894 acknowledged writes were gone after six crashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

MUST_BE_ON = {
    "synchronous_commit": "set synchronous_commit = on (or remote_apply) for this database",
    "fsync": "set fsync = on in postgresql.conf and restart the server",
    "full_page_writes": "set full_page_writes = on in postgresql.conf and reload the server",
}
"""Settings that lose acknowledged events when they are off, and the way out."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a server says of itself; ``now`` is its clock (aware), ``ours`` ours at that moment."""

    version: str
    off: tuple[str, ...]
    checksums: bool
    now: datetime
    ours: datetime


def server_facts(url: str) -> ServerFacts:
    """Ask a PostgreSQL. Raises psycopg.Error when it does not answer."""
    with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
        found = {name: _setting(connection, name) for name in (*MUST_BE_ON, "data_checksums")}
        version = _setting(connection, "server_version")
        ours = datetime.now(UTC)
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    now: datetime = row[0] if row else ours
    off = tuple(name for name in MUST_BE_ON if found[name] in ("off", "local"))
    return ServerFacts(version, off, found["data_checksums"] == "on", now, ours)


def _setting(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row else ""
