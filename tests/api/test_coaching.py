"""Coaching and the supervisor's journal as JSON."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.api.conftest import SHANGHAI, Branch

SESSION = {"methods": ["talk"], "summary": "练了三句开场", "commitments": "每天练一遍"}


def today() -> date:
    return datetime.now(SHANGHAI).date()


def opened(branch: Branch) -> str:
    body = {"agent_id": "A1", "moment": "stuck"}
    response = branch.ask("S1", "POST", "/coachings", body)
    assert response.status_code == 201, response.text
    return f"/coachings/{response.json['coaching_id']}"


def listed(branch: Branch) -> list[dict[str, Any]]:
    branch.catch_up()
    found: list[dict[str, Any]] = branch.ask("S1", "GET", "/coachings").json["items"]
    return found


def test_a_session_goes_from_gate_to_evaluation(branch: Branch) -> None:
    path = opened(branch)
    assert branch.ask("S1", "POST", f"{path}/session", SESSION).status_code == 409

    branch.ask("S1", "POST", f"{path}/gate", {"wrong": []})
    assert branch.ask("S1", "POST", f"{path}/session", SESSION).status_code == 201
    assert [one["state"] for one in listed(branch)] == ["held"]
    body = {"final_behaviour": "练了", "effect": 4, "next_on": str(today() + timedelta(days=7))}
    assert branch.ask("S1", "POST", f"{path}/evaluation", body).status_code == 201

    assert listed(branch) == []
    words = branch.ask("A1", "POST", f"{path}/words", {"words": "敢开口了"})
    assert words.status_code == 201


def test_a_wish_for_help_waits_and_cannot_be_dropped(branch: Branch) -> None:
    branch.ask("A1", "POST", "/coachings/help", {"wish": "怎样开口"})

    (wish,) = listed(branch)

    assert (wish["moment"], wish["origin"]) == ("asked", "agent")
    path = f"/coachings/{wish['coaching_id']}"
    assert branch.ask("S1", "POST", f"{path}/dropping", {"reason": "忙"}).status_code == 403


def test_a_coaching_of_another_team_is_not_found(branch: Branch) -> None:
    path = opened(branch)

    assert branch.ask("S2", "POST", f"{path}/gate", {"wrong": []}).status_code == 404
    assert branch.ask("A2", "POST", f"{path}/words", {"words": "我"}).status_code == 404


def test_a_journal_is_filed_with_the_days_positions(branch: Branch) -> None:
    path = opened(branch)
    branch.ask("S1", "POST", f"{path}/gate", {"wrong": []})
    branch.ask("S1", "POST", f"{path}/session", SESSION)
    branch.catch_up()
    journal = f"/journals/{today()}"
    positions = branch.ask("S1", "GET", journal).json["positions"]

    filed = branch.ask("S1", "POST", f"{journal}/submission", {"summary": "辅导了一位"})
    branch.catch_up()

    assert filed.status_code == 201
    shown = branch.ask("S1", "GET", journal).json
    assert (shown["filed"], shown["positions"]) == (True, positions)
    assert len(positions) == 1
    assert len(shown["digest"]) == 64
