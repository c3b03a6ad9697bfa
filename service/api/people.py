"""People and their leave: who works in the branch, as what, in which team and since when."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields

from domain.account_record import IdentityCheck
from domain.organisation import Member, member_stream
from domain.refusals import UnknownMember
from domain.words import LeaveKind, Role
from projections import team_day
from service.access import Thing
from service.account_events import by_reader, owner
from service.api import guard
from service.api.account import Ended
from service.api.answers import json_answer
from service.api.fields import Day, Id, Text, one_of
from service.api.paging import Page, key_of, page_of
from service.api.preconditions import Done, by
from service.api.problems import Problem
from service.api.resource import Resource, Tagged
from service.api.schemas import Body, PageArgs, names_of, page
from service.context import shilu
from service.new_password import words_about
from service.sessions import reader
from store.accounts import MAX_PASSWORD, MIN_PASSWORD, AccountError, LoginTaken, WeakPassword

resource = Resource("people", "Who works in the branch, and their leave.")

ONE = "/people/<thing:person_id>"


class NewPerson(Body):
    """Somebody who comes into the branch; agents and supervisors have a team."""

    person_id = Id(required=True)
    name = Text(40, required=True)
    role = one_of(Role, required=True)
    team_id = Id(allow_none=True, load_default=None)
    since = Day(required=True)


class Move(Body):
    """Another team from a day on."""

    team_id = Id(required=True)
    since = Day(required=True)


class Departure(Body):
    """The last day in the branch."""

    last_day = Day(required=True)
    reason = Text(200, required=True)


class NewLeave(Body):
    """Days without work, the first and the last included."""

    first_day = Day(required=True)
    last_day = Day(required=True)
    kind = one_of(LeaveKind, required=True)


class LeaveCancellation(Body):
    """A leave taken back."""

    first_day = Day(required=True)
    last_day = Day(required=True)
    reason = Text(200, required=True)


class NewAccount(Body):
    """How a person signs in; never part of the log."""

    login = Text(64, required=True)
    password = Text(MAX_PASSWORD, shortest=MIN_PASSWORD, required=True)


class PasswordReset(Body):
    """A first password anew, to be changed by its owner."""

    password = Text(MAX_PASSWORD, shortest=MIN_PASSWORD, required=True)


class FactorRemoval(Body):
    """How the person was recognised who has lost their second factor."""

    checked = one_of(IdentityCheck, required=True)


class AccountShown(ma.Schema):
    """An account, without its password."""

    login = fields.String(required=True)
    person_id = fields.String(required=True)
    role = one_of(Role, required=True)


class Leave(ma.Schema):
    """Days without work, the first and the last included."""

    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)


class Person(ma.Schema):
    """Somebody of the branch."""

    person_id = fields.String(required=True)
    name = fields.String(required=True)
    role = one_of(Role, required=True)
    team_id = fields.String(required=True, allow_none=True)
    since = fields.Date(required=True)
    last_day = fields.Date(required=True, allow_none=True)
    leaves = fields.List(fields.Nested(Leave), required=True)
    version = fields.Integer(required=True)


class PersonListed(ma.Schema):
    """Somebody in a list, with their team of today."""

    person_id = fields.String(required=True)
    name = fields.String(required=True)
    role = one_of(Role, required=True)
    team_id = fields.String(required=True, allow_none=True)


@resource.query("/people", page(PersonListed, "PersonPage"), args=PageArgs, views=("team_day",))
def list_people(args: dict[str, Any]) -> Page:
    """List the people whom the reader may see, by id."""
    with shilu().views.connect() as connection:
        known = team_day.people(connection, shilu().today())
    start = key_of(args["cursor"], str) or ""
    seen = [known[i] for i in sorted(known) if i > start and guard.sees(i, known[i].team_id)]
    return page_of(seen[: args["limit"] + 1], args["limit"], key=lambda person: person.person_id)


@resource.query("/me", Person, errors=(404,), tagged=True)
def show_me(_: dict[str, Any]) -> Tagged:
    """Show who is signed in."""
    return _person(reader().person_id)


@resource.query(ONE, Person, errors=(403, 404), tagged=True)
def show_person(_: dict[str, Any], person_id: str) -> Tagged:
    """Show a person."""
    guard.see_person(person_id)
    return _person(person_id)


@resource.command("/people", NewPerson, errors=(404,))
def join(body: dict[str, Any]) -> Done:
    """Take a person into the branch."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.organisation.join(**body, by=by())
    return _done(receipt, body["person_id"], Member.Joined)


