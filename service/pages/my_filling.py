"""A filling problem as the agent sees it: the whole ladder, every word, and a place to answer."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.filling_case import FillingCase
from projections import filling_cases
from service.access import Thing, need
from service.context import shilu
from service.forms import Form, PageForm, by, see, sent, text
from service.language import N_
from service.pages.filling_story import ladder, state_text, story
from service.reading import said, views
from service.sessions import reader
from service.words import PROBLEMS, label

pages = Blueprint("my_filling", __name__)


class WordsForm(PageForm):
    """What the agent has to say."""

    text = text(2000, required=True, missing=N_("请写下你想说的"))


@pages.get("/mine/filling/<case_id>")
def one(case_id: str) -> Response:
    """Show a case about me."""
    return _page(_mine(case_id), Form())


@pages.post("/mine/filling/<case_id>/reply")
def reply(case_id: str) -> Response:
    """Say what there is to say."""
    case = _mine(case_id)
    form = sent(WordsForm())
    if form.good:
        with form.refusals(text="text"):
            receipt = shilu().record.filling_cases.reply(case_id, form.data["text"], by=by(form))
            return see(f"/mine/filling/{case_id}", receipt, "stated")
    return _page(case, form)


def rows(connection: Connection) -> list[SimpleNamespace]:
    """Return my cases for the page of what is about me."""
    return [
        SimpleNamespace(
            id=card.case_id,
            problem=label(PROBLEMS, card.problem),
            state=state_text(card)[0],
            cls=state_text(card)[1],
        )
        for card in filling_cases.of_agent(connection, reader().person_id)
    ]


def _mine(case_id: str) -> FillingCase:
    need(reader(), Thing.ANSWER_FILLING)
    case = shilu().record.filling_cases.find(case_id)
    if case is None or case.agent_id != reader().person_id:
        raise NotFound
    return case


def _page(case: FillingCase, form: Form) -> Response:
    with views("filling_cases"):
        case = shilu().record.filling_cases.find(case.case_id) or case
    page = render_template(
        "my_filling.html",
        form=form,
        said=said(),
        problem=label(PROBLEMS, case.problem),
        case=SimpleNamespace(
            id=case.case_id,
            open=case.ending is None,
            ladder=ladder(case),
            case_no=case.verification_case_no,
        ),
        story=story(case.case_id),
    )
    return make_response(page, form.status)
