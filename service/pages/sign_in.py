"""Sign-in and sign-out, and the choice of language."""

from __future__ import annotations

from types import SimpleNamespace

import marshmallow as ma
from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from marshmallow import fields
from werkzeug.wrappers import Response as AnyResponse

from domain.account_record import DoorRefusal
from domain.words import Role
from service import sessions
from service.account_events import tell_turned_away
from service.branches import enter as enter_branch
from service.context import shilu
from service.forms import Form, error_texts
from service.language import COOKIE, LANGUAGES, N_, _, reader_language
from service.pages.arriving import go_on, own_address, too_many
from service.words import ROLES
from store.accounts import InitialPasswordExpired, TooManyAttempts, WrongCredentials

pages = Blueprint("sign_in", __name__)
HOMES = {
    Role.AGENT: "/today",
    Role.SUPERVISOR: "/board",
    Role.UPPER_SUPERVISOR: "/cases",
    Role.AUDITOR: "/events",
    Role.ADMINISTRATOR: "/people",
}
A_YEAR = 365 * 24 * 3600


class SignIn(ma.Schema):
    """The door's form; a session token does not exist yet."""

    class Meta:
        unknown = ma.RAISE

    login = fields.String(required=True, error_messages={"required": N_("请填写账号")})
    password = fields.String(required=True, error_messages={"required": N_("请填写密码")})
    next = fields.String(load_default="")


@pages.get("/")
def home() -> AnyResponse:
    """Go to what the reader's role comes for."""
    if g.reader is None:
        return redirect("/sign-in", 303)
    return redirect(HOMES[g.reader.role], 303)


@pages.get("/sign-in")
def form() -> AnyResponse:
    """Show the door."""
    if g.reader is not None:
        return redirect("/", 303)
    return _door(Form(), request.args.get("next", ""))


@pages.post("/sign-in")
def enter() -> AnyResponse:
    """Sign in: the limit is looked at before the hash, and all failures read the same."""
    typed = {key: value for key, value in request.form.items() if value}
    filled = Form(values={key: [value] for key, value in typed.items()})
    try:
        data = SignIn().load(typed)
    except ma.ValidationError as problem:
        filled.errors = error_texts(problem)
        filled.status = 422
        return _door(filled, typed.get("next", ""))
    return _enter(filled, data["login"], data["password"], data["next"])


@pages.post("/sign-out")
def leave() -> AnyResponse:
    """End the session."""
    response = make_response(redirect("/sign-in", 303))
    sessions.end(response)
    # not "storage": an entry that waits there for a signal is nowhere else yet
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@pages.post("/language")
def choose_language() -> AnyResponse:
    """Remember the reader's language, in the browser and, if signed in, in the account."""
    chosen = request.form.get("language", "")
    response = redirect(own_address(request.form.get("back", "/")), 303)
    if chosen in LANGUAGES:
        _remember_language(response, chosen)
        if g.reader is not None:
            shilu().accounts.set_language(g.reader.login, chosen)
    return response


def _remember_language(response: AnyResponse, language: str) -> None:
    response.set_cookie(
        COOKIE, language, max_age=A_YEAR, httponly=True, secure=request.is_secure, samesite="Lax"
    )


def _enter(filled: Form, login: str, password: str, wanted: str) -> AnyResponse:
    came = sessions.visit()
    try:
        account = shilu().accounts.verify(login, password, came.address, came.known_as)
    except TooManyAttempts as refusal:
        tell_turned_away(shilu().accounts.find(login), DoorRefusal.TOO_MANY)
        return too_many(filled, refusal, lambda: _door(filled, wanted))
    except InitialPasswordExpired as refusal:
        tell_turned_away(refusal.account, DoorRefusal.INITIAL_EXPIRED)
        filled.problem = _("初始密码过期了，请管理员重设一个。")
        filled.status = 401
        return _door(filled, wanted)
    except WrongCredentials as refusal:
        tell_turned_away(refusal.account, DoorRefusal.WRONG_PASSWORD)
        account = None
    if account is None or not enter_branch(account.branch):
        filled.problem = _("账号或密码不对，请再试一次。")
        filled.status = 401
        return _door(filled, wanted)
    response = go_on(account, "password", own_address(wanted or "/"))
    if account.language in LANGUAGES and account.language != "zh":  # zh stands for: never chosen
        _remember_language(response, account.language)
    return response


def _door(form: Form, wanted: str) -> Response:
    demo = [
        SimpleNamespace(
            login=d.login,
            password=d.password,
            name=d.name,
            note=(d.note_en or d.note) if reader_language() == "en" else d.note,
            role_text=_(ROLES[Role(d.role)]),
        )
        for d in shilu().demo
    ]
    page = render_template("sign_in.html", form=form, wanted=own_address(wanted), demo=demo)
    return make_response(page, form.status)
