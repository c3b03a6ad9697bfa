"""The one loop that reads the log in order and hands batches to the projections."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from traceback import extract_tb

import structlog
from eventsourcing.persistence import PersistenceError
from sqlalchemy import Engine
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import (
    TimeoutError as PoolTimeout,
)

from projections.base import Overtaken, Projection, Writer, advance, begin, places
from projections.rebuilding import bring_up_to_date
from store.log_reader import LoggedEvent, LogReader

BATCH = 1000
POLL_SECONDS = 0.02
FIRST_BACK_OFF, LONGEST_BACK_OFF = 0.2, 5.0
RETRY_SECONDS = 60.0
AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout, PersistenceError)
log = structlog.get_logger()


class Follower:
    """Keeps projections up with the log. Any number may run; each batch is applied once."""

    def __init__(
        self, reader: LogReader, engine: Engine, projections: Sequence[Projection]
    ) -> None:
        self._reader = reader
        self._engine = engine
        self._projections = projections
        self._stuck: dict[str, float] = {}

    def begin(self) -> None:
        """Give new projections a position."""
        begin(self._engine, self._projections)

    def prepare(self, stop: threading.Event | None = None) -> None:
        """Give new projections a position, and rebuild those whose version has changed.

        ``stop``, when set, breaks off; the next start begins anew.
        """
        self.begin()
        for projection in self._outdated():
            log.info("rebuilding", projection=projection.name, version=projection.version)
            bring_up_to_date(self._reader, self._engine, projection, _until(stop))

    def step(self, batch: int = BATCH) -> int:
        """Apply the next batch to whatever is behind; return how many events it had, 0 at the end.

        A projection that waits for its rebuild, or whose handler has failed, is left out.
        """
        groups: dict[int, list[Projection]] = defaultdict(list)
        known = places(self._engine)
        for projection in self._projections:
            place = known.get(projection.name)
            current = place is not None and place.version == projection.version
            if place is not None and current and not self._is_stuck(projection):
                groups[place.position].append(projection)
        return max((self._feed(at, group, batch) for at, group in groups.items()), default=0)

    def catch_up(self) -> int:
        """Apply everything there is; return the position reached by all."""
        while self.step():
            pass
        known = places(self._engine)
        return min(
            (known[p.name].position for p in self._projections if p.name in known), default=0
        )

    def run(self, stop: threading.Event) -> None:
        """Follow until ``stop`` is set; a database that is away is tried again.

        Projections of another version are rebuilt meanwhile; the others do not wait for that.
        """
        if not _survive(stop, self.begin):
            return
        rebuilding = threading.Thread(target=self.renew, args=(stop,), name="rebuild")
        rebuilding.start()
        while not stop.is_set():
            _survive(stop, self._follow_once, stop)
        rebuilding.join()

    def _follow_once(self, stop: threading.Event) -> None:
        if self.step() == 0:
            stop.wait(POLL_SECONDS)

    def renew(self, stop: threading.Event) -> None:
        """Rebuild what is of another version; a rebuild that fails is tried again."""
        while not stop.is_set():
            try:
                if _survive(stop, self.prepare, stop):
                    return
            except _Stopped:
                log.info("rebuild broken off")
            except Exception as problem:  # noqa: BLE001  the others go on
                log.error("rebuild failed", problem=_named(problem))
                stop.wait(RETRY_SECONDS)

    def _outdated(self) -> list[Projection]:
        known = places(self._engine)
        return [p for p in self._projections if known[p.name].version != p.version]

    def _feed(self, position: int, group: Sequence[Projection], batch: int) -> int:
        events = self._reader.after(position, batch)
        if not events:
            return 0
        try:
            self._apply(position, group, events)
        except Overtaken:
            return len(events)
        except Exception as problem:
            if _is_away(problem):
                raise
            return self._apart(position, group, events)
        return len(events)

    def _apply(
        self, position: int, group: Sequence[Projection], events: Sequence[LoggedEvent]
    ) -> None:
        with self._engine.execution_options(write=True).begin() as connection:
            advance(connection, group, position, events[-1].position)
            for projection in group:
                projection.apply(Writer(connection, projection.live_tables()), events)

    def _apart(
        self, position: int, group: Sequence[Projection], events: Sequence[LoggedEvent]
    ) -> int:
        """One handler fails: find out whose, leave that projection behind, go on with the rest."""
        applied = 0
        for projection in group:
            try:
                self._apply(position, [projection], events)
                applied = len(events)
            except Overtaken:
                continue
            except Exception as problem:
                if _is_away(problem):
                    raise
                self._stuck[projection.name] = time.monotonic()
                log.error(
                    "projection stopped",
                    projection=projection.name,
                    position=position,
                    problem=_named(problem),
                )
        return applied

    def _is_stuck(self, projection: Projection) -> bool:
        since = self._stuck.get(projection.name)
        if since is None or time.monotonic() - since > RETRY_SECONDS:
            self._stuck.pop(projection.name, None)
            return False
        return True


class _Stopped(Exception):
    """The process was asked to stop in the middle of a rebuild."""


def _until(stop: threading.Event | None) -> Callable[[int, int], None]:
    """Return a progress callback that breaks off once ``stop`` is set."""

    def check(_done: int, _all: int) -> None:
        if stop is not None and stop.is_set():
            raise _Stopped

    return check


def _survive(stop: threading.Event, work: Callable[..., None], *args: object) -> bool:
    """Do the work, again and again while the database is away; tell whether it was done."""
    back_off = FIRST_BACK_OFF
    while not stop.is_set():
        try:
            work(*args)
        except Exception as problem:
            if not _is_away(problem):
                raise
            log.warning("follower waits for the database", problem=type(problem).__name__)
            stop.wait(back_off)
            back_off = min(2 * back_off, LONGEST_BACK_OFF)
        else:
            return True
    return False


def _is_away(problem: Exception) -> bool:
    lost = isinstance(problem, DBAPIError) and problem.connection_invalidated
    return lost or isinstance(problem, AWAY)


def _named(problem: Exception) -> str:
    """Return an error's type and place, without its message: that may hold what people wrote."""
    kind = type(problem.orig if isinstance(problem, DBAPIError) else problem).__name__
    frames = [f for f in extract_tb(problem.__traceback__) if "projections" in f.filename]
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{kind} at {at}"
