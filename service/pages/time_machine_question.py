"""What the address asks of the time machine: a team, one or two instants, a reading, a day.

The form sends its slider beside the exact instant; where the slider was moved, its day counts, to
its last moment. What the form sent becomes one clean address that carries everything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import request

from service.language import local
from service.reading import integer

PATH = "/time-machine"
RECORDED, OCCURRED, BOTH = "recorded", "occurred", "both"
READINGS = (RECORDED, OCCURRED, BOTH)
MILLISECOND = timedelta(milliseconds=1)
END_OF_DAY = time(23, 59, 59, 999_000)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; ``vs`` is another instant, ``day`` the day looked at if not that of ``at``."""

    team_id: str
    at: datetime
    vs: datetime | None
    reading: str
    day: date | None
    zone: str

    @property
    def looked_at(self) -> date:
        """The day looked at."""
        return self.day or local(self.at, self.zone).date()

    @property
    def sides(self) -> list[tuple[datetime, str]]:
        """The one or two states to show: instants with readings, the earlier first."""
        if self.reading == BOTH:
            return [(self.at, RECORDED), (self.at, OCCURRED)]
        return [(at, self.reading) for at in sorted({self.at, self.vs or self.at})]

    def address(self, path: str = PATH, **more: str) -> str:
        """Return the address that asks this."""
        query = {"team": self.team_id, "at": exact(self.at, self.zone)}
        if self.reading != RECORDED:
            query["reading"] = self.reading
        if self.vs is not None and self.reading != BOTH:
            query["vs"] = exact(self.vs, self.zone)
        if self.day is not None:
            query["day"] = self.day.isoformat()
        return f"{path}?{urlencode({**query, **more})}"

    def moved_to(self, day: date, now: datetime) -> Question:
        """Return the question at the end of a day, or now if it has not ended."""
        end = datetime.combine(day, END_OF_DAY, ZoneInfo(self.zone)).astimezone(UTC)
        return replace(self, at=min(end, now))


def asked(zone: str, now: datetime, team_id: str) -> tuple[Question, bool]:
    """Return what the address asks, ``now`` and ``team_id`` by default, and whether it is bad."""
    at, at_is_bad = _instant("at", zone)
    vs, vs_is_bad = _instant("vs", zone)
    reading = request.args.get("reading", "")
    return (
        Question(
            team_id=request.args.get("team", "") or team_id,
            at=at or now,
            vs=vs,
            reading=reading if reading in READINGS else RECORDED,
            day=_day(),
            zone=zone,
        ),
        at_is_bad or vs_is_bad,
    )


def slid_days() -> int | None:
    """Return by how many days the slider of the form was moved; None if no form was sent."""
    slider, stood = integer("slide"), integer("stood")
    return None if slider is None or stood is None else slider - stood


def exact(moment: datetime, zone: str) -> str:
    """Return an instant for an address: on the branch's wall clock, to the microsecond."""
    return local(moment, zone).replace(tzinfo=None).isoformat()


def typed(moment: datetime, zone: str) -> str:
    """Return an instant for a field, which holds milliseconds: rounded up, to lose no event."""
    over = timedelta(microseconds=moment.microsecond % 1000)
    whole = moment - over + MILLISECOND if over else moment
    return exact(whole, zone)[:23]


def _instant(name: str, zone: str) -> tuple[datetime | None, bool]:
    """Return the instant in the address (wall clock, or with an offset), and whether it is bad."""
    given = request.args.get(name, "").strip()
    if not given:
        return None, False
    try:
        moment = datetime.fromisoformat(given.replace(" ", "+") if "T" in given else given)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, True
    return (moment, False) if 2000 <= moment.year <= 2099 else (None, True)


def _day() -> date | None:
    """Return the day asked for, if it is one."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2099 else None
