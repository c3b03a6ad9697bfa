"""Keeping and erasing customers' data (administrator): holds, terms, restrictions, erasures.

No name in clear and no number stands here; what is decided here is on record with its ground.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template
from marshmallow import fields, validate
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.privacy import GRACE, PROSPECT_MONTHS
from domain.words import By, ErasureGround, PolicyTerm, Receipt
from projections import customers, retention
from projections.retention import Kept
from service.access import Thing, need
from service.context import shilu
from service.forms import Day, Form, PageForm, Tick, by, one_of, see, sent, text
from service.language import N_, _, day_text
from service.reading import as_of, said, views
from service.sessions import reader
from service.words import GROUNDS, TERMS, label, options

pages = Blueprint("privacy", __name__)
SOON = timedelta(days=30)
NO_GROUND, NO_REASON = N_("请选择依据"), N_("请填写原因")


def _reference(missing: str = "", *, required: bool = False) -> fields.String:
    rule = validate.Regexp(
        r"[A-Za-z0-9][A-Za-z0-9._\-/]{0,39}\Z", error=N_("编号只用字母、数字和 . _ - /")
    )
    more: Any = {"error_messages": {"required": missing}} if required else {"load_default": None}
    return fields.String(required=required, validate=rule, **more)


class HoldForm(PageForm):
    """A hold, by the number of its dispute or inquiry."""

    hold_id = _reference(N_("请填写案号或编号"), required=True)
    reason = text(500, required=True, missing=NO_REASON)


class ContractForm(PageForm):
    """A contract: its data is kept while it runs and for the law's term after its end."""

    contract_id = _reference(N_("请填写合同编号"), required=True)
    term = one_of(PolicyTerm, required=True, missing=N_("请选择合同期限"))
    ended_on = Day(load_default=None)


class RestrictForm(PageForm):
    """Storage only; erased by itself after a while if ticked."""

    ground = one_of(ErasureGround, required=True, missing=NO_GROUND)
    erase_later = Tick()


class ResumeForm(PageForm):
    """Used again, with the reason."""

    reason = text(500, required=True, missing=NO_REASON)


class EraseForm(PageForm):
    """Erased for good: the tick says that this is understood."""

    ground = one_of(ErasureGround, required=True, missing=NO_GROUND)
    request_ref = _reference()
    sure = fields.Boolean(
        required=True, error_messages={"required": N_("请先勾选：删除后谁也不能恢复")}
    )


Command = Callable[[dict[str, Any], By], Receipt]


@pages.get("/privacy")
def listing() -> str:
    """List whose data is held, restricted or erased, or is about to be."""
    need(reader(), Thing.PRIVACY)
    with views("retention", "customers") as connection:
        found = retention.noteworthy(connection, shilu().today() + SOON)
        names = customers.names(connection, {kept.customer_id for kept in found})
    return render_template(
        "privacy.html",
        rows=[_row(kept, names) for kept in found],
        months=PROSPECT_MONTHS,
        said=said(),
        as_of=as_of("retention"),
    )


@pages.get("/privacy/<customer_id>")
def customer(customer_id: str) -> Response:
    """Show what holds a customer's data and what may be done."""
    need(reader(), Thing.PRIVACY)
    return _page(customer_id, Form())


@pages.post("/privacy/<customer_id>/hold")
def hold(customer_id: str) -> Response:
    """Place a legal hold."""
    privacy = shilu().record.privacy
    return _do(
        customer_id,
        HoldForm(),
        "hold",
        lambda d, who: privacy.place_hold(customer_id, d["hold_id"], d["reason"], by=who),
    )


@pages.post("/privacy/<customer_id>/release")
def release(customer_id: str) -> Response:
    """Release a legal hold."""
    privacy = shilu().record.privacy
    return _do(
        customer_id,
        HoldForm(),
        "release",
        lambda d, who: privacy.release_hold(customer_id, d["hold_id"], d["reason"], by=who),
    )


@pages.post("/privacy/<customer_id>/contract")
def contract(customer_id: str) -> Response:
    """Note a contract, or its end."""
    privacy = shilu().record.privacy
    return _do(
        customer_id,
        ContractForm(),
        "contract",
        lambda d, who: privacy.start_clock(
            customer_id, d["contract_id"], d["term"], d["ended_on"], by=who
        ),
    )


