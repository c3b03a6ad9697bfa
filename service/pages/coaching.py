"""One-on-one coaching (S6): the moment, the gate, the card, the session, what became of it (R-70 to R-76)."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from flask import Blueprint, make_response, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.coaching import Coaching, Proposal, Session, coaching_id_of
from domain.coaching_words import Method, Moment, Origin, Skill, WrongMoment
from domain.words import Role
from projections import coaching_board, team_day
from service.access import Thing, need, need_about
from service.coaching_words import (
    ALWAYS,
    CARDS,
    CLEAR,
    METHODS,
    MOMENTS,
    NEVER,
    ORIGINS,
    SKILLS,
    WRONG,
)
from service.context import shilu
from service.forms import (
    Day,
    Form,
    PageForm,
    an_id,
    by,
    command_id,
    many_of,
    one_of,
    see,
    sent,
    text,
    whole,
)
from service.language import N_, _, day_text
from service.pages.coaching_story import card_row, effect_rows, evidence_text, story
from service.pages.duty_rings import agents_of
from service.reading import as_of, said, views
from service.sessions import reader
from service.words import label, options

pages = Blueprint("coaching", __name__)
LONGEST = 2000
SHOWN = 50
TABS = ("waiting", "done")


class NewForm(PageForm):
    """Whom to coach, and which moment it is."""

    agent = an_id(required=True)
    moment = one_of(Moment, required=True, missing=N_("请选择时机"))


class GateForm(PageForm):
    """What was ruled out; what is not ticked stands in the way (R-72)."""

    ruled_out = many_of(WrongMoment)


class DeferForm(PageForm):
    """Another day."""

    until = Day(required=True)


class HeldForm(PageForm):
    """The session (R-73, R-74)."""

    methods = many_of(Method)
    skills = many_of(Skill)
    summary = text(LONGEST, required=True, missing=N_("请写下谈了什么"))
    commitments = text(LONGEST, required=True, missing=N_("请写下约定"))


class EvaluationForm(PageForm):
    """What closes a session (R-74)."""

    final_behaviour = text(LONGEST, required=True, missing=N_("请写下伙伴最后的表现"))
    effect = whole(1, 5, missing=N_("请选择效果，1 到 5"), required=True)
    next_on = Day(required=True)


class DropForm(PageForm):
    """Why a suggestion is left aside."""

    reason = text(500, required=True, missing=N_("请写一句原因"))


@pages.get("/coaching")
def listing() -> str:
    """List the coachings of one's teams: asked for first; then what the record suggests."""
    need(reader(), Thing.COACH)
    chosen = request.args.get("state", "waiting")
    chosen = chosen if chosen in TABS else "waiting"
    with views("coaching_board") as connection:
        waits = coaching_board.waiting(connection, reader().leads)
        closed = coaching_board.closed(connection, reader().leads, SHOWN)
        people = team_day.people(connection, shilu().today())
        agents = agents_of(connection, reader().leads, shilu().today())
    names = {key: person.name for key, person in people.items()}
    shown = waits if chosen == "waiting" else closed
    return render_template(
        "coaching.html",
        said=said(),
        as_of=as_of("coaching_board"),
        chosen=chosen,
        tabs=[
            SimpleNamespace(
                href="/coaching?state=waiting",
                text=_("待辅导") + f" {len(waits)}",
                current=chosen == "waiting",
            ),
            SimpleNamespace(
                href="/coaching?state=done", text=_("已辅导"), current=chosen == "done"
            ),
        ],
        cards=[card_row(card, names) for card in shown[:SHOWN]],
        agents=[(agent.person_id, agent.name) for agent in agents],
    )


@pages.get("/coaching/new")
def new() -> Response:
    """Ask which moment it is."""
    return _new_page(_agent(request.args.get("agent", "")), Form())


@pages.post("/coaching/new")
def propose() -> Response:
    """Open a coaching of one's own choice."""
    agent = _agent(request.form.get("agent", ""))
    form = sent(NewForm())
    if form.good:
        coaching_id = coaching_id_of(str(command_id(form)))
        with form.refusals(moment="moment"):
            receipt = shilu().record.coachings.propose(
                Proposal(
                    coaching_id,
                    agent.person_id,
                    agent.team_id,
                    reader().person_id,
                    form.data["moment"],
                    Origin.SUPERVISOR,
                    shilu().today(),
                    {},
                ),
                by=by(form),
            )
            return see(f"/coaching/{coaching_id}", receipt, "coaching_open")
    return _new_page(agent, form)


@pages.get("/coaching/<coaching_id>")
def one(coaching_id: str) -> Response:
    """Show a coaching as far as it has come."""
    return _page(_of_team(coaching_id), Form())


@pages.post("/coaching/<coaching_id>/gate")
def gate(coaching_id: str) -> Response:
    """Say what was ruled out."""
    coaching = _of_team(coaching_id)
    form = sent(GateForm())
    if form.good:
        wrong = tuple(moment for moment in WrongMoment if moment not in form.data["ruled_out"])
        with form.refusals():
            receipt = shilu().record.coachings.check_gate(coaching_id, wrong, by=by(form))
            return see(f"/coaching/{coaching_id}", receipt, "" if wrong else "gate_passed")
    return _page(coaching, form, gate=form)


