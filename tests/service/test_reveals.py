"""Reveals through the pages: grant, approval, broken glass, who looked, alerts (R-34)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from domain.reveal_alert import Alert, alert_id_of
from domain.reveal_rules import AlertKind
from domain.words import Role
from tests.service.conftest import PASSWORD, Branch, Visitor, errors_of

NUMBER = "13812341234"
FORM = "5f0c8a52-9f0f-4c5e-8d0e-0d8a3f1b7c11"
TICKS = ["prepared", "list_confirmed", "agent_briefed", "last_action_known", "objections_known"]
WHY = {"customer_id": "C-1", "reason": "customer_asked", "text": "客户来电要求回电"}


@pytest.fixture
def supervisor(branch: Branch) -> Visitor:
    return branch.visitor("s1")


@pytest.fixture
def call(branch: Branch, supervisor: Visitor) -> str:
    """The address of a prepared call about A1's customer."""
    address = f"/callbacks/{branch.list_call(branch.log_visit())}"
    supervisor.post(f"{address}/prepare", ticks=TICKS)
    return address


def item_of(visitor: Visitor, kind: str) -> str:
    """The address of the first form of this kind on the page of reveals."""
    found = re.search(rf'action="(/reveals/{kind}/[^"]+)"', visitor.get("/reveals").text)
    assert found is not None
    return found[1]


def test_the_call_says_how_far_its_permission_goes(supervisor: Visitor, call: str) -> None:
    before = supervisor.get(call).text
    supervisor.post(f"{call}/reveal")

    assert "还可以看 3 次，到 11-19 12:00 为止" in before
    assert "还可以看 2 次" in supervisor.get(call).text


def test_a_fourth_look_is_refused_and_leads_to_a_request(supervisor: Visitor, call: str) -> None:
    for _ in range(3):
        assert NUMBER in supervisor.post(f"{call}/reveal").text

    refused = supervisor.post(f"{call}/reveal")

    assert refused.status_code == 409
    assert NUMBER not in refused.text
    assert "/reveals/ask?customer=C-1" in refused.text


def test_the_id_of_another_form_opens_nothing(supervisor: Visitor, call: str) -> None:
    supervisor.post(f"{call}/attempt", FORM, attempt="busy")

    refused = supervisor.post(f"{call}/reveal", FORM)

    assert refused.status_code == 409
    assert NUMBER not in refused.text


def test_a_reloaded_answer_shows_it_again_and_counts_once(supervisor: Visitor, call: str) -> None:
    for _ in range(2):
        assert NUMBER in supervisor.post(f"{call}/reveal", FORM).text

    assert "还可以看 2 次" in supervisor.get(call).text


def test_after_a_day_the_permission_is_over(branch: Branch, supervisor: Visitor, call: str) -> None:
    branch.moment += timedelta(hours=24)

    assert supervisor.post(f"{call}/reveal").status_code == 409


def test_an_approval_opens_the_number(branch: Branch, supervisor: Visitor) -> None:
    supervisor.follow(supervisor.post("/reveals/ask", **WHY))
    upper = branch.visitor("u1")
    waiting = upper.get("/reveals").text

    upper.follow(upper.post(item_of(upper, "requests"), answer="yes"))
    shown = supervisor.post(item_of(supervisor, "approval"))
    branch.follow()

    assert "客户来电要求回电" in waiting
    assert "张**" in waiting
    assert NUMBER not in waiting
    assert NUMBER in shown.text
    assert "上级批准" in branch.visitor("a1").get("/mine/looks").text


def test_a_refusal_needs_its_reason(branch: Branch, supervisor: Visitor) -> None:
    supervisor.post("/reveals/ask", **WHY)
    branch.follow()
    upper = branch.visitor("u1")
    item = item_of(upper, "requests")

    assert upper.post(item, answer="no").status_code == 422
    upper.follow(upper.post(item, answer="no", text="请走回访流程"))

    assert "没有批准" in supervisor.get("/reveals").text


