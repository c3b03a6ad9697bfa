"""The one secret address of a person's calendar: made, told once, taken back; each on record."""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from domain.words import By, Receipt
from service.context import shilu
from service.sessions import reader
from store.feeds import Feed, Feeds

Who = Callable[[str], By]  # who-and-when for a part of the command


def open_address(feed_id: str, who: Who, *, with_names: bool) -> tuple[Receipt, str]:
    """Give the reader a new address, and let the one before lead nowhere; return it, this once."""
    close_address(who, but=feed_id)
    receipt = shilu().record.calendar_feeds.open(
        feed_id, reader().team_id, with_names=with_names, by=who("feed")
    )
    token = feeds().open(Feed(shilu().branch, reader().person_id, feed_id, with_names))
    return receipt, f"{request.url_root}calendar/{token}.ics"


def close_address(who: Who, *, but: str = "") -> Receipt | None:
    """Take the reader's address back, unless it is the feed ``but``; None if there was none."""
    known = feeds().of(shilu().branch, reader().person_id)
    if known is None or known.feed_id == but:
        return None
    feeds().close(known.branch, known.person_id)
    by = who(f"close/{known.feed_id}")
    return shilu().record.calendar_feeds.close(known.feed_id, by=by)


def feeds() -> Feeds:
    """Return the addresses of the installation."""
    return Feeds(shilu().accounts.engine)
