"""The queue of logs to review (S2, R-04): what waits, oldest first, and what was reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace

from flask import Blueprint, render_template, request

from projections import review_queue, sheet_queue, team_day
from projections.review_queue import ReviewedLog
from service.access import Thing, may, need
from service.context import shilu
from service.language import _, day_text
from service.pages import sheet_reviews
from service.reading import as_of, clock, said, views
from service.sessions import reader
from service.undo import of_review
from service.words import REMARKS, REVIEW_VERDICTS, label

pages = Blueprint("reviews", __name__)
LOOK_BACK = timedelta(days=60)
SHOWN = 50
TABS = ("waiting", "done", "sheets")


@pages.get("/reviews")
def listing() -> str:
    """List the logs of one's teams by what they wait for."""
    need(reader(), Thing.REVIEW)
    chosen = request.args.get("state", "waiting")
    chosen = chosen if chosen in TABS else "waiting"
    since = shilu().today() - LOOK_BACK
    with views("review_queue", "sheets") as connection:
        teams = {t.team_id: t.name for t in team_day.teams(connection)}
        mine = [team for team in teams if may(reader(), Thing.REVIEW, team_id=team)]
        waits = review_queue.waiting(connection, mine, since)
        shown = waits if chosen == "waiting" else review_queue.done(connection, mine, SHOWN)
        handed_in = sheet_queue.waiting(connection, mine, since)
        reviewed = sheet_queue.done(connection, mine, SHOWN) if chosen == "sheets" else []
        people = team_day.people(connection, shilu().today())
    names = {key: person.name for key, person in people.items()}
    return render_template(
        "reviews.html",
        chosen=chosen,
        tabs=_tabs(chosen, len(waits), len(handed_in)),
        sheets=sheet_reviews.queue_rows([*handed_in, *reviewed], names, teams),
        logs=[_row(log, names, teams) for log in shown[:SHOWN]],
        late=sum(is_overdue(log) for log in waits),
        said=said(),
        undo=of_review(),
        as_of=as_of("review_queue"),
    )


def is_overdue(log: ReviewedLog) -> bool:
    """Tell whether a log has waited too long for its review."""
    return log.reviewed_at is None and shilu().now() > shilu().rules().review_due_at(log.day)


def _tabs(chosen: str, waits: int, sheets: int) -> list[SimpleNamespace]:
    texts = {
        "waiting": _("待批阅") + f" {waits}",
        "done": _("已批阅"),
        "sheets": _("周表与月记录") + (f" {sheets}" if sheets else ""),
    }
    return [
        SimpleNamespace(href=f"/reviews?state={tab}", text=texts[tab], current=tab == chosen)
        for tab in TABS
    ]


def _row(log: ReviewedLog, names: Mapping[str, str], teams: Mapping[str, str]) -> SimpleNamespace:
    zone = shilu().rules().time_zone
    text = _("{time} 提交", time=clock(log.submitted_at, zone, with_day=log.day))
    if log.reviewed_at is not None:
        kind, verdict = label(REMARKS, log.kind), label(REVIEW_VERDICTS, log.verdict)
        text = f"{verdict} · {kind} · " + (_("伙伴已读") if log.read_at else _("伙伴未读"))
    return SimpleNamespace(
        agent_id=log.agent_id,
        agent=names.get(log.agent_id, log.agent_id),
        team=teams.get(log.team_id, log.team_id),
        day=log.day,
        day_text=day_text(log.day),
        text=text,
        overdue=is_overdue(log),
    )
