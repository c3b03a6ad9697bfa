"""Daily logs over the API: entries, corrections, summary, submission; refusals and repeats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.api.conftest import Branch, an_entry, day_of

Logged = Callable[..., tuple[str, str]]


def test_an_entry_answers_where_it_stands_in_the_log(branch: Branch) -> None:
    entry = an_entry()

    response = branch.ask("A1", "POST", f"/daily-logs/A1/{day_of(entry)}/activities", entry)

    assert response.status_code == 201
    assert response.json["position"] == int(response.headers["X-Shilu-Position"]) > 0
    assert response.headers["Location"] == f"/api/v1/daily-logs/A1/{day_of(entry)}"


def test_an_entry_shows_up_on_its_day(branch: Branch, logged: Logged) -> None:
    path, activity_id = logged(note="谈了保障缺口")

    shown = branch.ask("A1", "GET", path).json

    assert [a["activity_id"] for a in shown["activities"]] == [activity_id]
    assert shown["done"] == {"calls": 0, "meetings": 1, "closings": 0, "new_visits": 0}
    assert shown["quota"] == {"calls": 5, "meetings": 3, "closings": 1, "new_visits": 1}


def test_an_entry_is_put_on_record_by_the_servers_clock(branch: Branch, logged: Logged) -> None:
    path, _ = logged()

    (entry,) = branch.ask("A1", "GET", path).json["activities"]

    assert datetime.now(UTC) - datetime.fromisoformat(entry["recorded_at"]) < timedelta(seconds=30)


@pytest.mark.parametrize("field", ["actor", "role", "recorded_at", "team_id", "occurred_at"])
def test_nobody_says_in_the_body_who_they_are_or_when_it_is_recorded(
    branch: Branch, field: str
) -> None:
    entry = an_entry(**{field: "S1"})

    response = branch.ask("A1", "POST", f"/daily-logs/A1/{day_of(entry)}/activities", entry)

    assert response.status_code == 422
    assert response.json["errors"] == [{"pointer": f"/{field}", "detail": "Unknown field."}]


def test_a_repeated_post_gives_the_first_receipt_and_appends_nothing(branch: Branch) -> None:
    entry, key = an_entry(), str(uuid4())
    path = f"/daily-logs/A1/{day_of(entry)}/activities"
    first = branch.ask("A1", "POST", path, entry, Key=key)
    head = branch.store.reader().head()

    again = branch.ask("A1", "POST", path, entry, Key=key)

    assert again.status_code == 201
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json | {"repeated": True}
    assert branch.store.reader().head() == head


def test_the_key_of_one_person_is_no_key_of_another(branch: Branch) -> None:
    key = "monday"
    for person_id in ("A1", "A2"):
        entry = an_entry(customer_id=f"C-{person_id}")
        path = f"/daily-logs/{person_id}/{day_of(entry)}/activities"

        assert (
            "Idempotent-Replayed" not in branch.ask(person_id, "POST", path, entry, Key=key).headers
        )


def test_a_key_used_for_another_command_is_refused(branch: Branch, logged: Logged) -> None:
    path, _ = logged()
    branch.ask("A1", "POST", f"{path}/summary", {"text": "好"}, Key="k")

    response = branch.ask("A1", "POST", f"{path}/submission", {}, Key="k", Match="*")

    assert response.status_code == 422
    assert response.json["type"] == "urn:shilu:problem:key-reused"


def test_a_key_used_for_another_entry_is_refused(branch: Branch) -> None:
    first, second = an_entry(activity_id="V1"), an_entry(activity_id="V2")
    path = f"/daily-logs/A1/{day_of(first)}/activities"
    branch.ask("A1", "POST", path, first, Key="k")

    response = branch.ask("A1", "POST", path, second, Key="k")

    assert response.json["type"] == "urn:shilu:problem:key-reused"


def test_a_post_without_a_key_is_refused(branch: Branch) -> None:
    entry = an_entry()
    headers = {"Authorization": f"Bearer {branch.token('A1')}"}

    response = branch.client().post(
        f"/api/v1/daily-logs/A1/{day_of(entry)}/activities", json=entry, headers=headers
    )

    assert response.status_code == 400
    assert response.json["type"] == "urn:shilu:problem:key-missing"


def test_a_visit_in_the_future_is_refused_with_its_facts(branch: Branch) -> None:
    entry = an_entry(started_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())

    response = branch.ask("A1", "POST", f"/daily-logs/A1/{day_of(entry)}/activities", entry)

    assert response.status_code == 422
    assert response.json["type"] == "urn:shilu:refusal:activity-in-future"
    assert set(response.json) >= {"started_at", "recorded_at"}


def test_an_entry_on_another_day_than_its_path_is_refused(branch: Branch) -> None:
    response = branch.ask("A1", "POST", "/daily-logs/A1/2026-01-05/activities", an_entry())

    assert response.status_code == 422
    assert response.json["field"] == "started_at"


def test_another_agents_customer_does_not_exist_for_an_agent(branch: Branch) -> None:
    entry = an_entry(customer_id="C-A2")

    response = branch.ask("A1", "POST", f"/daily-logs/A1/{day_of(entry)}/activities", entry)

    assert response.status_code == 404
    assert response.json["type"] == "urn:shilu:refusal:unknown-customer"


def test_nobody_logs_for_another_agent(branch: Branch) -> None:
    entry = an_entry(customer_id="C-A2")

    for person_id in ("A1", "S1", "M1"):
        response = branch.ask(
            person_id, "POST", f"/daily-logs/A2/{day_of(entry)}/activities", entry
        )
        assert response.status_code in (403, 404)


def test_the_same_meeting_within_a_quarter_of_an_hour_is_asked_about(
    branch: Branch, logged: Logged
) -> None:
    path, activity_id = logged()

    response = branch.ask("A1", "POST", f"{path}/activities", an_entry())

    assert response.status_code == 409
    assert response.json["activity_id"] == activity_id
    assert (
        branch.ask("A1", "POST", f"{path}/activities", an_entry(repeat_is_meant=True)).status_code
        == 201
    )


def test_a_correction_needs_the_version_that_was_read(branch: Branch, logged: Logged) -> None:
    path, activity_id = logged()
    body = {"minutes": 45, "reason": "看错了"}

    response = branch.ask("A1", "PATCH", f"{path}/activities/{activity_id}", body)

    assert response.status_code == 428


def test_a_correction_of_a_stale_version_is_refused(branch: Branch, logged: Logged) -> None:
    path, activity_id = logged()
    etag = branch.ask("A1", "GET", path).headers["ETag"]
    body = {"minutes": 45, "reason": "看错了"}
    branch.ask("A1", "PATCH", f"{path}/activities/{activity_id}", body, Match=etag)

    response = branch.ask("A1", "PATCH", f"{path}/activities/{activity_id}", body, Match=etag)

    assert response.status_code == 412
    assert response.json["type"] == "urn:shilu:refusal:stale"


def test_a_correction_changes_what_is_shown(branch: Branch, logged: Logged) -> None:
    path, activity_id = logged()
    etag = branch.ask("A1", "GET", path).headers["ETag"]

    body = {"minutes": 45, "reason": "看错了"}
    corrected = branch.ask("A1", "PATCH", f"{path}/activities/{activity_id}", body, Match=etag)

    shown = branch.ask("A1", "GET", path)
    assert shown.json["activities"][0]["minutes"] == 45
    assert shown.headers["ETag"] == corrected.headers["ETag"] != etag


def test_a_withdrawn_entry_stays_but_counts_no_more(branch: Branch, logged: Logged) -> None:
    path, activity_id = logged()
    withdrawal = f"{path}/activities/{activity_id}/withdrawal"

    response = branch.ask("A1", "POST", withdrawal, {"reason": "重复"}, Match="*")

    shown = branch.ask("A1", "GET", path).json
    assert response.status_code == 201
    assert shown["activities"][0]["withdrawn"] is True
    assert shown["done"]["meetings"] == 0


def test_a_repeated_withdrawal_is_answered_although_the_version_has_moved_on(
    branch: Branch, logged: Logged
) -> None:
    path, activity_id = logged()
    etag = branch.ask("A1", "GET", path).headers["ETag"]
    withdrawal = f"{path}/activities/{activity_id}/withdrawal"
    branch.ask("A1", "POST", withdrawal, {"reason": "重复"}, Match=etag, Key="w")

    again = branch.ask("A1", "POST", withdrawal, {"reason": "重复"}, Match=etag, Key="w")

    assert again.status_code == 201
    assert again.json["repeated"] is True


def test_a_day_is_handed_in_once(branch: Branch, logged: Logged) -> None:
    path, _ = logged()
    assert (
        branch.ask("A1", "POST", f"{path}/submission", {"summary": "还行"}, Match="*").status_code
        == 201
    )

    response = branch.ask("A1", "POST", f"{path}/submission", {}, Match="*")

    assert response.status_code == 409
    assert branch.ask("A1", "GET", path).json["submitted"] is True


def test_an_empty_day_has_version_zero_and_can_be_handed_in_with_a_reason(branch: Branch) -> None:
    path = f"/daily-logs/A1/{day_of(an_entry())}"
    etag = branch.ask("A1", "GET", path).headers["ETag"]

    response = branch.ask("A1", "POST", f"{path}/submission", {"short_reason": "培训"}, Match=etag)

    assert etag == '"0"'
    assert response.status_code == 201


def test_an_unchanged_day_is_not_sent_again(branch: Branch, logged: Logged) -> None:
    path, _ = logged()
    etag = branch.ask("A1", "GET", path).headers["ETag"]

    response = branch.ask("A1", "GET", path, If_None_Match=etag)

    assert response.status_code == 304
    assert response.data == b""


def test_the_note_about_a_customer_is_shown_to_its_author_alone(
    branch: Branch, logged: Logged
) -> None:
    path, _ = logged(note="家里有两个孩子")

    seen = branch.ask("S1", "GET", path)

    assert seen.status_code == 200
    assert seen.json["activities"][0]["note"] is None
    assert seen.json["activities"][0]["note_length"] == 7
    assert branch.ask("A1", "GET", path).json["activities"][0]["note"] == "家里有两个孩子"


def test_the_supervisor_of_another_team_sees_nothing_of_a_day(
    branch: Branch, logged: Logged
) -> None:
    path, _ = logged()

    assert branch.ask("S2", "GET", path).status_code in (403, 404)
