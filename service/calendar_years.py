"""Which year has no published work calendar; until it has, it is reckoned as Monday to Friday."""

from __future__ import annotations

from service.access import Reader, Thing, may
from service.context import shilu

NEXT_YEAR_FROM = 12  # the month from which the next year's calendar is asked for


def missing_year(who: Reader | None = None) -> int | None:
    """Return the year whose calendar is needed and not published, None if none is.

    From December on that is the next year for who can publish it.
    """
    today, known = shilu().today(), shilu().rules().published_years
    if today.year not in known:
        return today.year
    asks = who is None or may(who, Thing.PEOPLE)
    if asks and today.month >= NEXT_YEAR_FROM and today.year + 1 not in known:
        return today.year + 1
    return None
