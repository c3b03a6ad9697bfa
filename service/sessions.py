"""Sessions kept on the server; the browser carries a random token and nothing else.

The rights of a reader are read at every request. A page's POST must come from our own pages: by
the session's token in the form, and by what the browser says about its origin.
"""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from flask import g, redirect, request, url_for
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from domain.words import Role
from service import rate_limit
from service.access import Reader
from service.arriving import arriving_session, missing
from service.branches import branches, enter
from service.context import shilu
from service.from_queue import is_queued
from store.accounts import BROWSER_KNOWN, Account, Session, Visit

COOKIE, SECURE_COOKIE = "shilu_session", "__Host-shilu_session"
BROWSER_COOKIE, SECURE_BROWSER_COOKIE = "shilu_browser", "__Host-shilu_browser"
BROWSERS = ("Edg", "MicroMessenger", "OPR", "Firefox", "Chrome", "Safari")  # the first that fits
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
NAMES = {"Edg": "Edge", "MicroMessenger": "WeChat", "OPR": "Opera", "Mac OS": "macOS"}
PLAIN_PATHS = (  # the same for all
    "/static/",
    "/livez",
    "/readyz",
    "/metrics",
    "/favicon.ico",
    "/log/",
    "/offline",
    "/sw.js",
    "/manifest.webmanifest",
    "/calendar/",  # a secret address of its own
)
OPEN_PATHS = ("/sign-in", "/language", "/queue")
ARRIVING_PATH = "/sign-in/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_SITE = frozenset({"same-origin", "none"})  # none: typed in, not sent by another site


class Outdated(Forbidden):
    """The form's token is not this session's: signed out, or signed in anew, in between."""


def cookie_name() -> str:
    """Return the cookie's name: the ``__Host-`` kind asks for https."""
    return SECURE_COOKIE if request.is_secure else COOKIE


def reader_of(token: str) -> Reader | None:
    """Return who a token stands for, with the rights of this moment; None if nobody.

    The request is about the branch that the session looks at from now on.
    Somebody of whom a step is still asked (a code, a password of their own) is nobody yet.
    Raises TooManyRequests when the person, or nobody from this address, asks too fast.
    """
    session = shilu().accounts.session(token) if token else None
    if session is None or missing(session):
        rate_limit.count(None)
        return None
    account = session.account
    rate_limit.count(f"{account.branch}/{account.person_id}")
    return _reader(session) if enter(session.branch) else None


def reader() -> Reader:
    """Return who asks; only for requests that got past ``guard``."""
    return g.reader  # type: ignore[no-any-return]


def guard() -> AnyResponse | None:
    """Let nobody in without a session, and no POST without the token of the page it came from."""
    g.reader = g.arriving = None
    if request.path.startswith(("/api/", *PLAIN_PATHS)) or request.routing_exception:
        return None  # what no route takes is a 404 for everybody
    _refuse_foreign_post()
    token = session_token()
    g.reader = reader_of(token)
    if request.path.startswith(ARRIVING_PATH):
        return _guard_arrival(token)
    if request.path == "/" or request.path.startswith(OPEN_PATHS):
        return None
    if g.reader is None:
        if is_queued():
            raise Unauthorized  # the phone keeps it and asks to sign in
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("sign_in.form", next=wanted), 303)
    if request.method not in SAFE_METHODS:
        _check_csrf(g.reader.csrf)
    return None


def start(response: AnyResponse, account: Account, proof: str = "password") -> Session:
    """Give the browser a new session; the one it had ends."""
    end(response)
    session = shilu().accounts.start_session(account, proof, visit())
    response.set_cookie(
        cookie_name(),
        session.token,
        httponly=True,
        secure=request.is_secure,
        samesite="Lax",
        path="/",
    )
    return session


def know_browser(response: AnyResponse, account: Account) -> None:
    """Let the browser be known, in which somebody has come in: nobody else can lock it out."""
    token = visit().known_as or secrets.token_urlsafe(32)
    shilu().accounts.know_browser(account.login, token)
    response.set_cookie(
        SECURE_BROWSER_COOKIE if request.is_secure else BROWSER_COOKIE,
        token,
        max_age=int(BROWSER_KNOWN.total_seconds()),
        httponly=True,
        secure=request.is_secure,
        samesite="Strict",
        path="/",
    )


def session_token() -> str:
    """Return the token of the browser's session; empty if it has none."""
    return request.cookies.get(cookie_name(), "")


def visit() -> Visit:
    """Return where the request comes from."""
    name = SECURE_BROWSER_COOKIE if request.is_secure else BROWSER_COOKIE
    agent = request.headers.get("User-Agent", "")
    known_as = request.cookies.get(name, "")[:64]
    return Visit(request.remote_addr or "", browser_name(agent), known_as)


def browser_name(agent: str) -> str:
    """Return what a person would call the browser, as "Chrome, Android"; empty if unknown."""
    found = (next((n for n in names if n in agent), "") for names in (BROWSERS, SYSTEMS))
    return ", ".join(NAMES.get(name, name) for name in found if name)


def end(response: AnyResponse) -> None:
    """End the browser's session."""
    token = session_token()
    if token:
        shilu().accounts.end_session(token)
        response.delete_cookie(cookie_name(), path="/", secure=request.is_secure, httponly=True)


def _guard_arrival(token: str) -> AnyResponse | None:
    """Let in those who are still arriving; others begin at the door."""
    g.arriving = arriving_session(token)
    if g.arriving is None:
        return redirect("/" if g.reader else "/sign-in", 303)
    if request.method not in SAFE_METHODS:
        _check_csrf(g.arriving.csrf)
    return None


def _refuse_foreign_post() -> None:
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in SAME_SITE:
        raise Forbidden
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Forbidden


def _check_csrf(expected: str) -> None:
    given = request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Unauthorized if is_queued() else Outdated


def _visitor(session: Session) -> Reader:
    """Return somebody of another branch: with their role, and an id that nobody has here."""
    account, home = session.account, branches().context(session.account.branch)
    member = home.record.organisation.member(account.person_id) if home else None
    return Reader(
        person_id=f"{account.person_id}@{account.branch}",
        role=Role(account.role),
        name=member.name if member else account.login,
        login=account.login,
        language=account.language,
        csrf=session.csrf,
        company=_company(account),
    )


def _company(account: Account) -> tuple[str, ...]:
    """Return the branches that an account may see, by name, when there are several."""
    if not account.branches:
        return ()
    seen = tuple(name for name in branches().entries() if account.sees(name))
    return seen if len(seen) > 1 else ()


def _reader(session: Session) -> Reader:
    if session.branch != session.account.branch:
        return _visitor(session)
    account, today = session.account, shilu().today()
    organisation = shilu().record.organisation
    member = organisation.member(account.person_id)
    team_id = member.team_on(today) if member else None
    team = organisation.team(team_id) if team_id else None
    leads = {team_id} if team and team_id and team.supervisor_id == account.person_id else set()
    return Reader(
        person_id=account.person_id,
        role=Role(account.role),
        name=member.name if member else account.login,
        team_id=team_id,
        leads=frozenset(leads),
        login=account.login,
        language=account.language,
        csrf=session.csrf,
        company=_company(account),
    )
