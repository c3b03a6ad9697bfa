"""Whom to call next: one visit drawn with known probabilities (detection.md, section 3).

p_i = eps / N + (1 - eps) w_i / sum w, w_i = u_a^2 r_i / (sum of r over the agent's visits in the
frame), with u_a = P(agent fabricates) and r_i the visit's own risk. Because every p_i is known and
positive, the fake rate can still be estimated without bias.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# eps. The page starts from 0.3; on simulated branches 0.2 found a tenth more fabricators with no
# false alert more, and left the fake rate as exact. `draw` takes another one.
RANDOM_SHARE = 0.2
SPENT = 0.02  # u of an agent with an open case: no more calls are spent


@dataclass(frozen=True, slots=True)
class Candidate:
    """One visit of the frame: ``suspicion`` = u of its agent (0 to 1), ``risk`` = r > 0."""

    visit_id: str
    agent_id: str
    suspicion: float
    risk: float


@dataclass(frozen=True, slots=True)
class Draw:
    """The visit drawn, and what an auditor needs to draw it again."""

    visit_id: str
    probability: float
    frame_size: int
    random_share: float
    frame_sha256: str
    seed: int


def probabilities(frame: Sequence[Candidate], eps: float = RANDOM_SHARE) -> list[float]:
    """Return p_i of every candidate; they add up to 1. The frame must not be empty."""
    of_agent: dict[str, float] = defaultdict(float)
    for one in frame:
        of_agent[one.agent_id] += one.risk
    weights = [one.suspicion**2 * one.risk / of_agent[one.agent_id] for one in frame]
    total = sum(weights)
    if total <= 0.0:
        return [1.0 / len(frame)] * len(frame)
    return [eps / len(frame) + (1.0 - eps) * weight / total for weight in weights]


def draw(frame: Sequence[Candidate], seed: int, eps: float = RANDOM_SHARE) -> Draw | None:
    """Draw one visit from the frame; the same frame and seed give the same draw. None if empty."""
    if not frame:
        return None
    ordered = sorted(frame, key=lambda one: one.visit_id)
    chances = probabilities(ordered, eps)
    uniform = float(np.random.Generator(np.random.PCG64(seed)).random())
    steps = np.cumsum(chances)
    at = min(int(np.searchsorted(steps, uniform * steps[-1], side="right")), len(ordered) - 1)
    listed = "\n".join(one.visit_id for one in ordered).encode()
    digest = hashlib.sha256(listed).hexdigest()
    return Draw(ordered[at].visit_id, chances[at], len(ordered), eps, digest, seed)


def seed_of(*key: str) -> int:
    """Return the seed of one draw from its key, as branch, supervisor and day."""
    return int.from_bytes(hashlib.sha256("/".join(key).encode()).digest()[:8], "big")
