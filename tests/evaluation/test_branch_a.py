"""How well detection does where the truth is known; the truth is never an input of detection."""

import json
from pathlib import Path

import numpy as np
import pytest

from shilu.detect import detect_folder

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "branch-a"
Scores = dict[str, float]


def told(name: str, key: str, value: str) -> dict[str, bool]:
    file = FOLDER / name
    if not file.is_file():
        pytest.fail(f"the sample branch is missing: put it at {FOLDER} (see its data/README.md)")
    lines = file.read_text(encoding="utf-8").splitlines()
    return {row[key]: row[value] for row in map(json.loads, lines)}


def auc(scores: Scores, truth: dict[str, bool]) -> float:
    """Return the chance that a true case scores above a false one; ties count half."""
    guilty = np.array([score for one, score in scores.items() if truth[one]])
    honest = np.sort([score for one, score in scores.items() if not truth[one]])
    below = np.searchsorted(honest, guilty, "left") + np.searchsorted(honest, guilty, "right")
    return float(below.mean()) / (2 * len(honest))


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    report = detect_folder(FOLDER, tmp_path_factory.mktemp("scores"))
    text = report.scores_file.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def scores_of(lines: list[dict[str, object]], key: str) -> Scores:
    return {str(line[key]): float(str(line["score"])) for line in lines if key in line}


def test_fabricators_rank_above_honest_agents(lines: list[dict[str, object]]) -> None:
    truth = told("truth_agents.jsonl", "agent_id", "fabricator")

    assert auc(scores_of(lines, "agent_id"), truth) >= 0.95


def test_made_up_visits_rank_above_true_ones(lines: list[dict[str, object]]) -> None:
    truth = told("truth_visits.jsonl", "visit_id", "fake")

    assert auc(scores_of(lines, "visit_id"), truth) >= 0.88


def test_no_honest_agent_is_alerted(lines: list[dict[str, object]]) -> None:
    truth = told("truth_agents.jsonl", "agent_id", "fabricator")

    assert not [line for line in lines if line.get("alert") and not truth[str(line["agent_id"])]]
