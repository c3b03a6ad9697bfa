"""The handbook's forms on A4 as PDF: names masked, put on record before they leave (R-34)."""

from __future__ import annotations

from datetime import date

from flask import Response

from domain.sheet_figures import monday_of, month_of
from service.api.preconditions import by_part
from service.api.problems import Problem
from service.api.resource import Resource
from service.forms import Form
from service.pages.paper import about, record_of
from service.pages.paper_daily_log import daily_log_sheet
from service.pages.paper_month import month_sheet
from service.pages.paper_week import week_sheet
from service.printing import NoPdf, Sheet, print_sheet

resource = Resource("papers", "Daily log, weekly sheet, monthly record and callback record as PDF.")
ERRORS = (400, 401, 403, 404, 409, 422)
OF_DAY = "/<thing:agent_id>/<day:day>"


@resource.plain("/papers/daily-log" + OF_DAY, "POST", *ERRORS, status=201, keyed=True)
def daily_log(agent_id: str, day: date) -> Response:
    """Print an agent's day."""
    of, team_id = about(agent_id, day.isoformat())
    return _printed(daily_log_sheet(agent_id, team_id, of))


@resource.plain("/papers/weekly-sheet" + OF_DAY, "POST", *ERRORS, status=201, keyed=True)
def weekly_sheet(agent_id: str, day: date) -> Response:
    """Print the sheet of the week of a day."""
    of, team_id = about(agent_id, day.isoformat())
    return _printed(week_sheet(agent_id, team_id, monday_of(of)))


@resource.plain("/papers/monthly-record" + OF_DAY, "POST", *ERRORS, status=201, keyed=True)
def monthly_record(agent_id: str, day: date) -> Response:
    """Print the record and calendar of the month of a day."""
    of, team_id = about(agent_id, day.isoformat())
    return _printed(month_sheet(agent_id, team_id, month_of(of)))


@resource.plain("/papers/callback/<thing:callback_id>", "POST", *ERRORS, status=201, keyed=True)
def callback(callback_id: str) -> Response:
    """Print the record of a callback (回访电话记录表) of one's own."""
    return _printed(record_of(callback_id))


def _printed(sheet: Sheet) -> Response:
    try:
        answer = print_sheet(sheet, Form(), by_part, as_pdf=True)
    except NoPdf as missing:
        raise Problem("no-pdf") from missing
    answer.status_code = 201
    return answer
