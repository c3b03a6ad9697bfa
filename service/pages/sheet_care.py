"""主管关怀 as its reviewer and its agent read it (R-14, R-25)."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

from domain.sheet_review import SheetReview
from domain.words import SheetKind
from service.context import shilu
from service.language import _
from service.reading import clock
from service.words import REMARKS, SHEET_FINDINGS, label


def told_on(agent_id: str, kind: SheetKind, period: date) -> SheetReview.Completed | None:
    """Return the review of a sheet that stands, as it was recorded, or None."""
    record = shilu().record
    for event in record.events.get(record.sheet_reviews.stream(agent_id, kind, period)):
        if isinstance(event, SheetReview.Completed):
            return event
    return None


def care_shown(agent_id: str, kind: SheetKind, period: date) -> SimpleNamespace | None:
    """Return the review of a sheet as its reviewer and its agent read it, or None."""
    told = told_on(agent_id, kind, period)
    if told is None:
        return None
    who = shilu().record.organisation.member(told.by.actor)
    answer = _answer(agent_id, kind, period)
    return SimpleNamespace(
        sheet=str(kind),
        period=period,
        who=who.name if who else told.by.actor,
        when=clock(told.by.recorded_at, shilu().rules().time_zone, with_day=shilu().today()),
        kind=label(REMARKS, told.kind),
        evaluation=told.evaluation or _("〔已删除〕"),
        advice=told.advice or "",
        guidance=told.guidance or "",
        findings=[label(SHEET_FINDINGS, finding) for finding in told.findings],
        read=answer is not None,
        reply=(answer.reply or "") if answer else "",
    )


def _answer(agent_id: str, kind: SheetKind, period: date) -> SheetReview.Read | None:
    record = shilu().record
    for event in record.events.get(record.sheet_reviews.stream(agent_id, kind, period)):
        if isinstance(event, SheetReview.Read):
            return event
    return None
