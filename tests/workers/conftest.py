"""Both brokers for the same tests: the SQLite file, and a real Redis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dramatiq
import pytest
import redis

from store.queue import create_queue
from tests.workers.support import start_redis
from workers.broker import Tasks, build_broker


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis on a socket file, durable as the README asks."""
    folder = tmp_path_factory.mktemp("redis")
    server = start_redis(folder)
    yield f"unix://{folder / 'r.sock'}"
    server.terminate()
    server.wait(10)


@dataclass
class Place:
    """Where tasks are kept; ``open`` gives one more connection to it."""

    url: str
    file: Path
    opened: list[Tasks] = field(default_factory=list)

    def open(self, namespace: str = "main", **options: Any) -> Tasks:
        self.opened.append(build_broker(self.url, self.file, namespace, **options))
        return self.opened[-1]


@pytest.fixture(params=["sqlite", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place for tasks."""
    create_queue(tmp_path / "queue.db")
    url = ""
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")
        redis.Redis.from_url(url).flushall()
    place = Place(url, tmp_path / "queue.db")
    yield place
    for broker in place.opened:
        broker.close()


@dataclass
class Notebook:
    """An actor that writes down what it is given, and fails as often as it is told to."""

    written: list[str] = field(default_factory=list)
    failures: int = 0

    def __call__(self, what: str) -> None:
        self.written.append(what)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("as the test wants it")

    def declare(self, broker: Tasks, queue: str = "checks", **options: Any) -> None:
        """Make a broker know the actor ``note``."""
        actor = dramatiq.actor(actor_name="note", queue_name=queue, broker=broker, **options)
        actor(lambda what: self(what))


@pytest.fixture
def notebook() -> Notebook:
    """An empty notebook."""
    return Notebook()
