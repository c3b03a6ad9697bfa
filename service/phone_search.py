"""Finding whose customer a phone number is: by its blind index, exactly, a few times only (R-34).

Who asks learns the owner and the masked name, never a number; a number is sent in a body, so that
it stands in no address and no log. Limited, so that nobody can try numbers in bulk (trust.md 2.2).
"""

from __future__ import annotations

from dataclasses import dataclass

from projections import customers
from projections.customers import CustomerCard
from service.access import Thing, may, need
from service.context import shilu
from service.reading import views
from service.sessions import reader


@dataclass(frozen=True, slots=True)
class Found:
    """A customer with this number, as far as the reader may know."""

    customer_id: str
    owner_id: str
    name_masked: str


def find_by_phone(phone: str) -> list[Found]:
    """Return the customers in the reader's reach with exactly this number, oldest first.

    Raises Forbidden, and TooManyAttempts before anything is looked up.
    """
    need(reader(), Thing.FIND_CUSTOMER)
    shilu().accounts.spend(f"find-customer:{shilu().branch}:{reader().person_id}")
    index = shilu().record.customers.index_of(phone)
    with views("customers") as connection:
        found = customers.by_phone_index(connection, index)
    return [Found(c.customer_id, c.owner_id, c.name_masked) for c in found if _in_reach(c)]


def _in_reach(card: CustomerCard) -> bool:
    owner = shilu().record.organisation.member(card.owner_id)
    team_id = owner.team_on(shilu().today()) if owner else None
    return may(reader(), Thing.FIND_CUSTOMER, agent_id=card.owner_id, team_id=team_id)
