"""Weeks and months that were not handed in, for the agent and on the board (R-10, R-20, R-24)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from types import SimpleNamespace

from sqlalchemy import Connection

from domain.sheet_figures import WEEK, monday_of
from domain.weekly_sheet import week_due_at
from domain.words import Check, SheetKind
from projections import sheet_queue
from projections.due import periods_due
from service.context import shilu
from service.language import _, day_text, month_text, span_text

FRIDAY = 4
KIND_OF = {Check.MISSING_WEEKS: SheetKind.WEEK, Check.MISSING_MONTHS: SheetKind.MONTH}


def of_agent(connection: Connection, agent_id: str, since: date) -> list[SimpleNamespace]:
    """Return what this agent still owes of weeks and months, the newest of each, and the weekly
    sheets that are to be written now. ``since`` is the agent's first day."""
    found = [
        SimpleNamespace(
            text=_("{what}还没有交", what=_title(kind, period)), href=_href(kind, period)
        )
        for kind, period in newest_due()
        if since <= period and not _handed_in(connection, agent_id, kind, period)
    ]
    for monday, due in _to_write():
        if not _handed_in(connection, agent_id, SheetKind.WEEK, monday):
            what, day = _title(SheetKind.WEEK, monday), day_text(due)
            href = _href(SheetKind.WEEK, monday)
            found.append(
                SimpleNamespace(text=_("{what}，{day}前交", what=what, day=day), href=href)
            )
    return found


def _to_write() -> list[tuple[date, date]]:
    """Return the weeks that are not due yet, from their Friday on, each with the day it is due."""
    rules, now, today = shilu().rules(), shilu().now(), shilu().today()
    this = monday_of(today)
    weeks = [this - WEEK, *([this] if today.weekday() >= FRIDAY else ())]
    dues = ((monday, week_due_at(rules, monday)) for monday in weeks)
    return [(monday, rules.day_of(due)) for monday, due in dues if due > now]


def of_team(
    connection: Connection, agents: Collection[tuple[str, str, date]]
) -> list[SimpleNamespace]:
    """Return who of a team owes the newest week or month; ``agents`` are (id, name, since)."""
    found = []
    for kind, period in newest_due():
        asked = [(agent_id, name) for agent_id, name, since in agents if since <= period]
        ids = [agent_id for agent_id, _name in asked]
        done = sheet_queue.handed_in(connection, ids, str(kind), period)
        names = [name for agent_id, name in asked if agent_id not in done]
        if names:
            found.append(SimpleNamespace(title=_title(kind, period), names=names))
    return found


def newest_due() -> list[tuple[SheetKind, date]]:
    """Return the newest week and the newest month whose deadline has passed."""
    newest: dict[SheetKind, date] = {}
    for check, period, _due in periods_due(shilu().rules(), shilu().now()):
        kind = KIND_OF[check]
        newest[kind] = max(newest.get(kind, date.min), period)
    return sorted(newest.items())


def _handed_in(connection: Connection, agent_id: str, kind: SheetKind, period: date) -> bool:
    return bool(sheet_queue.handed_in(connection, [agent_id], str(kind), period))


def _title(kind: SheetKind, period: date) -> str:
    if kind is SheetKind.WEEK:
        span = span_text(period, period + timedelta(days=6))
        return _("{span}的周工作检视表", span=span)
    return _("{month}的月经营记录", month=month_text(period))


def _href(kind: SheetKind, period: date) -> str:
    return f"/week?day={period}" if kind is SheetKind.WEEK else f"/month?month={period:%Y-%m}"
