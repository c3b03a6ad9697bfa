"""What one branch has on its board this morning, in few figures: for those who look at several."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from domain.rate_estimate import BRANCH
from projections import callback_queue, cases, fake_rates, review_queue, sheet_queue, team_day
from projections.fake_rates import Rate
from projections.people_facts import leave_as_of
from projections.team_facts import FACT, PEOPLE

LOOK_BACK = timedelta(days=60)  # of what waits for a review
VISITS_OF = timedelta(days=28)  # by how many visits a branch counts in the company's fake rate
AT_ONCE = 500  # ids in a query


@dataclass(frozen=True, slots=True)
class BranchDay:
    """A branch on a day. ``due`` agents were at work, ``sent_in`` of them handed a log in."""

    day: date
    working: bool
    people: int
    due: int
    sent_in: int
    reviews: int
    callbacks: int
    cases: int
    visits: int
    rate: Rate | None


def branch_day(connection: Connection, day: date) -> BranchDay:
    """Return how a branch stands; the logs are those of ``day``, everything else is of now."""
    people = team_day.people(connection, day)
    teams = [team.team_id for team in team_day.teams(connection)]
    agents = {p.person_id for p in people.values() if p.role == "agent" and p.team_id}
    absent = {person for person, _ in leave_as_of(connection, PEOPLE, [day])}
    due, since = sorted(agents - absent), day - LOOK_BACK
    rates = fake_rates.of_scope(connection, BRANCH, 1)
    reviews = review_queue.count_waiting(connection, teams, since)
    return BranchDay(
        day=day,
        working=team_day.rules(connection).is_working_day(day),
        people=sum(1 for p in people.values() if p.team_id or p.role != "agent"),
        due=len(due),
        sent_in=_sent_in(connection, due, day),
        reviews=reviews + len(sheet_queue.waiting(connection, teams, since)),
        callbacks=callback_queue.count_open(connection),
        cases=cases.count_waiting(connection),
        visits=_visits(connection, sorted(agents), day),
        rate=rates[-1] if rates else None,
    )


def _sent_in(connection: Connection, agents: list[str], day: date) -> int:
    found = 0
    for part in _parts(agents):
        query = select(func.count(FACT.c.agent_id.distinct())).where(
            FACT.c.agent_id.in_(part),
            FACT.c.day == day.isoformat(),
            FACT.c.counter == "submitted",
        )
        found += connection.execute(query).scalar() or 0
    return found


def _visits(connection: Connection, agents: list[str], day: date) -> int:
    found = 0
    for part in _parts(agents):
        query = select(func.sum(FACT.c.n)).where(
            FACT.c.agent_id.in_(part),
            FACT.c.day > (day - VISITS_OF).isoformat(),
            FACT.c.day <= day.isoformat(),
            FACT.c.counter == "face_meeting",
        )
        found += connection.execute(query).scalar() or 0
    return found


def _parts(ids: list[str]) -> list[list[str]]:
    return [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]
