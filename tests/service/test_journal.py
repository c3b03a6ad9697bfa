"""The supervisor's journal and duties through the pages (R-41, R-80 to R-85)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.scheduled_check import CheckKey
from domain.supervisor_journal import Asked, Question
from domain.words import By, Check, Role
from tests.service.conftest import TODAY, Branch, Visitor, errors_of
from tests.service.test_coaching import held
from tests.service.test_tracking import held as call_held
from tests.service.test_tracking import prepared


def submitted(visitor: Visitor, day: date = TODAY) -> str:
    response = visitor.post(f"/journal/{day}/submit", summary="做齐了，明天先打给李建国")
    assert response.status_code == 303, errors_of(response)
    visitor.branch.follow()
    return visitor.follow(response)


def ask(branch: Branch, day: date = TODAY) -> None:
    """Let the nightly check ask about the same customers."""
    key = CheckKey(Check.SELF_CHECK, "S1", day)
    by = By("system", Role.SYSTEM, branch.moment, branch.moment, key.command_id, "worker")
    questions = [Asked(Question.SAME_CUSTOMERS, 0.4, 10)]
    branch.record.scheduled_checks.finish(
        key,
        "T1",
        branch.moment,
        ["same_customers"],
        by=by,
        effects=lambda: branch.record.journals.self_checked("S1", day, questions, 5, by),
    )
    branch.follow()


def test_the_same_question_waits_once_and_an_answer_holds_for_a_week(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    for back in (2, 1, 0):
        ask(branch, TODAY - timedelta(days=back))
    assert supervisor.get("/journal").text.count("打给了同样的客户") == 1

    supervisor.post(f"/journal/{TODAY}/questions/same_customers", answer="换一批客户")
    branch.moment += timedelta(days=1)
    ask(branch, TODAY + timedelta(days=1))

    assert "打给了同样的客户" not in supervisor.get("/journal").text


def test_the_journal_is_filled_from_the_days_record(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    held(supervisor)
    call_held(supervisor, prepared(supervisor))
    branch.follow()

    page = supervisor.get("/journal").text

    assert "一对一辅导</b> 王小梅" in page
    assert "电话追踪</b> 王小梅" in page


def test_a_filed_journal_is_checked_against_the_record(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    held(supervisor)

    page = submitted(supervisor)

    assert "明天先打给李建国" in page
    assert "与记录一致，没有多，没有少" in page
    again = supervisor.post(f"/journal/{TODAY}/submit", summary="再来")
    assert again.status_code == 409


def test_an_empty_summary_is_asked_for(branch: Branch) -> None:
    response = branch.visitor("s1").post(f"/journal/{TODAY}/submit", summary=" ")

    assert response.status_code == 422
    assert "请写下今天的总结" in errors_of(response)


def test_function_groups_are_noted_by_hand(branch: Branch) -> None:
    supervisor = branch.visitor("s1")

    response = supervisor.post(
        f"/journal/{TODAY}/notes", kind="recommendation", text="推荐王小梅进培训组"
    )
    branch.follow()

    page = supervisor.follow(response)
    assert "推荐伙伴参加" in page
    assert "推荐王小梅进培训组" in page


def test_the_archive_lists_what_was_filed(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    submitted(supervisor, TODAY - timedelta(days=1))

    page = supervisor.get("/journal").text

    assert f'href="/journal?day={TODAY - timedelta(days=1)}"' in page
    assert "补交" in page


def test_a_question_is_asked_of_the_supervisor_and_answered(branch: Branch) -> None:
    ask(branch)
    supervisor = branch.visitor("s1")
    page = supervisor.get("/journal").text
    assert "40% 的回访打给了同样的客户（共 10 次）" in page
    assert "我怎样确定回访对象" in page

    response = supervisor.post(f"/journal/{TODAY}/questions/same_customers", answer="明天换名单")
    branch.follow()

    assert "没有等着回答的问题" in supervisor.follow(response)


def test_those_above_see_a_score_only_after_the_grace(branch: Branch) -> None:
    ask(branch)
    upper = branch.visitor("u1")
    assert "还没有得分" in upper.get("/duties").text

    branch.moment += timedelta(days=3, minutes=1)

    page = upper.get("/duties").text
    assert "80 分" in page
    assert "同样的客户" not in page


def test_those_above_see_the_rings_and_the_remarks(branch: Branch) -> None:
    held(branch.visitor("s1"))

    page = branch.visitor("u1").get("/duties").text

    assert "周志强" in page
    assert page.count('<span class="ring ') == 6
    assert "0 份，平均 0 字，0% 太短" in page


@pytest.mark.parametrize("login", ["a1", "x1", "m1"])
def test_a_journal_is_the_supervisors_own(branch: Branch, login: str) -> None:
    assert branch.visitor(login).get("/journal").status_code == 403


@pytest.mark.parametrize("path", ["/journal/heute/submit", f"/journal/{TODAY}/questions/none"])
def test_an_address_without_day_or_question_is_not_found(branch: Branch, path: str) -> None:
    assert branch.visitor("s1").post(path, summary="a").status_code == 404
