"""The eleven cautions of a call to a customer: 注意事项 (R-57), for the caller's own score."""

from __future__ import annotations

from enum import StrEnum


class Caution(StrEnum):
    """What the caller keeps to (R-57), in the handbook's order."""

    STANDARD = "standard"  # 标准动作及话术
    WARM = "warm"  # 热忱、自信、准确
    SOFT = "soft"  # 语速适中，声音柔和
    SMILE = "smile"  # 微笑，放松
    NO_TABOO = "no_taboo"  # 不犯禁忌，按职业换话术
    NO_OFFENCE = "no_offence"  # 不冒犯民俗和信仰
    NO_JOKES = "no_jokes"  # 不随便开玩笑
    NO_CONFRONTATION = "no_confrontation"  # 不制造对立
    NOT_HUMBLE = "not_humble"  # 不过分谦虚恭维
    CONCISE = "concise"  # 简单，少占时间
    FRIENDLY = "friendly"  # 不咄咄逼人
