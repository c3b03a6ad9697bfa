"""Views over the API: lists page by key, states are those of the instant, reads wait for writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Timer
from urllib.parse import quote

import pytest

from tests.api.conftest import Branch

Logged = Callable[..., tuple[str, str]]


def test_teams_are_listed_page_by_page(branch: Branch) -> None:
    branch.catch_up()

    first = branch.ask("M1", "GET", "/teams?limit=1")
    second = branch.client().get(
        first.headers["Link"].split(">")[0][1:],
        headers={"Authorization": f"Bearer {branch.token('M1')}"},
    )

    assert [t["team_id"] for t in first.json["items"] + second.json["items"]] == ["T1", "T2"]
    assert second.json["next"] is None


@pytest.mark.parametrize(
    ("person_id", "people"),
    [("A1", ["A1"]), ("S1", ["A1", "A2", "S1"]), ("M1", ["A1", "A2", "A3", "M1", "R1"])],
)
def test_everybody_lists_the_people_they_may_see(
    branch: Branch, person_id: str, people: list[str]
) -> None:
    branch.catch_up()

    page = branch.ask(person_id, "GET", "/people?limit=5").json

    assert [p["person_id"] for p in page["items"]] == people


def test_a_foreign_cursor_is_refused(branch: Branch) -> None:
    assert branch.ask("M1", "GET", "/teams?cursor=zzz").status_code == 422


def test_a_state_counts_what_is_on_record(branch: Branch, logged: Logged) -> None:
    logged()
    branch.catch_up()

    state = branch.ask("S1", "GET", "/team-states/T1").json["state"]

    assert [(m["agent_id"], m["count"]["meetings"]) for m in state["members"]] == [
        ("A1", 1),
        ("A2", 0),
    ]


def test_a_state_of_the_past_knows_nothing_of_what_came_after(
    branch: Branch, logged: Logged
) -> None:
    before = datetime.now(UTC)
    logged()
    after = datetime.now(UTC)
    branch.catch_up()

    at, vs = quote(before.isoformat()), quote(after.isoformat())
    shown = branch.ask("R1", "GET", f"/team-states/T1?at={at}&vs={vs}").json

    assert shown["state"]["members"][0]["count"]["meetings"] == 0
    assert shown["versus"]["members"][0]["count"]["meetings"] == 1
    assert {"agent_id": "A1", "what": "face_meeting", "before": 0, "after": 1} in shown[
        "differences"
    ]


def test_a_team_that_was_not_yet_formed_is_not_found(branch: Branch) -> None:
    branch.catch_up()

    response = branch.ask("R1", "GET", "/team-states/T1?at=2020-01-01T00:00:00Z")

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("person_id", "query", "status"),
    [
        ("A1", "", 403),
        ("S1", "", 200),
        ("S2", "", 404),
        ("U1", "", 200),
        ("M1", "", 403),
        ("S1", "?at=2026-11-23T00:00:00Z", 403),
    ],
)
def test_a_state_is_seen_by_those_concerned(
    branch: Branch, person_id: str, query: str, status: int
) -> None:
    branch.catch_up()

    assert branch.ask(person_id, "GET", f"/team-states/T1{query}").status_code == status


def test_an_instant_without_an_offset_is_refused(branch: Branch) -> None:
    response = branch.ask("R1", "GET", "/team-states/T1?at=2026-11-23T00:00:00")

    assert response.status_code == 422


def test_a_read_waits_for_a_write_that_is_under_way_to_its_view(
    branch: Branch, logged: Logged
) -> None:
    branch.catch_up()
    branch.token("S1")
    logged()
    head = branch.store.reader().head()
    Timer(0.1, branch.catch_up).start()

    response = branch.ask("S1", "GET", f"/team-states/T1?after={head}")

    assert int(response.headers["X-Shilu-Position"]) >= head
    assert response.json["state"]["members"][0]["count"]["meetings"] == 1


def test_a_read_that_waits_in_vain_says_how_far_its_view_has_come(branch: Branch) -> None:
    branch.catch_up()
    head = branch.store.reader().head()

    response = branch.ask("S1", "GET", f"/team-states/T1?after={head + 1}")

    assert response.status_code == 200
    assert int(response.headers["X-Shilu-Position"]) == head
