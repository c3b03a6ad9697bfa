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


def test_a_state_may_be_read_as_it_had_happened(branch: Branch, logged: Logged) -> None:
    logged()
    branch.catch_up()
    visited, *_ = (
        e.data["started_at"] for e in branch.store.reader().all() if "started_at" in e.data
    )
    address = f"/team-states/T1?at={quote(visited)}&reading="

    recorded, occurred = (branch.ask("R1", "GET", address + r) for r in ("recorded", "occurred"))

    assert recorded.status_code == 404  # nothing was on record, the team neither
    assert occurred.status_code == 404  # nor was it formed
    later = quote(datetime.now(UTC).isoformat())
    now = branch.ask("R1", "GET", f"/team-states/T1?at={later}&reading=occurred").json["state"]
    assert now["members"][0]["count"]["meetings"] == 1
    assert datetime.fromisoformat(now["happened_by"]) > datetime.fromisoformat(visited)


def test_a_reading_that_is_none_is_refused(branch: Branch) -> None:
    response = branch.ask("R1", "GET", "/team-states/T1?reading=guessed")

    assert response.status_code == 422


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


def test_an_agents_customers_are_listed_masked(branch: Branch) -> None:
    branch.catch_up()

    (customer,) = branch.ask("A1", "GET", "/customers").json["items"]

    assert (customer["customer_id"], customer["name_masked"]) == ("C-A1", "张**")
    assert "name" not in customer


def test_nobody_but_an_agent_lists_customers(branch: Branch) -> None:
    for person_id in ("S1", "U1", "R1", "M1"):
        assert branch.ask(person_id, "GET", "/customers").status_code == 403


def test_a_supervisors_callbacks_are_listed_newest_first(branch: Branch, logged: Logged) -> None:
    path, activity_id = logged()
    day = path.rsplit("/", 1)[1]
    body = {"activity_id": activity_id, "agent_id": "A1", "visit_day": day, "on_day": day}
    branch.ask("S1", "POST", "/callbacks", body | {"reason": "新人"})
    branch.catch_up()

    (call,) = branch.ask("S1", "GET", f"/callbacks?state=open&on_day={day}").json["items"]

    assert (call["activity_id"], call["outcome"]) == (activity_id, None)
    assert branch.ask("S2", "GET", "/callbacks").json["items"] == []
    assert branch.ask("A1", "GET", "/callbacks").status_code == 403


def test_the_auditor_pages_through_every_event_once(branch: Branch) -> None:
    branch.catch_up()
    seen: list[int] = []
    cursor = ""
    while True:
        page = branch.ask("R1", "GET", f"/events?limit=7{cursor}").json
        seen += [event["position"] for event in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    head = branch.store.reader().head()
    assert seen == list(range(head, 0, -1))


def test_events_are_filtered_and_told_in_the_readers_language(
    branch: Branch, logged: Logged
) -> None:
    logged()
    branch.catch_up()

    page = branch.ask(
        "R1", "GET", "/events?topic=daily_log.activity_logged&agent_id=A1", Accept_Language="en"
    )

    (event,) = page.json["items"]
    assert event["topic"] == "daily_log.activity_logged.v1"
    assert event["sentence"].isascii()
    assert (event["actor"], event["source"]) == ("A1", "api")


def test_an_event_names_the_others_of_its_command(branch: Branch, logged: Logged) -> None:
    logged()
    branch.catch_up()
    head = branch.store.reader().head()

    shown = branch.ask("R1", "GET", f"/events/{head}").json

    assert [e["topic"] for e in shown["same_command"]] == ["daily_log.opened.v1"]


def test_no_event_shows_what_is_sealed(branch: Branch, logged: Logged) -> None:
    logged(note="家里有两个孩子")
    branch.catch_up()

    text = branch.ask("R1", "GET", "/events?limit=200").get_data(as_text=True)

    assert "13800001234" not in text
    assert "两个孩子" not in text


@pytest.mark.parametrize("person_id", ["A1", "S1", "U1", "M1"])
def test_the_record_is_read_by_the_auditor_alone(branch: Branch, person_id: str) -> None:
    assert branch.ask(person_id, "GET", "/events").status_code == 403
    assert branch.ask(person_id, "GET", "/events/1").status_code == 403


def test_an_event_that_never_was_is_not_found(branch: Branch) -> None:
    for position in (0, 999_999, 10**30):
        assert branch.ask("R1", "GET", f"/events/{position}").status_code == 404
