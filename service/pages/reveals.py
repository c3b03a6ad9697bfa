"""Numbers outside a callback (R-34): ask, break the glass, approve, review, answer alerts.

The supervisor finds the own wishes here, those above what waits for them. The number itself is
shown on the answer to one POST and nowhere else, after its event is on record.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template, request
from marshmallow import fields, validate
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.confidentiality import Revealed
from domain.reveal_exception import Wish
from domain.reveal_rules import EXCEPTIONS, GrantKind, RevealReason
from domain.words import ContactSource, Receipt
from projections import access_queries, customers, team_day
from projections.access_queries import AlertCard, GlassCard, RequestCard
from service.access import Thing, may, need
from service.context import shilu
from service.customer_reach import need_customer
from service.forms import Form, PageForm, Phone, an_id, by, command_id, one_of, see, sent, text
from service.language import N_, _, local
from service.password_again import signed_in_again
from service.reading import said, views
from service.reveal_words import ALERTS, GRANTS, REASONS, REQUEST_STATES, name_of
from service.sessions import reader
from service.words import label, options

pages = Blueprint("reveals", __name__)
ANSWERS = ("yes", "no")
VIEWS = ("access_log", "customers")


class AskForm(PageForm):
    """Whose number, and why."""

    customer_id = an_id(required=True, missing=N_("请选择客户"))
    reason = one_of(RevealReason, required=True, missing=N_("请选择原因"))
    text = text(500, required=True, missing=N_("请写一句原因"))


class EmergencyForm(AskForm):
    """The same with one's password: the glass is broken by nobody else."""

    password = fields.String(required=True, error_messages={"required": N_("请填写密码")})


class LookForm(PageForm):
    """Nothing but the wish to see the number."""


class AnswerForm(PageForm):
    """Yes or no, and a word about it."""

    answer = fields.String(
        required=True,
        validate=validate.OneOf(ANSWERS),
        error_messages={"required": N_("请选择一项")},
    )
    text = text(500)


class CanaryForm(PageForm):
    """A customer who does not exist, with a number that the auditor holds."""

    team_id = an_id(required=True, missing=N_("请选择团队"))
    name = text(40, required=True, missing=N_("请填写姓名或称呼"))
    phone = Phone(required=True, error_messages={"required": N_("请填写号码")})


@pages.get("/reveals")
def listing() -> Response:
    """Show one's own wishes, and what waits for those above."""
    _need_any()
    return _page(Form(), "")


@pages.get("/reveals/ask")
def ask_form() -> Response:
    """Show the form of a request."""
    need(reader(), Thing.REVEAL)
    return _ask_page(Form(), emergency=False)


@pages.post("/reveals/ask")
def ask() -> Response:
    """Ask the upper supervisor for one customer's number."""
    need(reader(), Thing.REVEAL)
    form = sent(AskForm())
    if form.good:
        request_id = f"R-{command_id(form, 'request').hex[:12]}"
        with form.refusals(text="text", reason="reason"):
            need_customer(form.data["customer_id"])
            receipt = shilu().record.reveal_exceptions.ask(request_id, _wish(form), by=by(form))
            return see("/reveals", receipt, "reveal_asked")
    return _ask_page(form, emergency=False)


@pages.get("/reveals/emergency")
def emergency_form() -> Response:
    """Show the form that breaks the glass."""
    need(reader(), Thing.REVEAL)
    return _ask_page(Form(), emergency=True)


@pages.post("/reveals/emergency")
def emergency() -> Response:
    """Break the glass over one customer, with one's password."""
    need(reader(), Thing.REVEAL)
    form = sent(EmergencyForm())
    if form.good and (at := signed_in_again(form, form.data["password"])) is not None:
        glass_id = f"G-{command_id(form, 'glass').hex[:12]}"
        with form.refusals(text="text", reason="reason"):
            need_customer(form.data["customer_id"])
            receipt = shilu().record.reveal_exceptions.break_glass(
                glass_id, _wish(form), at, by=by(form)
            )
            return see("/reveals", receipt, "glass_broken")
    return _ask_page(form, emergency=True)


