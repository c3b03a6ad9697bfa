"""Plans on pages: planned in the evening, one tap the next day."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from domain.plan import Intention
from domain.words import PlanKind
from tests.service.conftest import TODAY, Branch, errors_of

TOMORROW = TODAY + timedelta(days=1)
MEETING = {"day": str(TODAY), "kind": "face_meeting", "customer_id": "C-1", "at": "15:00"}


@pytest.fixture
def planned(branch: Branch) -> Branch:
    meant = Intention(TODAY, PlanKind.FACE_MEETING, customer_id="C-1")
    branch.record.plans.plan("A1", "P1", meant, by=branch.by("A1"))
    branch.follow()
    return branch


def test_the_plan_opens_on_the_next_working_day(branch: Branch) -> None:
    page = branch.visitor("a1").get("/plans").text

    assert f'value="{TOMORROW}"' in page
    assert "这一天还没有安排" in page


def test_an_item_goes_into_the_plan_and_onto_the_day(branch: Branch) -> None:
    agent = branch.visitor("a1")

    response = agent.post("/plans", **MEETING)
    branch.follow()

    assert "计划记下了" in agent.follow(response)
    page = agent.get("/today").text
    assert "今天的计划" in page
    assert "张三丰" in page


def test_one_tap_turns_the_plan_into_an_entry(planned: Branch) -> None:
    agent = planned.visitor("a1")

    response = agent.post("/plans/P1/keep", result="interested")
    planned.follow()
    page = agent.follow(response)

    assert "已记 1 笔" in page
    assert "撤回" in page
    assert "今天的计划" not in page


def test_no_result_is_chosen_beforehand(planned: Branch) -> None:
    page = planned.visitor("a1").get("/today").text

    buttons = re.findall(r'name="result" value="(\w+)"', page)
    assert buttons == ["interested", "follow_up", "declined", "not_met"]


def test_a_second_tap_is_no_second_entry(planned: Branch) -> None:
    agent = planned.visitor("a1")
    agent.post("/plans/P1/keep", result="interested")

    again = agent.post("/plans/P1/keep", result="interested")

    assert again.status_code == 409
    log = planned.record.daily_logs.find("A1", TODAY)
    assert log is not None
    assert log.counts() == {"face_meeting": 1}


def test_an_entry_that_is_taken_back_opens_its_plan_again(planned: Branch) -> None:
    agent = planned.visitor("a1")
    tapped = agent.post("/plans/P1/keep", result="interested")
    planned.follow()
    undo = re.search(r'action="(/today/entries/[^"]+/withdraw)" data-undo', agent.follow(tapped))
    assert undo is not None

    agent.post(undo.group(1), day=str(TODAY), reason="刚记下就撤销")
    planned.follow()

    assert "今天的计划" in agent.get("/today").text
    again = agent.post("/plans/P1/keep", result="follow_up")
    planned.follow()
    assert again.status_code == 303
    assert "今天的计划" not in agent.follow(again)
    log = planned.record.daily_logs.find("A1", TODAY)
    assert log is not None
    assert [e.withdrawn for e in log.activities.values()] == [True, False]


def test_a_plan_of_yesterday_is_opened_again_too(branch: Branch) -> None:
    meant = Intention(TODAY, PlanKind.FACE_MEETING, customer_id="C-1")
    branch.record.plans.plan("A1", "P1", meant, by=branch.by("A1"))
    branch.moment += timedelta(days=1)
    branch.follow()
    agent = branch.visitor("a1")
    agent.post("/plans/P1/keep", result="interested")
    log = branch.record.daily_logs.find("A1", TOMORROW)
    assert log is not None
    entry = next(iter(log.activities))

    agent.post(f"/today/entries/{entry}/withdraw", day=str(TOMORROW), reason="记错了")
    branch.follow()

    assert "之前还有 1 项没有了结" in agent.get("/today").text
    assert agent.post("/plans/P1/cancel", reason="unreachable").status_code == 303


def test_a_visit_needs_its_result(planned: Branch) -> None:
    response = planned.visitor("a1").post("/plans/P1/keep")

    assert response.status_code == 422
    assert "请选择结果" in errors_of(response)


def test_an_item_is_put_off_with_its_reason(planned: Branch) -> None:
    agent = planned.visitor("a1")

    response = agent.post(
        "/plans/P1/move", day=str(TOMORROW), at="10:00", reason="customer_moved", back="today"
    )
    planned.follow()

    assert response.status_code == 303
    page = agent.get(f"/plans?day={TOMORROW}").text
    assert "原定 11月18日" in page


def test_a_cancelled_item_stays_on_the_page_and_leaves_the_day(planned: Branch) -> None:
    agent = planned.visitor("a1")

    agent.post("/plans/P1/cancel", reason="unreachable", back="today")
    planned.follow()

    assert "今天的计划" not in agent.get("/today").text
    assert "已取消" in agent.get(f"/plans?day={TODAY}").text


def test_what_was_just_planned_is_taken_back_with_one_tap(branch: Branch) -> None:
    agent = branch.visitor("a1")
    page = agent.follow(agent.post("/plans", **MEETING))
    button = re.search(r'action="([^"]+)" data-undo>(.*?)</form>', page)
    assert button is not None
    told = dict(re.findall(r'name="(reason|back)" value="([^"]+)"', button.group(2)))

    page = agent.follow(agent.post(button.group(1), **told))

    assert "已取消" in page
    assert "安排了 0 项" in page


def test_a_slip_is_no_reason_to_choose(planned: Branch) -> None:
    assert "记错了" not in planned.visitor("a1").get("/today").text


def test_what_was_agreed_on_a_visit_waits_on_its_day(branch: Branch) -> None:
    agent = branch.visitor("a1")
    agent.post(
        "/today/entries",
        day=str(TODAY),
        kind="face_meeting",
        customer_id="C-1",
        result="interested",
        next=f"{TOMORROW}T10:00",
    )
    branch.follow()
    branch.moment += timedelta(days=1)

    page = agent.get("/today").text
    assert "今天的计划" in page
    item = re.search(r"/plans/(n-[\w-]+)/keep", page)
    assert item is not None
    tapped = agent.post(f"/plans/{item.group(1)}/keep", result="follow_up")
    branch.follow()
    assert "已记 1 笔" in agent.follow(tapped)


def test_yesterdays_open_plan_is_not_forgotten(planned: Branch) -> None:
    planned.moment += timedelta(days=1)

    assert "之前还有 1 项没有了结" in planned.visitor("a1").get("/today").text


def test_the_evening_shows_the_next_working_days_plan(branch: Branch) -> None:
    agent = branch.visitor("a1")
    agent.post("/plans", **{**MEETING, "day": str(TOMORROW)})
    branch.follow()

    page = agent.get("/today/submit").text

    assert "下一个工作日的计划" in page
    assert "张三丰" in page


def test_a_training_needs_one_tap_and_no_entry(branch: Branch) -> None:
    branch.record.plans.plan("A1", "P2", Intention(TODAY, PlanKind.TRAINING), by=branch.by("A1"))
    branch.follow()
    agent = branch.visitor("a1")

    response = agent.post("/plans/P2/keep")
    branch.follow()

    assert "已记 0 笔" in agent.follow(response)


def test_nobody_settles_anothers_plan(planned: Branch) -> None:
    assert planned.visitor("a2").post("/plans/P1/keep", result="interested").status_code == 404


def test_each_form_of_a_plan_has_a_command_of_its_own(planned: Branch) -> None:
    page = planned.visitor("a1").get("/today").text

    own = re.findall(r'action="/plans/P1/\w+".*?name="command_id" value="([\w-]+)"', page)
    assert len(own) == len(set(own)) == 3


def test_a_tap_that_waited_for_a_signal_says_when_it_was_made(planned: Branch) -> None:
    planned.visitor("a1").post("/plans/P1/keep", result="interested", waited="1800")

    log = planned.record.daily_logs.find("A1", TODAY)
    assert log is not None
    (entry,) = log.activities.values()
    assert entry.started_at == planned.moment - timedelta(minutes=30)
