"""What happens to a customer's data in the end: kept, held, restricted, erased (PIPL 19, 47).

An erasure destroys the key that seals the customer's fields. Above it stand legal holds, and the
terms for which the law wants a contract's papers kept (保险法 87); while they run, the data may be
restricted to storage. Who was never insured is forgotten some time after the last contact.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from domain.customer import Customer, customer_stream
from domain.recording import Aggregate, Recording
from domain.refusals import (
    AlreadyExists,
    BadValue,
    EmptyText,
    NoLegalHold,
    NotRestricted,
    NotYours,
    OnLegalHold,
    ProcessingRestricted,
    RetentionRunning,
    UnknownCustomer,
)
from domain.rhythm import Rules
from domain.words import By, ErasureGround, PolicyTerm, Receipt, Role

KEEP_YEARS = {PolicyTerm.UP_TO_A_YEAR: 5, PolicyTerm.OVER_A_YEAR: 10}  # 保险法 87, from its end
PROSPECT_MONTHS = 24  # after the last contact; the shortest term that serves the purpose (PIPL 19)
GRACE = timedelta(days=30)  # between restricting and erasing by itself: time to object
MAX_REASON = 500
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-/]{0,39}")  # of a request or a hold: no text
RESPONSIBLE = frozenset({Role.ADMINISTRATOR, Role.SYSTEM})


def keep_until(term: PolicyTerm, ended_on: date | None) -> date | None:
    """Return the last day for which a contract's data is kept; None while it runs."""
    return None if ended_on is None else _later(ended_on, 12 * KEEP_YEARS[term])


def prospect_until(last_contact: date) -> date:
    """Return the last day on which a prospect's data may be kept without a contract."""
    return _later(last_contact, PROSPECT_MONTHS)


class Privacy:
    """The commands about keeping and erasing a customer's data; for those responsible for it."""

    def __init__(self, recording: Recording, rules: Callable[[], Rules]) -> None:
        self._recording = recording
        self._rules = rules

    def start_clock(
        self,
        customer_id: str,
        contract_id: str,
        term: PolicyTerm,
        ended_on: date | None = None,
        *,
        by: By,
    ) -> Receipt:
        """Note a contract that runs, or that ended: its data is kept as long as the law says.

        Raises UnknownCustomer, CustomerErased, NotYours, BadValue.
        """

        def change(customer: Customer) -> None:
            customer.trigger_event(
                Customer.RetentionClockStarted,
                customer_id=customer_id,
                owner_id=customer.owner_id,
                contract_id=_reference("contract_id", contract_id),
                term=term,
                ended_on=ended_on,
                keep_until=keep_until(term, ended_on),
                by=by,
            )

        return self._change(customer_id, change, by)

    def place_hold(self, customer_id: str, hold_id: str, reason: str, *, by: By) -> Receipt:
        """Keep everything of a customer, whatever else is asked, until the hold is released.

        Raises UnknownCustomer, CustomerErased, AlreadyExists, EmptyText, NotYours, BadValue.
        """

        def change(customer: Customer) -> None:
            if hold_id in customer.holds:
                raise AlreadyExists(what="hold", id=hold_id)
            customer.trigger_event(
                Customer.LegalHoldPlaced,
                customer_id=customer_id,
                owner_id=customer.owner_id,
                hold_id=_reference("hold_id", hold_id),
                reason=_reason(reason),
                by=by,
            )

        return self._change(customer_id, change, by)

    def release_hold(self, customer_id: str, hold_id: str, reason: str, *, by: By) -> Receipt:
        """Release a hold. Raises UnknownCustomer, CustomerErased, NoLegalHold, EmptyText, NotYours."""

        def change(customer: Customer) -> None:
            if hold_id not in customer.holds:
                raise NoLegalHold(customer_id=customer_id, hold_id=hold_id)
            customer.trigger_event(
                Customer.LegalHoldReleased,
                customer_id=customer_id,
                owner_id=customer.owner_id,
                hold_id=hold_id,
                reason=_reason(reason),
                by=by,
            )

        return self._change(customer_id, change, by)

    def restrict(
        self, customer_id: str, ground: ErasureGround, erase_on: date | None = None, *, by: By
    ) -> Receipt:
        """Stop all processing but storage; ``erase_on`` is when the data erases by itself.

        Raises UnknownCustomer, CustomerErased, ProcessingRestricted, NotYours.
        """

        def change(customer: Customer) -> None:
            if customer.restricted:
                raise ProcessingRestricted(customer_id=customer_id)
            customer.trigger_event(
                Customer.ProcessingRestricted,
                customer_id=customer_id,
                owner_id=customer.owner_id,
                ground=ground,
                erase_on=erase_on,
                by=by,
            )

        return self._change(customer_id, change, by)

    def resume(self, customer_id: str, reason: str, *, by: By) -> Receipt:
        """Let the data be used again. Raises NotRestricted, EmptyText, NotYours, CustomerErased."""

        def change(customer: Customer) -> None:
            if not customer.restricted:
                raise NotRestricted(customer_id=customer_id)
            customer.trigger_event(
                Customer.ProcessingResumed,
                customer_id=customer_id,
                owner_id=customer.owner_id,
                reason=_reason(reason),
                by=by,
            )

        return self._change(customer_id, change, by)

    def erase(
        self,
        customer_id: str,
        ground: ErasureGround,
        request_ref: str | None = None,
        *,
        by: By,
    ) -> Receipt:
        """Erase a customer for good: the event first, then the key; a repeat destroys it again.

        Raises UnknownCustomer, CustomerErased, OnLegalHold, RetentionRunning, NotYours, BadValue.
        """

        def change(customer: Customer) -> None:
            self._check_erasable(customer, by)
            reference = (request_ref or "").strip()
            customer.trigger_event(
                Customer.SubjectErased,
                customer_id=customer_id,
                owner_id=customer.owner_id,
                ground=ground,
                request_ref=_reference("request_ref", reference) if reference else None,
                by=by,
            )

        receipt = self._change(customer_id, change, by)
        self._recording.forget(customer_id)
        return receipt

    def destroy_key(self, customer_id: str) -> None:
        """Destroy the key of a customer who was erased, in case a crash came in between.

        Raises UnknownCustomer if there is none, or none that was erased.
        """
        customer = self._recording.find(Customer, customer_stream(customer_id))
        if customer is None or not customer.erased:
            raise UnknownCustomer(customer_id=customer_id)
        self._recording.forget(customer_id)

    def _check_erasable(self, customer: Customer, by: By) -> None:
        if customer.holds:
            raise OnLegalHold(customer_id=customer.customer_id, holds=sorted(customer.holds))
        until = customer.kept_until()
        if until is not None and until >= self._rules().day_of(by.recorded_at):
            raise RetentionRunning(customer_id=customer.customer_id, until=until)

    def _change(self, customer_id: str, change: Callable[[Customer], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            if by.role not in RESPONSIBLE:
                raise NotYours(what="privacy")
            customer = self._recording.find(Customer, customer_stream(customer_id))
            if customer is None:
                raise UnknownCustomer(customer_id=customer_id)
            customer.check_there()
            change(customer)
            return [customer]

        return self._recording.answer(by, decide)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise EmptyText(field="reason")
    if len(reason) > MAX_REASON:
        raise BadValue(field="reason", value=len(reason))
    return reason.strip()


def _reference(field: str, reference: str) -> str:
    if not REFERENCE.fullmatch(reference):
        raise BadValue(field=field, value=reference)
    return reference


def _later(day: date, months: int) -> date:
    """Return the same day so many months later; the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
