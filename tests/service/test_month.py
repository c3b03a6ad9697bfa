"""The month on the phone: calendar, work weeks, goals beside the team's, the own funnel."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from domain.plan import Intention
from domain.sheet_figures import Figures
from domain.words import PlanKind, Role
from tests.service.conftest import TODAY, Branch, errors_of

MONTH = date(2026, 11, 1)
WORDS = {"month": str(MONTH), "summary": "签单不够", "plan": "先见老客户", "calls": "90"}


@pytest.fixture
def known(branch: Branch) -> Branch:
    """The branch has published its calendar: the 9th is off, the 14th is made up for."""
    branch.record.rulebook.publish_calendar(
        2026, (date(2026, 11, 9),), (date(2026, 11, 14),), "测试", by=branch.by("M1")
    )
    branch.follow()
    return branch


def test_days_off_and_make_up_days_are_marked(known: Branch) -> None:
    page = known.visitor("a1").get("/month").text

    assert re.search(r"11月9日 周一，休息日", page)
    assert re.search(r"11月14日 周六，调休上班", page)


def test_a_year_nobody_published_shows_a_banner_and_does_not_crash(branch: Branch) -> None:
    page = branch.visitor("a1").get("/month?month=2027-01")

    assert page.status_code == 200
    assert "2027 年的工作日历还没有发布" in page.text


def test_a_planned_day_is_counted_in_the_calendar(branch: Branch) -> None:
    meant = Intention(TODAY, PlanKind.TRAINING)
    branch.record.plans.plan("A1", "P1", meant, by=branch.by("A1"))
    branch.follow()

    assert "11月18日 周三，1 项安排" in branch.visitor("a1").get("/month").text


def test_work_weeks_are_suggested_and_divided_with_one_tap(known: Branch) -> None:
    agent = known.visitor("a1")
    page = agent.get("/month").text
    ends = dict(re.findall(r'name="(end\d)" value="([\d-]+)"', page))
    assert ends == {"end0": "2026-11-08", "end1": "2026-11-15", "end2": "2026-11-22"}

    response = agent.post("/month/weeks", month=str(MONTH), **ends)
    known.follow()

    assert "已划分" in agent.follow(response)


def test_weeks_that_do_not_fit_are_refused_in_words(branch: Branch) -> None:
    response = branch.visitor("a1").post(
        "/month/weeks", month=str(MONTH), end0="2026-11-15", end1="2026-11-08"
    )

    assert response.status_code == 422
    assert "一天不漏、一天不重" in errors_of(response)


def test_a_record_is_handed_in_and_then_read_only(branch: Branch) -> None:
    agent = branch.visitor("a1")
    agent.post("/month/weeks", month=str(MONTH), end0="2026-11-15")

    response = agent.post("/month", action="submit", version="2", **WORDS)
    branch.follow()
    page = agent.follow(response)

    assert "已提交" in page
    assert "<textarea" not in page


def test_a_month_that_is_not_divided_is_not_handed_in(branch: Branch) -> None:
    response = branch.visitor("a1").post("/month", action="submit", version="0", **WORDS)

    assert response.status_code == 422
    assert "工作周划分" in errors_of(response)
    assert "先见老客户" in response.text


def test_goals_roll_up_and_the_gap_to_the_team_is_shown(branch: Branch) -> None:
    boss = branch.by("S1", Role.SUPERVISOR)
    branch.record.team_goals.set("T1", MONTH, Figures(200), by=boss, focus="开门红")
    agent = branch.visitor("a1")
    agent.post("/month", action="save", version="0", **WORDS)
    branch.follow()

    page = agent.get("/month").text

    assert "开门红" in page
    assert "1/2 位伙伴已定目标" in page
    row = re.search(r"电话约访</th>(?:<td[^>]*>\d+</td>){3}</tr>", page[page.index("团队目标") :])
    assert row is not None
    assert re.findall(r">(\d+)<", row[0]) == ["200", "90", "110"]


def test_with_few_calls_the_funnel_says_so(branch: Branch) -> None:
    assert "记满 20 通才说得准" in branch.visitor("a1").get("/month").text


def test_the_supervisor_sets_the_goals_and_sees_who_set_their_own(branch: Branch) -> None:
    branch.visitor("a1").post("/month", action="save", version="0", **WORDS)
    branch.follow()
    supervisor = branch.visitor("s1")

    response = supervisor.post("/team-goals/T1", month=str(MONTH), calls="200", focus="先见老客户")
    branch.follow()
    page = supervisor.follow(response)

    assert re.search(r"还差</th><td class=\"n low\">110<", page)


def test_a_changed_team_goal_needs_its_reason(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    supervisor.post("/team-goals/T1", month=str(MONTH), calls="200")

    again = supervisor.post("/team-goals/T1", month=str(MONTH), calls="300")

    assert again.status_code == 422


def test_another_teams_goals_are_not_found(branch: Branch) -> None:
    assert branch.visitor("s1").get("/team-goals/T2").status_code == 404


def test_a_plan_points_to_the_teams_goal(branch: Branch) -> None:
    boss = branch.by("S1", Role.SUPERVISOR)
    branch.record.team_goals.set("T1", MONTH, Figures(policies=4), by=boss)
    branch.follow()
    agent, day = branch.visitor("a1"), TODAY + timedelta(days=1)

    response = agent.post("/plans", day=str(day), kind="training", goal="T1/2026-11/policies")
    branch.follow()

    assert "为团队目标：成交件数" in agent.follow(response)


def test_a_plan_points_to_no_goal_that_there_is_not(branch: Branch) -> None:
    response = branch.visitor("a1").post(
        "/plans", day=str(TODAY), kind="training", goal="T2/2026-11/policies"
    )

    assert response.status_code == 422
