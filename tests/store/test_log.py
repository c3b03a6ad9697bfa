"""What our logs promise beyond the library's cases, over both stores."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent
from eventsourcing.utils import Environment

from store.branch import BranchStore
from store.mapper import SealedEvent
from store.migrate import migrate
from store.postgres import PostgresFactory, PostgresLogRecorder
from store.recorder import DuplicateCommand, NotProvided
from store.sqlite import SQLiteFactory, SQLiteLogRecorder

from .conftest import a_branch

AnyRecorder = SQLiteLogRecorder | PostgresLogRecorder


def open_log(branch: BranchStore) -> AnyRecorder:
    env = Environment("", branch.log_env())
    factory = PostgresFactory(env) if branch.database_url else SQLiteFactory(env)
    return factory.application_recorder()


def an_event(
    stream: UUID | None = None, version: int = 1, command: UUID | None = None
) -> SealedEvent:
    return SealedEvent(stream or uuid4(), version, "t.v1", b"{}", b"{}", command or uuid4())


@pytest.fixture
def log(branch: BranchStore) -> AnyRecorder:
    return open_log(branch)


def test_an_empty_log_has_no_newest_position(log: AnyRecorder) -> None:
    assert log.max_notification_id() is None


def test_positions_are_dense_under_many_threads(log: AnyRecorder) -> None:
    def write() -> None:
        for _ in range(25):
            log.insert_events([an_event()])

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [row.position for row in log.rows_after(0, 1000)] == list(range(1, 201))


def test_a_tail_beside_many_writers_misses_nothing(log: AnyRecorder) -> None:
    seen: list[int] = []
    done = threading.Event()

    def tail() -> None:
        while not done.is_set() or log.rows_after(seen[-1] if seen else 0, 1):
            seen.extend(r.position for r in log.rows_after(seen[-1] if seen else 0, 50))

    def write() -> None:
        for _ in range(40):
            log.insert_events([an_event(), an_event()])

    reader = threading.Thread(target=tail)
    writers = [threading.Thread(target=write) for _ in range(4)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()

    assert seen == list(range(1, 321))


WRITER = """
import sys
from pathlib import Path
from tests.store.test_log import an_event, open_log
from store.branch import BranchStore
log = open_log(BranchStore(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
for _ in range(100):
    log.insert_events([an_event()])
"""


def test_positions_are_dense_under_two_processes(branch: BranchStore) -> None:
    command = [sys.executable, "-c", WRITER, branch.name, str(branch.data_dir)]
    writers = [subprocess.Popen([*command, branch.database_url]) for _ in range(2)]

    assert [writer.wait(60) for writer in writers] == [0, 0]
    positions = [row.position for row in open_log(branch).rows_after(0, 1000)]
    assert positions == list(range(1, 201))


def test_a_command_on_record_is_refused_by_name(log: AnyRecorder) -> None:
    command = uuid4()
    log.insert_events([an_event(command=command)])

    with pytest.raises(DuplicateCommand):
        log.insert_events([an_event(command=command)])


def test_a_command_on_record_has_a_receipt(log: AnyRecorder) -> None:
    command, stream = uuid4(), uuid4()
    log.insert_events([an_event()])
    log.insert_events([an_event(stream, 1, command), an_event(stream, 2, command)])

    assert log.receipt_of(command) == (3, stream, 2)


def test_a_command_that_never_came_has_none(log: AnyRecorder) -> None:
    assert log.receipt_of(uuid4()) is None


def test_commands_on_record_are_known(log: AnyRecorder) -> None:
    command = uuid4()
    log.insert_events([an_event(command=command)])

    assert log.known_commands([command, uuid4()]) == {command}


def test_a_version_that_is_taken_is_a_conflict_and_no_duplicate(log: AnyRecorder) -> None:
    stream = uuid4()
    log.insert_events([an_event(stream, 1)])

    with pytest.raises(IntegrityError) as conflict:
        log.insert_events([an_event(stream, 1)])

    assert not isinstance(conflict.value, DuplicateCommand)


def test_a_conflict_leaves_nothing_of_its_events_behind(log: AnyRecorder) -> None:
    stream = uuid4()
    log.insert_events([an_event(stream, 1)])

    with pytest.raises(IntegrityError):
        log.insert_events([an_event(), an_event(stream, 1)])

    assert log.max_notification_id() == 1


def test_one_members_conflict_does_not_fail_the_group(log: AnyRecorder) -> None:
    stream = uuid4()
    log.insert_events([an_event(stream, 1)])
    outcomes: list[Any] = []

    def write(events: Sequence[StoredEvent]) -> None:
        try:
            outcomes.append(log.insert_events(events))
        except IntegrityError:
            outcomes.append("conflict")

    members = [[an_event(stream, 1)], *([an_event()] for _ in range(6))]
    threads = [threading.Thread(target=write, args=(member,)) for member in members]
    with log._group._lock:  # everybody waits here and then goes together
        for thread in threads:
            thread.start()
        while len(log._group._waiting) < len(members):
            pass
    for thread in threads:
        thread.join()

    assert outcomes.count("conflict") == 1
    assert [row.position for row in log.rows_after(0, 100)] == list(range(1, 8))


def test_a_reader_sees_bytes_and_envelope_as_stored(log: AnyRecorder) -> None:
    stream, event = uuid4(), None
    event = SealedEvent(stream, 1, "t.v1", b'{"a":1}', b'{"v":1}', uuid4())
    log.insert_events([event])

    row = log.rows_of(stream)[0]
    assert (row.state, row.envelope) == (b'{"a":1}', b'{"v":1}')


def test_nobody_subscribes_to_the_log(log: AnyRecorder) -> None:
    with pytest.raises(NotProvided):
        log.subscribe()


@pytest.fixture
def postgres_log(tmp_path: Any, postgres_url: str) -> PostgresLogRecorder:
    opened = open_log(a_branch(tmp_path, postgres_url))
    assert isinstance(opened, PostgresLogRecorder)
    return opened


def test_a_lost_acknowledgement_is_answered_as_if_it_had_come(
    postgres_log: PostgresLogRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, lost = postgres_log._send, []

    def committed_but_unheard(columns: list[list[Any]]) -> list[int]:
        positions = send(columns)
        if not lost:
            lost.append(positions)
            raise psycopg.OperationalError("the connection broke after the commit")
        return positions

    monkeypatch.setattr(postgres_log, "_send", committed_but_unheard)

    assert postgres_log.insert_events([an_event(), an_event()]) == [1, 2]
    assert postgres_log.max_notification_id() == 2


def test_a_connection_that_breaks_before_the_commit_is_tried_again(
    postgres_log: PostgresLogRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, broken = postgres_log._send, []

    def unheard_and_undone(columns: list[list[Any]]) -> list[int]:
        if not broken:
            broken.append(1)
            raise psycopg.OperationalError("the connection broke before the commit")
        return send(columns)

    monkeypatch.setattr(postgres_log, "_send", unheard_and_undone)

    assert postgres_log.insert_events([an_event()]) == [1]


@pytest.mark.parametrize("_round", range(5))
def test_closing_the_log_under_busy_threads_crashes_nothing(tmp_path: Path, _round: int) -> None:
    branch = BranchStore("busy", tmp_path)
    migrate(branch, f"sqlite:///{tmp_path}/accounts.db", None, [])
    recorder = SQLiteLogRecorder(branch.folder / "log.db")
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            with suppress(OperationalError):
                recorder.select_notifications(1, 1000)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        recorder.close()
    stop.set()
    for thread in threads:
        thread.join()
    recorder.close()

    assert recorder.max_notification_id() is None  # it opens again for who still asks
    recorder.close()
