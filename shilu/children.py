"""How `shilu up` brings its processes to life.

On Linux they are forked from the supervisor, which has loaded the product once: they start at once
and share its memory. Elsewhere (macOS does not bear forks of a loaded process) each is a program
of its own. Either way a child leads a session of its own, has no file of ours but its output, and
on Linux is ended by the kernel with the supervisor.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol

COMMANDS = "shilu.cli"  # by name: it is what starts the supervisor
PRODUCT = (  # what the processes load as they start
    "gunicorn.arbiter",
    "gunicorn.workers.gthread",
    "projections.follower",
    "service",
    "setproctitle",
    COMMANDS,
    "shilu.doctor",
    "shilu.web",
    "store.migrate",
    "workers.actors",
    "workers.dispatcher",
    "workers.imports",
    "workers.process",
    "workers.scheduler",
)
_PR_SET_PDEATHSIG = 1
_MOST_FILES = 1024  # of the supervisor's, that a child closes


class Child(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int:
        """Its number, which is also its session's."""

    def poll(self) -> int | None:
        """Return the exit code once it has ended."""

    def wait(self) -> int:
        """Wait for its end; return the exit code."""


Start = Callable[[], Child]


def starter(name: str, environment: Mapping[str, str], *arguments: str) -> Start:
    """Return what starts ``shilu NAME`` in the way that suits this system."""
    words = (name, *arguments)
    if not sys.platform.startswith("linux"):
        return lambda: spawned([sys.executable, "-m", "shilu", *words], environment)
    return lambda: forked(words, environment)


def load() -> None:
    """Load the product, so that children need not; what is loaded is kept from the collector.

    Nothing may have begun to run by itself afterwards: threads do not outlive a fork.
    """
    if sys.platform.startswith("linux"):
        for name in PRODUCT:
            import_module(name)
        gc.collect()
        gc.freeze()  # or a collection in a child would write to every page that is shared


def spawned(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program."""
    return subprocess.Popen(  # noqa: S603
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with(os.getpid()),  # we have one thread
    )


@dataclass
class Forked:
    """A child of this process that runs a command of ours."""

    pid: int
    _code: int | None = field(default=None, init=False)

    def poll(self) -> int | None:
        """Return the exit code once it has ended; minus the signal that ended it."""
        return self._look(os.WNOHANG)

    def wait(self) -> int:
        """Wait for its end; return the exit code."""
        code = self._look(0)
        return code if code is not None else 0

    def _look(self, how: int) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, how)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code


def forked(words: tuple[str, ...], environment: Mapping[str, str]) -> Forked:
    """Start ``shilu WORDS`` as a copy of this process; return once it leads its own session."""
    sys.stdout.flush()
    sys.stderr.flush()
    die, (reading, writing) = die_with(os.getpid()), os.pipe()
    pid = os.fork()
    if pid == 0:
        _live(words, environment, die)
    os.close(writing)
    os.read(reading, 1)  # its end, when the child has closed the other one
    os.close(reading)
    return Forked(pid)


def _live(
    words: tuple[str, ...], environment: Mapping[str, str], die: Callable[[], None] | None
) -> None:
    """Be the child until the end: never return into what the parent was doing."""
    code = 1
    try:
        _become(words, environment, die)
        import_module(COMMANDS).main(list(words), prog_name="shilu")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  whatever it was, the parent's loop must not go on here
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _become(
    words: tuple[str, ...], environment: Mapping[str, str], die: Callable[[], None] | None
) -> None:
    from setproctitle import setproctitle

    os.setsid()
    if die is not None:
        die()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(environment)
    setproctitle(" ".join(("shilu", *words)))
    os.closerange(3, _MOST_FILES)  # the lock above all; the parent sees that we are on our own


def die_with(parent: int) -> Callable[[], None] | None:
    """Return what a child runs so that the kernel kills it with its parent; Linux only.

    Elsewhere a killed supervisor leaves its children to whoever looks after the machine.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)  # loaded here: nothing may be loaded after a fork

    def die_with_parent() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            os.kill(os.getpid(), signal.SIGKILL)

    return die_with_parent
