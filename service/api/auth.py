"""Who asks: a bearer token, or the page's session cookie with its CSRF token beside it."""

from __future__ import annotations

from hmac import compare_digest

from flask import g, request

from service.api.context import context
from service.api.problems import Problem
from store.accounts import Session

COOKIE = "shilu_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def authenticate() -> None:
    """Find out who asks, with their rights of this moment. Raises Problem (401, 403).

    A cookie comes along by itself, so a change made with it also needs ``X-CSRF-Token``.
    """
    token = bearer_token()
    g.session_token = token or request.cookies.get(COOKIE, "")
    session = context().accounts.session(g.session_token) if g.session_token else None
    if session is None or session.account.branch != context().branch:
        raise Problem("not-signed-in")
    if not token and request.method not in SAFE:
        _check_csrf(session)
    g.reader = session.account


def bearer_token() -> str:
    """Return the token of the Authorization header, or an empty text."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _check_csrf(session: Session) -> None:
    given = request.headers.get("X-CSRF-Token", "")
    if not compare_digest(given.encode(), session.csrf.encode()):
        raise Problem("csrf")
