"""What happens when the customer of a visit is called, by what the visit was.

The shares start from detection.md, section 3, and are spread over customers: a wary one denies and
refuses more, always; a mistyped number is wrong at every call.
"""

from random import Random

from shilu.simulation.diary import Happening
from shilu.simulation.kinds import Kind, Style
from shilu.simulation.people import Agent

Shares = dict[str, float]


def answer(agent: Agent, told: Happening, mistyped: bool, kind: Kind, rng: Random) -> str:
    """Return the outcome of a call about this visit."""
    if mistyped:
        return _drawn({"wrong_number": 0.8, "no_such_person": 0.09, "unreachable": 0.3}, rng)
    if not told.made_up:
        return _drawn(_true(told.customer.wary, kind), rng)
    if told.invented_person:
        return _drawn(_nobody(kind), rng)
    friend = agent.style is Style.COLLUDER and rng.random() < 0.6
    return _drawn(_friendly(kind) if friend else _not_visited(kind), rng)


def _true(wary: float, kind: Kind) -> Shares:
    return {
        "confirm": 0.60,
        "deny": kind.denial * wary,
        "no_such_person": 0.003,
        "unreachable": kind.unreachable,
        "refused": 0.018 * wary,
    }


def _not_visited(kind: Kind) -> Shares:
    """A real customer, who was not visited: some are polite, or mean an earlier day."""
    return {
        "confirm": 0.20,
        "deny": 0.40,
        "no_such_person": 0.01,
        "unreachable": kind.unreachable,
        "refused": 0.02,
    }


def _nobody(kind: Kind) -> Shares:
    """A number out of the head: out of use, a stranger's, or nobody answers."""
    return {
        "confirm": 0.02,
        "deny": 0.22,
        "wrong_number": 0.24,
        "no_such_person": 0.16,
        "unreachable": kind.unreachable,
        "refused": 0.02,
    }


def _friendly(kind: Kind) -> Shares:
    return {"confirm": 0.62, "unreachable": kind.unreachable, "refused": 0.02}


def _drawn(shares: Shares, rng: Random) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]
