"""How a log contest ranks (竞赛评比, R-31): habit and proof, never raw counts.

Who logs more meetings gains nothing; who hands in in time, writes whole entries, is confirmed by
customers and gets better does. The measures are shares between 0 and 1, the weights are data. The
weights we start with and the care with few calls are this project's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

WEEKS = 4
TOP = 3
USUAL, CALLS_ASSUMED = (
    0.9,
    3,
)  # who has no calls counts as usual; a few calls move that only a little
UNCHANGED = 0.5  # of the measure of improvement


class Measure(StrEnum):
    """What is ranked."""

    ON_TIME = "on_time"
    COMPLETE = "complete"
    CONFIRMED = "confirmed"
    IMPROVED = "improved"


WEIGHTS: Mapping[Measure, int] = {
    Measure.ON_TIME: 30,
    Measure.COMPLETE: 30,
    Measure.CONFIRMED: 20,
    Measure.IMPROVED: 20,
}
"""Per cent; they sum up to 100."""


@dataclass(frozen=True, slots=True)
class Season:
    """An agent's days of a season: of ``due`` working days, how many were handed in and in time.

    ``whole`` of ``parts`` are summaries and meetings told in full; ``confirmed`` of ``asked``
    customers confirmed (a half for partly).
    """

    due: int = 0
    in_time: int = 0
    parts: int = 0
    whole: int = 0
    asked: int = 0
    confirmed: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """An agent's place; ``points`` of 100, ``measures`` in per cent. Equal points share a place."""

    agent_id: str
    place: int
    points: float
    measures: dict[Measure, int]


def measures(now: Season, before: Season | None) -> dict[Measure, float]:
    """Return an agent's measures, each from 0 to 1."""
    asked = now.asked + CALLS_ASSUMED
    return {
        Measure.ON_TIME: _share(now.in_time, now.due),
        Measure.COMPLETE: _share(now.whole, now.parts),
        Measure.CONFIRMED: (now.confirmed + USUAL * CALLS_ASSUMED) / asked,
        Measure.IMPROVED: _improved(now, before),
    }


def ranked(
    seasons: Mapping[str, tuple[Season, Season | None]], weights: Mapping[Measure, int]
) -> list[Standing]:
    """Return the standings, the best first; agents with equal points in the order of their ids."""
    told = {agent: measures(*both) for agent, both in seasons.items()}
    points = {agent: _points(found, weights) for agent, found in told.items()}
    order = sorted(points, key=lambda agent: (-points[agent], agent))
    return [
        Standing(
            agent,
            1 + sum(points[other] > points[agent] for other in order),
            points[agent],
            {measure: round(100 * value) for measure, value in told[agent].items()},
        )
        for agent in order
    ]


def podium(table: Sequence[Standing]) -> list[Standing]:
    """Return those who are shown: the best three, and never more than the better half.

    In a team of three a "top three" would be a public bottom.
    """
    last = min(TOP, max(1, len(table) // 2))
    return [one for one in table if one.place <= last]


def table_hash(standings: Sequence[Standing]) -> str:
    """Return the SHA-256 of a table, hexadecimal: whoever computes the same table gets the same."""
    rows = [
        [one.agent_id, one.place, one.points, {str(k): v for k, v in one.measures.items()}]
        for one in standings
    ]
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _points(found: Mapping[Measure, float], weights: Mapping[Measure, int]) -> float:
    return round(sum(weights.get(measure, 0) * value for measure, value in found.items()), 1)


def _improved(now: Season, before: Season | None) -> float:
    if before is None or not before.due:
        return UNCHANGED
    gain = (_habit(now) - _habit(before)) / 2
    return min(max(UNCHANGED + gain, 0.0), 1.0)


def _habit(season: Season) -> float:
    in_time = _share(season.in_time, season.due)
    return (in_time + _share(season.whole, season.parts)) / 2


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