@pages.post("/reveals/<kind>/<ticket>/look")
def look(kind: str, ticket: str) -> Response:
    """Show the number once; that it is shown is on record before it is."""
    need(reader(), Thing.REVEAL)
    if kind not in (GrantKind.APPROVAL, GrantKind.BREAK_GLASS):
        raise NotFound
    record, grant_kind = shilu().record, GrantKind(kind)
    grant = record.confidentiality.grant(grant_kind, ticket)
    if grant is None or grant.viewer_id != reader().person_id:
        raise NotFound
    need_customer(grant.customer_id)
    form = sent(LookForm())
    if form.good:
        with form.refusals():
            return _revealed(record.confidentiality.reveal(grant_kind, ticket, by=by(form)))
    return _page(form, "")


@pages.post("/reveals/requests/<request_id>")
def decide(request_id: str) -> Response:
    """Approve a request, or refuse it with a reason."""
    need(reader(), Thing.APPROVE_REVEAL)
    exceptions = shilu().record.reveal_exceptions

    def do(form: Form, yes: bool) -> Receipt:
        if yes:
            return exceptions.approve(request_id, by=by(form))
        return exceptions.refuse(request_id, form.data["text"] or "", by=by(form))

    return _answer(request_id, do)


@pages.post("/reveals/glasses/<glass_id>")
def review(glass_id: str) -> Response:
    """Say whether a broken glass was justified."""
    need(reader(), Thing.WATCH_REVEALS)
    return _answer(
        glass_id,
        lambda form, yes: shilu().record.reveal_exceptions.review(
            glass_id, form.data["text"] or "", justified=yes, by=by(form)
        ),
    )


@pages.post("/reveals/alerts/<alert_id>")
def settle(alert_id: str) -> Response:
    """Answer an alert."""
    need(reader(), Thing.WATCH_REVEALS)
    return _answer(
        alert_id,
        lambda form, yes: shilu().record.reveal_alerts.settle(
            alert_id, form.data["text"] or "", founded=yes, by=by(form)
        ),
    )


@pages.post("/reveals/canaries")
def plant() -> Response:
    """Plant a canary with a team."""
    need(reader(), Thing.PLANT_CANARY)
    form = sent(CanaryForm(), "canary")
    if form.good:
        data, record = form.data, shilu().record
        customer_id = f"C-{command_id(form, 'customer').hex[:12]}"
        with form.refusals(name="name"):
            contact = data["name"], data["phone"], ContactSource.COMPANY_LEAD
            owner = f"canary-{data['team_id']}"
            record.customers.register(customer_id, owner, *contact, by=by(form, "customer"))
            receipt = record.reveal_alerts.plant(customer_id, data["team_id"], by=by(form))
            return see("/reveals", receipt, "canary_planted")
    return _page(form, "canary")


def _answer(item: str, do: Callable[[Form, bool], Receipt]) -> Response:
    form = sent(AnswerForm(), item)
    if form.good:
        with form.refusals(text="text"):
            return see("/reveals", do(form, form.data["answer"] == "yes"), "reveal_answered")
    return _page(form, item)


def _wish(form: Form) -> Wish:
    names = ("customer_id", "reason", "text")
    return Wish(**{name: form.data[name] for name in names})


def _need_any() -> None:
    if not any(may(reader(), thing) for thing in (Thing.REVEAL, Thing.WATCH_REVEALS)):
        need(reader(), Thing.REVEAL)


def _ask_page(form: Form, *, emergency: bool) -> Response:
    customer_id = form.value("customer_id") or request.args.get("customer", "")
    if customer_id:
        need_customer(customer_id)
    with views("customers") as connection:
        card = customers.one(connection, customer_id) if customer_id else None
    page = render_template(
        "reveal_ask.html",
        form=form,
        emergency=emergency,
        customer_id=customer_id,
        customer=card.name_masked if card else "",
        agent=name_of(card.owner_id) if card else "",
        reasons=options(REASONS, EXCEPTIONS),
    )
    return make_response(page, form.status)


