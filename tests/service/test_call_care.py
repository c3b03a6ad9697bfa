"""Calls to customers with care: quiet hours, the own score, scripts that are checked (R-56, R-57)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from domain.rhythm import CallHours
from domain.rulebook import ScriptStep
from shilu.scripts import DEFAULT_TEXTS, ORIGINAL_TEXTS
from tests.service.conftest import TODAY, Branch, Visitor, errors_of

TICKS = ["prepared", "list_confirmed", "agent_briefed", "last_action_known", "objections_known"]


def a_call(branch: Branch) -> tuple[Visitor, str]:
    """Return a supervisor and the address of a prepared call."""
    call_id = branch.list_call(branch.log_visit())
    supervisor = branch.visitor("s1")
    response = supervisor.post(f"/callbacks/{call_id}/prepare", ticks=TICKS)
    assert response.status_code == 303, errors_of(response)
    branch.follow()
    return supervisor, f"/callbacks/{call_id}"


@pytest.fixture
def noon(branch: Branch) -> Branch:
    """A branch with the usual hours, at noon."""
    branch.record.rulebook.set_call_hours(CallHours(), by=branch.by())
    return branch


def test_at_noon_the_page_says_why_nobody_is_dialled(noon: Branch) -> None:
    supervisor, address = a_call(noon)

    assert "现在是 12:00，不是打给客户的时间" in supervisor.get(address).text
    assert supervisor.post(f"{address}/reveal").status_code == 409
    assert supervisor.post(f"{address}/attempt", attempt="answered").status_code == 409


def test_a_reason_opens_the_call_at_noon(noon: Branch) -> None:
    supervisor, address = a_call(noon)
    refused = supervisor.post(f"{address}/quiet-hours")
    assert "请写明原因" in errors_of(refused)

    lifted = supervisor.post(f"{address}/quiet-hours", quiet_reason="客户约好这时候")
    noon.follow()

    assert "不是打给客户的时间" not in supervisor.follow(lifted)
    assert "13812341234" in supervisor.post(f"{address}/reveal").text


def test_who_does_not_want_calls_is_not_called_for_any_reason(noon: Branch) -> None:
    supervisor, address = a_call(noon)
    until = TODAY + timedelta(days=180)
    noon.record.customers.opt_out("C-1", until, by=noon.by("A1"))

    page = supervisor.get(address).text

    assert "不希望再接到电话" in page
    assert "quiet_reason" not in page


def test_the_caller_scores_the_call(branch: Branch) -> None:
    supervisor, address = a_call(branch)
    supervisor.post(f"{address}/outcome", outcome="unreachable", version="2")
    assert len(re.findall(r'name="kept"', supervisor.get(address).text)) == 11

    response = supervisor.post(f"{address}/self-score", kept=["smile", "concise"])

    assert "十一条里做到 2 条" in supervisor.follow(response)


def test_another_script_is_a_choice_and_its_flaws_are_shown(branch: Branch) -> None:
    steps = tuple(ScriptStep(n, f"第{n}步", text) for n, text in enumerate(ORIGINAL_TEXTS, 1))
    branch.record.rulebook.publish_script("handbook-original", "zh", steps, by=branch.by())
    supervisor, address = a_call(branch)

    page = supervisor.get(address).text

    assert "话术1 王小梅" in page
    assert "手册原文 · 10 处不合规" in page
    assert "请问打扰到您了吗" in supervisor.get(f"{address}?script=handbook-original").text
    assert "话术1 王小梅" in supervisor.get(f"{address}?script=none").text


def typed(texts: tuple[str, ...]) -> dict[str, str]:
    """Return a script as its form sends it."""
    steps = {f"text_{no}": text for no, text in enumerate(texts, 1)}
    return steps | {f"title_{no}": f"第{no}步" for no in range(1, 7)}


def test_a_script_with_flaws_is_held_back_once(branch: Branch) -> None:
    admin = branch.visitor("m1")

    held = admin.post("/settings/scripts/default", **typed(ORIGINAL_TEXTS))

    assert held.status_code == 409
    assert "没有执业证编号" in errors_of(held)
    assert "第 2 步：有不能用的词「理财工具」" in held.text
    meant = admin.post("/settings/scripts/default", meant="yes", **typed(ORIGINAL_TEXTS))
    assert "第 2 版" in admin.follow(meant)


def test_a_compliant_script_is_published_at_once(branch: Branch) -> None:
    admin = branch.visitor("m1")

    response = admin.post("/settings/scripts/default", **typed(DEFAULT_TEXTS))

    assert "合规" in admin.follow(response)
    assert branch.record.rulebook.script("default").version == 2
