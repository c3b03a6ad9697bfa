"""Small statistics with their 95 % intervals, so that no figure stands bare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

Z95 = 1.959964
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its 95 % interval and the number of cases it rests on."""

    value: float
    low: float
    high: float
    cases: int


def mean_of(values: Sequence[float]) -> Figure:
    """Return the mean over branches with a bootstrap interval (percentile, seeded)."""
    kept = np.array([v for v in values if v == v], dtype=np.float64)
    if not len(kept):
        return Figure(float("nan"), float("nan"), float("nan"), 0)
    rng = np.random.Generator(np.random.PCG64(531))
    means = kept[rng.integers(0, len(kept), (RESAMPLES, len(kept)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Figure(float(kept.mean()), float(low), float(high), len(kept))


def root_mean_square(values: Sequence[float]) -> Figure:
    """Return the root of the mean square, with the interval of the mean square."""
    squared = mean_of([value * value for value in values])
    return Figure(
        sqrt(squared.value), sqrt(max(squared.low, 0.0)), sqrt(squared.high), squared.cases
    )


def share_of(found: int, cases: int, per: float = 1.0) -> Figure:
    """Return found / cases x ``per`` with Wilson's interval, which is right near 0 too."""
    if not cases:
        return Figure(float("nan"), 0.0, per, 0)
    p, z2 = found / cases, Z95**2
    middle = (p + z2 / (2 * cases)) / (1 + z2 / cases)
    half = Z95 / (1 + z2 / cases) * sqrt(p * (1 - p) / cases + z2 / (4 * cases**2))
    low = 0.0 if not found else middle - half
    return Figure(per * p, per * low, per * min(1.0, middle + half), cases)


def area_under_curve(scores: Mapping[str, float], guilty: Mapping[str, bool]) -> float:
    """Return the chance that a guilty one scores above an innocent one; ties count half."""
    bad = np.array([score for one, score in scores.items() if guilty[one]])
    good = np.sort([score for one, score in scores.items() if not guilty[one]])
    if not len(bad) or not len(good):
        return float("nan")
    below = np.searchsorted(good, bad, "left") + np.searchsorted(good, bad, "right")
    return float(below.mean()) / (2 * len(good))


def precision_at(
    scores: Mapping[str, float], guilty: Mapping[str, bool], share: float = 0.01
) -> float:
    """Return how many of the highest ``share`` of scores are guilty."""
    top = sorted(scores, key=lambda one: (-scores[one], one))[: max(1, round(share * len(scores)))]
    return sum(guilty[one] for one in top) / len(top)


def calls_until(found: Sequence[float], share: float = 0.5) -> float:
    """Return when ``share`` of all were found; ``inf`` where it never came to that."""
    if not found:
        return float("nan")
    at = sorted(found)[max(0, int(np.ceil(share * len(found))) - 1)]
    return float(at) if at < inf else inf
