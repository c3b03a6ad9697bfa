"""A supervisor of toys: ``python -m tests.faults.toy_supervisor FOLDER NAME…``.

Each toy writes ``NAME PID`` and ``NAME-helper PID`` into FOLDER/journal, the second for a process
of its own that ignores SIGTERM, and ``NAME ended`` when it is asked to end. A toy called
``stubborn`` does not end when asked.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from shilu import supervisor
from shilu.children import spawned
from shilu.supervisor import Process, Supervisor


def toy(journal: Path, name: str) -> None:
    """Live until asked to end."""
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    write(journal, f"{name}-helper {helper.pid}")

    def end(*_: object) -> None:
        if name != "stubborn":
            write(journal, f"{name} ended")
            sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    write(journal, f"{name} {os.getpid()}")
    while True:
        time.sleep(60)


def write(journal: Path, line: str) -> None:
    """Append a line in one piece."""
    with journal.open("a") as lines:
        lines.write(line + "\n")


def main() -> None:
    """Supervise the toys, or be one."""
    folder, *names = sys.argv[1:]
    journal = Path(folder) / "journal"
    if len(names) == 2 and names[0] == "--toy":
        return toy(journal, names[1])
    supervisor.GRACE = 1.0
    command = [sys.executable, "-m", __spec__.name, folder, "--toy"]
    starts = {name: partial(spawned, [*command, name], dict(os.environ)) for name in names}
    Supervisor([Process(name, start) for name, start in starts.items()]).run()
    return None


if __name__ == "__main__":
    main()
