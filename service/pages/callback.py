"""One callback (S2): the ticks before it, the number on record before it is shown, the six steps
with the script beside the form, the answer without a default, the talk afterwards (R-50 to R-57).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from flask import Blueprint, make_response, render_template, request
from marshmallow import fields, validate
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from domain.call_cautions import Caution
from domain.callback import TICKS, Answer, Callback, Preparation, callback_stream
from domain.confidentiality import Revealed
from domain.daily_log import LoggedActivity
from domain.refusals import DoNotCall, QuietHours, RulebookMissing, UnknownScript
from domain.reveal_rules import GrantKind
from domain.rulebook import Script
from domain.script_lint import lint
from domain.words import AttemptResult, By, CallbackMode, CallbackOutcome, Receipt
from projections import callback_queue, customers
from projections.callback_queue import Call
from projections.customers import CustomerCard
from service.access import calls_back, may_make
from service.context import shilu
from service.forms import Form, Moment, PageForm, by, many_of, one_of, see, sent, text, whole
from service.language import N_, _, day_text, local
from service.pages.rings import kind_label, result_label
from service.pages.today import PICK, NextMoment, next_moments
from service.reading import clock, said, views
from service.refusals import TICK_WORDS, sentence
from service.sessions import reader
from service.words import (
    ATTEMPTS,
    DESIGNS,
    LAST_ACTIONS,
    MODES,
    OBJECTIONS,
    OUTCOMES,
    label,
    listed_because,
    options,
)

pages = Blueprint("callback", __name__)
SCRIPT = "default"
LAST_STEP = 6
TICK_HINTS: Mapping[str, str] = {
    "prepared": N_("看过这次拜访的记录，想好要问什么"),
    "list_confirmed": N_("客户、日期、号码都对得上"),
    "agent_briefed": N_("先告诉伙伴要打这个电话，问清客户的情况和类型"),
    "last_action_known": N_("知道伙伴离开前做的最后一件事"),
    "objections_known": N_("知道客户的拒绝，以及伙伴怎样处理"),
}
CAUTIONS: Mapping[StrEnum, str] = {
    Caution.STANDARD: N_("动作和话术标准"),
    Caution.WARM: N_("热情、自信、准确"),
    Caution.SOFT: N_("语速适中，声音柔和"),
    Caution.SMILE: N_("微笑，放松"),
    Caution.NO_TABOO: N_("不犯忌讳，按职业换话术"),
    Caution.NO_OFFENCE: N_("不冒犯宗教和民俗"),
    Caution.NO_JOKES: N_("不开玩笑，认真"),
    Caution.NO_CONFRONTATION: N_("不争辩：先理解、认同，再说自己的看法"),
    Caution.NOT_HUMBLE: N_("不必过于谦卑"),
    Caution.CONCISE: N_("简洁，少占客户时间"),
    Caution.FRIENDLY: N_("不强求，友善"),
}


class PrepareForm(PageForm):
    """The call sheet (R-50 to R-55): a tick, or the reason why it is missing."""

    ticks = fields.List(fields.String(validate=validate.OneOf(TICKS)), load_default=list)
    why_prepared = text(200)
    why_list_confirmed = text(200)
    why_agent_briefed = text(200)
    why_last_action_known = text(200)
    why_objections_known = text(200)
    customer_type = text(40)


class RevealForm(PageForm):
    """Nothing but the wish to see the number."""


class AttemptForm(PageForm):
    """What became of one dialled call."""

    attempt = one_of(AttemptResult, required=True, missing=N_("请选择拨号结果"))


class QuietForm(PageForm):
    """Why a customer is called at a quiet hour."""

    quiet_reason = text(200, required=True, missing=N_("请写明原因"))


class ScoreForm(PageForm):
    """The cautions that one kept to (R-57)."""

    kept = many_of(Caution)


class StepFields(PageForm):
    """The step that is being taken; it travels with whatever else was typed on the page."""

    step = whole(1, LAST_STEP, missing=N_("请刷新页面再试"))
    step_note = text(500)
    skip = text(32)


class SetAsideForm(PageForm):
    """Why a drawn call is not made."""

    reason = text(200, required=True, missing=N_("请写一句原因"))


class OutcomeForm(StepFields):
    """What the customer said. No answer is chosen beforehand."""

    version = whole(0, 10**9, missing=N_("请刷新页面再试"))
    outcome = one_of(CallbackOutcome, missing=N_("请选择客户的回答"))
    visit_day_confirmed = fields.String(load_default=None, validate=validate.OneOf(("yes", "no")))
    satisfaction = whole(1, 5, missing=N_("满意度是 1 到 5"))
    suggestion = text(2000)
    revisit = NextMoment(load_default=None)
    revisit_at = Moment(load_default=None)


class DebriefForm(StepFields):
    """The talk with the agent afterwards (step 6)."""

    advice = text(2000)
    skill_gap = text(100)


@pages.get("/callbacks/<callback_id>")
def callback(callback_id: str) -> Response:
    """Show the call as far as it has come."""
    return _page(_mine(callback_id), Form())


@pages.post("/callbacks/<callback_id>/prepare")
def prepare(callback_id: str) -> Response:
    """Complete the call sheet."""
    call = _mine(callback_id)
    form = sent(PrepareForm())
    if form.good:
        ticks = frozenset(form.data["ticks"])
        reasons = {t: form.data[f"why_{t}"] for t in TICKS if form.data[f"why_{t}"]}
        visit = _visit_of(callback_id)
        with form.refusals(PreparationIncomplete="ticks"):
            receipt = shilu().record.callbacks.prepare(
                callback_id,
                Preparation(
                    ticks=ticks,
                    agent_briefed_at=shilu().now() if "agent_briefed" in ticks else None,
                    customer_type=form.data["customer_type"],
                    last_action=visit.last_action if visit else None,
                    objections=visit.objections if visit else (),
                    overrides=reasons,
                ),
                by=by(form),
            )
            return see(f"/callbacks/{callback_id}", receipt, "prepared")
    return _page(call, form)


@pages.post("/callbacks/<callback_id>/reveal")
def reveal(callback_id: str) -> Response:
    """Show the number once; that it is shown is on record before it is."""
    call = _mine(callback_id)
    form = sent(RevealForm())
    if form.good:
        with form.refusals():
            shown = shilu().record.confidentiality.reveal(
                GrantKind.CALLBACK, callback_id, by=by(form)
            )
            return _page(call, Form(), contact=_contact(shown))
    return _page(call, form)


@pages.post("/callbacks/<callback_id>/attempt")
def attempt(callback_id: str) -> Response:
    """Record one dialled call."""
    call = _mine(callback_id)
    form = sent(AttemptForm())
    if form.good:
        with form.refusals():
            receipt = shilu().record.callbacks.attempt(
                callback_id, form.data["attempt"], by=by(form)
            )
            return see(f"/callbacks/{callback_id}", receipt, "attempted")
    return _page(call, form)


@pages.post("/callbacks/<callback_id>/quiet-hours")
def lift_quiet_hours(callback_id: str) -> Response:
    """Give the reason for which a customer is called at a quiet hour of today."""
    call = _mine(callback_id)
    form = sent(QuietForm())
    if form.good:
        with form.refusals(quiet_reason="quiet_reason"):
            receipt = shilu().record.callbacks.lift_quiet_hours(
                callback_id, form.data["quiet_reason"], by=by(form)
            )
            return see(f"/callbacks/{callback_id}", receipt, "quiet_lifted")
    return _page(call, form)


@pages.post("/callbacks/<callback_id>/self-score")
def self_score(callback_id: str) -> Response:
    """Say which of the eleven cautions one kept to."""
    call = _mine(callback_id)
    form = sent(ScoreForm())
    if form.good:
        with form.refusals():
            receipt = shilu().record.callbacks.self_score(
                callback_id, tuple(form.data["kept"]), by=by(form)
            )
            return see(f"/callbacks/{callback_id}", receipt, "scored")
    return _page(call, form)


@pages.post("/callbacks/<callback_id>/step")
def step(callback_id: str) -> Response:
    """Record a step and keep what else was typed on the page."""
    call = _mine(callback_id)
    form = sent(OutcomeForm() if call.outcome is None else DebriefForm())
    form.errors = {k: v for k, v in form.errors.items() if k in ("step", "step_note", "command_id")}
    form.status = 422 if form.errors else 200
    if form.good:
        with form.refusals():
            _record_step(callback_id, form, by(form))
    if not form.good:
        return _page(call, form)
    kept = {k: v for k, v in form.values.items() if k not in ("step_note", "skip", "version")}
    return _page(_mine(callback_id), Form(values=kept))


@pages.post("/callbacks/<callback_id>/outcome")
def outcome(callback_id: str) -> Response:
    """Record what the customer said, truthfully and once."""
    call = _mine(callback_id)
    form = sent(OutcomeForm())
    if form.good and form.data["outcome"] is None:
        form.fail("outcome", _("请选择客户的回答"))
    if form.good and form.data["revisit"] == PICK and form.data["revisit_at"] is None:
        form.fail("revisit_at", _("请填写再访时间"))
    if form.good:
        with form.refusals(OutcomeBeforeAnswer="outcome", at="revisit_at"):
            receipt = _record_outcome(call, form)
            return see(f"/callbacks/{callback_id}", receipt, "answered")
    return _page(call, form)


@pages.post("/callbacks/<callback_id>/debrief")
def debrief(callback_id: str) -> Response:
    """Record the talk with the agent; the advice is for the agent's eyes."""
    call = _mine(callback_id)
    form = sent(DebriefForm())
    if form.good and not form.data["advice"]:
        form.fail("advice", _("请写一句给伙伴的建议"))
    if form.good:
        calls = shilu().record.callbacks
        with form.refusals(advice="advice"):
            if call.steps and call.steps[-1] == LAST_STEP - 1:
                calls.record_step(callback_id, LAST_STEP, by=by(form, "step"))
            receipt = calls.debrief(
                callback_id, form.data["advice"], form.data["skill_gap"], by=by(form)
            )
            return see("/callbacks", receipt, "debriefed")
    return _page(call, form)


