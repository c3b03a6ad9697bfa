"""The weekly sheet on the phone: results read-only, what is missing, what does not fit."""

from __future__ import annotations

import re
from datetime import date, timedelta

from domain.sheet_figures import Figures
from tests.service.conftest import TODAY, Branch, Visitor, errors_of

MONDAY = date(2026, 11, 16)
NEXT = {"next_calls": "25", "next_meetings": "15", "next_closings": "5"}


def send(visitor: Visitor, action: str = "submit", **fields: str) -> object:
    sent = {
        "monday": str(MONDAY),
        "version": "0",
        "summary": "电话不够，下周补上",
        **NEXT,
        **fields,
    }
    return visitor.post("/week", action=action, **sent)


def test_results_come_from_the_log_and_cannot_be_typed(branch: Branch) -> None:
    branch.log_visit()
    branch.follow()
    agent = branch.visitor("a1")

    page = agent.get("/week").text

    assert re.search(r'面谈</th><td class="n"><b>1</b>', page)
    assert 'name="meetings"' in page  # the targets of a first week are set by hand
    refused = agent.post("/week", monday=str(MONDAY), version="0", summary="好", results="99")
    assert refused.status_code == 422


def test_what_is_missing_is_a_list_that_leads_there(branch: Branch) -> None:
    page = branch.visitor("a1").get("/week").text

    for href, text in (
        ("#targets", "原定目标"),
        ("#summary", "本周总结"),
        ("#next_plan", "下周计划"),
    ):
        assert re.search(rf'href="{href}">{text}<', page)
    assert "下周 5 个工作日还没有安排" in page


def test_a_draft_is_saved_and_still_there(branch: Branch) -> None:
    agent = branch.visitor("a1")

    response = send(agent, "save")
    branch.follow()

    page = agent.follow(response)  # type: ignore[arg-type]
    assert "电话不够，下周补上" in page
    assert "提交周工作检视表" in page


def test_a_sheet_is_handed_in_and_then_read_only(branch: Branch) -> None:
    agent = branch.visitor("a1")

    response = send(agent)
    branch.follow()
    page = agent.follow(response)  # type: ignore[arg-type]

    assert "已提交" in page
    assert "<textarea" not in page


def test_last_weeks_plan_is_this_weeks_target(branch: Branch) -> None:
    agent = branch.visitor("a1")
    send(agent)
    branch.follow()
    branch.moment += timedelta(days=7)

    page = agent.get("/week").text

    assert re.search(r'电话约访</th><td class="n">25</td>', page)
    assert "/week/targets" not in page


def test_a_sheet_without_a_summary_is_not_handed_in_and_keeps_what_was_typed(
    branch: Branch,
) -> None:
    response = send(branch.visitor("a1"), summary="", next_calls="27")

    assert response.status_code == 422  # type: ignore[attr-defined]
    assert "还差：总结" in errors_of(response)  # type: ignore[arg-type]
    assert 'value="27"' in response.text  # type: ignore[attr-defined]


def test_a_claim_that_the_log_does_not_show_is_asked_about_once(branch: Branch) -> None:
    agent = branch.visitor("a1")
    boast = "本周打了30通电话"

    held = send(agent, summary=boast)

    assert held.status_code == 422  # type: ignore[attr-defined]
    assert "日志里电话约访是 0" in errors_of(held)  # type: ignore[arg-type]
    assert 'name="meant"' in held.text  # type: ignore[attr-defined]
    meant = send(agent, summary=boast, meant="yes")
    assert meant.status_code == 303  # type: ignore[attr-defined]


def test_a_plan_far_above_the_own_best_is_warned_about(branch: Branch) -> None:
    for back in (7, 14, 21):
        branch.moment -= timedelta(days=back)
        branch.log_visit()
        branch.moment += timedelta(days=back)
    agent = branch.visitor("a1")
    send(agent, "save", next_meetings="15")
    branch.follow()

    assert "高出三成以上" in agent.get("/week").text


def test_the_usual_week_is_offered_for_the_next(branch: Branch) -> None:
    page = branch.visitor("a1").get("/week").text

    offered = re.search(r'name="next_calls" value="(\d+)"', page)
    assert offered is not None
    assert offered.group(1) == "25"  # no history yet: five working days of the work mode


def test_targets_of_the_running_week_are_set_once(branch: Branch) -> None:
    agent = branch.visitor("a1")

    first = agent.post("/week/targets", monday=str(MONDAY), calls="20")
    again = agent.post("/week/targets", monday=str(MONDAY), calls="5")

    assert first.status_code == 303
    assert again.status_code == 409
    assert "目标定了就不再改" in errors_of(again)


def test_next_weeks_days_lead_to_their_plans(branch: Branch) -> None:
    page = branch.visitor("a1").get("/week").text

    assert f'href="/plans?day={MONDAY + timedelta(days=7)}"' in page


def test_a_week_before_can_be_looked_at(branch: Branch) -> None:
    response = branch.visitor("a1").get(f"/week?day={TODAY - timedelta(days=7)}")

    assert response.status_code == 200
    assert "11 月 9–15 日" in response.text


def test_over_the_api_the_week_says_what_the_page_says(branch: Branch) -> None:
    branch.record.weekly_sheets.set_targets("A1", MONDAY, Figures(20), by=branch.by("A1"))
    branch.log_visit()
    branch.follow()

    shown = branch.visitor("a1").get(f"/api/v1/weekly-sheets/A1/{MONDAY}").json

    assert shown is not None
    assert (shown["targets"]["calls"], shown["results"]["meetings"]) == (20, 1)
