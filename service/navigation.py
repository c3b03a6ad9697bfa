"""The way around for each role, and what every template knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, g, request

from domain.words import Role
from projections import (
    access_queries,
    callback_queue,
    cases,
    coaching_board,
    complaints,
    filling_cases,
    review_queue,
    sheet_queue,
)
from service.access import Reader, Thing, may
from service.branches import branches, log_address
from service.calendar_years import missing_year
from service.context import shilu
from service.language import N_, _, reader_language
from service.why import REASONS
from service.words import ROLES


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the navigation; ``count`` is what waits there."""

    href: str
    icon: str
    text: str
    current: bool
    count: int = 0


MENUS: Mapping[Role, tuple[tuple[str, str, str], ...]] = {
    Role.AGENT: (
        ("/today", "sun", N_("今日")),
        ("/plans", "calendar", N_("计划")),
        ("/customers", "address-book", N_("客户")),
        ("/mine", "user", N_("我的")),
    ),
    Role.SUPERVISOR: (
        ("/board", "sunrise", N_("早会看板")),
        ("/reviews", "notebook", N_("日志批阅")),
        ("/callbacks", "phone-call", N_("电话回访")),
        ("/tracking", "phone", N_("电话追踪")),
        ("/coaching", "heart-handshake", N_("个别辅导")),
        ("/journal", "pencil", N_("经营日志")),
        ("/team-goals", "flag", N_("团队目标")),
        ("/cases", "scale", N_("案件")),
        ("/filling", "route", N_("填写辅导")),
        ("/fake-rate", "search", N_("编造率")),
        ("/reveals", "eye", N_("查看号码")),
        ("/contests", "users-group", N_("评比与典型")),
        ("/checks", "clipboard-check", N_("定时检查")),
    ),
    Role.UPPER_SUPERVISOR: (
        ("/above", "flag", N_("上级待办")),
        ("/cases", "scale", N_("案件与申诉")),
        ("/filling", "route", N_("填写辅导")),
        ("/board", "sunrise", N_("团队看板")),
        ("/duties", "list-check", N_("主管的 1-1-1")),
        ("/callbacks", "phone-call", N_("复核回访")),
        ("/fake-rate", "search", N_("编造率")),
        ("/reveals", "eye", N_("查看号码")),
        ("/complaints", "heart-handshake", N_("投诉")),
        ("/time-machine", "history", N_("历史回放")),
        ("/contests", "users-group", N_("评比与典型")),
        ("/checks", "clipboard-check", N_("定时检查")),
    ),
    Role.AUDITOR: (
        ("/events", "timeline", N_("事件流")),
        ("/proof", "shield-check", N_("存证")),
        ("/time-machine", "history", N_("历史回放")),
        ("/board", "sunrise", N_("团队看板")),
        ("/fake-rate", "search", N_("编造率")),
        ("/reveals", "eye", N_("查看号码")),
        ("/cases", "scale", N_("案件")),
        ("/filling", "route", N_("填写辅导")),
        ("/complaints", "heart-handshake", N_("投诉")),
        ("/contests", "users-group", N_("评比与典型")),
        ("/checks", "clipboard-check", N_("定时检查")),
    ),
    Role.ADMINISTRATOR: (
        ("/people", "users", N_("人员与团队")),
        ("/settings", "list", N_("设置")),
        ("/checks", "clipboard-check", N_("定时检查")),
        ("/privacy", "shield-lock", N_("资料保护")),
        ("/webhooks", "link", N_("程序通知")),
        ("/detector", "filter", N_("检测模型")),
    ),
    Role.SYSTEM: (),
}
ASKED = (("/inquiries", "messages", N_("请我说明")),)  # there only while an answer is awaited
COMPANY = (("/company", "building", N_("全公司")),)  # for those who see several branches
BELONGS = {
    "/account": "/mine",
    "/week": "/plans",
    "/month": "/plans",
    "/notices": "/mine",
    "/agents": "/board",
    "/tables": "/board",
    "/find-customer": "/privacy",
    "/help": "/mine",
    "/teams": "/people",
    "/exports": "/proof",
}
IMPORTS = {"/import/people": "/people", "/import/customers": "/customers"}


