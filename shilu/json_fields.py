"""Read the fields of one JSON line by type, with a sentence for whatever does not fit."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import NoReturn

MAX_LINE_BYTES = 64 * 1024  # a line of visits.jsonl has about 350 bytes; a longer one is no row
MAX_ID = 64  # characters


class BadField(ValueError):
    """A field of a row does not fit; carries the sentence for each language."""

    def __init__(self, field: str | None, message_zh: str, message_en: str) -> None:
        super().__init__(message_en)
        self.field, self.message_zh, self.message_en = field, message_zh, message_en


class Fields:
    """The fields of one JSON object; every reader raises `BadField` for what does not fit."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    @classmethod
    def of(cls, value: object) -> "Fields":
        """Return the fields of an object inside a message."""
        if not isinstance(value, dict):
            en = f"must be an {{…}} object, not {_json_type(value)}."
            raise BadField(None, "列表里应是 {…} 对象。", en)
        return cls(value)

    def many(self, name: str) -> list[object]:
        """Return a list; nothing told is an empty one."""
        value = self._values.get(name, [])
        if not isinstance(value, list):
            raise BadField(name, "应为列表 […]。", f"must be a list, not {_json_type(value)}.")
        return value

    def text(self, name: str, most: int = MAX_ID) -> str:
        """Return a text of 1 to `most` characters."""
        if (plain := self._plain(name, most)) is not None:
            return plain
        value = self.maybe_text(name, most)
        if value is None:
            raise BadField(name, "不能为空，请填写。", "must not be empty; fill it in.")
        return value

    def maybe_text(self, name: str, most: int) -> str | None:
        """Return a text, or None when it is null or blank; the key itself must be there."""
        if (plain := self._plain(name, most)) is not None:
            return plain
        value = self._required(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise BadField(name, "应为文字。", f"must be text, not {_json_type(value)}.")
        if len(value) > most:
            raise BadField(
                name,
                f"超过 {most} 个字，请缩短。",
                f"is longer than {most} characters; shorten it.",
            )
        _refuse_unstorable(name, value)
        return value.strip() or None

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return one of the `allowed` words."""
        value = self.text(name)
        if value not in allowed:
            words = " | ".join(allowed)
            raise BadField(
                name,
                f"“{value}”不在可用的词里，请用：{words}。",
                f"{value!r} is unknown; use {words}.",
            )
        return value

    def day(self, name: str) -> date:
        """Return a calendar day written like 2025-03-31."""
        value = self.text(name)
        if (day := _day(value)) is not None:
            return day
        raise BadField(
            name,
            f"“{value}”不是日期，请写成 2025-03-31。",
            f"{value!r} is no day; write 2025-03-31.",
        )

    def moment(self, name: str) -> datetime:
        """Return a local time written like 2025-03-31T09:30, without an offset."""
        value = self.text(name)
        try:
            moment = datetime.fromisoformat(value) if len(value) >= 16 else None
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None:
            zh = f"“{value}”不是当地时间，请写成 2025-03-31T09:30，不带时区。"
            raise BadField(
                name, zh, f"{value!r} is no local time; write 2025-03-31T09:30, no offset."
            )
        return moment

    def whole(self, name: str, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`."""
        value = self._required(name)
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if isinstance(whole, bool) or not isinstance(whole, int) or not least <= whole <= most:
            zh = f"应为 {least} 到 {most} 的整数。"
            raise BadField(name, zh, f"must be a whole number from {least} to {most}.")
        return whole

    def yes_or_no(self, name: str) -> bool:
        """Return true or false."""
        value = self._required(name)
        if not isinstance(value, bool):
            raise BadField(name, "应为 true 或 false。", "must be true or false.")
        return value

    def maybe_probability(self, name: str) -> float | None:
        """Return a probability above 0 and at most 1, or None for null."""
        value = self._required(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value <= 1.0:
            raise BadField(
                name,
                "应为大于 0、不超过 1 的概率。",
                "must be a probability above 0 and at most 1.",
            )
        return float(value)

    def _plain(self, name: str, most: int) -> str | None:
        """Return a text that needs no second look, or None: nearly every one does not."""
        value = self._values.get(name)
        if isinstance(value, str) and 0 < len(value) <= most and value.isprintable():
            return None if value[0] == " " or value[-1] == " " else value
        return None

    def _required(self, name: str) -> object:
        if name not in self._values:
            raise BadField(name, "缺少这一项，请补上。", "is missing; add it.")
        return self._values[name]


def fields_of(line: bytes, most: int = MAX_LINE_BYTES) -> Fields:
    """Return the fields of a JSON line; raises `BadField` if it is no UTF-8, JSON or object."""
    if len(line) > most:
        zh = f"这一行超过 {most} 字节，请检查文件是否损坏。"
        raise BadField(None, zh, f"the line has more than {most} bytes; is the file damaged?")
    try:
        values = _DECODER.decode(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        at = error.start + 1
        zh = f"第 {at} 个字节不是 UTF-8，请把文件另存为 UTF-8。"
        raise BadField(None, zh, f"byte {at} is not UTF-8; save the file as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        zh = f"不是合格的 JSON（{error}），请重新导出这一行。"
        raise BadField(None, zh, f"is not valid JSON ({error}); export the line again.") from None
    if not isinstance(values, dict):
        zh = "每一行应是一个 {…} 对象。"
        raise BadField(None, zh, f"a line must be one {{…}} object, not {_json_type(values)}.")
    return Fields(values)


@lru_cache(maxsize=1024)
def _day(value: str) -> date | None:
    """Return a day written like 2025-03-31, or None; a file holds the same few again and again."""
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None


def _refuse_unstorable(name: str, value: str) -> None:
    """Refuse NUL and lone surrogates: JSON can escape them, no text column takes them."""
    if not value.isprintable() and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
        zh = "含有无法保存的字符（NUL 或半个代理对），请删去。"
        raise BadField(
            name, zh, "holds a NUL or a lone surrogate, which cannot be stored; delete it."
        )


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _json_type(value: object) -> str:
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        type(None): "null",
    }
    return names.get(type(value), "an object")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
