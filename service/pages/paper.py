"""Paper (A4): daily log, weekly sheet, monthly record, callback record; masked, with who printed.

Printing is a POST, because it is put on record before the sheet is shown.
"""

from __future__ import annotations

from datetime import date

from flask import Blueprint, make_response, render_template
from marshmallow import fields, validate
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.sheet_figures import monday_of, month_of
from domain.words import Role
from service.access import Thing, need, need_about
from service.context import shilu
from service.forms import PageForm, by, sent
from service.language import _
from service.pages.paper_callback import callback_sheet
from service.pages.paper_daily_log import daily_log_sheet
from service.pages.paper_month import month_sheet
from service.pages.paper_week import week_sheet
from service.printing import NoPdf, Sheet, print_sheet
from service.sessions import reader

pages = Blueprint("paper", __name__)
PDF = "pdf"


class PaperForm(PageForm):
    """As a page for the browser's own printing, or as a PDF."""

    form = fields.String(load_default="page", validate=validate.OneOf(("page", PDF)))


@pages.post("/paper/daily-log/<agent_id>/<day>")
def daily_log(agent_id: str, day: str) -> Response:
    """Print an agent's day."""
    of, team_id = about(agent_id, day)
    return printed(daily_log_sheet(agent_id, team_id, of))


@pages.post("/paper/weekly-sheet/<agent_id>/<day>")
def weekly_sheet(agent_id: str, day: str) -> Response:
    """Print the sheet of the week of a day."""
    of, team_id = about(agent_id, day)
    return printed(week_sheet(agent_id, team_id, monday_of(of)))


@pages.post("/paper/monthly-record/<agent_id>/<day>")
def monthly_record(agent_id: str, day: str) -> Response:
    """Print the record and calendar of the month of a day."""
    of, team_id = about(agent_id, day)
    return printed(month_sheet(agent_id, team_id, month_of(of)))


@pages.post("/paper/callback/<callback_id>")
def callback(callback_id: str) -> Response:
    """Print the record of a callback (回访电话记录表) of one's own."""
    return printed(record_of(callback_id))


def record_of(callback_id: str) -> Sheet:
    """Return the record of a callback of the reader's own. Raises Forbidden, NotFound."""
    need(reader(), Thing.CALL)
    call = shilu().record.callbacks.find(callback_id)
    if call is None or call.supervisor_id != reader().person_id:
        raise NotFound
    need_about(reader(), Thing.CALL, agent_id=call.agent_id, team_id=call.team_id)
    sheet = callback_sheet(call)
    if sheet is None:
        raise NotFound
    return sheet


def about(agent_id: str, day: str) -> tuple[date, str | None]:
    """Return the day and the agent's team on it. Raises Forbidden, NotFound."""
    need(reader(), Thing.READ_LOG)
    try:
        of = date.fromisoformat(day)
    except ValueError as problem:
        raise NotFound from problem
    member = shilu().record.organisation.member(agent_id)
    team_id = member.team_on(of) or member.team_id if member else None
    need_about(reader(), Thing.READ_LOG, agent_id=agent_id, team_id=team_id)
    if member is None or member.role is not Role.AGENT:
        raise NotFound
    return of, team_id


def printed(sheet: Sheet) -> Response:
    """Print a sheet in the form that was asked for; say so where no PDF can be made."""
    form = sent(PaperForm())
    if form.good:
        try:
            as_pdf = form.data["form"] == PDF
            return print_sheet(sheet, form, lambda part: by(form, part), as_pdf=as_pdf)
        except NoPdf as missing:
            form.problem, form.status = str(missing), 503
    page = render_template("paper_problem.html", form=form, back=sheet.back, title=_("打印"))
    return make_response(page, form.status)
