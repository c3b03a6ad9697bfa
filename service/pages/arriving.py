"""The steps after the password: the code, a password of one's own, setting a second factor up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import marshmallow as ma
import segno
from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response

from domain.account_record import DoorRefusal, Proof
from service import sessions
from service.account_events import (
    accounts_told,
    by_owner,
    owner_of,
    tell_signed_in,
    tell_turned_away,
)
from service.arriving import Step, missing
from service.context import shilu
from service.forms import Form, error_texts
from service.language import N_, _
from service.new_password import typed_twice, why_not, words_about
from store.accounts import Account, SignInRefused, TooManyAttempts, WeakPassword
from store.second_factor import Candidate, NoSecondFactor

pages = Blueprint("arriving", __name__)
WRONG_CODE = N_("验证码不对，或者已经用过、过期了。请等下一个再输入。")


class CodeForm(ma.Schema):
    """A code of the authenticator, or a recovery code."""

    class Meta:
        unknown = ma.RAISE

    csrf_token = fields.String(required=True)
    next = fields.String(load_default="/")
    code = fields.String(required=True, error_messages={"required": N_("请填写验证码")})


class OwnPasswordForm(ma.Schema):
    """A password of one's own, typed twice; exactly as it was typed."""

    class Meta:
        unknown = ma.RAISE

    csrf_token = fields.String(required=True)
    next = fields.String(load_default="/")
    password = fields.String(required=True, error_messages={"required": N_("请填写密码")})
    again = fields.String(required=True, error_messages={"required": N_("请再输入一次")})


def go_on(account: Account, proof: str, wanted: str) -> Response:
    """Start the session that these proofs open, and show its next step or the page wanted."""
    response = make_response()
    session = sessions.start(response, account, proof)
    step = missing(session)
    if step is None:
        tell_signed_in(account, proof)
        sessions.know_browser(response, account)
        response.headers["Location"] = wanted
    else:
        if step is Step.SECOND_FACTOR:
            shilu().accounts.factors.begin(account.login)
        response.headers["Location"] = url_for(f"arriving.{NAMES[step]}", next=_kept(wanted))
    response.status_code = 303
    return response


