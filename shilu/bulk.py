"""Many commands at once, for the import and the demo: in order, skipping what is on record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.application import TeamRecord
from domain.refusals import Refusal
from domain.words import By

Progress = Callable[[int, int], None]
CHUNK = 2_000  # commands between two appends; each append is all or nothing


@dataclass(frozen=True, slots=True)
class Step:
    """One command: ``call(by=by)`` carries it out; ``origin`` is whatever it comes from.

    ``settled``: it looks at the record itself, so what comes before it must stand there.
    """

    call: Callable[..., Any]
    by: By
    origin: Any = None
    settled: bool = False


@dataclass(slots=True)
class Done:
    """How many commands there were, how many were on record before, and the new events."""

    commands: int
    known_before: int
    events: int = 0


def carry_out(
    record: TeamRecord,
    steps: Sequence[Step],
    refused: Callable[[Step, Refusal], None],
    progress: Progress | None = None,
    *,
    ensure_keys: Callable[[Iterable[str]], None],
    dry_run: bool = False,
) -> Done:
    """Carry out the steps that are not on record yet; a refused one is told and left out.

    ``ensure_keys`` makes the keys of many people at once (a vault's; one by one takes longer
    than all the rest). Cut short, it leaves whole chunks behind; the same steps once more append just the rest.
    """
    known = _known(record, [step.by.command_id for step in steps])
    fresh = [step for step in steps if step.by.command_id not in known]
    done, seen = Done(len(steps), len(known)), len(known)
    with record.batch() as batch:
        for chunk in _chunks(fresh):
            for step in chunk:
                _try(step, refused)
            if dry_run:
                done.events += batch.drop()
            else:
                ensure_keys(batch.subjects())
                done.events += batch.flush()
            seen += len(chunk)
            if progress:
                progress(seen, len(steps))
    return done


def _chunks(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Yield the steps in parts of at most CHUNK; one that looks at the record begins a part."""
    begun = 0
    for at, step in enumerate(steps):
        if at > begun and (step.settled or at - begun == CHUNK):
            yield steps[begun:at]
            begun = at
    if steps[begun:]:
        yield steps[begun:]


def _try(step: Step, refused: Callable[[Step, Refusal], None]) -> None:
    try:
        step.call(by=step.by)
    except Refusal as refusal:
        refused(step, refusal)


def _known(record: TeamRecord, ids: Sequence[UUID]) -> set[UUID]:
    lookup = getattr(record.recorder, "known_commands", None)
    return set(lookup(ids)) if lookup else set()
