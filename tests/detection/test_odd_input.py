"""What `shilu detect` says to a folder or a conversation that is not as it should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shilu import interchange
from shilu.cli import main

from .test_detect import Message, talk
from .test_interchange import GOOD, VISIT

WORLD: Message = {"type": "world", "agents": ["A1", "A2"], "days": ["2025-03-04"]}
DAY: Message = {"type": "day", "date": "2025-03-04", "visits": [VISIT], "sales": []}
CALL: Message = {"type": "call", "date": "2025-03-04", "supervisor_id": "S1"}
FINISH: Message = {"type": "finish"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file, rows in GOOD.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


def detect(folder: Path) -> Result:
    return CliRunner().invoke(main, ["detect", str(folder), "--out", str(folder / "out")])


def interactively(lines: bytes) -> Result:
    return CliRunner().invoke(main, ["detect", "--interactive"], input=lines)


def test_a_good_folder_is_scored(folder: Path) -> None:
    told = detect(folder)

    assert told.exit_code == 0
    assert "1 agents, 1 visits scored" in told.output


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        (interchange.CALLBACKS, b'{"callback_id": "K2"', "callbacks.jsonl:2: -: is not valid JSON"),
        (interchange.SALES, b"\xff\xfe", "sales.jsonl:2: -: byte 1 is not UTF-8"),
        (
            interchange.CALLBACKS,
            json.dumps(
                GOOD[interchange.CALLBACKS][0] | {"callback_id": "K2", "visit_id": "V9"}
            ).encode(),
            "callbacks.jsonl:2: visit_id: 'V9' is not in visits.jsonl; add it there",
        ),
    ],
    ids=["broken line", "not UTF-8", "unknown visit"],
)
def test_a_bad_line_is_named_and_nothing_is_scored(
    folder: Path, file: str, line: bytes, says: str
) -> None:
    with (folder / file).open("ab") as rows:
        rows.write(line + b"\n")

    told = detect(folder)

    assert told.exit_code == 2
    assert says in told.output
    assert "Traceback" not in told.output
    assert not (folder / "out").exists()


def test_a_missing_file_is_named_with_those_that_belong_there(folder: Path) -> None:
    (folder / interchange.VISITS).unlink()

    told = detect(folder)

    assert told.exit_code == 2
    assert "visits.jsonl:0: -: cannot be opened" in told.output
    assert "attendance.jsonl" in told.output


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    told = detect(tmp_path / "nowhere")

    assert told.exit_code == 2
    assert "nowhere" in told.output


@pytest.mark.parametrize("empty", [(interchange.VISITS, interchange.CALLBACKS), interchange.FILES])
def test_a_branch_without_visits_or_without_anybody_is_scored(
    folder: Path, empty: tuple[str, ...]
) -> None:
    for file in empty:
        (folder / file).write_bytes(b"")

    told = detect(folder)

    assert told.exit_code == 0
    assert "0 visits scored" in told.output
    assert "alerts: none" in told.output


def test_a_team_of_which_nobody_visits_anybody_is_scored_too(folder: Path) -> None:
    with (folder / interchange.AGENTS).open("a") as agents:
        agents.write('{"agent_id": "A2", "supervisor_id": "S2"}\n')

    assert "2 agents, 1 visits scored" in detect(folder).output


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"\xff\xfe", "standard input:1"),
        (b"{", "standard input:1: -: is not valid JSON"),
        (b'{"type": "dance"}', "standard input:1: type: 'dance' is unknown"),
        (b'{"type": "callback", "visit_id": "V9", "outcome": "deny"}', "no visit 'V9'"),
    ],
)
def test_a_bad_message_ends_the_conversation_with_a_sentence(line: bytes, says: str) -> None:
    told = interactively(line + b"\n")

    assert told.exit_code == 2
    assert says in told.output
    assert "Traceback" not in told.output


def test_days_without_visits_and_without_lists_are_heard() -> None:
    quiet: list[Message] = [{"type": "day", "date": f"2025-03-0{n}"} for n in (4, 5)]

    (end,) = talk([WORLD, *quiet, FINISH])

    assert [line["agent_id"] for line in end["scores"]] == ["A1", "A2"]  # type: ignore[attr-defined]


def test_an_answer_about_a_visit_that_was_not_drawn_counts_for_its_agent() -> None:
    answer: Message = {"type": "callback", "visit_id": "V1", "outcome": "deny"}

    (without,), (denied,) = talk([WORLD, DAY, FINISH]), talk([WORLD, DAY, answer, FINISH])

    assert denied["scores"][0]["score"] > without["scores"][0]["score"]  # type: ignore[index]


def test_a_drawn_visit_may_be_told_after_its_answer() -> None:
    answer: Message = {"type": "callback", "visit_id": "V1", "outcome": "deny"}
    call = CALL | {"eligible": ["V1"]}

    *_, late = talk([WORLD, call, answer, DAY, FINISH])
    *_, early = talk([WORLD, DAY, call, answer, FINISH])

    assert late["scores"] == early["scores"]


def test_a_visit_told_twice_counts_once() -> None:
    once, twice = talk([WORLD, DAY, FINISH]), talk([WORLD, DAY, DAY, FINISH])

    assert once == twice
