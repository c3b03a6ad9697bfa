"""The four rings of the quota (R-40), and an entry as one line: shared by several pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from domain.rhythm import WorkMode, day_count, still_missing
from domain.words import ActivityKind, ActivityResult
from projections.agent_day import Entry
from service.language import N_, _
from service.reading import clock
from service.words import KINDS, LAST_ACTIONS, RESULTS, label

CALL_RESULTS: Mapping[str, str] = {
    ActivityResult.INTERESTED: N_("约成"),
    ActivityResult.NOT_MET: N_("没接通"),
}


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring as drawn: ``n`` of ``of``; ``kind`` is what a tap on it adds."""

    kind: str
    cls: str
    n: int
    of: int
    caption: str
    current: bool = False


KINDS_OF: Mapping[str, tuple[ActivityKind, ...]] = {
    "appointment_call": (ActivityKind.APPOINTMENT_CALL,),
    "face_meeting": (ActivityKind.FACE_MEETING,),
    "closing_visit": (ActivityKind.CLOSING_VISIT,),
    "new_prospect_visit": (ActivityKind.NEW_PROSPECT_VISIT, ActivityKind.RECRUITING_VISIT),
}
"""The kinds of activity that each ring adds."""


def rings(kinds: Mapping[str, int], mode: WorkMode, current: str = "") -> list[Ring]:
    """Return the four rings of a day."""
    count = day_count(kinds, mode)
    return [
        Ring(kind, cls, getattr(count, column), getattr(mode, column), caption, kind == current)
        for kind, cls, column, caption in (
            ("appointment_call", "phone", "calls", _("电话约访")),
            ("face_meeting", "meet", "meetings", _("面谈")),
            ("closing_visit", "close", "closings", _("促成拜访")),
            ("new_prospect_visit", "new", "new_visits", _("新增/增员")),
        )
    ]


def items_missing(kinds: Mapping[str, int], mode: WorkMode) -> int:
    """Return how many of the four columns are short of the quota."""
    short = still_missing(day_count(kinds, mode), mode)
    return sum(n > 0 for n in (short.calls, short.meetings, short.closings, short.new_visits))


def result_label(kind: str, result: str) -> str:
    """Return what people read for a result; a phone call has words of its own."""
    if kind == ActivityKind.APPOINTMENT_CALL and result in CALL_RESULTS:
        return _(CALL_RESULTS[result])
    return label(RESULTS, result)


def entry_text(entry: Entry, zone: str, day: date) -> str:
    """Return what came of an entry as one line, without any word about the customer."""
    parts = [result_label(entry.kind, entry.result)]
    if entry.last_action:
        parts.append(label(LAST_ACTIONS, entry.last_action))
    line = " · ".join(parts)
    if entry.next_at:
        line += " → " + clock(entry.next_at, zone, with_day=day)
    return line + (" · " + _("已更正") if entry.corrected else "")


def kind_label(kind: str) -> str:
    """Return what people read for a kind of activity."""
    return label(KINDS, kind)


def strip_cell(level: int | None, *, working: bool, on_leave: bool = False) -> str:
    """Return how a day is drawn in a strip."""
    if level is None and on_leave:
        return "leave"
    if level is None:
        return "none" if working else "off"
    return ("zero", "part", "full")[level]


def strip_said(cells: Collection[str]) -> str:
    """Return a strip in words, for those who do not see it."""
    full, part = sum(c == "full" for c in cells), sum(c in ("part", "zero") for c in cells)
    return _(
        "近 {days} 天：{full} 天达标，{part} 天部分，其余没有",
        days=len(cells),
        full=full,
        part=part,
    )
