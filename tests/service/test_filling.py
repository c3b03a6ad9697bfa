"""A filling problem through its pages: the ladder, the gates, the signature, the agent's words."""

from __future__ import annotations

import re
from datetime import timedelta

from domain.filling_case import filling_case_id
from domain.filling_ladder import Problem
from domain.words import Verdict
from tests.service.conftest import TODAY, Branch, Visitor, errors_of

MADE_UP = f"/filling/{filling_case_id('A1', Problem.FABRICATED, 1)}"
FADED = f"/filling/{filling_case_id('A1', Problem.FADED, 1)}"


def take_up(visitor: Visitor, problem: Problem = Problem.FADED) -> str:
    response = visitor.post("/filling/new", agent="A1", problem=str(problem), note="两周只交三天")
    return visitor.follow(response)


def take_step(visitor: Visitor, address: str, step: int, on: object = TODAY) -> str:
    version = re.search(r'name="version" value="(\d+)"', visitor.get(address).text)
    assert version is not None
    return visitor.follow(
        visitor.post(
            f"{address}/step", version=version[1], step=step, held_on=str(on), note="谈过了"
        )
    )


def decided(branch: Branch, verdict: Verdict = Verdict.UNWILLING) -> None:
    branch.open_case()
    branch.record.verification_cases.hear("A1", 1, "说不记得了", by=branch.by("S1"))
    branch.record.verification_cases.decide("A1", 1, verdict, "都说没有", by=branch.by("S1"))


def talked_to(branch: Branch) -> Visitor:
    """Bring a case of made-up entries to its two talks; give the supervisor."""
    decided(branch)
    supervisor = branch.visitor("s1")
    take_up(supervisor, Problem.FABRICATED)
    take_step(supervisor, MADE_UP, 1)
    take_step(supervisor, MADE_UP, 3, TODAY - timedelta(days=1))
    take_step(supervisor, MADE_UP, 3)
    return supervisor


def test_a_problem_is_taken_up_and_shows_its_four_steps(branch: Branch) -> None:
    page = take_up(branch.visitor("s1"))

    for words in ("首先", "其次", "再次", "最后", "一对一谈工作习惯", "早一天发现"):
        assert words in page
    assert FADED in branch.visitor("s1").get("/filling").text


def test_the_agent_sees_the_ladder_and_every_word_and_answers(branch: Branch) -> None:
    supervisor, agent = branch.visitor("s1"), branch.visitor("a1")
    take_up(supervisor)
    branch.follow()
    assert "新鲜过后，不再填写" in agent.get("/mine").text
    assert "两周只交三天" in agent.get(f"/mine{FADED}").text

    agent.follow(agent.post(f"/mine{FADED}/reply", text="孩子病了"))

    assert "孩子病了" in supervisor.get(FADED).text
    branch.follow()
    assert "本人有话" in supervisor.get("/filling").text


def test_a_decided_case_leads_to_its_ladder(branch: Branch) -> None:
    decided(branch, Verdict.UNABLE)
    branch.follow()
    supervisor = branch.visitor("s1")

    assert "problem=fabricated" in supervisor.get("/cases/A1/1").text
    page = take_up(supervisor, Problem.FABRICATED)

    assert "不会：一对一再辅导" in page
    assert "不愿：个别沟通" not in page


def test_whether_unwilling_or_unable_is_asked_before_anything_else(branch: Branch) -> None:
    page = take_up(branch.visitor("s1"), Problem.FABRICATED)

    assert "先问：是不愿，还是不会？" in page
    assert f'action="{MADE_UP}/step"' not in page
    assert f'action="{MADE_UP}/praise"' not in page


def test_the_agent_finds_the_way_to_an_appeal(branch: Branch) -> None:
    talked_to(branch)

    assert 'href="/mine/cases/1"' in branch.visitor("a1").get(f"/mine{MADE_UP}").text


def test_criticism_waits_for_the_signature_of_somebody_above(branch: Branch) -> None:
    supervisor, upper = talked_to(branch), branch.visitor("u1")
    supervisor.follow(supervisor.post(f"{MADE_UP}/criticism", reason="屡次不改"))
    branch.follow()
    assert MADE_UP in upper.get("/filling").text

    upper.follow(upper.post(f"{MADE_UP}/sign", signed="yes", reason="看过了，同意"))

    assert "上级主管已签字" in supervisor.get(MADE_UP).text


def test_a_supervisor_signs_nothing(branch: Branch) -> None:
    supervisor = talked_to(branch)
    supervisor.post(f"{MADE_UP}/criticism", reason="屡次不改")

    response = supervisor.post(f"{MADE_UP}/sign", signed="yes", reason="我同意")

    assert response.status_code == 403


def test_no_criticism_is_offered_or_taken_while_an_appeal_waits(branch: Branch) -> None:
    supervisor = talked_to(branch)
    branch.record.verification_cases.appeal("A1", 1, "记错了", by=branch.by("A1"))

    response = supervisor.post(f"{MADE_UP}/criticism", reason="屡次不改")

    assert response.status_code == 409
    assert "申诉还没有答复" in errors_of(response)


def test_a_correction_is_praised_before_the_end(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    version = re.search(r'name="version" value="(\d+)"', take_up(supervisor))
    assert version is not None
    ending = {"version": version[1], "ending": "corrected", "reason": "都填了"}

    response = supervisor.post(f"{FADED}/close", **ending)

    assert response.status_code == 409
    assert "先表扬" in errors_of(response)


def test_another_team_s_supervisor_finds_nothing(branch: Branch) -> None:
    take_up(branch.visitor("s1"))

    assert branch.visitor("s2").get(FADED).status_code == 404
    assert branch.visitor("a2").get(f"/mine{FADED}").status_code == 404
