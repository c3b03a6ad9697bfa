"""Where somebody wants to be told, and what not: channels, quiet hours, kinds (R-04).

An address (a bot's key, an e-mail address) is a secret and no part of the record: here stands only
that there is a channel, of which kind, and since when.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from domain.recording import Aggregate, Created, Recording
from domain.refusals import NoChannel, NotYours
from domain.words import By, Receipt, stream_id


class ChannelKind(StrEnum):
    """The ways out of the house."""

    WECOM = "wecom"  # 企业微信群机器人
    DINGTALK = "dingtalk"  # 钉钉机器人
    FEISHU = "feishu"  # 飞书机器人
    EMAIL = "email"


class Notice(StrEnum):
    """What people are told about."""

    MISSING_LOG = "missing_log"
    REVIEW_RECEIVED = "review_received"
    REVIEW_READ = "review_read"
    REVIEW_LATE = "review_late"
    SHEET_REVIEW_LATE = "sheet_review_late"
    CASE_OPENED = "case_opened"
    CASE_DECIDED = "case_decided"
    CASE_TO_DECIDE = "case_to_decide"
    APPEAL_WAITING = "appeal_waiting"
    FILLING_CASE = "filling_case"
    CUSTOMER_SEEN = "customer_seen"
    REVEAL_ALERT = "reveal_alert"
    GLASS_BROKEN = "glass_broken"
    COMPLAINT_FILED = "complaint_filed"
    CHECKPOINT = "checkpoint"
    TEST = "test"


QUIET_FROM, QUIET_UNTIL = time(21, 0), time(8, 0)


def is_quiet(at: time, quiet_from: time, quiet_until: time) -> bool:
    """Tell whether a time of day lies in quiet hours, which may go over midnight."""
    if quiet_from <= quiet_until:
        return quiet_from <= at < quiet_until
    return at >= quiet_from or at < quiet_until


@dataclass(frozen=True, slots=True)
class Wishes:
    """When somebody wants quiet (local time of day), and what they do not want to be told."""

    quiet_from: time = QUIET_FROM
    quiet_until: time = QUIET_UNTIL
    muted: tuple[Notice, ...] = ()


def notice_stream(person_id: str) -> UUID:
    """Return the stream of what somebody wants to be told."""
    return stream_id("notice_book", person_id)


class NoticeBook(Aggregate):
    """One person's channel and wishes."""

    TOPIC = "notice_book"

    class Opened(Created):
        """A person said for the first time where they want to be told, or what not."""

        TOPIC = "notices.opened.v1"
        person_id: str

    class ChannelSet(Aggregate.Event):
        """From now on they are told there; what happened before is not told."""

        TOPIC = "notices.channel_set.v1"
        person_id: str
        channel_id: str
        kind: ChannelKind

    class ChannelRemoved(Aggregate.Event):
        """They are told nowhere any more."""

        TOPIC = "notices.channel_removed.v1"
        person_id: str
        channel_id: str

    class WishesChanged(Aggregate.Event):
        """Quiet hours and what they do not want to be told."""

        TOPIC = "notices.wishes_changed.v1"
        person_id: str
        quiet_from: time
        quiet_until: time
        muted: tuple[Notice, ...]

    class TestAsked(Aggregate.Event):
        """They want to see that it works."""

        TOPIC = "notices.test_asked.v1"
        person_id: str
        channel_id: str

    @event(Opened)
    def __init__(self, person_id: str) -> None:
        self.person_id = person_id
        self.channel_id: str | None = None
        self.kind: ChannelKind | None = None
        self.wishes = Wishes()

    @event(ChannelSet)
    def _channel_set(self, channel_id: str, kind: ChannelKind) -> None:
        self.channel_id, self.kind = channel_id, ChannelKind(kind)

    @event(ChannelRemoved)
    def _channel_removed(self) -> None:
        self.channel_id, self.kind = None, None

    @event(WishesChanged)
    def _wishes_changed(
        self, quiet_from: time, quiet_until: time, muted: tuple[Notice, ...]
    ) -> None:
        self.wishes = Wishes(quiet_from, quiet_until, tuple(Notice(kind) for kind in muted))


class Notices:
    """The commands about channels and wishes; everybody's own."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def find(self, person_id: str) -> NoticeBook | None:
        """Return somebody's book, or None."""
        return self._recording.find(NoticeBook, notice_stream(person_id))

    def set_channel(self, channel_id: str, kind: ChannelKind, *, by: By) -> Receipt:
        """Put on record that ``by.actor`` is told through a channel from now on."""

        def change(book: NoticeBook) -> None:
            facts = {"person_id": by.actor, "channel_id": channel_id, "kind": kind}
            book.trigger_event(NoticeBook.ChannelSet, **facts, by=by)

        return self._change(change, by)

    def remove_channel(self, *, by: By) -> Receipt:
        """Tell ``by.actor`` nothing any more. Raises NoChannel."""

        def change(book: NoticeBook) -> None:
            facts = {"person_id": by.actor, "channel_id": _channel(book)}
            book.trigger_event(NoticeBook.ChannelRemoved, **facts, by=by)

        return self._change(change, by)

    def change_wishes(
        self, quiet_from: time, quiet_until: time, muted: Collection[Notice], *, by: By
    ) -> Receipt:
        """Change quiet hours and muted kinds."""

        def change(book: NoticeBook) -> None:
            book.trigger_event(
                NoticeBook.WishesChanged,
                person_id=by.actor,
                quiet_from=quiet_from,
                quiet_until=quiet_until,
                muted=tuple(sorted(muted)),
                by=by,
            )

        return self._change(change, by)

    def ask_test(self, *, by: By) -> Receipt:
        """Ask for a message that only shows that it works. Raises NoChannel."""

        def change(book: NoticeBook) -> None:
            facts = {"person_id": by.actor, "channel_id": _channel(book)}
            book.trigger_event(NoticeBook.TestAsked, **facts, by=by)

        return self._change(change, by)

    def _change(self, change: Callable[[NoticeBook], None], by: By) -> Receipt:
        def decide() -> list[Aggregate]:
            book = self.find(by.actor) or NoticeBook._create(
                NoticeBook.Opened, id=notice_stream(by.actor), person_id=by.actor, by=by
            )
            if book.person_id != by.actor:
                raise NotYours(what="notices")
            change(book)
            return [book]

        return self._recording.answer(by, decide)


def _channel(book: NoticeBook) -> str:
    if book.channel_id is None:
        raise NoChannel(person_id=book.person_id)
    return book.channel_id
