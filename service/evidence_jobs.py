"""Long questions about the log, answered by a process beside this one, a few at a time.

This process goes on serving entries meanwhile; one that nobody waits for any more is ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from projections.evidence import Evidence

AT_ONCE = 2
ROOT = Path(__file__).parents[1]  # where the packages are found, whatever the working directory
COMMAND = [sys.executable, "-m", "projections.evidence_job"]

_slots = threading.BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """As many questions are being answered as may be at once."""


class JobFailed(Exception):
    """A question has no answer; the text says why: no-checkpoint, signer-away, range, broken."""


class Job:
    """One question on its way. ``stop`` it in any case; twice is harmless."""

    def __init__(self, evidence: Evidence, question: Mapping[str, Any]) -> None:
        if not _slots.acquire(blocking=False):
            raise Busy
        self._lock = threading.Lock()
        self._running = True
        self.answer: dict[str, Any] = {}
        self._question = json.dumps({**_home(evidence), **question})
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own module; the question goes by stdin
                COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        except OSError:
            _slots.release()
            raise

    def steps(self) -> Iterator[tuple[int, int]]:
        """Yield how many of how many events are done; ``answer`` holds the answer behind the last.

        Raises JobFailed.
        """
        try:
            yield from self._steps()
        finally:
            self.stop()

    def wait(self) -> dict[str, Any]:
        """Return the answer. Raises JobFailed."""
        for _ in self.steps():
            pass
        return self.answer

    def stop(self) -> None:
        """End the process if it still runs, and let the next one in."""
        with self._lock:
            if not self._running:
                return
            self._running = False
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.kill()
        self._process.wait()
        _slots.release()

    def _steps(self) -> Iterator[tuple[int, int]]:
        if self._process.stdin is None or self._process.stdout is None:
            raise JobFailed("broken")
        try:
            self._process.stdin.write(self._question)
            self._process.stdin.close()
            for line in self._process.stdout:
                said = json.loads(line)
                if "done" in said:
                    yield said["done"], said["of"]
                elif "answer" in said:
                    self.answer = said["answer"]
                else:
                    raise JobFailed(said["problem"])
        except (OSError, ValueError) as problem:
            raise JobFailed("broken") from problem
        if not self.answer:
            raise JobFailed("broken")


def _home(evidence: Evidence) -> dict[str, Any]:
    store = evidence.store
    return {
        "branch": store.name,
        "data_dir": str(store.data_dir.resolve()),
        "database_url": store.database_url,
        "origin": evidence.origin,
        "vkey_file": str(evidence.vkey_file.resolve()),
        "signer_socket": str(evidence.signer_socket.resolve()),
    }
