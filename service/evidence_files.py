"""Evidence on its way out: written into a folder of its own, put on record, handed over, gone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from flask import Response, send_file

from domain.audit import Taken
from domain.words import By
from projections.evidence import Evidence
from service.context import shilu
from service.evidence_jobs import Job

MOST = 200_000  # events in one file; `shilu audit export` takes any number


def hand_over(
    evidence: Evidence,
    first: int,
    last: int,
    *,
    contents: bool,
    who: By,
    more: Mapping[str, str] | None = None,
) -> Response:
    """Return the evidence as a file; that it leaves is on record before it does.

    Raises Busy and JobFailed, and whatever keeps it off the record: then nothing leaves.
    """
    folder = Path(tempfile.mkdtemp(prefix="shilu-evidence-"))  # for this user's eyes alone
    try:
        target = folder / "evidence.zip"
        asked = {"do": "export", "target": str(target), "first": first, "last": last}
        done = Job(evidence, {**asked, "contents": contents, "more": dict(more or {})}).wait()
        taken = Taken(**done, contents=contents)
        shilu().record.audits.exported(str(who.command_id), taken, by=who)
        name = f"shilu-{shilu().branch}-{taken.first}-{taken.last}.zip"
        response = send_file(target, "application/zip", as_attachment=True, download_name=name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    response.call_on_close(lambda: shutil.rmtree(folder, ignore_errors=True))
    return response
