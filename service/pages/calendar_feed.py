"""The calendar feed: one's own plan in the calendar of one's phone, by a secret address (R-20).

Whoever has the address reads the plan, so it is shown once, can be taken back, and by default
says when and what, but not with whom.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, g, make_response, render_template
from icalendar import Calendar, Event
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.words import Receipt
from projections import customers, plans
from projections.plans import Planned
from service.access import Thing, need
from service.branches import enter
from service.context import shilu
from service.feed_address import close_address, feeds, open_address
from service.forms import Form, PageForm, Tick, by, command_id, see, sent
from service.language import LANGUAGES, _
from service.reading import said
from service.sessions import reader
from service.words import PLAN_KINDS, label
from store.feeds import Feed

pages = Blueprint("calendar_feed", __name__)
BEFORE, AHEAD = timedelta(days=30), timedelta(days=120)
LASTS = timedelta(hours=1)
KIND = "text/calendar"


class OpenForm(PageForm):
    """A new address; with masked names only if asked for."""

    with_names = Tick()


class CloseForm(PageForm):
    """The address is to lead nowhere."""


@pages.get("/mine/calendar")
def show() -> Response:
    """Show whether there is an address."""
    need(reader(), Thing.WRITE_LOG)
    return _page(Form())


@pages.post("/mine/calendar/open")
def open_feed() -> Response:
    """Make a new address and show it this once."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(OpenForm())
    if not form.good:
        return _page(form)
    feed_id = "F-" + command_id(form, "feed").hex[:12]
    names = form.data["with_names"]
    _receipt, address = open_address(feed_id, lambda part: by(form, part), with_names=names)
    return _page(Form(), address=address)


@pages.post("/mine/calendar/close")
def close_feed() -> Response:
    """Take the address back."""
    need(reader(), Thing.WRITE_LOG)
    form = sent(CloseForm())
    if not form.good:
        return _page(form)
    close_address(lambda part: by(form, part))
    return see("/mine/calendar", Receipt(0, UUID(int=0), 0), "saved")


@pages.get("/calendar/<token>.ics")
def feed(token: str) -> Response:
    """Give the plan behind an address to a calendar program."""
    found = feeds().find(token)
    if found is None or not enter(found.branch):
        raise NotFound
    accounts = shilu().accounts.all_of(found.branch)
    account = next((a for a in accounts if a.person_id == found.person_id and a.active), None)
    if account is None:
        raise NotFound
    g.language = account.language if account.language in LANGUAGES else "zh"
    answer = make_response(_calendar(found))
    answer.mimetype = KIND
    answer.headers["Content-Disposition"] = 'inline; filename="shilu.ics"'
    return answer


def _calendar(found: Feed) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Shilu//plan//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("实录 · 我的安排"))
    calendar.add("refresh-interval;value=duration", "PT1H")
    today = shilu().today()
    with shilu().views.connect() as connection:
        found_items = plans.between(connection, found.person_id, today - BEFORE, today + AHEAD)
        items = [item for item in found_items if item.state != plans.CANCELLED]
        ids = {item.customer_id for item in items if item.customer_id}
        masks = customers.names(connection, ids) if found.with_names else {}
    for item in items:
        calendar.add_component(_event(item, masks))
    return bytes(calendar.to_ical())


def _event(item: Planned, masks: dict[str, str]) -> Event:
    """Return a planned item: an hour from its time on, or the whole day where it has none."""
    event = Event()
    event.add("uid", f"{item.item_id}@{shilu().branch}.shilu")
    event.add("dtstamp", shilu().now())
    if item.at is None:
        event.add("dtstart", item.day)
    else:
        zone = ZoneInfo(shilu().rules().time_zone)
        begins = datetime.combine(item.day, item.at, zone).astimezone(UTC)
        event.add("dtstart", begins)
        event.add("dtend", begins + LASTS)
    mask = masks.get(item.customer_id, "") if item.customer_id else ""
    event.add("summary", f"{label(PLAN_KINDS, item.kind)} {mask}".strip())
    event.add("class", "PRIVATE")
    return event


def _page(form: Form, address: str = "") -> Response:
    page = render_template(
        "calendar_feed.html",
        form=form,
        said=said(),
        address=address,
        known=feeds().of(shilu().branch, reader().person_id),
    )
    return make_response(page, form.status)
