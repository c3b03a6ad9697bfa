"""Tracking calls as JSON."""

from __future__ import annotations

from tests.api.conftest import Branch

SHEET = {"agent_id": "A1", "points": "开口", "asks": "多约两位"}
TALK = {
    "opened_with": "worry",
    "learnt": "难约",
    "affirmation": "坚持",
    "requirement": "约十位",
    "goal": "三次面谈",
}


def prepared(branch: Branch) -> str:
    response = branch.ask("S1", "POST", "/tracking-calls", SHEET)
    assert response.status_code == 201, response.text
    branch.catch_up()
    return f"/tracking-calls/{response.json['call_id']}"


def test_a_call_waits_until_it_is_held(branch: Branch) -> None:
    path = prepared(branch)
    assert len(branch.ask("S1", "GET", "/tracking-calls").json["items"]) == 1

    held = branch.ask("S1", "POST", f"{path}/held", TALK)
    branch.catch_up()

    assert held.status_code == 201
    assert branch.ask("S1", "GET", "/tracking-calls").json["items"] == []


def test_results_are_no_way_to_open_a_call(branch: Branch) -> None:
    path = prepared(branch)

    response = branch.ask("S1", "POST", f"{path}/held", TALK | {"opened_with": "results"})

    assert response.status_code == 422


def test_a_call_to_another_teams_agent_is_not_found(branch: Branch) -> None:
    assert branch.ask("S2", "POST", "/tracking-calls", SHEET).status_code == 404
    assert branch.ask("S2", "POST", f"{prepared(branch)}/held", TALK).status_code == 404


def test_the_hours_for_calls_are_a_setting(branch: Branch) -> None:
    hours = {"tracking_from": "10:00", "tracking_a_week": 3}

    assert branch.ask("M1", "POST", "/rulebook/call-hours", hours).status_code == 201

    shown = branch.ask("M1", "GET", "/rulebook").json["call_hours"]
    assert (shown["tracking_from"], shown["tracking_until"]) == ("10:00", "21:00")
    assert shown["tracking_a_week"] == 3
