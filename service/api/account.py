"""One's own account for programs: password, second factor, sessions. Refused like at the door."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, g
from marshmallow import fields

from domain.account_record import DoorRefusal
from domain.words import Role
from service.account_events import accounts_told, by_owner, owner_of, tell_turned_away
from service.api.answers import json_answer
from service.api.fields import Id, Text, one_of
from service.api.problems import Problem
from service.api.resource import Resource
from service.api.schemas import Body
from service.arriving import must_have_second_factor
from service.context import shilu
from service.new_password import words_about
from service.sessions import reader, visit
from store.accounts import (
    MAX_PASSWORD,
    Account,
    SignInRefused,
    TooManyAttempts,
    WeakPassword,
    WrongCredentials,
)

resource = Resource("account", "One's own ways in: password, second factor, sessions.")
ERRORS = (400, 401, 403, 413, 415, 422, 429)


class Again(Body):
    """The password once more, and a code where there is a second factor."""

    password = Text(MAX_PASSWORD, required=True)
    code = Text(40, load_default="")


class NewPassword(Body):
    """A password, and the one that takes its place."""

    password = Text(MAX_PASSWORD, required=True)
    new_password = Text(MAX_PASSWORD, required=True)


class Code(Body):
    """A code of the authenticator that is being set up."""

    code = Text(40, required=True)


class Ending(Body):
    """Which session to end: one by its key, all others without."""

    password = Text(MAX_PASSWORD, required=True)
    key = Id(load_default="")


class OneSession(ma.Schema):
    """Where somebody is signed in."""

    key = fields.String(required=True)
    created_at = fields.Float(required=True)
    seen_at = fields.Float(required=True)
    proof = fields.String(required=True)
    address = fields.String(required=True)
    browser = fields.String(required=True)
    current = fields.Boolean(required=True)


class OwnAccount(ma.Schema):
    """An account, without anything that opens it. Instants in seconds since 1970."""

    login = fields.String(required=True)
    person_id = fields.String(required=True)
    role = one_of(Role, required=True)
    second_factor = fields.Boolean(required=True)
    recovery_codes_left = fields.Integer(required=True)
    sessions = fields.List(fields.Nested(OneSession), required=True)


class Seed(ma.Schema):
    """What an authenticator is set up with; said for a quarter of an hour."""

    seed = fields.String(required=True)
    uri = fields.String(required=True)


class RecoveryCodes(ma.Schema):
    """Recovery codes; said once."""

    recovery_codes = fields.List(fields.String(), required=True)


class Ended(ma.Schema):
    """How many sessions ended."""

    ended = fields.Integer(required=True)


@resource.plain("/account", "GET", 401, 403, answer=OwnAccount)
def show_account() -> Response:
    """Show one's own account and sessions."""
    mine, accounts = own(), shilu().accounts
    shown = {
        "login": mine.login,
        "person_id": mine.person_id,
        "role": mine.role,
        "second_factor": mine.second_factor,
        "recovery_codes_left": accounts.factors.recovery_codes_left(mine.login),
        "sessions": accounts.sessions_of(mine, g.session_token),
    }
    return json_answer(OwnAccount().dump(shown))


@resource.plain("/account/password", "POST", *ERRORS, body=NewPassword, status=204)
def change_password(body: dict[str, Any]) -> Response:
    """Change one's password; every session of the account ends, this one too."""
    mine = own()
    password_again(mine, body["password"])
    set_password(mine, body["new_password"])
    return Response(status=204)


@resource.plain("/account/second-factor", "POST", *ERRORS, body=Again, answer=Seed)
def begin_second_factor(body: dict[str, Any]) -> Response:
    """Make the seed of a new authenticator; it counts once its first code was given."""
    mine, factors = own(), shilu().accounts.factors
    _again(mine, body)
    factors.begin(mine.login)
    candidate = factors.candidate(mine.login)
    return json_answer(Seed().dump(candidate))


