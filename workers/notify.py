"""Tells people what happened (notices), gathered into one message, on the way they chose.

A message goes out first and is put on record afterwards: when the process dies in between, it is
told twice rather than never. Ids, days and numbers stand in it, and nothing of any customer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import structlog
from sqlalchemy import Engine

from domain.application import TeamRecord
from domain.notices import Notice
from domain.scheduled_check import CheckKey
from domain.words import By, Check, Receipt, Role
from projections import notices
from projections.base import wait_for
from projections.notices import NOTICES, Pending
from store.channels import Channel, Channels
from workers.notice_words import body_of, title_of
from workers.sending import CannotSend
from workers.tasks import NotYet

PATIENCE = 1.0  # seconds to wait for the view before the task goes back to the queue

log = structlog.get_logger(__name__)


class Send(Protocol):
    """What sends one message. Raises CannotSend."""

    def __call__(self, kind: str, address: dict[str, str], title: str, body: str) -> None: ...


@dataclass(frozen=True)
class Outgoing:
    """What telling needs beside record and views: the channels, and who sends.

    ``language_of`` gives zh or en for a person; ``checkpoint`` the daily message, None before one.
    """

    branch: str
    channels: Channels
    send: Send
    language_of: Callable[[str], str]
    checkpoint: Callable[[date], str | None]


@dataclass(frozen=True, slots=True)
class Told:
    """How many notices were told; ``receipt`` is None while the channel rests or has no room."""

    count: int
    receipt: Receipt | None


def tell(
    record: TeamRecord,
    views: Engine,
    outgoing: Outgoing,
    subject: str,
    day: date,
    now: Callable[[], datetime],
) -> Told:
    """Tell somebody what is pending; a repeat changes nothing.

    ``subject`` is the person and the first notice's position, or the person and "checkpoint".
    Raises NotYet when the view is behind or the channel had its share of this minute.
    """
    key = CheckKey(Check.NOTIFY, subject, day)
    earlier = record.recording.receipt_of(key.command_id)
    if earlier is not None:
        return Told(0, earlier)
    head = record.recorder.max_notification_id() or 0
    if not wait_for(views, NOTICES.name, head, PATIENCE):
        raise NotYet(NOTICES.name)
    person_id, _, what = subject.rpartition("/")
    moment = now()
    with views.connect() as connection:
        waits = notices.pending(connection, person_id, moment)
    channel = outgoing.channels.of(outgoing.branch, person_id)
    if channel is None or _has_left(record, person_id, moment):
        return _finish(record, key, [], moment)  # nothing is told any more
    if channel.rest_until > moment.timestamp():
        return Told(0, None)
    if what == Notice.CHECKPOINT:
        return _tell_checkpoint(record, outgoing, channel, key, moment)
    if waits:
        language = outgoing.language_of(person_id)
        _send(outgoing, channel, title_of(len(waits), language), body_of(waits, language))
    return _finish(record, key, waits, moment)


def _has_left(record: TeamRecord, person_id: str, moment: datetime) -> bool:
    member = record.organisation.member(person_id)
    last = member.last_day if member else None
    return last is not None and last < record.rulebook.rules().day_of(moment)


def _tell_checkpoint(
    record: TeamRecord, outgoing: Outgoing, channel: Channel, key: CheckKey, moment: datetime
) -> Told:
    message = outgoing.checkpoint(key.day)
    if message is None:
        raise NotYet("checkpoint")
    title, _, body = message.partition("\n")
    _send(outgoing, channel, title, body.strip())
    return _finish(record, key, [], moment)


def _send(outgoing: Outgoing, channel: Channel, title: str, body: str) -> None:
    address = outgoing.channels.address(channel)
    if address is None:
        raise NotYet("channel")  # it is just being changed
    if not outgoing.channels.spend(address):
        raise NotYet("rate")
    try:
        outgoing.send(channel.kind, address, title, body)
    except CannotSend:
        outgoing.channels.note(channel, sent=False)
        log.warning("notify.failed", channel=channel.channel_id, kind=channel.kind)
        raise
    outgoing.channels.note(channel, sent=True)


def _finish(record: TeamRecord, key: CheckKey, told: list[Pending], moment: datetime) -> Told:
    by = By(
        actor="system",
        role=Role.SYSTEM,
        occurred_at=moment,
        recorded_at=moment,
        command_id=key.command_id,
        source="worker",
        cause=str(told[-1].position) if told else None,
    )
    findings = [str(notice.position) for notice in told]
    receipt = record.scheduled_checks.finish(key, None, moment, findings, by=by)
    return Told(len(told), receipt)
