"""Verifying and exporting in a process of their own: both keep a processor busy for seconds.

    python -m projections.evidence_job < QUESTION

The question is one JSON object, the answers are JSON lines: ``{"done": 4096, "of": 48210}`` from
time to time, and at the end ``{"answer": {...}}`` or ``{"problem": "..."}``. Who asks kills it when
nobody waits for the answer any more.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from projections.evidence import Evidence, NoCheckpoint
from store.branch import BranchStore
from store.signer_client import SignerAway, SignerRefused
from store.verifier.shilu_verify import INTACT

POLITENESS = 10  # behind those who write entries
SECONDS_BETWEEN = 0.15  # two reports of how far it is


def main() -> None:
    """Answer the question on standard input."""
    os.nice(POLITENESS)
    asked = json.load(sys.stdin)
    try:
        _say({"answer": answer(asked, Reports())})
    except NoCheckpoint:
        _say({"problem": "no-checkpoint"})
    except (SignerAway, SignerRefused):
        _say({"problem": "signer-away"})
    except ValueError:
        _say({"problem": "range"})


class Reports:
    """Says how far it is, now and then."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, done: int, of: int) -> None:
        """Say it, unless that was said a moment ago."""
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN or done >= of:
            self._last = now
            _say({"done": done, "of": of})


def answer(asked: Mapping[str, Any], reports: Reports) -> dict[str, Any]:
    """Return what was found or exported. Raises NoCheckpoint, SignerAway, SignerRefused, ValueError."""
    store = BranchStore(asked["branch"], Path(asked["data_dir"]), asked["database_url"])
    files = Path(asked["vkey_file"]), Path(asked["signer_socket"])
    evidence = Evidence(store, asked["origin"], *files)
    if asked["do"] == "verify":
        since = [note.encode() for note in asked["since"]]
        code, found = evidence.verify("", asked["witnesses"], since, b"", reports)
        if code == INTACT:  # a short log is done before the first report
            reports(found["size"] + found["newer"], found["size"] + found["newer"])
        return {**found, "code": code}
    more = {name: text.encode() for name, text in asked["more"].items()}
    done = evidence.export(
        Path(asked["target"]),
        asked["first"],
        asked["last"],
        (),
        contents=asked["contents"],
        progress=reports,
        more=more,
    )
    return {"first": done.first, "last": done.last, "size": done.size} | {
        "manifest_sha256": done.manifest_sha256
    }


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
