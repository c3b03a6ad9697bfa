"""Tracking calls through the pages: owed, prepared, made with care, seen by the agent."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from tests.service.conftest import Branch, Visitor, errors_of

SHEET = {"agent": "A1", "points": "约访的开口", "asks": "每天多约两位"}
TALK = {
    "opened_with": "worry",
    "learnt": "客户都说再考虑",
    "affirmation": "坚持每天记日志",
    "requirement": "明天约十位",
    "goal": "本周三次面谈",
}


def prepared(visitor: Visitor) -> str:
    response = visitor.post("/tracking/new", **SHEET)
    assert response.status_code == 303, errors_of(response)
    visitor.branch.follow()
    return str(response.headers["Location"]).split("?")[0]


def held(visitor: Visitor, address: str, **changes: str) -> TestResponse:
    return visitor.post(f"{address}/held", **{**TALK, **changes})


def test_everybody_is_owed_two_calls_a_week(branch: Branch) -> None:
    page = branch.visitor("s1").get("/tracking").text

    assert len(re.findall("还欠 2 次", page)) == 2
    assert "4 到 6 次" in page


def test_a_call_is_prepared_made_and_counted(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    address = prepared(supervisor)
    assert "每天多约两位" in supervisor.get(address).text

    response = held(supervisor, address)
    branch.follow()

    page = supervisor.follow(response)
    assert "还欠 1 次" in page
    assert "近七天 1 次" in page


def test_a_call_without_a_goal_is_not_over_and_keeps_what_was_typed(branch: Branch) -> None:
    supervisor = branch.visitor("s1")

    response = held(supervisor, prepared(supervisor), goal=" ")

    assert response.status_code == 422
    assert "请写下目标" in errors_of(response)
    assert "客户都说再考虑" in response.text


def test_the_page_warns_before_the_afternoon(branch: Branch) -> None:
    assert "13:00–21:00" in branch.visitor("s1").get("/tracking").text  # it is noon


def test_a_call_that_was_missed_waits(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    address = prepared(supervisor)

    response = supervisor.post(f"{address}/missed", reason="busy")
    branch.follow()

    assert "正在见客户" in supervisor.follow(response)


def test_the_next_preparation_shows_what_was_agreed(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    held(supervisor, prepared(supervisor))
    branch.follow()

    assert "本周三次面谈" in supervisor.get("/tracking/new?agent=A1").text


@pytest.mark.parametrize("path", ["/tracking/new?agent=B1", "/tracking/T-1", "/tracking/new"])
def test_other_teams_and_unknown_calls_do_not_exist(branch: Branch, path: str) -> None:
    assert branch.visitor("s1").get(path).status_code == 404


def test_another_supervisors_call_cannot_be_opened(branch: Branch) -> None:
    address = prepared(branch.visitor("s1"))

    assert branch.visitor("s2").get(address).status_code == 404


def test_the_board_shows_the_three_rings_and_who_is_owed_a_call(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    held(supervisor, prepared(supervisor))
    branch.follow()

    page = supervisor.get("/board").text

    assert page.count('<span class="ring ') == 3
    assert "还欠 1 次" in page
