"""`shilu detect`: over a folder, and over the conversation of detection.md, section 7."""

import io
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shilu.detect import BranchHasErrors, ProtocolError, detect_folder, detect_interactive

from .conftest import ROOT

Message = dict[str, object]


def rows(file: Path) -> list[Message]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def talk(messages: list[Message]) -> list[Message]:
    answers = io.StringIO()
    detect_interactive([json.dumps(message) + "\n" for message in messages], answers)
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def story(folder: Path, days: int) -> Iterator[Message]:
    """Tell the first days of a branch as a conversation; each callback comes the next morning."""
    agents, visits = rows(folder / "agents.jsonl"), rows(folder / "visits.jsonl")
    dates = sorted({str(visit["date"]) for visit in visits})[: days + 1]
    yield {"type": "world", "agents": agents, "days": dates}
    for before, day in itertools.pairwise(dates):
        new = [v for v in visits if before <= str(v["created_at"]) < day]
        yield {"type": "day", "date": day, "visits": new, "attendance": [], "sales": []}
        for supervisor in sorted({str(agent["supervisor_id"]) for agent in agents}):
            eligible = [v["visit_id"] for v in new if v["supervisor_id"] == supervisor]
            call = {"type": "call", "date": day, "supervisor_id": supervisor}
            yield call | {"eligible": eligible}
            yield {"type": "callback", "visit_id": eligible[0], "outcome": "deny"}
    yield {"type": "finish"}


def test_every_agent_and_visit_gets_a_line(branch_a: Path, tmp_path: Path) -> None:
    report = detect_folder(branch_a, tmp_path / "out")

    lines = rows(report.scores_file)
    agents = [line["agent_id"] for line in lines if set(line) == {"agent_id", "score", "alert"}]
    visits = [line["visit_id"] for line in lines if set(line) == {"visit_id", "score"}]
    assert agents == [row["agent_id"] for row in rows(branch_a / "agents.jsonl")]
    assert set(visits) == {row["visit_id"] for row in rows(branch_a / "visits.jsonl")}
    assert len(lines) == report.agents + report.visits == len(agents) + len(visits)


def test_the_same_folder_gives_the_same_bytes_in_any_process(
    branch_a: Path, tmp_path: Path
) -> None:
    program = (
        "import sys; from pathlib import Path; from shilu.detect import detect_folder; "
        "detect_folder(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", program, str(branch_a), str(tmp_path / seed)]
        subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed})

    first, second = ((tmp_path / seed / "scores.jsonl").read_bytes() for seed in ("1", "2"))
    assert first == second


def test_a_branch_without_truth_is_read_too(branch_a: Path, tmp_path: Path) -> None:
    report = detect_folder(branch_a.parent / "branch-b", tmp_path)

    assert (report.agents, report.visits) == (101, 8507)


def test_a_folder_with_errors_is_not_scored(branch_a: Path, tmp_path: Path) -> None:
    for file in branch_a.glob("[!t]*.jsonl"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "callbacks.jsonl").open("ab") as callbacks:
        callbacks.write(b"{}\n")

    with pytest.raises(BranchHasErrors) as told:
        detect_folder(tmp_path, tmp_path / "out")

    assert [error.file for error in told.value.errors] == ["callbacks.jsonl"]
    assert not (tmp_path / "out").exists()


def test_a_conversation_draws_visits_and_ends_with_scores(branch_a: Path) -> None:
    messages = list(story(branch_a, days=5))

    *draws, end = talk(messages)

    called = [m for m in messages if m["type"] == "call"]
    assert len(draws) == len(called) == 30
    for draw, call in zip(draws, called, strict=True):
        assert draw["visit_id"] in call["eligible"]  # type: ignore[operator]
        assert 0.0 < float(str(draw["prob"])) <= 1.0
    told = {v["visit_id"] for m in messages if m["type"] == "day" for v in m["visits"]}  # type: ignore[attr-defined]
    scores: list[Message] = end["scores"]  # type: ignore[assignment]
    assert {line["visit_id"] for line in scores if "visit_id" in line} == told
    assert sum("agent_id" in line for line in scores) == 73
    assert 0.0 <= float(str(end["fake_rate"])) <= 1.0


def test_the_same_conversation_is_answered_alike(branch_a: Path) -> None:
    messages = list(story(branch_a, days=2))

    assert talk(messages) == talk(messages)


def test_nobody_to_call_is_answered_with_nobody() -> None:
    call = {"type": "call", "date": "2025-03-03", "supervisor_id": "S1", "eligible": []}

    answers = talk([{"type": "world", "agents": [], "days": []}, call, {"type": "finish"}])

    assert answers[0] == {"visit_id": None, "prob": 0.0}
    assert answers[1]["scores"] == []


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"type": "dance"}',
        '{"type": "day", "visits": 1, "attendance": [], "sales": []}',
        '{"type": "day", "visits": [1], "attendance": [], "sales": []}',
        '{"type": "callback", "visit_id": "V9", "outcome": "deny"}',
        '{"type": "callback", "visit_id": "V9", "outcome": "maybe"}',
    ],
)
def test_a_line_that_does_not_fit_is_named(line: str) -> None:
    with pytest.raises(ProtocolError) as told:
        detect_interactive(["\n", line], io.StringIO())

    assert told.value.line == 2
    assert told.value.message_zh
