"""Watches over reveals (R-34): what stands out becomes a question to those above, never a verdict.

Each subject of ``projections.reveal_due`` is looked at once; its alerts and the outcome of the
check are one append, so a check that runs twice raises nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from domain.application import TeamRecord
from domain.recording import Aggregate
from domain.reveal_alert import Alert
from domain.reveal_rules import (
    HISTORY_DAYS,
    LEAVING,
    THEFT_WITHIN,
    AlertKind,
    is_unusual_hour,
    is_unusually_many,
)
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Receipt, Role
from projections import access_queries
from projections.access_log import ACCESS_LOG
from projections.access_queries import LookCard
from projections.base import wait_for
from workers.tasks import NotYet

PATIENCE = 1.0  # seconds to wait for the view before the task goes back to the queue


@dataclass(frozen=True, slots=True)
class Watched:
    """What one check came to."""

    alerts: tuple[AlertKind, ...]
    receipt: Receipt


def watch(
    record: TeamRecord, views: Engine, subject: str, due_at: datetime, now: Callable[[], datetime]
) -> Watched:
    """Look at one subject and put on record what stands out; a repeat changes nothing.

    Raises NotYet when the view is behind.
    """
    key = CheckKey(Check.REVEAL_WATCH, subject, record.rulebook.rules().day_of(due_at))
    earlier = record.recording.receipt_of(key.command_id)
    if earlier is not None:
        done = record.scheduled_checks.find(key)
        return Watched(tuple(map(AlertKind, done.findings)) if done else (), earlier)
    head = record.recorder.max_notification_id() or 0
    if not wait_for(views, ACCESS_LOG.name, head, PATIENCE):
        raise NotYet(ACCESS_LOG.name)
    kind, _, name = subject.partition("/")
    with views.connect() as connection:
        alerts = list(LOOKERS[kind](_Seen(record, connection, name)))
    return _finish(record, key, due_at, alerts, now())


def _finish(
    record: TeamRecord, key: CheckKey, due_at: datetime, alerts: list[Alert], moment: datetime
) -> Watched:
    cause = key.subject.partition("/")[2]
    by = By(
        actor="system",
        role=Role.SYSTEM,
        occurred_at=moment,
        recorded_at=moment,
        command_id=key.command_id,
        source="worker",
        cause=cause if cause.isdigit() else None,
    )

    def effects() -> list[Aggregate]:
        return [one for alert in alerts for one in record.reveal_alerts.raised(alert, by)]

    kinds = tuple(alert.kind for alert in alerts)
    team_id = alerts[0].team_id if alerts else None
    receipt = record.scheduled_checks.finish(
        key, team_id, due_at, [str(k) for k in kinds], by=by, effects=effects
    )
    return Watched(kinds, receipt)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a check may look at: the record, the access log, and which thing it is about."""

    record: TeamRecord
    connection: Connection
    name: str

    def look(self) -> LookCard | None:
        return access_queries.look(self.connection, int(self.name))


def _at_look(seen: _Seen) -> Iterator[Alert]:
    look = seen.look()
    if look is None:
        return
    zone = ZoneInfo(seen.record.rulebook.rules().time_zone)
    if access_queries.is_canary(seen.connection, look.customer_id):
        yield _alert(AlertKind.CANARY, look)
    if is_unusual_hour(look.at.astimezone(zone)):
        yield _alert(AlertKind.UNUSUAL_HOUR, look, {"at": f"{look.at.astimezone(zone):%H:%M}"})
    if (today := _unusually_many(seen, look)) is not None:
        day = f"{look.viewer_id}/{seen.record.rulebook.rules().day_of(look.at)}"
        yield _alert(AlertKind.UNUSUALLY_MANY, look, {"customers": today}, subject=day)
    if _is_leaving(seen, look):
        yield _alert(AlertKind.LEAVING, look)


def _unusually_many(seen: _Seen, look: LookCard) -> int | None:
    """Return how many customers the viewer saw that day if this stands out from 30 days before."""
    rules = seen.record.rulebook.rules()
    today = rules.day_of(look.at)
    since = look.at - timedelta(days=HISTORY_DAYS + 1)
    until = look.at + timedelta(microseconds=1)
    looks = access_queries.looks_between(seen.connection, look.viewer_id, since, until)
    by_day = Counter(day for day, _ in {(rules.day_of(at), customer) for at, customer in looks})
    before = [by_day[today - timedelta(days=back)] for back in range(1, HISTORY_DAYS + 1)]
    return by_day[today] if is_unusually_many(by_day[today], before) else None


def _is_leaving(seen: _Seen, look: LookCard) -> bool:
    """Tell whether the viewer gave notice, or went to another team within the last 30 days."""
    viewer = seen.record.organisation.member(look.viewer_id)
    if viewer is None:
        return False
    day = seen.record.rulebook.rules().day_of(look.at)
    moved = [since for since, _ in viewer.teams[1:] if abs(day - since) <= LEAVING]
    return viewer.last_day is not None or bool(moved)


def _at_late_call(seen: _Seen) -> Iterator[Alert]:
    look = seen.look()
    if look is not None and look.called_at is None:
        yield _alert(AlertKind.NO_CALLBACK, look)


def _at_late_review(seen: _Seen) -> Iterator[Alert]:
    glass = access_queries.glass(seen.connection, seen.name)
    if glass is not None and glass.reviewed_by is None:
        people = glass.viewer_id, glass.customer_id, glass.owner_id, glass.team_id
        yield Alert(AlertKind.GLASS_UNREVIEWED, seen.name, *people, glass.glass_id)


def _at_entry(seen: _Seen) -> Iterator[Alert]:
    """Compare the entry of a number with the look at it under its other owner."""
    entry = access_queries.entry(seen.connection, int(seen.name))
    look = access_queries.look(seen.connection, entry.look) if entry else None
    if entry is None or look is None or entry.at - look.at > THEFT_WITHIN:
        return
    days = (entry.at - look.at).days
    facts: dict[str, str | int] = {"days": days, "entered_for": entry.owner_id}
    yield _alert(AlertKind.SAME_NUMBER, look, facts, subject=seen.name)
    if access_queries.is_canary(seen.connection, look.customer_id):
        yield _alert(AlertKind.CANARY, look, facts, subject=seen.name)


def _alert(
    kind: AlertKind,
    look: LookCard,
    facts: Mapping[str, str | int] | None = None,
    *,
    subject: str = "",
) -> Alert:
    people = look.viewer_id, look.customer_id, look.owner_id, look.team_id
    return Alert(kind, subject or str(look.position), *people, look.ticket, facts or {})


LOOKERS: Mapping[str, Callable[[_Seen], Iterator[Alert]]] = {
    "look": _at_look,
    "call": _at_late_call,
    "glass": _at_late_review,
    "entry": _at_entry,
}
