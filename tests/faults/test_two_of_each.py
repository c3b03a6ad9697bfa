"""Two of every process on two hosts (loopback addresses), one PostgreSQL, one Redis, one signer.

A host dies with everything on it and comes back, then the other one: what was acknowledged stays, and
nothing counts twice, although two followers, two workers and two schedulers do the same work.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.faults.product import PROCESSES, Caller, Client, Product, Scene, Writers
from tests.workers.branch import when_day
from tests.workers.support import until

pytestmark = pytest.mark.alone

HOSTS = ("127.0.0.2", "127.0.0.3")
POSTS, CALLS = 200, 20
TODAY = when_day(datetime.now(UTC))
PAIRED = [name for name in PROCESSES if name != "signer"]


class Pair(Product):
    """Two hosts, each with a folder and with processes of its own; the signer stands apart."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        super().__init__(folder, database_url, redis_url, "pairs")
        self.hosts = HOSTS
        self.running: dict[tuple[str, str], subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Migrate, start the signer, then both hosts."""
        done = self.shilu("migrate", "--quiet")
        assert done.returncode == 0, done.stderr
        self._launch("", "signer", {})
        for host in HOSTS:
            self.start_host(host)

    def start_host(self, host: str) -> None:
        """Start one process of each on a host, and wait until its web process is ready."""
        own = self.folder / host
        own.mkdir(exist_ok=True)
        environment = {
            "SHILU_DATA": str(own),
            "SHILU_HOST": host,
            "SHILU_MASTER_KEY_FILE": str(self.folder / "master.key"),
            "SHILU_SIGNER_SOCKET": str(self.folder / "signer.sock"),
        }
        for name in PAIRED:
            self._launch(host, name, environment)
        until(lambda: self.answers(host), seconds=30)

    def kill_host(self, host: str) -> None:
        """Pull the plug of a host."""
        for (on, _), process in self.running.items():
            if on == host:
                process.kill()
                process.wait()

    def lose_each_host_for_a_while(self) -> None:
        """Kill one host after the other, in the middle of the work; each comes back."""
        for host in HOSTS:
            time.sleep(1.0)
            self.kill_host(host)
            time.sleep(1.0)
            self.start_host(host)

    def answers(self, host: str) -> bool:
        """Tell whether the web process of a host is ready."""
        with suppress(OSError, HTTPException):
            return Client(self.port, hosts=(host,)).get("/readyz") == 200
        return False

    def stop(self) -> float:
        """Ask everything to end; return the seconds that took. Fails if one does not end well."""
        began = time.monotonic()
        for process in self.running.values():
            process.terminate()
        ended = {key: process.wait(60) for key, process in self.running.items()}
        assert set(ended.values()) == {0}, ended
        return time.monotonic() - began

    def close(self) -> None:
        """Leave nothing running."""
        for process in self.running.values():
            if process.poll() is None:
                process.kill()
                process.wait()
        super().close()

    def _launch(self, host: str, name: str, environment: dict[str, str]) -> None:
        self.running[host, name] = subprocess.Popen(
            [sys.executable, "-m", "shilu", name],
            env={**self.environment, **environment},
            stdout=self.log,
            stderr=self.log,
        )


@pytest.fixture(scope="module")
def outage(
    tmp_path_factory: pytest.TempPathFactory, own_postgres_url: str, redis_url: str
) -> Iterator[Scene]:
    """Two hosts of which one died, came back, and then the other one."""
    pair = Pair(tmp_path_factory.mktemp("hosts"), own_postgres_url, redis_url)
    try:
        pair.found(TODAY)
        pair.start()
        yesterday = TODAY - timedelta(days=1)
        scene = Scene(
            pair,
            Writers(pair, yesterday, POSTS, pause=0.15),
            Caller(pair.branch, yesterday - timedelta(days=1), CALLS, pause=0.2),
        )
        scene.happen(pair.lose_each_host_for_a_while)
        yield scene
    finally:
        pair.close()


def test_what_either_host_acknowledged_is_in_the_log_once(outage: Scene) -> None:
    where = [(e.data["activity_id"], e.position) for e in outage.of("daily_log.activity_logged")]
    acknowledged = outage.writers.acknowledged

    assert len(acknowledged) == POSTS
    assert {activity: at for activity, at in where if activity in acknowledged} == acknowledged
    assert max(Counter(activity for activity, _ in where).values()) == 1


def test_positions_are_dense_with_two_writers(outage: Scene) -> None:
    assert [e.position for e in outage.events] == list(range(1, len(outage.events) + 1))


def test_what_two_followers_made_equals_a_rebuild(outage: Scene) -> None:
    answer = outage.product.shilu("rebuild", "--check")

    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_two_workers_and_two_schedulers_do_each_check_once(outage: Scene) -> None:
    done = Counter(
        (e.data["check"], e.data["subject"], e.data["day"])
        for e in outage.of("scheduled_check.done")
    )
    called = {e.data["callback_id"] for e in outage.of("callback.outcome_recorded")}

    assert set(done.values()) == {1}
    assert {subject for check, subject, _ in done if check == "fake_entries"} == called
    assert len(called) == CALLS


def test_no_client_met_an_error_of_ours(outage: Scene) -> None:
    assert set(outage.writers.statuses) <= {0, 201, 503}


def test_the_log_with_its_one_signer_verifies(outage: Scene) -> None:
    answer = outage.product.shilu("audit", "verify")

    assert answer.returncode == 0, answer.stdout + answer.stderr
