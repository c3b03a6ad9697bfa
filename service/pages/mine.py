"""The agent's trust page (A6): cases about oneself, explanation, appeal, who saw my customers."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.callback import Callback, callback_stream
from projections import callback_queue, cases, review_queue
from projections.cases import CaseCard
from service.access import Thing, need
from service.context import shilu
from service.forms import Form, PageForm, by, see, sent, text
from service.language import N_, _, day_text, local
from service.pages import mine_looks, my_filling
from service.pages.case_story import STATES, for_and_against, state_text, story
from service.pages.review import shown_review, told_on
from service.reading import said, views
from service.sessions import reader

pages = Blueprint("mine", __name__)
ADVICE_SHOWN = 5
REVIEWS_SHOWN = 7


class WordsForm(PageForm):
    """What the agent has to say."""

    text = text(4000, required=True, missing=N_("请写下你想说的"))


class ReplyForm(PageForm):
    """That a review was read, with or without an answer."""

    reply = text(2000)


@pages.get("/mine")
def mine() -> str:
    """Show what is about me."""
    need(reader(), Thing.ANSWER_CASE)
    return render_template("mine.html", **_mine(), form=Form(), said=said())


@pages.post("/mine/reviews/<day>/read")
def read_review(day: str) -> Response:
    """Say that a review was read, and answer it if there is something to say."""
    need(reader(), Thing.ANSWER_REVIEW)
    try:
        of = date.fromisoformat(day)
    except ValueError as problem:
        raise NotFound from problem
    form = sent(ReplyForm())
    if form.good:
        with form.refusals(reply="reply"):
            receipt = shilu().record.reviews.read(
                reader().person_id, of, by=by(form), reply=form.data["reply"]
            )
            return see("/mine", receipt, "read")
    return make_response(render_template("mine.html", **_mine(), form=form, said=""), form.status)


def _mine() -> dict[str, Any]:
    with views(
        "cases", "callback_queue", "review_queue", "access_log", "filling_cases"
    ) as connection:
        own = cases.of_agent(connection, reader().person_id)
        looks = mine_looks.newest(connection)
        advice = _advice(connection)
        reviews = _reviews(connection)
        filling = my_filling.rows(connection)
    team = shilu().record.organisation.team(reader().team_id or "")
    return {
        "team": team.name if team else "",
        "cases": [_row(card) for card in own],
        "looks": looks,
        "advice": advice,
        "reviews": reviews,
        "filling": filling,
    }


@pages.get("/mine/cases/<int:case_no>")
def case(case_no: int) -> Response:
    """Show a case about me, with everything the system knew."""
    need(reader(), Thing.ANSWER_CASE)
    return _page(case_no, Form())


@pages.post("/mine/cases/<int:case_no>/explain")
def explain(case_no: int) -> Response:
    """Say what there is to say, before anybody decides."""
    need(reader(), Thing.ANSWER_CASE)
    form = sent(WordsForm())
    if form.good:
        with form.refusals(text="text"):
            receipt = shilu().record.verification_cases.explain(
                reader().person_id, case_no, form.data["text"], by=by(form)
            )
            return see(f"/mine/cases/{case_no}", receipt, "explained")
    return _page(case_no, form)


@pages.post("/mine/cases/<int:case_no>/appeal")
def appeal(case_no: int) -> Response:
    """Ask somebody else to look again."""
    need(reader(), Thing.ANSWER_CASE)
    form = sent(WordsForm())
    if form.good:
        with form.refusals(text="text"):
            receipt = shilu().record.verification_cases.appeal(
                reader().person_id, case_no, form.data["text"], by=by(form)
            )
            return see(f"/mine/cases/{case_no}", receipt, "appealed")
    return _page(case_no, form)


def _row(card: CaseCard) -> SimpleNamespace:
    opened = local(card.opened_at, shilu().rules().time_zone)
    return SimpleNamespace(
        no=card.case_no,
        text=_("{day} 立案", day=day_text(opened.date())),
        state=state_text(card),
        cls=STATES[card.state],
    )


def _reviews(connection: Connection) -> list[SimpleNamespace]:
    """Return my newest reviews; those that I have not read come first."""
    places = review_queue.of_agent(connection, reader().person_id, REVIEWS_SHOWN)
    told = [(told_on(place.agent_id, place.day), place) for place in places]
    shown = [shown_review(review, place) for review, place in told if review is not None]
    return sorted(shown, key=lambda review: review.read)


def _advice(connection: Connection) -> list[SimpleNamespace]:
    found: list[SimpleNamespace] = []
    for call in callback_queue.for_agent(connection, reader().person_id):
        if call.debriefed_at is None or len(found) == ADVICE_SHOWN:
            continue
        for event in shilu().record.events.get(callback_stream(call.callback_id)):
            if isinstance(event, Callback.Debriefed) and event.advice:
                when = local(call.debriefed_at, shilu().rules().time_zone).strftime("%m-%d")
                found.append(SimpleNamespace(text=event.advice, when=when))
    return found


def _page(case_no: int, form: Form) -> Response:
    me = reader().person_id
    file = shilu().record.verification_cases.find(me)
    with views("cases") as connection:
        card = cases.one(connection, me, case_no)
        items = cases.items(connection, me, case_no)
    if card is None or file is None:
        raise NotFound
    adds, takes = for_and_against(items)
    newest = file.case_no == case_no
    page = render_template(
        "my_case.html",
        form=form,
        said=said(),
        may_explain=newest and file.has_open_case,
        may_appeal=newest and file.verdict is not None and not file.appealed,
        case=SimpleNamespace(
            no=case_no,
            state=state_text(card),
            cls=STATES[card.state],
            items=adds,
            counter_items=takes,
            story=story(me, case_no),
        ),
    )
    return make_response(page, form.status)
