"""Cases (S7): evidence and counter-evidence in words, and a human's decision with its reason.

The supervisor decides; an appeal goes to somebody above and other than who decided (PIPL 24).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.verification_case import VerificationCase
from domain.words import AppealVerdict, Leaning, Verdict
from projections import cases as case_views
from projections import team_day
from projections.cases import CaseCard
from service.access import Thing, may, need, need_about
from service.case_sight import sees_score
from service.context import shilu
from service.forms import Form, PageForm, by, one_of, see, sent, text, whole
from service.language import N_, _, local
from service.pages.case_story import (
    STATES,
    agents_word,
    estimate,
    for_and_against,
    state_text,
    story,
    timeline,
)
from service.reading import as_of, said, views
from service.sessions import reader
from service.words import APPEAL_VERDICTS, LEANINGS, VERDICTS, options

pages = Blueprint("cases", __name__)
TABS = ("waiting", "appeals", "all")


class DecideForm(PageForm):
    """A decision, as a human and with a reason; none is chosen beforehand."""

    version = whole(0, 10**9, missing=N_("请刷新页面再试"))
    verdict = one_of(Verdict, required=True, missing=N_("请选择你的决定"))
    reason = text(4000, required=True, missing=N_("请写明理由"))


class OpinionForm(PageForm):
    """What one thinks before the score is shown; nothing is chosen beforehand."""

    leaning = one_of(Leaning, required=True, missing=N_("请选择你的看法"))
    text = text(4000, required=True, missing=N_("请写一句为什么"))


class HearForm(PageForm):
    """What the agent said in a talk."""

    text = text(4000, required=True, missing=N_("请写下本人的话"))


class AppealDecisionForm(PageForm):
    """The answer to an appeal."""

    verdict = one_of(AppealVerdict, required=True, missing=N_("请选择你的决定"))
    reason = text(4000, required=True, missing=N_("请写明理由"))


@pages.get("/cases")
def listing() -> str:
    """List the cases that the reader may see, by what they wait for."""
    need(reader(), Thing.READ_CASE)
    if may(reader(), Thing.ANSWER_CASE):
        raise NotFound  # agents find their own on their own page
    default = "appeals" if may(reader(), Thing.DECIDE_APPEAL) else "waiting"
    chosen = request.args.get("state", default)
    chosen = chosen if chosen in TABS else default
    with views("cases", "team_day") as connection:
        found = _visible(connection)
        people = team_day.people(connection, shilu().today())
        teams = {t.team_id: t.name for t in team_day.teams(connection)}
    shown = [c for c in found if _belongs(c, chosen)]
    return render_template(
        "cases.html",
        tabs=_tabs(found, chosen),
        cases=[_row(c, {k: p.name for k, p in people.items()}, teams) for c in shown],
        said=said(),
        as_of=as_of("cases"),
    )


@pages.get("/cases/<agent_id>/<int:case_no>")
def case(agent_id: str, case_no: int) -> Response:
    """Show one case."""
    _need_case(Thing.READ_CASE, agent_id, case_no)
    return _page(agent_id, case_no, Form())


@pages.post("/cases/<agent_id>/<int:case_no>/decide")
def decide(agent_id: str, case_no: int) -> Response:
    """Decide a case."""
    _need_case(Thing.DECIDE_CASE, agent_id, case_no)
    form = sent(DecideForm())
    if form.good:
        with form.refusals(reason="reason"):
            receipt = shilu().record.verification_cases.decide(
                agent_id,
                case_no,
                form.data["verdict"],
                form.data["reason"],
                by=by(form),
                expected=form.data["version"],
            )
            return see(f"/cases/{agent_id}/{case_no}", receipt, "decided")
    return _page(agent_id, case_no, form)


@pages.post("/cases/<agent_id>/<int:case_no>/opinion")
def give_opinion(agent_id: str, case_no: int) -> Response:
    """Note what one thinks; then the score is shown."""
    _need_case(Thing.DECIDE_CASE, agent_id, case_no)
    form = sent(OpinionForm(), "own")
    if form.good:
        with form.refusals(text="text"):
            receipt = shilu().record.verification_cases.give_opinion(
                agent_id, case_no, form.data["leaning"], form.data["text"], by=by(form)
            )
            return see(f"/cases/{agent_id}/{case_no}", receipt, "opinion")
    return _page(agent_id, case_no, Form(), own=form)


@pages.post("/cases/<agent_id>/<int:case_no>/hear")
def hear(agent_id: str, case_no: int) -> Response:
    """Write down what the agent said in a talk."""
    _need_case(Thing.DECIDE_CASE, agent_id, case_no)
    form = sent(HearForm(), "talk")
    if form.good:
        with form.refusals(text="text"):
            receipt = shilu().record.verification_cases.hear(
                agent_id, case_no, form.data["text"], by=by(form)
            )
            return see(f"/cases/{agent_id}/{case_no}", receipt, "heard")
    return _page(agent_id, case_no, Form(), talk=form)


@pages.post("/cases/<agent_id>/<int:case_no>/decide-appeal")
def decide_appeal(agent_id: str, case_no: int) -> Response:
    """Answer an appeal."""
    _need_case(Thing.DECIDE_APPEAL, agent_id, case_no)
    form = sent(AppealDecisionForm())
    if form.good:
        with form.refusals(reason="reason"):
            receipt = shilu().record.verification_cases.decide_appeal(
                agent_id, case_no, form.data["verdict"], form.data["reason"], by=by(form)
            )
            return see(f"/cases/{agent_id}/{case_no}", receipt, "appeal_decided")
    return _page(agent_id, case_no, form)


def _visible(connection: Connection) -> list[CaseCard]:
    return [
        card
        for team in team_day.teams(connection)
        if may(reader(), Thing.READ_CASE, team_id=team.team_id)
        for card in case_views.in_team(connection, team.team_id)
    ]


def _need_case(thing: Thing, agent_id: str, case_no: int) -> None:
    need(reader(), thing)
    if may(reader(), Thing.ANSWER_CASE):
        raise NotFound
    file = shilu().record.verification_cases.find(agent_id)
    if file is None or not 1 <= case_no <= file.case_no:
        raise NotFound
    need_about(reader(), thing, agent_id=agent_id, team_id=file.team_id)


def _belongs(card: CaseCard, tab: str) -> bool:
    if tab == "waiting":
        return card.state in case_views.WAITING
    return tab == "all" or card.state == "appealed"


def _tabs(found: list[CaseCard], chosen: str) -> list[SimpleNamespace]:
    texts = {"waiting": _("待决定"), "appeals": _("申诉"), "all": _("全部")}
    return [
        SimpleNamespace(
            href=f"/cases?state={tab}",
            text=f"{text} {sum(_belongs(c, tab) for c in found)}",
            current=tab == chosen,
        )
        for tab, text in texts.items()
    ]


def _row(card: CaseCard, people: dict[str, str], teams: dict[str, str]) -> SimpleNamespace:
    opened = local(card.opened_at, shilu().rules().time_zone).strftime("%m-%d %H:%M")
    return SimpleNamespace(
        agent_id=card.agent_id,
        no=card.case_no,
        agent=people.get(card.agent_id, card.agent_id),
        team=teams.get(card.team_id, card.team_id),
        text=_("第 {no} 号 · {when} 立案", no=card.case_no, when=opened),
        state=state_text(card),
        cls=STATES[card.state],
    )


def _page(
    agent_id: str, case_no: int, form: Form, own: Form | None = None, talk: Form | None = None
) -> Response:
    file = shilu().record.verification_cases.find(agent_id)
    if file is None:
        raise NotFound
    own, talk = own or Form(name="own"), talk or Form(name="talk")
    score = sees_score(reader(), file, case_no)
    with views("cases", "callback_queue", "customers") as connection:
        card = case_views.one(connection, agent_id, case_no)
        items = case_views.items(connection, agent_id, case_no)
        told = timeline(connection, agent_id, story(agent_id, case_no, opinions=score))
    if card is None:
        raise NotFound
    newest = file.case_no == case_no
    who: dict[str, Any] = {"agent_id": agent_id, "team_id": card.team_id}
    page = render_template(
        "case.html",
        form=form,
        said=said(),
        version=file.version,
        case=_shown(card, items, told, score=score),
        own=own,
        talk=talk,
        leanings=options(LEANINGS),
        may_give_opinion=not score and may(reader(), Thing.DECIDE_CASE, **who),
        verdicts=options(VERDICTS),
        appeal_verdicts=options(APPEAL_VERDICTS),
        may_decide=newest and file.has_open_case and may(reader(), Thing.DECIDE_CASE, **who),
        may_ladder=newest and _leads_to_ladder(file) and may(reader(), Thing.LEAD_FILLING, **who),
        may_decide_appeal=newest
        and file.appealed
        and file.appeal_verdict is None
        and file.decided_by != reader().person_id
        and may(reader(), Thing.DECIDE_APPEAL, **who),
    )
    return make_response(page, max(form.status, own.status, talk.status))


def _leads_to_ladder(file: VerificationCase) -> bool:
    """Tell whether the decision stands and asks for help with filling (R-33)."""
    decided = file.verdict in (Verdict.UNABLE, Verdict.UNWILLING)
    return decided and file.appeal_verdict is not AppealVerdict.OVERTURNED


def _shown(
    card: CaseCard, items: Any, told: list[SimpleNamespace], *, score: bool
) -> SimpleNamespace:
    member = shilu().record.organisation.member(card.agent_id)
    team = shilu().record.organisation.team(card.team_id)
    opened = local(card.opened_at, shilu().rules().time_zone).strftime("%m-%d %H:%M")
    adds, takes = for_and_against(items, score=score)
    return SimpleNamespace(
        agent_id=card.agent_id,
        agent=member.name if member else card.agent_id,
        no=card.case_no,
        facts=f"{team.name if team else card.team_id} · " + _("{when} 立案", when=opened),
        state=state_text(card),
        cls=STATES[card.state],
        estimate=estimate(card, items) if score else None,
        items=adds,
        counter_items=takes,
        word=agents_word(card.agent_id, card.case_no),
        explained=card.explained_at is not None,
        recovered=card.recovered_at is not None,
        timeline=told,
    )
