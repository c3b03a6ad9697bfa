"""Exports: a table of one's teams as CSV or XLSX, without anybody's contact, put on record first.

No role takes contacts away in bulk: the tables have no name or number of a customer in them.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from flask import Blueprint, make_response, render_template
from marshmallow import fields, validate
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.export import Table, Taken
from projections import team_day
from service.access import Thing, may, need
from service.context import shilu
from service.exporting import TABLES, Span, table_of
from service.forms import Day, Form, PageForm, an_id, by, one_of, sent
from service.language import N_, _
from service.reading import views
from service.sessions import reader
from service.tables_out import XLSX, csv_file, xlsx_file
from service.words import label, options

pages = Blueprint("tables", __name__)
FORMATS = {"xlsx": XLSX, "csv": "text/csv"}
LONGEST = timedelta(days=92)
VIEWS = ("team_day", "agent_day", "callback_queue", "review_queue", "cases")


class ExportForm(PageForm):
    """Which table, of which days and team (none: of all one's teams)."""

    table = one_of(Table, required=True, missing=N_("请选择一张表"))
    first_day = Day(required=True)
    last_day = Day(required=True)
    team_id = an_id()
    file_format = fields.String(load_default="xlsx", validate=validate.OneOf(tuple(FORMATS)))


@pages.get("/tables")
def start() -> Response:
    """Offer the tables."""
    need(reader(), Thing.EXPORT)
    return _page(Form())


@pages.post("/tables")
def make() -> Response:
    """Put an export on record and give the file."""
    need(reader(), Thing.EXPORT)
    form = sent(ExportForm())
    if form.good:
        _check_days(form)
    return _file(form) if form.good else _page(form)


def _check_days(form: Form) -> None:
    first, last = form.data["first_day"], form.data["last_day"]
    if last < first:
        form.fail("last_day", _("最后一天在第一天之前"))
    elif last - first > LONGEST:
        form.fail("last_day", _("一次最多三个月"))


def _file(form: Form) -> Response:
    data, mine = form.data, _teams()
    if data["team_id"] is not None and data["team_id"] not in mine:
        raise NotFound
    teams = tuple(sorted([data["team_id"]] if data["team_id"] else mine))
    with views(*VIEWS) as connection:
        span = Span(connection, teams, data["first_day"], data["last_day"])
        header, rows = table_of(data["table"], span)
    as_csv = data["file_format"] == "csv"
    content = (
        csv_file(header, rows) if as_csv else xlsx_file(header, rows, label(TABLES, data["table"]))
    )
    digest = hashlib.sha256(content).hexdigest()
    taken = Taken(
        data["table"],
        data["file_format"],
        data["first_day"],
        data["last_day"],
        teams,
        len(rows),
        digest,
    )
    # the digest is part of the command: what was sent again and says something else is new
    shilu().record.exports.make(taken, by=by(form, f"export/{data['table']}/{digest}"))
    answer = make_response(content)
    answer.mimetype = FORMATS[data["file_format"]]
    name = f"{data['table']}-{data['first_day']}-{data['last_day']}.{data['file_format']}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _teams() -> dict[str, str]:
    with views("team_day") as connection:
        known = {team.team_id: team.name for team in team_day.teams(connection)}
    return {key: name for key, name in known.items() if may(reader(), Thing.EXPORT, team_id=key)}


def _page(form: Form) -> Response:
    today = shilu().today()
    page = render_template(
        "tables.html",
        form=form,
        tables=options(TABLES),
        teams=list(_teams().items()),
        first_day=today.replace(day=1),
        last_day=today,
    )
    return make_response(page, form.status)
