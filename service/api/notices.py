"""Where oneself is told what happened, when not, and what not; everybody's own."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from domain.notices import ChannelKind, Notice, NoticeBook, Wishes, notice_stream
from service.access import Thing
from service.api import guard
from service.api.fields import Clock, Text, one_of
from service.api.preconditions import Done, by
from service.api.problems import Problem
from service.api.resource import Resource
from service.api.schemas import Body
from service.channel_address import channels, is_address, offered, remove_channel, set_channel
from service.context import shilu
from service.sessions import reader

resource = Resource(
    "notices", "One's own channel: 企业微信, 钉钉, 飞书 or e-mail, and quiet hours."
)


class ChannelShown(ma.Schema):
    """A channel; its address is told to nobody. ``failing``: the last messages did not arrive."""

    kind = one_of(ChannelKind, required=True)
    failing = fields.Boolean(required=True)


class NoticesShown(ma.Schema):
    """Channel and wishes; ``offered`` is what there is to be told in this role."""

    channel = fields.Nested(ChannelShown, required=True, allow_none=True)
    quiet_from = fields.Time(format="%H:%M", required=True)
    quiet_until = fields.Time(format="%H:%M", required=True)
    muted = fields.List(one_of(Notice), required=True)
    offered = fields.List(one_of(Notice), required=True)


class NewChannel(Body):
    """Where to tell: a bot's key or an e-mail address; ``secret`` is for 钉钉."""

    kind = one_of(ChannelKind, required=True)
    key = Text(200, required=True)
    secret = Text(100, load_default=None, allow_none=True)


class NewWishes(Body):
    """Quiet hours in local time, and what is not to be told."""

    quiet_from = Clock(required=True)
    quiet_until = Clock(required=True)
    muted = fields.List(
        one_of(Notice), load_default=list, validate=validate.Length(max=len(Notice))
    )


@resource.query("/notices", NoticesShown, errors=(403,))
def show(_: dict[str, Any]) -> dict[str, Any]:
    """Show one's channel and wishes."""
    guard.need(Thing.NOTICES)
    book = shilu().record.notices.find(reader().person_id)
    wished = book.wishes if book else Wishes()
    known = channels().of(shilu().branch, reader().person_id)
    names = ("quiet_from", "quiet_until", "muted")
    return {
        **{name: getattr(wished, name) for name in names},
        "channel": {"kind": known.kind, "failing": known.failures > 0} if known else None,
        "offered": offered(),
    }


@resource.command("/notices/channel", NewChannel)
def set_(body: dict[str, Any]) -> Done:
    """Keep the address sealed; the channel before is forgotten."""
    guard.need(Thing.NOTICES)
    if not is_address(body["kind"], body["key"]):
        raise Problem("invalid", errors=[{"field": "key", "message": "no such address"}])
    return _done(set_channel(**body, by=by()), NoticeBook.ChannelSet)


@resource.command("/notices/channel/removal")
def remove() -> Done:
    """Forget the address; nothing is told any more."""
    guard.need(Thing.NOTICES)
    return _done(remove_channel(by=by()), NoticeBook.ChannelRemoved)


@resource.command("/notices/test")
def test() -> Done:
    """Ask for a message that only shows that it works."""
    guard.need(Thing.NOTICES)
    return _done(shilu().record.notices.ask_test(by=by()), NoticeBook.TestAsked)


@resource.command("/notices/wishes", NewWishes)
def wish(body: dict[str, Any]) -> Done:
    """Change quiet hours and what is told."""
    guard.need(Thing.NOTICES)
    receipt = shilu().record.notices.change_wishes(
        body["quiet_from"], body["quiet_until"], set(body["muted"]), by=by()
    )
    return _done(receipt, NoticeBook.WishesChanged)


def _done(receipt: Any, event: Any) -> Done:
    return Done(receipt, notice_stream(reader().person_id), event, "/notices")
