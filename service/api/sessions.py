"""Signing in and out: a bearer token for programs (trust.md, section 3)."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, g, request
from marshmallow import fields

from service.api.answers import json_answer
from service.api.auth import authenticate
from service.api.fields import Text
from service.api.problems import Problem
from service.api.resource import Resource
from service.api.schemas import Body
from service.context import shilu
from store.accounts import IDLE, TooManyAttempts, WrongCredentials

resource = Resource("sessions", "Signing in and out.", public=True)


class Credentials(Body):
    """A login and its password."""

    login = Text(64, required=True)
    password = Text(128, required=True)


class SessionShown(ma.Schema):
    """A session; its token is said once and never again."""

    token = fields.String(required=True)
    person_id = fields.String(required=True)
    role = fields.String(required=True)
    idle_seconds = fields.Integer(required=True)


@resource.plain(
    "/sessions",
    "POST",
    *(400, 401, 413, 415, 422, 429),
    body=Credentials,
    answer=SessionShown,
    status=201,
)
def sign_in(credentials: dict[str, Any]) -> Response:
    """Sign in; at most ten wrong attempts in 15 minutes, counted before any password is looked at."""
    accounts = shilu().accounts
    try:
        account = accounts.verify(address=request.remote_addr or "", **credentials)
    except TooManyAttempts as refused:
        wait = {"Retry-After": str(refused.retry_after)}
        raise Problem("too-many-attempts", headers=wait) from refused
    except WrongCredentials as refused:
        raise Problem("wrong-password") from refused
    if account.branch != shilu().branch:
        raise Problem("wrong-password")
    session = accounts.start_session(account)
    shown = {
        "token": session.token,
        "person_id": account.person_id,
        "role": account.role,
        "idle_seconds": int(IDLE.total_seconds()),
    }
    return json_answer(shown, 201)


@resource.plain("/sessions/current", "DELETE", 401, 403, status=204)
def sign_out() -> Response:
    """End this session at once."""
    authenticate()
    shilu().accounts.end_session(g.session_token)
    return Response(status=204)
