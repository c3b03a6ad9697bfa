"""The whole product as an operator has it: `shilu up` on a free port, people in it, and clients."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from domain.words import CallbackOutcome
from projections import VIEW_METADATA
from projections.due import checks_due
from store.accounts import Accounts
from store.engines import dispose_all, engine_of
from store.log_reader import LoggedEvent
from tests.workers.branch import Branch, at, when_day
from tests.workers.support import until

PASSWORD = "correct horse battery"
BRANCH = "kills"
AGENTS = 8
TEAMS = 12  # more, of one agent each: so many checks of missing logs are due today
PROCESSES = ("web", "follower", "worker", "scheduler", "signer")


class Product:
    """One installation in a folder. Its people joined, on record, two weeks ago."""

    def __init__(
        self, folder: Path, database_url: str = "", redis_url: str = "", branch: str = BRANCH
    ) -> None:
        self.folder = folder
        self.name = branch
        self.hosts = ("127.0.0.1",)
        self.port = _free_port()
        self.log = (folder / "up.log").open("ab")
        self.environment = {
            **os.environ,
            "SHILU_DATA": str(folder),
            "SHILU_PORT": str(self.port),
            "SHILU_BRANCH": branch,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SHILU_SECOND_FACTOR": "none",
        }
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.branch = Branch(folder, VIEW_METADATA, branch, database_url)

    def found(self, today: date) -> None:
        """Let people join, sign up and visit a customer each."""
        joined = at(today - timedelta(days=14), 8)
        self.branch.found(AGENTS, joined)
        self.branch.set_due_at_midnight(today, joined)
        for number in range(TEAMS):
            self.branch.form_team(f"T{number + 2}", f"B{number:02d}", joined)
        accounts = Accounts(engine_of(self.branch.accounts_url, schema="accounts"))
        for number in range(AGENTS):
            agent = f"A{number:02d}"
            accounts.create(self.login_of(agent), PASSWORD, agent, self.name, "agent")
            self.branch.visit(agent, f"C-{agent}", at(today - timedelta(days=2), 10))

    def login_of(self, agent: str) -> str:
        """The login of an agent; on PostgreSQL all branches share their accounts."""
        return f"{self.name}-{agent}"

    def start(self) -> None:
        """Run `shilu up` and wait until it is ready."""
        self.supervisor = subprocess.Popen(
            [sys.executable, "-m", "shilu", "up"],
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
        )
        until(self.is_ready, seconds=30)

    def is_ready(self) -> bool:
        """Tell whether /readyz says yes."""
        with suppress(OSError, http.client.HTTPException):
            return Client(self.port).get("/readyz") == 200
        return False

    def stop(self) -> float:
        """Ask it to end; return the seconds that took."""
        assert self.supervisor is not None
        began = time.monotonic()
        self.supervisor.terminate()
        assert self.supervisor.wait(60) == 0
        return time.monotonic() - began

    def processes(self, name: str) -> list[psutil.Process]:
        """The processes of `shilu NAME`, the web's own child included."""
        assert self.supervisor is not None
        children = psutil.Process(self.supervisor.pid).children(recursive=True)
        names = {name, f"store.{name}"}  # the signer runs as a module of its own
        return [child for child in children if names & set(_words(child))]

    def kill(self, name: str) -> None:
        """kill -9 one process, or everything at once."""
        victims = [self.supervisor] if name == "all" else []
        names = PROCESSES if name == "all" else (name,)
        victims += [process for one in names for process in self.processes(one)]
        for victim in victims:
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                os.kill(victim.pid, signal.SIGKILL)
        if name == "all" and self.supervisor:
            self.supervisor.wait()

    def shilu(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the product to its end."""
        command = [sys.executable, "-m", "shilu", *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60
        )

    def close(self) -> None:
        """Leave nothing running."""
        if self.supervisor and self.supervisor.poll() is None:
            self.kill("all")
        self.log.close()
        dispose_all()

    def memory(self) -> int:
        """Return the proportional memory of all processes, in MB."""
        assert self.supervisor is not None
        parent = psutil.Process(self.supervisor.pid)
        family = [parent, *parent.children(recursive=True)]
        return sum(process.memory_full_info().pss for process in family) // 2**20


@contextmanager
def running(
    folder: Path, today: date, database_url: str = "", redis_url: str = ""
) -> Iterator[Product]:
    """A founded, started product; nothing of it is left afterwards."""
    product = Product(folder, database_url, redis_url)
    try:
        product.found(today)
        product.start()
        yield product
    finally:
        product.close()


class Client:
    """Somebody's connection to the API, opened anew for each request, at one host after another."""

    def __init__(self, port: int, token: str = "", hosts: Sequence[str] = ("127.0.0.1",)) -> None:
        self._port = port
        self._token = token
        self._hosts = itertools.cycle(hosts)

    def get(self, path: str) -> int:
        """Return the status of a GET."""
        return self.send("GET", path)[0]

    def sign_in(self, login: str) -> None:
        """Start a session."""
        body = {"login": login, "password": PASSWORD}
        status, answer = self.send("POST", "/api/v1/sessions", body)
        assert status == 201, (status, answer)
        self._token = answer["token"]

    def send(
        self, method: str, path: str, body: Any = None, key: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """Return status and JSON of an answer. Raises OSError or HTTPException without one."""
        connection = http.client.HTTPConnection(next(self._hosts), self._port, timeout=5)
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if key:
            headers["Idempotency-Key"] = key
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            text = answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "")
            return answer.status, json.loads(text) if is_json else {}
        finally:
            connection.close()


class Scene:
    """A product in the middle of its work while something breaks, and what its log says afterwards."""

    def __init__(self, product: Product, writers: Writers, caller: Caller) -> None:
        self.product = product
        self.writers = writers
        self.caller = caller
        self.events: list[LoggedEvent] = []

    def happen(self, faults: Callable[[], None]) -> None:
        """Write and call while ``faults`` happen; let what is left be done, stop, read the log."""
        self.writers.start()
        self.caller.start()
        faults()
        self.writers.join()
        self.caller.join()
        until(lambda: not self.due(), seconds=60)
        self.product.stop()
        self.events = list(self.product.branch.store.reader().all())

    def due(self) -> list[object]:
        """Return the checks that nobody has done."""
        with self.product.branch.store.views_engine().connect() as connection:
            return list(checks_due(connection, datetime.now(UTC)))

    def of(self, topic: str) -> list[LoggedEvent]:
        """Return the events whose topic begins so, in the log's order."""
        return [event for event in self.events if event.topic.startswith(topic)]


@dataclass
class Writers:
    """Agents who post entries at once, each again and again until it is acknowledged."""

    product: Product
    day: date
    count: int
    pause: float
    acknowledged: dict[str, int] = field(default_factory=dict)  # activity id -> position
    statuses: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Sign in, then begin to post in the background."""
        for number in range(AGENTS):
            agent, client = f"A{number:02d}", Client(self.product.port, hosts=self.product.hosts)
            client.sign_in(self.product.login_of(agent))
            share = self.count // AGENTS + (number < self.count % AGENTS)
            self._threads.append(threading.Thread(target=self._write, args=(client, agent, share)))
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until everything is acknowledged."""
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), "an entry was never acknowledged"

    def _write(self, client: Client, agent: str, share: int) -> None:
        chance = random.Random(agent)
        for number in range(share):
            self._post(client, agent, number)
            time.sleep(self.pause * chance.uniform(0.5, 1.5))

    def _post(self, client: Client, agent: str, number: int) -> None:
        activity_id, key = str(uuid4()), str(uuid4())
        started = at(self.day, 8) + timedelta(minutes=5 * number)
        entry = {
            "activity_id": activity_id,
            "kind": "face_meeting",
            "customer_id": f"C-{agent}",
            "started_at": started.isoformat(),
            "result": "interested",
            "minutes": 5,
            "note": "谈了教育金",
            "repeat_is_meant": True,
        }
        path = f"/api/v1/daily-logs/{agent}/{when_day(started).isoformat()}/activities"
        while True:
            try:
                status, answer = client.send("POST", path, entry, key)
            except (OSError, http.client.HTTPException):
                status, answer = 0, {}
            with self._lock:
                self.statuses[status] += 1
                if status == 201:
                    self.acknowledged[activity_id] = answer["position"]
                    return
            time.sleep(0.05)


@dataclass
class Caller:
    """A supervisor on the phone all the while: every answer asks for a comparison."""

    branch: Branch
    day: date
    count: int
    pause: float
    called: list[str] = field(default_factory=list)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to call, in the background and in a process of its own (this one)."""
        self._thread = threading.Thread(target=self._call)
        self._thread.start()

    def join(self) -> None:
        """Wait until all calls are made."""
        assert self._thread is not None
        self._thread.join(60)
        assert len(self.called) == self.count

    def _call(self) -> None:
        for number in range(self.count):
            agent, customer = f"A{number % AGENTS:02d}", f"C-called-{number}"
            visited, called = at(self.day, 9), at(self.day, 15)
            visit = self.branch.visit(agent, customer, visited + timedelta(minutes=number))
            outcome = CallbackOutcome.CONFIRMED if number % 3 else CallbackOutcome.DENIED
            self.called.append(self.branch.call(visit, agent, customer, outcome, called))
            time.sleep(self.pause)


def _words(process: psutil.Process) -> list[str]:
    """Return what `ps` says of a process: its arguments, or the words of the title it took."""
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return re.split(r"[ \[\]-]+", " ".join(process.cmdline()))
    return []


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
