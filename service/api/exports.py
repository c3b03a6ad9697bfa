"""Tables to take away as CSV or XLSX: without any contact, put on record first (R-34)."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields, validate

from domain.export import Table
from service.access import Thing
from service.api import guard
from service.api.fields import Day, Id, one_of
from service.api.preconditions import by_part
from service.api.resource import Resource
from service.api.schemas import Body
from service.table_files import FORMATS, LONGEST, Wanted, table_file

resource = Resource("exports", "Tables of one's teams as files; no customer is named in them.")


class NewTableFile(Body):
    """Which table, of which days and team; without a team, of all one's teams."""

    table = one_of(Table, required=True)
    first_day = Day(required=True)
    last_day = Day(required=True)
    team_id = Id(load_default=None, allow_none=True)
    file_format = fields.String(load_default="csv", validate=validate.OneOf(tuple(FORMATS)))

    @ma.validates_schema
    def _short(self, data: dict[str, Any], **_: Any) -> None:
        if data["last_day"] < data["first_day"]:
            raise ma.ValidationError("last_day is before first_day", "last_day")
        if data["last_day"] - data["first_day"] > LONGEST:
            raise ma.ValidationError(f"at most {LONGEST.days} days", "last_day")


@resource.plain(
    "/exports",
    "POST",
    400,
    401,
    403,
    404,
    409,
    413,
    415,
    422,
    body=NewTableFile,
    status=201,
    keyed=True,
)
def export(body: dict[str, Any]) -> Response:
    """Hand a table over as a file, after that is on record."""
    guard.need(Thing.EXPORT)
    answer = table_file(Wanted(**body), by_part)
    answer.status_code = 201
    return answer
