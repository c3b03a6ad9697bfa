"""Checking the log where it lies, with the verifier that outsiders have (trust.md 1.3).

Beyond what a bundle shows, the columns of each row are compared with its envelope: a stream, type,
version or command that was changed there would have readers see another event than was hashed.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from multiprocessing import get_context, parent_process
from threading import Thread

from store.bundle import record_of
from store.log_reader import AuditRow, AuditSource
from store.proof import HASH_BYTES
from store.verifier.shilu_verify import (
    ALTERED,
    ENVELOPE,
    PART,
    Checkpoint,
    Key,
    Span,
    Verdict,
    check_events,
    judge,
)

BATCH = 500  # rows read at once: what fits into a processor's cache
Progress = Callable[[int, int], None]
Kept = tuple[Span, bytes]


@dataclass(frozen=True)
class Promised:
    """What is to be kept: the newest checkpoint, older ones, and who must have signed the newest.

    ``kept`` are leaf hashes of the first events that somebody took away: they name what changed.
    """

    log: str
    vkey: str
    checkpoint: bytes
    since: Sequence[bytes] = ()
    witnesses: Sequence[str] = ()
    kept: bytes = b""

    def checkpoints(self) -> list[Checkpoint]:
        """Return the checkpoints, the newest first. Raises Verdict when one is not signed."""
        key = Key.parse(self.vkey)
        keys = [key, *map(Key.parse, self.witnesses)]
        older = [Checkpoint.parse(note, [key], "an older checkpoint") for note in self.since]
        return [Checkpoint.parse(self.checkpoint, keys), *older]


@dataclass(frozen=True)
class Intact:
    """The log keeps its promises: ``signed`` events are under a checkpoint, ``newer`` not yet."""

    signed: int
    newer: int
    root: bytes


def verify_log(
    source: AuditSource,
    promised: Promised,
    *,
    stored: Callable[[int], bytes] = lambda _size: b"",
    progress: Progress = lambda _done, _all: None,
    elsewhere: Callable[[], AuditSource] | None = None,
) -> Intact:
    """Check the whole log against its promises. Raises Verdict when one is broken.

    ``stored`` returns as many leaf hashes as the proof tree keeps: they are asked for only when
    something is wrong, and believed only if they make a signed root. Where ``elsewhere`` opens the
    same rows in another process, all processors share the hashing.
    """
    promises = promised.checkpoints()
    head, size = source.max_notification_id() or 0, promises[0].size
    here = min(head, size)
    leaves = _leaves(source, promised.log, here, elsewhere, progress)
    kept = [(Span(0, len(promised.kept) // 32, len(promised.kept) // 32), promised.kept)]
    try:
        _judge(Span(0, here, size), leaves, promises, kept)
    except Verdict as verdict:
        if verdict.code != ALTERED or verdict.position not in (None, here + 1):
            raise
        _judge(Span(0, here, size), leaves, promises, [(Span(0, size, size), stored(size))])
        raise
    for at in range(size, head, PART):
        leaves_of(source, promised.log, at, min(PART, head - at))
    return Intact(size, max(head - size, 0), promises[0].root)


def _judge(span: Span, leaves: bytes, promises: list[Checkpoint], kept: list[Kept]) -> None:
    """Judge; where nothing names the altered event and the end is missing, the end it is."""
    try:
        judge(span, leaves, promises, kept)
    except Verdict as verdict:
        if verdict.code != ALTERED or verdict.position is not None or span.end == span.size:
            raise
        gone = f"events {span.end + 1} to {span.size} are gone"
        raise Verdict(ALTERED, gone, span.end + 1) from verdict


def compared(rows: Iterable[AuditRow]) -> Iterator[bytes]:
    """Yield the records of rows whose columns say what their envelopes say.

    An envelope that has not the form of one is found by who gets the event. In one that has it, a
    quotation mark that is not escaped stands only around a key or a value, so what is looked for
    here can stand in one place alone; that takes half the time of taking every envelope apart.
    """
    for position, stream, version, topic, state, envelope, command in rows:
        end = f',"stream":"{stream}","type":"{topic}","v":1,"version":{version}}}'.encode()
        given = b'"cmd":null,' if command is None else f'"cmd":"{command}",'.encode()
        differs = not envelope.endswith(end) or given not in envelope
        if differs and ENVELOPE.fullmatch(envelope):
            raise Verdict(ALTERED, f"event {position} is listed as another", position)
        yield record_of(position, envelope, state)


def leaves_of(source: AuditSource, log: str, start: int, count: int) -> bytes:
    """Return the leaf hashes of the ``count`` events behind position ``start``. Raises Verdict."""
    leaves = bytearray()
    for rows in _rows(source, start, start + count):
        leaves += _checked(rows, log, start + len(leaves) // HASH_BYTES)
    if (found := start + len(leaves) // HASH_BYTES) < start + count:
        raise Verdict(ALTERED, f"events {found + 1} to {start + count} are gone", found + 1)
    return bytes(leaves)


def _checked(rows: Sequence[AuditRow], log: str, start: int) -> bytes:
    """Have the verifier check some rows; what is amiss first is what is named."""
    records, amiss = list[bytes](), None
    try:
        records.extend(compared(rows))
    except Verdict as verdict:
        amiss = verdict
    leaves = check_events(BytesIO(b"".join(records)), log, start, len(records))
    if amiss is not None:
        raise amiss
    return leaves


def _leaves(
    source: AuditSource,
    log: str,
    count: int,
    elsewhere: Callable[[], AuditSource] | None,
    progress: Progress,
) -> bytes:
    """Return the leaf hashes of the first ``count`` events, taken PART by PART."""
    starts = range(0, count, PART)
    counts = [min(PART, count - start) for start in starts]
    leaves = bytearray()
    with ExitStack() as stack:
        if elsewhere and len(starts) > 1:
            pool = stack.enter_context(
                ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_end_with_parent)
            )
            found = pool.map(partial(_leaves_elsewhere, elsewhere, log), starts, counts)
        else:
            found = map(partial(leaves_of, source, log), starts, counts)
        for hashes in found:
            leaves += hashes
            progress(len(leaves) // HASH_BYTES, count)
    return bytes(leaves)


def _end_with_parent() -> None:
    """End when the process that asked is gone: it may be killed, and nobody else would end this one."""
    Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def _leaves_elsewhere(opened: Callable[[], AuditSource], log: str, start: int, count: int) -> bytes:
    gc.freeze()  # or each collection would look through all that was imported
    return leaves_of(opened(), log, start, count)


def _rows(source: AuditSource, start: int, end: int) -> Iterator[Sequence[AuditRow]]:
    """Yield the rows behind ``start`` up to ``end``, in batches: what comes meanwhile is for later."""
    position = start or -1  # a row before the first is one too many
    while rows := source.audit_rows(position, BATCH):
        if rows[-1].position > end:
            yield [row for row in rows if row.position <= end]
            return
        yield rows
        position = rows[-1].position
