"""A case in words, for the agent and for those who decide: evidence, counter-evidence, story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import log
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from domain.detection.sentences import innocent_explanation, sentence
from domain.detection.what_if import WhatIf, what_if
from domain.recording import Aggregate
from domain.verification_case import VerificationCase, verification_stream
from domain.words import Role
from projections import callback_queue, cases, customers
from projections.cases import CaseCard, CaseItem
from service.context import shilu
from service.language import _, day_text, local, reader_language
from service.pages.rings import kind_label
from service.words import APPEAL_VERDICTS, LEANINGS, MODES, OUTCOMES, ROLES, VERDICTS, label

FULL_BAR = log(50)  # nats at which a bar is full: fifty to one
STRONG, CLEAR = log(10), log(3)
STATES = {
    "open": "bad",
    "explained": "warn",
    "decided": "info",
    "appealed": "warn",
    "closed": "",
}


def state_text(card: CaseCard) -> str:
    """Return where a case stands."""
    return {
        "open": _("等说明"),
        "explained": _("等决定"),
        "decided": _("已决定：{verdict}", verdict=label(VERDICTS, card.verdict)),
        "appealed": _("申诉中"),
        "closed": _("申诉：{verdict}", verdict=label(APPEAL_VERDICTS, card.appeal_verdict)),
    }[card.state]


def weighed(items: Sequence[CaseItem], *, score: bool = True) -> list[SimpleNamespace]:
    """Return items as sentences with how much they weigh, the heaviest first.

    Without the ``score`` there is no weight, and the order is that of the names.
    """
    language = reader_language()
    if not score:
        return [
            SimpleNamespace(text=_with_innocent(item, language), share=None, strength="")
            for item in sorted(items, key=lambda i: i.name)
            if item.name != "starting_point"
        ]
    return [
        SimpleNamespace(
            text=_with_innocent(item, language),
            share=round(min(abs(item.weight) / FULL_BAR, 1) * 100),
            strength=_strength(item.weight),
        )
        for item in sorted(items, key=lambda i: -abs(i.weight))
        if item.name != "starting_point"
    ]


def for_and_against(
    items: Sequence[CaseItem], *, score: bool = True
) -> tuple[list[SimpleNamespace], list[SimpleNamespace]]:
    """Return what adds to the doubt, and what takes from it."""
    adds = [i for i in items if not i.counter and i.weight > 0]
    takes = {i.name: i for i in items if i.counter or i.weight <= 0}
    return weighed(adds, score=score), weighed(list(takes.values()), score=score)


def story(agent_id: str, case_no: int, *, opinions: bool = False) -> list[SimpleNamespace]:
    """Return what happened in a case, oldest first, in the words of those who spoke.

    ``opinions`` of those above are for those above alone, and only after one's own.
    """
    zone = shilu().rules().time_zone
    told = []
    for event in shilu().record.events.get(verification_stream(agent_id)):
        if getattr(event, "case_no", None) != case_no or not isinstance(event, Aggregate.Event):
            continue
        if isinstance(event, VerificationCase.OpinionRecorded) and not opinions:
            continue
        title, said = _told(event)
        told.append(
            _entry(
                event.by.recorded_at,
                zone,
                title=title,
                text=said,
                who=_who(event.by.actor, event.by.role),
                tag=None,
            )
        )
    return told


def timeline(
    connection: Connection, agent_id: str, told: Sequence[SimpleNamespace]
) -> list[SimpleNamespace]:
    """Return the customers' answers and the case's own events in one order of time."""
    zone = shilu().rules().time_zone
    calls = [c for c in callback_queue.for_agent(connection, agent_id, 200) if c.outcome]
    names = customers.names(connection, {c.customer_id for c in calls})
    against = {c.callback_id for c in cases.contradictions(connection, agent_id)}
    said = [
        _entry(
            call.answered_at,
            zone,
            title=_("客户的回答：{said}", said=label(OUTCOMES, call.outcome)),
            text="",
            who=f"{names.get(call.customer_id, '***')} · {_visit(call.visit_day, call.kind)} · "
            + label(MODES, call.mode),
            tag=_side(call.callback_id in against, call.outcome),
        )
        for call in calls
    ]
    return sorted([*said, *told], key=lambda entry: entry.at)


def _entry(at: Any, zone: str, **shown: Any) -> SimpleNamespace:
    wall = local(at, zone)
    return SimpleNamespace(at=at, when=f"{day_text(wall.date())} {wall.strftime('%H:%M')}", **shown)


def _side(against: bool, outcome: str | None) -> tuple[str, str]:
    if against:
        return "bad", _("不相符")
    return ("ok", _("相符")) if outcome == "confirmed" else ("", _("不说明问题"))


def agents_word(agent_id: str, case_no: int) -> str:
    """Return what the agent said last, in writing or in a talk; "" if nothing yet."""
    said = ""
    for event in shilu().record.events.get(verification_stream(agent_id)):
        if isinstance(event, VerificationCase.Explained | VerificationCase.Heard) and (
            event.case_no == case_no
        ):
            said = event.text or said
    return said


def estimate(card: CaseCard, items: Sequence[CaseItem]) -> SimpleNamespace:
    """Return the system's view in words and an interval, and what would change it."""
    told = [(item.name, item.facts) for item in items if not item.counter]
    picture = what_if(told, card.posterior, card.threshold)
    low, high = (round(100 * side) for side in picture.share)
    return SimpleNamespace(
        view=_(
            "{how}。按回访的回答，说不通的拜访大约占 {low}% 到 {high}%（九成把握）。这只是请人来看的理由，不是结论；决定由人来做。",
            how=_how_sure(card.posterior),
            low=low,
            high=high,
        ),
        model=_("模型 {model} · 门槛 {line}%", model=card.model_version, line=_percent(card)),
        changes=_changes(picture, card.threshold),
    )


