"""Contests, role models, sharing sessions and expert clinics (S9, R-30 to R-32)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, render_template
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.contest_scores import WEIGHTS, Measure
from domain.words import Role
from domain.workshop import Diagnosis
from projections import standings, team_day
from projections.people_facts import MemberFacts
from service.access import Thing, may, need, need_about
from service.context import shilu
from service.forms import Day, Form, PageForm, an_id, by, ids, see, sent, text, whole
from service.language import N_, _
from service.pages import contest_story
from service.reading import as_of, said, views
from service.sessions import reader
from service.words import MEASURES, label

pages = Blueprint("contests", __name__)
VIEWS = ("standings", "agent_day", "callback_queue", "cases", "filling_cases", "team_day")
SHARE: Any = {"missing": N_("请填写 0 到 100 的数"), "required": True}
FORMS = ("contest", "model", "sharing", "clinic")
MOST_SPEAKERS, MOST_TEAMS = 3, 50


class ContestForm(PageForm):
    """A season: its teams, first day, goal and weights."""

    title = text(60, required=True, missing=N_("请填写名称"))
    team = ids(MOST_TEAMS, missing=N_("请选择团队"))
    starts_on = Day(required=True)
    goal = whole(1, 100, missing=N_("请填写 1 到 100 的数"), required=True)
    on_time = whole(0, 100, **SHARE)
    complete = whole(0, 100, **SHARE)
    confirmed = whole(0, 100, **SHARE)
    improved = whole(0, 100, **SHARE)


class ModelForm(PageForm):
    """Who may be shown to others, and for what."""

    agent = an_id(required=True, missing=N_("请选择伙伴"))
    what_for = text(500, required=True, missing=N_("请写下值得学的是什么"))


class AnswerForm(PageForm):
    """Yes or no."""

    consents = an_id(required=True)


class PartForm(PageForm):
    """Whether one is ranked."""

    takes_part = an_id(required=True)


class SharingForm(PageForm):
    """Who told what, and when."""

    held_on = Day(required=True)
    topic = text(500, required=True, missing=N_("请写下讲了什么"))
    speaker_1 = an_id(required=True, missing=N_("请选择伙伴"))
    speaker_2 = an_id()
    speaker_3 = an_id()


class ClinicForm(PageForm):
    """Whom an expert looked at, what was found, and what to do."""

    agent = an_id(required=True, missing=N_("请选择伙伴"))
    expert = an_id(required=True, missing=N_("请选择专家"))
    held_on = Day(required=True)
    diagnosis = text(2000, required=True, missing=N_("请写下诊断"))
    plan = text(2000, required=True, missing=N_("请写下方案"))


@pages.get("/contests")
def listing() -> Response:
    """Show the seasons, role models, sessions and clinics that the reader may see."""
    need(reader(), Thing.READ_CONTEST)
    return _page(Form())


@pages.post("/contests/new")
def open_contest() -> Response:
    """Open a season."""
    need(reader(), Thing.LEAD_CONTEST)
    form = sent(ContestForm(), name="contest")
    if form.good:
        data = form.data
        for team_id in data["team"]:
            need_about(reader(), Thing.LEAD_CONTEST, team_id=_known_team(team_id))
        weights = {measure: data[str(measure)] for measure in Measure}
        if sum(weights.values()) != 100:
            form.fail("on_time", _("四个比重加起来要等于 100"))
    if form.good:
        with form.refusals(title="title", AlreadyExists="starts_on"):
            receipt = shilu().record.contests.open(
                data["title"],
                list(dict.fromkeys(data["team"])),
                data["starts_on"],
                data["goal"],
                weights,
                by=by(form),
            )
            return see("/contests", receipt, "saved")
    return _page(form)


@pages.post("/contests/<contest_id>/part")
def take_part(contest_id: str) -> Response:
    """Stay out of a season's table, or come back into it."""
    need(reader(), Thing.ANSWER_CONTEST)
    form = sent(PartForm(), name="part")
    if form.good:
        with form.refusals():
            receipt = shilu().record.contests.take_part(
                contest_id,
                reader().person_id,
                reader().team_id,
                takes_part=form.data["takes_part"] == "yes",
                by=by(form),
            )
            return see("/contests", receipt, "saved")
    if form.status == 404:
        raise NotFound
    return _page(form)


@pages.post("/contests/role-models")
def name_model() -> Response:
    """Ask an agent whether they may be shown as a role model."""
    need(reader(), Thing.LEAD_CONTEST)
    form = sent(ModelForm(), name="model")
    if form.good:
        _need_agent(form.data["agent"])
        with form.refusals(what_for="what_for", AlreadyExists="agent"):
            receipt = shilu().record.role_models.name(
                form.data["agent"], shilu().today(), form.data["what_for"], by=by(form)
            )
            return see("/contests", receipt, "model_asked")
    return _page(form)


