"""The agent's side of coaching (A6): ask for help, read what was agreed, add own words (R-61, R-71, R-74)."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.coaching import Proposal, coaching_id_of
from domain.coaching_words import Moment, Origin
from projections import coaching_board, tracking_calls
from projections.coaching_board import Card
from service.access import Thing, need
from service.coaching_words import MOMENTS
from service.context import shilu
from service.forms import Form, PageForm, by, command_id, see, sent, text
from service.language import N_, _, day_text
from service.pages.coaching_story import effect_rows, story
from service.pages.tracking import family_notes, last_goal
from service.reading import said, views
from service.sessions import reader
from service.words import label

pages = Blueprint("my_coaching", __name__)
SHOWN = 10
STATES = {
    "open": ("info", N_("等主管回应")),
    "held": ("", N_("谈过了，还没评估")),
    "closed": ("ok", N_("已完成")),
}


class WishForm(PageForm):
    """What help is wanted with."""

    wish = text(2000, required=True, missing=N_("请写一句想要什么帮助"))


class WordsForm(PageForm):
    """The agent's own words about a session."""

    words = text(2000, required=True, missing=N_("请写下你想说的"))


class ForgetForm(PageForm):
    """Nothing but the wish that it be forgotten."""


@pages.get("/mine/coaching")
def mine() -> Response:
    """Show my coachings, what was agreed on the phone, and what is noted about my family."""
    need(reader(), Thing.MY_COACHING)
    return _page(Form())


@pages.post("/mine/coaching")
def ask() -> Response:
    """Ask for help; the supervisor sees it first on the list."""
    need(reader(), Thing.MY_COACHING)
    form = sent(WishForm(), name="ask")
    if form.good:
        me, day = reader().person_id, shilu().today()
        member = shilu().record.organisation.member(me)
        team_id = (member.team_on(day) or member.team_id if member else None) or ""
        team = shilu().record.organisation.team(team_id)
        proposal = Proposal(
            coaching_id_of(str(command_id(form))),
            me,
            team_id,
            team.supervisor_id if team else None,
            Moment.ASKED,
            Origin.AGENT,
            day,
            {},
            form.data["wish"],
        )
        with form.refusals(wish="wish"):
            receipt = shilu().record.coachings.propose(proposal, by=by(form))
            return see("/mine/coaching", receipt, "help_asked")
    return _page(form)


@pages.post("/mine/coaching/<coaching_id>/words")
def words(coaching_id: str) -> Response:
    """Add words of my own to a session."""
    need(reader(), Thing.MY_COACHING)
    coaching = shilu().record.coachings.find(coaching_id)
    if coaching is None or coaching.agent_id != reader().person_id:
        raise NotFound
    form = sent(WordsForm(), name=f"w-{coaching_id}")
    if form.good:
        with form.refusals(words="words"):
            receipt = shilu().record.coachings.comment(coaching_id, form.data["words"], by=by(form))
            return see("/mine/coaching", receipt, "words_added")
    return _page(form)


@pages.post("/mine/family/forget")
def forget() -> Response:
    """Have what is noted about my family erased for good."""
    need(reader(), Thing.MY_COACHING)
    form = sent(ForgetForm())
    if form.good:
        with form.refusals():
            receipt = shilu().record.family_notes.forget(reader().person_id, by=by(form))
            return see("/mine/coaching", receipt, "family_forgotten")
    return _page(form)


def _page(form: Form) -> Response:
    me = reader().person_id
    with views("coaching_board", "tracking_calls") as connection:
        cards = [c for c in coaching_board.of_agent(connection, me, SHOWN) if _is_mine_to_see(c)]
        effects = {c.coaching_id: coaching_board.effects(connection, c.coaching_id) for c in cards}
        calls = tracking_calls.of_agent(connection, me, 3)
    goals = [last_goal(call.call_id) for call in calls]
    page = render_template(
        "my_coaching.html",
        form=form,
        blank=Form(),
        said=said(),
        sessions=[_session(card, effect_rows(effects[card.coaching_id])) for card in cards],
        goals=[goal for goal in goals if goal is not None],
        family=family_notes(me),
    )
    return make_response(page, form.status)


def _is_mine_to_see(card: Card) -> bool:
    """A suggestion that nobody has taken up yet is the supervisor's thought, not a fact."""
    return card.origin == Origin.AGENT or card.state in ("held", "closed")


def _session(card: Card, effects: list[SimpleNamespace]) -> SimpleNamespace:
    cls, state = STATES.get(card.state, ("", N_("已完成")))
    return SimpleNamespace(
        id=card.coaching_id,
        name=f"w-{card.coaching_id}",
        form=Form(name=f"w-{card.coaching_id}"),
        moment=label(MOMENTS, card.moment),
        day=day_text(card.held_on or card.on_day),
        cls=cls,
        state=_(state),
        held=card.state in ("held", "closed"),
        story=story(card.coaching_id),
        effects=effects,
    )
