"""Cases: the evidence is shown to those concerned, a human decides, and somebody else the appeal."""

from __future__ import annotations

import pytest

from tests.api.conftest import Branch, open_case

CASE = "/cases/A1/1"


@pytest.fixture
def case(branch: Branch) -> str:
    """An open case about A1, as the worker opens it; gives its path."""
    open_case(branch)
    return CASE


def decide(branch: Branch, person_id: str, match: str = "*") -> int:
    """Decide the case; gives the status."""
    if branch.ask("S1", "GET", CASE).json["explanation"] is None:
        branch.ask("S1", "POST", f"{CASE}/hearing", {"text": "说不知道怎么记"})
    body = {"verdict": "unable", "reason": "不会填写,约辅导"}
    return branch.ask(person_id, "POST", f"{CASE}/decision", body, Match=match).status_code


def test_a_case_shows_its_evidence(branch: Branch, case: str) -> None:
    shown = branch.ask("A1", "GET", case).json

    assert shown["items"] == [{"name": "denied", "weight": 2.5, "facts": {"calls": 2}}]
    assert (shown["posterior"], shown["threshold"]) == (0.97, 0.95)
    assert shown["verdict"] is None


@pytest.mark.parametrize(
    ("person_id", "status"),
    [("S1", 200), ("U1", 200), ("R1", 200), ("A2", 404), ("S2", 404), ("M1", 403)],
)
def test_a_case_is_seen_by_those_concerned(
    branch: Branch, case: str, person_id: str, status: int
) -> None:
    assert branch.ask(person_id, "GET", case).status_code == status


def test_the_agent_is_heard(branch: Branch, case: str) -> None:
    branch.ask("A1", "POST", f"{case}/explanation", {"text": "客户当时在开会"})

    shown = branch.ask("S1", "GET", case).json
    assert (shown["explained"], shown["explanation"]) == (True, "客户当时在开会")


@pytest.mark.parametrize(
    ("person_id", "status"), [("S1", 201), ("A1", 403), ("S2", 404), ("R1", 403), ("M1", 403)]
)
def test_the_supervisor_decides(branch: Branch, case: str, person_id: str, status: int) -> None:
    assert decide(branch, person_id) == status


def test_a_decision_on_what_has_changed_is_refused(branch: Branch, case: str) -> None:
    etag = branch.ask("S1", "GET", case).headers["ETag"]
    branch.ask("A1", "POST", f"{case}/explanation", {"text": "客户当时在开会"})

    assert decide(branch, "S1", match=etag) == 412


def test_an_appeal_is_decided_by_somebody_above(branch: Branch, case: str) -> None:
    decide(branch, "S1")
    branch.ask("A1", "POST", f"{case}/appeal", {"text": "请再看一次"})
    verdict = {"verdict": "overturned", "reason": "有短信为证"}
    assert branch.ask("S1", "POST", f"{case}/appeal/decision", verdict).status_code == 403

    assert branch.ask("U1", "POST", f"{case}/appeal/decision", verdict).status_code == 201

    shown = branch.ask("A1", "GET", case).json
    assert (shown["appeal_verdict"], shown["appeal_reason"]) == ("overturned", "有短信为证")


def test_a_case_that_never_was_is_not_found(branch: Branch, case: str) -> None:
    assert branch.ask("S1", "GET", "/cases/A1/2").status_code == 404


@pytest.mark.parametrize(
    ("person_id", "count"), [("A1", 1), ("A2", 0), ("S1", 1), ("S2", 0), ("U1", 1), ("R1", 1)]
)
def test_cases_are_listed_to_those_concerned(
    branch: Branch, case: str, person_id: str, count: int
) -> None:
    branch.catch_up()

    assert len(branch.ask(person_id, "GET", "/cases?state=waiting").json["items"]) == count


def test_a_decided_case_waits_no_more(branch: Branch, case: str) -> None:
    decide(branch, "S1")
    branch.catch_up()

    assert branch.ask("S1", "GET", "/cases?state=waiting").json["items"] == []
    assert [c["verdict"] for c in branch.ask("S1", "GET", "/cases").json["items"]] == ["unable"]


def test_who_decides_sees_the_score_after_their_own_opinion(branch: Branch, case: str) -> None:
    before = branch.ask("S1", "GET", case).json
    branch.ask("S1", "POST", f"{case}/opinion", {"leaning": "looks_unable", "text": "常填错"})
    after = branch.ask("S1", "GET", case).json

    assert (before["posterior"], before["items"][0]["weight"]) == (None, None)
    assert (after["posterior"], after["items"][0]["weight"]) == (0.97, 2.5)
    assert (before["own_leaning"], after["own_leaning"]) == (None, "looks_unable")


def test_the_list_hides_the_score_as_well(branch: Branch, case: str) -> None:
    branch.catch_up()

    (listed,) = branch.ask("S1", "GET", "/cases").json["items"]
    (shown,) = branch.ask("R1", "GET", "/cases").json["items"]

    assert (listed["posterior"], shown["posterior"]) == (None, 0.97)


def test_a_talk_is_recorded_over_the_api(branch: Branch, case: str) -> None:
    branch.ask("S1", "POST", f"{case}/hearing", {"text": "说换了号码"})

    shown = branch.ask("R1", "GET", case).json
    assert (shown["explained"], shown["heard"]) == (True, "说换了号码")
