"""One filling problem on its ladder (S7): steps in order, gates, praise, the end (R-30 to R-34)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, make_response, render_template
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.filling_case import FillingCase, FillingCases
from domain.filling_ladder import PRAISED, STEPS, TALKED_TO, Ending, Problem, Will, enough_talks
from domain.words import By, Receipt
from projections import agent_day, filling_cases
from projections.filling_cases import FillingCard
from service.access import Thing, may, need, need_about
from service.context import shilu
from service.forms import Day, Form, PageForm, Tick, by, one_of, see, sent, text, whole
from service.language import N_, _
from service.pages.filling_story import ladder, story
from service.reading import said, views
from service.sessions import reader
from service.words import ENDINGS, PROBLEMS, WILLS, label, options

pages = Blueprint("filling_case", __name__)
VERSION: Any = {"missing": N_("请刷新页面再试")}
STEADY = 5  # working days in a row after which praise is due
STEP: Any = {"required": True, "missing": N_("请刷新页面再试")}


class WillForm(PageForm):
    """不愿还是不会; none is chosen beforehand."""

    will = one_of(Will, required=True, missing=N_("请选择：不愿，还是不会"))
    reason = text(2000, required=True, missing=N_("请写明根据"))


class StepForm(PageForm):
    """A step that was taken."""

    version = whole(0, 10**9, **VERSION)
    step = whole(STEPS[0], STEPS[-1], **STEP)
    held_on = Day(required=True)
    note = text(2000, required=True, missing=N_("请写下做了什么，伙伴怎么说"))


class SkipForm(PageForm):
    """A step that is left out."""

    step = whole(STEPS[0], STEPS[-1], **STEP)
    reason = text(2000, required=True, missing=N_("请写明为什么跳过"))


class ReasonForm(PageForm):
    """Why."""

    reason = text(2000, required=True, missing=N_("请写明理由"))


class SignForm(ReasonForm):
    """The answer of a second person; ``signed`` is the tick."""

    signed = Tick()


class HeldForm(PageForm):
    """When it was."""

    held_on = Day(required=True)


class PraiseForm(PageForm):
    """What exactly got better."""

    text = text(2000, required=True, missing=N_("请写下具体改好了什么"))


class CloseForm(ReasonForm):
    """The end of the case."""

    version = whole(0, 10**9, **VERSION)
    ending = one_of(Ending, required=True, missing=N_("请选择结果"))


@pages.get("/filling/<case_id>")
def one(case_id: str) -> Response:
    """Show a case."""
    return _page(_need(Thing.READ_FILLING, case_id), Form())


@pages.post("/filling/<case_id>/will")
def will(case_id: str) -> Response:
    """Say whether the agent won't or can't."""
    return _do(
        case_id,
        WillForm(),
        "will",
        lambda d, who: _commands().determine_will(case_id, d["will"], d["reason"], by=who),
    )


@pages.post("/filling/<case_id>/step")
def step(case_id: str) -> Response:
    """Put on record that a step was taken."""
    return _do(
        case_id,
        StepForm(),
        "step",
        lambda d, who: _commands().take_step(
            case_id, d["step"], d["held_on"], d["note"], by=who, expected=d["version"]
        ),
    )


@pages.post("/filling/<case_id>/skip")
def skip(case_id: str) -> Response:
    """Leave a step out."""
    return _do(
        case_id,
        SkipForm(),
        "skip",
        lambda d, who: _commands().skip_step(case_id, d["step"], d["reason"], by=who),
    )


@pages.post("/filling/<case_id>/criticism")
def criticism(case_id: str) -> Response:
    """Ask for the signature under a criticism before the team."""
    return _do(
        case_id,
        ReasonForm(),
        "criticism",
        lambda d, who: _commands().ask_criticism(case_id, d["reason"], by=who),
        done="filling_asked",
    )


@pages.post("/filling/<case_id>/sign")
def sign(case_id: str) -> Response:
    """Sign a criticism as a second person, or don't."""
    return _do(
        case_id,
        SignForm(),
        "sign",
        lambda d, who: _commands().answer_criticism(
            case_id, d["reason"], signed=d["signed"], by=who
        ),
        thing=Thing.SIGN_CRITICISM,
        done="filling_signed",
    )


@pages.post("/filling/<case_id>/held")
def held(case_id: str) -> Response:
    """Put on record that the criticism was held."""
    return _do(
        case_id,
        HeldForm(),
        "held",
        lambda d, who: _commands().hold_criticism(case_id, d["held_on"], by=who),
    )


@pages.post("/filling/<case_id>/praise")
def praise(case_id: str) -> Response:
    """Praise who corrected themselves."""
    return _do(
        case_id,
        PraiseForm(),
        "praise",
        lambda d, who: _commands().praise(case_id, d["text"], by=who),
        done="filling_praised",
    )


