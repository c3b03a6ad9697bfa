"""Refused requests are put on record, by a thread of its own: no answer ever waits for that.

What is refused stays refused whether or not the record can be written; a refusal that could not
be put on record is counted by the next one of the same person.
"""

from __future__ import annotations

import atexit
import queue
import re
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Protocol, cast
from uuid import uuid4

import structlog
from eventsourcing.persistence import PersistenceError
from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from domain.access_refusal import Refused
from domain.application import TeamRecord
from domain.refusals import Refusal
from domain.words import By, Receipt
from service.access import Reader
from service.context import Context, shilu

log = structlog.get_logger()
REFUSED = frozenset({403, 404})  # told in the record
NOT_TAKEN = frozenset({400, 405, 413, 415, 422, 429, 431})  # told in the process's log
WAITING = 256  # refusals that may wait for the record at once
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,63}")


class Notable(Protocol):
    """What a notary puts on record: of whom, on which day, and how."""

    @property
    def day(self) -> date:
        """The day on whose stream it stands."""

    @property
    def by(self) -> By:
        """Who and when."""

    def put(self, record: TeamRecord, unsaid: int) -> Receipt | None:
        """Put it on record; None if it is one too many to be told."""


@dataclass(frozen=True, slots=True)
class Note:
    """A refusal on its way to the record."""

    refused: Refused
    day: date
    team_id: str | None
    by: By

    def put(self, record: TeamRecord, unsaid: int) -> Receipt | None:
        """Put it on record."""
        book = record.access_refusals
        return book.note(self.refused, self.day, by=self.by, team_id=self.team_id, unsaid=unsaid)


class Notary:
    """Puts refusals on record one after the other. ``note`` never waits and never raises.

    One for all branches; what is not said to be of another branch is put on the first one's record.
    """

    def __init__(self, record: TeamRecord) -> None:
        self._record = record
        self._waiting: queue.Queue[tuple[Notable, TeamRecord] | None] = queue.Queue(WAITING)
        self._unsaid: Counter[tuple[int, type[Notable], str, date]] = Counter()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def note(self, note: Notable, record: TeamRecord | None = None) -> None:
        """Take a refusal for a record; when too many wait, it is only counted."""
        self._start()
        record = record or self._record
        try:
            self._waiting.put_nowait((note, record))
        except queue.Full:
            self._count(_key(note, record))

    def flush(self) -> None:
        """Wait until everything taken so far is on record."""
        self._waiting.join()

    def close(self, timeout: float = 5.0) -> None:
        """Put what waits on record and end the thread."""
        if self._thread is not None and self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(timeout)

    def _start(self) -> None:
        # at the first refusal, not when the app is made: threads do not outlive a fork
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="refusals", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            taken = self._waiting.get()
            try:
                if taken is None:
                    return
                self._put_on_record(*taken)
            finally:
                self._waiting.task_done()

    def _put_on_record(self, note: Notable, record: TeamRecord) -> None:
        key = _key(note, record)
        with self._lock:
            unsaid = self._unsaid.pop(key, 0)
        try:
            said = note.put(record, unsaid)
        except (PersistenceError, SQLAlchemyError, OSError, Refusal) as problem:
            log.warning("a refusal is not on record yet", problem=type(problem).__name__)
            said = None
        if said is None:
            self._count(key, unsaid + 1)

    def _count(self, key: _Key, times: int = 1) -> None:
        with self._lock:
            self._unsaid[key] += times


_Key = tuple[int, type[Notable], str, date]


def _key(note: Notable, record: TeamRecord) -> _Key:
    return id(record), type(note), note.by.actor, note.day


def set_up(app: Flask) -> None:
    """Note every refusal of somebody signed in; nobody's requests fill no log."""

    @app.after_request
    def look(response: Response) -> Response:
        reader: Reader | None = g.get("reader")
        if response.status_code in REFUSED and reader is not None and request.url_rule is not None:
            notary().note(_note(reader, response.status_code), shilu().record)
        elif response.status_code in NOT_TAKEN:
            log.info("a request was not taken", **_not_taken(reader, response.status_code))
        return response


def open_book(app: Flask, context: Context) -> None:
    """Give the application its notary, who writes to the end of the process."""
    book = app.extensions["shilu.refused"] = Notary(context.record)
    atexit.register(book.close)


def notary() -> Notary:
    """Return the notary of the running application."""
    return cast(Notary, current_app.extensions["shilu.refused"])


def _not_taken(reader: Reader | None, status: int) -> dict[str, object]:
    """Return what the process's log says of a malformed or too frequent request: no content."""
    route = request.url_rule.rule if request.url_rule else "none"
    who = reader.person_id if reader else "nobody"
    return {"method": request.method, "route": route, "status": status, "person": who}


def _note(reader: Reader, status: int) -> Note:
    now = shilu().now()
    rule = request.url_rule.rule if request.url_rule else ""
    ids = (request.view_args or {}).items()
    about = tuple(f"{k}={v if ID.fullmatch(str(v)) else '?'}" for k, v in sorted(ids))
    source = "api" if request.path.startswith("/api/") else "web"
    return Note(
        Refused(request.method, rule, status, about),
        shilu().today(),
        reader.team_id,
        By(reader.person_id, reader.role, now, now, uuid4(), source),
    )
