"""Exporting evidence from the command line: on record like any export, or there is none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from eventsourcing.persistence import PersistenceError

from domain.application import TeamRecord
from domain.audit import Taken
from domain.refusals import Refusal
from domain.words import By, Role
from projections.evidence import Evidence, Exported


class NotRecorded(Exception):
    """The export could not be put on record; what was written is gone again."""


def export(
    evidence: Evidence,
    target: Path,
    first: int,
    last: int | None,
    since: Sequence[int],
    *,
    contents: bool,
    progress: Callable[[int, int], None],
) -> Exported:
    """Write a bundle and put that on record. Raises NotRecorded, and what ``Evidence.export`` does."""
    done = evidence.export(target, first, last, since, contents=contents, progress=progress)
    taken = Taken(done.first, done.last, done.size, contents, done.manifest_sha256)
    record = TeamRecord(evidence.store.log_env(), evidence.store.index_phone)
    now, export_id = datetime.now(UTC), uuid4()
    try:
        record.audits.exported(
            str(export_id), taken, by=By("cli", Role.SYSTEM, now, now, export_id, "cli")
        )
    except (PersistenceError, Refusal) as problem:
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        raise NotRecorded(type(problem).__name__) from problem
    return done
