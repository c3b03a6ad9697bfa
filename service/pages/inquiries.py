"""What somebody complained about is asked (R-34): the mediator's question, and nothing more."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.complaint import ANSWER_TIME, Complaint
from projections import complaints
from projections.complaints import Inquiry
from service.access import Thing, need
from service.context import shilu
from service.forms import Form, PageForm, by, see, sent, text
from service.language import N_, _, day_text, local
from service.pages.complaint_story import for_asked
from service.reading import said, views
from service.sessions import reader

pages = Blueprint("inquiries", __name__)


class AnswerForm(PageForm):
    """The answer of who was asked."""

    text = text(4000, required=True, missing=N_("请写下你的说明"))


@pages.get("/inquiries")
def listing() -> str:
    """List what I was asked."""
    need(reader(), Thing.ANSWER_INQUIRY)
    with views("complaints") as connection:
        found = complaints.inquiries_of(connection, reader().person_id)
    return render_template("inquiries.html", inquiries=[_row(inquiry) for inquiry in found])


@pages.get("/inquiries/<complaint_id>")
def inquiry(complaint_id: str) -> Response:
    """Show what I was asked about one complaint."""
    return _page(_asked(complaint_id), Form())


@pages.post("/inquiries/<complaint_id>/answer")
def answer(complaint_id: str) -> Response:
    """Answer."""
    found, form = _asked(complaint_id), sent(AnswerForm())
    if form.good:
        with form.refusals(text="text"):
            receipt = shilu().record.complaints.state(complaint_id, form.data["text"], by=by(form))
            return see(f"/inquiries/{complaint_id}", receipt, "stated")
    return _page(found, form)


def _asked(complaint_id: str) -> Complaint:
    need(reader(), Thing.ANSWER_INQUIRY)
    found = shilu().record.complaints.find(complaint_id)
    me = reader().person_id
    if found is None or found.accused_id != me or me not in found.asked_at:
        raise NotFound
    return found


def _row(found: Inquiry) -> SimpleNamespace:
    asked = local(found.asked_at, shilu().rules().time_zone)
    return SimpleNamespace(
        id=found.complaint_id,
        text=_("{day} 请你说明", day=day_text(asked.date())),
        state=_("已结案") if found.closed else _("已回答") if found.answered_at else _("等你回答"),
        cls="" if found.closed else "info" if found.answered_at else "warn",
    )


def _page(found: Complaint, form: Form) -> Response:
    asked = found.asked_at[reader().person_id]
    until = local(asked + ANSWER_TIME, shilu().rules().time_zone)
    with views("complaints"):
        page = render_template(
            "inquiry.html",
            form=form,
            said=said(),
            id=found.complaint_id,
            open=found.finding is None,
            until=f"{day_text(until.date())} {until.strftime('%H:%M')}",
            story_lines=for_asked(found.complaint_id, reader().person_id),
        )
    return make_response(page, form.status)