@pages.post("/callbacks/<callback_id>/set-aside")
def set_aside(callback_id: str) -> Response:
    """Leave a drawn call unmade, with a reason."""
    call = _mine(callback_id)
    form = sent(SetAsideForm(), "aside")
    if form.good:
        with form.refusals(reason="reason"):
            receipt = shilu().record.call_plans.set_aside(
                callback_id, form.data["reason"], by=by(form)
            )
            return see("/callbacks", receipt, "set_aside")
    return _page(call, Form(), aside=form)


def _mine(callback_id: str) -> Callback:
    """Return a call of one's own about one's own team; anything else does not exist."""
    if not calls_back(reader()):
        raise Forbidden
    call = shilu().record.callbacks.find(callback_id)
    if call is None or not may_make(reader(), caller_id=call.supervisor_id, team_id=call.team_id):
        raise NotFound
    return call


def _record_step(callback_id: str, form: Form, who: By) -> Receipt:
    skipped = _("这次不需要") if form.data["skip"] else None
    return shilu().record.callbacks.record_step(
        callback_id, form.data["step"] or 0, form.data["step_note"], skipped, by=who
    )


def _record_outcome(call: Callback, form: Form) -> Receipt:
    data, calls = form.data, shilu().record.callbacks
    confirmed = data["visit_day_confirmed"]
    receipt = calls.record_outcome(
        call.callback_id,
        Answer(
            outcome=data["outcome"],
            visit_day_confirmed=None if confirmed is None else confirmed == "yes",
            satisfaction=data["satisfaction"],
            suggestion=data["suggestion"],
        ),
        by=by(form),
        expected=data["version"],
    )
    at = data["revisit_at"] if data["revisit"] == PICK else data["revisit"]
    if at is not None:
        receipt = calls.agree_revisit(call.callback_id, at, by=by(form, "revisit"))
    if data["outcome"] is CallbackOutcome.INVALID_NUMBER:
        receipt = shilu().record.customers.request_correction(
            call.customer_id, call.callback_id, "invalid_number", by=by(form, "correction")
        )
    return receipt


