"""Who asks."""

from __future__ import annotations

from flask import g, request

from service.api.context import context
from service.api.problems import Problem


def authenticate() -> None:
    """Find the reader of this request. Raises Problem (401, 403)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem("not-signed-in")
    g.reader = context().accounts.reader_of(token)
    if g.reader is None:
        raise Problem("not-signed-in")
