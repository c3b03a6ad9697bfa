"""What detection is told: plain facts, without names of tables, events or files.

Times are naive and local to the branch, as people read them; days are local calendar days.
"""

from dataclasses import dataclass
from datetime import date, datetime

from domain.words import ActivityKind, CallbackDesign, CallbackOutcome


@dataclass(frozen=True, slots=True)
class Visit:
    """One logged visit.

    ``customer`` is any stable key of the customer (an id, or the phone where there is no id).
    ``name`` and ``phone`` may be opaque (masked, or a blind index) or None; they are only compared.
    ``remark`` is None when the text is sealed or erased. ``recorded_at`` is the server's time.
    """

    visit_id: str
    agent_id: str
    team_id: str
    day: date
    start: datetime
    minutes: int | None
    kind: ActivityKind
    customer: str
    recorded_at: datetime
    name: str | None = None
    name_complete: bool | None = None
    phone: str | None = None
    phone_complete: bool | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """What became of one call (回访) about one visit.

    ``probability`` is the chance with which the visit was drawn; None when it was chosen by hand,
    which keeps the call as evidence but out of every estimate of a rate.
    """

    callback_id: str
    visit_id: str
    agent_id: str
    customer: str
    day: date
    outcome: CallbackOutcome
    design: CallbackDesign = CallbackDesign.RANDOM
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """A day on which the agent was not at work."""

    agent_id: str
    day: date


@dataclass(frozen=True, slots=True)
class Sale:
    """Policies signed on a day."""

    agent_id: str
    day: date
    policies: int


@dataclass(frozen=True, slots=True)
class BranchRecords:
    """Everything that detection may know of a branch at one moment.

    ``agents`` is the roster. ``open_corrections`` names the agents with a correction request
    (wrong number, incomplete name) that waits for their answer.
    """

    agents: tuple[str, ...]
    visits: tuple[Visit, ...]
    callbacks: tuple[Callback, ...] = ()
    absences: tuple[Absence, ...] = ()
    sales: tuple[Sale, ...] = ()
    open_corrections: frozenset[str] = frozenset()
