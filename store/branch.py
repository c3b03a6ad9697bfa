"""One branch's log, views and keys: what belongs together, found by name (distributed.md).

On SQLite a branch is a folder with ``log.db`` and ``views.db``: two files, so that projecting
never keeps an append waiting. On PostgreSQL it is a schema with both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import Environment
from sqlalchemy import Engine

from store.engines import engine_of
from store.factory import vault_of
from store.log_reader import LogReader, RowSource
from store.master_key import MasterKeySource, source_of
from store.sqlite import SQLiteFactory
from store.vault import Vault


class LogRecorder(RowSource, Protocol):
    """A recorder of either store, as a restore needs it."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Append events, all or none, and return their positions."""


NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True)
class BranchStore:
    """Where a branch's data lies. An empty ``database_url`` means SQLite under ``data_dir``."""

    name: str
    data_dir: Path
    database_url: str = ""
    vault_url: str = ""
    master_key_file: Path | None = None
    master_key_command: str = ""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"a branch is named with a-z, 0-9 and _, not {self.name!r}")

    @property
    def schema(self) -> str:
        """The branch's schema on PostgreSQL."""
        return f"branch_{self.name}"

    @property
    def folder(self) -> Path:
        """The branch's folder on SQLite."""
        return self.data_dir / "branches" / self.name

    @property
    def key_file(self) -> Path:
        """The file with the master key."""
        return self.master_key_file or self.data_dir / "master.key"

    @property
    def master_key(self) -> MasterKeySource:
        """Where the master key comes from."""
        return source_of(self.key_file, self.master_key_command)

    @property
    def keys_url(self) -> str:
        """The database of the vault."""
        return self.vault_url or self.database_url or f"sqlite:///{self.data_dir / 'vault.db'}"

    def log_env(self) -> dict[str, str]:
        """Return the environment for ``TeamRecord(env=...)``."""
        env = {
            "SHILU_LOG": self.name,
            "SHILU_VAULT_URL": self.keys_url,
            "SHILU_MASTER_KEY_FILE": str(self.key_file),
            "SHILU_MASTER_KEY_COMMAND": self.master_key_command,
        }
        if self.database_url:
            return {
                **env,
                "PERSISTENCE_MODULE": "store.postgres:PostgresFactory",
                "SHILU_LOG_URL": self.database_url,
                "SHILU_LOG_SCHEMA": self.schema,
            }
        return {
            **env,
            "PERSISTENCE_MODULE": "store.sqlite:SQLiteFactory",
            "SHILU_LOG_PATH": str(self.folder / "log.db"),
        }

    def views_engine(self) -> Engine:
        """Return the engine of the projections' tables."""
        if self.database_url:
            return engine_of(self.database_url, schema=self.schema)
        return engine_of(f"sqlite:///{self.folder / 'views.db'}", synchronous="NORMAL")

    def vault(self) -> Vault:
        """Return the branch's keys; what needs the master key raises VaultError when it is missing."""
        return vault_of(Environment("", self.log_env()))

    def index_phone(self, phone: str) -> str:
        """Return the blind index of a phone number."""
        return self._vault.blind_index(phone)

    def pseudonym(self, text: str) -> str:
        """Return a keyed digest of any text, as hex."""
        return self._vault.pseudonym(text)

    @cached_property
    def _vault(self) -> Vault:
        return self.vault()

    def reader(self) -> LogReader:
        """Return a reader of the log that needs no key."""
        return LogReader(self.recorder())

    def recorder(self) -> LogRecorder:
        """Return what appends stored events as they are and reads rows: it needs no key."""
        env = Environment("", self.log_env())
        if self.database_url:
            from store.postgres import PostgresFactory  # its driver takes 7 MB in each process

            return PostgresFactory(env).application_recorder()
        return SQLiteFactory(env).application_recorder()
