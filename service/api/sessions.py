"""Signing in and out: a bearer token for programs (trust.md, section 3)."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, g
from marshmallow import fields

from domain.account_record import DoorRefusal, Proof
from service.account_events import tell_signed_in, tell_turned_away
from service.api.account import problem_of, set_password
from service.api.answers import json_answer
from service.api.auth import authenticate
from service.api.fields import Text
from service.api.problems import Problem
from service.api.resource import Resource
from service.api.schemas import Body
from service.arriving import must_have_second_factor
from service.branches import enter
from service.context import shilu
from service.sessions import visit
from store.accounts import (
    MAX_PASSWORD,
    Account,
    InitialPasswordExpired,
    SignInRefused,
    TooManyAttempts,
    WrongCredentials,
    lifetimes,
)

resource = Resource("sessions", "Signing in and out.", public=True)


class Credentials(Body):
    """A login and its password; a code where the account has a second factor."""

    login = Text(64, required=True)
    password = Text(MAX_PASSWORD, required=True)
    code = Text(40, load_default="")


class FirstPassword(Credentials):
    """The same, and the password that takes the place of the first one."""

    new_password = Text(MAX_PASSWORD, required=True)


class SessionShown(ma.Schema):
    """A session; its token is said once and never again."""

    token = fields.String(required=True)
    person_id = fields.String(required=True)
    role = fields.String(required=True)
    idle_seconds = fields.Integer(required=True)


@resource.plain(
    "/sessions",
    "POST",
    *(400, 401, 403, 413, 415, 422, 429),
    body=Credentials,
    answer=SessionShown,
    status=201,
)
def sign_in(credentials: dict[str, Any]) -> Response:
    """Sign in; at most ten wrong attempts in 15 minutes, counted before any password is looked at."""
    account, proof = _proven(credentials)
    if account.must_change:
        raise Problem("password-to-change")
    return _session(account, proof)


@resource.plain(
    "/sessions/first-password",
    "POST",
    *(400, 401, 403, 413, 415, 422, 429),
    body=FirstPassword,
    answer=SessionShown,
    status=201,
)
def choose_first_password(credentials: dict[str, Any]) -> Response:
    """Sign in with a first password and put one's own in its place."""
    account, proof = _proven(credentials)
    set_password(account, credentials["new_password"])
    return _session(account, proof)


def _proven(credentials: dict[str, Any]) -> tuple[Account, Proof]:
    """Return whose login and password these are, with what was shown. Raises Problem."""
    accounts, came = shilu().accounts, visit()
    try:
        account = accounts.verify(
            credentials["login"], credentials["password"], came.address, came.known_as
        )
    except TooManyAttempts as refused:
        raise problem_of(refused, accounts.find(credentials["login"])) from refused
    except InitialPasswordExpired as refused:
        tell_turned_away(refused.account, DoorRefusal.INITIAL_EXPIRED)
        raise Problem("first-password-expired") from refused
    except WrongCredentials as refused:
        raise problem_of(refused, refused.account) from refused
    if not enter(account.branch):
        raise Problem("wrong-password")
    return account, _second_proof(account, credentials["code"])


def _second_proof(account: Account, code: str) -> Proof:
    if not account.second_factor:
        if must_have_second_factor(account):
            raise Problem("second-factor-missing")
        return Proof.PASSWORD
    if not code:
        raise Problem("code-missing")
    try:
        by_recovery = shilu().accounts.factors.verify(account.login, code)
    except SignInRefused as refused:
        raise problem_of(refused, account) from refused
    return Proof.PASSWORD_AND_RECOVERY_CODE if by_recovery else Proof.PASSWORD_AND_CODE


def _session(account: Account, proof: Proof) -> Response:
    tell_signed_in(account, str(proof))
    session = shilu().accounts.start_session(account, str(proof), visit())
    idle, _absolute = lifetimes(account.role)
    shown = {
        "token": session.token,
        "person_id": account.person_id,
        "role": account.role,
        "idle_seconds": int(idle.total_seconds()),
    }
    return json_answer(shown, 201)


@resource.plain("/sessions/current", "DELETE", 401, 403, status=204)
def sign_out() -> Response:
    """End this session at once."""
    authenticate()
    shilu().accounts.end_session(g.session_token)
    return Response(status=204)
