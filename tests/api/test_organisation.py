"""People, teams, leave and the rulebook: the administrator's things."""

from __future__ import annotations

import pytest

from tests.api.conftest import Branch

NEW_TEAM = {"team_id": "T9", "name": "九组"}
NEW_MODE = {
    "name": "6-3-1-1",
    "calls": 6,
    "meetings": 3,
    "closings": 1,
    "new_visits": 1,
    "since": "2026-12-01",
}


def test_an_administrator_forms_a_team(branch: Branch) -> None:
    assert branch.ask("M1", "POST", "/teams", NEW_TEAM).status_code == 201

    assert branch.ask("M1", "GET", "/teams/T9").json == NEW_TEAM | {
        "supervisor_id": None,
        "version": 1,
    }


@pytest.mark.parametrize("person_id", ["A1", "S1", "U1", "R1"])
def test_nobody_else_forms_a_team(branch: Branch, person_id: str) -> None:
    assert branch.ask(person_id, "POST", "/teams", NEW_TEAM).status_code == 403


def test_a_team_with_a_taken_id_is_refused_with_its_facts(branch: Branch) -> None:
    response = branch.ask("M1", "POST", "/teams", {"team_id": "T1", "name": "一组"})

    assert response.status_code == 409
    assert response.json["type"] == "urn:shilu:refusal:already-exists"
    assert response.json["id"] == "T1"


def test_a_person_joins_moves_and_departs(branch: Branch) -> None:
    person = {
        "person_id": "A9",
        "name": "赵九",
        "role": "agent",
        "team_id": "T1",
        "since": "2026-11-02",
    }
    branch.ask("M1", "POST", "/people", person)
    branch.ask("M1", "POST", "/people/A9/moves", {"team_id": "T2", "since": "2026-11-09"})
    branch.ask("M1", "POST", "/people/A9/departure", {"last_day": "2026-11-30", "reason": "离职"})

    shown = branch.ask("M1", "GET", "/people/A9").json

    assert (shown["team_id"], shown["last_day"], shown["version"]) == ("T2", "2026-11-30", 3)


def test_a_supervisor_registers_and_cancels_leave_of_the_own_team(branch: Branch) -> None:
    days = {"first_day": "2026-11-23", "last_day": "2026-11-24"}
    assert branch.ask("S1", "POST", "/people/A1/leaves", days | {"kind": "sick"}).status_code == 201
    assert branch.ask("A1", "GET", "/me").json["leaves"] == [days]

    cancelled = branch.ask(
        "S1", "POST", "/people/A1/leaves/cancellations", days | {"reason": "记错人了"}
    )

    assert cancelled.status_code == 201
    assert branch.ask("A1", "GET", "/me").json["leaves"] == []


def test_a_supervisor_has_no_say_about_leave_in_another_team(branch: Branch) -> None:
    days = {"first_day": "2026-11-23", "last_day": "2026-11-24", "kind": "sick"}

    assert branch.ask("S2", "POST", "/people/A1/leaves", days).status_code == 404


@pytest.mark.parametrize(
    ("person_id", "status"), [("A1", 403), ("A2", 200), ("S1", 200), ("S2", 404), ("M1", 200)]
)
def test_a_person_is_seen_by_those_concerned(branch: Branch, person_id: str, status: int) -> None:
    assert branch.ask(person_id, "GET", "/people/A2").status_code == status


def test_everybody_reads_the_rulebook(branch: Branch) -> None:
    shown = branch.ask("A1", "GET", "/rulebook").json

    assert shown["time_zone"] == "Asia/Shanghai"
    assert shown["deadlines"] == {"daily_log_due": "21:30", "late_reason_after_hours": 48}


def test_a_work_mode_gets_the_next_version(branch: Branch) -> None:
    assert branch.ask("M1", "POST", "/rulebook/work-modes", NEW_MODE).status_code == 201

    assert [m["version"] for m in branch.ask("A1", "GET", "/rulebook").json["modes"]] == [1, 2]


def test_deadlines_are_set_in_local_time(branch: Branch) -> None:
    body = {"daily_log_due": "20:00", "late_reason_after_hours": 24}
    assert branch.ask("M1", "POST", "/rulebook/deadlines", body).status_code == 201

    assert branch.ask("A1", "GET", "/rulebook").json["deadlines"] == body


def test_an_administrator_lets_a_person_sign_in(branch: Branch) -> None:
    body = {"login": "a1", "password": "a long enough one"}
    assert branch.ask("M1", "POST", "/people/A1/accounts", body).status_code == 201

    own = body | {"new_password": "and one of their own"}
    answer = branch.client().post("/api/v1/sessions/first-password", json=own).json
    assert answer["person_id"] == "A1"


def test_a_login_is_given_once(branch: Branch) -> None:
    body = {"login": "a1", "password": "a long enough one"}
    branch.ask("M1", "POST", "/people/A1/accounts", body)

    assert branch.ask("M1", "POST", "/people/A2/accounts", body).status_code == 409
