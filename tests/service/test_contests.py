"""A contest through its pages: the team first, three and oneself, no bottom, consent before fame."""

from __future__ import annotations

import re
from datetime import timedelta

from domain.contest import contest_id_of
from domain.contest_scores import WEIGHTS, table_hash
from domain.role_model import role_model_id
from domain.words import Role
from projections.season import contests_due, season_table
from projections.standings import contest
from tests.service.conftest import TODAY, Branch, errors_of
from workers.contests import freeze

START = TODAY - timedelta(days=7)
CONTEST = contest_id_of(START, ["T1"])
NEW = {"title": "十一月评比", "team": "T1", "starts_on": str(START), "goal": "80"}
SHARES = {"on_time": "30", "complete": "30", "confirmed": "20", "improved": "20"}


def hand_in(branch: Branch, agent: str, *, days: int) -> None:
    """Let an agent hand in the last days in time."""
    now = branch.moment
    for back in range(1, days + 1):
        branch.moment = now - timedelta(days=back)
        branch.record.daily_logs.submit(
            agent,
            TODAY - timedelta(days=back),
            summary="走访",
            short_reason="改期",
            by=branch.by(agent, Role.AGENT),
        )
    branch.moment = now
    branch.follow()


def add_agents(branch: Branch, count: int) -> list[str]:
    ids = [f"C{n}" for n in range(1, count + 1)]
    for person in ids:
        branch.record.organisation.join(
            person, f"某{person}", Role.AGENT, "T1", START - timedelta(days=90), by=branch.by()
        )
    branch.follow()
    return ids


