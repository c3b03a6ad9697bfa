"""The handbook's five filling problems (填写问题) and the ladder of four steps of each (R-30 to R-34).

The steps go in order, 首先 → 其次 → 再次 → 最后. In the ladder of made-up entries the second step is for
who can't (不会) and the third for who won't (不愿): so whether it is the one or the other comes first,
and the ladder has three steps for either.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

STEPS = (1, 2, 3, 4)
NOTICED, RETRAINED, TALKED_TO, PRAISED = STEPS  # of made-up entries
TALKS_BEFORE_CRITICISM = 2  # on different days (R-33: 多次不改者)


class Problem(StrEnum):
    """What is wrong with how somebody fills the log, in the handbook's order."""

    TOO_MUCH_TROUBLE = "too_much_trouble"  # 太麻烦，不填写
    FADED = "faded"  # 新鲜过后不再填写
    DOUBTING = "doubting"  # 业绩没有改善，怀疑，应付了事
    FABRICATED = "fabricated"  # 虚假填写
    FEARS_POACHING = "fears_poaching"  # 害怕主管窃取客户资料


class Will(StrEnum):
    """Why entries were made up: 不愿还是不会."""

    UNWILLING = "unwilling"
    UNABLE = "unable"


class Ending(StrEnum):
    """How a filling case ended."""

    CORRECTED = "corrected"  # asks for praise first
    UNFOUNDED = "unfounded"
    NO_CHANGE = "no_change"  # the whole ladder, and nothing changed: goes to those above
    LEFT = "left"


def path(problem: Problem, will: Will | None) -> tuple[int, ...]:
    """Return the steps that this case goes through, in order."""
    if problem is not Problem.FABRICATED:
        return STEPS
    middle = {Will.UNABLE: (RETRAINED,), Will.UNWILLING: (TALKED_TO,)}
    return (NOTICED, *(middle[will] if will else ()), PRAISED)


def enough_talks(days: set[date]) -> bool:
    """Tell whether there were as many private talks, each on another day, as criticism asks for."""
    return len(days) >= TALKS_BEFORE_CRITICISM
