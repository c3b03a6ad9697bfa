"""What pages and the watch ask of the access log; instants are aware."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, func, select

from projections.access_log import ALERT, ASKED, CANARY, ENTRY, GLASS, LOOK, OUTCOME, REQUEST
from store.mapper import instant


@dataclass(frozen=True, slots=True)
class LookCard:
    """Somebody saw a customer's name and number. ``outcome`` is that of the callback, if any."""

    position: int
    viewer_id: str
    customer_id: str
    owner_id: str
    team_id: str | None
    name_masked: str
    purpose: str
    grant: str
    ticket: str
    at: datetime
    outcome: str | None
    called_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestCard:
    """A wish to see a number. ``state``: asked, approved or refused."""

    request_id: str
    viewer_id: str
    customer_id: str
    owner_id: str
    team_id: str | None
    name_masked: str
    reason: str
    state: str
    asked_at: datetime
    decided_by: str | None
    until: datetime | None
    position: int


@dataclass(frozen=True, slots=True)
class GlassCard:
    """A broken glass; reviewed if ``reviewed_by`` is there."""

    glass_id: str
    viewer_id: str
    customer_id: str
    owner_id: str
    team_id: str | None
    name_masked: str
    reason: str
    broken_at: datetime
    until: datetime
    review_by: datetime
    reviewed_by: str | None
    justified: bool | None
    position: int


@dataclass(frozen=True, slots=True)
class AlertCard:
    """A question about a reveal; answered if ``settled_by`` is there."""

    alert_id: str
    kind: str
    viewer_id: str | None
    customer_id: str
    owner_id: str
    team_id: str | None
    name_masked: str
    ticket: str
    facts: dict[str, str | int]
    at: datetime
    settled_by: str | None
    founded: bool | None
    position: int


@dataclass(frozen=True, slots=True)
class EntryCard:
    """A number that was entered after somebody had seen it with another owner."""

    position: int
    customer_id: str
    owner_id: str
    look: int
    at: datetime


Card = TypeVar("Card", LookCard, RequestCard, GlassCard, AlertCard, EntryCard)
INSTANTS = ("at", "called_at", "asked_at", "until", "broken_at", "review_by")
LOOKS = select(LOOK, OUTCOME.c.outcome, OUTCOME.c.called_at).outerjoin(
    OUTCOME, OUTCOME.c.callback_id == LOOK.c.ticket
)


def looks_at(
    connection: Connection, owner_id: str, *, before: int | None = None, limit: int = 50
) -> Sequence[LookCard]:
    """Return who saw the customers of an agent, newest first."""
    query = LOOKS.where(LOOK.c.owner_id == owner_id)
    return _looks(connection, query, before, limit)


def looks_of(
    connection: Connection, viewer_id: str, *, before: int | None = None, limit: int = 50
) -> Sequence[LookCard]:
    """Return what somebody saw, newest first."""
    query = LOOKS.where(LOOK.c.viewer_id == viewer_id)
    return _looks(connection, query, before, limit)


def looks(
    connection: Connection, *, before: int | None = None, limit: int = 50
) -> Sequence[LookCard]:
    """Return what anybody saw, newest first."""
    return _looks(connection, LOOKS, before, limit)


def looks_at_customer(connection: Connection, customer_id: str) -> Sequence[LookCard]:
    """Return who saw a customer, newest first."""
    return _looks(connection, LOOKS.where(LOOK.c.customer_id == customer_id), None, 20)


def look(connection: Connection, position: int) -> LookCard | None:
    """Return a look, or None."""
    return _first(LookCard, connection, LOOKS.where(LOOK.c.position == position))


def looks_between(
    connection: Connection, viewer_id: str, since: datetime, until: datetime
) -> Sequence[tuple[datetime, str]]:
    """Return when somebody saw which customer, from ``since`` to before ``until``."""
    query = select(LOOK.c.at, LOOK.c.customer_id).where(
        LOOK.c.viewer_id == viewer_id, LOOK.c.at >= instant(since), LOOK.c.at < instant(until)
    )
    return [(datetime.fromisoformat(row.at), row.customer_id) for row in connection.execute(query)]


