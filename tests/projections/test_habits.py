"""Filling cases, suggestions, checks and contests as views, on both stores."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.contest import contest_id_of
from domain.contest_scores import WEIGHTS
from domain.filling_case import filling_case_id
from domain.filling_ladder import Problem, Will
from domain.filling_signs import Sign
from domain.role_model import role_model_id
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Role
from projections import checks, filling_cases, standings
from projections.season import contests_due, season_table

from .conftest import DAY, NOON, Office

CASE = filling_case_id("A1", Problem.FABRICATED, 1)


def boss(office: Office) -> By:
    return office.by("S1", Role.SUPERVISOR)


def finish(office: Office, check: Check, found: list[str], **effects: Any) -> None:
    key = CheckKey(check, "T1", DAY)
    by = By("system", Role.SYSTEM, NOON, NOON, key.command_id, "worker")
    made = effects.get("made")
    office.record.scheduled_checks.finish(
        key, "T1", NOON, found, by=by, effects=(lambda: made(by)) if made else None
    )


def suggest(office: Office) -> None:
    sign, suggestions = Sign(Problem.FADED, {"filled": 3}), office.record.filling_suggestions
    finish(
        office,
        Check.FILLING_PROBLEMS,
        ["A1/faded"],
        made=lambda by: suggestions.raised("A1", "T1", sign, DAY, by),
    )


def test_a_case_shows_where_it_is_on_its_ladder(office: Office) -> None:
    cases = office.record.filling_cases
    cases.open("A1", Problem.FABRICATED, "说不清", by=boss(office))
    cases.determine_will(CASE, Will.UNABLE, "不知道怎么记", by=boss(office))
    cases.take_step(CASE, 1, DAY, "谈过了", by=boss(office))
    cases.skip_step(CASE, 2, "昨天教过", by=boss(office))

    (card,) = office.read(filling_cases.in_teams, ["T1"])

    assert (card.will, card.passed, card.ending) == ("unable", (1, 2), None)
    assert office.read(filling_cases.open_count, ["T1", "T9"]) == 1
    assert office.read(filling_cases.signatures_waiting) == []


def test_a_suggestion_is_taken_once_its_case_is_opened(office: Office) -> None:
    suggest(office)
    assert [card.facts for card in office.read(filling_cases.suggested_in, ["T1"])] == [
        {"filled": 3}
    ]

    office.record.filling_cases.open("A1", Problem.FADED, "不填了", by=boss(office))

    assert office.read(filling_cases.suggested_in, ["T1"]) == []


def test_checks_are_listed_by_team_kind_and_finding(office: Office) -> None:
    suggest(office)
    finish(office, Check.OVERDUE_REVIEWS, ["A2"])
    finish(office, Check.MISSING_LOGS, [])

    def kinds(**asked: Any) -> list[str]:
        return [one.check for one in office.read(checks.newest, 10, **asked)]

    assert kinds() == ["missing_logs", "overdue_reviews", "filling_problems"]
    assert kinds(teams=["T9"]) == []
    assert kinds(with_findings=True, hidden=["overdue_reviews"]) == ["filling_problems"]
    assert set(office.read(checks.last_of_each, ["T1"], ())) == set(kinds())
    late = office.read(checks.reviews_found_late, ["T1"], DAY - timedelta(days=1))
    assert late == {("T1", "A2", DAY)}


def test_a_season_has_its_table_and_becomes_due(office: Office) -> None:
    start = DAY - timedelta(days=7)
    office.record.contests.open("评比", ["T1"], start, 90, WEIGHTS, by=boss(office))
    office.log("A1")
    office.record.daily_logs.submit("A1", DAY, summary="很好", by=office.by("A1"))
    contest_id = contest_id_of(start, ["T1"])

    def ranks(connection: Connection, today: date) -> list[str]:
        contest = standings.contest(connection, contest_id)
        assert contest is not None
        return [one.agent_id for one in season_table(connection, contest, today).standings]

    assert office.read(ranks, DAY + timedelta(days=1)) == ["A1", "A2"]
    assert office.read(contests_due, NOON) == []
    (due,) = office.read(contests_due, NOON + timedelta(days=30))
    assert (due.subject, due.day) == (contest_id, start + timedelta(days=27))


def test_role_models_are_those_who_agreed(office: Office) -> None:
    for agent in ("A1", "A2"):
        office.record.role_models.name(agent, DAY, "天天按时", by=boss(office))
    office.record.role_models.answer(role_model_id("A1", DAY), consents=True, by=office.by("A1"))

    assert [card.agent_id for card in office.read(standings.role_models, ["T1"])] == ["A1"]
    assert [card.consents for card in office.read(standings.named, "A2")] == [None]
