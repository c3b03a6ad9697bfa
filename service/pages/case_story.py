"""A case in words, for the agent and for those who decide: evidence, counter-evidence, story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import log
from types import SimpleNamespace

from sqlalchemy import Connection

from domain.detection.sentences import innocent_explanation, sentence
from domain.recording import Aggregate
from domain.verification_case import VerificationCase, verification_stream
from domain.words import Role
from projections import callback_queue, cases, customers
from projections.cases import CaseCard, CaseItem
from service.context import shilu
from service.language import _, day_text, local, reader_language
from service.pages.rings import kind_label
from service.words import APPEAL_VERDICTS, MODES, OUTCOMES, ROLES, VERDICTS, label

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


def weighed(items: Sequence[CaseItem]) -> list[SimpleNamespace]:
    """Return items as sentences with how much they weigh, the heaviest first."""
    language = reader_language()
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
    items: Sequence[CaseItem],
) -> tuple[list[SimpleNamespace], list[SimpleNamespace]]:
    """Return what adds to the doubt, and what takes from it."""
    adds = [i for i in items if not i.counter and i.weight > 0]
    takes = {i.name: i for i in items if i.counter or i.weight <= 0}
    return weighed(adds), weighed(list(takes.values()))


def story(agent_id: str, case_no: int) -> list[SimpleNamespace]:
    """Return what happened in a case, oldest first, in the words of those who spoke."""
    told = []
    for event in shilu().record.events.get(verification_stream(agent_id)):
        if getattr(event, "case_no", None) != case_no or not isinstance(event, Aggregate.Event):
            continue
        title, said = _told(event)
        zone = shilu().rules().time_zone
        wall = local(event.by.recorded_at, zone)
        told.append(
            SimpleNamespace(
                title=title,
                text=said,
                who=_who(event.by.actor, event.by.role),
                when=f"{day_text(wall.date())} {wall.strftime('%H:%M')}",
            )
        )
    return told


def estimate(card: CaseCard) -> str:
    """Return the system's estimate and what it is not."""
    return _(
        "综合所有记录，系统估计其中有编造的可能性约为 {percent}%（模型 {model}，门槛 {line}%）。这只是请人来看的理由，不是结论；决定由人来做。",
        percent=min(round(card.posterior * 100), 99),
        model=card.model_version,
        line=round(card.threshold * 100),
    )


def answers(connection: Connection, agent_id: str) -> list[SimpleNamespace]:
    """Return the callbacks about an agent's visits that have an answer, newest first."""
    calls = [c for c in callback_queue.for_agent(connection, agent_id) if c.outcome]
    names = customers.names(connection, {c.customer_id for c in calls})
    against = {c.callback_id for c in cases.contradictions(connection, agent_id)}
    return [
        SimpleNamespace(
            title=f"{names.get(c.customer_id, '***')} · {_visit(c.visit_day, c.kind)}",
            text=label(MODES, c.mode),
            outcome=label(OUTCOMES, c.outcome),
            cls="bad" if c.callback_id in against else "ok" if c.outcome == "confirmed" else "",
        )
        for c in calls
    ]


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
    if isinstance(event, VerificationCase.Decided):
        return _("决定：{verdict}", verdict=label(VERDICTS, event.verdict)), event.reason or ""
    if isinstance(event, VerificationCase.Appealed):
        return _("本人申诉"), event.text or ""
    if isinstance(event, VerificationCase.AppealDecided):
        verdict = label(APPEAL_VERDICTS, event.verdict)
        return _("申诉答复：{verdict}", verdict=verdict), event.reason or ""
    return _("立案，请人来看"), ""
