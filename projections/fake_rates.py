"""How much of the branch's and each team's log is made up, week by week (R-33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    select,
)

from projections.base import Projection, Writer
from store.log_reader import LoggedEvent

METADATA = MetaData()
RATE = Table(
    "fake_rates_rate",
    METADATA,
    Column("scope", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("rate", Float, nullable=False),
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("resolved", Integer, nullable=False),
    Column("drawn", Integer, nullable=False),
    Column("set_aside", Integer, nullable=False),
    Column("enough", Boolean, nullable=False),
    Column("model_version", String, nullable=False),
    Column("position", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Rate:
    """One estimate of a scope (``branch`` or a team's id); see `domain.rate_estimate.Estimate`."""

    scope: str
    day: date
    rate: float
    low: float
    high: float
    resolved: int
    drawn: int
    set_aside: int
    enough: bool
    model_version: str
    position: int


def _estimated(writer: Writer, event: LoggedEvent) -> None:
    names = [column.name for column in RATE.columns if column.name != "position"]
    values = {name: event.data[name] for name in names}
    writer.insert(RATE, **values, position=event.position)


FAKE_RATES = Projection("fake_rates", 1, METADATA, {"rate_estimate.estimated.v1": _estimated})


def of_scope(connection: Connection, scope: str, weeks: int = 26) -> Sequence[Rate]:
    """Return a scope's newest estimates, oldest first."""
    query = select(RATE).where(RATE.c.scope == scope).order_by(RATE.c.day.desc()).limit(weeks)
    found = [
        Rate(**{**row._mapping, "day": date.fromisoformat(row.day)})
        for row in connection.execute(query)
    ]
    return found[::-1]
