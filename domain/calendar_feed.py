"""The calendar feed of an agent's own plan: when its secret address was given out and taken back.

The address itself is no part of the record; only that there is one, for whom, and whether masked
names go along.
"""

from __future__ import annotations

from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import NotYours, UnknownFeed
from domain.words import By, Receipt, stream_id


def feed_stream(feed_id: str) -> UUID:
    """Return the stream of a feed."""
    return stream_id("calendar_feed", feed_id)


class CalendarFeed(Aggregate):
    """One address of one person's plan."""

    TOPIC = "calendar_feed"

    class Opened(Created):
        """A person got an address from which a calendar program reads their plan."""

        TOPIC = "calendar_feed.opened.v1"
        feed_id: str
        agent_id: str
        team_id: str | None
        with_names: bool

    class Closed(Aggregate.Event):
        """The address leads nowhere from now on."""

        TOPIC = "calendar_feed.closed.v1"
        feed_id: str
        agent_id: str

    @event(Opened)
    def __init__(self, feed_id: str, agent_id: str) -> None:
        self.feed_id = feed_id
        self.agent_id = agent_id
        self.closed = False

    @event(Closed)
    def _closed(self) -> None:
        self.closed = True


class CalendarFeeds:
    """The commands about feeds."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, feed_id: str) -> CalendarFeed | None:
        """Return the feed, or None."""
        return self._recording.find(CalendarFeed, feed_stream(feed_id))

    def open(self, feed_id: str, team_id: str | None, *, with_names: bool, by: By) -> Receipt:
        """Put on record that ``by.actor`` gets an address of their own plan."""

        def decide() -> list[Aggregate]:
            return [
                CalendarFeed._create(
                    CalendarFeed.Opened,
                    id=feed_stream(feed_id),
                    feed_id=feed_id,
                    agent_id=by.actor,
                    team_id=team_id,
                    with_names=with_names,
                    by=by,
                )
            ]

        return self._recording.answer(by, decide)

    def close(self, feed_id: str, *, by: By) -> Receipt:
        """Take the address back; nothing happens if it was. Raises UnknownFeed, NotYours."""

        def decide() -> list[Aggregate]:
            feed = self.find(feed_id)
            if feed is None:
                raise UnknownFeed(feed_id=feed_id)
            if feed.agent_id != by.actor:
                raise NotYours(what="calendar_feed")
            if not feed.closed:
                feed.trigger_event(
                    CalendarFeed.Closed, feed_id=feed_id, agent_id=feed.agent_id, by=by
                )
            return [feed]

        return self._recording.answer(by, decide)
