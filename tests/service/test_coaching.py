"""Coaching through the pages: a wish, the gate, the session, the agent's own words."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.service.conftest import TODAY, Branch, Visitor, errors_of

FIVE = ["busy", "unwilling", "angry", "no_trust", "family_trouble"]
SESSION = {"methods": ["talk", "training"], "summary": "练了三句开场", "commitments": "每天练一遍"}


def opened(visitor: Visitor) -> str:
    response = visitor.post("/coaching/new", agent="A1", moment="stuck")
    assert response.status_code == 303, errors_of(response)
    visitor.branch.follow()
    return str(response.headers["Location"]).split("?")[0]


def held(visitor: Visitor) -> str:
    address = opened(visitor)
    visitor.post(f"{address}/gate", ruled_out=FIVE)
    response = visitor.post(f"{address}/hold", **SESSION)
    assert response.status_code == 303, errors_of(response)
    visitor.branch.follow()
    return address


def closed(visitor: Visitor) -> str:
    address = held(visitor)
    response = visitor.post(
        f"{address}/evaluate", final_behaviour="主动练了两遍", effect="4", next_on="2026-12-02"
    )
    assert response.status_code == 303, errors_of(response)
    visitor.branch.follow()
    return address


def test_the_card_of_the_moment_stands_beside_the_gate(branch: Branch) -> None:
    supervisor = branch.visitor("s1")

    page = supervisor.get(opened(supervisor)).text

    assert "分析困难，解决问题" in page
    assert len(re.findall(r'name="ruled_out"', page)) == 5
    assert 'class="wrong"' not in page  # nothing is wrong before anything was sent


def test_one_of_five_that_is_not_ticked_stops_with_another_day(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    address = opened(supervisor)

    response = supervisor.post(f"{address}/gate", ruled_out=FIVE[1:])

    page = supervisor.follow(response)
    assert "现在不合适：伙伴非常忙" in page
    assert supervisor.post(f"{address}/hold", **SESSION).status_code == 409
    later = supervisor.post(f"{address}/defer", until="2026-11-20")
    branch.follow()
    assert "改约 1 次" in supervisor.follow(later)


def test_the_gate_keeps_what_was_ticked_and_the_other_forms_leave_it_alone(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    address = opened(supervisor)

    page = supervisor.follow(supervisor.post(f"{address}/gate", ruled_out=FIVE[1:]))
    assert ticked(page) == set(FIVE[1:])
    refused = supervisor.post(f"{address}/drop", reason="")

    assert refused.status_code == 422
    assert ticked(refused.text) == set(FIVE[1:])
    assert 'name="until" value="2026-11-19"' in refused.text  # and the other day is still offered
    branch.moment += timedelta(days=1)
    assert ticked(supervisor.get(address).text) == set()  # asked anew on another day


def ticked(page: str) -> set[str]:
    return set(re.findall(r'name="ruled_out" value="(\w+)"[^>]* checked', page))


def test_a_session_without_method_keeps_what_was_typed(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    address = opened(supervisor)
    supervisor.post(f"{address}/gate", ruled_out=FIVE)

    response = supervisor.post(f"{address}/hold", summary="练了三句开场", commitments="每天练一遍")

    assert response.status_code == 422
    assert "请选择方法" in errors_of(response)
    assert "练了三句开场" in response.text


def test_a_session_stays_open_until_it_is_evaluated(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    address = held(supervisor)
    assert "还没评估" in supervisor.get("/coaching").text

    refused = supervisor.post(f"{address}/evaluate", final_behaviour="练了")
    assert refused.status_code == 422

    closed(supervisor)
    assert "效果 4 分" in supervisor.get("/coaching?state=done").text


def test_what_never_and_always_belongs_stands_beside_the_session(branch: Branch) -> None:
    supervisor = branch.visitor("s1")

    page = supervisor.get(opened(supervisor)).text

    assert all(word in page for word in ("大话", "气话", "微笑", "建议"))


def test_a_wish_for_help_is_on_top_and_counted(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    opened(supervisor)

    branch.visitor("a2").post("/mine/coaching", wish="怎样开口要转介绍")
    branch.follow()

    page = supervisor.get("/coaching").text
    assert page.index("李建国") < page.index("王小梅")
    assert re.search(r'href="/coaching"[^>]*>.*?<em>1<', page, re.S)
    address = re.findall(r'href="(/coaching/G-\w+)"', page)[0]
    assert "怎样开口要转介绍" in supervisor.get(address).text


def test_the_agent_reads_the_session_and_adds_words(branch: Branch) -> None:
    address = closed(branch.visitor("s1"))
    agent = branch.visitor("a1")
    assert "练了三句开场" in agent.get("/mine/coaching").text

    response = agent.post(f"/mine{address}/words", words="敢开口了")
    branch.follow()

    assert "敢开口了" in agent.follow(response)
    assert "敢开口了" in branch.visitor("s1").get(address).text


def test_a_suggestion_nobody_took_up_is_not_shown_to_the_agent(branch: Branch) -> None:
    opened(branch.visitor("s1"))

    assert "犹豫不决" not in branch.visitor("a1").get("/mine/coaching").text


def test_what_is_noted_about_the_family_is_seen_and_erased_by_the_agent(branch: Branch) -> None:
    branch.record.family_notes.note("A1", "T1", "孩子上小学", by=branch.by("S1"))
    agent = branch.visitor("a1")
    assert "孩子上小学" in agent.get("/mine/coaching").text

    response = agent.post("/mine/family/forget")

    assert response.status_code == 303
    assert "孩子上小学" not in agent.get("/mine/coaching").text


def test_the_board_shows_who_waits_for_coaching(branch: Branch) -> None:
    branch.visitor("a1").post("/mine/coaching", wish="怎样开口要转介绍")
    branch.follow()

    page = branch.visitor("s1").get("/board").text

    assert "适合辅导" in page
    assert "在等你" in page


def test_the_coaching_ring_is_filled(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    held(supervisor)

    page = supervisor.get("/board").text

    assert len(re.findall('class="met"', page)) >= 1
    assert str(TODAY) in page


def test_another_team_sees_nothing_of_it(branch: Branch) -> None:
    address = held(branch.visitor("s1"))

    assert branch.visitor("s2").get(address).status_code == 404
    assert branch.visitor("a2").post(f"/mine{address}/words", words="我").status_code == 404
