"""The daily message about a checkpoint, for those who shall hold the operator to it."""

from __future__ import annotations

from datetime import timedelta, timezone

from store.checkpoints import Kept
from store.signed_note import VerifierKey

CHINA = timezone(timedelta(hours=8))  # the days of the daily message
MESSAGE = """\
实录 · 每日存证 · {day}
Shilu · daily checkpoint

日志 {origin}，共 {size} 条记录，签于 {signed_at}。
请自行保存这封信：以后任何一条记录被改动、删除或插入，用它都能查出来。
The log {origin} has {size} events, signed at {signed_at}. Keep this message outside of the system:
with it you can show later that an event was changed, removed or put in between.

公钥 · Public key
{key}

{note}"""


def message(kept: Kept, key: VerifierKey, day: str) -> str:
    """Return the daily message about a checkpoint."""
    said = kept.checkpoint
    signed_at = kept.signed_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S %z")
    return MESSAGE.format(
        day=day,
        origin=said.origin,
        size=said.size,
        signed_at=signed_at,
        key=key,
        note=kept.note,
    )
