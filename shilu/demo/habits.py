"""What the demo's supervisors do for the habit of writing: a season, a role model, help with filling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Any

from domain.application import TeamRecord
from domain.contest_scores import WEIGHTS
from domain.filling_case import filling_case_id
from domain.filling_ladder import Problem
from domain.role_model import role_model_id
from shilu.bulk import Step
from shilu.demo.people import Branch, Habit, Person, Team

BEGUN = -10  # working days before the last one, on which the season and the help began
GOAL = 85  # per cent of logs in time


def habits(
    record: TeamRecord, branch: Branch, days: Sequence[date], step: Callable[..., Step]
) -> Iterator[Step]:
    """Yield what was told, in the order of its instants."""
    first, second = branch.teams[0], branch.teams[1]
    begun, model = days[BEGUN], _who(first, Habit.STEADY)
    contest = partial(record.contests.open, "坚持写日志", [first.team_id], begun, GOAL, WEIGHTS)
    yield step(first.supervisor, _at(begun, 8, 50), contest, "contest")
    named = partial(record.role_models.name, model.person_id, begun, "当天写完，每次面谈都有下一步")
    yield step(first.supervisor, _at(begun, 9, 10), named, "role-model")
    agreed = partial(
        record.role_models.answer, role_model_id(model.person_id, begun), consents=True
    )
    yield step(model, _at(begun, 12, 40), agreed, "role-model-answer")
    yield from _help(record, second, days, step)


def _help(
    record: TeamRecord, team: Team, days: Sequence[date], step: Callable[..., Step]
) -> Iterator[Step]:
    """Yield the first two steps of the ladder with somebody whose notes got short."""
    agent, boss, cases = _who(team, Habit.CARELESS), team.supervisor, record.filling_cases
    case_id = filling_case_id(agent.person_id, Problem.DOUBTING, 1)
    begun, later = days[BEGUN], days[BEGUN // 2]
    note = "备注越写越短，问起来说写了也没用"
    opened: Any = partial(cases.open, agent.person_id, Problem.DOUBTING, note)
    yield step(boss, _at(begun, 17, 30), opened, "filling")
    first = partial(cases.take_step, case_id, 1, begun, "一起看了漏斗：面谈够，促成少")
    yield step(boss, _at(begun, 17, 50), first, "filling-1")
    reply = partial(cases.reply, case_id, "最近拒绝处理总卡在缴费年限")
    yield step(agent, _at(begun, 20, 15), reply, "filling-reply")
    second = partial(cases.take_step, case_id, 2, later, "练了两轮拒绝处理，约好下周陪访")
    yield step(boss, _at(later, 17, 40), second, "filling-2")


def _who(team: Team, habit: Habit) -> Person:
    return next((a for a in team.agents if a.habit is habit), team.agents[0])


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute))
