"""Verifying by several processes: the same verdicts, and nobody is left behind."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from store import audit
from store.audit import Promised, verify_log
from store.branch import BranchStore
from store.log_reader import AuditRow
from store.verifier.shilu_verify import ALTERED, Verdict
from tests.store.conftest import a_branch

from .test_mutations import rewrite
from .world import LOG, VKEY, checkpoint, leaves_of, some_rows

ROWS = some_rows(600)
COLUMNS = "position, stream_id, version, topic, state, envelope, command_id, command_no"
ASKED = """
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import getpid
from store.audit import _end_with_parent
with ProcessPoolExecutor(1, get_context("spawn"), _end_with_parent) as pool:
    print(pool.submit(getpid).result(), flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PART", 256)


@pytest.fixture(params=["sqlite", "postgres"])
def branch(request: pytest.FixtureRequest, tmp_path: Path) -> BranchStore:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return a_branch(tmp_path, url)


def write(branch: BranchStore, rows: Sequence[AuditRow]) -> None:
    if branch.database_url:
        marks = SQL("INSERT INTO {}.events (" + COLUMNS + ") VALUES (" + "%s," * 7 + "0)")
        with psycopg.connect(branch.database_url) as connection:
            connection.cursor().executemany(marks.format(Identifier(branch.schema)), rows)
        return
    (log,) = branch.data_dir.rglob("log.db")
    with sqlite3.connect(log) as file:
        file.executemany(f"INSERT INTO events ({COLUMNS}) VALUES ({'?,' * 7}0)", rows)


def verify(branch: BranchStore, rows: Sequence[AuditRow]) -> audit.Intact:
    reader, hashes = branch.reader(), b"".join(leaves_of(rows))
    promised = Promised(LOG, VKEY, checkpoint(rows).encode())
    return verify_log(
        reader.audit_source, promised, stored=lambda _size: hashes, elsewhere=reader.elsewhere()
    )


def test_parts_that_other_processes_hash_make_the_signed_root(branch: BranchStore) -> None:
    write(branch, ROWS)

    assert verify(branch, ROWS).signed == len(ROWS)


def test_an_event_that_was_altered_in_a_later_part_is_named(branch: BranchStore) -> None:
    log = list(ROWS)
    named = rewrite(log, 432, random.Random(3))
    write(branch, log)

    with pytest.raises(Verdict) as found:
        verify(branch, ROWS)
    assert (found.value.code, found.value.position) == (ALTERED, named)


def test_who_hashes_for_a_process_that_is_killed_ends_with_it() -> None:
    command = [sys.executable, "-c", ASKED]
    asked = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert asked.stdout is not None
    with asked:
        helper = psutil.Process(int(asked.stdout.readline()))
        asked.kill()

    assert helper.wait(timeout=20) is None
