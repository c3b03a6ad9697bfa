"""Who asks: a bearer token, or the page's session cookie with its CSRF token beside it."""

from __future__ import annotations

from hmac import compare_digest

from flask import g, request

from service.access import Reader
from service.api.problems import Problem
from service.sessions import SAFE_METHODS, cookie_name, reader_of


def authenticate() -> None:
    """Find out who asks, with their rights of this moment. Raises Problem (401, 403).

    A cookie comes along by itself, so a change made with it also needs ``X-CSRF-Token``.
    """
    bearer = _bearer_token()
    g.session_token = bearer or request.cookies.get(cookie_name(), "")
    reader = reader_of(g.session_token)
    if reader is None:
        raise Problem("not-signed-in")
    if not bearer and request.method not in SAFE_METHODS:
        _check_csrf(reader)
    g.reader = reader


def _bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _check_csrf(reader: Reader) -> None:
    given = request.headers.get("X-CSRF-Token", "")
    if not compare_digest(given.encode(), reader.csrf.encode()):
        raise Problem("csrf")
