"""Customers (客户, 准客户): who owns them, and their sealed name and phone (R-34, R-83).

The name and the number are sealed under the customer's own key; beside them stand masks, made
here when they are written, and a blind index by which equal numbers can be found.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording, check_version
from domain.refusals import (
    AlreadyExists,
    BadValue,
    CustomerErased,
    EmptyText,
    NotYours,
    ProcessingRestricted,
    UnknownCustomer,
)
from domain.words import (
    ERASED_NAME,
    By,
    ContactSource,
    ErasureGround,
    PolicyTerm,
    Receipt,
    Role,
    is_full_name,
    mask_name,
    mask_phone,
    stream_id,
)

MAX_NAME = 40
PERSONAL = {"name": "customer_id", "phone": "customer_id"}


def customer_stream(customer_id: str) -> UUID:
    """Return the stream of a customer."""
    return stream_id("customer", customer_id)


class Customer(Aggregate):
    """A customer, their owner and how to reach them."""

    TOPIC = "customer"

    class Registered(Created):
        """An agent entered a customer."""

        TOPIC = "customer.registered.v1"
        SEALED: ClassVar[dict[str, str]] = PERSONAL
        customer_id: str
        owner_id: str
        name: str | None
        name_masked: str
        name_complete: bool
        phone: str | None
        phone_masked: str | None
        phone_index: str | None
        contact_source: ContactSource

    class ContactCorrected(Aggregate.Event):
        """The name or the number was put right."""

        TOPIC = "customer.contact_corrected.v1"
        SEALED: ClassVar[dict[str, str]] = PERSONAL
        customer_id: str
        owner_id: str
        name: str | None
        name_masked: str
        name_complete: bool
        phone: str | None
        phone_masked: str | None
        phone_index: str | None
        reason: str

    class CorrectionRequested(Aggregate.Event):
        """A callback found the number wrong; the agent is asked first, before anything else."""

        TOPIC = "customer.correction_requested.v1"
        customer_id: str
        owner_id: str
        callback_id: str
        problem: str

    class Reassigned(Aggregate.Event):
        """Another agent looks after the customer from now on."""

        TOPIC = "customer.reassigned.v1"
        customer_id: str
        from_owner_id: str
        owner_id: str
        cause: str

    class OptedOut(Aggregate.Event):
        """The customer does not want to be called, until a day or for good (禁拨名单)."""

        TOPIC = "customer.opted_out.v1"
        customer_id: str
        owner_id: str
        until: date | None

    class RetentionClockStarted(Aggregate.Event):
        """A contract began, or ended on ``ended_on``; the law wants its data kept that long."""

        TOPIC = "customer.retention_clock_started.v1"
        customer_id: str
        owner_id: str
        contract_id: str
        term: PolicyTerm
        ended_on: date | None
        keep_until: date | None  # None: the contract still runs

    class LegalHoldPlaced(Aggregate.Event):
        """A dispute or an inquiry: nothing of the customer may be erased (依法保全)."""

        TOPIC = "customer.legal_hold_placed.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "customer_id"}
        customer_id: str
        owner_id: str
        hold_id: str
        reason: str | None

    class LegalHoldReleased(Aggregate.Event):
        """The reason for the hold is gone."""

        TOPIC = "customer.legal_hold_released.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "customer_id"}
        customer_id: str
        owner_id: str
        hold_id: str
        reason: str | None

    class ProcessingRestricted(Aggregate.Event):
        """From now on the data is stored and nothing else (限制处理); erased from ``erase_on``."""

        TOPIC = "customer.processing_restricted.v1"
        customer_id: str
        owner_id: str
        ground: ErasureGround
        erase_on: date | None

    class ProcessingResumed(Aggregate.Event):
        """The data may be used again: the customer agreed anew, or it was a mistake."""

        TOPIC = "customer.processing_resumed.v1"
        SEALED: ClassVar[dict[str, str]] = {"reason": "customer_id"}
        customer_id: str
        owner_id: str
        reason: str | None

    class SubjectErased(Aggregate.Event):
        """The key that seals the customer's data is destroyed: nobody reads it any more (删除)."""

        TOPIC = "customer.subject_erased.v1"
        customer_id: str
        owner_id: str
        ground: ErasureGround
        request_ref: str | None  # the number of the written request; never a text

    @event(Registered)
    def __init__(
        self,
        customer_id: str,
        owner_id: str,
        name: str | None,
        phone: str | None,
        name_masked: str,
        phone_masked: str | None,
        contact_source: ContactSource,
    ) -> None:
        self.customer_id = customer_id
        self.owner_id = owner_id
        self.name = name
        self.phone = phone
        self.name_masked = name_masked
        self.phone_masked = phone_masked
        self.contact_source = contact_source
        self.correction_requested = False
        self.do_not_call_until: date | None = None
        self.holds: dict[str, str | None] = {}
        self.kept_for: dict[str, date | None] = {}
        self.restricted = False
        self.restriction_ground: ErasureGround | None = None
        self.erase_on: date | None = None
        self.erased = False

    @event(ContactCorrected)
    def _contact_corrected(
        self, name: str | None, phone: str | None, name_masked: str, phone_masked: str | None
    ) -> None:
        self.name, self.phone = name, phone
        self.name_masked, self.phone_masked = name_masked, phone_masked
        self.correction_requested = False

    @event(CorrectionRequested)
    def _correction_requested(self) -> None:
        self.correction_requested = True

    @event(Reassigned)
    def _reassigned(self, owner_id: str) -> None:
        self.owner_id = owner_id

    @event(OptedOut)
    def _opted_out(self, until: date | None) -> None:
        self.do_not_call_until = until or date.max

    @event(RetentionClockStarted)
    def _retention_clock_started(self, contract_id: str, keep_until: date | None) -> None:
        self.kept_for[contract_id] = keep_until

    @event(LegalHoldPlaced)
    def _legal_hold_placed(self, hold_id: str, reason: str | None) -> None:
        self.holds[hold_id] = reason

    @event(LegalHoldReleased)
    def _legal_hold_released(self, hold_id: str) -> None:
        del self.holds[hold_id]

    @event(ProcessingRestricted)
    def _processing_restricted(self, ground: ErasureGround, erase_on: date | None) -> None:
        self.restricted, self.restriction_ground, self.erase_on = True, ground, erase_on

    @event(ProcessingResumed)
    def _processing_resumed(self) -> None:
        self.restricted, self.restriction_ground, self.erase_on = False, None, None

    @event(SubjectErased)
    def _subject_erased(self) -> None:
        self.erased = True
        self.name, self.phone, self.phone_masked = None, None, None
        self.name_masked = ERASED_NAME

    @property
    def name_in_use(self) -> str | None:
        """The name for who works with the customer; None where it may only be stored."""
        return None if self.restricted else self.name

    @property
    def phone_in_use(self) -> str | None:
        """The number for who works with the customer; None where it may only be stored."""
        return None if self.restricted else self.phone

    def check_there(self) -> None:
        """Raise CustomerErased if nothing of the customer is left."""
        if self.erased:
            raise CustomerErased(customer_id=self.customer_id)

    def check_in_use(self) -> None:
        """Raise CustomerErased, or ProcessingRestricted where storing is all that is allowed."""
        self.check_there()
        if self.restricted:
            raise ProcessingRestricted(customer_id=self.customer_id)

    def kept_until(self) -> date | None:
        """Return the last day for which the law wants the data kept, None if it does not.

        ``date.max`` while a contract runs.
        """
        days = [day or date.max for day in self.kept_for.values()]
        return max(days, default=None)

    def may_be_called(self, day: date) -> bool:
        """Tell whether the customer may be called on that day."""
        if self.erased or self.restricted:
            return False
        return self.do_not_call_until is None or day > self.do_not_call_until


