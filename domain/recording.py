"""How a command becomes a receipt: look whether it came before, decide, append, look again.

One place for the three ways in which an append can fail (event-store.md, finding 8): somebody
else changed the stream (decide again), the command is on record already (give the first
answer), or it is a true conflict (raise).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate as LibraryAggregate
from eventsourcing.persistence import IntegrityError

from domain.free_text import refuse_numbers_in
from domain.refusals import Refusal, Stale
from domain.words import By, Receipt

if TYPE_CHECKING:
    from eventsourcing.persistence import Recording as LibraryRecording

MAX_ATTEMPTS = 20
MOST_KEPT = 2000  # aggregates of `look`: the rulebook, and the people of a large branch


class Aggregate(LibraryAggregate):
    """The root of all our aggregates: every event carries who, when and by which command."""

    class Event(LibraryAggregate.Event):
        """Something that happened; ``by`` says who, when and by which command.

        ``SEALED`` names each personal field and the field that holds the person whose key
        seals it. The store seals; the domain sees clear values, or None after an erasure.
        """

        SEALED: ClassVar[dict[str, str]] = {}
        by: By

    @classmethod
    def _create(cls, event_class: Any, *, id: UUID | None = None, **kwargs: Any) -> Any:  # noqa: A002
        kwargs.setdefault("timestamp", kwargs["by"].recorded_at)
        return super()._create(event_class, id=id, **kwargs)

    read_only = False
    """Set on what `Recording.look` keeps."""

    def trigger_event(self, event_class: Any, **kwargs: Any) -> None:
        """Append an event to the pending ones; its library timestamp is the recorded instant.

        Raises TypeError on an aggregate that was only to be read.
        """
        if self.read_only:
            raise TypeError(f"{type(self).__name__} came from look(): find() it to change it")
        kwargs.setdefault("timestamp", kwargs["by"].recorded_at)
        super().trigger_event(event_class, **kwargs)


# The library gives every subclass a "Created" of its own and then asks for its topic.
if "Created" in vars(Aggregate):
    delattr(Aggregate, "Created")


class Created(Aggregate.Event, LibraryAggregate.Created):
    """The first event of a stream."""


A = TypeVar("A", bound=Aggregate)
Decision = Callable[[], Sequence[Aggregate]]


class Batch:
    """Decisions on their way into the log, in the order in which they were made.

    Keeps every aggregate that it met, so that a long import loads each of them once.
    """

    def __init__(self, application: Application[UUID]) -> None:
        self._application = application
        self._pending: list[Any] = []
        self.aggregates: dict[UUID, Any] = {}

    def take(self, aggregates: Sequence[Aggregate]) -> None:
        """Take the new events of these aggregates, behind those taken before."""
        for aggregate in aggregates:
            self.aggregates[aggregate.id] = aggregate
            self._pending.extend(aggregate.collect_events())

    def subjects(self) -> set[str]:
        """Return the people whose data is sealed in what was taken since the last time.

        A store may want their keys at once rather than one by one.
        """
        return {
            getattr(event, subject)
            for event in self._pending
            for field, subject in event.SEALED.items()
            if getattr(event, field) is not None
        }

    def flush(self) -> int:
        """Append what was taken since the last time, all or nothing; return how many events."""
        events, self._pending = self._pending, []
        if events:
            self._application.save(*events)
        return len(events)

    def drop(self) -> int:
        """Forget what was taken since the last time (a dry run); return how many events."""
        events, self._pending = self._pending, []
        return len(events)


class Recording:
    """Loads aggregates, appends what was decided and answers with receipts."""

    def __init__(self, application: Application[UUID]) -> None:
        self._application = application
        self._answers: dict[UUID, Receipt] = {}  # for recorders that keep no command ids
        self._batch: Batch | None = None
        self._kept: dict[UUID, Any] = {}  # of `look`
        self.told: Callable[[Receipt], None] = _nobody
        """Is told every answer, the first and the repeated ones: who answers may sign for it."""

    def find(self, kind: type[A], stream_id: UUID) -> A | None:
        """Return the aggregate of this stream, or None if there is none of this kind."""
        found: Any = self._batch.aggregates.get(stream_id) if self._batch else None
        if found is None:
            try:
                found = self._application.repository.get(stream_id, projector_func=_projected)
            except AggregateNotFoundError:
                return None
            if self._batch:
                self._batch.aggregates[stream_id] = found
        return found if isinstance(found, kind) else None

    def look(self, kind: type[A], stream_id: UUID) -> A | None:
        """Return the aggregate like `find`, for those who only read it: nobody may change it.

        It is kept, and each time brought up to what is on record by now: what every command asks
        (the rules, who somebody is) hardly ever changes. Only for kinds that seal nothing, since
        what is kept would outlive an erasure.
        """
        kept = self._kept.get(stream_id)
        if kept is None or self._batch:
            kept = self.find(kind, stream_id)
        else:
            events = list(self._application.events.get(stream_id, gt=kept.version))
            if not events:
                return kept if isinstance(kept, kind) else None
            kept = _projected(deepcopy(kept), events)  # others may be reading the old one
        if kept is not None and not self._batch:
            self._keep(stream_id, kept)
        return kept if isinstance(kept, kind) else None

    def _keep(self, stream_id: UUID, aggregate: Any) -> None:
        aggregate.read_only = True
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[stream_id] = aggregate

    def answer(self, by: By, decide: Decision) -> Receipt:
        """Return the receipt of the command, deciding and appending unless it came before.

        ``decide`` loads, checks and returns the changed aggregates; it may run several times.
        Raises the refusals of ``decide``, HoldsNumbers, and IntegrityError when the streams stay contended.
        """
        if self._batch is not None:
            return self._collect(self._batch, decide())
        receipt = self._answered(by, decide)
        self.told(receipt)
        return receipt

    def _answered(self, by: By, decide: Decision) -> Receipt:
        earlier = self.receipt_of(by.command_id)
        if earlier is not None:
            return earlier
        for attempt in range(MAX_ATTEMPTS):
            try:
                return self._append(by, decide())
            except (IntegrityError, Refusal) as problem:
                # The same command may have come in twice at once; the other one was first, and
                # what it did may be the very reason why this one is refused.
                earlier = self.receipt_of(by.command_id)
                if earlier is not None:
                    return earlier
                if isinstance(problem, Refusal) or attempt == MAX_ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def forget(self, subject: str) -> None:
        """Let nobody ever open what is sealed under this person's key, where a store seals."""
        vault = getattr(self._application.mapper, "vault", None)
        if vault is not None:
            vault.destroy(subject)

    def receipt_of(self, command_id: UUID) -> Receipt | None:
        """Return the first answer to this command, marked as repeated, or None."""
        lookup = getattr(self._application.recorder, "receipt_of", None)
        if lookup is None:
            return self._answers.get(command_id)
        found = lookup(command_id)
        if found is None:
            return None
        position, stream, version = found
        return Receipt(position, stream, version, repeated=True)

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Collect the decisions made inside and append them when it ends well.

        For imports: the caller makes sure that no command in it came before, and may ``flush``
        the batch now and then. An error drops what was not yet flushed.
        """
        self._batch = batch = Batch(self._application)
        try:
            yield batch
            batch.flush()
        finally:
            self._batch = None

    def _collect(self, batch: Batch, aggregates: Sequence[Aggregate]) -> Receipt:
        batch.take(aggregates)
        last = aggregates[-1] if aggregates else None
        return Receipt(0, last.id, last.version) if last else Receipt(0, UUID(int=0), 0)

    def _append(self, by: By, aggregates: Sequence[Aggregate]) -> Receipt:
        pending = (event for aggregate in aggregates for event in aggregate.pending_events)
        refuse_numbers_in(pending, meant=by.numbers_meant)
        recordings = self._application.save(*aggregates)
        if not recordings:
            return Receipt(0, UUID(int=0), 0)
        receipt = _receipt(recordings[-1])
        if not hasattr(self._application.recorder, "receipt_of"):
            self._answers[by.command_id] = replace(receipt, repeated=True)
        return receipt


def _projected(aggregate: Any, events: Iterable[Any]) -> Any:
    """Apply events in turn: the library asks each one whether it can, which takes as long again."""
    for event in events:
        aggregate = event.mutate(aggregate)
    return aggregate


def _nobody(_receipt: Receipt) -> None:
    """Nobody wants to know."""


def _receipt(recording: LibraryRecording[UUID]) -> Receipt:
    event = recording.domain_event
    return Receipt(recording.notification.id, event.originator_id, event.originator_version)


def check_version(aggregate: Aggregate, expected: int | None) -> None:
    """Raise Stale if the stream has moved on since the reader saw ``expected``."""
    if expected is not None and aggregate.version != expected:
        raise Stale(expected, aggregate.version)