def _visit_of(callback_id: str) -> LoggedActivity | None:
    with views("callback_queue") as connection:
        facts = callback_queue.one(connection, callback_id)
    if facts is None:
        return None
    log = shilu().record.daily_logs.find(facts.agent_id, facts.visit_day)
    return log.activities.get(facts.activity_id) if log else None


def _contact(shown: Revealed) -> SimpleNamespace:
    return SimpleNamespace(
        name=shown.name or _("客户资料已销毁"),
        phone=shown.phone or "",
        time=clock(shilu().now(), shilu().rules().time_zone),
    )


def _page(
    call: Callback,
    form: Form,
    contact: SimpleNamespace | None = None,
    aside: Form | None = None,
) -> Response:
    with views("callback_queue", "customers") as connection:
        facts = callback_queue.one(connection, call.callback_id)
        card = customers.one(connection, call.customer_id)
    visit = _visit_of(call.callback_id)
    member = shilu().record.organisation.member(call.agent_id)
    agent = member.name if member else call.agent_id
    stage, aside = _stage(call), aside or Form(name="aside")
    taken = call.steps[-1] if call.steps else 0
    script = _script(request.args.get("script", SCRIPT))
    page = render_template(
        "callback.html",
        form=form,
        aside=aside,
        said=said(),
        stage=stage,
        version=call.version,
        call=_shown(call, facts, card, visit, agent),
        contact=contact,
        still=_still_open(call) if stage == "call" else "",
        ticks=_ticks(call),
        attempts=options(ATTEMPTS),
        outcomes=options(OUTCOMES),
        revisits=next_moments(),
        next_step=min(taken + 1, LAST_STEP),
        steps=_steps(script, taken, agent, stage),
        all_open=False,
        script_title=_("话术 · 第 {n} 步", n=taken + 1) if taken < LAST_STEP else _("话术"),
        script_version=_("第 {n} 版", n=script.version) if script else "",
        cautions=options(CAUTIONS),
        scored=call.scored,
        stopped=_stopped(call),
        scripts=_variants(script),
    )
    return make_response(page, max(form.status, aside.status))


