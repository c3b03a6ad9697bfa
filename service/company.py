"""Questions to several branches at once: each is asked for itself, the answers are put together here.

No statement spans two branches. One that does not answer in time is told as such and hides no
other; until it has answered, it is not asked again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

import structlog
from eventsourcing.persistence import PersistenceError
from sqlalchemy.exc import SQLAlchemyError

from domain.detection.company_rate import BranchRate, CompanyRate, company_rate
from projections.branch_board import BranchDay, branch_day
from service.branches import Branches, branches
from service.context import Context, shilu
from service.reading import morning_of
from service.sessions import reader

T = TypeVar("T")
PATIENCE = 2.0  # seconds for all branches together
AT_ONCE = 8  # branches asked at the same time
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a branch answered, None if it did not; ``seconds`` until then, or how long was waited."""

    branch: str
    title: str
    value: T | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Board:
    """All branches as they stand, the slowest that answered, and the company's fake rate."""

    answers: Sequence[Answer[BranchDay]]
    slowest: Answer[BranchDay] | None
    rate: CompanyRate

    def total(self, figure: str) -> int:
        """Return the sum of a figure over the branches that answered."""
        return sum(getattr(a.value, figure) for a in self.answers if a.value is not None)


def company() -> tuple[str, ...]:
    """Return the branches that the reader may see: at least the one they are in."""
    return reader().company or (shilu().branch,)


def board() -> Board:
    """Return how every branch of the reader stands this morning."""
    answers = ask(company(), _morning)
    there = [answer for answer in answers if answer.value is not None]
    rates = [_rate(answer.value) for answer in there if answer.value is not None]
    slowest = max(there, key=lambda answer: answer.seconds, default=None)
    return Board(answers, slowest, company_rate(rates))


def ask(names: Sequence[str], question: Callable[[Context], T]) -> list[Answer[T]]:
    """Ask branches the same, and return their answers in the order of the names."""
    known, began = branches(), time.monotonic()
    asked = [_inquiry(known, name, question) for name in names]
    wait([future for future in asked if future is not None], PATIENCE)
    waited = time.monotonic() - began
    return [
        _answer(name, known.title(name), future, waited)
        for name, future in zip(names, asked, strict=True)
    ]


def _answer(
    name: str, title: str, future: Future[tuple[T | None, float]] | None, waited: float
) -> Answer[T]:
    if future is None or not future.done():
        if future is not None and future.cancel():  # it had not begun: it owes nothing
            _owing.discard(name)
        return Answer(name, title, None, waited)
    value, seconds = future.result()
    return Answer(name, title, value, seconds)


class Owing:
    """The branches that were asked and have not answered in time. Thread-safe."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._lock = threading.Lock()

    def is_late(self, name: str) -> bool:
        """Tell whether a branch still owes an answer that nobody waits for any more."""
        since = self._since.get(name)
        return since is not None and time.monotonic() - since > PATIENCE

    def add(self, name: str) -> None:
        """Note that a branch is asked."""
        with self._lock:
            self._since.setdefault(name, time.monotonic())

    def discard(self, name: str) -> None:
        """Note that a branch owes nothing."""
        with self._lock:
            self._since.pop(name, None)


_owing = Owing()


def _inquiry(
    known: Branches, name: str, question: Callable[[Context], T]
) -> Future[tuple[T | None, float]] | None:
    """Begin to ask a branch; None while it owes an older answer: a thread still waits for that."""
    if _owing.is_late(name):
        return None

    def inquire() -> tuple[T | None, float]:
        began = time.monotonic()
        _owing.add(name)
        try:
            context = known.context(name)
            value = question(context) if context else None
        except (SQLAlchemyError, PersistenceError, OSError) as problem:
            log.warning("branch.silent", branch=name, problem=type(problem).__name__)
            value = None
        finally:
            _owing.discard(name)
        return value, time.monotonic() - began

    return _pool().submit(inquire)


@cache
def _pool() -> ThreadPoolExecutor:
    # at the first question, not when the app is made: threads do not outlive a fork
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="company")


def _morning(context: Context) -> BranchDay:
    day = morning_of(context.rules(), context.now())
    with context.views.connect() as connection:
        return branch_day(connection, day)


def _rate(day: BranchDay) -> BranchRate:
    rate = day.rate
    if rate is None:
        return BranchRate(0.0, 0.0, 1.0, day.visits, enough=False)
    return BranchRate(rate.rate, rate.low, rate.high, day.visits, rate.enough)