def set_up(app: Flask) -> None:
    """Give every template the reader, their language and their navigation."""

    @app.context_processor
    def common() -> dict[str, Any]:
        reader = g.get("reader")
        return {
            "reader": reader,
            "demo_hours": bool(shilu().demo),
            "lang": reader_language(),
            "nav": menu(reader) if reader else [],
            "no_calendar": _year_without_calendar(reader) if reader else None,
            "log": log_address(),
            "branch_title": _branch_title(reader),
            "role_text": _(ROLES[reader.role]) if reader else "",
            "why": [(rule, _(text)) for rule, text in REASONS.get(request.path, ())],
            "here": request.full_path.rstrip("?") if request.method == "GET" else "/",
        }


def _branch_title(reader: Reader | None) -> str:
    """Return what the branch is called, for those who see several; empty for all others."""
    return branches().title(shilu().branch) if reader and reader.company else ""


def _year_without_calendar(reader: Reader) -> int | None:
    """Return the year that is reckoned as Monday to Friday, for those who could do something."""
    if not may(reader, Thing.BOARD) and not may(reader, Thing.PEOPLE):
        return None
    return missing_year(reader)


def menu(reader: Reader) -> list[Item]:
    """Return the navigation of a reader's role, with what waits for them."""
    waiting = _waiting(reader)
    entries = MENUS[reader.role] + (ASKED if waiting.get(ASKED[0][0]) else ())
    entries += COMPANY if reader.company else ()
    return [
        Item(href, icon, _(text), current=_is_current(href), count=waiting.get(href, 0))
        for href, icon, text in entries
    ]


def _is_current(href: str) -> bool:
    part = "/" + request.path.split("/")[1]
    both = "/".join(request.path.split("/")[:3])
    return IMPORTS.get(both, BELONGS.get(part, part)) == href


def _waiting(reader: Reader) -> dict[str, int]:
    """Return how much waits behind each entry; nothing for roles that only look."""
    if reader.role is Role.AUDITOR:
        with shilu().views.connect() as connection:
            return {
                "/reveals": access_queries.waiting_for_those_above(connection, requests_too=False)
            }
    if not may(reader, Thing.DECIDE_CASE) and not may(reader, Thing.ANSWER_CASE):
        return {}
    with shilu().views.connect() as connection:
        if reader.role is Role.AGENT:
            own = cases.of_agent(connection, reader.person_id)
            told = review_queue.of_agent(connection, reader.person_id, 7)
            unread = sum(review.read_at is None for review in told)
            sheets = sheet_queue.unread(connection, reader.person_id)
            return {"/plans": sheets, "/mine": unread + sum(card.state == "open" for card in own)}
        if reader.role is Role.UPPER_SUPERVISOR:
            return {
                "/cases": len(cases.appeals_waiting(connection)),
                "/above": len(filling_cases.signatures_waiting(connection)),
                "/callbacks": sum(
                    call.outcome is None
                    for call in callback_queue.for_supervisor(
                        connection, reader.person_id, open_only=True
                    )
                ),
                "/reveals": access_queries.waiting_for_those_above(connection, requests_too=True),
                "/complaints": complaints.waiting(connection, reader.person_id),
                "/inquiries": complaints.inquiries_waiting(connection, reader.person_id),
            }
        calls = callback_queue.for_supervisor(connection, reader.person_id, open_only=True)
        open_cases = (len(cases.open_in_team(connection, team)) for team in reader.leads)
        since = shilu().today() - timedelta(days=60)
        logs = review_queue.waiting(connection, reader.leads, since)
        sheets_in = sheet_queue.waiting(connection, reader.leads, since - timedelta(days=31))
        return {
            "/coaching": sum(
                card.origin == "agent" and card.state == "open"
                for card in coaching_board.waiting(connection, reader.leads)
            ),
            "/reviews": len(logs) + len(sheets_in),
            "/callbacks": sum(c.outcome is None and c.team_id in reader.leads for c in calls),
            "/cases": sum(open_cases),
            "/filling": filling_cases.open_count(connection, reader.leads)
            + len(filling_cases.suggested_in(connection, reader.leads)),
            "/inquiries": complaints.inquiries_waiting(connection, reader.person_id),
        }
