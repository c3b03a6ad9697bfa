"""An event as one whole sentence, with the names of whom it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from domain.words import Role
from projections import audit_words, customers, team_day
from projections.audit_trail import TrailRow
from service.context import shilu
from service.language import _, reader_language

PERSON_FACTS = ("agent_id", "person_id", "owner_id", "from_owner_id", "supervisor_id")
TEAM_FACTS = ("team_id", "from_team_id")


@dataclass(frozen=True, slots=True)
class Names:
    """Names for the ids in sentences; customers by their masks."""

    people: Mapping[str, str]
    teams: Mapping[str, str]
    customers: Mapping[str, str]

    def person(self, person_id: str) -> str:
        """Return a person's name, or the id if nobody has it."""
        return _("系统") if person_id == Role.SYSTEM else self.people.get(person_id, person_id)


def names_for(connection: Connection, rows: Iterable[TrailRow], today: date | None = None) -> Names:
    """Return the names of whom these events are about."""
    people = team_day.people(connection, today or shilu().today())
    return Names(
        {key: p.name for key, p in people.items()},
        {team.team_id: team.name for team in team_day.teams(connection)},
        customers.names(connection, {r.customer_id for r in rows if r.customer_id}),
    )


def sentence(row: TrailRow, names: Names) -> str:
    """Return an event as a whole sentence, with names in place of ids."""
    facts = dict(row.facts)
    for key in PERSON_FACTS:
        if facts.get(key):
            facts[key] = names.person(str(facts[key]))
    for key in TEAM_FACTS:
        if facts.get(key):
            facts[key] = names.teams.get(str(facts[key]), facts[key])
    if facts.get("customer_id") and "name_masked" not in facts:
        facts["customer_id"] = names.customers.get(facts["customer_id"], facts["customer_id"])
    if isinstance(facts.get("findings"), list):
        facts["findings"] = len(facts["findings"])
    said = audit_words.sentence(row.topic, facts, reader_language())
    if row.role == Role.SYSTEM:
        return _("系统：{said}", said=said)
    actor = names.person(row.actor)
    return said if said.startswith(actor) else f"{actor} {said}"
