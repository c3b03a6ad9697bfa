"""Supervisors' duties as those above see them (U3): 1-1-1, quality of remarks, score of the self-check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from types import SimpleNamespace

from flask import Blueprint, render_template
from sqlalchemy import Connection

from domain.duties import DAILY, Duty
from domain.remarks import THIN
from domain.supervisor_journal import GRACE
from projections import journals, review_queue, supervisor_duties, team_day
from projections.journals import Journal
from projections.people_facts import TeamFacts
from projections.supervisor_duties import Done
from service.access import Thing, need
from service.context import shilu
from service.language import _
from service.pages.duty_rings import duty_rings
from service.pages.reviews import is_overdue
from service.reading import as_of, views
from service.sessions import reader

pages = Blueprint("duties", __name__)
SPAN = timedelta(days=14)


@pages.get("/duties")
def listing() -> str:
    """Show each supervisor of the branch: today's rings, two weeks, remarks, score."""
    need(reader(), Thing.DUTIES)
    today = shilu().today()
    with views("supervisor_duties", "journals", "review_queue") as connection:
        teams = [team for team in team_day.teams(connection) if team.supervisor_id]
        people = team_day.people(connection, today)
        led: dict[str, list[TeamFacts]] = {}
        for team in teams:
            led.setdefault(team.supervisor_id or "", []).append(team)
        rows = [
            _row(connection, supervisor, people[supervisor].name, led[supervisor], today)
            for supervisor in sorted(led)
            if supervisor in people
        ]
    return render_template(
        "duties.html",
        rows=rows,
        grace=GRACE.days,
        as_of=as_of("supervisor_duties", "journals", "review_queue"),
    )


def _row(
    connection: Connection, supervisor: str, name: str, teams: Sequence[TeamFacts], today: date
) -> SimpleNamespace:
    rules, first = shilu().rules(), today - SPAN
    days = [first + timedelta(days=n) for n in range(SPAN.days)]
    worked = [day for day in days if rules.is_working_day(day)]
    counts = supervisor_duties.counts(connection, supervisor, first, today)
    done = supervisor_duties.done_between(connection, supervisor, first, today)
    waits = review_queue.waiting(connection, [team.team_id for team in teams], first)
    kept = journals.since(connection, supervisor, first)
    full = sum(
        all(counts.get(day, {}).get(duty, 0) >= of for duty, of in DAILY.items()) for day in worked
    )
    return SimpleNamespace(
        name=name,
        teams=_("、").join(team.name for team in teams),
        rings=duty_rings(connection, supervisor, today),
        full=full,
        of=len(worked),
        remarks=remarks([one for one in done if one.duty == Duty.REVIEW]),
        overdue=sum(is_overdue(log) for log in waits),
        filed=sum(one.submitted_at is not None for one in kept),
        score=score(kept),
    )


def remarks(reviews: Sequence[Done]) -> SimpleNamespace:
    """Return how many reviews there were, how long their remarks are, and the share of thin ones."""
    lengths = [one.length or 0 for one in reviews]
    return SimpleNamespace(
        n=len(lengths),
        mean=round(sum(lengths) / len(lengths)) if lengths else 0,
        thin=round(100 * sum(length < THIN for length in lengths) / len(lengths)) if lengths else 0,
    )


def score(kept: Sequence[Journal]) -> int | None:
    """Return the share of self-checks without a question, in percent, once the grace is over.

    A question that the supervisor answered counts half. None while nothing may be shown.
    """
    until = shilu().now() - GRACE
    shown = [one for one in kept if one.asked_at is not None and one.asked_at <= until]
    checks = sum(one.checks for one in shown)
    if not checks:
        return None
    lost = sum(
        0.5 if question in one.answered else 1.0
        for one in shown
        for question, _value, _of in one.questions
    )
    return round(100 * (checks - lost) / checks)
