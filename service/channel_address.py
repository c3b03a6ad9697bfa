"""Where somebody is told what happened: the channel's address, sealed beside the record."""

from __future__ import annotations

import re
from collections.abc import Mapping

from domain.notices import ChannelKind, Notice
from domain.words import By, Receipt, Role
from service.context import shilu
from service.sessions import reader
from store.channels import Channels

ADDRESSES: Mapping[ChannelKind, str] = {
    ChannelKind.WECOM: r"[0-9a-zA-Z-]{16,64}",
    ChannelKind.DINGTALK: r"[0-9a-zA-Z]{16,80}",
    ChannelKind.FEISHU: r"[0-9a-zA-Z-]{16,64}",
    ChannelKind.EMAIL: r"[^@\s,;<>\"']{1,64}@[0-9A-Za-z.-]{1,190}\.[A-Za-z]{2,24}",
}
AGENTS = (
    Notice.MISSING_LOG,
    Notice.REVIEW_RECEIVED,
    Notice.CASE_OPENED,
    Notice.CASE_DECIDED,
    Notice.FILLING_CASE,
    Notice.CUSTOMER_SEEN,
)
LEADERS = (Notice.REVIEW_READ, Notice.REVIEW_LATE, Notice.SHEET_REVIEW_LATE)
WATCHERS = (Notice.REVEAL_ALERT, Notice.GLASS_BROKEN, Notice.CHECKPOINT)
OFFERED: Mapping[Role, tuple[Notice, ...]] = {
    Role.AGENT: AGENTS,
    Role.SUPERVISOR: (*LEADERS, Notice.CASE_TO_DECIDE),
    Role.UPPER_SUPERVISOR: (*LEADERS, Notice.APPEAL_WAITING, Notice.COMPLAINT_FILED, *WATCHERS),
    Role.AUDITOR: WATCHERS,
}


def offered() -> tuple[Notice, ...]:
    """Return what the reader's role may be told."""
    return OFFERED.get(reader().role, ())


def is_address(kind: ChannelKind, key: str) -> bool:
    """Tell whether an address can be one of this kind of channel."""
    return re.fullmatch(ADDRESSES[kind], key) is not None


def set_channel(kind: ChannelKind, key: str, secret: str | None, *, by: By) -> Receipt:
    """Keep the reader's one address sealed, and put on record that there is a channel.

    A repeat of the command keeps the address of the first time.
    """
    channel_id = "N-" + by.command_id.hex[:12]
    address = {"key": key}
    if secret and kind is ChannelKind.DINGTALK:
        address["secret"] = secret
    if shilu().record.recording.receipt_of(by.command_id) is None:
        channels().put(shilu().branch, reader().person_id, channel_id, str(kind), address)
    return shilu().record.notices.set_channel(channel_id, kind, by=by)


def remove_channel(*, by: By) -> Receipt:
    """Forget the address and put that on record. Raises NoChannel."""
    channels().remove(shilu().branch, reader().person_id)
    return shilu().record.notices.remove_channel(by=by)


def channels() -> Channels:
    """Return the channels of the installation."""
    vault = shilu().record.mapper.vault  # type: ignore[attr-defined]
    return Channels(shilu().accounts.engine, vault)