def _how_sure(posterior: float) -> str:
    if posterior >= 0.99:
        return _("系统看来，非常值得问一问")
    return _("系统看来，值得问一问") if posterior >= 0.95 else _("系统看来，还不太清楚")


def _percent(card: CaseCard) -> int:
    return round(card.threshold * 100)


def _changes(picture: WhatIf, line: float) -> list[str]:
    told = []
    if picture.confirmations is not None:
        told.append(_("再有 {n} 位客户确认拜访，就不会立案了。", n=picture.confirmations))
    else:
        told.append(_("再有二十位客户确认拜访，看法也不会变。"))
    if picture.without_one is not None and picture.without_one < line:
        told.append(_("只要有一次「没有」是误会，就不会立案了。"))
    elif picture.without_one is not None:
        told.append(_("即使有一次「没有」是误会，看法也不会变。"))
    return told


def _visit(day: date, kind: str) -> str:
    return f"{day_text(day)} {kind_label(kind)}"


def _with_innocent(item: CaseItem, language: str) -> str:
    said = sentence(item.name, item.facts, language)
    innocent = innocent_explanation(item.name, language)
    return _("{said}也可能是：{reason}", said=said, reason=innocent) if innocent else said


def _strength(weight: float) -> str:
    size = abs(weight)
    if weight > 0:
        return (
            _("说明力强") if size >= STRONG else _("有些说明力") if size >= CLEAR else _("说明力弱")
        )
    return _("明显减轻") if size >= CLEAR else _("略有减轻") if size > 0 else _("供参考")


def _who(actor: str, role: str) -> str:
    member = shilu().record.organisation.member(actor)
    name = member.name if member else actor
    return _("系统") if role == Role.SYSTEM else f"{name} · {label(ROLES, role)}"


def _told(event: object) -> tuple[str, str]:
    if isinstance(event, VerificationCase.Explained):
        return _("本人说明"), event.text or ""
    if isinstance(event, VerificationCase.Heard):
        return _("与本人谈话，本人说"), event.text or ""
    if isinstance(event, VerificationCase.OpinionRecorded):
        return _("看分数前的看法：{leaning}", leaning=label(LEANINGS, event.leaning)), (
            event.text or ""
        )
    if isinstance(event, VerificationCase.Recovered):
        return _("已恢复：{n} 位客户的回答都相符", n=event.calls), ""
    if isinstance(event, VerificationCase.Decided):
        return _("决定：{verdict}", verdict=label(VERDICTS, event.verdict)), event.reason or ""
    if isinstance(event, VerificationCase.Appealed):
        return _("本人申诉"), event.text or ""
    if isinstance(event, VerificationCase.AppealDecided):
        verdict = label(APPEAL_VERDICTS, event.verdict)
        return _("申诉答复：{verdict}", verdict=verdict), event.reason or ""
    return _("立案，请人来看"), ""
