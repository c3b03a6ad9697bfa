"""Days off and make-up days (调休) that a library knows, to fill a year's calendar in with.

The library is only asked for years that it has; the calendar in force is what the branch published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from chinese_calendar import constants


@dataclass(frozen=True, slots=True)
class Seed:
    """The days of a year on which the week is not as usual."""

    days_off: tuple[date, ...]
    make_up_days: tuple[date, ...]


def seed(year: int) -> Seed | None:
    """Return what the library knows of a year, None if it does not know the year.

    Weekends that are holidays anyway are left out: nobody works on them.
    """
    holidays = cast(Mapping[date, str], constants.holidays)
    if not any(day.year == year for day in holidays):
        return None
    off = _of_year(holidays, year)
    make_up = _of_year(cast(Mapping[date, str], constants.workdays), year)
    return Seed(tuple(day for day in off if day.weekday() < 5), make_up)


def _of_year(days: Iterable[date], year: int) -> tuple[date, ...]:
    return tuple(sorted(day for day in days if day.year == year))
