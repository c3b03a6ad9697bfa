"""The agents within one's reach, found by name, pinyin, initials or number: from here to their logs."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from flask import Blueprint, render_template, request

from domain.words import Role
from projections import team_day
from projections.people_facts import MemberFacts
from service.access import Thing, may, need
from service.context import shilu
from service.name_search import is_meant
from service.reading import as_of, views
from service.sessions import reader

pages = Blueprint("agents", __name__)


@pages.get("/agents")
def listing() -> str:
    """List the agents whom the reader leads or looks after, narrowed by the address."""
    need(reader(), Thing.BOARD)
    query = request.args.get("q", "").strip()[:40]
    with views("team_day") as connection:
        everybody = team_day.people(connection, shilu().today()).values()
        teams = {team.team_id: team.name for team in team_day.teams(connection)}
    agents = [
        person
        for person in sorted(everybody, key=lambda p: (p.team_id or "", p.person_id))
        if person.role == Role.AGENT
        and person.team_id
        and may(reader(), Thing.BOARD, team_id=person.team_id)
        and is_meant(query, person.name, person.person_id)
    ]
    return render_template(
        "agents.html",
        agents=[_row(person, teams) for person in agents],
        q=query,
        as_of=as_of("team_day"),
    )


def _row(person: MemberFacts, teams: Mapping[str, str]) -> SimpleNamespace:
    own, team_id = person.person_id, person.team_id
    reads = may(reader(), Thing.READ_LOG, team_id=team_id)
    return SimpleNamespace(
        id=own,
        name=person.name,
        team=teams.get(team_id or "", ""),
        href=f"/agents/{own}" if reads else f"/time-machine/agents/{own}",
        track=may(reader(), Thing.TRACK, team_id=team_id),
        coach=may(reader(), Thing.COACH, team_id=team_id),
    )
