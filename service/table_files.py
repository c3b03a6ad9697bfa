"""An export as a file: its rows, put on record before it leaves (R-34)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, make_response
from werkzeug.exceptions import NotFound

from domain.export import Table, Taken
from domain.words import By
from projections import team_day
from service.access import Thing, may
from service.context import shilu
from service.exporting import TABLES, Span, table_of
from service.reading import views
from service.sessions import reader
from service.tables_out import XLSX, csv_file, xlsx_file
from service.words import label

FORMATS: Mapping[str, str] = {"xlsx": XLSX, "csv": "text/csv"}
LONGEST = timedelta(days=92)
VIEWS = ("team_day", "agent_day", "callback_queue", "review_queue", "cases")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which table, of which days (both included) and team; None: of all one's teams."""

    table: Table
    first_day: date
    last_day: date
    team_id: str | None
    file_format: str


def teams_to_take() -> dict[str, str]:
    """Return the names of the teams whose tables the reader may take, by id."""
    with views("team_day") as connection:
        known = {team.team_id: team.name for team in team_day.teams(connection)}
    return {key: name for key, name in known.items() if may(reader(), Thing.EXPORT, team_id=key)}


def table_file(wanted: Wanted, who: Callable[[str], By]) -> Response:
    """Put an export on record and answer with the file. Raises NotFound for another's team.

    ``who`` gives who-and-when for a part of the command: what stands in the file is a part of it,
    so that the same request with other rows is another export.
    """
    mine = teams_to_take()
    if wanted.team_id is not None and wanted.team_id not in mine:
        raise NotFound
    teams = tuple(sorted([wanted.team_id] if wanted.team_id else mine))
    content, rows = _content(wanted, teams)
    digest = hashlib.sha256(content).hexdigest()
    days = wanted.first_day, wanted.last_day
    taken = Taken(wanted.table, wanted.file_format, *days, teams, rows, digest)
    shilu().record.exports.make(taken, by=who(f"export/{wanted.table}/{digest}"))
    answer = make_response(content)
    answer.mimetype = FORMATS[wanted.file_format]
    name = f"{wanted.table}-{wanted.first_day}-{wanted.last_day}.{wanted.file_format}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _content(wanted: Wanted, teams: tuple[str, ...]) -> tuple[bytes, int]:
    with views(*VIEWS) as connection:
        span = Span(connection, teams, wanted.first_day, wanted.last_day)
        header, rows = table_of(wanted.table, span)
    if wanted.file_format == "csv":
        return csv_file(header, rows), len(rows)
    return xlsx_file(header, rows, label(TABLES, wanted.table)), len(rows)