@resource.plain(
    "/account/second-factor/confirmation", "POST", *ERRORS, body=Code, answer=RecoveryCodes
)
def confirm_second_factor(body: dict[str, Any]) -> Response:
    """Give the first code of the authenticator; every other session ends."""
    mine, accounts = own(), shilu().accounts
    try:
        codes = accounts.factors.confirm(mine.login, body["code"])
    except SignInRefused as refused:
        raise problem_of(refused, mine) from refused
    accounts.end_sessions(mine.login, but=g.session_token)
    accounts.note_proof(g.session_token, "password_and_code")
    accounts_told().second_factor_set(owner_of(mine), shilu().today(), by=by_owner(mine))
    return json_answer({"recovery_codes": list(codes)})


@resource.plain("/account/second-factor/removal", "POST", *ERRORS, body=Again, status=204)
def remove_second_factor(body: dict[str, Any]) -> Response:
    """Take one's second factor away, where the installation asks for none."""
    mine, accounts = own(), shilu().accounts
    if must_have_second_factor(mine):
        raise Problem("second-factor-missing")
    _again(mine, body)
    accounts.factors.remove(mine.login)
    accounts.end_sessions(mine.login, but=g.session_token)
    accounts_told().second_factor_removed(owner_of(mine), shilu().today(), by=by_owner(mine))
    return Response(status=204)


@resource.plain("/account/recovery-codes", "POST", *ERRORS, body=Again, answer=RecoveryCodes)
def new_recovery_codes(body: dict[str, Any]) -> Response:
    """Make new recovery codes; the old ones are worth nothing."""
    mine = own()
    _again(mine, body)
    codes = shilu().accounts.factors.new_recovery_codes(mine.login)
    accounts_told().recovery_codes_made(owner_of(mine), shilu().today(), by=by_owner(mine))
    return json_answer({"recovery_codes": list(codes)})


@resource.plain("/account/sessions/end", "POST", *ERRORS, body=Ending, answer=Ended)
def end_sessions(body: dict[str, Any]) -> Response:
    """End one of one's other sessions, or all of them."""
    mine, accounts = own(), shilu().accounts
    password_again(mine, body["password"])
    ended = accounts.end_sessions(mine.login, key=body["key"], but=g.session_token)
    accounts_told().sessions_ended(owner_of(mine), shilu().today(), ended, by=by_owner(mine))
    return json_answer({"ended": ended})


def own() -> Account:
    """Return the reader's account."""
    found = shilu().accounts.find(reader().login)
    if found is None:
        raise Problem("not-signed-in")
    return found


def password_again(account: Account, password: str) -> None:
    """Look at the password once more, within the limits of the door. Raises Problem."""
    came = visit()
    try:
        shilu().accounts.verify(account.login, password, came.address, came.known_as)
    except SignInRefused as refused:
        raise problem_of(refused, account) from refused


def set_password(account: Account, password: str) -> None:
    """Set the password that an account's owner chose. Raises Problem."""
    about = words_about(account.person_id)
    try:
        shilu().accounts.set_password(account.login, password, about=about)
    except WeakPassword as refused:
        raise Problem("weak-password", why=str(refused.why)) from refused
    accounts_told().password_changed(owner_of(account), shilu().today(), by=by_owner(account))


def problem_of(refused: SignInRefused, account: Account | None) -> Problem:
    """Put on record that somebody was turned away; return the problem to answer with."""
    if isinstance(refused, TooManyAttempts):
        tell_turned_away(account, DoorRefusal.TOO_MANY)
        return Problem("too-many-attempts", headers={"Retry-After": str(refused.retry_after)})
    if isinstance(refused, WrongCredentials):
        tell_turned_away(account, DoorRefusal.WRONG_PASSWORD)
        return Problem("wrong-password")
    tell_turned_away(account, DoorRefusal.WRONG_CODE)
    return Problem("wrong-code")


def _again(account: Account, body: dict[str, Any]) -> None:
    password_again(account, body["password"])
    if not account.second_factor:
        return
    try:
        shilu().accounts.factors.verify(account.login, body["code"])
    except SignInRefused as refused:
        raise problem_of(refused, account) from refused