@resource.command(ONE + "/moves", Move, errors=(404,))
def move(body: dict[str, Any], person_id: str) -> Done:
    """Move a person to another team."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.organisation.move(person_id, **body, by=by())
    return _done(receipt, person_id, Member.Moved)


@resource.command(ONE + "/departure", Departure, errors=(404,))
def depart(body: dict[str, Any], person_id: str) -> Done:
    """Record that a person leaves the branch."""
    guard.need(Thing.PEOPLE)
    receipt = shilu().record.organisation.depart(person_id, **body, by=by())
    return _done(receipt, person_id, Member.Departed)


@resource.command(ONE + "/leaves", NewLeave, errors=(404,))
def register_leave(body: dict[str, Any], person_id: str) -> Done:
    """Register leave; no log is missed on its days."""
    guard.need_about_agent(Thing.LEAVE, person_id)
    receipt = shilu().record.organisation.register_leave(person_id, **body, by=by())
    return _done(receipt, person_id, Member.LeaveRegistered)


@resource.command(ONE + "/leaves/cancellations", LeaveCancellation, errors=(404,))
def cancel_leave(body: dict[str, Any], person_id: str) -> Done:
    """Take a leave back."""
    guard.need_about_agent(Thing.LEAVE, person_id)
    receipt = shilu().record.organisation.cancel_leave(person_id, **body, by=by())
    return _done(receipt, person_id, Member.LeaveCancelled)


@resource.plain(
    ONE + "/accounts",
    "POST",
    *(400, 401, 403, 404, 409, 413, 415, 422),
    body=NewAccount,
    answer=AccountShown,
    status=201,
)
def open_account(body: dict[str, Any], person_id: str) -> Response:
    """Let a person sign in, with the rights of their role in the record."""
    guard.need(Thing.PEOPLE)
    member = shilu().record.organisation.member(person_id)
    if member is None:
        raise UnknownMember(person_id=person_id)
    try:
        account = shilu().accounts.create(
            body["login"],
            body["password"],
            person_id,
            shilu().branch,
            str(member.role),
            initial=True,
            about=words_about(person_id),
        )
    except LoginTaken as taken:
        raise Problem("already-exists") from taken
    except WeakPassword as refused:
        raise Problem("weak-password", why=str(refused.why)) from refused
    except AccountError as refused:  # a login of blanks
        detail = [{"pointer": "/login", "detail": str(refused)}]
        raise Problem("invalid", errors=detail) from refused
    shilu().record.accounts.login_given(owner(person_id), shilu().today(), by=by_reader())
    return json_answer(AccountShown().dump(account), 201)


@resource.plain(
    ONE + "/accounts/first-password",
    "POST",
    *(400, 401, 403, 404, 413, 415, 422),
    body=PasswordReset,
    status=204,
)
def reset_password(body: dict[str, Any], person_id: str) -> Response:
    """Set a first password anew; the person's sessions end."""
    guard.need(Thing.PEOPLE)
    login = _login_of(person_id)
    about = words_about(person_id)
    try:
        shilu().accounts.set_password(login, body["password"], initial=True, about=about)
    except WeakPassword as refused:
        raise Problem("weak-password", why=str(refused.why)) from refused
    shilu().record.accounts.password_changed(owner(person_id), shilu().today(), by=by_reader())
    return Response(status=204)


@resource.plain(ONE + "/sessions/end", "POST", 401, 403, 404, answer=Ended)
def end_sessions(person_id: str) -> Response:
    """Sign somebody out everywhere."""
    guard.need(Thing.PEOPLE)
    ended = shilu().accounts.end_sessions(_login_of(person_id))
    shilu().record.accounts.sessions_ended(owner(person_id), shilu().today(), ended, by=by_reader())
    return json_answer({"ended": ended})


@resource.plain(
    ONE + "/second-factor/removal",
    "POST",
    *(400, 401, 403, 404, 413, 415, 422),
    body=FactorRemoval,
    status=204,
)
def remove_second_factor(body: dict[str, Any], person_id: str) -> Response:
    """Take away a second factor that was lost, once it is sure who asks; ends all sessions."""
    guard.need(Thing.PEOPLE)
    login = _login_of(person_id)
    shilu().accounts.factors.remove(login)
    shilu().accounts.end_sessions(login)
    told = shilu().record.accounts.second_factor_removed
    told(owner(person_id), shilu().today(), by=by_reader(), checked=body["checked"])
    return Response(status=204)


def _login_of(person_id: str) -> str:
    """Return a person's login. Raises Problem (404)."""
    accounts = shilu().accounts.all_of(shilu().branch)
    login = next((a.login for a in accounts if a.person_id == person_id), None)
    if login is None:
        raise Problem("not-found")
    return login


def _person(person_id: str) -> Tagged:
    member = shilu().record.organisation.member(person_id)
    if member is None:
        raise UnknownMember(person_id=person_id)
    shown = {name: getattr(member, name) for name in names_of(Person) if name != "leaves"}
    shown["leaves"] = [{"first_day": a, "last_day": b} for a, b in member.leaves]
    return Tagged(shown, member.version)


def _done(receipt: Any, person_id: str, event: Any) -> Done:
    return Done(receipt, member_stream(person_id), event, f"/people/{person_id}")
