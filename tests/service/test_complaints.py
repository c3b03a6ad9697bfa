"""A complaint through its pages: filed over the supervisor's head, mediated, followed (R-34)."""

from __future__ import annotations

import re

import pytest

from domain.callback import TICKS, Preparation
from domain.reveal_rules import GrantKind
from projections import complaints
from tests.service.conftest import Branch, errors_of

WORDS = "客户张先生周三接到了主管的推销电话"
QUESTION = "请说明上周三联系客户的原因"


def file(branch: Branch, **fields: str) -> str:
    """Let A1 complain about S1 through the page; return the complaint's id."""
    given: dict[str, str] = {"accused_id": "S1", "customer_id": "C-1", "text": WORDS, **fields}
    response = branch.visitor("a1").post("/mine/complaints/new", **given)
    assert response.status_code == 303, errors_of(response)
    branch.follow()
    with branch.context.views.connect() as connection:
        return complaints.of_agent(connection, "A1")[0].complaint_id


def act(branch: Branch, complaint: str, command: str, **fields: object) -> str:
    """Let U1 take a step; return the page that follows."""
    upper = branch.visitor("u1")
    return upper.follow(upper.post(f"/complaints/{complaint}/{command}", **fields))


@pytest.fixture
def asked(branch: Branch) -> str:
    complaint = file(branch)
    act(branch, complaint, "open")
    act(branch, complaint, "ask", person_id="S1", question=QUESTION)
    branch.follow()
    return complaint


def test_the_agent_files_and_follows(branch: Branch) -> None:
    complaint = file(branch)

    page = branch.visitor("a1").get(f"/mine/complaints/{complaint}").text

    assert WORDS in page
    assert "等上级主管受理" in page
    assert "张三丰" in page
    assert complaint in branch.visitor("a1").get("/mine/complaints").text


def test_nobody_is_chosen_beforehand_and_words_are_needed(branch: Branch) -> None:
    agent = branch.visitor("a1")

    response = agent.post("/mine/complaints/new")

    assert response.status_code == 422
    assert "请选择你投诉的主管" in errors_of(response)
    assert "请写下发生了什么" in errors_of(response)


def test_another_agents_customer_is_not_offered_and_not_taken(branch: Branch) -> None:
    agent = branch.visitor("a1")
    page = agent.get("/mine/complaints/new").text

    response = agent.post("/mine/complaints/new", accused_id="S1", customer_id="C-2", text=WORDS)

    assert 'value="C-1">张三丰 …1234' in page  # one's own, in full as elsewhere
    assert 'value="C-2"' not in page
    assert response.status_code == 404
    assert "这位客户不在你的名单里" in errors_of(response)


def test_the_supervisor_complained_about_finds_nothing_before_being_asked(branch: Branch) -> None:
    complaint = file(branch)
    boss = branch.visitor("s1")

    assert boss.get(f"/inquiries/{complaint}").status_code == 404
    assert boss.get(f"/complaints/{complaint}").status_code in (403, 404)
    assert complaint not in boss.get("/inquiries").text
    assert "/inquiries" not in boss.get("/board").text


def test_the_one_asked_reads_the_question_and_nothing_of_the_complaint(
    branch: Branch, asked: str
) -> None:
    boss = branch.visitor("s1")
    page = boss.get(f"/inquiries/{asked}").text
    page = re.sub('name="csrf_token" value="[^"]*"', "", page)  # which may well hold an A1

    assert QUESTION in page
    for secret in (WORDS, "王小梅", "张三丰", "张**", "A1", "C-1"):
        assert secret not in page
    assert "/inquiries" in boss.get("/board").text


def test_the_answer_reaches_the_mediator_and_not_the_agent(branch: Branch, asked: str) -> None:
    boss = branch.visitor("s1")
    boss.follow(boss.post(f"/inquiries/{asked}/answer", text="我没有联系过这位客户"))
    branch.follow()

    assert "我没有联系过这位客户" in branch.visitor("u1").get(f"/complaints/{asked}").text
    agent = branch.visitor("a1").get(f"/mine/complaints/{asked}").text
    assert "被投诉人已作说明" in agent
    assert "我没有联系过这位客户" not in agent
    assert QUESTION not in agent


