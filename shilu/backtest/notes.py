"""How well free notes find their visits: precision and recall of `domain.detection.matching`.

Precision: of the notes that were matched without a human, how many went to the right visit.
Recall: of the notes about a visit on record, how many were matched, without a human, to the right
one. The right visit is the very one, or another to the same customer by the same agent no farther
from the noted day; how often it is the very visit is told beside it. Notes that belong to nothing count against the
precision when they are matched, and never in the recall.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.detection.matching import Known, Verdict, match
from shilu.backtest.statistics import Figure, share_of
from shilu.simulation.branch import simulate
from shilu.simulation.kinds import ORDINARY
from shilu.simulation.notes import Written, known_visits, written_notes

NOTES = 400  # a branch
HOURS_NOTED = (0.0, 1.0)  # the page's notes have no hour; ours may
PRECISION, RECALL = 0.995, 0.97
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """Counts over many notes. ``exact``: matched to the very visit; ``asked``: left to a human."""

    notes: int = 0
    about_a_visit: int = 0
    matched: int = 0
    right: int = 0
    exact: int = 0
    asked: int = 0

    def __add__(self, other: "Found") -> "Found":
        """Return both counts together."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.__slots__)
        return Found(*(one + two for one, two in pairs))


def note_lines(seeds: Sequence[int], progress: Progress) -> list[str]:
    """Return the lines of the report, over one ordinary branch a seed."""
    found = [Found() for _ in HOURS_NOTED]
    for done, seed in enumerate(seeds, start=1):
        teams = known_visits(simulate(ORDINARY, seed).visits)
        for i, hour_noted in enumerate(HOURS_NOTED):
            found[i] += matched_notes(teams, written_notes(teams, seed, NOTES, hour_noted))
        progress(done, len(seeds))
    return [*_lines("free notes", found[0]), *_lines("notes with the hour", found[1])]


def _lines(name: str, found: Found) -> list[str]:
    return [
        _line(f"{name}: precision", PRECISION, share_of(found.right, found.matched)),
        _line(f"{name}: recall", RECALL, share_of(found.right, found.about_a_visit)),
        _line(f"{name}: matched to the very visit", 0.0, share_of(found.exact, found.matched)),
        _line(f"{name}: left to a human", 0.0, share_of(found.asked, found.notes)),
    ]


def matched_notes(teams: Mapping[str, Sequence[Known]], notes: Sequence[Written]) -> Found:
    """Match every note among the visits of its team, and count."""
    return sum((_one(written, teams[written.team]) for written in notes), Found())


def _one(written: Written, visits: Sequence[Known]) -> Found:
    found, about = match(written.note, visits), written.about
    taken = next((v for v in visits if v.visit_id == found.visit_id), None)
    return Found(
        notes=1,
        about_a_visit=about is not None,
        matched=taken is not None,
        right=taken is not None and about is not None and _right(taken, written, visits),
        exact=taken is not None and about is not None and taken.visit_id == about.visit_id,
        asked=found.verdict is Verdict.AMBIGUOUS,
    )


def _right(taken: Known, written: Written, visits: Sequence[Known]) -> bool:
    """Tell whether this is the very visit, or one of the customer's nearest to the noted day."""
    about, note = written.about, written.note
    if about is None or (taken.agent_id, taken.customer) != (about.agent_id, about.customer):
        return False
    if taken.visit_id == about.visit_id:
        return True
    own = [v for v in visits if (v.agent_id, v.customer) == (about.agent_id, about.customer)]
    apart = [abs((v.day - note.day).days) for v in own if v.day <= (note.called_on or v.day)]
    return abs((taken.day - note.day).days) == min(apart)


def _line(name: str, wanted: float, figure: Figure) -> str:
    found = f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
    met = ("met" if figure.value >= wanted else "MISSED") if wanted else ""
    sign = f"≥ {wanted:<6g}" if wanted else " " * 8
    return f"{name:<44} {'ordinary, 8 weeks':<24} {sign} {found:<26} {met}".rstrip()
