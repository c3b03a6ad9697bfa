"""A paper note finds its visit; unclear ones are chosen by a person; none is ever a denial."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.service.conftest import TODAY, Branch, Visitor

NOTE: dict[str, Any] = {
    "day": str(TODAY),
    "called_on": str(TODAY),
    "name": "张三丰",
    "phone": "13812341243",  # two digits swapped
    "outcome": "confirmed",
}


@pytest.fixture
def supervisor(branch: Branch) -> Visitor:
    return branch.visitor("s1")


def outcomes(branch: Branch) -> list[str]:
    return [
        str(e.data["outcome"])
        for e in branch.store.reader().all()
        if e.topic == "callback.outcome_recorded.v1"
    ]


def test_a_clear_note_is_shown_for_a_check_and_then_recorded(
    branch: Branch, supervisor: Visitor
) -> None:
    visit = branch.log_visit()
    branch.follow()

    asked = supervisor.post("/callbacks/note", **NOTE)
    assert "很可能是这一次" in asked.text or "请你来选" in asked.text
    assert visit in asked.text
    supervisor.follow(supervisor.post("/callbacks/note", **NOTE, activity=visit))

    assert outcomes(branch) == ["confirmed"]


def test_a_note_about_nobody_records_nothing(branch: Branch, supervisor: Visitor) -> None:
    branch.log_visit()
    branch.follow()

    page = supervisor.post(
        "/callbacks/note",
        **{**NOTE, "name": "欧阳锋", "phone": "15900001111", "outcome": "denied"},
    )

    assert "这不算客户否认" in page.text
    assert outcomes(branch) == []


def test_neither_name_nor_number_leaks(branch: Branch, supervisor: Visitor) -> None:
    branch.log_visit()
    branch.follow()

    page = supervisor.post("/callbacks/note", **{**NOTE, "name": "张", "phone": "13812341234"}).text

    assert "张**" in page
    assert "张三丰" not in page


def test_another_teams_visits_are_never_offered(branch: Branch) -> None:
    visit = branch.log_visit()
    branch.follow()

    page = branch.visitor("s2").post("/callbacks/note", **NOTE).text

    assert visit not in page


def test_none_of_them_records_nothing(branch: Branch, supervisor: Visitor) -> None:
    branch.log_visit()
    branch.follow()

    page = supervisor.post("/callbacks/note", **NOTE, activity="+none").text

    assert re.search("那就不记了", page)
    assert outcomes(branch) == []


def test_the_made_up_share_page_says_when_there_is_not_enough(branch: Branch) -> None:
    page = branch.visitor("u1").get("/fake-rate").text

    assert "回访还不够" in page
    assert "各位主管的回访看起来都很平常" in page
    assert "可以问问" not in branch.visitor("s1").get("/fake-rate").text
