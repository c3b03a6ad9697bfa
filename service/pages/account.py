"""One's own account: password, second factor, and where one is signed in. Everybody has this page."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

from flask import Blueprint, make_response, redirect, render_template
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from domain.account_record import DoorRefusal, Proof
from service import sessions
from service.account_events import accounts_told, by_owner, owner_of, tell_turned_away
from service.arriving import must_have_second_factor
from service.context import shilu
from service.forms import Form, PageForm, Secret, an_id, see, sent
from service.language import N_, _, local
from service.new_password import typed_twice
from service.pages.arriving import (
    WRONG_CODE,
    confirmed,
    grouped,
    qr_code,
    set_own_password,
    too_many,
)
from service.password_again import signed_in_again
from service.reading import said
from service.sessions import reader
from store.accounts import Account, SessionShown, SignInRefused, TooManyAttempts

pages = Blueprint("account", __name__)
ENTER = N_("请填写密码")
OTHERS = "others"
PROOFS = {
    Proof.PASSWORD: N_("密码"),
    Proof.PASSWORD_AND_CODE: N_("密码和验证码"),
    Proof.PASSWORD_AND_RECOVERY_CODE: N_("密码和恢复码"),
}
PARTS = ("password", "factor", "codes", "remove", "sessions")


class ChangeForm(PageForm):
    """A new password, and the one it replaces."""

    current = Secret(missing=N_("请填写现在的密码"))
    password = Secret(missing=N_("请填写新密码"))
    again = Secret(missing=N_("请再输入一次"))


class AgainForm(PageForm):
    """The password once more, and a code where there is a second factor."""

    current = Secret(missing=ENTER)
    code = Secret(missing=N_("请填写验证码"), required=False)


class ConfirmForm(PageForm):
    """The first code of a new authenticator."""

    code = Secret(missing=N_("请填写验证码"))


class EndForm(PageForm):
    """Which sessions to end: one by its key, or all others."""

    which = an_id(required=True)
    current = Secret(missing=ENTER)


@pages.get("/account")
def account() -> Response:
    """Show one's own account."""
    return _page(Form())


@pages.post("/account/password")
def change_password() -> Response:
    """Take a new password; every other session of the account ends."""
    form = sent(ChangeForm(), name="password")
    if form.good:
        typed_twice(form, form.data["password"], form.data["again"])
    if form.good and _again(form) and set_own_password(form, _mine()):
        return _stay(redirect("/account?done=password_changed", 303))
    return _page(form)


@pages.post("/account/second-factor")
def begin_second_factor() -> Response:
    """Make the seed of a new authenticator, after the password (and the old code)."""
    form = sent(AgainForm(), name="factor")
    if form.good and _again(form) and _code_too(form):
        shilu().accounts.factors.begin(reader().login)
        return redirect("/account/second-factor", 303)
    return _page(form)


@pages.get("/account/second-factor")
def second_factor() -> Response:
    """Show the seed of the new authenticator, as QR code and as text."""
    return _factor_page(Form())


@pages.post("/account/second-factor/confirm")
def confirm_second_factor() -> Response:
    """Take the authenticator's first code; show the recovery codes once, end other sessions."""
    form = sent(ConfirmForm())
    codes = confirmed(form, _mine()) if form.good else ()
    if not codes:
        return _factor_page(form)
    shilu().accounts.end_sessions(reader().login, but=sessions.session_token())
    return _stay(_codes_page(codes))


@pages.post("/account/recovery-codes")
def new_recovery_codes() -> Response:
    """Make new recovery codes; the old ones are worth nothing."""
    form = sent(AgainForm(), name="codes")
    if form.good and _again(form) and _code_too(form):
        codes = shilu().accounts.factors.new_recovery_codes(reader().login)
        mine = _mine()
        accounts_told().recovery_codes_made(owner_of(mine), shilu().today(), by=by_owner(mine))
        return _codes_page(codes)
    return _page(form)


