"""Whether the callbacks of a supervisor look made, too (detection.md; language.md, last lines).

No denials in a hundred calls, calls of seconds, always the same friendly customers: each has an
innocent reason, and the upper supervisor only gets a question to ask. Nothing is scored.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import comb

from domain.words import CONTRADICTIONS, CallbackOutcome

ENOUGH_CALLS = 20
RARE = 0.01  # one in a hundred honest callers would have as few contradictions
SHORT = 30  # seconds between the prepared sheet and the answer
MANY_SHORT = 0.5
SAME = 3  # calls to one customer
MANY_SAME = 0.3
SPOKEN = frozenset({CallbackOutcome.CONFIRMED, CallbackOutcome.PARTLY, *CONTRADICTIONS})


@dataclass(frozen=True, slots=True)
class MadeCall:
    """One call that a supervisor says they made; ``seconds`` from the sheet to the answer."""

    caller_id: str
    customer_id: str
    agent_id: str
    outcome: CallbackOutcome
    seconds: float | None
    drawn: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask a caller: its name, ``count`` of ``total``."""

    name: str
    count: int
    total: int


def questions(calls: Iterable[MadeCall], usual: float) -> list[Question]:
    """Return what to ask one caller. ``usual`` is the branch's share of contradictions, 0 to 1."""
    made = list(calls)
    if len(made) < ENOUGH_CALLS:
        return []
    found = [
        _no_denials(made, usual),
        _seconds_long(made),
        _same_customers(made),
        _own_choice(made),
    ]
    return [question for question in found if question is not None]


def usual_share(calls: Iterable[MadeCall]) -> float:
    """Return the share of contradictions among the calls in which the customer spoke."""
    spoken = [call.outcome in CONTRADICTIONS for call in calls if call.outcome in SPOKEN]
    return (sum(spoken) + 0.5) / (len(spoken) + 10.0)


def at_most(count: int, total: int, share: float) -> float:
    """Return P(X <= count) of a binomial with ``total`` draws."""
    return sum(comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(count + 1))


def _no_denials(made: list[MadeCall], usual: float) -> Question | None:
    spoken = [call for call in made if call.outcome in SPOKEN]
    against = sum(call.outcome in CONTRADICTIONS for call in spoken)
    few = at_most(against, len(spoken), usual) < RARE
    return Question("no_denials", against, len(spoken)) if few else None


def _seconds_long(made: list[MadeCall]) -> Question | None:
    timed = [c for c in made if c.outcome in SPOKEN and c.seconds is not None]
    short = sum(c.seconds < SHORT for c in timed if c.seconds is not None)
    many = len(timed) >= ENOUGH_CALLS and short >= MANY_SHORT * len(timed)
    return Question("seconds_long", short, len(timed)) if many else None


def _same_customers(made: list[MadeCall]) -> Question | None:
    often = Counter(call.customer_id for call in made)
    same = sum(n for n in often.values() if n >= SAME)
    return Question("same_customers", same, len(made)) if same >= MANY_SAME * len(made) else None


def _own_choice(made: list[MadeCall]) -> Question | None:
    chosen = sum(not call.drawn for call in made)
    return Question("own_choice", chosen, len(made)) if chosen == len(made) else None
