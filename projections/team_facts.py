"""What a team's days are made of: facts that are only ever added (R-40, R-41, R-42).

A correction is a fact with a minus and one with a plus. Each fact says since which position it is
known and when it happened; so what the branch knew at a moment, and what had happened by a moment,
are the same sums with another bound.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, Table

from projections.base import Handler, Projection, Writer, corrected
from projections.people_facts import people_handlers, people_tables
from projections.rule_facts import (
    ADOPTED,
    keep_zone,
    local_day,
    rule_fact_table,
    rule_handlers,
    zone_table,
)
from store.log_reader import LoggedEvent
from store.mapper import instant

METADATA = MetaData()
# Clustered by agent and day, with nothing to look up elsewhere: an answer about a team reads a
# few pages, also from a cold disk and however long the log is.
FACT = Table(
    "team_day_fact",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("counter", String, nullable=False),
    Column("n", Integer, nullable=False),
    Column("happened_at", String, nullable=False),
    sqlite_with_rowid=False,
)
CASE = Table(  # apart from the others: a case stays open over days that nobody asks for
    "team_day_case",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("day", String, nullable=False),
    Column("n", Integer, nullable=False),
    Column("happened_at", String, nullable=False),
    sqlite_with_rowid=False,
)
ENTRY = Table(  # when an entry happened and whether it came late, for what becomes of it later
    "team_day_entry",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("activity_id", String, primary_key=True),
    Column("started_at", String, nullable=False),
    Column("late", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
PEOPLE = people_tables(METADATA, "team_day")
RULES = rule_fact_table(METADATA, "team_day")
ZONE = zone_table(METADATA, "team_day")
ENTRY_KEY = ("agent_id", "day", "activity_id")


class _Facts:
    """Adds the facts of one event, numbered in order."""

    def __init__(self, writer: Writer, event: LoggedEvent) -> None:
        self._writer = writer
        self._event = event
        self._no = 0

    def add(
        self,
        counter: str,
        n: int,
        *,
        happened_at: str = "",
        agent_id: str = "",
        day: str = "",
    ) -> None:
        """Add a fact about the event's agent and day, unless others are given."""
        self._writer.insert(
            FACT,
            agent_id=agent_id or self._event.data["agent_id"],
            day=day or self._event.data["day"],
            position=self._event.position,
            no=self._no,
            counter=counter,
            n=n,
            happened_at=happened_at or instant(self._event.occurred_at),
        )
        self._no += 1


def _today(writer: Writer, event: LoggedEvent) -> str:
    return local_day(writer, ZONE, event.occurred_at).isoformat()


def _adopted(writer: Writer, event: LoggedEvent) -> None:
    keep_zone(ZONE)(writer, event)
    rule_handlers(RULES)[event.topic](writer, event)


def _key(event: LoggedEvent) -> dict[str, str]:
    return {name: event.data[name] for name in ENTRY_KEY}


def _entry(writer: Writer, event: LoggedEvent) -> tuple[str, bool]:
    """Return when the event's entry happened and whether it came late."""
    row = writer.row(ENTRY, **_key(event)) or {}
    return str(row["started_at"]), bool(row["late"])


def _logged(writer: Writer, event: LoggedEvent) -> None:
    started_at = instant(datetime.fromisoformat(event.data["started_at"]))
    late = bool(event.data["late"])
    writer.insert(ENTRY, **_key(event), started_at=started_at, late=late)
    _count(_Facts(writer, event), event.data["kind"], 1, started_at, late=late)


def _corrected(writer: Writer, event: LoggedEvent) -> None:
    """Take the entry out as it was and put it in as it is, at its own time of happening."""
    changes = event.data["changes"]
    new_values = corrected(event, ("kind", "started_at"), ("started_at",))
    if not new_values:
        return
    was_at, late = _entry(writer, event)
    was = str(changes["kind"][0]) if "kind" in changes else event.data["kind"]
    now_at = str(new_values.get("started_at", was_at))
    facts = _Facts(writer, event)
    _count(facts, was, -1, was_at, late=late)
    _count(facts, event.data["kind"], 1, now_at, late=late)
    if now_at != was_at:
        writer.change(ENTRY, _key(event), started_at=now_at)


def _withdrawn(writer: Writer, event: LoggedEvent) -> None:
    started_at, late = _entry(writer, event)
    _count(_Facts(writer, event), event.data["kind"], -1, started_at, late=late)


def _count(facts: _Facts, kind: str, n: int, happened_at: str, *, late: bool) -> None:
    facts.add(kind, n, happened_at=happened_at)
    if late:
        facts.add("late", n, happened_at=happened_at)


def _submitted(writer: Writer, event: LoggedEvent) -> None:
    _Facts(writer, event).add("submitted", 1)


def _summarised(writer: Writer, event: LoggedEvent) -> None:
    _Facts(writer, event).add("help_wanted" if event.data["help_wanted"] else "summary", 1)


def _signed(writer: Writer, event: LoggedEvent) -> None:
    _Facts(writer, event).add("policies", event.data["policies"])


def _answered(writer: Writer, event: LoggedEvent) -> None:
    outcome, day = event.data["outcome"], _today(writer, event)
    if outcome in ("confirmed", "partly"):
        _Facts(writer, event).add("confirmed", 1, day=day)
    elif outcome in ("denied", "wrong_person"):
        _Facts(writer, event).add("contradicted", 1, day=day)


def _case(n: int) -> Handler:
    def handle(writer: Writer, event: LoggedEvent) -> None:
        writer.insert(
            CASE,
            agent_id=event.data["agent_id"],
            position=event.position,
            day=_today(writer, event),
            n=n,
            happened_at=instant(event.occurred_at),
        )

    return handle


def _checked(writer: Writer, event: LoggedEvent) -> None:
    if event.data["check"] == "missing_logs":
        facts = _Facts(writer, event)
        for agent_id in event.data["findings"]:
            facts.add("missing", 1, agent_id=agent_id)


TEAM_DAY = Projection(
    "team_day",
    4,
    METADATA,
    {
        "daily_log.activity_logged.v1": _logged,
        "daily_log.activity_corrected.v1": _corrected,
        "daily_log.activity_withdrawn.v1": _withdrawn,
        "daily_log.submitted.v1": _submitted,
        "daily_log.summary_written.v1": _summarised,
        "daily_log.policies_signed.v1": _signed,
        "callback.outcome_recorded.v1": _answered,
        "verification_case.case_opened.v1": _case(1),
        "verification_case.decided.v1": _case(-1),
        "scheduled_check.done.v1": _checked,
        **people_handlers(PEOPLE),
        **rule_handlers(RULES),
        ADOPTED: _adopted,
    },
)
