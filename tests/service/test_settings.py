"""The administrator's settings: the guide of the first day, rules, calendars, scripts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from domain.detector import Backtest
from domain.rulebook import ScriptStep
from service.work_calendar import seed
from tests.access.rows import CALL_HOURS, RHYTHM, SCRIPT, THRESHOLDS
from tests.service.conftest import Branch, errors_of


def test_the_guide_says_what_is_done_and_what_is_not(branch: Branch) -> None:
    page = branch.visitor("m1").get("/settings").text

    assert "2 个团队" in page
    assert "3 位伙伴" in page
    assert "2026 年还没有发布" in page


def test_nobody_else_has_settings(branch: Branch) -> None:
    for login in ("a1", "s1", "u1", "x1"):
        assert branch.visitor(login).get("/settings").status_code == 403


def test_a_known_year_is_filled_in_and_published_by_a_human(branch: Branch) -> None:
    admin = branch.visitor("m1")
    page = admin.get("/settings/calendar?year=2026").text
    assert "2026-10-01" in page
    assert 2026 not in branch.context.rules().published_years
    fields = dict(re.findall(r'name="(days_off|make_up_days)"[^>]*>([^<]*)<', page))

    admin.follow(admin.post("/settings/calendar", year=2026, origin="放假通知", **fields))

    rules = branch.context.rules()
    assert not rules.is_working_day(date(2026, 10, 1))
    assert rules.is_working_day(date(2026, 10, 10))  # a Saturday that is made up for


def test_a_year_that_nobody_knows_is_monday_to_friday_and_says_so(branch: Branch) -> None:
    branch.moment = datetime(2031, 3, 3, 4, tzinfo=UTC)
    admin = branch.visitor("m1")

    assert "2031 年的工作日历还没有发布" in branch.visitor("s1").get("/board").text
    page = admin.get("/settings/calendar?year=2031").text

    assert "系统还不知道这一年的放假安排" in page
    assert branch.context.rules().is_working_day(date(2031, 3, 3))
    assert seed(2031) is None


def test_the_next_year_is_asked_for_in_december_of_who_can_publish_it(branch: Branch) -> None:
    branch.record.rulebook.publish_calendar(2026, (), (), "测试", by=branch.by())
    branch.moment = datetime(2026, 12, 1, 4, tzinfo=UTC)

    assert "2027 年的工作日历" in branch.visitor("m1").get("/settings").text
    assert "2027 年的工作日历" not in branch.visitor("s1").get("/board").text


def test_what_is_no_date_is_named(branch: Branch) -> None:
    response = branch.visitor("m1").post(
        "/settings/calendar", year=2026, days_off="2026-10-01 国庆", origin="通知"
    )

    assert response.status_code == 422
    assert "国庆" in errors_of(response)


def test_a_day_of_another_year_is_refused(branch: Branch) -> None:
    response = branch.visitor("m1").post(
        "/settings/calendar", year=2026, days_off="2025-10-01", origin="通知"
    )

    assert response.status_code == 422


def test_a_new_work_mode_holds_from_its_day(branch: Branch) -> None:
    admin = branch.visitor("m1")
    mode = {"name": "6-3-1-1", "calls": 6, "meetings": 3, "closings": 1, "new_visits": 1}

    page = admin.follow(admin.post("/settings/work-modes", **mode, since="2026-12-01"))

    assert "6-3-1-1" in page
    assert branch.context.rules().mode_on(date(2026, 12, 1)).calls == 6
    assert branch.context.rules().mode_on(date(2026, 11, 30)).calls == 5


def test_deadlines_and_hours_for_calls_are_set(branch: Branch) -> None:
    admin = branch.visitor("m1")
    admin.follow(
        admin.post("/settings/deadlines", daily_log_due="20:45", late_reason_after_hours=24)
    )
    admin.follow(admin.post("/settings/call-hours", **CALL_HOURS | {"rest_until": "13:30"}))

    rules = branch.context.rules()

    assert rules.deadlines.daily_log_due == time(20, 45)
    assert rules.call_hours.rest_until == time(13, 30)


def test_the_administrator_says_when_weeks_and_months_are_due(branch: Branch) -> None:
    admin = branch.visitor("m1")

    page = admin.follow(admin.post("/settings/review-rhythm", **RHYTHM))

    assert '<option value="1" selected>下周周一' in page
    assert "前交算按时" in branch.visitor("a1").get("/week").text
    assert branch.context.rules().review.sheet_hours == 96


def test_what_is_no_day_of_a_week_is_refused(branch: Branch) -> None:
    response = branch.visitor("m1").post("/settings/review-rhythm", **RHYTHM | {"log_hours": "0"})

    assert response.status_code == 422
    assert "168" in errors_of(response)


def test_thresholds_ask_for_their_reason(branch: Branch) -> None:
    admin = branch.visitor("m1")
    response = admin.post("/settings/thresholds", **THRESHOLDS)
    assert response.status_code == 422
    assert "回测" in errors_of(response)

    untried = admin.post("/settings/thresholds", **THRESHOLDS, reason="更稳妥")
    assert untried.status_code == 409

    tried = Backtest("B-1", 1, 1, 1, ("0.96",), (), 0.1, 0.9, "test", "test")
    branch.record.detectors.record_backtest(tried, by=branch.by())
    admin.follow(admin.post("/settings/thresholds", **THRESHOLDS, reason="回测误报 0.4%"))

    assert branch.context.rules().alert_probability == 0.96


def test_a_threshold_below_the_least_is_refused(branch: Branch) -> None:
    sent = THRESHOLDS | {"alert_probability": "0.5", "reason": "想多抓几个"}

    assert branch.visitor("m1").post("/settings/thresholds", **sent).status_code == 422


def test_a_script_is_published_in_a_new_version(branch: Branch) -> None:
    admin = branch.visitor("m1")

    page = admin.follow(admin.post("/settings/scripts/default", **SCRIPT))

    assert "第 2 版" in page


def test_the_handbook_s_own_script_is_kept_as_it_was(branch: Branch) -> None:
    steps = tuple(ScriptStep(n, "步", "原文") for n in range(1, 7))
    branch.record.rulebook.publish_script("handbook-original", "zh", steps, by=branch.by())
    admin = branch.visitor("m1")

    assert "照样留存" in admin.get("/settings/scripts/handbook-original").text
    assert admin.post("/settings/scripts/handbook-original", **SCRIPT).status_code == 404
