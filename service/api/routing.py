"""What stands in a path: ids and days; anything else is an address that does not exist."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from service.api.fields import DAY_PATTERN, FIRST_DAY, ID_PATTERN, LAST_DAY

THING = {"type": "string", "pattern": f"^{ID_PATTERN}$", "example": "T-1"}
DAY = {"type": "string", "format": "date", "pattern": DAY_PATTERN, "example": "2026-11-23"}


class IdConverter(BaseConverter):
    """A short id."""

    regex = ID_PATTERN
    part_isolating = True


class DayConverter(BaseConverter):
    """A local day between 2000 and 2099."""

    regex = r"\d{4}-\d{2}-\d{2}"
    part_isolating = True

    def to_python(self, value: str) -> date:
        """Return the day. Raises ValidationError, which means: no such address."""
        try:
            day = date.fromisoformat(value)
        except ValueError as problem:
            raise ValidationError(value) from problem
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(value)
        return day

    def to_url(self, value: Any) -> str:
        """Return the day as ISO text."""
        return value.isoformat() if isinstance(value, date) else str(value)


def add_converters(app: Flask, api: Any) -> None:
    """Teach the application and the document the two converters."""
    for name, converter, schema in (
        ("thing", IdConverter, THING),
        ("day", DayConverter, DAY),
    ):
        app.url_map.converters[name] = converter
        api.register_converter(converter, lambda _, schema=schema: dict(schema))
