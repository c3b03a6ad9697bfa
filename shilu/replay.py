"""Replaying a branch into empty tables in memory, up to an instant of the past.

Two readings. *Recorded*: the events on record by the instant, as the branch knew them. *Occurred*:
the events that had happened by it, also those written later; an entry counts from when it began,
as its last correction has it. Either way the tables are filled with these events alone and asked
without any bound, so that the answer does not rest on the queries that it is to check.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from projections.base import Writer, corrected
from projections.team_day import TeamState, rules, team_state, teams
from projections.team_facts import TEAM_DAY
from projections.timeline import TIMELINE, position_at
from store.log_reader import LoggedEvent, LogReader

BATCH = 5000
READINGS = ("recorded", "occurred")
Progress = Callable[[int, int], None]
Entry = tuple[str, str, str]
ENTRIES = ("daily_log.activity_",)
HELD_BY_DAY = ("organisation.member_", "organisation.leave_", "rulebook.")
"""Topics of what is dated by day, and holds for its days whatever the instant."""


class UnknownTeam(LookupError):
    """There was no such team at that instant; ``known`` are those that there were."""

    def __init__(self, team_id: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no team {team_id} then; teams: {', '.join(known) or 'none yet'}")
        self.team_id = team_id
        self.known = known


def replay(
    reader: LogReader,
    as_of: datetime,
    team_id: str,
    day: date | None = None,
    progress: Progress = lambda _done, _all: None,
    *,
    reading: str = "recorded",
    known: int | None = None,
) -> TeamState:
    """Return a team's state on a day (that of the instant) as it was at ``as_of``.

    ``known`` bounds the occurred reading: only what stood on record up to that position.
    Reads the log event by event into empty tables: no table of the live system is asked.
    Raises UnknownTeam if there was none of that name.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        TEAM_DAY.metadata.create_all(connection)
        if reading == "recorded":
            position = _replay_recorded(reader, connection, as_of, progress)
        else:
            position = reader.head() if known is None else known
            _replay_occurred(reader, connection, as_of, position, progress)
        on_day = day or rules(connection).day_of(as_of)
        state = team_state(connection, team_id, on_day)
        if state is None:
            raise UnknownTeam(team_id, tuple(t.team_id for t in teams(connection)))
    engine.dispose()
    happened_by = as_of if reading == "occurred" else None
    return replace(state, position=position, happened_by=happened_by)


def _replay_recorded(
    reader: LogReader, connection: Connection, as_of: datetime, progress: Progress
) -> int:
    """Apply what was on record by ``as_of``; return the newest position of it."""
    TIMELINE.metadata.create_all(connection)
    reached, head = 0, reader.head()
    for events in _batches(reader, head):
        TIMELINE.apply(Writer(connection, TIMELINE.live_tables()), events)
        reached = position_at(connection, as_of)
        _apply(connection, [event for event in events if event.position <= reached])
        progress(events[-1].position, head)
        # Recorded instants are forced to rise: nothing behind this event was on record by then.
        if events[-1].position > reached and events[-1].recorded_at > as_of:
            break
    return reached


def _replay_occurred(
    reader: LogReader, connection: Connection, as_of: datetime, known: int, progress: Progress
) -> None:
    """Apply what had happened by ``as_of``, of all that is known now.

    The log is read twice: only its end tells when an entry really began.
    """
    started: dict[Entry, datetime] = {}
    for events in _batches(reader, known):
        for event in events:
            _follow(started, event)
        progress(events[-1].position, 2 * known)
    for events in _batches(reader, known):
        _apply(connection, [e for e in events if _had_happened(e, started, as_of)])
        progress(known + events[-1].position, 2 * known)


def _follow(started: dict[Entry, datetime], event: LoggedEvent) -> None:
    """Keep when an entry is last said to have begun."""
    if event.topic == "daily_log.activity_logged.v1":
        started[_entry(event)] = datetime.fromisoformat(event.data["started_at"])
    elif event.topic == "daily_log.activity_corrected.v1":
        changed = corrected(event, ("started_at",), ("started_at",))
        if "started_at" in changed:
            started[_entry(event)] = datetime.fromisoformat(changed["started_at"])


def _had_happened(event: LoggedEvent, started: dict[Entry, datetime], as_of: datetime) -> bool:
    if event.topic.startswith(ENTRIES):
        return started[_entry(event)] <= as_of
    return event.topic.startswith(HELD_BY_DAY) or event.occurred_at <= as_of


def _entry(event: LoggedEvent) -> Entry:
    return event.data["agent_id"], event.data["day"], event.data["activity_id"]


def _batches(reader: LogReader, until: int) -> Iterator[list[LoggedEvent]]:
    position = 0
    while position < until:
        events = reader.after(position, min(BATCH, until - position))
        if not events:
            return
        position = events[-1].position
        yield events


def _apply(connection: Connection, events: list[LoggedEvent]) -> None:
    TEAM_DAY.apply(Writer(connection, TEAM_DAY.live_tables()), events)


def as_json(state: TeamState) -> str:
    """Return the state as JSON, keys sorted."""
    return json.dumps(_plain(asdict(state)), ensure_ascii=False, sort_keys=True, indent=2)


def render(state: TeamState) -> str:
    """Return the state as a table for people."""
    leader = f" · {state.supervisor_name}" if state.supervisor_name else ""
    lines = [
        f"{state.name} ({state.team_id}){leader} · {state.day} · position {state.position}",
        f"{'agent':<14}{'calls':>6}{'meet':>6}{'close':>6}{'new':>6}{'late':>6}  state",
    ]
    for m in state.members:
        c = m.count
        lines.append(
            f"{m.agent_id:<14}{c.calls:>6}{c.meetings:>6}{c.closings:>6}{c.new_visits:>6}"
            f"{m.late:>6}  {_words(m.submitted, m.on_leave, m.noted_missing, m.open_case)}"
        )
    return "\n".join(lines)


def _words(submitted: bool, on_leave: bool, missing: bool, case: bool) -> str:
    words = (
        ("submitted", submitted),
        ("on leave", on_leave),
        ("missing", missing),
        ("open case", case),
    )
    return ", ".join(word for word, true in words if true) or "-"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value
