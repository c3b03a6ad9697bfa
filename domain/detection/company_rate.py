"""How much of a company's logs is made up, from what its branches estimate each for itself.

The branches are weighted by their visits and independent of each other. The interval of the
weighted mean is put together from theirs by MOVER (method of variance estimates recovery; Zou and
Donner, Statistics in Medicine 27, 2008): it keeps their skew, which a normal interval would lose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

FEWEST_COVERED = 0.5  # of all visits: below, the branches with enough calls speak for too few


@dataclass(frozen=True, slots=True)
class BranchRate:
    """A branch's estimate (shares 0 to 1, 95 % interval) and how many visits it speaks for."""

    rate: float
    low: float
    high: float
    visits: int
    enough: bool


@dataclass(frozen=True, slots=True)
class CompanyRate:
    """The company's share of made-up visits; ``covered`` the share of visits that it rests on.

    ``enough`` is False where the branches with enough calls have less than half of the visits.
    """

    rate: float
    low: float
    high: float
    covered: float
    enough: bool


def company_rate(branches: Sequence[BranchRate]) -> CompanyRate:
    """Return the weighted mean of the branches that have enough calls, with its 95 % interval."""
    known = [one for one in branches if one.enough and one.visits > 0]
    visits = sum(one.visits for one in known)
    covered = visits / max(sum(one.visits for one in branches), 1)
    if not known or covered < FEWEST_COVERED:
        return CompanyRate(0.0, 0.0, 1.0, covered, enough=False)
    shares = [(one, one.visits / visits) for one in known]
    rate = sum(share * one.rate for one, share in shares)
    below = sqrt(sum((share * (one.rate - one.low)) ** 2 for one, share in shares))
    above = sqrt(sum((share * (one.high - one.rate)) ** 2 for one, share in shares))
    return CompanyRate(rate, max(rate - below, 0.0), min(rate + above, 1.0), covered, enough=True)
