"""What HTTP itself can get wrong: every error is a problem document, and nothing is a 500."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Branch

PROBLEM = "application/problem+json"


def post_team(branch: Branch, body: bytes, content_type: str = "application/json") -> Any:
    """Post bytes as a team."""
    headers = {"Authorization": f"Bearer {branch.token('M1')}", "Idempotency-Key": "k"}
    return branch.client().post(
        "/api/v1/teams", data=body, content_type=content_type, headers=headers
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xff\xfe", 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b'{"team_id": "T9", "name": "\\ud800"}', 422),
        (b'"' + b"x" * 300_000 + b'"', 413),
    ],
)
def test_a_body_nobody_can_mean_is_answered_with_a_problem(
    branch: Branch, body: bytes, status: int
) -> None:
    response = post_team(branch, body)

    assert response.status_code == status
    assert response.content_type == PROBLEM
    assert response.json["status"] == status


def test_another_content_type_is_not_taken(branch: Branch) -> None:
    assert post_team(branch, b"team_id=T9", "application/x-www-form-urlencoded").status_code == 415


def test_an_unknown_address_is_a_problem_document(branch: Branch) -> None:
    response = branch.client().get("/api/v1/nothing")

    assert response.status_code == 404
    assert response.content_type == PROBLEM


def test_another_method_is_refused_and_the_right_ones_named(branch: Branch) -> None:
    response = branch.client().delete("/api/v1/teams")

    assert response.status_code == 405
    assert response.content_type == PROBLEM
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/daily-logs/A1/2026-02-30", "/daily-logs/A1/1999-01-01", "/daily-logs/%00/2026-01-05"]
)
def test_a_day_or_an_id_that_cannot_be_is_no_address(branch: Branch, path: str) -> None:
    assert branch.ask("A1", "GET", path).status_code == 404


@pytest.mark.parametrize("key", ["x" * 129, "a b", "\u00e9"])
def test_a_key_that_is_no_key_is_refused(branch: Branch, key: str) -> None:
    body = {"team_id": "T9", "name": "九组"}

    response = branch.ask("M1", "POST", "/teams", body, Key=key)

    assert response.status_code == 400
    assert response.json["type"] == "urn:shilu:problem:key-malformed"


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "登录"), ("en", "Sign in")])
def test_a_problem_is_told_in_the_readers_language(
    branch: Branch, language: str, word: str
) -> None:
    response = branch.client().get("/api/v1/me", headers={"Accept-Language": language})

    assert word in response.json["detail"]


def test_an_argument_nobody_knows_is_refused(branch: Branch) -> None:
    assert branch.ask("A1", "GET", "/me?colour=red").status_code == 422


def test_nothing_of_the_api_is_kept_by_a_cache(branch: Branch) -> None:
    for path in ("/me", "/nothing", "/people/A2"):
        assert branch.ask("A1", "GET", path).headers["Cache-Control"] == "no-store"


def test_the_document_names_its_version_and_every_route(branch: Branch) -> None:
    document = branch.client().get("/api/v1/openapi.json").json

    rules = {
        rule.rule for rule in branch.app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")
    }
    assert document["openapi"] == "3.1.0"
    assert len(document["paths"]) == len(rules - {"/api/v1/openapi.json"})