def _still_open(call: Callback) -> str:
    now, zone = shilu().now(), shilu().rules().time_zone
    still = shilu().record.confidentiality.still_open(GrantKind.CALLBACK, call.callback_id, now)
    if still.until is None or still.until <= now or still.views_left <= 0:
        return ""
    day = local(now, zone).date()
    until = clock(still.until, zone, with_day=day)
    return _("还可以看 {n} 次，到 {until} 为止", n=still.views_left, until=until)


def _how_chosen(facts: Call | None) -> str:
    if facts is None or facts.frame_size is None:
        return ""
    return _(
        "系统从团队近七天的 {n} 次拜访里抽出这一次。每一次都有机会被抽到，抽中不代表有问题。",
        n=facts.frame_size,
    )


def _stage(call: Callback) -> str:
    if call.set_aside:
        return "set_aside"
    if not call.prepared:
        return "prepare"
    if call.outcome is None:
        return "call"
    return "closed" if call.debriefed else "debrief"


def _ticks(call: Callback) -> list[SimpleNamespace]:
    wanted = [t for t in TICKS if t != "agent_briefed" or call.mode is CallbackMode.COACHING]
    return [SimpleNamespace(value=t, text=_(TICK_WORDS[t]), hint=_(TICK_HINTS[t])) for t in wanted]


def _script(script_id: str) -> Script | None:
    """Return the script asked for; the default one, which obeys today's rules, else."""
    for wanted in (script_id, SCRIPT):
        try:
            return shilu().record.rulebook.script(wanted)
        except (UnknownScript, RulebookMissing):
            continue
    return None


