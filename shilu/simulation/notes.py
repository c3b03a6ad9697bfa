"""Notes of callbacks as people write them down, with what each is about.

The slips are those of detection.md, section 2, each by itself: 12 % one wrong digit, 5 % two
neighbours swapped, 25 % a character of the same sound, 20 % the surname only, 25 % a day off by
one; 10 % belong to nothing on record. Half of the latter are about strangers, half about a customer
of the team on a day a week or more from any visit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from domain.detection.agreement import readings
from domain.detection.matching import Known, Note
from shilu.simulation.people import new_customer

WRONG_DIGIT, SWAPPED = 0.12, 0.05
HOMOPHONE, SURNAME_ONLY = 0.25, 0.20
DAY_OFF, NOTHING = 0.25, 0.10
AWAY = timedelta(days=7)  # from every visit to the customer: nothing on record
CALLED_WITHIN = 3  # days after the visit
COMMON = tuple(  # the 3,755 everyday characters
    bytes((high, low)).decode("gb2312")
    for high in range(0xB0, 0xD8)
    for low in range(0xA1, 0xFF)
    if (high, low) < (0xD7, 0xFA)
)


@dataclass(frozen=True, slots=True)
class Written:
    """A note, the visits of the team whose supervisor wrote it, and the one it is about if any."""

    note: Note
    team: str
    about: Known | None


def known_visits(rows: Iterable[Mapping[str, object]]) -> dict[str, list[Known]]:
    """Return the visits of rows of `visits.jsonl` by team."""
    teams: dict[str, list[Known]] = defaultdict(list)
    for row in rows:
        visit = Known(
            visit_id=str(row["visit_id"]),
            agent_id=str(row["agent_id"]),
            day=date.fromisoformat(str(row["date"])),
            name=str(row["customer_name"] or ""),
            phone=str(row["customer_phone"] or "") or None,
            hour=datetime.fromisoformat(str(row["start"])).hour,
            customer=str(row["customer_phone"] or row["customer_name"] or row["visit_id"]),
        )
        teams[str(row["supervisor_id"])].append(visit)
    return dict(teams)


def written_notes(
    teams: Mapping[str, Sequence[Known]], seed: int, count: int, hour_noted: float
) -> list[Written]:
    """Return ``count`` notes about visits of these teams; the same seed gives the same notes."""
    rng = Random(f"notes/{seed}")
    days = {team: _days_by_customer(visits) for team, visits in teams.items()}
    found = []
    for _ in range(count):
        team = rng.choice(sorted(teams))
        visit = rng.choice(teams[team])
        if rng.random() < NOTHING:
            found.append(Written(_about_nothing(visit, days[team], rng), team, None))
        else:
            found.append(Written(_about(visit, hour_noted, rng), team, visit))
    return found


def _days_by_customer(visits: Iterable[Known]) -> dict[str, set[date]]:
    days: dict[str, set[date]] = defaultdict(set)
    for visit in visits:
        days[visit.customer].add(visit.day)
    return days


def _about_nothing(visit: Known, days: Mapping[str, set[date]], rng: Random) -> Note:
    if rng.random() < 0.5:
        stranger = new_customer(rng)
        return _about(replace(visit, name=stranger.name, phone=stranger.phone), 0.0, rng)
    visited = days[visit.customer]
    away = visit.day + AWAY
    while any(abs(away - day) < AWAY for day in visited):
        away += timedelta(days=1)
    return _about(replace(visit, day=away), 0.0, rng)


def _about(visit: Known, hour_noted: float, rng: Random) -> Note:
    off = rng.choice((-1, 1)) if rng.random() < DAY_OFF else 0
    return Note(
        day=visit.day + timedelta(days=off),
        name=_name(visit.name, rng),
        phone=_phone(visit.phone, rng),
        hour=visit.hour if rng.random() < hour_noted else None,
        called_on=visit.day + timedelta(days=rng.randint(0, CALLED_WITHIN)),
    )


def _phone(phone: str | None, rng: Random) -> str | None:
    if not phone:
        return None
    if rng.random() < WRONG_DIGIT:
        at = rng.randrange(len(phone))
        phone = (
            phone[:at] + rng.choice([d for d in "0123456789" if d != phone[at]]) + phone[at + 1 :]
        )
    if rng.random() < SWAPPED:
        at = rng.randrange(len(phone) - 1)
        phone = phone[:at] + phone[at + 1] + phone[at] + phone[at + 2 :]
    return phone


def _name(name: str, rng: Random) -> str | None:
    if not name:
        return None
    if rng.random() < HOMOPHONE:
        at = rng.randrange(len(name))
        name = name[:at] + rng.choice(_same_sound(name[at])) + name[at + 1 :]
    return name[0] + rng.choice(("先生", "女士", "")) if rng.random() < SURNAME_ONLY else name


@cache
def _same_sound(character: str) -> tuple[str, ...]:
    """Return the everyday characters that may be read alike, itself only where there is no other."""
    alike = readings(character)
    others = (c for reading in sorted(alike) for c in _by_sound()[reading] if c != character)
    return tuple(dict.fromkeys(others)) or (character,)


@cache
def _by_sound() -> Mapping[str, tuple[str, ...]]:
    sounds: dict[str, list[str]] = defaultdict(list)
    for character in COMMON:
        for reading in readings(character):
            sounds[reading].append(character)
    return defaultdict(tuple, {sound: tuple(found) for sound, found in sounds.items()})
