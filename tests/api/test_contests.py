"""Contests as JSON: the best three and oneself, consent by the agent alone."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Branch

NEW: dict[str, Any] = {"title": "评比", "team_ids": ["T1"], "starts_on": "2026-01-05", "goal": 90}


def test_a_season_is_opened_with_the_usual_weights(branch: Branch) -> None:
    assert branch.ask("S1", "POST", "/contests", NEW).status_code == 201
    branch.catch_up()

    (shown,) = branch.ask("A1", "GET", "/contests").json["items"]

    assert shown["ends_on"] == "2026-02-01"
    assert sum(shown["weights"].values()) == 100


def test_a_season_of_another_s_team_is_refused(branch: Branch) -> None:
    assert branch.ask("S2", "POST", "/contests", NEW).status_code == 404
    assert branch.ask("A1", "POST", "/contests", NEW).status_code == 403


def test_weights_that_do_not_sum_up_are_refused(branch: Branch) -> None:
    wrong = NEW | {"weights": {"on_time": 60, "complete": 60}}

    assert branch.ask("S1", "POST", "/contests", wrong).status_code == 422


def test_a_clinic_and_a_sharing_session_are_put_on_record(branch: Branch) -> None:
    clinic = {"agent_id": "A1", "expert_id": "S2", "held_on": "2026-01-06"}
    clinic |= {"diagnosis": "没有准备", "plan": "先写三个问题"}
    sharing = {"team_id": "T1", "held_on": "2026-01-06", "topic": "三分钟", "speakers": ["A1"]}

    assert branch.ask("S1", "POST", "/expert-clinics", clinic).status_code == 201
    assert branch.ask("S1", "POST", "/sharing-sessions", sharing).status_code == 201
    assert branch.ask("S2", "POST", "/expert-clinics", clinic).status_code == 404