def _revealed(shown: Revealed) -> Response:
    owner = shilu().record.customers.owner_of(shown.customer_id)
    page = render_template(
        "revealed.html",
        name=shown.name or _("客户资料已销毁"),
        phone=shown.phone or "",
        agent=name_of(owner),
    )
    return make_response(page)


def _page(form: Form, item: str) -> Response:
    watches, approves = (may(reader(), t) for t in (Thing.WATCH_REVEALS, Thing.APPROVE_REVEAL))
    me = reader().person_id
    with views(*VIEWS) as connection:
        asked = access_queries.requests(connection, waiting=True) if approves else ()
        glasses = access_queries.glasses(connection, waiting=True) if watches else ()
        alerts = access_queries.alerts(connection, waiting=True) if watches else ()
        page = render_template(
            "reveals.html",
            form=form,
            item=item,
            blank=Form(),
            said=said(),
            may_ask=may(reader(), Thing.REVEAL),
            mine=_mine(connection) if may(reader(), Thing.REVEAL) else [],
            asked=[_request(card) for card in asked if card.viewer_id != me],
            glasses=[_glass(card) for card in glasses if card.viewer_id != me],
            alerts=[_alert(card) for card in alerts if card.viewer_id != me],
            approves=approves,
            watches=watches,
            teams=[(t.team_id, t.name) for t in team_day.teams(connection)],
            plants=may(reader(), Thing.PLANT_CANARY),
        )
    return make_response(page, form.status)


def _mine(connection: Connection) -> list[SimpleNamespace]:
    me, now = reader().person_id, shilu().now()
    requests = access_queries.requests(connection, me)
    found = [
        SimpleNamespace(
            kind=GrantKind.APPROVAL.value,
            ticket=card.request_id,
            state=label(REQUEST_STATES, card.state),
            live=card.until is not None and card.until > now,
            **_about(card, card.asked_at, card.until),
        )
        for card in requests
    ]
    found += [
        SimpleNamespace(
            kind=GrantKind.BREAK_GLASS.value,
            ticket=card.glass_id,
            state=label(GRANTS, GrantKind.BREAK_GLASS),
            live=card.until > now,
            **_about(card, card.broken_at, card.until),
        )
        for card in access_queries.glasses(connection, me)
    ]
    return found


def _request(card: RequestCard) -> SimpleNamespace:
    asked = shilu().record.reveal_exceptions.request(card.request_id)
    why = (asked.text if asked else None) or ""
    return SimpleNamespace(id=card.request_id, why=why, **_about(card, card.asked_at, None))


def _glass(card: GlassCard) -> SimpleNamespace:
    broken = shilu().record.reveal_exceptions.glass(card.glass_id)
    why = (broken.text if broken else None) or ""
    return SimpleNamespace(
        id=card.glass_id, why=why, **_about(card, card.broken_at, card.review_by)
    )


def _alert(card: AlertCard) -> SimpleNamespace:
    facts = ", ".join(str(value) for value in card.facts.values())
    about = _about(card, card.at, None)
    return SimpleNamespace(id=card.alert_id, kind=label(ALERTS, card.kind), facts=facts, **about)


def _about(card: Any, at: datetime, until: datetime | None) -> dict[str, str]:
    return {
        "who": name_of(card.viewer_id),
        "agent": name_of(card.owner_id),
        "customer": card.name_masked,
        "reason": label(REASONS, getattr(card, "reason", None)),
        "when": _time(at),
        "until": _time(until) if until else "",
    }


def _time(instant: datetime) -> str:
    return local(instant, shilu().rules().time_zone).strftime("%m-%d %H:%M")