def test_the_glass_is_broken_with_the_password_only(branch: Branch, supervisor: Visitor) -> None:
    without = supervisor.post("/reveals/emergency", **WHY)
    wrong = supervisor.post("/reveals/emergency", **WHY, password="wrong guess")

    supervisor.follow(supervisor.post("/reveals/emergency", **WHY, password=PASSWORD))

    assert (without.status_code, wrong.status_code) == (422, 422)
    assert "密码不对" in errors_of(wrong)
    assert "wrong guess" not in wrong.text
    assert NUMBER in supervisor.post(item_of(supervisor, "break_glass")).text
    assert "周志强" in branch.visitor("a1").get("/mine/looks").text


def test_a_broken_glass_waits_for_those_above_and_the_auditor(
    branch: Branch, supervisor: Visitor
) -> None:
    supervisor.follow(supervisor.post("/reveals/emergency", **WHY, password=PASSWORD))
    auditor, upper = branch.visitor("x1"), branch.visitor("u1")
    seen_above = upper.get("/reveals").text

    auditor.follow(auditor.post(item_of(auditor, "glasses"), answer="yes", text="客户住院"))

    assert "周志强 紧急查看了 王小梅 的客户 张**" in seen_above
    assert "没有要复核的" in upper.get("/reveals").text
    assert "复核：有正当理由" in branch.visitor("a1").get("/mine/looks").text


def test_an_alert_is_answered_by_a_human(branch: Branch) -> None:
    alert = Alert(AlertKind.UNUSUAL_HOUR, "7", "S1", "C-1", "A1", "T1", "K-1", {"hour": 23})
    system = branch.by("system", Role.SYSTEM)
    record = branch.record
    record.recording.answer(system, lambda: record.reveal_alerts.raised(alert, system))
    branch.follow()
    upper = branch.visitor("u1")
    item = item_of(upper, "alerts")

    upper.follow(upper.post(item, answer="no", text="夜里客户出险"))

    assert item.endswith(alert_id_of(AlertKind.UNUSUAL_HOUR, "7"))
    assert "没有提醒" in upper.get("/reveals").text


def test_another_teams_customer_does_not_exist(branch: Branch) -> None:
    other = branch.visitor("s2")

    assert other.get("/reveals/ask?customer=C-1").status_code == 404
    assert other.post("/reveals/ask", **WHY).status_code == 404
    assert other.post("/reveals/emergency", **WHY, password=PASSWORD).status_code == 404


def test_another_ones_approval_does_not_exist(branch: Branch, supervisor: Visitor) -> None:
    supervisor.post("/reveals/ask", **WHY)
    upper = branch.visitor("u1")
    branch.follow()
    upper.post(item_of(upper, "requests"), answer="yes")
    branch.follow()
    look = item_of(supervisor, "approval")

    assert upper.post(look).status_code == 404
    assert branch.visitor("s2").post(look).status_code == 404


@pytest.mark.parametrize(
    ("login", "status"), [("a1", 403), ("s1", 200), ("u1", 200), ("x1", 200), ("m1", 403)]
)
def test_who_has_the_page(branch: Branch, login: str, status: int) -> None:
    assert branch.visitor(login).get("/reveals").status_code == status


@pytest.mark.parametrize("login", ["s1", "u1", "x1", "m1"])
def test_who_looked_is_for_the_owner_alone(branch: Branch, login: str) -> None:
    assert branch.visitor(login).get("/mine/looks").status_code == 403


def test_the_auditor_plants_a_canary(branch: Branch) -> None:
    auditor = branch.visitor("x1")

    auditor.follow(
        auditor.post("/reveals/canaries", team_id="T1", name="林先生", phone="13900000001")
    )

    assert branch.visitor("u1").post("/reveals/canaries", team_id="T1").status_code == 403


def test_the_customers_page_tells_the_owner_who_looked(
    branch: Branch, supervisor: Visitor, call: str
) -> None:
    agent = branch.visitor("a1")
    before = agent.get("/customers/C-1").text
    supervisor.post(f"{call}/reveal")
    branch.follow()

    assert "周志强" not in before
    assert "周志强" in agent.get("/customers/C-1").text


def test_what_waits_is_counted_in_the_navigation_above(branch: Branch, supervisor: Visitor) -> None:
    supervisor.follow(supervisor.post("/reveals/emergency", **WHY, password=PASSWORD))
    branch.follow()

    for login in ("u1", "x1"):
        assert re.search(r'href="/reveals".*?<em>1<', branch.visitor(login).get("/board").text)