def begin(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    supervisor.follow(supervisor.post("/contests/new", **NEW, **SHARES))
    branch.follow()


def test_who_stays_out_is_not_ranked_and_counts_for_the_team(branch: Branch) -> None:
    hand_in(branch, "A1", days=5)
    hand_in(branch, "A2", days=3)
    begin(branch)
    agent, address = branch.visitor("a1"), f"/contests/{CONTEST}/part"
    before = agent.get("/contests").text
    assert "我：第 1 名" in before

    page = agent.follow(agent.post(address, takes_part="no"))

    assert "我：第" not in page
    assert "你不参加这一季的排名" in page
    assert (
        branch.record.organisation.member("A1").name
        not in branch.visitor("a2").get("/contests").text
    )  # type: ignore[union-attr]
    assert re.findall(r"团队按时 \d+%", page) == re.findall(r"团队按时 \d+%", before)
    assert agent.post(address, takes_part="no").status_code == 409
    assert "我：第 1 名" in agent.follow(agent.post(address, takes_part="yes"))
    assert branch.visitor("b1").post(address, takes_part="no").status_code == 404


def test_who_leads_several_teams_opens_a_season_for_them_together(branch: Branch) -> None:
    upper = branch.visitor("u1")
    page = upper.get("/contests").text
    assert len(re.findall(r'type="checkbox" name="team"', page)) == 2

    none = upper.post("/contests/new", **{**NEW, "team": []}, **SHARES)
    opened = upper.post("/contests/new", **{**NEW, "team": ["T1", "T2"]}, **SHARES)
    branch.follow()

    assert "请选择团队" in errors_of(none)
    assert opened.status_code == 303
    for agent in ("a1", "b1"):
        page = branch.visitor(agent).get("/contests").text
        assert "十一月评比" in page
    both = {**NEW, "team": ["T1", "T2"], "title": "混合"}
    assert branch.visitor("s1").post("/contests/new", **both, **SHARES).status_code == 404


def test_the_team_s_goal_comes_first_then_three_and_oneself(branch: Branch) -> None:
    add_agents(branch, 3)
    hand_in(branch, "A2", days=5)
    for agent in ("C1", "C2", "C3"):
        hand_in(branch, agent, days=4)
    hand_in(branch, "A1", days=1)
    begin(branch)

    page = branch.visitor("a1").get("/contests").text

    assert page.index("团队按时") < page.index("李建国")
    assert "我：第 5 名" in page
    assert "王小梅" not in page.split("<h1>")[1]  # nobody is shown at the bottom, not even oneself


def test_who_has_something_open_is_left_out_and_nobody_is_told(branch: Branch) -> None:
    hand_in(branch, "A1", days=5)
    branch.open_case()
    begin(branch)

    own, others = branch.visitor("a1").get("/contests").text, branch.visitor("a2").get("/contests")

    assert "我：第" not in own
    assert "王小梅" not in others.text
    assert "案件" not in own


def test_weights_must_sum_up_to_a_hundred(branch: Branch) -> None:
    response = branch.visitor("s1").post("/contests/new", **NEW, **SHARES | {"on_time": "50"})

    assert response.status_code == 422


def test_another_team_sees_nothing_of_it(branch: Branch) -> None:
    begin(branch)

    assert "十一月评比" not in branch.visitor("b1").get("/contests").text
    assert "十一月评比" not in branch.visitor("s2").get("/contests").text


def test_a_role_model_is_seen_once_they_agree_and_until_they_do_not(branch: Branch) -> None:
    supervisor, agent, other = (branch.visitor(name) for name in ("s1", "a1", "a2"))
    supervisor.post("/contests/role-models", agent="A1", what_for="每天三句话的心得")
    branch.follow()
    address = f"/contests/role-models/{role_model_id('A1', TODAY)}"
    assert "每天三句话" not in other.get("/contests").text
    assert "每天三句话" in agent.get("/contests").text

    agent.follow(agent.post(f"{address}/answer", consents="yes"))
    branch.follow()
    assert "每天三句话" in other.get("/contests").text

    agent.follow(agent.post(f"{address}/withdraw"))
    branch.follow()
    assert "每天三句话" not in other.get("/contests").text


def test_a_clinic_is_for_the_agent_and_those_who_lead(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    supervisor.follow(
        supervisor.post(
            "/contests/clinics",
            agent="A1",
            expert="S2",
            held_on=str(TODAY),
            diagnosis="面谈前没有准备",
            plan="每次先写三个问题",
        )
    )
    branch.follow()

    assert "先写三个问题" in branch.visitor("a1").get("/contests").text
    assert "先写三个问题" in supervisor.get("/contests").text
    assert "先写三个问题" not in branch.visitor("a2").get("/contests").text


def test_a_sharing_session_is_seen_by_the_team(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    supervisor.follow(
        supervisor.post("/contests/sharing", held_on=str(TODAY), topic="三分钟写完", speaker_1="A2")
    )
    branch.follow()

    page = branch.visitor("a1").get("/contests").text
    assert "三分钟写完" in page
    assert "李建国" in page


def test_who_shared_a_place_shares_it_and_sees_it_when_it_is_final(branch: Branch) -> None:
    for agent in ("A1", "A2"):
        hand_in(branch, agent, days=5)
    begin(branch)
    branch.moment += timedelta(days=23)
    with branch.context.views.connect() as connection:
        (due,) = contests_due(connection, branch.moment)

    freeze(branch.record, branch.context.views, CONTEST, due.day, due.due_at, lambda: branch.moment)
    branch.follow()

    page = branch.visitor("a2").get("/contests").text
    assert page.count("第 1 名 · ") == 2
    assert "第 2 名" not in page
    assert "我：第 1 名" in page


def test_the_standings_are_made_final_with_the_hash_of_the_table(branch: Branch) -> None:
    hand_in(branch, "A1", days=5)
    begin(branch)
    branch.moment += timedelta(days=23)
    with branch.context.views.connect() as connection:
        (due,) = contests_due(connection, branch.moment)
        card = contest(connection, CONTEST)
        assert card is not None
        table = season_table(connection, card, branch.context.today())

    done = freeze(
        branch.record,
        branch.context.views,
        CONTEST,
        due.day,
        due.due_at,
        lambda: branch.moment,
    )

    branch.follow()
    assert done is not None
    assert done.top == ("A1",)
    with branch.context.views.connect() as connection:
        final = contest(connection, CONTEST)
        assert final is not None
        assert final.table_hash == table_hash(table.standings)
        assert contests_due(connection, branch.moment) == []
    assert "名次已定" in branch.visitor("a2").get("/contests").text
    assert sum(WEIGHTS.values()) == 100
