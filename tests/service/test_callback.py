"""A callback through its pages, from the list to the talk afterwards (R-50 to R-57)."""

from __future__ import annotations

import re

import pytest

from domain.call_plan import DRAWN_REASON
from domain.words import CallbackOutcome
from tests.service.conftest import Branch, Visitor, errors_of

TICKS = ["prepared", "list_confirmed", "agent_briefed", "last_action_known", "objections_known"]


@pytest.fixture
def call(branch: Branch) -> str:
    """The address of a call about a visit of A1."""
    return f"/callbacks/{branch.list_call(branch.log_visit())}"


@pytest.fixture
def supervisor(branch: Branch) -> Visitor:
    return branch.visitor("s1")


def test_why_the_system_drew_a_call_is_told_in_the_readers_language(branch: Branch) -> None:
    call = branch.list_call(branch.log_visit(), reason=DRAWN_REASON)
    branch.follow()
    supervisor = branch.visitor("s1")
    supervisor.client.set_cookie("language", "en")

    pages = [supervisor.get(path).text for path in ("/board", "/callbacks", f"/callbacks/{call}")]

    assert all("Drawn by lot" in page for page in pages)
    assert not any(DRAWN_REASON in page for page in pages)


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def ready(supervisor: Visitor, call: str) -> str:
    supervisor.post(f"{call}/prepare", ticks=TICKS)
    supervisor.post(f"{call}/attempt", attempt="answered")
    return version_in(supervisor.get(call).text)


def test_a_listed_visit_waits_on_the_board_and_in_the_queue(
    branch: Branch, supervisor: Visitor, call: str
) -> None:
    branch.follow()

    assert call in supervisor.get("/board").text
    assert call in supervisor.get("/callbacks").text
    assert "新人首访" in supervisor.get("/callbacks").text


def test_the_form_comes_only_after_the_ticks(supervisor: Visitor, call: str) -> None:
    before = supervisor.get(call).text

    page = supervisor.follow(supervisor.post(f"{call}/prepare", ticks=TICKS))

    assert 'name="outcome"' not in before
    assert 'name="outcome"' in page


def test_a_missing_tick_needs_a_reason(supervisor: Visitor, call: str) -> None:
    refused = supervisor.post(f"{call}/prepare", ticks=TICKS[:2])
    accepted = supervisor.post(
        f"{call}/prepare",
        ticks=TICKS[:2],
        why_agent_briefed="联系不上",
        why_last_action_known="没有记",
        why_objections_known="没有记",
    )

    assert refused.status_code == 422
    assert "了解最后动作" in errors_of(refused)
    assert accepted.status_code == 303


def test_an_audit_call_is_not_announced_to_the_agent(branch: Branch, supervisor: Visitor) -> None:
    call = branch.list_call(branch.log_visit(), mode="audit")

    page = supervisor.get(f"/callbacks/{call}").text

    assert 'value="prepared"' in page
    assert 'value="agent_briefed"' not in page


def test_the_number_is_on_record_before_it_is_shown_and_shown_once(
    branch: Branch, supervisor: Visitor, call: str
) -> None:
    supervisor.post(f"{call}/prepare", ticks=TICKS)

    shown = supervisor.post(f"{call}/reveal").text
    branch.follow()

    assert "13812341234" in shown
    assert "13812341234" not in supervisor.get(call).text
    assert (
        "查看了" in branch.visitor("x1").get("/events?topic=confidentiality.contact_revealed").text
    )
    assert "周志强" in branch.visitor("a1").get("/mine").text


def test_the_number_is_not_shown_before_the_preparation(supervisor: Visitor, call: str) -> None:
    response = supervisor.post(f"{call}/reveal")

    assert response.status_code == 409
    assert "13812341234" not in response.text


def test_no_answer_of_the_customer_is_chosen_beforehand(supervisor: Visitor, call: str) -> None:
    ready(supervisor, call)

    page = supervisor.get(call).text

    assert not re.search(
        r'name="(outcome|attempt|satisfaction|visit_day_confirmed)"[^>]*checked', page
    )


def test_all_nine_outcomes_of_the_handbook_are_offered(supervisor: Visitor, call: str) -> None:
    ready(supervisor, call)

    page = supervisor.get(call).text

    assert set(re.findall(r'name="outcome" value="(\w+)"', page)) == set(CallbackOutcome)


def test_what_the_customer_said_needs_an_answered_call(supervisor: Visitor, call: str) -> None:
    page = supervisor.follow(supervisor.post(f"{call}/prepare", ticks=TICKS))

    refused = supervisor.post(f"{call}/outcome", version=version_in(page), step=1, outcome="denied")

    assert refused.status_code == 422
    assert "还没有一次接通" in errors_of(refused)


def test_a_step_keeps_what_else_was_typed(supervisor: Visitor, call: str) -> None:
    version = ready(supervisor, call)

    page = supervisor.post(
        f"{call}/step", version=version, step=1, suggestion="想看十年期", satisfaction="4"
    ).text

    assert "想看十年期" in page
    assert re.search(r'name="satisfaction" value="4"[^>]*checked', page)
    assert 'name="step" value="2"' in page
    assert "王小梅" in page


def test_steps_go_in_order(supervisor: Visitor, call: str) -> None:
    version = ready(supervisor, call)

    response = supervisor.post(f"{call}/step", version=version, step=4)

    assert response.status_code == 422
    assert "第 1 步" in errors_of(response)


def test_a_denial_is_met_with_the_neutral_line_and_no_accusing_word(
    supervisor: Visitor, call: str
) -> None:
    version = ready(supervisor, call)

    page = supervisor.follow(
        supervisor.post(f"{call}/outcome", version=version, step=1, outcome="denied")
    )

    assert "可能是我记错了" in page
    for accusing in ("虚假", "造假", "撒谎", "作弊"):
        assert accusing not in page


def test_a_wrong_number_asks_the_agent_to_correct_it_first(
    branch: Branch, supervisor: Visitor, call: str
) -> None:
    supervisor.post(f"{call}/prepare", ticks=TICKS)
    supervisor.post(f"{call}/attempt", attempt="invalid_number")
    version = version_in(supervisor.get(call).text)

    supervisor.post(f"{call}/outcome", version=version, step=1, outcome="invalid_number")

    assert "电话待更正" in branch.visitor("a1").get("/customers").text


def test_the_advice_reaches_the_agent_and_nobody_else(
    branch: Branch, supervisor: Visitor, call: str
) -> None:
    version = ready(supervisor, call)
    supervisor.post(f"{call}/outcome", version=version, step=1, outcome="confirmed")

    supervisor.follow(supervisor.post(f"{call}/debrief", step=1, advice="先讲保障再讲收益"))

    assert "先讲保障再讲收益" in branch.visitor("a1").get("/mine").text
    assert "先讲保障再讲收益" not in branch.visitor("x1").get("/events?topic=callback.").text