def too_many(form: Form, refusal: TooManyAttempts, show: Callable[[], Response]) -> Response:
    """Show a form again with the time after which it may be tried anew."""
    minutes = max(-(-refusal.retry_after // 60), 1)
    form.problem = _("试错的次数太多了，请 {minutes} 分钟后再试。", minutes=minutes)
    form.status = 429
    response = show()
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response


@pages.get("/sign-in/code")
def code() -> Response:
    """Ask for the authenticator's code."""
    return _at(Step.CODE) or _code_page(Form(), request.args.get("next", ""))


@pages.post("/sign-in/code")
def give_code() -> Response:
    """Take a code or a recovery code; the limit is looked at before anything is computed."""
    elsewhere = _at(Step.CODE)
    if elsewhere is not None:
        return elsewhere
    form, wanted, account = _typed(CodeForm()), _wanted(), g.arriving.account
    if not form.good:
        return _code_page(form, wanted)
    try:
        by_recovery = shilu().accounts.factors.verify(account.login, form.data["code"])
    except TooManyAttempts as refusal:
        tell_turned_away(account, DoorRefusal.TOO_MANY)
        return too_many(form, refusal, lambda: _code_page(form, wanted))
    except SignInRefused:
        tell_turned_away(account, DoorRefusal.WRONG_CODE)
        form.fail("code", _(WRONG_CODE))
        return _code_page(form, wanted)
    proof = Proof.PASSWORD_AND_RECOVERY_CODE if by_recovery else Proof.PASSWORD_AND_CODE
    return go_on(account, str(proof), wanted)


@pages.get("/sign-in/password")
def password() -> Response:
    """Ask for a password of one's own in place of the first one."""
    return _at(Step.PASSWORD) or _password_page(Form(), request.args.get("next", ""))


@pages.post("/sign-in/password")
def choose_password() -> Response:
    """Take a password of one's own; every other session of the account ends."""
    elsewhere = _at(Step.PASSWORD)
    if elsewhere is not None:
        return elsewhere
    form, wanted, session = _typed(OwnPasswordForm()), _wanted(), g.arriving
    if form.good:
        typed_twice(form, form.data["password"], form.data["again"])
    if form.good and set_own_password(form, session.account):
        account = shilu().accounts.find(session.account.login) or session.account
        return go_on(account, session.proof, wanted)
    return _password_page(form, wanted)


@pages.get("/sign-in/second-factor")
def second_factor() -> Response:
    """Show the seed of a new authenticator, as QR code and as text."""
    return _at(Step.SECOND_FACTOR) or _factor_page(Form(), request.args.get("next", ""))


@pages.post("/sign-in/second-factor")
def confirm_second_factor() -> Response:
    """Take the authenticator's first code; show the recovery codes once."""
    elsewhere = _at(Step.SECOND_FACTOR)
    if elsewhere is not None:
        return elsewhere
    form, wanted, account = _typed(CodeForm()), _wanted(), g.arriving.account
    codes = confirmed(form, account) if form.good else ()
    if not codes:
        return _factor_page(form, wanted)
    response = go_on(_again(account), str(Proof.PASSWORD_AND_CODE), wanted)
    response.status_code = 200
    goes_to = response.headers.pop("Location")
    response.set_data(render_template("recovery_codes.html", codes=codes, wanted=goes_to))
    return response


def set_own_password(form: Form, account: Account) -> bool:
    """Set the password that an account's owner chose in ``form``; say why it is not taken."""
    chosen, about = form.data["password"], words_about(account.person_id)
    try:
        shilu().accounts.set_password(account.login, chosen, about=about)
    except WeakPassword as refusal:
        form.fail("password", why_not(refusal.why))
        return False
    told = by_owner(account)
    accounts_told().password_changed(owner_of(account), shilu().today(), by=told)
    return True


def confirmed(form: Form, account: Account) -> tuple[str, ...]:
    """Confirm a new authenticator by its code in ``form``; return recovery codes, none if wrong."""
    try:
        codes = shilu().accounts.factors.confirm(account.login, form.data["code"])
    except TooManyAttempts as refusal:
        too_many(form, refusal, make_response)
        return ()
    except NoSecondFactor:
        form.problem = _("这一页放得太久了，请重新开始。")
        form.status = 409
        return ()
    except SignInRefused:
        form.fail("code", _(WRONG_CODE))
        return ()
    told = by_owner(account)
    accounts_told().second_factor_set(owner_of(account), shilu().today(), by=told)
    return codes


def qr_code(candidate: Candidate) -> str:
    """Return the seed as a QR code that stands in a page: an image in a data address."""
    made = segno.make(candidate.uri, error="m", micro=False)
    return str(made.svg_data_uri(border=4, light="#fff", dark="#000"))


def grouped(seed: str) -> str:
    """Return a seed in groups of four, as people type it."""
    return " ".join(seed[at : at + 4] for at in range(0, len(seed), 4))


def own_address(address: str) -> str:
    """Return a path on this site; anything else becomes the home page."""
    parts = urlsplit(address.replace("\\", "/"))
    own = address.startswith("/") and not address.startswith("//") and not parts.netloc
    printable = all(32 < ord(c) < 127 for c in address)
    return address if own and printable and not parts.scheme else "/"


def _at(step: Step) -> Response | None:
    """Return the way to where somebody arriving should be, or None if they are there."""
    due = missing(g.arriving)
    if due is step or due is None:
        return None
    return redirect(url_for(f"arriving.{NAMES[due]}", next=request.args.get("next")), 303)


def _typed(schema: ma.Schema) -> Form:
    given = {key: value for key, value in request.form.items() if value}
    form = Form(values={key: [value] for key, value in given.items()})
    try:
        form.data = schema.load(given)
    except ma.ValidationError as problem:
        form.errors = error_texts(problem)
        form.status = 422
    return form


def _wanted() -> str:
    return own_address(request.form.get("next", "") or "/")


def _kept(wanted: str) -> str | None:
    return wanted if wanted != "/" else None


def _again(account: Account) -> Account:
    return shilu().accounts.find(account.login) or account


def _code_page(form: Form, wanted: str) -> Response:
    return _page("sign_in_code.html", form, wanted)


def _password_page(form: Form, wanted: str) -> Response:
    return _page("sign_in_password.html", form, wanted)


def _factor_page(form: Form, wanted: str) -> Response:
    login = g.arriving.account.login
    candidate = shilu().accounts.factors.candidate(login)
    if candidate is None:
        return redirect("/sign-in", 303)
    shown = {"qr": qr_code(candidate), "seed": grouped(candidate.seed)}
    return _page("sign_in_factor.html", form, wanted, **shown)


def _page(template: str, form: Form, wanted: str, **shown: Any) -> Response:
    page = render_template(
        template,
        form=form,
        wanted=own_address(wanted or "/"),
        login=g.arriving.account.login,
        csrf=g.arriving.csrf,
        **shown,
    )
    return make_response(page, form.status)


NAMES = {
    Step.CODE: "code",
    Step.PASSWORD: "password",
    Step.SECOND_FACTOR: "second_factor",
}
