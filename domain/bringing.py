"""The commands of an import's rows: people with their teams, and an agent's own customers (计划100).

They are given while somebody waits, or later by a worker. The same row brought again by the same
person is the same command, so that either may be repeated and cut short.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.words import By, ContactSource, Receipt, Role, command_id

if TYPE_CHECKING:
    from domain.application import TeamRecord

PEOPLE, CUSTOMERS = "people", "customers"
ByPart = Callable[[str], By]  # who and when, for a part of a row


@dataclass(frozen=True, slots=True)
class PersonBrought:
    """A person of the branch; a team that is not there yet is formed by its name."""

    person_id: str
    name: str
    role: Role
    team_id: str | None
    team_name: str | None
    since: date
    leads: bool


@dataclass(frozen=True, slots=True)
class CustomerBrought:
    """A customer of whoever brings the list."""

    customer_id: str
    name: str
    phone: str | None
    contact_source: ContactSource


Brought = PersonBrought | CustomerBrought


def command_of(kind: str, actor: str, part: str, secret: str) -> UUID:
    """Return the command id of a part of a row; ``secret`` is the row's keyed digest."""
    return command_id("import", kind, actor, part, secret)


def take(record: TeamRecord, row: Brought, by: ByPart) -> Receipt:
    """Give a row's commands. Raises what the domain refuses."""
    if isinstance(row, PersonBrought):
        return _take_person(record, row, by)
    told = row.name, row.phone, row.contact_source
    return record.customers.register(
        row.customer_id, by("register").actor, *told, by=by("register")
    )


def _take_person(record: TeamRecord, row: PersonBrought, by: ByPart) -> Receipt:
    organisation = record.organisation
    if row.team_id and organisation.team(row.team_id) is None:
        organisation.form_team(row.team_id, row.team_name or row.team_id, by=by("team"))
    receipt = organisation.join(
        row.person_id, row.name, row.role, row.team_id, row.since, by=by("join")
    )
    if row.leads and row.team_id:
        receipt = organisation.appoint_supervisor(row.team_id, row.person_id, by=by("lead"))
    return receipt


def plain(row: Brought) -> dict[str, Any]:
    """Return a row as JSON can hold it."""
    return {
        name: value if isinstance(value, bool) else _text(value)
        for name, value in asdict(row).items()
    }


def brought(kind: str, plain: Mapping[str, Any]) -> Brought:
    """Return a row from its plain values."""
    if kind == CUSTOMERS:
        return CustomerBrought(
            **{**plain, "contact_source": ContactSource(plain["contact_source"])}
        )
    words = {"role": Role(plain["role"]), "since": date.fromisoformat(plain["since"])}
    return PersonBrought(**{**plain, **words})


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
