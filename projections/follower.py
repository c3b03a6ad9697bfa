"""The one loop that reads the log in order and hands batches to the projections."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence

import structlog
from eventsourcing.persistence import PersistenceError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from projections.base import (
    Overtaken,
    Projection,
    Writer,
    advance,
    begin,
    positions,
    versions,
)
from projections.rebuilding import rebuild
from store.log_reader import LoggedEvent, LogReader

LIVE_BATCH, CATCH_UP_BATCH = 500, 5000
POLL_SECONDS, BACK_OFF_SECONDS = 0.02, 1.0
log = structlog.get_logger()


class Follower:
    """Keeps projections up with the log. Any number may run; each batch is applied once."""

    def __init__(
        self, reader: LogReader, engine: Engine, projections: Sequence[Projection]
    ) -> None:
        self._reader = reader
        self._engine = engine
        self._projections = projections
        self._stuck: set[str] = set()

    def prepare(self) -> None:
        """Give new projections a position, and rebuild those whose version has changed."""
        begin(self._engine, self._projections)
        known = versions(self._engine)
        for projection in self._projections:
            if known[projection.name] != projection.version:
                log.info("rebuilding", projection=projection.name, version=projection.version)
                rebuild(self._reader, self._engine, projection)

    def step(self) -> int:
        """Apply the next batch to whatever is behind; return how many events were read."""
        reached = positions(self._engine)
        groups: dict[int, list[Projection]] = defaultdict(list)
        for projection in self._projections:
            if projection.name not in self._stuck:
                groups[reached.get(projection.name, 0)].append(projection)
        return max((self._feed(at, group) for at, group in groups.items()), default=0)

    def catch_up(self) -> int:
        """Apply everything there is; return the position reached."""
        while self.step():
            pass
        reached = positions(self._engine)
        return min((reached.get(p.name, 0) for p in self._projections), default=0)

    def run(self, stop: threading.Event) -> None:
        """Follow until ``stop`` is set; a database that is away is tried again each second."""
        prepared = False
        while not stop.is_set():
            try:
                if not prepared:
                    self.prepare()
                    prepared = True
                if self.step() == 0:
                    stop.wait(POLL_SECONDS)
            except (SQLAlchemyError, PersistenceError) as problem:
                log.warning("follower waits for the database", problem=type(problem).__name__)
                stop.wait(BACK_OFF_SECONDS)

    def _feed(self, position: int, group: Sequence[Projection]) -> int:
        events = self._reader.after(position, CATCH_UP_BATCH if position == 0 else LIVE_BATCH)
        if not events:
            return 0
        try:
            self._apply(position, group, events)
        except Overtaken:
            return len(events)
        except (SQLAlchemyError, PersistenceError):
            raise
        except Exception:  # noqa: BLE001  a faulty handler must not stop the others
            self._apart(position, group, events)
        return len(events)

    def _apply(
        self, position: int, group: Sequence[Projection], events: Sequence[LoggedEvent]
    ) -> None:
        with self._engine.execution_options(write=True).begin() as connection:
            for projection in group:
                advance(connection, projection, position, events[-1].position)
                projection.apply(Writer(connection, projection.live_tables()), events)

    def _apart(
        self, position: int, group: Sequence[Projection], events: Sequence[LoggedEvent]
    ) -> None:
        """One handler fails: find out whose, leave that projection behind, go on with the rest."""
        for projection in group:
            try:
                self._apply(position, [projection], events)
            except (Overtaken, SQLAlchemyError):
                continue
            except Exception:
                self._stuck.add(projection.name)
                log.exception("projection stopped", projection=projection.name, position=position)
