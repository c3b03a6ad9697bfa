"""What the handbook checks on a weekly sheet and a monthly record, as computed ticks (S5).

Weekly R-10 to R-13, monthly R-20 to R-24. Each item: what it checks (批阅目的), what to coach where
it shows something (辅导重点). The handbook names the checks; the thresholds are this project's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.log_checklist import Topic
from domain.sheet_figures import Feasibility
from domain.words import SheetKind

THIN_SUMMARY = 20  # characters; a week or a month does not fit into fewer
EMPTY_DAYS = 2  # working days of the next week without any plan
UNEVEN = 3  # working days between the longest and the shortest work week


class SheetFinding(StrEnum):
    """What a sheet shows."""

    COLUMNS_EMPTY = "columns_empty"  # 栏目没有填齐
    CALENDAR_EMPTY = "calendar_empty"  # 行事历没有填, or has empty weeks
    TARGETS_TOO_HIGH = "targets_too_high"
    TARGETS_TOO_LOW = "targets_too_low"
    SUMMARY_THIN = "summary_thin"  # 不全面
    SUMMARY_UNSUPPORTED = "summary_unsupported"  # 不客观
    PLAN_EMPTY_DAYS = "plan_empty_days"
    PLAN_TOO_HIGH = "plan_too_high"
    PLAN_TOO_LOW = "plan_too_low"
    PLAN_WITHOUT_TEAM = "plan_without_team"  # no plan serves the team's goals
    BELOW_TEAM_SHARE = "below_team_share"  # less than an equal share of the team's goals
    WEEKS_UNEVEN = "weeks_uneven"


class Tick(StrEnum):
    """What the reviewer ticks off."""

    COMPLETE = "complete"  # 栏目齐
    CALENDAR = "calendar"  # 行事历合理
    FEASIBLE = "feasible"  # 目标可行
    OBJECTIVE = "objective"  # 总结全面、客观
    WITH_TEAM = "with_team"  # 计划与团队相符
    WEEKS = "weeks"  # 工作周划分合适


@dataclass(frozen=True, slots=True)
class SheetRow:
    """How a branch words a row, and whether it looks at it; empty texts are the handbook's own."""

    finding: SheetFinding
    applies: bool = True
    symptom: str = ""  # 现象
    problem: str = ""  # 反映问题
    coach: str = ""  # 辅导重点


@dataclass(frozen=True, slots=True)
class ReviewedSheet:
    """A week or a month as the checklist needs it.

    ``feasibility`` judges the targets, ``next_feasibility`` the next week's. ``team_goals`` tells
    whether the team has any; ``serves_team`` whether a planned item points to one.
    """

    missing: int
    summary_length: int
    claims: int  # of the summary, above what the log shows
    feasibility: Mapping[str, Feasibility]
    next_feasibility: Mapping[str, Feasibility]
    empty_days: int
    empty_weeks: bool
    team_goals: bool
    serves_team: bool
    below_share: bool
    week_lengths: Sequence[int]  # working days of each work week


@dataclass(frozen=True, slots=True)
class SheetItem:
    """A row of a checklist; ``shows`` tells whether a sheet has the symptom."""

    finding: SheetFinding
    tick: Tick
    rule: str
    topics: tuple[Topic, ...]
    shows: Callable[[ReviewedSheet], bool]


def _any(verdicts: Mapping[str, Feasibility], verdict: Feasibility) -> bool:
    return verdict in verdicts.values()


def _summary(rule: str) -> tuple[SheetItem, ...]:
    return (
        SheetItem(
            SheetFinding.SUMMARY_THIN,
            Tick.OBJECTIVE,
            rule,
            (Topic.HABIT,),
            lambda sheet: sheet.summary_length < THIN_SUMMARY,
        ),
        SheetItem(
            SheetFinding.SUMMARY_UNSUPPORTED,
            Tick.OBJECTIVE,
            rule,
            (Topic.RECORDING,),
            lambda sheet: sheet.claims > 0,
        ),
    )


