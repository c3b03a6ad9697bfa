"""Replaying a branch up to an instant of the past, into empty tables in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from projections.base import Writer
from projections.team_day import TEAM_DAY, TeamState, rules, team_state, teams
from projections.timeline import TIMELINE, position_at
from store.log_reader import LoggedEvent, LogReader

BATCH = 5000
Progress = Callable[[int, int], None]


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
) -> TeamState:
    """Return a team's state on a day (that of the instant) as it was on record at ``as_of``.

    Reads the log event by event into empty tables: no table of the live system is asked.
    Raises UnknownTeam if there was none of that name.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        TEAM_DAY.metadata.create_all(connection)
        TIMELINE.metadata.create_all(connection)
        position = _replay_until(reader, connection, as_of, progress)
        on_day = day or rules(connection).day_of(as_of)
        state = team_state(connection, team_id, on_day, position)
        if state is None:
            raise UnknownTeam(team_id, tuple(t.team_id for t in teams(connection)))
    engine.dispose()
    return state


def _replay_until(
    reader: LogReader, connection: Connection, as_of: datetime, progress: Progress
) -> int:
    position, reached, head = 0, 0, reader.head()
    while events := reader.after(position, BATCH):
        TIMELINE.apply(Writer(connection, TIMELINE.live_tables()), events)
        position = events[-1].position
        reached = position_at(connection, as_of)
        then = [event for event in events if event.position <= reached]
        TEAM_DAY.apply(Writer(connection, TEAM_DAY.live_tables()), then)
        progress(position, head)
        if _is_past(events[-1], as_of, reached):
            break
    return reached


def _is_past(event: LoggedEvent, as_of: datetime, reached: int) -> bool:
    # Recorded instants are forced to rise, so nothing behind this event was on record by then.
    return event.position > reached and event.recorded_at > as_of


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
