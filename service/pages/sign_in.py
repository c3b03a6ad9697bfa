"""Sign-in and sign-out, and the choice of language."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import urlsplit

import marshmallow as ma
from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from marshmallow import fields
from werkzeug.wrappers import Response as AnyResponse

from domain.words import Role
from service import sessions
from service.context import shilu
from service.forms import Form, error_texts
from service.language import COOKIE, LANGUAGES, N_, _, reader_language
from service.words import ROLES
from store.accounts import TooManyAttempts, WrongCredentials

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
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@pages.post("/language")
def choose_language() -> AnyResponse:
    """Remember the reader's language, in the browser and, if signed in, in the account."""
    chosen = request.form.get("language", "")
    response = redirect(_own_address(request.form.get("back", "/")), 303)
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
    try:
        account = shilu().accounts.verify(login, password, request.remote_addr or "")
    except TooManyAttempts as refusal:
        minutes = max(-(-refusal.retry_after // 60), 1)
        filled.problem = _("试错的次数太多了，请 {minutes} 分钟后再试。", minutes=minutes)
        filled.status = 429
        response = _door(filled, wanted)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    except WrongCredentials:
        account = None
    if account is None or account.branch != shilu().branch:
        filled.problem = _("账号或密码不对，请再试一次。")
        filled.status = 401
        return _door(filled, wanted)
    response = make_response(redirect(_own_address(wanted or "/"), 303))
    sessions.start(response, account)
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
    page = render_template("sign_in.html", form=form, wanted=_own_address(wanted), demo=demo)
    return make_response(page, form.status)


def _own_address(address: str) -> str:
    """Return a path on this site; anything else becomes the home page."""
    parts = urlsplit(address.replace("\\", "/"))
    own = address.startswith("/") and not address.startswith("//") and not parts.netloc
    printable = all(32 < ord(c) < 127 for c in address)
    return address if own and printable and not parts.scheme else "/"
