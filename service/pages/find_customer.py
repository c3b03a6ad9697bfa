"""Whose customer is this? By the exact number, for those who look after complaints and requests."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from service.access import Thing, may, need
from service.context import shilu
from service.forms import Form, PageForm, Phone, sent
from service.language import N_, _
from service.phone_search import Found, find_by_phone
from service.sessions import reader
from store.accounts import TooManyAttempts

pages = Blueprint("find_customer", __name__)


class PhoneForm(PageForm):
    """A whole phone number."""

    phone = Phone(required=True, error_messages={"required": N_("请填写完整的电话号码")})


@pages.get("/find-customer")
def form() -> Response:
    """Ask for a number."""
    need(reader(), Thing.FIND_CUSTOMER)
    return _page(Form(), None)


@pages.post("/find-customer")
def find() -> Response:
    """Show whose customer it is; the number itself is not shown again."""
    need(reader(), Thing.FIND_CUSTOMER)
    asked = sent(PhoneForm())
    found = None
    if asked.good:
        try:
            found = find_by_phone(asked.data["phone"])
        except TooManyAttempts as refused:
            minutes = refused.retry_after // 60 + 1
            asked.fail("phone", _("查得太频繁了，请 {minutes} 分钟后再试", minutes=minutes))
            asked.status = 429
    shown = Form(errors=asked.errors, problem=asked.problem, status=asked.status)
    return _page(shown, found)


def _page(asked: Form, found: list[Found] | None) -> Response:
    organisation = shilu().record.organisation
    rows = [
        SimpleNamespace(
            id=each.customer_id,
            name=each.name_masked,
            owner=member.name if (member := organisation.member(each.owner_id)) else each.owner_id,
        )
        for each in found or ()
    ]
    page = render_template(
        "find_customer.html",
        form=asked,
        asked=found is not None,
        found=rows,
        responsible=may(reader(), Thing.PRIVACY),
    )
    return make_response(page, asked.status)
