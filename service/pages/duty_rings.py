"""The three rings of a supervisor's day, and what is owed to each agent (R-41, R-43)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from types import SimpleNamespace

from sqlalchemy import Connection

from domain.duties import CADENCE_DAYS, DAILY, Cadence, Duty
from projections import supervisor_duties, team_day
from projections.people_facts import MemberFacts
from service.coaching_words import DUTIES
from service.context import shilu
from service.words import label

COLOURS: Mapping[Duty, str] = {
    Duty.CALLBACK: "phone",
    Duty.COACHING: "meet",
    Duty.TRACKING: "new",
}


def duty_rings(connection: Connection, supervisor_id: str, day: date) -> list[SimpleNamespace]:
    """Return the rings of a supervisor's day: done, of how many, and their caption."""
    done = supervisor_duties.counts(connection, supervisor_id, day, day).get(day, {})
    return [
        SimpleNamespace(cls=COLOURS[duty], n=done.get(duty, 0), of=of, caption=label(DUTIES, duty))
        for duty, of in DAILY.items()
    ]


def agents_of(connection: Connection, teams: Collection[str], day: date) -> list[MemberFacts]:
    """Return the agents of these teams on a day, by id."""
    people = team_day.people(connection, day).values()
    found = [p for p in people if p.role == "agent" and p.team_id in teams]
    return sorted(found, key=lambda person: person.person_id)


def cadences(
    connection: Connection, agents: Sequence[str], today: date, absent: Collection[str] = ()
) -> dict[str, Cadence]:
    """Return how often each agent was called in the last seven days; nothing is owed to ``absent``."""
    first = today - CADENCE_DAYS + timedelta(days=1)
    held = supervisor_duties.by_agent(connection, agents, Duty.TRACKING, first, today)
    wanted = shilu().rules().call_hours.tracking_a_week
    return {
        agent: Cadence(agent, held.get(agent, 0), 0 if agent in absent else wanted)
        for agent in agents
    }
