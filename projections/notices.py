"""What is to be told to whom, and has not been (digest, quiet hours): from here `notify` works.

A notice names ids and days, never a customer. It is told to one person, to a role, or to who leads
a team; who that is, is asked when it is told. What was told stands on record as the outcome of a
check, so a queue that loses its memory costs time and never a notice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Column, Connection, Index, MetaData, String, Table, select

from domain.notices import QUIET_FROM, QUIET_UNTIL, Notice, is_quiet
from domain.rhythm import Rules
from domain.words import Check, Role
from projections.base import Handler, Projection, Row, Writer
from projections.due import DueCheck
from projections.people_facts import people_as_of, people_handlers, people_tables, teams_as_of
from projections.rule_facts import rule_fact_table, rule_handlers, rules_as_of
from store.log_reader import LoggedEvent
from store.mapper import instant

METADATA = MetaData()
PEOPLE = people_tables(METADATA, "notices")
RULES = rule_fact_table(METADATA, "notices")
NOTICE = Table(
    "notices_notice",
    METADATA,
    Column("position", BigInteger, primary_key=True),
    Column("audience", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("at", String, nullable=False),
    Index("notices_notice_at", "at"),
)
CHANNEL = Table(  # who has a channel since when, and what they wish
    "notices_channel",
    METADATA,
    Column("person_id", String, primary_key=True),
    Column("channel_id", String),
    Column("since", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),  # the last notice told
    Column("told_at", String),
    Column("checkpoint_day", String),
    Column("quiet_from", String, nullable=False),
    Column("quiet_until", String, nullable=False),
    Column("muted", String, nullable=False),
)
REVIEWER = Table(
    "notices_reviewer",
    METADATA,
    Column("agent_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("reviewer", String, nullable=False),
)
GATHER = timedelta(minutes=2)  # so that several notices come as one message
APART = timedelta(minutes=15)  # and nobody is told more often
LOOK_BACK = timedelta(days=7)  # what is older is no news
WATCHERS = (f"role:{Role.UPPER_SUPERVISOR}", f"role:{Role.AUDITOR}")
UPPER = (f"role:{Role.UPPER_SUPERVISOR}",)
CHECKPOINT_AT = time(9, 0)
Audience = Callable[[LoggedEvent], Iterable[str]]
NEW = {
    "channel_id": None,
    "since": 0,
    "told": 0,
    "told_at": None,
    "checkpoint_day": None,
    "quiet_from": QUIET_FROM.isoformat(),
    "quiet_until": QUIET_UNTIL.isoformat(),
    "muted": "[]",
}


@dataclass(frozen=True, slots=True)
class Pending:
    """A notice that was not told yet; ``subject`` is a day, a number or an id."""

    position: int
    kind: str
    subject: str
    at: datetime


def _to(name: str) -> Audience:
    return lambda event: [f"person:{event.data[name]}"] if event.data.get(name) else []


def _lead(event: LoggedEvent) -> Iterable[str]:
    return [f"lead:{event.data['team_id']}"] if event.data.get("team_id") else []


def _roles(*audiences: str) -> Audience:
    return lambda _event: audiences


TOLD: Mapping[str, tuple[tuple[Notice, Audience, str], ...]] = {
    "review.completed.v1": ((Notice.REVIEW_RECEIVED, _to("agent_id"), "day"),),
    "verification_case.case_opened.v1": (
        (Notice.CASE_OPENED, _to("agent_id"), "case_no"),
        (Notice.CASE_TO_DECIDE, _lead, "agent_id"),
    ),
    "verification_case.decided.v1": ((Notice.CASE_DECIDED, _to("agent_id"), "case_no"),),
    "verification_case.appeal_decided.v1": ((Notice.CASE_DECIDED, _to("agent_id"), "case_no"),),
    "verification_case.appealed.v1": ((Notice.APPEAL_WAITING, _roles(*UPPER), "agent_id"),),
    "filling_case.opened.v1": ((Notice.FILLING_CASE, _to("agent_id"), "case_id"),),
    "confidentiality.contact_revealed.v1": (
        (Notice.CUSTOMER_SEEN, _to("owner_id"), "customer_id"),
    ),
    "confidentiality.reveal_alerted.v1": ((Notice.REVEAL_ALERT, _roles(*WATCHERS), "alert_id"),),
    "confidentiality.glass_broken.v1": ((Notice.GLASS_BROKEN, _roles(*WATCHERS), "viewer_id"),),
    "complaint.filed.v1": ((Notice.COMPLAINT_FILED, _roles(*UPPER), "complaint_id"),),
    "notices.test_asked.v1": ((Notice.TEST, _to("person_id"), "channel_id"),),
}


def _tell(writer: Writer, event: LoggedEvent, kind: str, audience: str, subject: object) -> None:
    at = event.data["by"]["recorded_at"]
    row = {"position": event.position, "audience": audience, "kind": str(kind), "at": at}
    writer.insert(NOTICE, **row, subject=str(subject))


def _told(event_rules: tuple[tuple[Notice, Audience, str], ...]) -> Handler:
    def handler(writer: Writer, event: LoggedEvent) -> None:
        for kind, audience, subject in event_rules:
            for one in audience(event):
                _tell(writer, event, kind, one, event.data.get(subject) or "")

    return handler


def _reviewed(writer: Writer, event: LoggedEvent) -> None:
    _told(TOLD[event.topic])(writer, event)
    key = {"agent_id": event.data["agent_id"], "day": event.data["day"]}
    if writer.row(REVIEWER, **key) is None:
        writer.insert(REVIEWER, **key, reviewer=event.actor)
    else:
        writer.change(REVIEWER, key, reviewer=event.actor)


def _review_withdrawn(writer: Writer, event: LoggedEvent) -> None:
    about = {"audience": f"person:{event.data['agent_id']}", "kind": str(Notice.REVIEW_RECEIVED)}
    for row in writer.rows(NOTICE, **about, subject=event.data["day"]):
        key = {"position": row["position"], "audience": row["audience"]}
        writer.change(NOTICE, key, at="")  # older than anything: it is told to nobody


def _read(writer: Writer, event: LoggedEvent) -> None:
    key = {"agent_id": event.data["agent_id"], "day": event.data["day"]}
    known = writer.row(REVIEWER, **key)
    if known is not None:
        subject = f"{key['agent_id']} {key['day']}"
        _tell(writer, event, Notice.REVIEW_READ, f"person:{known['reviewer']}", subject)


def _checked(writer: Writer, event: LoggedEvent) -> None:
    check, data = event.data["check"], event.data
    if check == Check.MISSING_LOGS:
        for agent_id in data["findings"]:
            _tell(writer, event, Notice.MISSING_LOG, f"person:{agent_id}", data["day"])
    if check == Check.OVERDUE_REVIEWS and data["findings"]:
        for audience in (*_lead(event), *UPPER):
            _tell(writer, event, Notice.REVIEW_LATE, audience, data["day"])
    if check == Check.OVERDUE_SHEET_REVIEWS and data["findings"]:
        for audience in (*_lead(event), *UPPER):
            _tell(writer, event, Notice.SHEET_REVIEW_LATE, audience, data["day"])
    if check == Check.NOTIFY:
        person_id, _, what = data["subject"].rpartition("/")
        _book(writer, person_id)
        if what == Notice.CHECKPOINT:
            writer.change(CHANNEL, {"person_id": person_id}, checkpoint_day=data["day"])
        else:
            told = max(map(int, data["findings"]), default=int(what))
            at = data["by"]["recorded_at"]
            writer.change(CHANNEL, {"person_id": person_id}, told=told, told_at=at)


def _book(writer: Writer, person_id: str) -> None:
    if writer.row(CHANNEL, person_id=person_id) is None:
        writer.insert(CHANNEL, person_id=person_id, **NEW)


def _channel_set(writer: Writer, event: LoggedEvent) -> None:
    person_id = event.data["person_id"]
    _book(writer, person_id)
    channel = {"channel_id": event.data["channel_id"], "since": event.position}
    writer.change(CHANNEL, {"person_id": person_id}, **channel)


def _channel_removed(writer: Writer, event: LoggedEvent) -> None:
    writer.change(CHANNEL, {"person_id": event.data["person_id"]}, channel_id=None)


def _wishes(writer: Writer, event: LoggedEvent) -> None:
    data = event.data
    _book(writer, data["person_id"])
    writer.change(
        CHANNEL,
        {"person_id": data["person_id"]},
        quiet_from=data["quiet_from"],
        quiet_until=data["quiet_until"],
        muted=json.dumps(data["muted"]),
    )


NOTICES = Projection(
    "notices",
    2,
    METADATA,
    {
        **people_handlers(PEOPLE),
        **rule_handlers(RULES),
        **{topic: _told(rules) for topic, rules in TOLD.items()},
        "review.completed.v1": _reviewed,
        "review.read.v1": _read,
        "review.withdrawn.v1": _review_withdrawn,
        "scheduled_check.done.v1": _checked,
        "notices.channel_set.v1": _channel_set,
        "notices.channel_removed.v1": _channel_removed,
        "notices.wishes_changed.v1": _wishes,
    },
)


def notices_due(connection: Connection, now: datetime) -> list[DueCheck]:
    """Return whom to tell something by ``now`` (aware), oldest first.

    Due is a person with a channel, out of their quiet hours, whose first untold notice is two
    minutes old and whose last message a quarter of an hour; and once a day who gets the checkpoint.
    """
    rules = rules_as_of(connection, RULES)
    wall = now.astimezone(ZoneInfo(rules.time_zone))
    query = select(CHANNEL).where(CHANNEL.c.channel_id.is_not(None))
    listeners = [dict(row) for row in connection.execute(query).mappings()]
    awake = [row for row in listeners if not _quiet(row, wall.time())]
    if not awake:
        return []
    heard, where = _by_audience(connection, now), _audiences(connection, wall.date())
    due: list[DueCheck] = []
    for row in awake:
        mine = where.get(str(row["person_id"]), [])
        due += _news_due(row, _waiting(row, heard, mine), rules, now)
        due += _checkpoint_due(row, mine, wall)
    return sorted(due)


def _news_due(row: Row, waits: list[Pending], rules: Rules, now: datetime) -> list[DueCheck]:
    if not waits or not _is_time(row, waits[0], now):
        return []
    first, subject = waits[0], f"{row['person_id']}/{waits[0].position}"
    return [_check(first.at + GATHER, subject, rules.day_of(first.at), str(first.position))]


def _checkpoint_due(row: Row, mine: Iterable[str], wall: datetime) -> list[DueCheck]:
    sent = str(row["checkpoint_day"] or "") >= wall.date().isoformat()
    if sent or wall.time() < CHECKPOINT_AT or not _gets_checkpoint(row, mine):
        return []
    at = datetime.combine(wall.date(), CHECKPOINT_AT, wall.tzinfo)
    return [_check(at, f"{row['person_id']}/{Notice.CHECKPOINT}", wall.date(), None)]


def pending(connection: Connection, person_id: str, now: datetime) -> list[Pending]:
    """Return what somebody was not told yet, oldest first."""
    query = select(CHANNEL).where(CHANNEL.c.person_id == person_id)
    found = connection.execute(query).mappings().first()
    row = dict(found) if found else {}
    if row.get("channel_id") is None:
        return []
    day = rules_as_of(connection, RULES).day_of(now)
    mine = _audiences(connection, day).get(person_id, ())
    return _waiting(row, _by_audience(connection, now), mine)


def _check(at: datetime, subject: str, day: date, cause: str | None) -> DueCheck:
    return DueCheck(at, str(Check.NOTIFY), subject, "", day, cause)


def _quiet(row: Row, at: time) -> bool:
    quiet = (time.fromisoformat(str(row[name])) for name in ("quiet_from", "quiet_until"))
    return is_quiet(at, *quiet)


def _is_time(row: Row, first: Pending, now: datetime) -> bool:
    told_at = row["told_at"]
    rested = told_at is None or datetime.fromisoformat(str(told_at)) + APART <= now
    return first.kind == Notice.TEST or (rested and first.at + GATHER <= now)


def _gets_checkpoint(row: Row, mine: Iterable[str]) -> bool:
    return bool(set(WATCHERS) & set(mine)) and Notice.CHECKPOINT not in json.loads(
        str(row["muted"])
    )


def _waiting(row: Row, heard: Mapping[str, list[Pending]], mine: Iterable[str]) -> list[Pending]:
    known = max(int(str(row["since"])), int(str(row["told"])))
    muted = set(json.loads(str(row["muted"])))
    found = (notice for audience in mine for notice in heard.get(audience, ()))
    new = [n for n in found if n.position > known and n.kind not in muted]
    return sorted(new, key=lambda notice: notice.position)


def _by_audience(connection: Connection, now: datetime) -> dict[str, list[Pending]]:
    found: dict[str, list[Pending]] = {}
    query = select(NOTICE).where(NOTICE.c.at >= instant(now - LOOK_BACK))
    for row in connection.execute(query.order_by(NOTICE.c.position)):
        at = datetime.fromisoformat(row.at)
        notice = Pending(row.position, row.kind, row.subject, at)
        found.setdefault(row.audience, []).append(notice)
    return found


def _audiences(connection: Connection, day: date) -> dict[str, list[str]]:
    """Return as what everybody is told something: as themselves, in their role, as who leads."""
    people = people_as_of(connection, PEOPLE, day)
    found = {key: [f"person:{key}", f"role:{person.role}"] for key, person in people.items()}
    for team in teams_as_of(connection, PEOPLE).values():
        if team.supervisor_id in found:
            found[team.supervisor_id].append(f"lead:{team.team_id}")
    return found
