"""`shilu doctor`: what would lose, disclose or falsify something is wrong, and has its way out."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from shilu.doctor import UNSIGNED, Installation, State, examine
from shilu.terminal import NO, NOT_READY
from store.branch import BranchStore
from store.checkpoints import Checkpoints, checkpoints_engine
from store.signer_client import SignerClient
from tests.operation.conftest import Terminal
from tests.workers.support import start_redis

ORIGIN = "shilu.local/main"


def findings(shilu: Terminal, name: str) -> dict[str, str]:
    """Return what was told about one thing, by state."""
    found = json.loads(shilu("doctor", "--json").output)
    return {f["state"]: f["told"] + " " + f["advice"] for f in found if f["name"] == name}


@contextmanager
def signing(folder: Path) -> Iterator[SignerClient]:
    """A signer process beside an installation."""
    files = [str(folder / f"signer.{end}") for end in ("key", "sock", "vkey")]
    command = [sys.executable, "-m", "store.signer", ORIGIN, *files]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        assert b"started" in process.stderr.readline()
        with closing(SignerClient(folder / "signer.sock")) as client:
            yield client
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_new_installation_is_well_but_for_what_is_not_running(
    shilu: Terminal, migrated: Path
) -> None:
    said = shilu("doctor")

    assert said.exit_code == 0
    assert "start shilu signer" in said.output
    assert "wrong" not in said.output


def test_before_migrate_the_way_out_is_named(shilu: Terminal, data: Path) -> None:
    said = shilu("doctor")

    assert said.exit_code == NO
    assert "shilu migrate" in said.output


def test_a_key_that_others_may_read_is_wrong(shilu: Terminal, migrated: Path) -> None:
    key = migrated / "master.key"
    key.chmod(0o644)

    assert f"chmod 600 {key}" in findings(shilu, "secrets")["wrong"]


def test_another_master_key_than_the_vaults_is_wrong(shilu: Terminal, migrated: Path) -> None:
    (migrated / "master.key").write_text(secrets.token_hex(32))

    assert "not the one that wraps" in findings(shilu, "master_key")["wrong"]


def test_a_log_shorter_than_what_was_signed_was_rolled_back(
    shilu: Terminal, migrated: Path
) -> None:
    with signing(migrated) as signer:
        signer.checkpoint(5, bytes(32), [])

        told = findings(shilu, "signer")["wrong"]

    assert "it has signed 5 events, the log has 0" in told


def test_events_that_wait_long_for_a_signature_are_a_warning(
    shilu: Terminal, migrated: Path
) -> None:
    shilu("demo")
    with signing(migrated) as signer:
        note = signer.checkpoint(5, bytes(32), [])
    store = BranchStore("main", migrated)
    signed_at = datetime.now(UTC) - UNSIGNED - timedelta(minutes=1)
    Checkpoints(checkpoints_engine(store), ORIGIN).keep(note, signed_at)

    assert "minutes old" in findings(shilu, "checkpoint")["warning"]


def test_a_record_that_runs_ahead_of_the_clock_is_wrong(shilu: Terminal, migrated: Path) -> None:
    shilu("demo")
    store = BranchStore("main", migrated)
    earlier = datetime.now(UTC) - timedelta(days=30)
    installation = Installation(
        store,
        f"sqlite:///{migrated / 'accounts.db'}",
        "",
        ORIGIN,
        migrated / "signer.sock",
        (),
        now=lambda: earlier,
    )

    clock = next(found for found in examine(installation) if found.name == "clock")

    assert clock.state is State.WRONG
    assert "in the future" in clock.told


# --- PostgreSQL and Redis ---


def without_sync(url: str) -> str:
    """Return the address with a session that does not wait for the disk."""
    return f"{url}{'&' if '?' in url else '?'}options=-csynchronous_commit%3Doff"


def test_a_postgresql_that_loses_commits_is_wrong_and_refused(
    shilu: Terminal, data: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", without_sync(postgres_url))
    monkeypatch.setenv("SHILU_BRANCH", f"d{secrets.token_hex(4)}")

    refused = shilu("migrate")

    assert refused.exit_code == NOT_READY
    assert "synchronous_commit = on" in refused.output
    assert "lost at a crash" in findings(shilu, "database")["wrong"]


def test_a_postgresql_that_keeps_commits_is_well(
    shilu: Terminal, data: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setenv("SHILU_BRANCH", f"d{secrets.token_hex(4)}")
    assert shilu("migrate").exit_code == 0

    assert "keeps what it answers" in findings(shilu, "database")["ok"]
    assert findings(shilu, "tables") == {"ok": "all tables are there "}


def test_a_database_that_is_away_is_told_with_the_way_out(
    shilu: Terminal, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/shilu?connect_timeout=1")

    assert "start PostgreSQL" in findings(shilu, "database")["wrong"]


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[redis.Redis]:
    """A Redis that a test may spoil."""
    folder = tmp_path / "redis"
    folder.mkdir()
    server = start_redis(folder)
    with closing(redis.Redis(unix_socket_path=str(folder / "r.sock"))) as client:
        yield client
    server.terminate()
    server.wait(10)


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [("maxmemory-policy", "allkeys-lru", "noeviction"), ("appendonly", "no", "appendonly yes")],
)
def test_a_redis_that_loses_tasks_is_wrong(
    shilu: Terminal,
    migrated: Path,
    own_redis: redis.Redis,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    value: str,
    told: str,
) -> None:
    own_redis.config_set(setting, value)
    monkeypatch.setenv("REDIS_URL", f"unix://{tmp_path / 'redis' / 'r.sock'}")

    assert told in findings(shilu, "redis")["wrong"]


def test_a_durable_redis_is_well(
    shilu: Terminal,
    migrated: Path,
    own_redis: redis.Redis,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDIS_URL", f"unix://{tmp_path / 'redis' / 'r.sock'}")

    assert set(findings(shilu, "redis")) == {"ok"}
