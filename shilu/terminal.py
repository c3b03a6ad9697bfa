"""What every command shares at the terminal: exit codes, progress bars, instants, JSON."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from typing import Any

import click

NO, WRONG_USE, NOT_READY = 1, 2, 3


class NotReady(click.ClickException):
    """Something must be set up first; the message says what."""

    exit_code = NOT_READY


class BadInput(click.ClickException):
    """What was handed in cannot be read; the message says where and what to do."""

    exit_code = WRONG_USE


@contextmanager
def ready() -> Iterator[None]:
    """Turn a missing table or a silent database into exit code 3 and the way out."""
    from eventsourcing.persistence import PersistenceError
    from sqlalchemy.exc import DBAPIError

    from store.master_key import VaultError

    errors: tuple[type[Exception], ...] = (PersistenceError, DBAPIError, VaultError, sqlite3.Error)
    try:
        yield
    except errors + postgres_errors() as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NotReady(f"{reason}\nIs the database up, and has `shilu migrate` run?") from error


def postgres_errors() -> tuple[type[Exception], ...]:
    """Return PostgreSQL's errors where it is used; loading it costs each process 7 MB."""
    if not os.environ.get("DATABASE_URL"):
        return ()
    import psycopg

    return (psycopg.Error,)


@contextmanager
def bar(label: str, hidden: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Yield ``progress(done, total)``; drawn on standard error, and only on a terminal."""
    quiet = hidden or not sys.stderr.isatty()
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=quiet) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield progress


def instant(text: str, option: str) -> datetime:
    """Return the instant in UTC. Raises click.BadParameter, also when the zone is missing."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not an ISO instant", param_hint=option) from error
    if told.tzinfo is None:
        raise click.BadParameter("say the zone too: 2025-03-20T18:00+08:00", param_hint=option)
    return told.astimezone(UTC)


def echo_json(value: Any) -> None:
    """Print a value, dataclass or not, as JSON."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    click.echo(json.dumps(plain, ensure_ascii=False, default=str, indent=2))
