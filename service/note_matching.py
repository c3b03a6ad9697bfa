"""Finds the visit that a free note of a callback is about, among the visits of the reader's teams.

Names and numbers are opened for the comparison only; what goes out is masked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.callback import callback_id_of
from domain.callback_note import Matching, NotedVisit
from domain.detection.matching import FARTHEST, Known, Match, Note, Verdict, match
from domain.refusals import NoteUnclear, Refusal
from projections import team_day, visit_ledger
from projections.visit_ledger import Visit
from service.access import Thing, may
from service.context import shilu
from service.language import local
from service.reading import views
from service.sessions import reader


@dataclass(frozen=True, slots=True)
class Found:
    """What a note may be about: the match, and the visits by id."""

    match: Match
    visits: dict[str, Visit]


def find(note: Note) -> Found:
    """Return the visits of the reader's own teams that a note may be about."""
    span = timedelta(days=FARTHEST)
    with views("visit_ledger", "team_day") as connection:
        teams = [t.team_id for t in team_day.teams(connection)]
        visits = [
            visit
            for team_id in teams
            if may(reader(), Thing.CALL, team_id=team_id)
            for visit in visit_ledger.of_team(connection, team_id, note.day - span, note.day + span)
        ]
    return Found(match(note, _known(visits)), {visit.activity_id: visit for visit in visits})


def chosen(found: Found, activity_id: str | None) -> tuple[NotedVisit, Matching]:
    """Return the visit to record and how it was found: clear by itself, or chosen by a person.

    Raises NoteUnclear where neither is so; a note without a visit is never a denial.
    """
    wanted = activity_id or found.match.visit_id
    candidate = next((c for c in found.match.candidates if c.visit_id == wanted), None)
    if candidate is None:
        raise NoteUnclear(candidates=[c.visit_id for c in found.match.candidates])
    visit = found.visits[candidate.visit_id]
    caller = reader().person_id
    noted = NotedVisit(
        callback_id=callback_id_of(visit.activity_id, caller),
        activity_id=visit.activity_id,
        kind=visit.kind,
        visit_day=visit.day,
        agent_id=visit.agent_id,
        team_id=visit.team_id,
        caller_id=caller,
        customer_id=visit.customer_id,
    )
    by_person = found.match.verdict is not Verdict.MATCHED or candidate.visit_id != (
        found.match.visit_id
    )
    how = Matching(
        round(candidate.weight, 3),
        round(found.match.margin, 3),
        len(found.match.candidates),
        by_person,
    )
    return noted, how


def _known(visits: Sequence[Visit]) -> list[Known]:
    zone = shilu().rules().time_zone
    contacts: dict[str, tuple[str, str | None]] = {}
    for visit in visits:
        if visit.customer_id not in contacts:
            contacts[visit.customer_id] = _contact(visit.customer_id)
    return [
        Known(
            visit_id=visit.activity_id,
            agent_id=visit.agent_id,
            customer=visit.customer_id,
            day=visit.day,
            name=contacts[visit.customer_id][0],
            phone=contacts[visit.customer_id][1],
            hour=local(visit.started_at, zone).hour,
        )
        for visit in visits
    ]


def _contact(customer_id: str) -> tuple[str, str | None]:
    customer = shilu().record.customers.find(customer_id)
    try:
        if customer is not None:
            customer.check_in_use()
            return customer.name or "", customer.phone
    except Refusal:
        pass  # restricted or erased: nobody works with the data, and the name matches nothing
    return "", None