def test_another_supervisor_was_asked_nothing(branch: Branch, asked: str) -> None:
    other = branch.visitor("s2")

    assert other.get(f"/inquiries/{asked}").status_code == 404
    assert other.post(f"/inquiries/{asked}/answer", text="我来说").status_code == 404


def test_another_agent_does_not_find_the_complaint(branch: Branch, asked: str) -> None:
    other = branch.visitor("a2")

    assert other.get(f"/mine/complaints/{asked}").status_code == 404
    assert other.post(f"/mine/complaints/{asked}/statement", text="我也").status_code == 404


def test_an_upper_supervisor_complained_about_finds_no_complaint(branch: Branch) -> None:
    complaint = file(branch, accused_id="U1")
    upper = branch.visitor("u1")

    assert upper.get(f"/complaints/{complaint}").status_code == 404
    assert upper.post(f"/complaints/{complaint}/open").status_code == 404
    assert complaint not in upper.get("/complaints?state=all").text


def test_the_auditor_reads_and_does_not_act(branch: Branch, asked: str) -> None:
    auditor = branch.visitor("x1")

    assert WORDS in auditor.get(f"/complaints/{asked}").text
    assert auditor.post(f"/complaints/{asked}/open").status_code == 403


def test_nobody_is_sanctioned_unheard(branch: Branch, asked: str) -> None:
    upper = branch.visitor("u1")

    response = upper.post(f"/complaints/{asked}/sanction", kind="warning", reason="属实")

    assert response.status_code == 409
    assert "先听本人说明" in errors_of(response)


def test_found_true_it_ends_with_sanction_teaching_and_terms(branch: Branch, asked: str) -> None:
    boss, upper = branch.visitor("s1"), branch.visitor("u1")
    boss.post(f"/inquiries/{asked}/answer", text="是我打的")
    refused = upper.post(
        f"/complaints/{asked}/conclude", version=4, finding="founded", terms="归还"
    )
    assert "认定属实之前还差：处分、团队教育。" in errors_of(refused)

    act(branch, asked, "sanction", kind="warning", reason="查证属实")
    act(branch, asked, "educate", held_on="2026-11-18", note="重申保密规定")
    page = branch.visitor("u1").get(f"/complaints/{asked}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    act(branch, asked, "conclude", version=version[1], finding="founded", terms="客户归还")
    branch.follow()

    agent = branch.visitor("a1").get(f"/mine/complaints/{asked}").text
    assert "已结案：属实" in agent
    assert "客户归还" in agent
    assert "警告" not in agent
    assert "statement" not in agent
    accused = boss.get(f"/inquiries/{asked}").text
    assert "警告" in accused
    assert "客户归还" not in accused


def test_no_finding_is_chosen_beforehand(branch: Branch, asked: str) -> None:
    page = branch.visitor("u1").get(f"/complaints/{asked}").text

    assert not re.search(r'name="(finding|kind|person_id)"[^>]*checked', page)


def test_the_mediator_sees_who_looked_at_the_customer(branch: Branch) -> None:
    call = branch.list_call(branch.log_visit())
    branch.record.callbacks.prepare(call, Preparation(frozenset(TICKS)), by=branch.by("S1"))
    branch.record.confidentiality.reveal(GrantKind.CALLBACK, call, by=branch.by("S1"))
    complaint = file(branch)

    page = branch.visitor("u1").get(f"/complaints/{complaint}").text

    assert "周志强" in page
    assert "被投诉人" in page
    assert "张三丰" not in page


def test_a_complaint_waits_in_the_navigation_above(branch: Branch) -> None:
    file(branch)

    page = branch.visitor("u1").get("/complaints").text

    assert re.search(r'href="/complaints"[^>]*>.*?<em>1<', page, re.S)
