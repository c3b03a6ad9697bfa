"""Who may: the application's access rules, asked for the reader of this request."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g

from domain.callback import Callback
from domain.daily_log import DailyLog
from domain.refusals import UnknownCallback, UnknownLog
from service.api.context import context
from service.api.problems import Problem


def reader() -> Any:
    return g.reader


def _need(allowed: bool, problem: str = "forbidden") -> None:
    if not allowed:
        raise Problem(problem)


def is_agent(agent_id: str) -> None:
    _need(g.reader.role == "agent" and g.reader.person_id == agent_id)


def is_any_agent() -> None:
    _need(g.reader.role == "agent")


def is_administrator() -> None:
    _need(g.reader.role == "administrator")


def may_see_agent(agent_id: str) -> None:
    _need(g.reader.person_id == agent_id)


def may_see_person(person_id: str) -> None:
    _need(g.reader.role == "administrator")


def may_see_team(team_id: str) -> None:
    _need(g.reader.role == "administrator")


def may_register_leave(person_id: str) -> None:
    _need(g.reader.role == "administrator")


def may_decide_case(agent_id: str) -> None:
    _need(g.reader.role == "supervisor")


def may_decide_appeal(agent_id: str) -> None:
    _need(g.reader.role == "upper_supervisor")


def may_call(callback_id: str) -> Callback:
    call = context().record.callbacks.find(callback_id)
    if call is None or call.supervisor_id != g.reader.person_id:
        raise UnknownCallback(callback_id=callback_id)
    return call


def may_see_callback(callback_id: str) -> Callback:
    return may_call(callback_id)


def may_see_case(agent_id: str) -> None:
    return None


def visit_of_own_team(agent_id: str, day: date) -> DailyLog:
    log = context().record.daily_logs.find(agent_id, day)
    if log is None:
        raise UnknownLog(agent_id=agent_id, day=day)
    return log