@pages.post("/account/second-factor/remove")
def remove_second_factor() -> Response:
    """Take one's second factor away, where the installation asks for none."""
    form, mine = sent(AgainForm(), name="remove"), _mine()
    if form.good and must_have_second_factor(mine):
        form.fail("code", _("这里规定要用两步验证，不能取消"))
    if form.good and _again(form) and _code_too(form):
        shilu().accounts.factors.remove(mine.login)
        shilu().accounts.end_sessions(mine.login, but=sessions.session_token())
        told = accounts_told().second_factor_removed
        return see("/account", told(owner_of(mine), shilu().today(), by=by_owner(mine)), "saved")
    return _page(form)


@pages.post("/account/sessions/end")
def end_sessions() -> Response:
    """End one of one's sessions elsewhere, or all of them."""
    form, mine = sent(EndForm(), name="sessions"), _mine()
    if form.good and _again(form):
        chosen = form.data["which"]
        key = "" if chosen == OTHERS else chosen
        token = sessions.session_token()
        ended = shilu().accounts.end_sessions(mine.login, key=key, but=token)
        told = accounts_told().sessions_ended
        receipt = told(owner_of(mine), shilu().today(), ended, by=by_owner(mine))
        return see("/account", receipt, "sessions_ended")
    return _page(form)


def _again(form: Form) -> bool:
    """Tell whether the password is right, with the limits of the door."""
    return signed_in_again(form, form.data["current"], field="current") is not None


def _code_too(form: Form) -> bool:
    """Tell whether the code is right, where there is a second factor."""
    mine = _mine()
    if not mine.second_factor:
        return True
    try:
        shilu().accounts.factors.verify(mine.login, form.data["code"] or "")
    except TooManyAttempts as refusal:
        too_many(form, refusal, make_response)
        return False
    except SignInRefused:
        tell_turned_away(mine, DoorRefusal.WRONG_CODE)
        form.fail("code", _(WRONG_CODE))
        return False
    return True


def _stay(response: Response) -> Response:
    """Give this browser a new session with all that the account asks for now."""
    mine = _mine()
    proof = Proof.PASSWORD_AND_CODE if mine.second_factor else Proof.PASSWORD
    sessions.start(response, mine, str(proof))
    return response


def _mine() -> Account:
    found = shilu().accounts.find(reader().login)
    if found is None:  # taken away since the request began
        raise Forbidden
    return found


def _page(form: Form) -> Response:
    mine = _mine()
    factors = shilu().accounts.factors
    shown = [_shown(s) for s in shilu().accounts.sessions_of(mine, sessions.session_token())]
    page = render_template(
        "account.html",
        form=form,
        **{f"{part}_form": form if form.name == part else Form(name=part) for part in PARTS},
        account=mine,
        must=must_have_second_factor(mine),
        codes_left=factors.recovery_codes_left(mine.login),
        sessions=shown,
        others=[(OTHERS, _("其他全部")), *((s.key, s.text) for s in shown if not s.current)],
        said=said(),
    )
    return make_response(page, form.status)


def _shown(session: SessionShown) -> SimpleNamespace:
    zone = shilu().rules().time_zone
    seen, begun = (
        local(datetime.fromtimestamp(at, UTC), zone).strftime("%m-%d %H:%M")
        for at in (session.seen_at, session.created_at)
    )
    browser = session.browser or _("程序或别的浏览器")
    return SimpleNamespace(
        key=session.key,
        browser=browser,
        current=session.current,
        text=f"{browser} · {session.address or '—'}",
        facts=_(
            "{address} · {begun} 登录，凭{proof} · 最近 {seen}",
            address=session.address or "—",
            begun=begun,
            proof=_(PROOFS[Proof(session.proof)]),
            seen=seen,
        ),
    )


def _factor_page(form: Form) -> Response:
    candidate = shilu().accounts.factors.candidate(reader().login)
    if candidate is None:
        return redirect("/account", 303)
    shown = {"qr": qr_code(candidate), "seed": grouped(candidate.seed)}
    page = render_template("account_factor.html", form=form, **shown)
    return make_response(page, form.status)


def _codes_page(codes: tuple[str, ...]) -> Response:
    return make_response(render_template("recovery_codes.html", codes=codes, wanted="/account"))