def requests(
    connection: Connection, viewer_id: str | None = None, *, waiting: bool = False
) -> Sequence[RequestCard]:
    """Return the newest 50 requests: of somebody, or of all; only those not decided if asked so."""
    query = select(REQUEST).order_by(REQUEST.c.position.desc()).limit(50)
    if viewer_id is not None:
        query = query.where(REQUEST.c.viewer_id == viewer_id)
    if waiting:
        query = query.where(REQUEST.c.state == ASKED)
    return _all(RequestCard, connection, query)


def glasses(
    connection: Connection,
    viewer_id: str | None = None,
    *,
    owner_id: str | None = None,
    waiting: bool = False,
) -> Sequence[GlassCard]:
    """Return the newest 50 broken glasses; only those not yet reviewed if asked so."""
    query = select(GLASS).order_by(GLASS.c.position.desc()).limit(50)
    if viewer_id is not None:
        query = query.where(GLASS.c.viewer_id == viewer_id)
    if owner_id is not None:
        query = query.where(GLASS.c.owner_id == owner_id)
    if waiting:
        query = query.where(GLASS.c.reviewed_by.is_(None))
    return _all(GlassCard, connection, query)


def glass(connection: Connection, glass_id: str) -> GlassCard | None:
    """Return a broken glass, or None."""
    return _first(GlassCard, connection, select(GLASS).where(GLASS.c.glass_id == glass_id))


def alerts(
    connection: Connection, *, waiting: bool = False, before: int | None = None, limit: int = 50
) -> Sequence[AlertCard]:
    """Return the alerts, newest first; only those without an answer if asked so."""
    query = select(ALERT).order_by(ALERT.c.position.desc()).limit(limit)
    if waiting:
        query = query.where(ALERT.c.settled_by.is_(None))
    if before is not None:
        query = query.where(ALERT.c.position < before)
    return _all(AlertCard, connection, query)


def entry(connection: Connection, position: int) -> EntryCard | None:
    """Return the entry of a number seen before, or None."""
    return _first(EntryCard, connection, select(ENTRY).where(ENTRY.c.position == position))


def is_canary(connection: Connection, customer_id: str) -> bool:
    """Tell whether a customer is a canary."""
    query = select(CANARY.c.customer_id).where(CANARY.c.customer_id == customer_id)
    return connection.execute(query).first() is not None


def waiting_for_those_above(connection: Connection, *, requests_too: bool) -> int:
    """Return how many requests, broken glasses and alerts wait for somebody above."""
    counts = [
        select(func.count()).select_from(GLASS).where(GLASS.c.reviewed_by.is_(None)),
        select(func.count()).select_from(ALERT).where(ALERT.c.settled_by.is_(None)),
    ]
    if requests_too:
        counts.append(select(func.count()).select_from(REQUEST).where(REQUEST.c.state == ASKED))
    return sum(connection.execute(query).scalar() or 0 for query in counts)


def _looks(
    connection: Connection, query: Select[Any], before: int | None, limit: int
) -> Sequence[LookCard]:
    if before is not None:
        query = query.where(LOOK.c.position < before)
    return _all(LookCard, connection, query.order_by(LOOK.c.position.desc()).limit(limit))


def _all(kind: type[Card], connection: Connection, query: Select[Any]) -> list[Card]:
    return [_card(kind, row) for row in connection.execute(query)]


def _first(kind: type[Card], connection: Connection, query: Select[Any]) -> Card | None:
    row = connection.execute(query).first()
    return _card(kind, row) if row else None


def _card(kind: type[Card], row: Row[Any]) -> Card:
    values = {field.name: row._mapping[field.name] for field in fields(kind)}
    for name in values.keys() & set(INSTANTS):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    if "facts" in values:
        values["facts"] = json.loads(values["facts"])
    return kind(**values)
