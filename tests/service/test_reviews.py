"""Reviewing logs through the pages: the queue, the checklist's ticks, the agent's answer."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from tests.service.conftest import TODAY, Branch, Visitor, errors_of

ADDRESS = f"/reviews/A1/{TODAY}"
GOOD = {"verdict": "good", "kind": "praise", "text": "三次面谈都写清了客户的顾虑"}


@pytest.fixture
def handed_in(branch: Branch) -> Branch:
    """A branch in which A1 has handed in a thin day."""
    branch.log_visit()
    branch.record.daily_logs.submit("A1", TODAY, by=branch.by("A1"))
    branch.follow()
    return branch


def review(visitor: Visitor, **fields: object) -> TestResponse:
    return visitor.post(ADDRESS, **{**GOOD, **fields})


def test_a_log_that_was_handed_in_waits_for_its_review(handed_in: Branch) -> None:
    page = handed_in.visitor("s1").get("/reviews").text

    assert f'href="{ADDRESS}"' in page
    assert "待批阅 1" in page


def test_another_teams_log_is_not_in_the_queue_and_cannot_be_opened(handed_in: Branch) -> None:
    other = handed_in.visitor("s2")

    assert ADDRESS not in other.get("/reviews").text
    assert other.get(ADDRESS).status_code == 404
    assert review(other).status_code == 404


def test_the_checklist_ticks_what_the_log_shows(handed_in: Branch) -> None:
    page = handed_in.visitor("s1").get(ADDRESS).text

    ticked = set(re.findall(r'name="findings" value="(\w+)"[^>]*checked', page))
    assert {"no_daily_summary", "quota_short", "thin_notes", "no_next_step"} <= ticked
    assert "良好习惯的重要性" in page


def test_a_review_is_recorded_and_the_next_log_shown(handed_in: Branch) -> None:
    handed_in.log_visit("A2", "C-2")
    handed_in.record.daily_logs.submit("A2", TODAY, by=handed_in.by("A2"))
    handed_in.follow()
    supervisor = handed_in.visitor("s1")

    response = review(supervisor, findings=["no_daily_summary"])

    assert response.headers["Location"].startswith(f"/reviews/A2/{TODAY}?undo=A1/{TODAY}&after=")
    handed_in.follow()
    shown = supervisor.get(ADDRESS).text
    assert "一天工作总结没有填" in shown
    assert "面谈过程记得太简单" not in shown  # unticked by the reviewer


def test_the_agent_reads_the_review_and_answers(handed_in: Branch) -> None:
    review(handed_in.visitor("s1"))
    handed_in.follow()
    agent = handed_in.visitor("a1")
    assert "三次面谈都写清了客户的顾虑" in agent.get("/mine").text

    answered = agent.post(f"/mine/reviews/{TODAY}/read", reply="明天继续")
    handed_in.follow()

    assert "明天继续" in agent.follow(answered)
    assert "明天继续" in handed_in.visitor("s1").get(ADDRESS).text


def test_a_review_just_given_is_taken_back_and_given_anew(handed_in: Branch) -> None:
    supervisor = handed_in.visitor("s1")
    page = supervisor.follow(review(supervisor))
    assert f'action="{ADDRESS}/withdraw" data-undo' in page

    taken_back = supervisor.post(f"{ADDRESS}/withdraw")
    page = supervisor.follow(taken_back)

    assert "批阅已撤销" in page
    assert 'id="review-form"' in page
    assert "三次面谈" not in handed_in.visitor("a1").get("/mine").text
    supervisor.follow(review(supervisor, text="面谈之后要约好下次的时间"))
    handed_in.follow()
    assert "约好下次的时间" in handed_in.visitor("a1").get("/mine").text


def test_a_review_that_was_read_stays(handed_in: Branch) -> None:
    supervisor = handed_in.visitor("s1")
    review(supervisor)
    handed_in.follow()
    handed_in.visitor("a1").post(f"/mine/reviews/{TODAY}/read")

    response = supervisor.post(f"{ADDRESS}/withdraw")

    assert response.status_code == 409
    assert "不能再撤销" in response.text


def test_a_remark_copied_from_another_log_is_asked_about_once(handed_in: Branch) -> None:
    handed_in.log_visit("A2", "C-2")
    handed_in.record.daily_logs.submit("A2", TODAY, by=handed_in.by("A2"))
    handed_in.follow()
    supervisor = handed_in.visitor("s1")
    review(supervisor)
    handed_in.follow()

    held = supervisor.post(f"/reviews/A2/{TODAY}", **GOOD)

    assert held.status_code == 409
    assert "一模一样" in errors_of(held)
    assert 'name="meant"' in held.text
    meant = supervisor.post(f"/reviews/A2/{TODAY}", meant="yes", **GOOD)
    assert meant.status_code == 303


def test_to_improve_asks_for_advice_and_keeps_what_was_typed(handed_in: Branch) -> None:
    response = review(handed_in.visitor("s1"), verdict="improve")

    assert response.status_code == 422
    assert GOOD["text"] in response.text


def test_a_number_in_a_note_is_not_shown_to_the_reviewer(branch: Branch) -> None:
    branch.log_visit()
    branch.record.daily_logs.write_summary(
        "A1",
        TODAY,
        "客户换了号码 13812345678",
        by=replace(branch.by("A1"), numbers_meant=True),
    )
    branch.record.daily_logs.submit("A1", TODAY, by=branch.by("A1"))
    branch.follow()

    page = branch.visitor("s1").get(ADDRESS).text

    assert "13812345678" not in page
    assert "里面有号码" in page


def test_an_agent_cannot_open_a_review_page(handed_in: Branch) -> None:
    assert handed_in.visitor("a1").get(ADDRESS).status_code == 404
    assert review(handed_in.visitor("a1")).status_code == 403


@pytest.mark.parametrize("day", ["2026-13-01", "heute", "2026-11-18x"])
def test_an_address_without_a_day_is_not_found(handed_in: Branch, day: str) -> None:
    assert handed_in.visitor("s1").get(f"/reviews/A1/{day}").status_code == 404