def _variants(shown: Script | None) -> list[SimpleNamespace]:
    """Return the published scripts; nothing when there is only one to read from."""
    try:
        known = shilu().record.rulebook.scripts()
    except RulebookMissing:
        return []
    found = [
        SimpleNamespace(
            id=one.script_id,
            name=script_name(one.script_id),
            current=shown is not None and one.script_id == shown.script_id,
            flaws=len(lint([step.text for step in one.steps], one.language)),
        )
        for one in sorted(known, key=lambda one: (one.script_id != SCRIPT, one.script_id))
    ]
    return found if len(found) > 1 else []


def script_name(script_id: str) -> str:
    """Return what people call a script; an id of the branch's own stays as it is."""
    names = {SCRIPT: _("合规话术（默认）"), "handbook-original": _("手册原文")}
    return names.get(script_id, script_id)


def _stopped(call: Callback) -> SimpleNamespace | None:
    """Return why nobody may be dialled now, or None; a quiet hour can be lifted by a reason."""
    if call.outcome is not None:
        return None
    now, me = shilu().now(), reader()
    asking = By(me.person_id, me.role, now, now, uuid4(), "web")
    try:
        shilu().record.callbacks.check_may_dial(call.callback_id, asking)
    except (QuietHours, DoNotCall) as stop:
        return SimpleNamespace(text=sentence(stop), can_lift=isinstance(stop, QuietHours))
    return None


def _steps(script: Script | None, taken: int, agent: str, stage: str) -> list[SimpleNamespace]:
    filled = {"〔伙伴姓名〕": agent, "〔主管姓名〕": reader().name}
    steps = []
    for step in script.steps if script else ():
        text = step.text
        for slot, name in filled.items():
            text = text.replace(slot, name)
        now = step.step == taken + 1 and stage != "closed"
        state = "done" if step.step <= taken else "now" if now else ""
        steps.append(SimpleNamespace(no=step.step, title=step.title, text=text, state=state))
    return steps


def _shown(
    call: Callback,
    facts: Call | None,
    card: CustomerCard | None,
    visit: LoggedActivity | None,
    agent: str,
) -> SimpleNamespace:
    tags = [SimpleNamespace(cls="brand", text=label(MODES, call.mode))]
    tags.append(SimpleNamespace(cls="", text=label(DESIGNS, call.design)))
    return SimpleNamespace(
        id=call.callback_id,
        customer_id=call.customer_id,
        agent_id=call.agent_id,
        customer=card.name_masked if card else "***",
        phone=(card.phone_masked if card else None) or _("没有电话"),
        agent=agent,
        tags=tags,
        facts=_facts(facts, visit),
        attempts=_(
            "已拨 {n} 次，最近一次：{result}",
            n=len(call.attempts),
            result=label(ATTEMPTS, call.attempts[-1]),
        )
        if call.attempts
        else "",
        outcome=label(OUTCOMES, call.outcome),
        drawn=_how_chosen(facts),
        denied=call.outcome is CallbackOutcome.DENIED,
        suggestion=_suggestion(call),
    )


def _facts(facts: Call | None, visit: LoggedActivity | None) -> list[tuple[str, Any]]:
    zone = shilu().rules().time_zone
    known: list[tuple[str, Any]] = []
    if facts is not None:
        when = day_text(facts.visit_day)
        if visit is not None:
            when += " " + clock(visit.started_at, zone)
        known += [
            (_("拜访"), f"{when} · {kind_label(facts.kind)}"),
            (_("为什么"), listed_because(facts.reason)),
        ]
    if visit is not None:
        known.append((_("伙伴记的结果"), result_label(visit.kind, visit.result)))
        known.append((_("最后动作"), label(LAST_ACTIONS, visit.last_action) or _("没有记")))
        refused = _("、").join(label(OBJECTIONS, o) for o in visit.objections)
        known.append((_("客户的拒绝"), refused or _("没有记")))
        if visit.withdrawn:
            known.append((_("注意"), _("伙伴已撤回这一笔")))
    return known


def _suggestion(call: Callback) -> str:
    if call.outcome is None:
        return ""
    told = ""
    for event in shilu().record.events.get(callback_stream(call.callback_id)):
        if isinstance(event, Callback.OutcomeRecorded):
            told = event.suggestion or ""
    return told
