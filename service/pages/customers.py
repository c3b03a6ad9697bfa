"""The agent's own customers: full names and numbers for the owner alone (R-34, R-83)."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import urlencode

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.customer import Customer
from domain.words import ContactSource
from projections import access_queries
from projections import customers as customer_views
from service.access import Thing, need
from service.context import shilu
from service.forms import Form, PageForm, Phone, by, command_id, one_of, see, sent, text
from service.language import N_
from service.name_search import fits, may_begin, tidy
from service.pages import mine_looks
from service.pages.rings import KINDS_OF, kind_label
from service.reading import said, views
from service.sessions import reader
from service.words import SOURCES, label, options

pages = Blueprint("customers", __name__)
PAGE = 30
MOST = 1000  # customers that are looked through for a name


class CustomerForm(PageForm):
    """A customer's contact; the phone may come later."""

    name = text(40, required=True, missing=N_("请填写姓名或称呼"))
    phone = Phone(load_default=None)
    contact_source = one_of(ContactSource, required=True, missing=N_("请选择从哪里认识"))


class ContactForm(PageForm):
    """A correction of a customer's contact, with its reason."""

    name = text(40, required=True, missing=N_("请填写姓名或称呼"))
    phone = Phone(load_default=None)
    reason = text(200, required=True, missing=N_("请写一句更正的原因"))


@pages.get("/customers")
def listing() -> str:
    """List one's own customers, found by name, pinyin, initials or the number's last digits."""
    need(reader(), Thing.CUSTOMERS)
    q, picking = request.args.get("q", "").strip()[:40], request.args.get("for", "")
    picking = picking if picking in KINDS_OF else ""
    start = request.args.get("from", "")
    with views("customers") as connection:
        found = _find(connection, q, start)
    more = (
        {"q": q, "for": picking, "from": found[PAGE - 1].customer_id} if len(found) > PAGE else {}
    )
    return render_template(
        "customers.html",
        customers=[_row(own) for own in found[:PAGE]],
        older=f"/customers?{urlencode(more)}" if more else "",
        q=q,
        picking=picking,
        picking_text=kind_label(picking) if picking else "",
        said=said(),
    )


def _find(connection: Connection, q: str, start: str) -> list[Customer]:
    """Return one's own customers behind ``start`` that are meant, one more than a page holds.

    Names lie sealed: the view's masked surname says which of them to open.
    """
    wanted = "" if q.isdigit() else tidy(q)
    cards = customer_views.of_owner(
        connection, reader().person_id, MOST, start or None, q if q.isdigit() else None
    )
    found: list[Customer] = []
    for card in cards:
        own = _own(card.customer_id) if may_begin(wanted, card.name_masked) else None
        if own is not None and fits(wanted, own.name_in_use or own.name_masked):
            found.append(own)
        if len(found) > PAGE:
            break
    return found


@pages.get("/customers/new")
def new() -> Response:
    """Show the form of a new customer."""
    need(reader(), Thing.CUSTOMERS)
    return _page(Form(), None)


@pages.post("/customers/new")
def register() -> Response:
    """Register a customer of one's own."""
    need(reader(), Thing.CUSTOMERS)
    form = sent(CustomerForm())
    if form.good:
        data = form.data
        customer_id = f"C-{command_id(form, 'customer').hex[:12]}"
        with form.refusals(name="name"):
            receipt = shilu().record.customers.register(
                customer_id,
                reader().person_id,
                data["name"],
                data["phone"],
                data["contact_source"],
                by=by(form),
            )
            return see("/customers", receipt, "registered")
    return _page(form, None)


@pages.get("/customers/<customer_id>")
def customer(customer_id: str) -> Response:
    """Show one's own customer in clear."""
    need(reader(), Thing.CUSTOMERS)
    return _page(Form(), _need_own(customer_id))


@pages.post("/customers/<customer_id>")
def correct(customer_id: str) -> Response:
    """Put the contact right; the reason stays on record."""
    need(reader(), Thing.CUSTOMERS)
    own = _need_own(customer_id)
    form = sent(ContactForm())
    if form.good:
        with form.refusals(name="name"):
            receipt = shilu().record.customers.correct_contact(
                customer_id,
                form.data["name"],
                form.data["phone"],
                form.data["reason"],
                by=by(form),
            )
            return see(f"/customers/{customer_id}", receipt, "contact")
    return _page(form, own)


def _own(customer_id: str) -> Customer | None:
    found = shilu().record.customers.find(customer_id)
    if found is None or found.erased or found.owner_id != reader().person_id:
        return None
    return found


def _need_own(customer_id: str) -> Customer:
    own = _own(customer_id)
    if own is None:
        raise NotFound
    return own


def _row(own: Customer) -> SimpleNamespace:
    return SimpleNamespace(
        id=own.customer_id,
        name=own.name_in_use or own.name_masked,
        phone=own.phone_in_use or "",
        restricted=own.restricted,
        fix=own.correction_requested,
        source=label(SOURCES, own.contact_source),
    )


def _page(form: Form, own: Customer | None) -> Response:
    with views("access_log") as connection:
        looks = access_queries.looks_at_customer(connection, own.customer_id) if own else ()
    page = render_template(
        "customer.html",
        form=form,
        customer=_row(own) if own else None,
        looks=mine_looks.rows(looks),
        sources=options(SOURCES),
        said=said(),
    )
    return make_response(page, form.status)
