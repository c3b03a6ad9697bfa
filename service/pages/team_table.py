"""A member's row of a team's table: shared by the board and the time machine."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace

from domain.rhythm import WorkMode
from projections.team_day import MemberState
from service.language import _
from service.pages.rings import strip_cell, strip_said

COLUMNS = ("calls", "meetings", "closings", "new_visits")
FEEDS = {
    "calls": ("appointment_call",),
    "meetings": ("face_meeting", "closing_visit", "new_prospect_visit"),
    "closings": ("closing_visit",),
    "new_visits": ("new_prospect_visit", "recruiting_visit"),
}
TAGGED = ("submitted", "late", "noted_missing", "on_leave", "contradicted", "open_case")


def member_row(
    member: MemberState,
    mode: WorkMode,
    touched: Collection[tuple[str | None, str]] = (),
    href: str = "",
) -> SimpleNamespace:
    """Return a member as a row of the table; ``touched`` marks what differs from another state."""
    cells = [strip_cell(d.level, working=d.working) for d in member.strip]
    if member.on_leave and cells and member.strip[-1].level is None:
        cells[-1] = "leave"
    written = any(member.kinds.values()) or member.submitted
    who = member.agent_id
    return SimpleNamespace(
        name=member.name,
        href=href,
        numbers=[
            SimpleNamespace(
                text=getattr(member.count, column) if written else "—",
                low=written and getattr(member.count, column) < getattr(mode, column),
                changed=any((who, kind) in touched for kind in FEEDS[column]),
            )
            for column in COLUMNS
        ],
        heat=cells,
        heat_said=strip_said(cells),
        tags=tags(member),
        tags_changed=any((who, what) in touched for what in TAGGED),
    )


def tags(member: MemberState) -> list[SimpleNamespace]:
    """Return what is to be said of the member's day."""
    found = []
    if member.submitted:
        found.append(("ok", _("已交")))
    elif member.on_leave:
        found.append(("info", _("请假")))
    elif member.noted_missing:
        found.append(("bad", _("未交")))
    elif any(member.kinds.values()):
        found.append(("warn", _("填写中")))
    else:
        found.append(("", _("未写")))
    if member.late:
        found.append(("warn", _("补录 {n}", n=member.late)))
    if member.open_case:
        found.append(("bad", _("案件")))
    return [SimpleNamespace(cls=cls, text=text) for cls, text in found]
