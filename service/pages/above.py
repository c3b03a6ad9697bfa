"""The upper supervisor's board: what comes up the line, to sign, to mediate, to answer (R-04, R-33, R-34)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from sqlalchemy import Connection

from projections import (
    access_queries,
    cases,
    checks,
    complaints,
    filling_cases,
    review_queue,
    sheet_queue,
    team_day,
)
from projections.people_facts import MemberFacts, TeamFacts
from service.access import Thing, need
from service.context import shilu
from service.language import N_, _, day_text
from service.reading import as_of, views
from service.sessions import reader
from service.words import PROBLEMS, label

pages = Blueprint("above", __name__)
LOOK_BACK = timedelta(days=60)


@pages.get("/above")
def board() -> str:
    """Show what waits for somebody above."""
    need(reader(), Thing.ABOVE)
    with views(
        "filling_cases", "cases", "complaints", "review_queue", "sheets", "checks"
    ) as connection:
        people = team_day.people(connection, shilu().today())
        teams = {team.team_id: team for team in team_day.teams(connection)}
        page = {
            "signatures": _signatures(connection, people, teams),
            "late": _late_reviews(connection, people, teams),
            "unchanged": _unchanged(connection, people, teams),
            "appeals": len(cases.appeals_waiting(connection)),
            "complaints": complaints.waiting(connection, reader().person_id),
            "reveals": access_queries.waiting_for_those_above(connection, requests_too=True),
        }
    return render_template("above.html", **page, as_of=as_of("filling_cases", "checks"))


def escalated(connection: Connection, teams: Sequence[str]) -> dict[str, list[date]]:
    """Return the days of each team whose logs a check found unreviewed, and still are."""
    since = shilu().today() - LOOK_BACK
    found = checks.reviews_found_late(connection, teams, since)
    late = defaultdict[str, list[date]](list)
    for log in review_queue.waiting(connection, teams, since):
        if (log.team_id, log.agent_id, log.day) in found:
            late[log.team_id].append(log.day)
    return late


def escalated_sheets(connection: Connection, teams: Sequence[str]) -> dict[str, list[date]]:
    """Return on which days each team's sheets were handed in that a check found unreviewed, and still are."""
    since, zone = shilu().today() - LOOK_BACK, ZoneInfo(shilu().rules().time_zone)
    found = checks.sheet_reviews_found_late(connection, teams, since)
    late = defaultdict[str, list[date]](list)
    for sheet in sheet_queue.waiting(connection, teams, since):
        if (sheet.agent_id, sheet.kind, sheet.period) in found and sheet.submitted_at:
            late[sheet.team_id].append(sheet.submitted_at.astimezone(zone).date())
    return late


def _late_reviews(
    connection: Connection, people: Mapping[str, MemberFacts], teams: Mapping[str, TeamFacts]
) -> list[SimpleNamespace]:
    told = (
        (escalated, N_("{n} 份日志没有批阅，最早的是 {day}")),
        (escalated_sheets, N_("{n} 份周表或月记录没有批阅，最早 {day} 提交")),
    )
    return [
        SimpleNamespace(
            team=teams[team_id].name,
            supervisor=_name(people, teams[team_id].supervisor_id),
            text=_(text, n=len(days), day=day_text(min(days))),
        )
        for late, text in told
        for team_id, days in late(connection, list(teams)).items()
    ]


def _signatures(
    connection: Connection, people: Mapping[str, MemberFacts], teams: Mapping[str, TeamFacts]
) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            id=card.case_id,
            agent=_name(people, card.agent_id),
            team=teams[card.team_id].name if card.team_id in teams else card.team_id,
        )
        for card in filling_cases.signatures_waiting(connection)
    ]


def _unchanged(
    connection: Connection, people: Mapping[str, MemberFacts], teams: Mapping[str, TeamFacts]
) -> list[SimpleNamespace]:
    """Return the cases of the last weeks that ended without a change, for somebody above to see."""
    since = shilu().now() - LOOK_BACK
    return [
        SimpleNamespace(
            id=card.case_id,
            agent=_name(people, card.agent_id),
            problem=label(PROBLEMS, card.problem),
        )
        for card in filling_cases.in_teams(connection, list(teams))
        if card.ending == "no_change" and card.closed_at and card.closed_at >= since
    ]


def _name(people: Mapping[str, MemberFacts], person_id: str | None) -> str:
    if person_id is None:
        return _("没有主管")
    return people[person_id].name if person_id in people else person_id
