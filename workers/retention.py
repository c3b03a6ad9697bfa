"""Keeps the terms: restricts who was forgotten long enough, erases after a grace, destroys keys.

A legal hold and the law's terms stand above all of it (`domain.privacy`). Nothing is erased by
itself that was not restricted for some time before, with everybody able to see it and to object.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from domain.application import TeamRecord
from domain.customer import Customer
from domain.privacy import GRACE
from domain.scheduled_check import CheckKey
from domain.words import By, Check, ErasureGround, Receipt, Role, command_id
from workers.tasks import NotYet

StillDue = Callable[[str, date], bool]
"""Tells whether a step is still due for a customer on a day; a task may have waited long."""


def enforce(
    record: TeamRecord, still_due: StillDue, customer_id: str, now: Callable[[], datetime]
) -> Receipt | None:
    """Take the step that is due for a customer; None if none is. A repeat changes nothing."""
    customer = record.customers.find(customer_id)
    today = record.rulebook.rules().day_of(now())
    if customer is None or customer.erased or customer.holds or not still_due(customer_id, today):
        return None
    if customer.restricted:
        return _erase(record, customer, today, now())
    by = _by(now(), "restrict", customer)
    return record.privacy.restrict(customer_id, ErasureGround.RETENTION_ENDED, today + GRACE, by=by)


def destroy_key(
    record: TeamRecord, scrub: Callable[[], bool], customer_id: str, now: Callable[[], datetime]
) -> Receipt:
    """Destroy an erased customer's key, once more if need be, and put on record that it is gone.

    ``scrub`` rewrites the vault's files without it. Raises NotYet while somebody reads them.
    """
    record.privacy.destroy_key(customer_id)
    if not scrub():
        raise NotYet(f"the vault is being read: {customer_id}")
    moment, customer = now(), record.customers.find(customer_id)
    day = record.rulebook.rules().day_of(moment)
    # The day is not part of what makes it one: whenever it is repeated, it is the same fact.
    key = CheckKey(Check.KEY_DESTROYED, customer_id, date.min)
    by = By("system", Role.SYSTEM, moment, moment, key.command_id, "worker")
    team_id = _team_of(record, customer.owner_id, day) if customer else None
    return record.scheduled_checks.finish(key, team_id, moment, [], by=by)


def _erase(record: TeamRecord, customer: Customer, today: date, moment: datetime) -> Receipt | None:
    if customer.erase_on is None or today < customer.erase_on:
        return None
    ground = customer.restriction_ground or ErasureGround.RETENTION_ENDED
    by = _by(moment, "erase", customer)
    return record.privacy.erase(customer.customer_id, ground, by=by)


def _by(moment: datetime, step: str, customer: Customer) -> By:
    # The stream's version makes a later restriction of the same customer another command.
    key = command_id("retention", step, customer.customer_id, str(customer.version))
    return By("system", Role.SYSTEM, moment, moment, key, "worker")


def _team_of(record: TeamRecord, person_id: str, day: date) -> str | None:
    member = record.organisation.member(person_id)
    return member.team_on(day) if member else None
