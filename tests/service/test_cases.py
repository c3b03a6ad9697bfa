"""A case through its pages: heard first, decided by a human, appealed over the supervisor's head."""

from __future__ import annotations

import re

from tests.service.conftest import Branch, Visitor, errors_of


def decide(visitor: Visitor, **fields: object) -> object:
    page = visitor.get("/cases/A1/1").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    return visitor.post("/cases/A1/1/decide", version=version[1], **fields)


def test_a_case_tells_its_evidence_and_its_other_side_in_words(branch: Branch) -> None:
    branch.open_case()

    page = branch.visitor("x1").get("/cases/A1/1").text

    assert "2 次客户否认有过拜访" in page
    assert "1 次客户确认" in page
    assert "不是结论" in page
    assert "还没有说明" in page


def test_the_agent_sees_the_same_and_is_heard(branch: Branch) -> None:
    branch.open_case()
    agent = branch.visitor("a1")

    page = agent.follow(agent.post("/mine/cases/1/explain", text="客户的母亲接的电话"))
    branch.follow()

    assert "2 次客户否认有过拜访" in page
    assert "客户的母亲接的电话" in branch.visitor("s1").get("/cases/A1/1").text


def test_a_decision_needs_a_verdict_and_a_reason(branch: Branch) -> None:
    branch.open_case()

    response = decide(branch.visitor("s1"))

    assert response.status_code == 422  # type: ignore[attr-defined]
    assert "请选择你的决定" in errors_of(response)  # type: ignore[arg-type]
    assert "请写明理由" in errors_of(response)  # type: ignore[arg-type]


def test_no_verdict_is_chosen_beforehand(branch: Branch) -> None:
    branch.open_case()

    page = branch.visitor("s1").get("/cases/A1/1").text

    assert not re.search(r'name="verdict"[^>]*checked', page)


def test_an_appeal_goes_to_the_upper_supervisor_and_not_to_who_decided(branch: Branch) -> None:
    branch.open_case()
    supervisor, agent, upper = (branch.visitor(name) for name in ("s1", "a1", "u1"))
    supervisor.follow(supervisor.post("/cases/A1/1/hear", text="说客户记错了"))
    supervisor.follow(decide(supervisor, verdict="unable", reason="记录与客户说法不符"))  # type: ignore[arg-type]

    agent.follow(agent.post("/mine/cases/1/appeal", text="请再核对一次"))
    branch.follow()

    assert "decide-appeal" not in supervisor.get("/cases/A1/1").text
    assert "/cases/A1/1" in upper.get("/cases").text
    page = upper.follow(
        upper.post("/cases/A1/1/decide-appeal", verdict="overturned", reason="客户后来想起来了")
    )
    assert "撤销原决定" in page
    assert "客户后来想起来了" in agent.get("/mine/cases/1").text


def test_a_supervisor_cannot_answer_an_appeal(branch: Branch) -> None:
    branch.open_case()

    response = branch.visitor("s1").post(
        "/cases/A1/1/decide-appeal", verdict="upheld", reason="我说了算"
    )

    assert response.status_code == 403


def test_the_auditor_reads_a_case_and_decides_nothing(branch: Branch) -> None:
    branch.open_case()
    auditor = branch.visitor("x1")

    assert "decide" not in auditor.get("/cases/A1/1").text
    assert auditor.post("/cases/A1/1/decide", verdict="cleared", reason="好").status_code == 403


def test_the_score_is_shown_only_after_ones_own_view(branch: Branch) -> None:
    branch.open_case()
    supervisor = branch.visitor("s1")

    before = supervisor.get("/cases/A1/1").text
    after = supervisor.follow(
        supervisor.post("/cases/A1/1/opinion", leaning="looks_unable", text="常填错")
    )

    assert "2 次客户否认有过拜访" in before
    assert ("说明力" in before, "九成把握" in before) == (False, False)
    assert ("说明力" in after, "九成把握" in after) == (True, True)
    assert "像是不会填" in after


def test_another_persons_view_is_not_shown_before_ones_own(branch: Branch) -> None:
    branch.open_case()
    supervisor, upper = branch.visitor("s1"), branch.visitor("u1")
    supervisor.follow(supervisor.post("/cases/A1/1/opinion", leaning="unsure", text="看不透"))

    assert "看不透" not in upper.get("/cases/A1/1").text
    assert "看不透" not in branch.visitor("a1").get("/mine/cases/1").text


def test_a_talk_with_the_agent_stands_beside_the_evidence(branch: Branch) -> None:
    branch.open_case()
    supervisor = branch.visitor("s1")

    page = supervisor.follow(supervisor.post("/cases/A1/1/hear", text="说客户换了号码"))

    assert "说客户换了号码" in page
    assert "说客户换了号码" in branch.visitor("a1").get("/mine/cases/1").text


def test_a_decision_against_the_agent_waits_until_they_were_heard(branch: Branch) -> None:
    branch.open_case()
    supervisor = branch.visitor("s1")

    response = decide(supervisor, verdict="unwilling", reason="都说没有")

    assert response.status_code == 409  # type: ignore[attr-defined]
    assert "还没有听本人说明" in errors_of(response)  # type: ignore[arg-type]


def test_the_case_page_says_what_would_change_the_picture(branch: Branch) -> None:
    branch.open_case()

    page = branch.visitor("x1").get("/cases/A1/1").text

    assert "位客户确认拜访，就不会立案了" in page
