"""The administrator's pages."""

from __future__ import annotations

import re

from tests.service.conftest import PASSWORD, TODAY, Branch, errors_of, set_up_factor

NEW = {"name": "林晓东", "person_id": "A7", "role": "agent", "team_id": "T1", "since": "2026-11-18"}


def test_a_new_agent_signs_in_and_chooses_a_password(branch: Branch) -> None:
    admin = branch.visitor("m1")

    page = admin.follow(admin.post("/people/new", **NEW, login="lin", password=PASSWORD))

    assert "林晓东" in page
    newcomer = branch.visitor().client
    response = newcomer.post("/sign-in", data={"login": "lin", "password": PASSWORD})
    assert response.headers["Location"] == "/sign-in/password"
    assert newcomer.get("/today").status_code == 303


def test_a_first_password_is_made_at_random_and_shown_once(branch: Branch) -> None:
    admin = branch.visitor("m1")

    page = admin.post("/people/A1/account", login="wang").text

    made = re.search(r"<code>([a-z2-9-]{19})</code>", page)
    assert made is not None
    assert branch.accounts.verify("wang", made[1], "here").must_change
    assert made[1] not in admin.get("/people/A1").text


def test_a_first_password_of_the_persons_name_is_refused(branch: Branch) -> None:
    response = branch.visitor("m1").post(
        "/people/A1/account", login="wang", password="wangxiaomei1"
    )

    assert response.status_code == 422
    assert "公司或系统的名字" in errors_of(response)
    assert branch.accounts.find("wang") is None


def test_an_administrator_signs_somebody_out_everywhere(branch: Branch) -> None:
    agent, admin = branch.visitor("a1"), branch.visitor("m1")

    admin.follow(admin.post("/people/A1/sessions"))

    assert agent.get("/today").status_code == 303


def test_a_lost_second_factor_is_taken_away_once_the_person_was_recognised(branch: Branch) -> None:
    set_up_factor(branch, "a1")
    agent, admin = branch.visitor("a1"), branch.visitor("m1")

    refused = admin.post("/people/A1/second-factor")
    assert refused.status_code == 422
    assert branch.accounts.factors.has("a1")
    admin.follow(admin.post("/people/A1/second-factor", checked="in_person"))

    assert not branch.accounts.factors.has("a1")
    assert agent.get("/today").status_code == 303


def test_a_login_that_is_taken_is_said_before_anybody_joins(branch: Branch) -> None:
    branch.open_account("a1")

    response = branch.visitor("m1").post("/people/new", **NEW, login="a1", password=PASSWORD)

    assert response.status_code == 422
    assert "已经有人用了" in errors_of(response)
    assert branch.record.organisation.member("A7") is None


def test_a_password_is_never_sent_back(branch: Branch) -> None:
    response = branch.visitor("m1").post(
        "/people/new", **NEW | {"name": ""}, login="lin", password="secret secret"
    )

    assert response.status_code == 422
    assert "secret secret" not in response.text


def test_a_team_is_formed_and_its_supervisor_appointed(branch: Branch) -> None:
    admin = branch.visitor("m1")
    admin.follow(admin.post("/teams/new", name="晨星组", team_id="T3"))
    admin.follow(
        admin.post(
            "/people/new", name="何新", person_id="S3", role="supervisor", team_id="T3", since=TODAY
        )
    )

    page = admin.follow(admin.post("/people/S3/lead"))

    assert "带领团队" in page
    team = branch.record.organisation.team("T3")
    assert team is not None
    assert team.supervisor_id == "S3"


def test_a_person_who_leaves_is_out_at_once(branch: Branch) -> None:
    agent, admin = branch.visitor("a1"), branch.visitor("m1")

    admin.follow(admin.post("/people/A1/depart", last_day=TODAY, reason="离职"))

    assert agent.get("/today").status_code == 303


def test_leave_is_registered_once(branch: Branch) -> None:
    admin = branch.visitor("m1")
    leave = {"kind": "sick", "first_day": TODAY, "last_day": TODAY}

    admin.follow(admin.post("/people/A1/leave", **leave))
    again = admin.post("/people/A1/leave", **leave)

    assert again.status_code == 409
    branch.follow()
    assert "请假" in branch.visitor("s1").get(f"/board?day={TODAY}").text


def test_a_new_password_ends_the_old_sessions(branch: Branch) -> None:
    agent, admin = branch.visitor("a1"), branch.visitor("m1")

    admin.follow(admin.post("/people/A1/account", password="another good password"))

    assert agent.get("/today").status_code == 303


def test_a_new_password_leaves_the_second_factor_as_it_was(branch: Branch) -> None:
    set_up_factor(branch, "a1")
    admin = branch.visitor("m1")

    admin.follow(admin.post("/people/A1/account", password="another good password"))

    assert branch.accounts.factors.has("a1")
    newcomer = branch.visitor().client
    given = {"login": "a1", "password": "another good password"}
    assert newcomer.post("/sign-in", data=given).headers["Location"] == "/sign-in/code"


def test_a_person_who_is_not_there_is_a_404(branch: Branch) -> None:
    admin = branch.visitor("m1")

    assert admin.get("/people/NOBODY").status_code == 404
    assert admin.post("/people/NOBODY/leave").status_code == 404
