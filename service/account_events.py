"""What happens to accounts is put on record: what was done before it is answered, refusals beside.

Somebody turned away is told by the thread that tells refusals (``service.refused``): a known login
must not take longer than an unknown one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import structlog
from flask import request

from domain.account_record import AccountRecord, DoorRefusal, Owner, Proof
from domain.application import TeamRecord
from domain.words import By, Receipt, Role
from service.branches import enter
from service.context import shilu
from service.refused import notary
from service.sessions import reader, visit
from store.accounts import Account

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Somebody was turned away at the door; on its way to the record."""

    owner: Owner
    reason: DoorRefusal
    day: date
    by: By

    def put(self, record: TeamRecord, unsaid: int) -> Receipt | None:
        """Put it on record."""
        return record.accounts.turned_away(
            self.owner, self.day, self.reason, by=self.by, unsaid=unsaid
        )


def accounts_told() -> AccountRecord:
    """Return the commands about what happened to accounts."""
    return shilu().record.accounts


def owner_of(account: Account) -> Owner:
    """Return whose account it is, with the team of today."""
    return owner(account.person_id)


def owner(person_id: str) -> Owner:
    """Return a person as the owner of an account, with the team of today."""
    member = shilu().record.organisation.member(person_id)
    return Owner(person_id, member.team_on(shilu().today()) if member else None)


def by_owner(account: Account) -> By:
    """Return who-and-when for what the account's owner does now."""
    now = shilu().now()
    source = "api" if request.path.startswith("/api/") else "web"
    role = Role(account.role)
    return By(account.person_id, role, now, now, uuid4(), source)


def by_reader() -> By:
    """Return who-and-when for what the reader does now to somebody's account."""
    now, source = shilu().now(), "api" if request.path.startswith("/api/") else "web"
    return By(reader().person_id, reader().role, now, now, uuid4(), source)


def tell_signed_in(account: Account, proof: str) -> Receipt:
    """Put a sign-in on record."""
    who = owner_of(account)
    return accounts_told().signed_in(who, shilu().today(), Proof(proof), by=by_owner(account))


def tell_turned_away(account: Account | None, reason: DoorRefusal) -> None:
    """Put on record, without waiting, that somebody with this login was turned away."""
    if account is None or not enter(account.branch):  # what was typed is not kept
        log.warning("somebody unknown was turned away", reason=str(reason), address=visit().address)
        return
    notary().note(
        TurnedAway(owner_of(account), reason, shilu().today(), by_owner(account)), shilu().record
    )
