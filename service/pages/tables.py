"""Exports: a table of one's teams as CSV or XLSX, without anybody's contact, put on record first.

No role takes contacts away in bulk: the tables have no name or number of a customer in them.
"""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from domain.export import Table
from service.access import Thing, need
from service.context import shilu
from service.exporting import TABLES
from service.forms import Day, Form, PageForm, an_id, by, one_of, sent
from service.language import N_, _
from service.sessions import reader
from service.table_files import FORMATS, LONGEST, Wanted, table_file, teams_to_take
from service.words import options

pages = Blueprint("tables", __name__)


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
    if not form.good:
        return _page(form)
    names = ("table", "first_day", "last_day", "team_id", "file_format")
    wanted = Wanted(**{name: form.data[name] for name in names})
    return table_file(wanted, lambda part: by(form, part))


def _check_days(form: Form) -> None:
    first, last = form.data["first_day"], form.data["last_day"]
    if last < first:
        form.fail("last_day", _("最后一天在第一天之前"))
    elif last - first > LONGEST:
        form.fail("last_day", _("一次最多三个月"))


def _page(form: Form) -> Response:
    today = shilu().today()
    page = render_template(
        "tables.html",
        form=form,
        tables=options(TABLES),
        teams=list(teams_to_take().items()),
        first_day=today.replace(day=1),
        last_day=today,
    )
    return make_response(page, form.status)