@pages.post("/privacy/<customer_id>/restrict")
def restrict(customer_id: str) -> Response:
    """Stop all processing but storage."""
    privacy, later = shilu().record.privacy, shilu().today() + GRACE
    return _do(
        customer_id,
        RestrictForm(),
        "restrict",
        lambda d, who: privacy.restrict(
            customer_id, d["ground"], later if d["erase_later"] else None, by=who
        ),
    )


@pages.post("/privacy/<customer_id>/resume")
def resume(customer_id: str) -> Response:
    """Let the data be used again."""
    privacy = shilu().record.privacy
    return _do(
        customer_id,
        ResumeForm(),
        "resume",
        lambda d, who: privacy.resume(customer_id, d["reason"], by=who),
    )


@pages.post("/privacy/<customer_id>/erase")
def erase(customer_id: str) -> Response:
    """Erase a customer for good."""
    privacy = shilu().record.privacy
    return _do(
        customer_id,
        EraseForm(),
        "erase",
        lambda d, who: privacy.erase(customer_id, d["ground"], d["request_ref"], by=who),
    )


def _do(customer_id: str, schema: PageForm, name: str, command: Command) -> Response:
    need(reader(), Thing.PRIVACY)
    _need_customer(customer_id)
    form = sent(schema, name=name)
    if form.good:
        with form.refusals(reason="reason", hold_id="hold_id", AlreadyExists="hold_id"):
            return see(f"/privacy/{customer_id}", command(form.data, by(form)), f"privacy_{name}")
    return _page(customer_id, form)


def _need_customer(customer_id: str) -> None:
    if shilu().record.customers.owner_of(customer_id) is None:
        raise NotFound


def _page(customer_id: str, form: Form) -> Response:
    _need_customer(customer_id)
    with views("retention", "customers") as connection:
        kept = retention.one(connection, customer_id)
        card = customers.one(connection, customer_id)
    if kept is None or card is None:
        raise NotFound
    each = {name: form if form.name == name else Form(name=name) for name in FORMS}
    page = render_template(
        "privacy_customer.html",
        form=form,
        forms=each,
        customer=_row(kept, {customer_id: card.name_masked}),
        holds=[SimpleNamespace(id=k, since=day_text(v)) for k, v in kept.holds.items()],
        contracts=_contracts(kept),
        grounds=options(GROUNDS),
        terms=options(TERMS),
        grace=GRACE.days,
        said=said(),
    )
    return make_response(page, form.status)


FORMS = ("hold", "release", "contract", "restrict", "resume", "erase")


def _contracts(kept: Kept) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            id=contract_id,
            until=_("保存到 {day}", day=day_text(until)) if until else _("合同有效，一直保存"),
        )
        for contract_id, until in sorted(kept.contracts.items())
    ]


def _row(kept: Kept, names: dict[str, str]) -> SimpleNamespace:
    owner = shilu().record.organisation.member(kept.owner_id)
    cls, state = _state(kept)
    return SimpleNamespace(
        id=kept.customer_id,
        name=names.get(kept.customer_id, kept.customer_id),
        owner=owner.name if owner else kept.owner_id,
        last=day_text(kept.last_contact_on),
        cls=cls,
        state=state,
        ground=label(GROUNDS, kept.ground),
        request=kept.request_ref or "",
        next=_next(kept),
        erased=kept.erased_on is not None,
        restricted=kept.restricted_on is not None,
        held=bool(kept.holds),
    )


def _state(kept: Kept) -> tuple[str, str]:
    if kept.erased_on:
        done = kept.key_destroyed_on is not None
        return ("", _("已删除")) if done else ("warn", _("已删除，正在清理密钥"))
    if kept.holds:
        return "bad", _("依法保全")
    if kept.restricted_on:
        return "warn", _("限制处理")
    return "ok", _("正常")


def _next(kept: Kept) -> str:
    if kept.next_on is None or kept.erased_on:
        return "—"
    day = day_text(kept.next_on)
    return _("{day} 删除", day=day) if kept.restricted_on else _("{day} 限制处理", day=day)
