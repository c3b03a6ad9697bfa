"""What about reveals must be looked at by when (R-34): a part of the due projection.

Each look at once; a look within a call once more when the call should have been made; a broken
glass when its review is late; the entry of a number that somebody saw at another owner's customer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    MetaData,
    String,
    Table,
    select,
)

from domain.reveal_rules import CALLBACK_WITHIN, THEFT_WITHIN, GrantKind
from domain.words import Check
from projections.base import Handler, Writer
from store.log_reader import LoggedEvent
from store.mapper import instant

LOOK_BACK = timedelta(days=14)  # what is older is history, not news: an import asks nobody anything


@dataclass(frozen=True)
class RevealTables:
    """The three tables of the part."""

    watch: Table
    number: Table
    seen: Table


@dataclass(frozen=True, slots=True)
class Watch:
    """Something to look at; ``subject`` is a kind and an id: look/17."""

    subject: str
    due_at: datetime
    team_id: str | None
    position: int


def reveal_tables(metadata: MetaData, projection: str) -> RevealTables:
    """Return the tables of one projection, named after it."""
    return RevealTables(
        watch=Table(
            f"{projection}_reveal",
            metadata,
            Column("subject", String, primary_key=True),
            Column("due_at", String, nullable=False),
            Column("team_id", String),
            Column("ticket", String, nullable=False),
            Column("waits", Boolean, nullable=False),
            Column("position", BigInteger, nullable=False),
            Index(f"{projection}_reveal_ticket", "ticket"),
        ),
        number=Table(
            f"{projection}_number",
            metadata,
            Column("customer_id", String, primary_key=True),
            Column("phone_index", String),
        ),
        seen=Table(
            f"{projection}_seen_number",
            metadata,
            Column("position", BigInteger, primary_key=True),
            Column("customer_id", String, nullable=False),
            Column("owner_id", String, nullable=False),
            Column("team_id", String),
            Column("phone_index", String),
            Column("at", String, nullable=False),
            Index(f"{projection}_seen_number_index", "phone_index"),
            Index(f"{projection}_seen_number_customer", "customer_id"),
        ),
    )


def reveal_handlers(tables: RevealTables) -> dict[str, Handler]:
    """Return the handlers that fill the tables."""
    fill = _Fill(tables)
    return {
        "customer.registered.v1": fill.registered,
        "customer.contact_corrected.v1": fill.corrected,
        "customer.subject_erased.v1": fill.erased,
        "callback.contact_revealed.v1": fill.seen,
        "callback.attempted.v1": fill.called,
        "callback.outcome_recorded.v1": fill.called,
        "confidentiality.contact_revealed.v1": fill.revealed,
        "confidentiality.glass_broken.v1": fill.broken,
        "confidentiality.glass_reviewed.v1": fill.reviewed,
    }


@dataclass(frozen=True)
class _Fill:
    tables: RevealTables

    def registered(self, writer: Writer, event: LoggedEvent) -> None:
        customer, index = event.data["customer_id"], event.data["phone_index"]
        writer.insert(self.tables.number, customer_id=customer, phone_index=index)
        self._entered(writer, event)

    def corrected(self, writer: Writer, event: LoggedEvent) -> None:
        key, index = {"customer_id": event.data["customer_id"]}, event.data["phone_index"]
        writer.change(self.tables.number, key, phone_index=index)
        self._entered(writer, event)

    def erased(self, writer: Writer, event: LoggedEvent) -> None:
        key, table = {"customer_id": event.data["customer_id"]}, self.tables.seen
        writer.change(self.tables.number, key, phone_index=None)
        for row in writer.rows(table, **key):
            writer.change(table, {"position": row["position"]}, phone_index=None)

    def seen(self, writer: Writer, event: LoggedEvent) -> None:
        same = ("customer_id", "owner_id", "team_id")
        number = writer.row(self.tables.number, customer_id=event.data["customer_id"])
        writer.insert(
            self.tables.seen,
            position=event.position,
            phone_index=number["phone_index"] if number else None,
            at=_at(event),
            **{name: event.data[name] for name in same},
        )

    def revealed(self, writer: Writer, event: LoggedEvent) -> None:
        self.seen(writer, event)
        at, ticket = _at(event), event.data["ticket"]
        self._watch(writer, event, f"look/{event.position}", at, ticket)
        if event.data["grant"] == GrantKind.CALLBACK:
            late = instant(datetime.fromisoformat(at) + CALLBACK_WITHIN)
            self._watch(writer, event, f"call/{event.position}", late, ticket)

    def called(self, writer: Writer, event: LoggedEvent) -> None:
        self._rest(writer, event.data["callback_id"])

    def broken(self, writer: Writer, event: LoggedEvent) -> None:
        glass, late = event.data["glass_id"], datetime.fromisoformat(event.data["review_by"])
        self._watch(writer, event, f"glass/{glass}", instant(late), glass)

    def reviewed(self, writer: Writer, event: LoggedEvent) -> None:
        self._rest(writer, event.data["glass_id"])

    def _entered(self, writer: Writer, event: LoggedEvent) -> None:
        index, at, owner = event.data["phone_index"], _at(event), event.data["owner_id"]
        since = instant(datetime.fromisoformat(at) - THEFT_WITHIN)
        for seen in writer.rows(self.tables.seen, phone_index=index) if index else []:
            if seen["owner_id"] != owner and seen["at"] >= since:
                subject = f"entry/{event.position}"
                self._watch(writer, event, subject, at, subject, seen["team_id"])
                return

    def _watch(
        self,
        writer: Writer,
        event: LoggedEvent,
        subject: str,
        due_at: str,
        ticket: str,
        team_id: str | None = None,
    ) -> None:
        writer.insert(
            self.tables.watch,
            subject=subject,
            due_at=due_at,
            team_id=team_id or event.data.get("team_id"),
            ticket=ticket,
            waits=True,
            position=event.position,
        )

    def _rest(self, writer: Writer, ticket: str) -> None:
        """Let wait no longer what was done in time; a look itself is looked at all the same."""
        for row in writer.rows(self.tables.watch, ticket=ticket):
            if not row["subject"].startswith("look/"):
                writer.change(self.tables.watch, {"subject": row["subject"]}, waits=False)


def reveals_due(
    connection: Connection, tables: RevealTables, done: Table, now: datetime
) -> Iterator[Watch]:
    """Give what should have been looked at by ``now`` (aware) and is not on record as done."""
    table = tables.watch
    query = (
        select(table)
        .outerjoin(
            done, (done.c.subject == table.c.subject) & (done.c.check == str(Check.REVEAL_WATCH))
        )
        .where(done.c.subject.is_(None), table.c.waits)
        .where(table.c.due_at.between(instant(now - LOOK_BACK), instant(now)))
        .order_by(table.c.due_at)
    )
    for row in connection.execute(query):
        at = datetime.fromisoformat(row.due_at)
        yield Watch(row.subject, at, row.team_id, row.position)


def _at(event: LoggedEvent) -> str:
    return str(event.data["by"]["recorded_at"])
