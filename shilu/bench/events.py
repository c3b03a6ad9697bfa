"""A seeded branch of any size, straight into the log: no command decides, the store's bytes are real.

Setting up (rules, teams, people) goes through the commands; the days of work do not, because a
million decisions would take an hour. Every row has its canonical bytes and its envelope.
"""

from __future__ import annotations

import random
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.application import TeamRecord
from domain.daily_log import daily_log_stream
from domain.words import ActivityKind, ActivityResult, By, Role
from store.branch import BranchStore
from store.mapper import ENVELOPE_VERSION, SealedEvent, canonical, instant

FIRST_DAY = date(2023, 1, 2)
ZONE = ZoneInfo("Asia/Shanghai")
ENTRIES = (6, 10)  # a day's least and most entries
LATE, CORRECTED, WITHDRAWN, SILENT = 0.06, 0.04, 0.01, 0.05  # shares of entries, of days
TEAM_SIZE = 10
CHUNK = 20_000
KINDS = tuple(str(kind) for kind in ActivityKind)
RESULTS = tuple(str(result) for result in ActivityResult)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be put on record, before it has its place in the log."""

    recorded_at: datetime
    agent_id: str
    day: date
    topic: str
    data: dict[str, Any]


def fill(store: BranchStore, events: int, agents: int, seed: int, progress: Progress) -> int:
    """Append about ``events`` events of ``agents`` agents to a migrated, empty log.

    Returns how many there are then. The same seed gives the same branch, salts included.
    """
    record = TeamRecord(store.log_env(), store.index_phone)
    _set_up(record, agents)
    rng, versions = random.Random(seed), dict[UUID, int]()
    told = islice(_days(agents, rng), events)
    done = 0
    while chunk := list(islice(told, CHUNK)):
        record.recorder.insert_events([_stored(one, versions, store.name, rng) for one in chunk])
        done += len(chunk)
        progress(done, events)
    return store.reader().head()


def entries(agents: int, log: str, count: int) -> Iterator[SealedEvent]:
    """Go through the first events of a branch that ``fill`` has set up and let do nothing yet."""
    rng, versions = random.Random(531), dict[UUID, int]()
    for told in islice(_days(agents, rng), count):
        yield _stored(told, versions, log, rng)


def _set_up(record: TeamRecord, agents: int) -> None:
    start = datetime.combine(FIRST_DAY, time(0), ZONE).astimezone(UTC)
    ids = random.Random(0)

    def by() -> By:
        return By("M1", Role.ADMINISTRATOR, start, start, UUID(int=ids.getrandbits(128)), "cli")

    with record.batch():
        record.rulebook.adopt(by=by())
        for no in range((agents + TEAM_SIZE - 1) // TEAM_SIZE):
            team, leader = _team(no * TEAM_SIZE), f"S{no:04}"
            record.organisation.form_team(team, f"{no}组", leader, by=by())
            join = record.organisation.join
            join(leader, leader, Role.SUPERVISOR, team, FIRST_DAY, by=by())
        for no in range(agents):
            name = f"A{no:05}"
            record.organisation.join(name, name, Role.AGENT, _team(no), FIRST_DAY, by=by())


def _team(agent_no: int) -> str:
    return f"T{agent_no // TEAM_SIZE:04}"


def _days(agents: int, rng: random.Random) -> Iterator[Told]:
    """Go through working days without end, in the order in which things are put on record."""
    day, late = FIRST_DAY, list[Told]()
    while True:
        if day.weekday() < 5:
            today = [t for no in range(agents) for t in _agents_day(no, day, rng)]
            night = datetime.combine(day + timedelta(days=1), time(0), ZONE)
            everything = sorted([*late, *today], key=lambda told: told.recorded_at)
            late = [told for told in everything if told.recorded_at >= night]
            yield from (told for told in everything if told.recorded_at < night)
        day += timedelta(days=1)


def _agents_day(no: int, day: date, rng: random.Random) -> Iterator[Told]:
    if rng.random() < SILENT:
        return
    agent, team = f"A{no:05}", _team(no)
    morning = datetime.combine(day, time(8), ZONE)
    about = {"agent_id": agent, "team_id": team, "day": day.isoformat()}
    counts: dict[str, int] = {}
    entries = sorted(rng.randrange(720) for _ in range(rng.randrange(*ENTRIES)))
    yield Told(morning, agent, day, "daily_log.opened.v1", {**about, "mode_version": 1})
    for n, minute in enumerate(entries):
        yield from _entry(
            f"{agent}-{day}-{n}", about, morning + timedelta(minutes=minute), rng, counts
        )
    if rng.random() < 0.9:
        handed_in = {"counts": counts, "short_reason": None, "on_time": True}
        at = morning + timedelta(hours=12, minutes=rng.randrange(90))
        yield Told(at, agent, day, "daily_log.submitted.v1", {**about, **handed_in})


def _entry(
    entry_id: str,
    about: dict[str, Any],
    started: datetime,
    rng: random.Random,
    counts: dict[str, int],
) -> Iterator[Told]:
    agent, day = str(about["agent_id"]), date.fromisoformat(about["day"])
    kind, customer = rng.choice(KINDS), f"C-{agent}-{rng.randrange(40)}"
    late = rng.random() < LATE
    at = started + timedelta(
        hours=rng.randrange(18, 60) if late else 0, minutes=20, microseconds=rng.randrange(10**6)
    )
    facts = {**about, "activity_id": entry_id, "kind": kind, "customer_id": customer}
    counts[kind] = counts.get(kind, 0) + 1
    said: dict[str, Any] = {
        "started_at": instant(started),
        "minutes": 30,
        "contact_source": None,
        "objections": [],
        "objection_handling": None,
        "last_action": None,
        "result": rng.choice(RESULTS),
        "next_step": None,
        "next_at": None,
        "note": None,
        "note_length": 0,
        "late": late,
        "late_reason": "忘了" if late else None,
    }
    yield Told(at, agent, day, "daily_log.activity_logged.v1", {**facts, **said})
    if rng.random() < CORRECTED:
        new = rng.choice([k for k in KINDS if k != kind])
        earlier = instant(started - timedelta(minutes=rng.randrange(60)))
        changes = {"kind": [kind, new], "started_at": [instant(started), earlier]}
        put_right = {**facts, "kind": new, "changes": changes, "reason": "选错", "note": None}
        later = at + timedelta(minutes=rng.randrange(1, 600))
        yield Told(
            later, agent, day, "daily_log.activity_corrected.v1", {**put_right, "note_length": None}
        )
    elif rng.random() < WITHDRAWN:
        later = at + timedelta(minutes=rng.randrange(1, 600))
        yield Told(
            later, agent, day, "daily_log.activity_withdrawn.v1", {**facts, "reason": "点错"}
        )


def _stored(told: Told, versions: dict[UUID, int], log: str, rng: random.Random) -> SealedEvent:
    stream = daily_log_stream(told.agent_id, told.day)
    version = versions[stream] = versions.get(stream, 0) + 1
    at, command = instant(told.recorded_at), UUID(int=rng.getrandbits(128))
    by = {
        "actor": told.agent_id,
        "role": "agent",
        "occurred_at": at,
        "recorded_at": at,
        "command_id": str(command),
        "source": "web",
        "cause": None,
        "on_behalf": None,
    }
    salt = urlsafe_b64encode(rng.randbytes(16)).decode().rstrip("=")
    state = canonical({**told.data, "by": by, "salt": salt})
    envelope = canonical(
        {
            "v": ENVELOPE_VERSION,
            "log": log,
            "stream": str(stream),
            "version": version,
            "type": told.topic,
            "at": at,
            "actor": told.agent_id,
            "on_behalf": None,
            "cmd": str(command),
            "cause": None,
            "corr": str(command),
            "data_sha256": sha256(state).hexdigest(),
        }
    )
    return SealedEvent(stream, version, told.topic, state, envelope, command)
