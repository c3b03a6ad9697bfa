"""The directory of branches: which there are, what they are called, and where each one lies.

It stands beside the accounts, for both belong to the whole installation; everything else of a
branch stands in its own schema or folder (store/branch.py). The branch of ``SHILU_BRANCH`` is the
first one: `shilu migrate` enters it, and it is there even where the directory says nothing yet.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Engine,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from store.branch import BranchStore

DIRECTORY_METADATA = MetaData()
BRANCH = Table(
    "branch",
    DIRECTORY_METADATA,
    Column("name", String(32), primary_key=True),
    Column("title", String(64), nullable=False, default=""),
    Column("database_url", Text, nullable=False, default=""),  # empty: the installation's own
    Column("since", String(40), nullable=False),
    Column("moving_to", Text, nullable=False, default=""),  # its writes stand still meanwhile
)
KNOWN_SECONDS = 2.0  # how old a process's knowledge of the directory may be


@dataclass(frozen=True, slots=True)
class Entry:
    """A branch of the directory. ``database_url`` is empty where the installation's own holds it."""

    name: str
    title: str
    database_url: str
    since: datetime
    moving_to: str = ""

    @property
    def shown(self) -> str:
        """What people call it: its title, or its name where it has none."""
        return self.title or self.name


class Directory:
    """The branches of an installation. Thread-safe.

    ``first`` is the branch of the settings; the others lie where it does, unless the directory
    names another database. ``fill`` puts the password from its file into a URL without one.
    """

    def __init__(
        self, engine: Engine, first: BranchStore, fill: Callable[[str], str] = lambda url: url
    ) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        self._fill = fill
        self.first = first
        self._known: dict[str, Entry] = {}
        self._known_until = 0.0
        self._lock = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The accounts' database, where the directory stands."""
        return self._engine

    def entries(self) -> Mapping[str, Entry]:
        """Return every branch by name, the first one first; no older than KNOWN_SECONDS."""
        with self._lock:
            if time.monotonic() >= self._known_until:
                self._known = self._read()
                self._known_until = time.monotonic() + KNOWN_SECONDS
            return self._known

    def forget(self) -> None:
        """Look into the directory again when next asked."""
        with self._lock:
            self._known_until = 0.0

    def entry(self, name: str) -> Entry | None:
        """Return a branch, or None."""
        return self.entries().get(name)

    def store(self, name: str) -> BranchStore | None:
        """Return where a branch lies, or None where there is no such branch."""
        found = self.entry(name)
        return self.store_of(found) if found else None

    def store_of(self, entry: Entry) -> BranchStore:
        """Return where a branch of the directory lies."""
        first = self.first
        if entry.name == first.name and not entry.database_url:
            return first
        url = self._fill(entry.database_url) or first.database_url
        return replace(first, name=entry.name, database_url=url, vault_url=first.keys_url)

    def new_store(self, name: str) -> BranchStore:
        """Return where a branch that is not in the directory yet will lie."""
        return self.store_at(name, "")

    def store_at(self, name: str, database_url: str) -> BranchStore:
        """Return where a branch would lie in this database; empty: in the installation's own."""
        return self.store_of(Entry(name, "", database_url, datetime.now(UTC)))

    def is_moving(self, name: str) -> bool:
        """Tell whether a branch's writes stand still because it is on its way elsewhere."""
        found = self.entry(name)
        return found is not None and bool(found.moving_to)

    def stores(self) -> Mapping[str, BranchStore]:
        """Return where every branch lies, by name."""
        return {name: self.store_of(entry) for name, entry in self.entries().items()}

    def open_stores(self) -> Mapping[str, BranchStore]:
        """Return where every branch lies that may be written to now."""
        entries = self.entries().values()
        return {e.name: self.store_of(e) for e in entries if not e.moving_to}

    def enter(self, name: str, title: str = "") -> bool:
        """Enter a branch; tell whether it is new. A title that is given takes the older one's place."""
        since = datetime.now(UTC).isoformat()
        row = {"name": name, "title": title, "database_url": "", "since": since, "moving_to": ""}
        new = True
        try:
            with self._writer.begin() as connection:
                connection.execute(insert(BRANCH).values(**row))
        except IntegrityError:
            new = False
            if title:
                self._change(name, title=title)
        self.forget()
        return new

    def begin_move(self, name: str, to: str) -> None:
        """Let a branch's writes stand still while it is on its way to another database."""
        self._change(name, moving_to=to)

    def end_move(self, name: str, database_url: str | None = None) -> None:
        """Let a branch be written to again: where it was, or in the database that is given."""
        place = {} if database_url is None else {"database_url": database_url}
        self._change(name, moving_to="", **place)

    def _change(self, name: str, **values: str) -> None:
        with self._writer.begin() as connection:
            connection.execute(update(BRANCH).where(BRANCH.c.name == name).values(**values))
        self.forget()

    def _read(self) -> dict[str, Entry]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(BRANCH).order_by(BRANCH.c.since, BRANCH.c.name)).all()
        found = {row.name: _entry(row._mapping) for row in rows}
        first = self.first.name
        known = found.pop(first, None) or Entry(first, "", "", datetime.fromtimestamp(0, UTC))
        return {first: known, **found}


def _entry(row: RowMapping) -> Entry:
    since = datetime.fromisoformat(row["since"])
    return Entry(row["name"], row["title"], row["database_url"], since, row["moving_to"])
