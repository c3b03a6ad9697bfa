"""The secret address under which a calendar program reads one's own plan (R-20)."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from domain.calendar_feed import CalendarFeed, feed_stream
from domain.refusals import UnknownFeed
from service.access import Thing
from service.api import guard
from service.api.fields import Truth
from service.api.preconditions import Done, by, by_part, command_id
from service.api.resource import Resource
from service.api.schemas import Body, Receipt
from service.context import shilu
from service.feed_address import close_address, feeds, open_address
from service.sessions import reader

resource = Resource("calendar-feed", "One's own plan as iCalendar, by an address that is secret.")


class FeedShown(ma.Schema):
    """Whether there is an address; the address itself is told only once."""

    feed_id = fields.String(required=True, allow_none=True)
    with_names = fields.Boolean(required=True)


class NewFeed(Body):
    """A new address; with masked names only if asked for."""

    with_names = Truth(load_default=False)


class FeedOpened(Receipt):
    """The new address, told this once; a repeat makes another one for the same feed."""

    feed_id = fields.String(required=True)
    address = fields.String(required=True)


@resource.query("/calendar-feed", FeedShown, errors=(403,))
def show(_: dict[str, Any]) -> dict[str, Any]:
    """Show whether one has an address."""
    guard.need(Thing.WRITE_LOG)
    known = feeds().of(shilu().branch, reader().person_id)
    return {
        "feed_id": known.feed_id if known else None,
        "with_names": known.with_names if known else False,
    }


@resource.command("/calendar-feed", NewFeed, answer=FeedOpened)
def open_feed(body: dict[str, Any]) -> Done:
    """Make a new address; the one before leads nowhere."""
    guard.need(Thing.WRITE_LOG)
    feed_id = "F-" + command_id().hex[:12]
    receipt, address = open_address(feed_id, by_part, with_names=body["with_names"])
    stream, ids = feed_stream(feed_id), {"feed_id": feed_id}
    shown = {"address": address}
    return Done(receipt, stream, CalendarFeed.Opened, "/calendar-feed", ids, shown)


@resource.command("/calendar-feed/closing", errors=(404,))
def close_feed() -> Done:
    """Take the address back."""
    guard.need(Thing.WRITE_LOG)
    closed = close_address(lambda _part: by())
    receipt = closed or shilu().record.recording.receipt_of(command_id())
    if receipt is None:
        raise UnknownFeed(feed_id="")
    return Done(receipt, receipt.stream_id, CalendarFeed.Closed)
