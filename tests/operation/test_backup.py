"""A branch into a file and back: nothing is missing, and nothing older than what was promised."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from domain.application import TeamRecord
from domain.words import By, ContactSource, Role
from shilu.terminal import NO
from store.accounts import Accounts
from store.branch import BranchStore
from store.checkpoints import Checkpoints, checkpoints_engine
from store.engines import engine_of
from store.proof import TileNodes, consistency_proof, leaf_hash, root_of
from store.signer_client import SignerClient
from tests.operation.conftest import Terminal

ORIGIN = "shilu.local/main"
NAME, PHONE = "张三丰", "13812341234"
PASSWORD = "seven quiet herons"


@contextmanager
def signing(folder: Path) -> Iterator[SignerClient]:
    """A signer process beside an installation."""
    files = [str(folder / f"signer.{end}") for end in ("key", "sock", "vkey")]
    process = subprocess.Popen(
        [sys.executable, "-m", "store.signer", ORIGIN, *files], stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        assert b"started" in process.stderr.readline()
        with closing(SignerClient(folder / "signer.sock")) as client:
            yield client
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


class Place:
    """An installation with a team, a customer and an account, signed; and what was taken away."""

    def __init__(self, folder: Path, shilu: Terminal) -> None:
        self.folder, self.shilu = folder, shilu
        self.store = BranchStore("main", folder)
        self.checkpoint = folder.parent / "checkpoint"
        record = TeamRecord(self.store.log_env(), self.store.index_phone)
        record.rulebook.adopt(by=a_by())
        record.organisation.form_team("T1", "东山组", "S1", by=a_by())
        record.organisation.join("A1", "陈晓", Role.AGENT, "T1", date(2026, 1, 1), by=a_by())
        record.customers.register("C-1", "A1", NAME, PHONE, ContactSource.OWN, by=a_by())
        record.close()
        self.accounts().create("a1", PASSWORD, "A1", "main", "agent")
        self.sign()

    def accounts(self) -> Accounts:
        return Accounts(engine_of(f"sqlite:///{self.folder / 'accounts.db'}"))

    def sign(self) -> None:
        """Have the log signed as it is, and take the checkpoint away."""
        rows = self.store.reader().audit_source.audit_rows(0, 1000)
        leaves = [leaf_hash(row.envelope) for row in rows]
        with signing(self.folder) as signer:
            last = int(signer.last()["size"])
            assert last == 0, "this helper signs a log's beginning only"
            note = signer.checkpoint(len(leaves), root_of(leaves), [])
        Checkpoints(checkpoints_engine(self.store), ORIGIN).keep(note, datetime.now(UTC))
        self.checkpoint.write_text(note, encoding="utf-8")

    def contents(self) -> list[tuple[object, ...]]:
        """Return the log as it is stored."""
        return [tuple(row) for row in self.store.reader().audit_source.audit_rows(0, 1000)]

    def customer(self) -> tuple[str | None, str | None]:
        """Return name and number of the customer, in clear."""
        record = TeamRecord(self.store.log_env(), self.store.index_phone)
        found = record.customers.find("C-1")
        record.close()
        assert found is not None
        return found.name, found.phone


def a_by() -> By:
    now = datetime.now(UTC)
    return By("M1", Role.ADMINISTRATOR, now, now, uuid4(), "cli")


@pytest.fixture
def place(migrated: Path, shilu: Terminal) -> Place:
    """A signed installation."""
    return Place(migrated, shilu)


@pytest.fixture
def saved(place: Place, tmp_path: Path) -> Path:
    """A backup of it, its keys beside it as ``keys``."""
    target = tmp_path / "main.backup"
    said = place.shilu("backup", target, "--keys", tmp_path / "keys")
    assert said.exit_code == 0, said.output
    return target


@pytest.fixture
def elsewhere(
    saved: Path, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shilu: Terminal
) -> Path:
    """A new, empty installation with the master key and the public key that were kept apart."""
    folder = tmp_path / "new"
    folder.mkdir()
    for name in ("master.key", "signer.vkey"):
        shutil.copy(place.folder / name, folder / name)
    monkeypatch.setenv("SHILU_DATA", str(folder))
    assert shilu("migrate").exit_code == 0
    return folder


def restored(folder: Path, place: Place) -> Place:
    """Look at another folder as an installation."""
    other = Place.__new__(Place)
    other.folder, other.shilu, other.store = folder, place.shilu, BranchStore("main", folder)
    return other


def test_a_restored_branch_has_the_same_bytes_and_opens_them(
    place: Place, saved: Path, elsewhere: Path, tmp_path: Path
) -> None:
    said = place.shilu("restore", saved, "--keys", tmp_path / "keys", "--against", place.checkpoint)

    assert said.exit_code == 0, said.output
    assert "held to" in said.output
    new = restored(elsewhere, place)
    assert new.contents() == place.contents()
    assert new.customer() == (NAME, PHONE)
    assert new.accounts().find("a1") is not None
    assert place.shilu("audit", "verify").exit_code == 0


def test_without_the_keys_everything_is_there_and_nothing_opens(
    place: Place, saved: Path, elsewhere: Path
) -> None:
    said = place.shilu("restore", saved, "--against", place.checkpoint)

    assert said.exit_code == 0, said.output
    assert restored(elsewhere, place).contents() == place.contents()
    assert PHONE.encode() not in b"".join(p.read_bytes() for p in elsewhere.rglob("*.db*"))


def test_a_backup_holds_no_plain_contact(saved: Path, tmp_path: Path) -> None:
    for path in (saved, tmp_path / "keys"):
        with zipfile.ZipFile(path) as archive:
            found = b"".join(archive.read(name) for name in archive.namelist())
        assert NAME.encode() not in found
        assert PHONE.encode() not in found
        assert oct(path.stat().st_mode & 0o077) == "0o0"


def test_a_backup_older_than_a_kept_checkpoint_is_refused(
    place: Place, tmp_path: Path, saved: Path, elsewhere: Path
) -> None:
    newer = tmp_path / "newer"
    rows = place.store.reader().audit_source.audit_rows(0, 1000)
    leaves = [leaf_hash(row.envelope) for row in rows] + [leaf_hash(b"one more")]
    proof = consistency_proof(len(rows), len(leaves), TileNodes(lambda _l, _i: b"".join(leaves)))
    with signing(place.folder) as signer:
        newer.write_text(signer.checkpoint(len(leaves), root_of(leaves), proof), encoding="utf-8")

    said = place.shilu("restore", saved, "--against", newer)

    assert said.exit_code == NO
    assert "not what was promised" in said.output
    assert BranchStore("main", elsewhere).reader().head() == 0


def test_a_backup_older_than_what_the_signer_signed_is_refused(
    place: Place, saved: Path, elsewhere: Path
) -> None:
    with signing(elsewhere) as signer:
        signer.checkpoint(500, bytes(32), [])
        said = place.shilu("restore", saved, "--against", place.checkpoint)

    assert said.exit_code == NO
    assert "the signer has signed 500 events" in said.output


def test_with_nothing_from_outside_a_restore_asks_for_it(
    place: Place, saved: Path, elsewhere: Path
) -> None:
    said = place.shilu("restore", saved)

    assert said.exit_code == NO
    assert "--against" in said.output
    assert place.shilu("restore", saved, "--unverified").exit_code == 0


def test_an_altered_backup_is_refused(
    place: Place, saved: Path, elsewhere: Path, tmp_path: Path
) -> None:
    altered = tmp_path / "altered"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"T1", b"T2", 1) if name == "events" else data)

    said = place.shilu("restore", altered, "--against", place.checkpoint)

    assert said.exit_code == NO
    assert "not what was written" in said.output


def test_a_file_that_is_no_backup_is_named(place: Place, elsewhere: Path, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear all")

    said = place.shilu("restore", tmp_path / "letter")

    assert said.exit_code == NO
    assert "no backup of Shilu" in said.output


def test_a_restore_goes_into_an_empty_branch_alone(place: Place, saved: Path) -> None:
    said = place.shilu("restore", saved, "--against", place.checkpoint)

    assert said.exit_code == NO
    assert "into an empty one" in said.output


def test_a_backup_goes_into_no_file_that_is_there(place: Place, saved: Path) -> None:
    assert place.shilu("backup", saved).exit_code == NO


def test_another_branchs_backup_is_refused(
    place: Place, saved: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHILU_BRANCH", "north")
    assert place.shilu("migrate").exit_code == 0

    said = place.shilu("restore", saved, "--unverified")

    assert said.exit_code == NO
    assert "SHILU_BRANCH=main" in said.output


def test_a_backup_from_sqlite_goes_into_postgresql(
    place: Place,
    saved: Path,
    elsewhere: Path,
    tmp_path: Path,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = f"restored_{uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = postgres_url.replace("/postgres?", f"/{name}?")
    assert url != postgres_url
    monkeypatch.setenv("DATABASE_URL", url)
    assert place.shilu("migrate").exit_code == 0

    said = place.shilu("restore", saved, "--keys", tmp_path / "keys", "--against", place.checkpoint)

    assert said.exit_code == 0, said.output
    there = BranchStore("main", elsewhere, url)
    assert [tuple(row) for row in there.reader().audit_source.audit_rows(0, 1000)] == (
        place.contents()
    )
    assert there.index_phone(PHONE) == place.store.index_phone(PHONE)
