"""Who belongs to one branch never reads another; who may see several goes from one to the other."""

from __future__ import annotations

import pytest

from domain.words import Role
from store.accounts import SESSION
from store.feeds import Feed, Feeds
from tests.branches.company import PASSWORD, TITLES, Company


def last_of(company: Company, name: str, topic: str) -> dict[str, object]:
    """Return who did what in the newest event of a topic in a branch's log."""
    found = [e for e in company.store(name).reader().all() if e.topic == topic]
    return dict(found[-1].data["by"]) if found else {}


def test_everybody_signs_in_at_one_door_and_comes_to_the_own_branch(company: Company) -> None:
    for name in ("main", "north"):
        company.visitor(name, Role.AGENT, "A1")
        client = company.app.test_client()
        answer = client.post(
            "/sign-in", data={"login": f"{name}.a1", "password": PASSWORD, "next": "/today"}
        )
        assert answer.status_code == 303
        assert f"{TITLES[name][:2]}A1" in client.get("/mine").text
        assert last_of(company, name, "account.signed_in.v1")["actor"] == "A1"


def test_a_wrong_password_is_told_in_the_branch_of_the_account(company: Company) -> None:
    company.visitor("north", Role.AGENT, "A1")
    client = company.app.test_client()

    answer = client.post(
        "/sign-in", data={"login": "north.a1", "password": "not this one", "next": ""}
    )
    company.app.extensions["shilu.refused"].flush()

    assert answer.status_code == 401
    assert last_of(company, "north", "account.turned_away.v1")["actor"] == "A1"
    assert last_of(company, "main", "account.turned_away.v1") == {}


def test_the_same_ids_in_two_branches_are_two_people(company: Company) -> None:
    company.visit("north")
    company.follow()
    here, there = (company.visitor(name, Role.SUPERVISOR, "S1") for name in ("main", "north"))

    assert "总部A1" in here.get("/board").text
    assert "朝阳A1" not in here.get("/board").text
    assert "朝阳A1" in there.get("/board").text
    assert "总部A1" not in there.get("/board").text


@pytest.mark.parametrize("path", ["/events", "/proof", "/exports", "/company/search", "/company"])
def test_a_branch_s_auditor_reads_nothing_of_another(company: Company, path: str) -> None:
    company.visit("north")
    company.follow()
    auditor = company.visitor("main", Role.AUDITOR, "X1")

    assert "朝阳" not in auditor.get(path).text


def test_the_api_of_one_branch_tells_nothing_of_another(company: Company) -> None:
    company.visit("north")
    company.follow()
    auditor = company.visitor("main", Role.AUDITOR, "X1")
    head = company.heads()["north"]

    events = auditor.api("GET", "/api/v1/events?limit=200").json["items"]
    assert company.heads()["main"] < head
    assert {e["position"] for e in events} == set(range(1, company.heads()["main"] + 1))
    assert auditor.api("GET", f"/api/v1/events/{head}").status_code == 404


def test_a_calendar_s_address_leads_into_its_own_branch(company: Company) -> None:
    company.visitor("north", Role.AGENT, "A1")
    token = Feeds(company.accounts.engine).open(Feed("north", "A1", "F-1", False))

    answer = company.app.test_client().get(f"/calendar/{token}.ics")

    assert answer.status_code == 200
    assert company.app.test_client().get("/calendar/other.ics").status_code == 404


def test_the_proof_log_of_each_branch_is_its_own(company: Company) -> None:
    company.visit("north")
    company.follow()
    client = company.app.test_client()
    north, main = (
        client.get(f"{log}/proof/inclusion?position=1&size=5").json["leaf_hash"]
        for log in ("/log/of/north", "/log")
    )

    assert north != main
    assert client.get("/log/of/main/proof/inclusion?position=1&size=5").json["leaf_hash"] == main
    assert client.get("/log/of/nowhere/checkpoint").status_code == 404


def test_an_auditor_of_all_goes_to_another_branch_by_one_click(company: Company) -> None:
    company.visit("north")
    company.follow()
    auditor = company.visitor("main", Role.AUDITOR, "X1", "all")
    assert "朝阳A1" not in auditor.get("/board").text

    answer = auditor.post("/company/branch", branch="north")

    assert answer.status_code == 303
    page = auditor.get("/board").text
    assert "朝阳A1" in page
    assert "总部A1" not in page
    assert "朝阳营业部" in page


def test_what_a_visitor_does_is_on_the_visited_branch_s_record(company: Company) -> None:
    company.follow()
    auditor = company.visitor("main", Role.AUDITOR, "X1", "north")
    auditor.post("/company/branch", branch="north")
    before = company.heads()["main"]

    assert auditor.get("/people").status_code == 403
    company.app.extensions["shilu.refused"].flush()

    assert last_of(company, "north", "access.refused.v1")["actor"] == "X1@main"
    assert company.heads()["main"] == before


def test_a_form_of_the_branch_before_counts_no_more(company: Company) -> None:
    company.follow()
    admin = company.visitor("main", Role.ADMINISTRATOR, "M1", "all")
    old = admin.csrf
    admin.post("/company/branch", branch="north")
    before = company.heads()

    answer = admin.post("/teams/new", csrf=old, team_id="T7", name="新组", supervisor_id="S1")

    assert answer.status_code in (403, 409)
    assert company.heads() == before


@pytest.mark.parametrize("branches", ["", "south"])
def test_nobody_goes_where_they_may_not(company: Company, branches: str) -> None:
    auditor = company.visitor("main", Role.AUDITOR, "X1", branches)

    answer = auditor.post("/company/branch", branch="north")

    assert answer.status_code in (403, 404)
    assert "总部A1" in auditor.get("/board").text or company.follow() is None


def test_an_agent_sees_one_branch_whatever_was_granted(company: Company) -> None:
    agent = company.visitor("main", Role.AGENT, "A1", "all")

    assert agent.get("/company").status_code == 403
    assert agent.post("/company/branch", branch="north").status_code == 403


def test_a_grant_that_is_taken_back_ends_the_visit(company: Company) -> None:
    company.follow()
    auditor = company.visitor("main", Role.AUDITOR, "X1", "north")
    auditor.post("/company/branch", branch="north")
    with company.accounts.engine.begin() as connection:  # the session itself lives on
        rows = connection.execute(SESSION.select()).mappings().all()
    assert [row["branch"] for row in rows if row["login"] == "main.x1"] == ["north"]

    company.accounts.grant("main.x1", "")

    assert auditor.get("/board").status_code == 303
