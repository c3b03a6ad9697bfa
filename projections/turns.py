"""Taking turns: one loop for all branches of a database, in which a busy one starves nobody.

Each branch gets one short piece of work, then the next one has its turn. A branch where nothing
happens is looked at less often the more branches there are, so that a hundred quiet ones cost next
to nothing; what wakes it at once is the file that grows, or is touched, when its log does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb
from typing import Protocol

import structlog

from store.branch import BranchStore

LOOK_SECONDS = 0.02  # between two looks at who is woken
ACTIVE_SECONDS = 10.0  # how long a branch is looked at often after something happened
WOKEN_SECONDS = 1.0  # and after its file changed: what it tells of may not be committed yet
FIRST_BACK_OFF, LONGEST_BACK_OFF = 0.2, 5.0
DIRECTORY_SECONDS = 1.0  # between two looks for new branches
log = structlog.get_logger(__name__)


class Work(Protocol):
    """What is done for one branch."""

    def turn(self, now: float) -> bool:
        """Do one short piece of work; ``now`` in monotonic seconds. Tell whether there was any."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a branch is looked at (seconds): one where something happens, and a quiet one.

    ``a_second``: how many looks at quiet branches there may be in a second, all together;
    ``watched``: the shortest pause of a quiet branch whose file tells of every append.
    """

    active: float
    longest: float
    a_second: float
    watched: float = 0.0

    def quiet(self, branches: int) -> float:
        """Return the pause of a quiet branch among so many."""
        return min(max(branches / self.a_second, self.active), self.longest)


@dataclass
class Turn:
    """A branch in the loop: its work, when it is due, and what the file looked like."""

    name: str
    store: BranchStore
    work: Work
    wake_file: Path
    at: float = 0.0
    active_until: float = 0.0
    back_off: float = FIRST_BACK_OFF
    away: bool = False
    seen: tuple[int, int] | None = field(default=None)

    def is_due(self, now: float) -> bool:
        """Tell whether it is time for the branch, or its file changed since the last look."""
        before, self.seen = self.seen, _looks(self.wake_file)
        if self.seen == before or self.away:
            return self.at <= now
        self.active_until = max(self.active_until, now + WOKEN_SECONDS)
        return True


class Loop:
    """The branches of one database, one after the other."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._turns: dict[str, Turn] = {}

    def add(self, name: str, store: BranchStore, work: Work) -> None:
        """Let a branch take part."""
        turn = Turn(name, store, work, wake_file(store))
        self._turns = {**self._turns, name: turn}

    def drop(self, name: str) -> None:
        """Let a branch take part no more."""
        self._turns = {key: turn for key, turn in self._turns.items() if key != name}

    def once(self, now: float) -> bool:
        """Give each branch that is due or woken its turn; tell whether any had something to do."""
        turns = self._turns
        busy = [self._give(turn, now) for turn in turns.values() if turn.is_due(now)]
        return any(busy)

    def run(self, stop: threading.Event) -> None:
        """Go round until told to stop."""
        while not stop.is_set():
            if not self.once(time.monotonic()):
                stop.wait(LOOK_SECONDS)

    def _give(self, turn: Turn, now: float) -> bool:
        try:
            busy = turn.work.turn(now)
        except Exception as problem:  # noqa: BLE001  the other branches go on
            self._wait(turn, problem, now)
            return False
        if turn.away:
            log.info("branch.back", branch=turn.name)
        turn.back_off, turn.away = FIRST_BACK_OFF, False
        if busy:
            turn.active_until = now + ACTIVE_SECONDS
        turn.at = now if busy else now + self._pause(turn, now)
        return busy

    def _pause(self, turn: Turn, now: float) -> float:
        if now < turn.active_until:
            return self.pace.active
        quiet = self.pace.quiet(len(self._turns))
        return quiet if turn.store.database_url else max(quiet, self.pace.watched)

    def _wait(self, turn: Turn, problem: Exception, now: float) -> None:
        """Leave a branch alone for a while, longer and longer; said once, not at each try."""
        turn.at = now + turn.back_off
        turn.back_off = min(2 * turn.back_off, LONGEST_BACK_OFF)
        if not turn.away:
            turn.away = True
            log.warning("branch.waits", branch=turn.name, problem=_named(problem))


class Turns:
    """A loop for each database that holds branches; new branches are noticed by themselves."""

    def __init__(
        self,
        stores: Callable[[], Mapping[str, BranchStore]],
        begin: Callable[[BranchStore], Work],
        pace: Pace,
    ) -> None:
        self._stores, self._begin, self._pace = stores, begin, pace
        self._known: dict[str, BranchStore] = {}
        self._loops: dict[str, Loop] = {}
        self._threads: list[threading.Thread] = []

    def look(self) -> list[Loop]:
        """Take in branches that are new or were moved, leave out others; return new loops."""
        stores = self._stores()
        for name in [n for n, store in self._known.items() if stores.get(n) != store]:
            self._loops[self._known.pop(name).database_url].drop(name)
        new = []
        for name, store in stores.items():
            if name in self._known:
                continue
            if store.database_url not in self._loops:
                new.append(self._loops.setdefault(store.database_url, Loop(self._pace)))
            self._loops[store.database_url].add(name, store, self._begin(store))
            self._known[name] = store
        return new

    def run(self, stop: threading.Event) -> None:
        """Look for branches and let every loop go round until told to stop."""
        while not stop.is_set():
            try:
                for loop in self.look():
                    thread = threading.Thread(target=loop.run, args=(stop,), name="turns")
                    self._threads.append(thread)
                    thread.start()
            except Exception as problem:  # noqa: BLE001  what is known goes on meanwhile
                log.warning("directory.waits", problem=_named(problem))
            stop.wait(DIRECTORY_SECONDS)
        for thread in self._threads:
            thread.join()


def wake_file(store: BranchStore) -> Path:
    """Return the file of this machine that changes when a branch's log grows.

    On SQLite that is the log's own write-ahead file. On PostgreSQL whoever appends touches one
    (`ring`); other machines' appends are found by looking.
    """
    if not store.database_url:
        return store.folder / "log.db-wal"
    return store.data_dir / "wake" / store.name


def ring(store: BranchStore) -> None:
    """Say that a branch's log has grown; where that cannot be said, it is found by looking."""
    if not store.database_url:
        return
    file = wake_file(store)
    try:
        file.touch()
    except OSError:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        except OSError:
            return


def _looks(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _named(problem: Exception) -> str:
    """Return an error's type and place, without its message: that may hold what people wrote."""
    frames = extract_tb(problem.__traceback__)
    at = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(problem).__name__}{at}"
