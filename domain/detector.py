"""Which weights detection judges people with, and the backtest behind each change (R-33).

One stream a branch. A backtest replays the branch's past weeks as if live and is put on record with
the weights that the branch's own verified calls speak for; only then may these be switched on, and
only a line that was backtested may become the branch's threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import AlreadyExists, EmptyText, NotYours, UnknownBacktest
from domain.words import By, Receipt, Role, stream_id

DETECTOR_STREAM = stream_id("detector")
PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class BacktestWeek:
    """The end of one replayed week: calls until then, and how many agents each line would alert."""

    day: date
    calls: int
    alerts: dict[str, int]  # by alert line, as "0.95"


@dataclass(frozen=True, slots=True)
class Backtest:
    """A replay of the branch's past, and the weights fitted on its verified calls."""

    backtest_id: str
    agents: int
    visits: int
    calls: int
    lines: tuple[str, ...]
    weeks: tuple[BacktestWeek, ...]
    base: float
    slope: float
    weights_version: str
    model_version: str


@dataclass(frozen=True, slots=True)
class DetectorWeights:
    """The weights in force; see `domain.detection.evidence.Weights`."""

    base: float
    slope: float
    version: str


class Detector(Aggregate):
    """The branch's backtests and the weights in force."""

    TOPIC = "detector"

    class Opened(Created):
        """The branch's first backtest is about to come."""

        TOPIC = "detector.opened.v1"

    class Backtested(Aggregate.Event):
        """The past was replayed as if live."""

        TOPIC = "detector.backtested.v1"
        backtest_id: str
        agents: int
        visits: int
        calls: int
        lines: tuple[str, ...]
        weeks: tuple[BacktestWeek, ...]
        base: float
        slope: float
        weights_version: str
        model_version: str

    class SwitchedOn(Aggregate.Event):
        """From now on people are judged with the weights of this backtest."""

        TOPIC = "detector.switched_on.v1"
        backtest_id: str
        base: float
        slope: float
        weights_version: str
        reason: str

    @event(Opened)
    def __init__(self) -> None:
        self.backtests: dict[str, DetectorWeights] = {}
        self.lines: set[str] = set()
        self.weights: DetectorWeights | None = None

    @event(Backtested)
    def _backtested(
        self,
        backtest_id: str,
        lines: tuple[str, ...],
        base: float,
        slope: float,
        weights_version: str,
    ) -> None:
        self.backtests[backtest_id] = DetectorWeights(base, slope, weights_version)
        self.lines |= set(lines)

    @event(SwitchedOn)
    def _switched_on(self, base: float, slope: float, weights_version: str) -> None:
        self.weights = DetectorWeights(base, slope, weights_version)


class Detectors:
    """The commands about backtests and weights."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self) -> Detector | None:
        """Return the branch's backtests, or None before the first."""
        return self._recording.find(Detector, DETECTOR_STREAM)

    def weights(self) -> DetectorWeights | None:
        """Return the weights in force, None for the published ones."""
        detector = self.find()
        return detector.weights if detector else None

    def was_backtested(self, line: float) -> bool:
        """Tell whether an alert line was looked at in a backtest on record."""
        detector = self.find()
        return detector is not None and f"{line:g}" in detector.lines

    def record_backtest(self, backtest: Backtest, *, by: By) -> Receipt:
        """Put a backtest on record. Raises AlreadyExists."""

        def decide() -> list[Aggregate]:
            detector = self.find()
            if detector is None:
                detector = Detector._create(Detector.Opened, id=DETECTOR_STREAM, by=by)
            if backtest.backtest_id in detector.backtests:
                raise AlreadyExists(what="backtest", id=backtest.backtest_id)
            detector.trigger_event(
                Detector.Backtested,
                **{name: getattr(backtest, name) for name in Backtest.__slots__},
                by=by,
            )
            return [detector]

        return self._recording.answer(by, decide)

    def switch_on(self, backtest_id: str, reason: str, *, by: By) -> Receipt:
        """Judge with the weights of a backtest from now on. Raises UnknownBacktest, NotYours."""

        def decide() -> list[Aggregate]:
            if by.role is not Role.ADMINISTRATOR:
                raise NotYours(what="detector")
            detector = self.find()
            if detector is None or backtest_id not in detector.backtests:
                raise UnknownBacktest(backtest_id=backtest_id)
            if not reason.strip():
                raise EmptyText(field="reason")
            weights = detector.backtests[backtest_id]
            detector.trigger_event(
                Detector.SwitchedOn,
                backtest_id=backtest_id,
                base=weights.base,
                slope=weights.slope,
                weights_version=weights.version,
                reason=reason.strip(),
                by=by,
            )
            return [detector]

        return self._recording.answer(by, decide)