@pages.post("/coaching/<coaching_id>/defer")
def defer(coaching_id: str) -> Response:
    """Agree on another day."""
    coaching = _of_team(coaching_id)
    form = sent(DeferForm())
    if form.good:
        with form.refusals(until="until"):
            receipt = shilu().record.coachings.defer(coaching_id, form.data["until"], by=by(form))
            return see("/coaching", receipt, "deferred")
    return _page(coaching, form)


@pages.post("/coaching/<coaching_id>/hold")
def hold(coaching_id: str) -> Response:
    """Record the session."""
    coaching = _of_team(coaching_id)
    form = sent(HeldForm())
    if form.good and not form.data["methods"]:
        form.fail("methods", _("请选择方法"))
    if form.good:
        data = form.data
        session = Session(
            tuple(data["methods"]), data["summary"], data["commitments"], tuple(data["skills"])
        )
        with form.refusals(summary="summary", commitments="commitments"):
            receipt = shilu().record.coachings.hold(coaching_id, session, by=by(form))
            return see(f"/coaching/{coaching_id}", receipt, "coached")
    return _page(coaching, form)


@pages.post("/coaching/<coaching_id>/evaluate")
def evaluate(coaching_id: str) -> Response:
    """Close the session."""
    coaching = _of_team(coaching_id)
    form = sent(EvaluationForm())
    if form.good:
        data = form.data
        with form.refusals(final_behaviour="final_behaviour", effect="effect", next_on="next_on"):
            receipt = shilu().record.coachings.evaluate(
                coaching_id, data["final_behaviour"], data["effect"], data["next_on"], by=by(form)
            )
            return see("/coaching", receipt, "evaluated")
    return _page(coaching, form)


@pages.post("/coaching/<coaching_id>/drop")
def drop(coaching_id: str) -> Response:
    """Leave a suggestion aside."""
    coaching = _of_team(coaching_id)
    form = sent(DropForm())
    if form.good:
        with form.refusals(reason="reason"):
            receipt = shilu().record.coachings.drop(coaching_id, form.data["reason"], by=by(form))
            return see("/coaching", receipt, "dropped")
    return _page(coaching, form)


def _agent(agent_id: str) -> SimpleNamespace:
    need(reader(), Thing.COACH)
    member = shilu().record.organisation.member(agent_id)
    team_id = member.team_on(shilu().today()) or member.team_id if member else None
    need_about(reader(), Thing.COACH, agent_id=agent_id, team_id=team_id)
    if member is None or member.role is not Role.AGENT:
        raise NotFound
    return SimpleNamespace(person_id=agent_id, name=member.name, team_id=team_id or "")


def _of_team(coaching_id: str) -> Coaching:
    """Return a coaching of a team that one leads; any other does not exist."""
    need(reader(), Thing.COACH)
    coaching = shilu().record.coachings.find(coaching_id)
    if coaching is None:
        raise NotFound
    need_about(reader(), Thing.COACH, agent_id=coaching.agent_id, team_id=coaching.team_id)
    return coaching


def _new_page(agent: SimpleNamespace, form: Form) -> Response:
    page = render_template(
        "coaching_new.html",
        form=form,
        agent=agent,
        moments=options(MOMENTS),
    )
    return make_response(page, form.status)


def _stage(coaching: Coaching) -> str:
    if coaching.closed:
        return "closed"
    if coaching.held_on is not None:
        return "evaluate"
    return "hold" if coaching.gate_passed_on == shilu().today() else "gate"


def _ruled_out(coaching: Coaching) -> list[str]:
    """Return what was ticked at the gate today, so that only the rest is asked for again."""
    if coaching.gate_checked_on != shilu().today():
        return []
    return [str(moment) for moment in WrongMoment if moment not in coaching.wrong]


def _page(coaching: Coaching, form: Form, gate: Form | None = None) -> Response:
    with views("coaching_board") as connection:
        card = coaching_board.one(connection, coaching.coaching_id)
        effects = coaching_board.effects(connection, coaching.coaching_id)
    member = shilu().record.organisation.member(coaching.agent_id)
    content = CARDS[coaching.moment]
    page = render_template(
        "coaching_one.html",
        form=form,
        gate=gate or Form(),
        ruled_out=_ruled_out(coaching),
        said=said(),
        coaching_id=coaching.coaching_id,
        agent=SimpleNamespace(
            person_id=coaching.agent_id, name=member.name if member else coaching.agent_id
        ),
        stage=_stage(coaching),
        moment=label(MOMENTS, coaching.moment),
        origin=label(ORIGINS, coaching.origin),
        asked=coaching.origin is Origin.AGENT,
        on_day=day_text(coaching.on_day),
        evidence=evidence_text(card.evidence) if card else "",
        story=story(coaching.coaching_id),
        wrong=[label(WRONG, moment) for moment in coaching.wrong],
        card=SimpleNamespace(
            aim=_(content.aim), why=_(content.why), steps=[_(step) for step in content.steps]
        ),
        clear=options(CLEAR),
        methods=options(METHODS),
        skills=options(SKILLS),
        never=[_(word) for word in NEVER],
        always=[_(word) for word in ALWAYS],
        tomorrow=shilu().today() + timedelta(days=1),
        next_week=shilu().today() + timedelta(days=7),
        effects=effect_rows(effects),
    )
    return make_response(page, form.status)
