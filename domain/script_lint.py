"""What is wrong with a callback script (话术), as pure functions (R-56; regulation.md).

保险销售行为管理办法, art. 17 and 24: the caller says name, company and licence number, and that it
is about insurance. The advertising rules forbid superlatives, and promises of returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    """What a script may lack or say too much of."""

    NO_INSURANCE = "no_insurance"  # 没有说明与保险有关
    NO_COMPANY = "no_company"  # 没有公司全称
    NO_NAME = "no_name"  # 没有说自己是谁
    NO_LICENCE = "no_licence"  # 没有执业证编号
    FORBIDDEN_WORD = "forbidden_word"
    LEADING_QUESTION = "leading_question"  # 把答案放进客户嘴里
    PRESSING = "pressing"  # 二选一逼约


@dataclass(frozen=True, slots=True)
class Found:
    """A flaw, in which step (0: in the whole script), and the words that show it."""

    flaw: Flaw
    step: int
    words: str


FORBIDDEN = (
    "理财工具",
    "投资理财",
    "理财产品",
    "保本",
    "稳赚",
    "高收益",
    "收益率",
    "零风险",
    "无风险",
    "最优秀",
    "最好的",
    "第一品牌",
    "唯一",
    "即将停售",
    "限时",
    "返佣",
    "存款",
)
LEADING = ("进行了拜访是吗", "拜访了您是吗", "对吧", "没错吧")
PRESSING = ("今天下午2:00还是", "还是明天上午", "您必须", "一定要")
ASKED_OF_ALL = (
    (Flaw.NO_INSURANCE, ("保险",)),
    (Flaw.NO_COMPANY, ("〔公司全称〕", "保险股份有限公司", "保险有限公司", "保险有限责任公司")),
    (Flaw.NO_NAME, ("〔主管姓名〕", "我叫")),
    (Flaw.NO_LICENCE, ("执业证", "执业登记")),
)
NEGATED = ("不", "没有")


def lint(texts: Sequence[str], language: str = "zh") -> tuple[Found, ...]:
    """Return the flaws of a script's six steps, what is missing first, then step by step.

    A 保险 that is only part of the company's name does not say what the call is about. Only Chinese
    scripts are checked: the rules name Chinese words.
    """
    if language != "zh":
        return ()
    whole = "\n".join(texts)
    plain = whole
    for name in ASKED_OF_ALL[1][1]:
        plain = plain.replace(name, "")
    missing = [
        Found(flaw, 0, "")
        for flaw, one_of in ASKED_OF_ALL
        if not any(words in (plain if flaw is Flaw.NO_INSURANCE else whole) for words in one_of)
    ]
    said = [
        Found(flaw, step, words)
        for step, text in enumerate(texts, start=1)
        for flaw, kinds in (
            (Flaw.FORBIDDEN_WORD, FORBIDDEN),
            (Flaw.LEADING_QUESTION, LEADING),
            (Flaw.PRESSING, PRESSING),
        )
        for words in kinds
        if _says(text, words)
    ]
    return (*missing, *said)


def _says(text: str, words: str) -> bool:
    """Tell whether a text says these words without a "not" right before them."""
    at = text.find(words)
    while at >= 0:
        if not text[:at].endswith(NEGATED):
            return True
        at = text.find(words, at + 1)
    return False
