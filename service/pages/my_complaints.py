"""The agent's complaints (R-34): filed over the supervisor's head, followed to their conclusion."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, make_response, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.complaint import Complaint, Grievance, complaint_id_of
from domain.words import Role
from projections import complaints, customers, team_day
from projections.complaints import CONCLUDED, ComplaintCard
from service.access import Thing, need
from service.context import shilu
from service.forms import Form, PageForm, an_id, by, see, sent, text
from service.language import N_, _, day_text, local
from service.pages.complaint_story import STATES, for_agent, name_of, state_text
from service.pages.own_customers import own_names
from service.reading import said, views
from service.sessions import reader

pages = Blueprint("my_complaints", __name__)
MOST_CUSTOMERS = 200  # each name is opened, 2 ms; any other is named in the text
ABOUT = frozenset({Role.SUPERVISOR, Role.UPPER_SUPERVISOR})


class FileForm(PageForm):
    """A complaint; nobody is chosen beforehand."""

    accused_id = an_id(required=True, missing=N_("请选择你投诉的主管"))
    customer_id = an_id()
    text = text(4000, required=True, missing=N_("请写下发生了什么"))


class WordsForm(PageForm):
    """More words of the agent."""

    text = text(4000, required=True, missing=N_("请写下你想说的"))


@pages.get("/mine/complaints")
def listing() -> str:
    """List my complaints."""
    need(reader(), Thing.FILE_COMPLAINT)
    with views("complaints") as connection:
        own = complaints.of_agent(connection, reader().person_id)
    return render_template("my_complaints.html", complaints=[_row(card) for card in own])


@pages.get("/mine/complaints/new")
def new() -> Response:
    """Show the form."""
    need(reader(), Thing.FILE_COMPLAINT)
    return _new(Form())


@pages.post("/mine/complaints/new")
def file() -> Response:
    """File a complaint."""
    need(reader(), Thing.FILE_COMPLAINT)
    form = sent(FileForm())
    if form.good:
        with form.refusals(UnknownMember="accused_id", UnknownCustomer="customer_id", text="text"):
            grievance = Grievance(
                form.data["accused_id"], form.data["text"], form.data["customer_id"]
            )
            who = by(form)
            receipt = shilu().record.complaints.file(grievance, on_day=shilu().today(), by=who)
            return see(f"/mine/complaints/{complaint_id_of(who.command_id)}", receipt, "complained")
    return _new(form)


@pages.get("/mine/complaints/<complaint_id>")
def complaint(complaint_id: str) -> Response:
    """Show one of my complaints."""
    need(reader(), Thing.FILE_COMPLAINT)
    return _page(_own(complaint_id), Form())


@pages.post("/mine/complaints/<complaint_id>/statement")
def state(complaint_id: str) -> Response:
    """Add to what I said, or answer what the mediator asks."""
    need(reader(), Thing.FILE_COMPLAINT)
    own, form = _own(complaint_id), sent(WordsForm())
    if form.good:
        with form.refusals(text="text"):
            receipt = shilu().record.complaints.state(complaint_id, form.data["text"], by=by(form))
            return see(f"/mine/complaints/{complaint_id}", receipt, "stated")
    return _page(own, form)


def _own(complaint_id: str) -> Complaint:
    found = shilu().record.complaints.find(complaint_id)
    if found is None or found.agent_id != reader().person_id:
        raise NotFound
    return found


def _row(card: ComplaintCard) -> SimpleNamespace:
    filed = local(card.filed_at, shilu().rules().time_zone)
    return SimpleNamespace(
        id=card.complaint_id,
        title=_("投诉 {name}", name=name_of(card.accused_id)),
        text=_("{day} 提出", day=day_text(filed.date())),
        state=state_text(card),
        cls=STATES[card.state],
    )


def _new(form: Form) -> Response:
    with views("customers") as connection:
        people = team_day.people(connection, shilu().today()).values()
        own = customers.of_owner(connection, reader().person_id, MOST_CUSTOMERS)
    names = own_names({card.customer_id for card in own})
    page = render_template(
        "complaint_new.html",
        form=form,
        supervisors=[(p.person_id, p.name) for p in people if p.role in ABOUT],
        customers=[
            (id_, f"{names[id_]} {_end(c.phone_masked)}")
            for c in own
            if (id_ := c.customer_id) in names
        ],
        customer=request.args.get("customer", ""),
    )
    return make_response(page, form.status)


def _end(phone_masked: str | None) -> str:
    """Return what tells two customers of one name apart."""
    return f"…{phone_masked[-4:]}" if phone_masked else ""


def _page(own: Complaint, form: Form) -> Response:
    with views("complaints") as connection:
        card = complaints.one(connection, own.complaint_id)
    if card is None:
        raise NotFound
    names = own_names({own.customer_id} if own.customer_id else set())
    page = render_template(
        "my_complaint.html",
        form=form,
        said=said(),
        complaint=SimpleNamespace(
            id=own.complaint_id,
            accused=name_of(own.accused_id),
            customer=names.get(own.customer_id or "", ""),
            mediator=name_of(own.mediator_id) if own.mediator_id else "",
            state=state_text(card),
            cls=STATES[card.state],
            open=card.state != CONCLUDED,
            story=for_agent(own.complaint_id, own.agent_id),
        ),
    )
    return make_response(page, form.status)
