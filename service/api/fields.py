"""Fields of the API's schemas: texts a database can hold, days and instants people can mean.

The shape is checked here; what a value means is the domain's business.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"

# Control characters and lone surrogates: PostgreSQL holds no NUL, UTF-8 no surrogate.
WRITABLE_PATTERN = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
DAY_PATTERN = r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"
INSTANT_PATTERN = r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt].*([Zz]|[+-][0-9]{2}:[0-9]{2})$"
CLOCK_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Text(fields.String):
    """A text of 1 to ``longest`` characters, without control characters but tab and newline."""

    def __init__(self, longest: int = 200, *, shortest: int = 1, **kwargs: Any) -> None:
        super().__init__(
            validate=[validate.Length(shortest, longest), _writable],
            **_documented(kwargs, WRITABLE_PATTERN),
        )


class Id(fields.String):
    """A short id: letters, digits, dot, hyphen, underscore; at most 64 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=[validate.Regexp(f"^{ID_PATTERN}$"), _one_line], **kwargs)


class Day(fields.Date):
    """A local day between 2000 and 2099, as ``2026-11-23``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**_documented(kwargs, DAY_PATTERN))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        day = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ma.ValidationError("Not a day between 2000 and 2099.")
        return day


class Instant(fields.AwareDateTime):
    """An instant with its offset, between 2000 and 2099; answered in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **_documented(kwargs, INSTANT_PATTERN))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            instant = super()._deserialize(value, attr, data, **kwargs).astimezone(UTC)
        except OverflowError as problem:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from problem
        if not FIRST_DAY <= instant.date() <= LAST_DAY:
            raise ma.ValidationError("Not an instant between 2000 and 2099.")
        return instant


class Clock(fields.Time):
    """A local time of day, as ``21:30``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**_documented(kwargs, CLOCK_PATTERN))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"\d\d:\d\d(:\d\d)?", value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class Word(fields.Enum[Any]):
    """One of the words of an enum, by value; shows plain texts as they are."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        return None if value is None else str(value)


def one_of(words: type[StrEnum], **kwargs: Any) -> Word:
    """Return a field that takes one of the words of an enum."""
    return Word(words, by_value=fields.String, **kwargs)


class Truth(fields.Boolean):
    """JSON true or false and nothing that looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Whole(fields.Integer):
    """A whole number between two, both included; never text or a fraction."""

    def __init__(self, lowest: int, highest: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(lowest, highest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if not whole or isinstance(value, bool):  # to JSON Schema 3.0 is an integer too
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Digits(fields.Integer):
    """A whole number in a query string, where all is text: digits and nothing else."""

    def __init__(self, lowest: int, highest: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(lowest, highest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not re.fullmatch(r"[0-9]{1,18}", str(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


def _writable(text: str) -> None:
    if _UNWRITABLE.search(text):
        raise ma.ValidationError("Has control characters or broken Unicode.")


def _one_line(text: str) -> None:
    # Python's "$" lets one newline pass, the pattern of the OpenAPI document does not.
    if "\n" in text:
        raise ma.ValidationError("Has a line break.")


def _documented(kwargs: dict[str, Any], pattern: str) -> dict[str, Any]:
    """Return the arguments of a field with the pattern for the OpenAPI document."""
    return {**kwargs, "metadata": {"pattern": pattern, **kwargs.get("metadata", {})}}
