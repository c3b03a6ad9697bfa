"""The page of checks, the suggestions, and the upper supervisor's board."""

from __future__ import annotations

import re
from datetime import timedelta

from domain.filling_ladder import Problem
from domain.filling_signs import Sign
from domain.filling_suggestion import suggestion_id_of
from domain.scheduled_check import CheckKey
from domain.sheet_figures import Figures
from domain.sheet_review import Care
from domain.weekly_sheet import WeekWords
from domain.words import By, Check, RemarkKind, Role, SheetKind
from tests.service.conftest import TODAY, Branch

SUGGESTION = suggestion_id_of("A1", Problem.FADED, TODAY)
FACTS = {"filled": 3, "of": 10, "before": 18, "before_of": 20}


def suggest(branch: Branch) -> None:
    """Let the weekly look suggest something about A1."""
    key = CheckKey(Check.FILLING_PROBLEMS, "T1", TODAY)
    by = By("system", Role.SYSTEM, branch.moment, branch.moment, key.command_id, "worker")
    sign, suggestions = Sign(Problem.FADED, FACTS), branch.record.filling_suggestions
    branch.record.scheduled_checks.finish(
        key,
        "T1",
        branch.moment,
        ["A1/faded"],
        by=by,
        effects=lambda: suggestions.raised("A1", "T1", sign, TODAY, by),
    )
    branch.follow()


def leave_unreviewed(branch: Branch) -> None:
    """Let A1's log of yesterday wait too long, and a check find it."""
    day = TODAY - timedelta(days=1)
    branch.record.daily_logs.submit(
        "A1", day, summary="走访", short_reason="改期", by=branch.by("A1")
    )
    key = CheckKey(Check.OVERDUE_REVIEWS, "T1", day)
    by = By("system", Role.SYSTEM, branch.moment, branch.moment, key.command_id, "worker")
    branch.record.scheduled_checks.finish(key, "T1", branch.moment, ["A1"], by=by)
    branch.follow()


def test_the_supervisor_sees_what_ran_and_what_it_found(branch: Branch) -> None:
    suggest(branch)

    page = branch.visitor("s1").get("/checks").text

    assert "填写问题" in page
    assert "王小梅" in page
    assert "/filling/suggestions" in page


def test_another_supervisor_sees_nothing_of_it(branch: Branch) -> None:
    suggest(branch)

    assert "王小梅" not in branch.visitor("s2").get("/checks").text


def test_what_watches_over_supervisors_is_not_theirs_to_see(branch: Branch) -> None:
    assert "查看号码的检查" not in branch.visitor("s1").get("/checks").text
    assert "查看号码的检查" in branch.visitor("u1").get("/checks").text


def test_the_administrator_sees_that_it_ran_and_not_about_whom(branch: Branch) -> None:
    suggest(branch)

    page = branch.visitor("m1").get("/checks").text

    assert "发现 1 项" in page
    assert "王小梅" not in page


def test_a_suggestion_tells_its_figures_and_leads_to_a_case(branch: Branch) -> None:
    suggest(branch)
    supervisor = branch.visitor("s1")
    page = supervisor.get("/filling/suggestions").text
    assert "最近 10 个工作日只写了 3 天" in page

    supervisor.follow(
        supervisor.post("/filling/new", agent="A1", problem="faded", note="这两周没写")
    )
    branch.follow()

    assert "没有提示" in supervisor.get("/filling/suggestions").text


def test_a_suggestion_is_put_aside_with_a_reason(branch: Branch) -> None:
    suggest(branch)
    supervisor = branch.visitor("s1")
    address = f"/filling/suggestions/{SUGGESTION}/dismiss"
    assert supervisor.post(address).status_code == 422

    page = supervisor.follow(supervisor.post(address, reason="住院了"))

    assert "没有提示" in page


def test_late_reviews_come_up_to_the_upper_supervisor_until_they_are_done(
    branch: Branch,
) -> None:
    leave_unreviewed(branch)
    upper, day = branch.visitor("u1"), TODAY - timedelta(days=1)
    assert re.search(
        r"周志强</b> <small>朝阳组</small><p>1 份日志没有批阅", upper.get("/above").text
    )

    supervisor = branch.visitor("s1")
    supervisor.post(
        f"/reviews/A1/{day}", verdict="good", kind="praise", text="走访的总结写得很实在"
    )
    branch.follow()

    assert "都批阅了" in upper.get("/above").text


def test_weeks_without_a_review_come_up_too_until_they_are_done(branch: Branch) -> None:
    monday = TODAY - timedelta(days=TODAY.weekday() + 7)
    words = WeekWords("这一周把老客户都走了一遍", Figures(25, 15))
    branch.record.weekly_sheets.submit("A1", monday, words, by=branch.by("A1"))
    key = CheckKey(Check.OVERDUE_SHEET_REVIEWS, "T1", TODAY)
    by = By("system", Role.SYSTEM, branch.moment, branch.moment, key.command_id, "worker")
    found = [f"A1/week/{monday}"]
    branch.record.scheduled_checks.finish(key, "T1", branch.moment, found, by=by)
    branch.follow()
    upper = branch.visitor("u1")
    assert "1 份周表或月记录没有批阅" in upper.get("/above").text
    assert f"王小梅 · 周工作检视表 · {monday}" in branch.visitor("s1").get("/checks").text

    care = Care(RemarkKind.GUIDE, "签单前的准备做得扎实", "下周先把电话补上来")
    boss = branch.by("S1")
    branch.record.sheet_reviews.complete("A1", SheetKind.WEEK, monday, care, by=boss)
    branch.follow()

    assert "都批阅了" in upper.get("/above").text
