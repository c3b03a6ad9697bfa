"""What the weekly look at the logs suggests (R-30 to R-34): taken up or put aside by a human."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.filling_ladder import Problem
from domain.filling_suggestion import FillingSuggestion
from projections import filling_cases, team_day
from projections.filling_cases import SuggestionCard
from service.access import Thing, may, need, need_about
from service.context import shilu
from service.forms import Form, PageForm, by, see, sent, text
from service.language import N_, _, day_text
from service.reading import as_of, said, views
from service.sessions import reader
from service.words import PROBLEMS, label

pages = Blueprint("filling_suggestions", __name__)

SENTENCES = {
    Problem.TOO_MUCH_TROUBLE: N_("最近 {of} 个工作日只写了 {filled} 天，之前也很少写。"),
    Problem.FADED: N_(
        "最近 {of} 个工作日只写了 {filled} 天；再往前 {before_of} 天里写了 {before} 天。"
    ),
    Problem.DOUBTING: N_(
        "最近 {notes} 条备注平均 {length} 个字，以前 {before} 个；其中 {copied} 条一模一样，结果没有变好。"
    ),
    Problem.FABRICATED: N_("第 {case_no} 号案件已有决定，还没有开始辅导。"),
    Problem.FEARS_POACHING: N_("四周里新客户 {names} 位，{incomplete} 位没有写全名。"),
}


class DismissForm(PageForm):
    """Why it is no problem."""

    reason = text(500, required=True, missing=N_("请写明为什么不是问题"))


@pages.get("/filling/suggestions")
def listing() -> Response:
    """List what waits for a human's look."""
    need(reader(), Thing.LEAD_FILLING)
    return _page(Form())


@pages.post("/filling/suggestions/<suggestion_id>/dismiss")
def dismiss(suggestion_id: str) -> Response:
    """Put a suggestion aside."""
    found = _need(suggestion_id)
    form = sent(DismissForm(), name=suggestion_id)
    if form.good:
        with form.refusals(reason="reason"):
            receipt = shilu().record.filling_suggestions.dismiss(
                found.suggestion_id, form.data["reason"], by=by(form)
            )
            return see("/filling/suggestions", receipt, "saved")
    return _page(form)


def led_teams(connection: Connection) -> list[str]:
    """Return the teams whose suggestions the reader answers."""
    return [
        team.team_id
        for team in team_day.teams(connection)
        if may(reader(), Thing.LEAD_FILLING, team_id=team.team_id)
    ]


def sentence_of(card: SuggestionCard) -> str:
    """Return what was seen, in figures."""
    return _(SENTENCES[Problem(card.problem)], **card.facts)


def _need(suggestion_id: str) -> FillingSuggestion:
    need(reader(), Thing.LEAD_FILLING)
    found = shilu().record.filling_suggestions.find(suggestion_id)
    if found is None:
        raise NotFound
    need_about(reader(), Thing.LEAD_FILLING, agent_id=found.agent_id, team_id=found.team_id)
    return found


def _page(form: Form) -> Response:
    with views("filling_cases", "team_day") as connection:
        found = filling_cases.suggested_in(connection, led_teams(connection))
        people = team_day.people(connection, shilu().today())
    page = render_template(
        "filling_suggestions.html",
        form=form,
        suggestions=[
            SimpleNamespace(
                id=card.suggestion_id,
                form=form if form.name == card.suggestion_id else Form(name=card.suggestion_id),
                agent_id=card.agent_id,
                agent=people[card.agent_id].name if card.agent_id in people else card.agent_id,
                problem=label(PROBLEMS, card.problem),
                key=card.problem,
                text=sentence_of(card),
                when=day_text(card.day),
            )
            for card in found
        ],
        said=said(),
        as_of=as_of("filling_cases"),
    )
    return make_response(page, form.status)
