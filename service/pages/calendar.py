"""Work calendars (工作日历) as data, published a year at a time; an unknown year is Monday to Friday."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from service.access import Thing, need
from service.calendar_years import missing_year
from service.context import shilu
from service.forms import Form, PageForm, by, see, sent, text, whole
from service.language import N_, _
from service.reading import said
from service.sessions import reader
from service.work_calendar import Seed, seed

pages = Blueprint("calendar", __name__)
FIRST, LAST = 2000, 2099
MANY_DAYS = 2000  # characters
YEAR = N_("请填写 2000 到 2099 之间的年份")


class CalendarForm(PageForm):
    """A year, its days off and its make-up days, one date a line."""

    year = whole(FIRST, LAST, missing=YEAR, required=True)
    days_off = text(MANY_DAYS)
    make_up_days = text(MANY_DAYS)
    origin = text(100, required=True, missing=N_("请写明出处"))


@pages.get("/settings/calendar")
def calendar() -> Response:
    """Show a year's calendar, filled in from the library where nothing is published."""
    need(reader(), Thing.PEOPLE)
    return _page(_asked_year(), Form())


@pages.post("/settings/calendar")
def publish() -> Response:
    """Publish a year; a later publication replaces it."""
    need(reader(), Thing.PEOPLE)
    form = sent(CalendarForm())
    year = form.data.get("year") or _asked_year()
    days = {name: _days(form, name) for name in ("days_off", "make_up_days") if form.good}
    if form.good:
        with form.refusals(day="days_off"):
            receipt = shilu().record.rulebook.publish_calendar(
                year, **days, origin=form.data["origin"], by=by(form)
            )
            return see(f"/settings/calendar?year={year}", receipt, "saved")
    return _page(year, form)


def _asked_year() -> int:
    given = request.args.get("year", "")
    year = int(given) if re.fullmatch(r"\d{4}", given, re.ASCII) else 0
    return year if FIRST <= year <= LAST else missing_year() or shilu().today().year


def _days(form: Form, name: str) -> tuple[date, ...]:
    """Return the dates of a field, in any separation; what is no date is the field's error."""
    found = []
    for word in re.split(r"[\s,，;；、]+", form.data[name] or ""):
        try:
            found.append(date.fromisoformat(word)) if word else None
        except ValueError:
            form.fail(name, _("“{word}”不是日期，请写成 2026-10-01", word=word[:20]))
            return ()
    return tuple(dict.fromkeys(found))


def _page(year: int, form: Form) -> Response:
    rules, known = shilu().rules(), seed(year)
    published = year in rules.published_years
    shown = Seed(
        tuple(sorted(day for day in rules.days_off if day.year == year)),
        tuple(sorted(day for day in rules.make_up_days if day.year == year)),
    )
    filled = shown if published else known or shown
    page = render_template(
        "calendar.html",
        form=form,
        year=year,
        years=[year - 1, year + 1],
        published=published,
        known=known is not None,
        calendar=SimpleNamespace(
            days_off="\n".join(map(str, filled.days_off)),
            make_up_days="\n".join(map(str, filled.make_up_days)),
            origin="" if published or known is None else _("国务院办公厅放假安排"),
        ),
        said=said(),
    )
    return make_response(page, form.status)
