"""Weeks and months under review: the queue, the ticks, the agent who reads and answers."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from domain.monthly_record import MonthWords
from domain.plan import Intention
from domain.sheet_figures import Figures
from domain.weekly_sheet import WeekWords
from domain.words import PlanKind
from domain.work_weeks import from_ends
from tests.service.conftest import TODAY, Branch, Visitor, errors_of

MONDAY = date(2026, 11, 16)
ADDRESS = f"/reviews/A1/week/{MONDAY}"
CARE = {"kind": "guide", "evaluation": "签单前的准备做得扎实", "advice": "下周先把电话补上来"}


@pytest.fixture
def handed_in(branch: Branch) -> Branch:
    meant = Intention(MONDAY + timedelta(days=7), PlanKind.FACE_MEETING, customer_id="C-1")
    branch.record.plans.plan("A1", "P1", meant, by=branch.by("A1"))
    words = WeekWords("本周打了30通电话", Figures(25, 15))
    branch.record.weekly_sheets.submit("A1", MONDAY, words, by=branch.by("A1"))
    branch.follow()
    return branch


def review(visitor: Visitor, address: str = ADDRESS, **fields: Any) -> TestResponse:
    return visitor.post(address, **{**CARE, **fields})


def test_what_was_handed_in_waits_in_the_queue(handed_in: Branch) -> None:
    page = handed_in.visitor("s1").get("/reviews?state=sheets").text

    assert "周表与月记录 1" in page
    assert f'href="{ADDRESS}"' in page


def test_the_ticks_are_computed_with_problem_and_lesson(handed_in: Branch) -> None:
    page = handed_in.visitor("s1").get(ADDRESS).text

    for text in ("各栏目都填了", "原定目标可行", "总结全面、客观", "计划可行、与团队相符"):
        assert text in page
    assert "总结里的数和日志对不上" in page  # 30 calls said, none logged
    assert "漏记日志，或总结不客观" in page
    assert "辅导重点：过程记录" in page
    ticked = set(re.findall(r'name="findings" value="(\w+)"[^>]*checked', page))
    assert {"columns_empty", "summary_unsupported", "plan_empty_days"} <= ticked


def test_the_branch_s_rows_replace_ours(handed_in: Branch) -> None:
    admin = handed_in.visitor("m1")
    page = admin.get("/settings/checklist/week").text
    applies = set(re.findall(r'name="applies" value="(\w+)"[^>]*checked', page)) - {
        "plan_empty_days"
    }
    told = {"symptom_summary_unsupported": "说的和记的不一样"}

    admin.follow(admin.post("/settings/checklist/week", applies=sorted(applies), **told))

    page = handed_in.visitor("s1").get(ADDRESS).text
    assert "说的和记的不一样" in page
    assert "漏记日志，或总结不客观" in page  # an empty text is the handbook's own
    assert "下周有几天没有安排" not in page


def test_customers_stay_masked_in_the_plan(handed_in: Branch) -> None:
    page = handed_in.visitor("s1").get(ADDRESS).text

    assert "张三丰" not in page
    assert "张**" in page


@pytest.mark.parametrize("field", ["evaluation", "advice"])
def test_it_is_not_closed_without_evaluation_and_advice(handed_in: Branch, field: str) -> None:
    response = review(handed_in.visitor("s1"), **{field: ""})

    assert response.status_code == 422
    assert "签单前的准备" in response.text or "先把电话补上来" in response.text


def test_a_thin_evaluation_is_asked_about_once(handed_in: Branch) -> None:
    supervisor = handed_in.visitor("s1")

    held = review(supervisor, evaluation="好！")

    assert held.status_code == 409
    assert "太短" in errors_of(held)
    assert review(supervisor, evaluation="好！", meant="yes").status_code == 303


def test_the_agent_reads_the_care_beside_the_sheet_and_answers(handed_in: Branch) -> None:
    review(handed_in.visitor("s1"))
    handed_in.follow()
    agent = handed_in.visitor("a1")
    page = agent.get(f"/week?day={MONDAY}").text
    assert "签单前的准备做得扎实" in page
    assert "<em>1" in page  # the navigation counts what is unread

    answered = agent.post(f"/mine/sheets/week/{MONDAY}/read", reply="明白，先补电话")
    handed_in.follow()

    assert "明白，先补电话" in agent.follow(answered)
    assert "明白，先补电话" in handed_in.visitor("s1").get(ADDRESS).text


def test_last_weeks_care_stands_on_this_weeks_sheet(handed_in: Branch) -> None:
    review(handed_in.visitor("s1"))
    handed_in.follow()
    handed_in.moment += timedelta(days=7)

    assert "上周的主管关怀" in handed_in.visitor("a1").get("/week").text


def test_a_months_review_needs_guidance(branch: Branch) -> None:
    month = date(2026, 11, 1)
    weeks = from_ends(month, [date(2026, 11, 15)])
    branch.record.monthly_records.divide("A1", month, weeks, by=branch.by("A1"))
    words = MonthWords("上月签了三单，比前月多", "先见老客户", Figures(90))
    branch.record.monthly_records.submit("A1", month, words, by=branch.by("A1"))
    branch.follow()
    supervisor, address = branch.visitor("s1"), f"/reviews/A1/month/{month}"
    assert "工作周划分合适" in supervisor.get(address).text

    assert review(supervisor, address).status_code == 422
    guided = review(supervisor, address, guidance="十二月先排老客户")
    branch.follow()

    assert guided.status_code == 303
    assert "对下个月行事历的指导" in branch.visitor("a1").get("/month").text


def test_another_teams_sheet_is_not_found(handed_in: Branch) -> None:
    other = handed_in.visitor("s2")

    assert other.get(ADDRESS).status_code == 404
    assert review(other).status_code == 404


def test_an_agent_finds_no_review_page(handed_in: Branch) -> None:
    assert handed_in.visitor("a1").get(ADDRESS).status_code == 404
    assert review(handed_in.visitor("a1")).status_code == 403


@pytest.mark.parametrize("period", ["heute", "2026-02-30"])
def test_an_address_without_a_day_is_not_found(handed_in: Branch, period: str) -> None:
    assert handed_in.visitor("s1").get(f"/reviews/A1/week/{period}").status_code == 404


def test_a_sheet_that_was_not_handed_in_is_named_on_the_board_and_on_the_day(
    branch: Branch,
) -> None:
    branch.follow()

    board = branch.visitor("s1").get("/board").text
    mine = branch.visitor("a1").get("/today").text

    assert re.search(r"11 月 9–15 日的周工作检视表</b><p>还没有交：", board)
    assert "11 月 9–15 日的周工作检视表还没有交" in mine


def test_who_handed_in_is_not_named(branch: Branch) -> None:
    last_week = TODAY - timedelta(days=9)
    words = WeekWords("上周见了三位", Figures(20))
    branch.record.weekly_sheets.submit("A1", last_week, words, by=branch.by("A1"))
    branch.follow()

    assert "11 月 9–15 日的周工作检视表还没有交" not in branch.visitor("a1").get("/today").text
    board = branch.visitor("s1").get("/board").text
    told = re.search(r"周工作检视表</b><p>还没有交：([^<]*)<", board)
    assert told is not None
    assert "王小梅" not in told[1]


def test_a_sheet_that_waits_too_long_is_marked(handed_in: Branch) -> None:
    queue = "/reviews?state=sheets"
    assert "已过时限" not in handed_in.visitor("s1").get(queue).text

    handed_in.moment += timedelta(days=4)

    assert "已过时限" in handed_in.visitor("s1").get(queue).text


def test_a_review_just_given_is_taken_back_and_given_anew(handed_in: Branch) -> None:
    supervisor = handed_in.visitor("s1")
    page = supervisor.follow(review(supervisor))
    assert f'action="{ADDRESS}/withdraw" data-undo' in page

    page = supervisor.follow(supervisor.post(f"{ADDRESS}/withdraw"))

    assert "批阅已撤销" in page
    assert 'name="evaluation"' in page
    agent, week = handed_in.visitor("a1"), f"/week?day={MONDAY}"
    assert CARE["evaluation"] not in agent.get(week).text
    assert "周表与月记录 1" in supervisor.get("/reviews?state=sheets").text
    supervisor.follow(review(supervisor, advice="下周每天早上先打五个电话"))
    assert "每天早上先打五个电话" in agent.get(week).text
