"""Reviews of daily logs over the API: the queue, the review of what was read, its withdrawal (R-04, R-14)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.api.conftest import Branch

GOOD = {"kind": "praise", "verdict": "good", "text": "三次面谈的过程都写得很具体"}


@pytest.fixture
def path(branch: Branch, logged: Callable[..., tuple[str, str]]) -> str:
    """A day of A1, handed in; gives the path of its review."""
    day_path, _ = logged()
    sent = branch.ask("A1", "POST", f"{day_path}/submission", {"short_reason": "other"}, Match="*")
    assert sent.status_code == 201, sent.text
    branch.catch_up()
    return day_path.replace("/daily-logs/", "/log-reviews/")


def test_what_was_handed_in_waits_for_who_leads(branch: Branch, path: str) -> None:
    waits = branch.ask("S1", "GET", "/log-reviews").json["items"]

    assert [f"/log-reviews/{one['agent_id']}/{one['day']}" for one in waits] == [path]
    assert branch.ask("S2", "GET", "/log-reviews").json["items"] == []
    assert branch.ask("A1", "GET", "/log-reviews").status_code == 403


def test_a_review_is_of_the_log_that_was_read(branch: Branch, path: str) -> None:
    etag = branch.ask("S1", "GET", path).headers["ETag"]
    branch.ask("A1", "POST", path.replace("log-reviews", "daily-logs") + "/summary", {"text": "好"})

    assert branch.ask("S1", "POST", path, GOOD).status_code == 428
    assert branch.ask("S1", "POST", path, GOOD, Match=etag).status_code == 412
    now = branch.ask("S1", "GET", path).headers["ETag"]
    assert branch.ask("S1", "POST", path, GOOD, Match=now).status_code == 201
    branch.catch_up()
    shown = branch.ask("A1", "GET", path).json
    assert (shown["verdict"], shown["reviewer"]) == ("good", "S1")


def test_the_same_key_is_the_same_review_and_a_withdrawn_one_keeps_its_answer(
    branch: Branch, path: str
) -> None:
    key = str(uuid4())
    first = branch.ask("S1", "POST", path, GOOD, Match="*", Key=key)
    taken_back = branch.ask("S1", "POST", f"{path}/withdrawal")

    again = branch.ask("S1", "POST", path, GOOD, Match="*", Key=key)

    assert (first.status_code, taken_back.status_code, again.status_code) == (201, 201, 201)
    assert again.headers["Idempotent-Replayed"] == "true"
    branch.catch_up()
    assert branch.ask("S1", "GET", path).json["verdict"] is None
    assert branch.ask("S1", "POST", path, GOOD, Match="*").status_code == 201


def test_a_thin_remark_is_held_back_and_a_read_one_stays(branch: Branch, path: str) -> None:
    thin = {**GOOD, "text": "好"}
    assert branch.ask("S1", "POST", path, thin, Match="*").status_code == 409
    assert branch.ask("S1", "POST", path, {**thin, "meant": True}, Match="*").status_code == 201

    assert branch.ask("A1", "POST", f"{path}/read", {"reply": "明白了"}).status_code == 201

    assert branch.ask("S1", "POST", f"{path}/withdrawal").status_code == 409
