"""Teams, members over time, leave."""

from __future__ import annotations

from datetime import date

import pytest

from domain.application import TeamRecord
from domain.refusals import (
    AlreadyExists,
    BadValue,
    EmptyText,
    NotAMember,
    UnknownMember,
    UnknownTeam,
)
from domain.words import By, LeaveKind, Role

from .conftest import DAY, a_by, an_activity


def admin() -> By:
    return a_by("M1", Role.ADMINISTRATOR)


def test_a_team_is_formed_once(team: TeamRecord) -> None:
    with pytest.raises(AlreadyExists):
        team.organisation.form_team("T1", "一组", by=admin())


def test_a_team_needs_a_name(team: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        team.organisation.form_team("T2", " ", by=admin())


def test_an_agent_joins_a_team_that_exists(team: TeamRecord) -> None:
    with pytest.raises(UnknownTeam):
        team.organisation.join("A9", "某人", Role.AGENT, "T9", DAY, by=admin())


def test_an_agent_without_a_team_is_refused(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.organisation.join("A9", "某人", Role.AGENT, None, DAY, by=admin())


def test_only_a_supervisor_leads_a_team(team: TeamRecord) -> None:
    with pytest.raises(BadValue):
        team.organisation.appoint_supervisor("T1", "A1", by=admin())


def test_a_day_before_a_move_belongs_to_the_old_team(team: TeamRecord) -> None:
    team.organisation.form_team("T2", "二组", by=admin())
    team.organisation.move("A1", "T2", date(2026, 11, 23), by=admin())

    member = team.organisation.member("A1")
    assert member is not None
    assert [member.team_on(DAY), member.team_on(date(2026, 11, 23))] == ["T1", "T2"]


def test_who_left_logs_nothing_for_the_days_after(team: TeamRecord) -> None:
    team.organisation.depart("A1", date(2026, 11, 18), "离职", by=admin())

    with pytest.raises(NotAMember):
        team.daily_logs.log_activity("A1", an_activity(), by=a_by())


def test_a_leave_covers_its_first_and_last_day(team: TeamRecord) -> None:
    team.organisation.register_leave(
        "A1", date(2026, 11, 19), date(2026, 11, 20), LeaveKind.SICK, by=admin()
    )

    member = team.organisation.member("A1")
    assert member is not None
    assert [member.on_leave(date(2026, 11, d)) for d in (18, 19, 20, 21)] == [
        False,
        True,
        True,
        False,
    ]


def test_overlapping_leave_is_refused(team: TeamRecord) -> None:
    team.organisation.register_leave("A1", DAY, DAY, LeaveKind.SICK, by=admin())

    with pytest.raises(AlreadyExists):
        team.organisation.register_leave("A1", DAY, DAY, LeaveKind.LEAVE, by=admin())


def test_a_cancelled_leave_is_gone(team: TeamRecord) -> None:
    team.organisation.register_leave("A1", DAY, DAY, LeaveKind.SICK, by=admin())

    team.organisation.cancel_leave("A1", DAY, DAY, "已到岗", by=admin())

    member = team.organisation.member("A1")
    assert member is not None
    assert not member.on_leave(DAY)


def test_nobody_unknown_takes_leave(team: TeamRecord) -> None:
    with pytest.raises(UnknownMember):
        team.organisation.register_leave("A9", DAY, DAY, LeaveKind.SICK, by=admin())
