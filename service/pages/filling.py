"""Filling problems (S7): the list by what it waits for, and taking one up (R-30 to R-34)."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.filling_case import filling_case_id
from domain.filling_ladder import Problem
from domain.words import Role
from projections import filling_cases, team_day
from projections.filling_cases import FillingCard
from service.access import Thing, may, need, need_about
from service.context import shilu
from service.forms import Form, PageForm, an_id, by, one_of, see, sent, text
from service.language import N_, _, day_text, local
from service.pages.filling_story import state_text
from service.pages.filling_suggestions import led_teams
from service.reading import as_of, said, views
from service.sessions import reader
from service.words import PROBLEMS, label, options

pages = Blueprint("filling", __name__)
TABS = ("open", "signatures", "all")


class OpenForm(PageForm):
    """Whose problem, which of the five, and what was seen."""

    agent = an_id(required=True, missing=N_("请选择伙伴"))
    problem = one_of(Problem, required=True, missing=N_("请选择是哪一种问题"))
    note = text(2000, required=True, missing=N_("请写下你看到了什么"))


@pages.get("/filling")
def listing() -> str:
    """List the cases of one's teams by what they wait for."""
    need(reader(), Thing.READ_FILLING)
    if may(reader(), Thing.ANSWER_FILLING):
        raise NotFound  # agents find theirs on their own page
    with views("filling_cases", "team_day") as connection:
        found = list(filling_cases.in_teams(connection, readable_teams(connection)))
        suggested = len(filling_cases.suggested_in(connection, led_teams(connection)))
        people = team_day.people(connection, shilu().today())
        teams = {team.team_id: team.name for team in team_day.teams(connection)}
    chosen = request.args.get("state", _default(found))
    chosen = chosen if chosen in TABS else "open"
    names = {key: person.name for key, person in people.items()}
    return render_template(
        "filling.html",
        tabs=_tabs(found, chosen),
        cases=[_row(card, names, teams) for card in found if _belongs(card, chosen)],
        may_open=may(reader(), Thing.LEAD_FILLING),
        suggested=suggested,
        said=said(),
        as_of=as_of("filling_cases"),
    )


@pages.get("/filling/new")
def new() -> Response:
    """Show the form by which a problem is taken up."""
    need(reader(), Thing.LEAD_FILLING)
    asked = {name: [request.args[name]] for name in ("agent", "problem") if name in request.args}
    return _new(Form(values=asked))


@pages.post("/filling/new")
def open_case() -> Response:
    """Take a problem up."""
    need(reader(), Thing.LEAD_FILLING)
    form = sent(OpenForm())
    if form.good:
        agent_id, problem = form.data["agent"], form.data["problem"]
        member = shilu().record.organisation.member(agent_id)
        team_id = (member.team_on(shilu().today()) or member.team_id) if member else None
        need_about(reader(), Thing.LEAD_FILLING, agent_id=agent_id, team_id=team_id)
        if member is None or member.role is not Role.AGENT:
            raise NotFound
        with form.refusals(note="note"):
            receipt = shilu().record.filling_cases.open(
                agent_id, problem, form.data["note"], by=by(form)
            )
            no, _last = shilu().record.filling_cases.newest(agent_id, problem)
            address = f"/filling/{filling_case_id(agent_id, problem, no)}"
            return see(address, receipt, "filling_opened")
    return _new(form)


def readable_teams(connection: Connection) -> list[str]:
    """Return the teams whose filling cases the reader may see."""
    return [
        team.team_id
        for team in team_day.teams(connection)
        if may(reader(), Thing.READ_FILLING, team_id=team.team_id)
    ]


def _new(form: Form) -> Response:
    with views("team_day") as connection:
        led = [
            (person.person_id, person.name)
            for person in team_day.people(connection, shilu().today()).values()
            if person.role == Role.AGENT
            and person.team_id
            and may(reader(), Thing.LEAD_FILLING, team_id=person.team_id)
        ]
    page = render_template(
        "filling_new.html", form=form, agents=sorted(led), problems=options(PROBLEMS)
    )
    return make_response(page, form.status)


def _default(found: list[FillingCard]) -> str:
    signs = may(reader(), Thing.SIGN_CRITICISM) and any(_belongs(c, "signatures") for c in found)
    return "signatures" if signs else "open"


def _belongs(card: FillingCard, tab: str) -> bool:
    if tab == "signatures":
        return card.criticism == "asked" and card.ending is None
    return tab == "all" or card.ending is None


def _tabs(found: list[FillingCard], chosen: str) -> list[SimpleNamespace]:
    texts = {"open": _("进行中"), "signatures": _("等签字"), "all": _("全部")}
    return [
        SimpleNamespace(
            href=f"/filling?state={tab}",
            text=f"{texts[tab]} {sum(_belongs(card, tab) for card in found)}",
            current=tab == chosen,
        )
        for tab in TABS
    ]


def _row(card: FillingCard, names: dict[str, str], teams: dict[str, str]) -> SimpleNamespace:
    state, cls = state_text(card)
    opened = local(card.opened_at, shilu().rules().time_zone)
    return SimpleNamespace(
        id=card.case_id,
        agent=names.get(card.agent_id, card.agent_id),
        team=teams.get(card.team_id, card.team_id),
        problem=label(PROBLEMS, card.problem),
        text=_("{day} 开始", day=day_text(opened.date())),
        replied=card.replied_at is not None and card.ending is None,
        state=state,
        cls=cls,
    )