def _targets(rule: str) -> tuple[SheetItem, ...]:
    return (
        SheetItem(
            SheetFinding.TARGETS_TOO_HIGH,
            Tick.FEASIBLE,
            rule,
            (Topic.TIME_PLANNING,),
            lambda sheet: _any(sheet.feasibility, Feasibility.TOO_HIGH),
        ),
        SheetItem(
            SheetFinding.TARGETS_TOO_LOW,
            Tick.FEASIBLE,
            rule,
            (Topic.SALES_PROCESS,),
            lambda sheet: _any(sheet.feasibility, Feasibility.TOO_LOW),
        ),
    )


def _columns(rule: str) -> SheetItem:
    return SheetItem(
        SheetFinding.COLUMNS_EMPTY,
        Tick.COMPLETE,
        rule,
        (Topic.HABIT,),
        lambda sheet: sheet.missing > 0,
    )


def _with_team(rule: str) -> SheetItem:
    return SheetItem(
        SheetFinding.PLAN_WITHOUT_TEAM,
        Tick.WITH_TEAM,
        rule,
        (Topic.TIME_PLANNING,),
        lambda sheet: sheet.team_goals and not sheet.serves_team,
    )


WEEKLY: tuple[SheetItem, ...] = (
    _columns("R-10"),
    *_targets("R-11"),
    *_summary("R-12"),
    SheetItem(
        SheetFinding.PLAN_EMPTY_DAYS,
        Tick.WITH_TEAM,
        "R-13",
        (Topic.TIME_PLANNING, Topic.FOLLOW_UP_RHYTHM),
        lambda sheet: sheet.empty_days >= EMPTY_DAYS,
    ),
    SheetItem(
        SheetFinding.PLAN_TOO_HIGH,
        Tick.WITH_TEAM,
        "R-13",
        (Topic.TIME_PLANNING,),
        lambda sheet: _any(sheet.next_feasibility, Feasibility.TOO_HIGH),
    ),
    SheetItem(
        SheetFinding.PLAN_TOO_LOW,
        Tick.WITH_TEAM,
        "R-13",
        (Topic.SALES_PROCESS,),
        lambda sheet: _any(sheet.next_feasibility, Feasibility.TOO_LOW),
    ),
    _with_team("R-13"),
)
MONTHLY: tuple[SheetItem, ...] = (
    SheetItem(
        SheetFinding.CALENDAR_EMPTY,
        Tick.CALENDAR,
        "R-20",
        (Topic.TIME_PLANNING,),
        lambda sheet: sheet.empty_weeks,
    ),
    _columns("R-21"),
    *_targets("R-21"),
    *_summary("R-22"),
    SheetItem(
        SheetFinding.BELOW_TEAM_SHARE,
        Tick.WITH_TEAM,
        "R-23",
        (Topic.SALES_PROCESS,),
        lambda sheet: sheet.below_share,
    ),
    SheetItem(
        SheetFinding.WEEKS_UNEVEN,
        Tick.WEEKS,
        "R-24",
        (Topic.TIME_PLANNING,),
        lambda sheet: (
            max(sheet.week_lengths, default=0) - min(sheet.week_lengths, default=0) > UNEVEN
        ),
    ),
)
CHECKLISTS: Mapping[SheetKind, tuple[SheetItem, ...]] = {
    SheetKind.WEEK: WEEKLY,
    SheetKind.MONTH: MONTHLY,
}


def shown_by(sheet: ReviewedSheet, checklist: Sequence[SheetItem]) -> tuple[SheetItem, ...]:
    """Return the rows whose symptom a sheet shows, in the checklist's order."""
    return tuple(item for item in checklist if item.shows(sheet))


def ticks(checklist: Sequence[SheetItem]) -> tuple[Tick, ...]:
    """Return what a checklist ticks off, each once, in its order."""
    return tuple(dict.fromkeys(item.tick for item in checklist))