@pages.post("/filling/<case_id>/close")
def close(case_id: str) -> Response:
    """End the case."""
    return _do(
        case_id,
        CloseForm(),
        "close",
        lambda d, who: _commands().close(
            case_id, d["ending"], d["reason"], by=who, expected=d["version"]
        ),
        done="filling_closed",
    )


def _commands() -> FillingCases:
    return shilu().record.filling_cases


def _need(thing: Thing, case_id: str) -> FillingCase:
    need(reader(), thing)
    case = _commands().find(case_id)
    if case is None or may(reader(), Thing.ANSWER_FILLING):
        raise NotFound
    need_about(reader(), thing, agent_id=case.agent_id, team_id=case.team_id)
    return case


def _do(
    case_id: str,
    schema: PageForm,
    name: str,
    command: Callable[[dict[str, Any], By], Receipt],
    *,
    thing: Thing = Thing.LEAD_FILLING,
    done: str = "filling_step",
) -> Response:
    case = _need(thing, case_id)
    form = sent(schema, name=name)
    if form.good:
        with form.refusals(held_on="held_on", reason="reason", note="note", text="text"):
            return see(f"/filling/{case_id}", command(form.data, by(form)), done)
    return _page(case, form)


def _page(case: FillingCase, form: Form) -> Response:
    with views("filling_cases") as connection:
        case = _commands().find(case.case_id) or case
        card = next(
            (
                c
                for c in filling_cases.of_agent(connection, case.agent_id)
                if c.case_id == case.case_id
            ),
            None,
        )
    forms = ("will", "step", "skip", "criticism", "sign", "held", "praise", "close")
    page = render_template(
        "filling_case.html",
        form=form,
        **{f"{name}_form": form if form.name == name else Form(name=name) for name in forms},
        case=_shown(case),
        may=_allowed(case),
        story=story(case.case_id),
        steady=_steady_days(case, card),
        wills=options(WILLS),
        endings=options(ENDINGS),
        today=shilu().today(),
        said=said(),
    )
    return make_response(page, form.status)


def _steady_days(case: FillingCase, card: FillingCard | None) -> int:
    """Return on how many working days in a row the agent handed the log in since the case began.

    0 below five, or once the praise was given: then there is nothing to be reminded of.
    """
    if case.praised or case.ending is not None or card is None:
        return 0
    rules, member = shilu().rules(), shilu().record.organisation.member(case.agent_id)
    began, day, steady = rules.day_of(card.opened_at), shilu().today(), 0
    with shilu().views.connect() as connection:
        handed_in = agent_day.submitted_days(connection, case.agent_id, began)
    while (day := day - timedelta(days=1)) > began:
        if not rules.is_working_day(day) or (member and member.on_leave(day)):
            continue
        if day not in handed_in:
            break
        steady += 1
    return steady if steady >= STEADY else 0


def _allowed(case: FillingCase) -> SimpleNamespace:
    """Return which forms this reader is shown; the domain decides again when one comes in."""
    who: dict[str, Any] = {"agent_id": case.agent_id, "team_id": case.team_id}
    leads = may(reader(), Thing.LEAD_FILLING, **who) and case.ending is None
    false = case.problem is Problem.FABRICATED
    clear = not false or case.will is not None
    step = case.next_step
    ladder_step = step if clear and not (false and step == PRAISED) else None
    talks_again = false and case.will is Will.UNWILLING and TALKED_TO in case.passed
    return SimpleNamespace(
        will=leads and false,
        step=ladder_step if leads else None,
        talk=leads and talks_again,
        criticism=leads
        and false
        and case.will is Will.UNWILLING
        and enough_talks(case.talks)
        and not case.waits_for_signature
        and not (case.signed and not case.criticised),
        sign=case.waits_for_signature
        and case.asked_by != reader().person_id
        and may(reader(), Thing.SIGN_CRITICISM, **who),
        held=leads and bool(case.signed) and not case.criticised,
        praise=leads and clear and (not false or step in (None, PRAISED)),
        close=leads,
    )


def _shown(case: FillingCase) -> SimpleNamespace:
    member = shilu().record.organisation.member(case.agent_id)
    team = shilu().record.organisation.team(case.team_id)
    standing = _commands().standing(case.agent_id) if case.problem is Problem.FABRICATED else None
    return SimpleNamespace(
        id=case.case_id,
        agent_id=case.agent_id,
        agent=member.name if member else case.agent_id,
        team=team.name if team else case.team_id,
        problem=label(PROBLEMS, case.problem),
        fabricated=case.problem is Problem.FABRICATED,
        will=label(WILLS, case.will),
        ladder=ladder(case),
        talks=len(case.talks),
        signed=case.signed,
        criticised=case.criticised,
        waits=case.waits_for_signature,
        praised=case.praised,
        ended=label(ENDINGS, case.ending),
        version=case.version,
        case_no=standing.case_no if standing else None,
        appeal_open=standing is not None and standing.appeal_open,
        overturned=standing is not None and standing.overturned,
        state=_("已结束") if case.ending else _("进行中"),
    )
