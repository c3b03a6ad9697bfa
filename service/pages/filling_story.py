"""A filling case in words: its ladder, where it stands, and what was said (R-30 to R-34)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from domain.filling_case import FillingCase, filling_stream
from domain.filling_ladder import Problem
from domain.recording import Aggregate
from projections.filling_cases import FillingCard
from service.access import Thing, may, reach
from service.context import shilu
from service.filling_words import LADDERS, ORDER
from service.language import _, day_text, local
from service.sessions import reader
from service.words import ENDINGS, PROBLEMS, ROLES, WILLS, label

CRITICISM_STATES = {"asked": "warn", "signed": "warn", "refused": "", "held": "info"}
MINE = {"/complaints": "/mine/complaints", "/reveals": "/mine/looks"}  # for agents


def state_text(card: FillingCard) -> tuple[str, str]:
    """Return where a case stands and the look of it."""
    if card.ending is not None:
        return label(ENDINGS, card.ending), "ok" if card.ending == "corrected" else ""
    if card.criticism == "asked":
        return _("等上级签字"), "warn"
    if card.problem == Problem.FABRICATED and card.will is None:
        return _("先分清不愿还是不会"), "bad"
    return _("走了 {n} 步", n=len(card.passed)), "info"


def ladder(case: FillingCase) -> list[SimpleNamespace]:
    """Return the four rungs, each with its state: done, skipped, next, later or none of this case."""
    skipped = _skipped(case.case_id)
    return [
        SimpleNamespace(
            no=no,
            order=_(ORDER[no - 1]),
            what=_(rung.what),
            why=_(rung.why),
            href=_reachable(rung.href),
            link=_(rung.link) if rung.link else "",
            state=_state(case, no, skipped),
        )
        for no, rung in enumerate(LADDERS[case.problem], 1)
    ]


def story(case_id: str) -> list[SimpleNamespace]:
    """Return what happened, oldest first, in the words of those who spoke."""
    return [
        _line(event, *_told(event))
        for event in shilu().record.events.get(filling_stream(case_id))
        if isinstance(event, Aggregate.Event)
    ]


def _state(case: FillingCase, no: int, skipped: set[int]) -> str:
    if no in skipped:
        return "skipped"
    if no in case.passed:
        return "done"
    if no == case.next_step and case.ending is None:
        return "next"
    return "later" if no in case.steps else "none"


def _skipped(case_id: str) -> set[int]:
    events = shilu().record.events.get(filling_stream(case_id))
    return {event.step for event in events if isinstance(event, FillingCase.StepSkipped)}


def _reachable(href: str) -> str:
    """Return where a rung leads for this reader, or nothing."""
    if may(reader(), Thing.ANSWER_FILLING):
        return MINE.get(href, href)
    if href == "/complaints" and not reach(reader(), Thing.READ_COMPLAINT):
        return ""
    return href


def _line(event: Any, title: str, text: str | None) -> SimpleNamespace:
    wall = local(event.by.recorded_at, shilu().rules().time_zone)
    member = shilu().record.organisation.member(event.by.actor)
    name = member.name if member else event.by.actor
    return SimpleNamespace(
        title=title,
        text=text or "",
        who=f"{name} · {label(ROLES, event.by.role)}",
        when=f"{day_text(wall.date())} {wall.strftime('%H:%M')}",
    )


def _told(event: Any) -> tuple[str, str | None]:
    """Return what a line of the story says: its title, and the words of who spoke."""
    match event:
        case FillingCase.StepTaken():
            return f"{_(ORDER[event.step - 1])} · {day_text(event.held_on)}", event.note
        case FillingCase.StepSkipped():
            return _("{order}：跳过", order=_(ORDER[event.step - 1])), event.reason
        case FillingCase.Opened():
            return _("开始：{problem}", problem=label(PROBLEMS, event.problem)), event.note
        case FillingCase.ImprovementPraised():
            return _("表扬"), event.text
        case FillingCase.Replied():
            return _("本人的话"), event.text
        case FillingCase.Closed():
            return _("结束：{ending}", ending=label(ENDINGS, event.ending)), event.reason
    return _told_of_criticism(event)


def _told_of_criticism(event: Any) -> tuple[str, str | None]:
    match event:
        case FillingCase.WillDetermined():
            return label(WILLS, event.will), event.reason
        case FillingCase.CriticismAsked():
            return _("申请在二早上批评"), event.reason
        case FillingCase.CriticismAnswered():
            return _("同意批评") if event.signed else _("不同意批评"), event.reason
        case FillingCase.CriticismHeld():
            return _("在二早上批评 · {day}", day=day_text(event.held_on)), None
    return "", None
