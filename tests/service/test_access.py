"""Who may see and do what: the table whole, and every page for every role."""

from __future__ import annotations

from datetime import date

import pytest

from domain.words import Role
from service.access import TABLE, Reader, Thing, may
from tests.service.conftest import PEOPLE, TODAY, Branch

PAGES = {
    "/today": {"a1"},
    "/today/submit": {"a1"},
    "/customers": {"a1"},
    "/customers/new": {"a1"},
    "/mine": {"a1"},
    "/board": {"s1", "u1", "x1"},
    "/callbacks": {"s1", "u1"},  # second calls are made by those above
    "/reviews": {"s1", "u1"},
    "/cases": {"s1", "u1", "x1"},
    "/events": {"x1"},
    "/time-machine": {"u1", "x1"},
    "/people": {"m1"},
    "/people/new": {"m1"},
    "/teams/new": {"m1"},
    "/people/A1": {"m1"},
}
LOGINS = ("a1", "s1", "u1", "x1", "m1")


def a_reader(role: Role, leads: frozenset[str] = frozenset()) -> Reader:
    return Reader("P1", role, "某人", leads=leads)


@pytest.mark.parametrize("thing", list(Thing))
@pytest.mark.parametrize("role", list(Role))
def test_nobody_reaches_further_than_the_table_says(thing: Thing, role: Role) -> None:
    reader = a_reader(role, frozenset({"T1"}))
    reach = TABLE[thing].get(role, 0)

    own = may(reader, thing, agent_id="P1", team_id="T9")
    led = may(reader, thing, agent_id="P2", team_id="T1")
    other = may(reader, thing, agent_id="P2", team_id="T2")

    assert (own, led, other) == {
        0: (False, False, False),
        1: (True, False, False),
        2: (False, True, False),
        3: (True, True, True),
    }[int(reach)]


def test_customers_in_clear_are_for_their_agent_alone() -> None:
    assert set(TABLE[Thing.CUSTOMERS]) == {Role.AGENT}


@pytest.mark.parametrize("path", list(PAGES))
def test_a_page_opens_for_its_roles_alone(branch: Branch, path: str) -> None:
    for login in LOGINS:
        status = branch.visitor(login).get(path).status_code
        wanted = {200} if login in PAGES[path] else {403, 404}
        assert status in wanted, (login, path)


def test_without_a_session_every_page_leads_to_the_door(branch: Branch) -> None:
    for path in PAGES:
        response = branch.visitor().get(path)
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/sign-in")


def test_the_team_of_another_supervisor_does_not_exist(branch: Branch) -> None:
    other = branch.visitor("s2")

    assert other.get("/board?team=T1").status_code == 404
    assert other.get("/agents/A1").status_code == 404


def test_a_callback_of_another_supervisor_does_not_exist(branch: Branch) -> None:
    call = branch.list_call(branch.log_visit())

    other = branch.visitor("s2")

    assert other.get(f"/callbacks/{call}").status_code == 404
    assert other.post(f"/callbacks/{call}/reveal").status_code == 404


def test_a_visit_of_another_team_cannot_be_listed(branch: Branch) -> None:
    visit = branch.log_visit()

    response = branch.visitor("s2").get(f"/callbacks/new?agent=A1&day={TODAY}&activity={visit}")

    assert response.status_code == 404


def test_a_case_of_another_team_does_not_exist(branch: Branch) -> None:
    branch.open_case()

    assert branch.visitor("s1").get("/cases/A1/1").status_code == 200
    assert branch.visitor("s2").get("/cases/A1/1").status_code == 404


def test_a_customer_of_another_agent_does_not_exist(branch: Branch) -> None:
    assert branch.visitor("a1").get("/customers/C-1").status_code == 200
    assert branch.visitor("a1").get("/customers/C-2").status_code == 404


def test_an_agent_moved_away_is_out_of_reach_at_the_next_request(branch: Branch) -> None:
    supervisor = branch.visitor("s1")
    assert supervisor.get("/agents/A1").status_code == 200

    branch.record.organisation.move("A1", "T2", TODAY, by=branch.by())

    assert supervisor.get("/agents/A1").status_code == 404


def test_a_supervisor_replaced_sees_the_team_no_more(branch: Branch) -> None:
    organisation = branch.record.organisation
    organisation.join("S9", "新主管", Role.SUPERVISOR, "T1", date(2026, 1, 1), by=branch.by())

    organisation.appoint_supervisor("T1", "S9", by=branch.by())
    branch.follow()

    assert branch.visitor("s1").get("/board?team=T1").status_code == 404


def test_names_and_numbers_of_customers_are_on_no_page_but_the_owners(branch: Branch) -> None:
    call = branch.list_call(branch.log_visit())
    branch.open_case()
    pages = {
        "s1": ["/board", "/agents/A1", "/callbacks", f"/callbacks/{call}", "/cases/A1/1"],
        "u1": ["/board", "/agents/A1", "/cases/A1/1", "/time-machine"],
        "x1": ["/board", "/events", "/time-machine", "/cases/A1/1"],
        "m1": ["/people", "/people/A1"],
    }

    for login, paths in pages.items():
        for path in paths:
            text = branch.visitor(login).get(path).text
            assert "张三丰" not in text, (login, path)
            assert "13812341234" not in text, (login, path)


def test_every_role_is_in_the_test(branch: Branch) -> None:
    assert {role for _n, role, _t in PEOPLE.values()} == set(Role) - {Role.SYSTEM}
