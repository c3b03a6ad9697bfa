"""When a human is asked (detection.md, section 3, the ladder): the first rungs, without an act.

An alert is put before a supervisor, who hears the agent first and decides; nothing follows by
itself. Teaching comes before suspicion: wrong data and clean calls lead to a filling lesson.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.detection.evidence import CONTRADICTIONS, Outcome, six_way
from domain.detection.records import Callback
from domain.detection.signals import BY_NAME
from domain.detection.suspicion import Suspicion

CLEAR_SURPRISE = 1.0  # a tenth of the colleagues or fewer show as much
CLEAR_WEIGHT = 1.0  # weaker signals are habits of honest people
DOUBTFUL = 0.01  # P(nobody makes visits up) above which the strict conditions hold
DATA_QUALITY = ("malformed_phones", "incomplete_names", "renamed_phones")


class Rung(StrEnum):
    """Where an agent stands; only `ALERT` is ever shown, and only as a question to a human."""

    NORMAL = "normal"
    WATCH = "watch"
    DATA_QUALITY = "data_quality"  # 不会: teach first
    ALERT = "alert"


class Missing(StrEnum):
    """An entry condition of an alert that is not met."""

    PROBABILITY = "probability"
    CONTRADICTIONS = "contradictions"
    LOG_SIGNAL = "log_signal"
    OPEN_CORRECTION = "open_correction"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The branch's thresholds (rulebook.thresholds_set); probabilities 0 to 1."""

    alert: float = 0.95
    watch: float = 0.30
    contradictions: int = 2
    watch_z: float = 2.0
    strict: float = 0.99  # where the branch may have nobody who makes visits up

    def line(self, doubt: float) -> float:
        """Return the alert line at this doubt that anybody here makes visits up."""
        return max(self.alert, self.strict) if doubt > DOUBTFUL else self.alert


def settled_outcomes(callbacks: Iterable[Callback]) -> dict[str, tuple[Outcome, str]]:
    """Return by visit what its calls came to, with the customer; two calls never count twice.

    A later answer replaces 'unreachable' or 'refused'. When answers to the same visit disagree
    (a denial and a confirmation by double call), the visit is contested and no evidence.
    """
    settled: dict[str, tuple[Outcome, str]] = {}
    contested: set[str] = set()
    for call in sorted(callbacks, key=lambda c: (c.day, c.callback_id)):
        outcome = six_way(call.outcome)
        if outcome is None:
            continue
        before = settled.get(call.visit_id)
        if before is None or before[0] in _SILENT:
            settled[call.visit_id] = (outcome, call.customer)
        elif outcome not in _SILENT and outcome != before[0]:
            contested.add(call.visit_id)
    return {visit: found for visit, found in settled.items() if visit not in contested}


def contradicted_customers(settled: Iterable[tuple[Outcome, str]]) -> int:
    """Return how many different customers deny a visit, or are nobody of that name."""
    return len({customer for outcome, customer in settled if outcome in CONTRADICTIONS})


def clear_signals(suspicion: Suspicion | None, least_z: float = 0.0) -> tuple[str, ...]:
    """Return the log signals, independent of calls, that stand out among colleagues.

    None does where the log as a whole stays below ``least_z``: of nine signals one is among the
    tenth that show it most with six of ten honest agents, so that one alone says nothing.
    """
    if suspicion is None or suspicion.z < least_z:
        return ()
    return tuple(
        found.name
        for found in suspicion.signals
        if found.surprise >= CLEAR_SURPRISE and BY_NAME[found.name].weight >= CLEAR_WEIGHT
    )


def missing_for_alert(
    posterior: float,
    contradictions: int,
    signals: tuple[str, ...],
    open_correction: bool,
    thresholds: Thresholds,
    doubt: float = 0.0,
) -> tuple[Missing, ...]:
    """Return the entry conditions of an alert that are not met; () means: ask a human.

    Where the log shows nothing clear, one more customer must contradict: a fabricator who hides
    every trace would otherwise never be asked. Where the branch may have no fabricator at all
    (``doubt``), the line is strict and one more customer must contradict, too.
    """
    wanted = thresholds.contradictions + (doubt > DOUBTFUL)
    by_calls_alone = contradictions > wanted
    met = {
        Missing.PROBABILITY: posterior >= thresholds.line(doubt),
        Missing.CONTRADICTIONS: contradictions >= wanted,
        Missing.LOG_SIGNAL: bool(signals) or by_calls_alone,
        Missing.OPEN_CORRECTION: not open_correction,
    }
    return tuple(condition for condition, holds in met.items() if not holds)


def rung(
    posterior: float,
    suspicion: Suspicion | None,
    outcomes: Iterable[Outcome],
    missing: tuple[Missing, ...],
    thresholds: Thresholds,
) -> Rung:
    """Return where the agent stands; poor data with mostly confirmed visits is 不会, not 不愿."""
    if not missing:
        return Rung.ALERT
    told = list(outcomes)
    confirmed = told.count(Outcome.CONFIRM)
    denied = sum(outcome in CONTRADICTIONS for outcome in told)
    found = () if suspicion is None else suspicion.signals
    poor = any(s.name in DATA_QUALITY and s.surprise >= CLEAR_SURPRISE for s in found)
    if (poor or told.count(Outcome.WRONG_NUMBER)) and confirmed > denied:
        return Rung.DATA_QUALITY
    z = suspicion.z if suspicion is not None else 0.0
    watched = posterior >= thresholds.watch or z >= thresholds.watch_z
    return Rung.WATCH if watched else Rung.NORMAL


_SILENT = frozenset({Outcome.UNREACHABLE, Outcome.REFUSED})
