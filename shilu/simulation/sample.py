"""A branch from a folder whose truth is known, to be played with drawn calls.

Its visits, absences and policies are as they stand in the files; only what a call would have come
to is drawn, by the table of detection.md, section 3, once for each visit and seed.
"""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

from domain.detection.evidence import ORDER, OUTCOME_TABLE
from shilu.detect import BranchHasErrors
from shilu.interchange import read_branch
from shilu.simulation.branch import Branch, Row
from shilu.simulation.kinds import Style

TRUTH = ("truth_agents.jsonl", "truth_visits.jsonl")


class TruthUnknown(Exception):
    """The folder does not tell who and what was made up; the message names the missing file."""


def sample_branch(folder: Path) -> Branch:
    """Return the branch of a folder, without answers.

    Raises TruthUnknown without the two truth files, BranchHasErrors when others do not read.
    """
    for name in TRUTH:
        if not (folder / name).is_file():
            raise TruthUnknown(f"{folder} has no {name}: what was made up must be known")
    if errors := read_branch(folder).errors:
        raise BranchHasErrors(errors)
    visits, agents = _rows(folder, "visits.jsonl"), _rows(folder, TRUTH[0])
    return Branch(
        kind=folder.name,
        seed=0,
        days=tuple(sorted({date.fromisoformat(str(visit["date"])) for visit in visits})),
        agents=_rows(folder, "agents.jsonl"),
        visits=visits,
        attendance=_rows(folder, "attendance.jsonl"),
        sales=_rows(folder, "sales.jsonl"),
        fake={str(row["visit_id"]): bool(row["fake"]) for row in _rows(folder, TRUTH[1])},
        style={str(row["agent_id"]): _style(str(row.get("type", ""))) for row in agents},
        fabricator={str(row["agent_id"]): bool(row["fabricator"]) for row in agents},
        answers={},
    )


def answered(branch: Branch, seed: int) -> Branch:
    """Return the branch with what a call about each visit would come to, drawn by this seed."""
    rng, outcomes = Random(seed), [outcome.value for outcome in ORDER]
    made_up, true = zip(*OUTCOME_TABLE, strict=True)
    answers = {
        visit: rng.choices(outcomes, made_up if fake else true)[0]
        for visit, fake in branch.fake.items()
    }
    return replace(branch, seed=seed, answers=answers)


def _rows(folder: Path, name: str) -> tuple[Row, ...]:
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines if line.strip())


def _style(told: str) -> str:
    return next((style for style in Style if style == told), Style.HONEST)
