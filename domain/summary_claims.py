"""What a summary says in numbers, held against the log (R-12: 全面、客观).

A claim is found by its words; one that the log does not support is shown beside the log's own
figure, to the writer before it is handed in and to the reviewer after. Nothing is refused: the log
may be what lacks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.sheet_figures import Column, Figures

_DIGITS = "零一二三四五六七八九"
_NUMBER = r"(?P<n>\d{1,4}|[零〇一二两三四五六七八九十百]{1,5})"
_UNITS = r"\s*(?:通|个|次|位|人|单|件|场|家|户|多|余)*\s*"
_WORDS: tuple[tuple[Column, str], ...] = (
    (Column.CALLS, r"电话约访|约访|电话|calls?\b|phone calls?\b"),
    (Column.CLOSINGS, r"促成|closing visits?\b|closings?\b"),
    (
        Column.NEW_VISITS,
        r"新增拜访|增员拜访|新增|新客户|准客户|增员|new (?:prospects?|visits?|customers?)\b",
    ),
    (Column.POLICIES, r"签单|成交|出单|保单|单|policies\b|policy\b"),
    (Column.MEETINGS, r"面谈|拜访|见客户|见了?客户|meetings?\b|visits?\b"),
)
_REACHED = re.compile(
    r"(?:目标|计划|任务)[^。;；，,\n]{0,6}?(?:完成|达成|超额)|(?:完成|达成|超额完成)[^。;；，,\n]{0,6}?(?:目标|计划|任务)"
    r"|全部达标|(?:reached|met|beat) (?:all )?(?:my|the) targets?",
    re.IGNORECASE,
)
_NOT = re.compile(r"[没未不]|not\b|n't\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A number that a text gives for a column; ``words`` are its own words."""

    column: Column
    n: int
    words: str


def number(written: str) -> int:
    """Return a number written in digits or in Chinese, up to the hundreds."""
    if written.isdigit():
        return int(written)
    value, digit = 0, 0
    for sign in written.replace("〇", "零").replace("两", "二"):
        if sign in "十百":
            value += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS.index(sign)
    return value + digit


def claims(text: str) -> list[Claim]:
    """Return the numbers that a text gives for the five columns, in its order.

    Understands "打了 30 通电话", "面谈12位", "签了两单" and their English likes; what it does not
    understand it leaves alone.
    """
    found: dict[tuple[int, int], Claim] = {}
    for column, words in _WORDS:
        before = rf"{_NUMBER}{_UNITS}(?:{words})"
        after = (
            rf"(?:{words})(?:了|到|约|共|有)*\s*{_NUMBER}(?=\s*(?:通|个|次|位|人|单|件|场|家|户))"
        )
        for pattern in (before, after):
            for match in re.finditer(pattern, text, re.IGNORECASE):
                span = match.span("n")
                if span not in found:  # the more exact word of the list above has it already
                    found[span] = Claim(column, number(match["n"]), match[0].strip())
    return [found[span] for span in sorted(found)]


def unsupported(text: str, done: Figures) -> list[Claim]:
    """Return the claims of a text that are above what the log shows; less is modesty."""
    return [claim for claim in claims(text) if claim.n > done.of(claim.column)]


def says_reached(text: str) -> bool:
    """Tell whether a text says that the targets were reached."""
    for match in _REACHED.finditer(text):
        around = text[max(match.start() - 2, 0) : match.end()]
        if not _NOT.search(around):
            return True
    return False


def is_reached(targets: Figures, done: Figures) -> bool:
    """Tell whether every target was reached."""
    return all(done.of(column) >= targets.of(column) for column in Column)
