"""Filling problems as JSON: the same ladder, the same gates."""

from __future__ import annotations

import pytest

from domain.filling_case import filling_case_id
from domain.filling_ladder import Problem
from domain.words import Role, Verdict
from tests.api.conftest import Branch, a_by, open_case

NEW = {"agent_id": "A1", "problem": "faded", "note": "两周只交三天"}
ONE = f"/filling-cases/{filling_case_id('A1', Problem.FADED, 1)}"


@pytest.fixture
def case(branch: Branch) -> str:
    """An open case about A1; gives its path."""
    assert branch.ask("S1", "POST", "/filling-cases", NEW).status_code == 201
    return ONE


def step(branch: Branch, no: int, match: str = "*") -> int:
    body = {"step": no, "held_on": "2026-01-05", "note": "谈过了"}
    return branch.ask("S1", "POST", f"{ONE}/steps", body, Match=match).status_code


def test_a_case_is_opened_with_its_address(branch: Branch) -> None:
    answer = branch.ask("S1", "POST", "/filling-cases", NEW)

    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1{ONE}")


@pytest.mark.parametrize(
    ("person_id", "status"),
    [("A1", 200), ("S1", 200), ("U1", 200), ("R1", 200), ("A2", 404), ("S2", 404), ("M1", 403)],
)
def test_a_case_is_seen_by_those_concerned(
    branch: Branch, case: str, person_id: str, status: int
) -> None:
    assert branch.ask(person_id, "GET", case).status_code == status


def test_the_steps_go_in_order(branch: Branch, case: str) -> None:
    assert (step(branch, 2), step(branch, 1), step(branch, 2)) == (422, 201, 201)

    assert branch.ask("A1", "GET", case).json["next_step"] == 3


def test_a_step_on_what_has_changed_is_refused(branch: Branch, case: str) -> None:
    etag = branch.ask("S1", "GET", case).headers["ETag"]
    branch.ask("A1", "POST", f"{case}/replies", {"text": "孩子病了"})

    assert step(branch, 1, match=etag) == 412


def test_the_agent_reads_every_word(branch: Branch, case: str) -> None:
    branch.ask("A1", "POST", f"{case}/replies", {"text": "孩子病了"})

    story = branch.ask("A1", "GET", case).json["story"]
    assert [line["text"] for line in story] == ["两周只交三天", "孩子病了"]


def test_a_decided_case_gives_made_up_entries_their_will(branch: Branch) -> None:
    open_case(branch)
    by = a_by("S1", Role.SUPERVISOR)
    branch.record.verification_cases.hear("A1", 1, "不知道怎么记", by=a_by("S1", Role.SUPERVISOR))
    branch.record.verification_cases.decide("A1", 1, Verdict.UNABLE, "不会", by=by)

    answer = branch.ask("S1", "POST", "/filling-cases", {**NEW, "problem": "fabricated"})

    assert answer.status_code == 201
    shown = branch.ask("S1", "GET", answer.headers["Location"].removeprefix("/api/v1")).json
    assert (shown["will"], shown["steps"]) == ("unable", [1, 2, 4])


@pytest.mark.parametrize(("person_id", "count"), [("A1", 1), ("A2", 0), ("S1", 1), ("S2", 0)])
def test_cases_are_listed_to_those_concerned(
    branch: Branch, case: str, person_id: str, count: int
) -> None:
    branch.catch_up()

    found = branch.ask(person_id, "GET", "/filling-cases?state=open").json["items"]

    assert len(found) == count