class Customers:
    """The commands about customers. ``index_phone`` gives the keyed blind index of a number."""

    def __init__(self, recording: Recording, index_phone: Callable[[str], str]) -> None:
        self._recording = recording
        self._index_phone = index_phone

    def find(self, customer_id: str) -> Customer | None:
        """Return the customer, or None."""
        return self._recording.find(Customer, customer_stream(customer_id))

    def owner_of(self, customer_id: str) -> str | None:
        """Return the agent who looks after the customer, or None if there is no such customer."""
        customer = self.find(customer_id)
        return customer.owner_id if customer else None

    def index_of(self, phone: str) -> str:
        """Return the blind index under which a number is looked for."""
        return self._index_phone(phone)

    def owner_in_use(self, customer_id: str) -> str | None:
        """Return the owner like ``owner_of``, for those who are about to use the customer's data.

        Raises CustomerErased, ProcessingRestricted.
        """
        customer = self.find(customer_id)
        if customer is None:
            return None
        customer.check_in_use()
        return customer.owner_id

    def may_be_called(self, customer_id: str, day: date) -> bool:
        """Tell whether a callback is allowed on that day (do-not-call list)."""
        customer = self.find(customer_id)
        return customer is not None and customer.may_be_called(day)

    def register(
        self,
        customer_id: str,
        owner_id: str,
        name: str,
        phone: str | None,
        contact_source: ContactSource,
        *,
        by: By,
    ) -> Receipt:
        """Enter a customer of one's own. Raises AlreadyExists, EmptyText, BadValue, NotYours."""

        def decide() -> list[Aggregate]:
            _own(owner_id, by)
            if self.find(customer_id):
                raise AlreadyExists(what="customer", id=customer_id)
            return [
                Customer._create(
                    Customer.Registered,
                    id=customer_stream(customer_id),
                    customer_id=customer_id,
                    owner_id=owner_id,
                    contact_source=contact_source,
                    by=by,
                    **self._contact(name, phone),
                )
            ]

        return self._recording.answer(by, decide)

    def correct_contact(
        self,
        customer_id: str,
        name: str,
        phone: str | None,
        reason: str,
        *,
        by: By,
        expected: int | None = None,
    ) -> Receipt:
        """Put name and number right. Raises UnknownCustomer, NotYours, EmptyText, Stale."""

        def change(customer: Customer) -> None:
            check_version(customer, expected)
            _own(customer.owner_id, by)
            customer.check_in_use()
            if not reason.strip():
                raise EmptyText(field="reason")
            customer.trigger_event(
                Customer.ContactCorrected,
                customer_id=customer_id,
                owner_id=customer.owner_id,
                reason=reason.strip(),
                by=by,
                **self._contact(name, phone),
            )

        return self._change(customer_id, change, by)

    def request_correction(
        self, customer_id: str, callback_id: str, problem: str, *, by: By
    ) -> Receipt:
        """Ask the owner to put the contact right. Raises UnknownCustomer."""

        def change(customer: Customer) -> None:
            customer.trigger_event(
                Customer.CorrectionRequested,
                customer_id=customer_id,
                owner_id=customer.owner_id,
                callback_id=callback_id,
                problem=problem,
                by=by,
            )

        return self._change(customer_id, change, by)

    def reassign(self, customer_id: str, owner_id: str, cause: str, *, by: By) -> Receipt:
        """Give the customer to another agent. Raises UnknownCustomer, BadValue, EmptyText."""

        def change(customer: Customer) -> None:
            if owner_id == customer.owner_id:
                raise BadValue(field="owner_id", value=owner_id)
            if not cause.strip():
                raise EmptyText(field="cause")
            customer.trigger_event(
                Customer.Reassigned,
                customer_id=customer_id,
                from_owner_id=customer.owner_id,
                owner_id=owner_id,
                cause=cause.strip(),
                by=by,
            )

        return self._change(customer_id, change, by)

    def opt_out(self, customer_id: str, until: date | None, *, by: By) -> Receipt:
        """Put the customer on the do-not-call list. Raises UnknownCustomer."""

        def change(customer: Customer) -> None:
            customer.trigger_event(
                Customer.OptedOut,
                customer_id=customer_id,
                owner_id=customer.owner_id,
                until=until,
                by=by,
            )

        return self._change(customer_id, change, by)

    def _contact(self, name: str, phone: str | None) -> dict[str, str | bool | None]:
        name, phone = name.strip(), (phone or "").strip() or None
        if not name:
            raise EmptyText(field="name")
        if len(name) > MAX_NAME:
            raise BadValue(field="name", value=len(name))
        return {
            "name": name,
            "name_masked": mask_name(name),
            "name_complete": is_full_name(name),
            "phone": phone,
            "phone_masked": mask_phone(phone) if phone else None,
            "phone_index": self._index_phone(phone) if phone else None,
        }

    def _change(self, customer_id: str, change: Callable[[Customer], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            customer = self.find(customer_id)
            if customer is None:
                raise UnknownCustomer(customer_id=customer_id)
            customer.check_there()
            change(customer)
            return [customer]

        return self._recording.answer(by, decide)


def _own(owner_id: str, by: By) -> None:
    if by.role is Role.AGENT and by.actor != owner_id:
        raise NotYours(what="customer")
