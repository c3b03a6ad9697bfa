"""The daily review's checklist as computed ticks (批阅要点; R-01 to R-03).

Each item: the column of the log (栏目), what it shows (现象), the problem it reveals (反映问题) and
what to coach (辅导重点). The handbook gives the rows of R-01 and R-02; the rest of its table is lost, so
the other rows are this project's proposals (R-03), marked as such.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.words import RemarkKind

THIN_NOTE = 6  # characters; shorter tells nothing of a meeting
BROKEN_PROMISES = 2  # agreed next meetings of the last fortnight that came to nothing


class Finding(StrEnum):
    """What a log shows."""

    NO_DAILY_SUMMARY = "no_daily_summary"  # 总结不填写
    DISORDERLY_FOLLOW_UP = "disorderly_follow_up"  # 回访安排无序
    QUOTA_SHORT = "quota_short"
    THIN_NOTES = "thin_notes"
    NO_LAST_ACTION = "no_last_action"
    NO_NEXT_STEP = "no_next_step"
    LATE_ENTRIES = "late_entries"
    NAME_INCOMPLETE = "name_incomplete"  # 姓名不全 (R-83 names it)


class Topic(StrEnum):
    """What to coach (辅导重点)."""

    FOLLOW_UP_SKILL = "follow_up_skill"  # 回访的技巧
    SALES_PROCESS = "sales_process"  # 销售流程的技巧
    FOLLOW_UP_RHYTHM = "follow_up_rhythm"  # 回访的周期性
    HABIT = "habit"  # 良好习惯的重要性
    TIME_PLANNING = "time_planning"
    RECORDING = "recording"  # 过程记录
    CLOSING = "closing"  # 促成
    PROSPECT_DATA = "prospect_data"  # 资料收集


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """How a branch words a row, and whether it looks at it; empty texts are the handbook's own."""

    finding: Finding
    applies: bool = True
    symptom: str = ""  # 现象
    problem: str = ""  # 反映问题
    coach: str = ""  # 辅导重点


@dataclass(frozen=True, slots=True)
class Phrase:
    """A remark that is offered; 〔姓名〕 in it stands for the agent's name."""

    kind: RemarkKind
    text: str


@dataclass(frozen=True, slots=True)
class ReviewedEntry:
    """An entry as the checklist needs it."""

    is_meeting: bool
    note_length: int
    has_last_action: bool
    has_next_step: bool
    ended_open: bool  # the result asks for a next step
    late: bool


@dataclass(frozen=True, slots=True)
class ReviewedDay:
    """A day as the checklist needs it. ``columns_short`` counts the quota's unmet columns."""

    entries: Sequence[ReviewedEntry]
    summary_length: int
    columns_short: int
    broken_promises: int
    incomplete_names: int


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the checklist; ``shows`` tells whether a day has the symptom."""

    finding: Finding
    topics: tuple[Topic, ...]
    shows: Callable[[ReviewedDay], bool]
    proposed: bool = True


def _meetings(day: ReviewedDay) -> list[ReviewedEntry]:
    return [entry for entry in day.entries if entry.is_meeting]


def _mostly(day: ReviewedDay, lacks: Callable[[ReviewedEntry], bool]) -> bool:
    """Tell whether half or more of a day's meetings lack something: one slip is no habit."""
    meetings = _meetings(day)
    return bool(meetings) and 2 * sum(map(lacks, meetings)) >= len(meetings)


CHECKLIST: tuple[Item, ...] = (
    Item(
        Finding.DISORDERLY_FOLLOW_UP,
        (Topic.FOLLOW_UP_SKILL, Topic.SALES_PROCESS, Topic.FOLLOW_UP_RHYTHM),
        lambda day: day.broken_promises >= BROKEN_PROMISES,
        proposed=False,
    ),
    Item(
        Finding.NO_DAILY_SUMMARY, (Topic.HABIT,), lambda day: not day.summary_length, proposed=False
    ),
    Item(Finding.QUOTA_SHORT, (Topic.TIME_PLANNING,), lambda day: day.columns_short > 0),
    Item(
        Finding.THIN_NOTES,
        (Topic.RECORDING,),
        lambda day: _mostly(day, lambda entry: entry.note_length < THIN_NOTE),
    ),
    Item(
        Finding.NO_LAST_ACTION,
        (Topic.SALES_PROCESS, Topic.CLOSING),
        lambda day: _mostly(day, lambda entry: not entry.has_last_action),
    ),
    Item(
        Finding.NO_NEXT_STEP,
        (Topic.FOLLOW_UP_RHYTHM,),
        lambda day: _mostly(day, lambda entry: entry.ended_open and not entry.has_next_step),
    ),
    Item(
        Finding.LATE_ENTRIES,
        (Topic.HABIT,),
        lambda day: any(entry.late for entry in day.entries),
    ),
    Item(Finding.NAME_INCOMPLETE, (Topic.PROSPECT_DATA,), lambda day: day.incomplete_names > 0),
)


def findings(day: ReviewedDay) -> tuple[Item, ...]:
    """Return the rows whose symptom a day shows, in the checklist's order."""
    return tuple(item for item in CHECKLIST if item.shows(day))


def topics(found: Sequence[Finding]) -> tuple[Topic, ...]:
    """Return what to coach for these findings, each topic once, in the checklist's order."""
    named = [topic for item in CHECKLIST if item.finding in found for topic in item.topics]
    return tuple(dict.fromkeys(named))
