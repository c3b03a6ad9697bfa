"""What `shilu branch list` says of a branch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from eventsourcing.persistence import PersistenceError
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from projections import team_day
from store.branch import BranchStore
from store.branches import Entry


@dataclass(frozen=True, slots=True)
class BranchFacts:
    """A branch as it stands; ``last`` an ISO instant, ``size`` in bytes. None: no answer."""

    name: str
    title: str
    events: int | None
    people: int | None
    last: str | None
    where: str
    size: int | None
    moving: bool
    problem: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the facts as plain values."""
        return asdict(self)

    def text(self) -> str:
        """Return the facts as one line."""
        name = f"{self.name:<16} {self.title or '-'}"
        if self.problem:
            return f"{name}  no answer: {self.problem}  {self.where}"
        size = f"{(self.size or 0) / 1e6:.1f} MB"
        moving = "  moving" if self.moving else ""
        last = f"last {self.last}" if self.last else "empty"
        return f"{name}  {self.events} events  {self.people} people  {last}  {size}  {self.where}{moving}"


def facts_of(store: BranchStore, entry: Entry) -> BranchFacts:
    """Look at a branch; one that does not answer is told as such."""
    where = place_of(store)
    moving = bool(entry.moving_to)
    try:
        reader = store.reader()
        head = reader.head()
        newest = reader.at(head) if head else None
        last = newest.recorded_at.isoformat() if newest else None
        facts = head, _people(store), last, where, _size(store)
        return BranchFacts(entry.name, entry.title, *facts, moving)
    except (PersistenceError, SQLAlchemyError, OSError) as problem:
        nothing = None, None, None, where, None
        return BranchFacts(entry.name, entry.title, *nothing, moving, type(problem).__name__)


def place_of(store: BranchStore) -> str:
    """Return where a branch lies, without a password."""
    if not store.database_url:
        return str(store.folder)
    return f"{make_url(store.database_url).render_as_string(hide_password=True)} {store.schema}"


def _people(store: BranchStore) -> int:
    with store.views_engine().connect() as connection:
        return len(team_day.people(connection, datetime.now(UTC).date()))


def _size(store: BranchStore) -> int:
    if not store.database_url:
        return sum(file.stat().st_size for file in store.folder.glob("*") if file.is_file())
    query = text(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = :schema AND c.relkind = 'r'"
    )
    with store.views_engine().connect() as connection:
        return int(connection.execute(query, {"schema": store.schema}).scalar() or 0)
