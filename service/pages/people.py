"""People and teams (administrator): join, move, appoint, leave, depart; logins. No customer data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import uuid5

from flask import Blueprint, make_response, render_template, request
from marshmallow import fields, validate
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.account_record import IdentityCheck
from domain.organisation import Member
from domain.words import By, LeaveKind, Receipt, Role
from projections import team_day
from service.access import Thing, need
from service.account_events import owner
from service.branches import branches
from service.context import shilu
from service.forms import Day, Form, PageForm, Secret, an_id, by, one_of, see, sent, text
from service.language import N_, _, day_text
from service.name_search import is_meant
from service.new_password import why_not, words_about
from service.reading import as_of, said, views
from service.sessions import reader
from service.words import IDENTITY_CHECKS, LEAVES, ROLES, label, options
from store.accounts import (
    ALL_BRANCHES,
    Account,
    AccountError,
    LoginTaken,
    WeakPassword,
    initial_password,
)

pages = Blueprint("people", __name__)
JOINING = (
    Role.AGENT,
    Role.SUPERVISOR,
    Role.UPPER_SUPERVISOR,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)
LOGIN_ERRORS: Any = {"required": N_("请填写账号")}


def _login(*, required: bool = False) -> fields.String:
    rule = validate.Regexp(
        r"^[A-Za-z0-9][A-Za-z0-9._@\-]{0,63}\Z", error=N_("账号只能用字母、数字和 . _ @ -")
    )
    more: Mapping[str, Any] = {} if required else {"load_default": None}
    return fields.String(required=required, validate=rule, error_messages=LOGIN_ERRORS, **more)


class PersonForm(PageForm):
    """A person who joins; the login may follow later."""

    name = text(40, required=True, missing=N_("请填写姓名"))
    person_id = an_id(required=True, missing=N_("请填写工号"))
    role = fields.Enum(
        Role, by_value=fields.String, required=True, error_messages={"required": N_("请选择角色")}
    )
    team_id = an_id()
    since = Day(required=True)
    login = _login()
    password = Secret(missing=N_("请填写密码"), required=False)


class TeamForm(PageForm):
    """A new team; its supervisor is appointed once they have joined it."""

    name = text(40, required=True, missing=N_("请填写团队名称"))
    team_id = an_id(required=True, missing=N_("请填写编号"))


class AccountForm(PageForm):
    """A login for somebody, or a first password anew; made by us when none is given."""

    login = _login()
    password = Secret(missing=N_("请填写密码"), required=False)


class EndSessionsForm(PageForm):
    """Signs somebody out everywhere."""


class FactorForm(PageForm):
    """How the person was recognised who has lost their second factor."""

    checked = one_of(IdentityCheck, required=True, missing=N_("请选择怎样核对了身份"))


class MoveForm(PageForm):
    """To another team."""

    team_id = an_id(required=True, missing=N_("请选择新团队"))
    since = Day(required=True)


class LeaveForm(PageForm):
    """Not at work from the first to the last day."""

    kind = one_of(LeaveKind, required=True, missing=N_("请选择哪一种"))
    first_day = Day(required=True)
    last_day = Day(required=True)


class DepartForm(PageForm):
    """Leaves the branch."""

    last_day = Day(required=True)
    reason = text(200, required=True, missing=N_("请填写原因"))


class LeadForm(PageForm):
    """Leads their team from now on."""


@pages.get("/people")
def people() -> str:
    """List the people, filtered by the address."""
    need(reader(), Thing.PEOPLE)
    logins = {a.person_id: a for a in shilu().accounts.all_of(shilu().branch)}
    with views("team_day") as connection:
        everybody = team_day.people(connection, shilu().today()).values()
        teams = team_day.teams(connection)
    names = {team.team_id: team.name for team in teams}
    chosen = SimpleNamespace(
        team=request.args.get("team", ""),
        role=request.args.get("role", ""),
        q=request.args.get("q", "").strip()[:40],
    )
    rows = [
        _row(person, names, logins)
        for person in sorted(
            everybody, key=lambda p: (p.team_id or "~", p.role != "supervisor", p.person_id)
        )
        if chosen.team in ("", person.team_id)
        and chosen.role in ("", person.role)
        and is_meant(chosen.q, person.name, person.person_id)
    ]
    return render_template(
        "people.html",
        people=rows,
        teams=list(names.items()),
        roles=options(ROLES, JOINING),
        chosen=chosen,
        said=said(),
        as_of=as_of("team_day"),
    )


@pages.get("/people/new")
def new_person() -> Response:
    """Show the form of a person who joins."""
    need(reader(), Thing.PEOPLE)
    return _new_person(Form())


@pages.post("/people/new")
def add_person() -> Response:
    """Take somebody into the branch, with a login if one is given."""
    need(reader(), Thing.PEOPLE)
    form = sent(PersonForm())
    if form.good:
        _check_login(form)
    if form.good:
        data = form.data
        with form.refusals(AlreadyExists="person_id", UnknownTeam="team_id", team_id="team_id"):
            receipt = shilu().record.organisation.join(
                data["person_id"],
                data["name"],
                data["role"],
                data["team_id"],
                data["since"],
                by=by(form),
            )
            if data["login"]:
                _create_account(form, data["person_id"], data["role"], data["password"])
            if form.good:
                return see("/people", receipt, "added")
    return _new_person(form)


@pages.get("/teams/new")
def new_team() -> Response:
    """Show the form of a new team."""
    need(reader(), Thing.PEOPLE)
    return make_response(render_template("team_new.html", form=Form()))


@pages.post("/teams/new")
def add_team() -> Response:
    """Form a team."""
    need(reader(), Thing.PEOPLE)
    form = sent(TeamForm())
    if form.good:
        with form.refusals(AlreadyExists="team_id"):
            receipt = shilu().record.organisation.form_team(
                form.data["team_id"], form.data["name"], by=by(form)
            )
            return see("/people", receipt, "added")
    return make_response(render_template("team_new.html", form=form), form.status)


@pages.get("/people/<person_id>")
def person(person_id: str) -> Response:
    """Show one person and what may be done."""
    need(reader(), Thing.PEOPLE)
    return _person(person_id, Form())


@pages.post("/people/<person_id>/account")
def account(person_id: str) -> Response:
    """Give a login, or a first password anew that ends all sessions of the old one."""
    need(reader(), Thing.PEOPLE)
    member = _member(person_id)
    form = sent(AccountForm(), name="account")
    known = _login_of(person_id)
    if form.good and known is None and not form.data["login"]:
        form.fail("login", _("请填写账号"))
    made = "" if form.data.get("password") else initial_password()
    if form.good:
        password = form.data["password"] or made
        if known is None:
            _create_account(form, person_id, member.role, password)
        else:
            _set_first_password(form, member, known, password)
    if form.good and not made:
        return see(f"/people/{person_id}", Receipt(0, member.id, 0), "saved")
    return _person(person_id, form, first_password=made if form.good else "")


@pages.post("/people/<person_id>/sessions")
def end_sessions(person_id: str) -> Response:
    """Sign somebody out everywhere."""

    def end(_data: dict[str, Any], who: By) -> Receipt:
        ended = shilu().accounts.end_sessions(_known_login(person_id))
        told = shilu().record.accounts.sessions_ended
        return told(owner(person_id), shilu().today(), ended, by=who)

    return _do(person_id, EndSessionsForm(), "sessions", end)


@pages.post("/people/<person_id>/second-factor")
def remove_second_factor(person_id: str) -> Response:
    """Take away a second factor that was lost, once it is sure who asks; ends all sessions."""

    def remove(data: dict[str, Any], who: By) -> Receipt:
        login = _known_login(person_id)
        shilu().accounts.factors.remove(login)
        shilu().accounts.end_sessions(login)
        told = shilu().record.accounts.second_factor_removed
        return told(owner(person_id), shilu().today(), by=who, checked=data["checked"])

    return _do(person_id, FactorForm(), "factor", remove)


@pages.post("/people/<person_id>/move")
def move(person_id: str) -> Response:
    """Move somebody to another team."""
    return _do(
        person_id,
        MoveForm(),
        "move",
        lambda d, who: shilu().record.organisation.move(
            person_id, d["team_id"], d["since"], by=who
        ),
    )


@pages.post("/people/<person_id>/leave")
def leave(person_id: str) -> Response:
    """Register leave."""
    return _do(
        person_id,
        LeaveForm(),
        "leave",
        lambda d, who: shilu().record.organisation.register_leave(
            person_id, d["first_day"], d["last_day"], d["kind"], by=who
        ),
    )


@pages.post("/people/<person_id>/depart")
def depart(person_id: str) -> Response:
    """Record that somebody leaves; their login ends."""

    def leave_for_good(data: dict[str, Any], who: By) -> Receipt:
        receipt = shilu().record.organisation.depart(
            person_id, data["last_day"], data["reason"], by=who
        )
        login = _login_of(person_id)
        if login and data["last_day"] <= shilu().today():
            shilu().accounts.disable(login)
            ended = replace(who, command_id=uuid5(who.command_id, "login"))
            shilu().record.accounts.login_ended(owner(person_id), shilu().today(), by=ended)
        return receipt

    return _do(person_id, DepartForm(), "depart", leave_for_good)


@pages.post("/people/<person_id>/lead")
def lead(person_id: str) -> Response:
    """Let a supervisor lead the team they are in."""
    need(reader(), Thing.PEOPLE)  # first: whether there is such a person is not for all to know
    team_id = _member(person_id).team_id or ""
    return _do(
        person_id,
        LeadForm(),
        "lead",
        lambda _data, who: shilu().record.organisation.appoint_supervisor(
            team_id, person_id, by=who
        ),
    )


def _do(
    person_id: str, schema: PageForm, name: str, command: Callable[[dict[str, Any], By], Receipt]
) -> Response:
    need(reader(), Thing.PEOPLE)
    _member(person_id)
    form = sent(schema, name=name)
    if form.good:
        with form.refusals(last_day="last_day", AlreadyExists="first_day", team_id="team_id"):
            return see(f"/people/{person_id}", command(form.data, by(form)), "saved")
    return _person(person_id, form)


def _check_login(form: Form) -> None:
    login, password = form.data["login"], form.data["password"]
    if login and not password:
        form.fail("password", _("请填写密码"))
    if password and not login:
        form.fail("login", _("请填写账号"))
    if login and shilu().accounts.find(login) is not None:
        form.fail("login", _("这个账号已经有人用了"))
    about = words_about(form.data["person_id"], form.data["name"])
    weak = shilu().accounts.weakness(password, (login or "", *about)) if password else None
    if weak is not None:
        form.fail("password", why_not(weak))


def _create_account(form: Form, person_id: str, role: Role, password: str) -> None:
    about = words_about(person_id)
    try:
        shilu().accounts.create(
            form.data["login"],
            password,
            person_id,
            shilu().branch,
            str(role),
            initial=True,
            about=about,
        )
    except LoginTaken:
        form.fail("login", _("这个账号已经有人用了"))
    except WeakPassword as refusal:
        form.fail("password", why_not(refusal.why))
    except AccountError:
        form.fail("login", _("账号只能用字母、数字和 . _ @ -"))
    else:
        told = by(form, "login")
        shilu().record.accounts.login_given(owner(person_id), shilu().today(), by=told)


def _set_first_password(form: Form, member: Member, login: str, password: str) -> None:
    about = words_about(member.person_id)
    try:
        shilu().accounts.set_password(login, password, initial=True, about=about)
    except WeakPassword as refusal:
        form.fail("password", why_not(refusal.why))
        return
    if member.last_day is None:
        shilu().accounts.enable(login)
    told = by(form, "password")
    shilu().record.accounts.password_changed(owner(member.person_id), shilu().today(), by=told)


def _known_login(person_id: str) -> str:
    login = _login_of(person_id)
    if login is None:
        raise NotFound
    return login


def _member(person_id: str) -> Member:
    member = shilu().record.organisation.member(person_id)
    if member is None:
        raise NotFound
    return member


def _login_of(person_id: str) -> str | None:
    accounts = shilu().accounts.all_of(shilu().branch)
    return next((a.login for a in accounts if a.person_id == person_id), None)


def _team_names() -> dict[str, str]:
    with views("team_day") as connection:
        return {team.team_id: team.name for team in team_day.teams(connection)}


def _row(person: Any, names: dict[str, str], logins: dict[str, Any]) -> SimpleNamespace:
    account = logins.get(person.person_id)
    works_in_team = person.team_id is not None
    gone = not works_in_team and _member(person.person_id).last_day is not None
    state, cls = (_("已离职"), "") if gone else (_("在职"), "ok")
    return SimpleNamespace(
        id=person.person_id,
        name=person.name,
        role=label(ROLES, person.role),
        team=names.get(person.team_id or "", "—"),
        login=account.login if account and account.active else "",
        state=state,
        cls=cls,
    )


def _new_person(form: Form) -> Response:
    page = render_template(
        "person_new.html",
        form=form,
        roles=options(ROLES, JOINING),
        teams=list(_team_names().items()),
        today=shilu().today(),
    )
    return make_response(page, form.status)


def _person(person_id: str, form: Form, *, first_password: str = "") -> Response:
    member, names, today = _member(person_id), _team_names(), shilu().today()
    team = shilu().record.organisation.team(member.team_id) if member.team_id else None
    leads = team is not None and team.supervisor_id == person_id
    page = render_template(
        "person.html",
        form=form,
        **{
            part: form if form.name == part else Form(name=part)
            for part in ("account", "move", "leave", "depart", "sessions", "factor")
        },
        checks=options(IDENTITY_CHECKS),
        first_password=first_password,
        way_in=_way_in(person_id),
        person=_shown(member, names, leads=leads, today=today),
        may_lead=member.role is Role.SUPERVISOR and team is not None and not leads,
        teams=[(key, name) for key, name in names.items() if key != member.team_id],
        leaves=options(LEAVES),
        today=today,
        said=said(),
    )
    return make_response(page, form.status)


def _way_in(person_id: str) -> SimpleNamespace | None:
    """Return how somebody comes in: second factor and sessions; None without a login."""
    login = _login_of(person_id)
    account = shilu().accounts.find(login) if login else None
    if account is None:
        return None
    return SimpleNamespace(
        second_factor=account.second_factor,
        sees=_sees(account),
        sessions=len(shilu().accounts.sessions_of(account)),
    )


def _sees(account: Account) -> str:
    """Return which other branches an account sees, as people call them; empty for none."""
    if ALL_BRANCHES in account.branches.split(","):
        return _("所有营业部")
    names = [name for name in account.branches.split(",") if name and account.sees(name)]
    return _("、").join(branches().title(name) for name in names)


def _shown(member: Member, names: dict[str, str], *, leads: bool, today: date) -> SimpleNamespace:
    left = member.last_day
    away = member.on_leave(today)
    state, cls = (_("在职"), "ok") if not away else (_("请假"), "info")
    if left is not None:
        state, cls = _("{day} 离职", day=day_text(left)), ""
    team = names.get(member.team_id or "", "")
    parts = [member.person_id, label(ROLES, member.role), team, _("带领团队") if leads else ""]
    return SimpleNamespace(
        id=member.person_id,
        name=member.name,
        team=team,
        facts=" · ".join(part for part in parts if part),
        state=state,
        cls=cls,
        left=left is not None,
        login=_login_of(member.person_id),
    )
