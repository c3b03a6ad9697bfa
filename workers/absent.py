"""Who had no log of a day by its deadline, as on record then."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Engine

from domain.application import TeamRecord
from domain.daily_log import DailyLog, daily_log_stream
from projections.base import wait_for
from projections.team_day import team_state
from projections.team_facts import TEAM_DAY
from projections.timeline import TIMELINE, position_at
from workers.tasks import NotYet

PATIENCE = 1.0  # seconds to wait for a view before the task goes back to the queue
WRITTEN = (DailyLog.ActivityLogged, DailyLog.SummaryWritten, DailyLog.Submitted)


def absent_agents(
    record: TeamRecord, views: Engine, team_id: str, day: date, due_at: datetime
) -> list[str]:
    """Return the agents of a team who were at work on a day and had written nothing by ``due_at``.

    Team and leave are taken as on record at ``due_at``. Raises NotYet when the views are behind.
    """
    head = record.recorder.max_notification_id() or 0
    for projection in (TIMELINE, TEAM_DAY):
        if not wait_for(views, projection.name, head, PATIENCE):
            raise NotYet(projection.name)
    with views.connect() as connection:
        then = position_at(connection, due_at)
        state = team_state(connection, team_id, day, then)
    at_work = [m.agent_id for m in state.members if not m.on_leave] if state else []
    return [agent for agent in at_work if not wrote_by(record, agent, day, due_at)]


def wrote_by(record: TeamRecord, agent_id: str, day: date, due_at: datetime) -> bool:
    """Tell whether an agent had written anything about a day by an instant."""
    events = record.events.get(daily_log_stream(agent_id, day))
    return any(isinstance(e, WRITTEN) and e.by.recorded_at <= due_at for e in events)
