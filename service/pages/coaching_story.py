"""What was said in a coaching, for those who may read it: its coach's team and its agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from domain.coaching import Coaching, coaching_stream
from projections.coaching_board import Card, Effect
from service.coaching_words import EVIDENCE, MEASURES, METHODS, MOMENTS, ORIGINS, SKILLS
from service.context import shilu
from service.language import _, day_text
from service.words import label

SHARES = ("share", "before", "now", "fill")


def story(coaching_id: str) -> SimpleNamespace:
    """Return the words of a coaching: wish, session, evaluation, and the agent's own."""
    gone = _("〔已删除〕")
    told = SimpleNamespace(wish="", summary="", commitments="", behaviour="", words=[], dropped="")
    told.methods, told.skills, told.effect, told.next_on = [], [], None, None
    for event in shilu().record.events.get(coaching_stream(coaching_id)):
        if isinstance(event, Coaching.Proposed):
            told.wish = event.wish or ""
        elif isinstance(event, Coaching.Held):
            told.summary = event.summary or gone
            told.commitments = event.commitments or gone
            told.methods = [label(METHODS, method) for method in event.methods]
            told.skills = [label(SKILLS, skill) for skill in event.skills]
        elif isinstance(event, Coaching.Evaluated):
            told.behaviour = event.final_behaviour or gone
            told.effect, told.next_on = event.effect, event.next_on
        elif isinstance(event, Coaching.Commented):
            told.words.append(event.words or gone)
        elif isinstance(event, Coaching.Dropped):
            told.dropped = event.reason or gone
    return told


def evidence_text(evidence: Mapping[str, float]) -> str:
    """Return the numbers behind a suggestion as one line."""
    return _("，").join(
        _(EVIDENCE[name], p=round(100 * value))
        if name in SHARES
        else _(EVIDENCE[name], n=round(value))
        for name, value in evidence.items()
        if name in EVIDENCE
    )


def card_row(card: Card, names: Mapping[str, str]) -> SimpleNamespace:
    """Return a coaching as a line of a list."""
    return SimpleNamespace(
        id=card.coaching_id,
        agent=names.get(card.agent_id, card.agent_id),
        moment=label(MOMENTS, card.moment),
        origin=label(ORIGINS, card.origin),
        asked=card.origin == "agent",
        held=card.state == "held",
        closed=card.state == "closed",
        effect=card.effect,
        comments=card.comments,
        text=" · ".join(
            part
            for part in (
                day_text(card.held_on or card.on_day),
                evidence_text(card.evidence),
                _("改约 {n} 次", n=card.deferred) if card.deferred else "",
            )
            if part
        ),
    )


def effect_rows(effects: Sequence[Effect]) -> list[SimpleNamespace]:
    """Return what was measured: for each window the measures, before and after."""
    return [
        SimpleNamespace(
            days=effect.days,
            rows=[
                SimpleNamespace(
                    name=_(text),
                    before=_shown(name, effect.before.get(name)),
                    after=_shown(name, effect.after.get(name)),
                    up=(effect.after.get(name) or 0) > (effect.before.get(name) or 0),
                )
                for name, text in MEASURES.items()
                if name in effect.before or name in effect.after
            ],
        )
        for effect in effects
    ]


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.0%}" if name in SHARES else f"{value:.1f}"
