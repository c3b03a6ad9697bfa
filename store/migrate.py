"""The one place that makes tables: idempotent, and safe when it is started twice at once."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import Engine, MetaData, inspect, text

from store import postgres, sqlite
from store.accounts import ACCOUNTS_TABLES, ADDED_COLUMNS
from store.branch import BranchStore
from store.branches import DIRECTORY_METADATA, Directory
from store.channels import CHANNELS_METADATA
from store.checkpoints import CHECKPOINT_METADATA, checkpoints_engine
from store.engines import engine_of
from store.factory import vault_engine
from store.feeds import FEEDS_METADATA
from store.import_jobs import IMPORTS_METADATA
from store.uploads import UPLOADS_METADATA
from store.vault import PERSON_KEY, VAULT_METADATA, set_up_state
from store.webhooks import WEBHOOKS_METADATA

BESIDE_THE_ACCOUNTS = (
    DIRECTORY_METADATA,
    UPLOADS_METADATA,
    FEEDS_METADATA,
    CHANNELS_METADATA,
    WEBHOOKS_METADATA,
    IMPORTS_METADATA,
)
MIGRATION_LOCK = 0x5348494C55  # "SHILU": one migration at a time in a PostgreSQL database


def migrate(
    store: BranchStore,
    accounts_url: str,
    queue_path: Path | None,
    view_metadata: Sequence[MetaData],
) -> None:
    """Create what is missing: master key, vault, accounts, the branch's log, views and checkpoints.

    ``queue_path`` names the embedded queue's file, None when Redis carries the tasks. The branch
    is entered into the directory of branches.
    """
    store.data_dir.mkdir(parents=True, exist_ok=True)
    store.master_key.create()
    _create(accounts_url, "accounts", [*ACCOUNTS_TABLES, *BESIDE_THE_ACCOUNTS])
    _add_columns(engine_of(accounts_url), "accounts", ADDED_COLUMNS)
    create_branch(store, view_metadata)
    Directory(engine_of(accounts_url, schema="accounts"), store).enter(store.name)
    if queue_path is not None:
        from store.queue import create_queue

        create_queue(queue_path)


def create_branch(store: BranchStore, view_metadata: Sequence[MetaData]) -> None:
    """Create what one branch lacks: its keys' beginning, its log, views and checkpoints."""
    _create_vault(store)
    _create_log(store)
    if store.database_url:
        _create(store.database_url, store.schema, [*view_metadata, CHECKPOINT_METADATA])
    else:
        _create_tables(store.views_engine(), view_metadata)
        _create_tables(checkpoints_engine(store), [CHECKPOINT_METADATA])


def _create_vault(store: BranchStore) -> None:
    engine = vault_engine(store.keys_url)  # before anybody else: it is to delete securely
    _create(store.keys_url, "vault", [VAULT_METADATA])
    added = (PERSON_KEY.name, "wrapped_by", "VARCHAR(16) NOT NULL DEFAULT ''")
    _add_columns(engine, "vault", [added])
    set_up_state(engine, store.name, store.master_key)


def _add_columns(engine: Engine, schema: str, wanted: Sequence[tuple[str, str, str]]) -> None:
    """Give older tables the columns that came later: table, column and its definition."""
    at = None if engine.dialect.name == "sqlite" else schema
    with engine.execution_options(write=True).begin() as connection:
        if at is not None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:no)"), {"no": MIGRATION_LOCK})
        for table, column, definition in wanted:
            known = inspect(connection).get_columns(table, schema=at)
            if all(found["name"] != column for found in known):
                added = f"ALTER TABLE {at}.{table}" if at else f"ALTER TABLE {table}"
                statement = f"{added} ADD COLUMN {column} {definition}"  # names of our own
                connection.execute(text(statement))


def _create(url: str, schema: str, metadata: Sequence[MetaData]) -> None:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        _create_tables(engine_of(url), metadata)
        return
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
        connection.commit()
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        _create_tables(engine_of(url, schema=schema), metadata)


def _create_tables(engine: Engine, metadata: Sequence[MetaData]) -> None:
    with engine.execution_options(write=True).begin() as connection:
        for tables in metadata:
            tables.create_all(connection)


def _create_log(store: BranchStore) -> None:
    if not store.database_url:
        store.folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite.connect(store.folder / "log.db")) as connection:
            _run_all(connection, sqlite.CREATE_LOG)
        return
    with psycopg.connect(store.database_url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        schema = Identifier(store.schema)
        connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
        for statement in postgres.CREATE_LOG:
            connection.execute(SQL(statement).format(schema=schema))


def _run_all(connection: sqlite3.Connection, statements: Sequence[str]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in statements:
        connection.execute(re.sub(r"\s+", " ", statement))
    connection.execute("COMMIT")