@pages.post("/contests/role-models/<model_id>/answer")
def answer(model_id: str) -> Response:
    """Agree to be shown, or not."""
    _need_own_model(model_id)
    form = sent(AnswerForm(), name="answer")
    if form.good:
        with form.refusals():
            receipt = shilu().record.role_models.answer(
                model_id, consents=form.data["consents"] == "yes", by=by(form)
            )
            return see("/contests", receipt, "saved")
    return _page(form)


@pages.post("/contests/role-models/<model_id>/withdraw")
def withdraw(model_id: str) -> Response:
    """Take the consent back."""
    _need_own_model(model_id)
    form = sent(PageForm(), name="withdraw")
    if form.good:
        with form.refusals():
            receipt = shilu().record.role_models.withdraw(model_id, by=by(form))
            return see("/contests", receipt, "saved")
    return _page(form)


@pages.post("/contests/sharing")
def share() -> Response:
    """Put a sharing session on record."""
    need(reader(), Thing.LEAD_CONTEST)
    form = sent(SharingForm(), name="sharing")
    if form.good:
        names = (f"speaker_{n + 1}" for n in range(MOST_SPEAKERS))
        speakers = [form.data[name] for name in names if form.data[name]]
        for speaker in speakers:
            team_id = _need_agent(speaker)
        with form.refusals(speakers="speaker_1", topic="topic"):
            receipt = shilu().record.workshops.share(
                team_id, form.data["held_on"], speakers, form.data["topic"], by=by(form)
            )
            return see("/contests", receipt, "saved")
    return _page(form)


@pages.post("/contests/clinics")
def clinic() -> Response:
    """Put an expert clinic on record."""
    need(reader(), Thing.LEAD_CONTEST)
    form = sent(ClinicForm(), name="clinic")
    if form.good:
        data = form.data
        _need_agent(data["agent"])
        found = Diagnosis(
            data["agent"], data["expert"], data["held_on"], data["diagnosis"], data["plan"]
        )
        with form.refusals(expert_id="expert", diagnosis="diagnosis", plan="plan"):
            receipt = shilu().record.workshops.clinic(found, by=by(form))
            return see("/contests", receipt, "saved")
    return _page(form)


def _need_agent(agent_id: str) -> str:
    """Return the team of an agent whom the reader leads. Raises NotFound."""
    member = shilu().record.organisation.member(agent_id)
    team_id = (member.team_on(shilu().today()) or member.team_id) if member else None
    need_about(reader(), Thing.LEAD_CONTEST, agent_id=agent_id, team_id=team_id)
    if member is None or member.role is not Role.AGENT or team_id is None:
        raise NotFound
    return team_id


def _need_own_model(model_id: str) -> None:
    need(reader(), Thing.ANSWER_CONTEST)
    model = shilu().record.role_models.find(model_id)
    if model is None or model.agent_id != reader().person_id:
        raise NotFound


def _known_team(team_id: str) -> str:
    if shilu().record.organisation.team(team_id) is None:
        raise NotFound
    return team_id


def _page(form: Form) -> Response:
    agent = may(reader(), Thing.ANSWER_CONTEST)
    with views(*VIEWS) as connection:
        teams = contest_story.my_teams(connection)
        people = team_day.people(connection, shilu().today())
        names = {team.team_id: team.name for team in team_day.teams(connection)}
        sharing, clinics = contest_story.workshops(connection, teams, people)
        shown = [
            contest_story.shown(connection, one, people)
            for one in standings.contests(connection, teams)
        ]
        models = contest_story.models(connection, teams, people)
        asked = contest_story.my_namings(connection) if agent else []
    leads = may(reader(), Thing.LEAD_CONTEST)
    page = render_template(
        "my_contests.html" if agent else "contests.html",
        form=form,
        **{f"{name}_form": form if form.name == name else Form(name=name) for name in FORMS},
        contests=shown,
        models=models,
        asked=asked,
        sharing=sharing,
        clinics=clinics,
        leads=leads,
        **(_choices(people, teams, names) if leads else {}),
        today=shilu().today(),
        said=said(),
        as_of=as_of("standings"),
    )
    return make_response(page, form.status)


def _choices(
    people: Mapping[str, MemberFacts], teams: list[str], names: Mapping[str, str]
) -> dict[str, Any]:
    agents = [p for p in people.values() if p.role == Role.AGENT and p.team_id in teams]
    experts = [p for p in people.values() if p.role in (Role.AGENT, Role.SUPERVISOR) and p.team_id]
    return {
        "agents": sorted((p.person_id, p.name) for p in agents),
        "experts": sorted((p.person_id, p.name) for p in experts),
        "teams": [(team, names[team]) for team in teams],
        "weights": [(str(m), label(MEASURES, str(m)), WEIGHTS[m]) for m in Measure],
    }
