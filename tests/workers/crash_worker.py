"""A worker process for the tests that kill it: ``python -m tests.workers.crash_worker …``.

Arguments: the Redis URL or an empty text, the SQLite queue file, the journal, the patience in ms.
Each start and each end of a task is one line in the journal: ``start a`` and ``end a``.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import dramatiq

from workers.broker import build_broker
from workers.process import work
from workers.stopping import stop_on_signal


def main() -> int:
    """Work until told to stop."""
    url, queue, journal, patience = sys.argv[1:5]
    broker = build_broker(url, Path(queue), "main", patience_ms=int(patience))
    lines = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    @dramatiq.actor(actor_name="note", queue_name="checks", broker=broker)
    def note(what: str) -> None:
        os.write(lines, f"start {what}\n".encode())
        if what == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.2)
        os.write(lines, f"end {what}\n".encode())

    return work(broker, stop_on_signal())


if __name__ == "__main__":
    sys.exit(main())
