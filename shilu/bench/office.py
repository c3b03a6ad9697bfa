"""A branch with agents who are signed in, and the product's own processes around it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import create_server
from uuid import uuid4

import click

from domain.application import TeamRecord
from domain.words import By, ContactSource, Role
from projections import VIEW_METADATA
from service.sessions import COOKIE
from shilu.bench.events import ZONE, fill
from store.accounts import Accounts
from store.branch import BranchStore
from store.engines import engine_of
from store.migrate import migrate

READY_WITHIN = 60.0  # seconds for the processes to answer
NOTE = "客户担心缴费年限太长，想看看十年期的方案，约了下次带对比表再谈"


@dataclass
class Office:
    """A branch in ``folder``, or in a schema of its own of the PostgreSQL at ``url``."""

    folder: Path
    agents: int
    url: str = ""
    tokens: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        name = f"bench_{uuid4().hex[:8]}" if self.url else "main"
        self.store = BranchStore(name, self.folder, self.url)
        with create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process of the product serve this branch."""
        ours = {
            "SHILU_DATA": str(self.folder),
            "SHILU_BRANCH": self.store.name,
            "SHILU_PORT": str(self.port),
            "SHILU_LOG_LEVEL": "warning",
            "DATABASE_URL": self.url,
            "REDIS_URL": "",
            "SHILU_SECOND_FACTOR": "none",
        }
        return {**os.environ, **ours}

    def found(self, events: int = 0) -> None:
        """Let the agents join, work for so many events in the past, and sign in today."""
        self.folder.mkdir(parents=True, exist_ok=True)
        accounts_url = self.url or f"sqlite:///{self.folder / 'accounts.db'}"
        migrate(self.store, accounts_url, self.folder / "queue.db", VIEW_METADATA)
        fill(self.store, events, self.agents, seed=531, progress=lambda _done, _all: None)
        record = TeamRecord(self.store.log_env(), self.store.index_phone)
        accounts, now = Accounts(engine_of(accounts_url, schema="accounts")), datetime.now(UTC)
        for no in range(self.agents):
            agent = f"A{no:05}"
            by, phone = By(agent, Role.AGENT, now, now, uuid4(), "cli"), f"138{no:08}"
            record.customers.register(f"C-{no}", agent, "张三丰", phone, ContactSource.OWN, by=by)
            login = f"{self.store.name}-{no}"
            accounts.create(login, uuid4().hex, agent, self.store.name, "agent")
            account = accounts.find(login)
            if account is None:
                raise LookupError(login)
            self.tokens.append(accounts.start_session(account).token)
        record.close()

    @contextmanager
    def running(self, *names: str) -> Iterator[list[int]]:
        """Run processes of the product as long as the context lasts; yield their numbers.

        With web or up among them, once it answers.
        """
        processes = [self._start(name) for name in names]
        try:
            if {"web", "up"} & set(names):
                self._wait()
            yield [process.pid for process in processes]
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                process.wait(30)

    def browser(self) -> Browser:
        """Return a connection to the web process that is kept."""
        return Browser(self)

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "shilu", name]
        return subprocess.Popen(  # noqa: S603  our own module
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _wait(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            with suppress(OSError, HTTPException), closing(self.browser()) as browser:
                if browser.ask("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.1)
        raise click.ClickException("the web process did not answer within a minute")


class Browser:
    """One connection, over which any of the agents may speak."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._server = HTTPConnection("127.0.0.1", office.port, timeout=30)

    def close(self) -> None:
        """Hang up."""
        self._server.close()

    def ask(
        self, method: str, path: str, body: object = None, no: int | None = None
    ) -> tuple[int, bytes]:
        """Return status and body of the answer; ``no`` is the agent who asks."""
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
        if no is not None:
            headers["Authorization"] = f"Bearer {self._office.tokens[no]}"
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        self._server.request(method, path, json.dumps(body) if body else None, headers)
        answer = self._server.getresponse()
        return answer.status, answer.read()

    def page(self, path: str, token: str) -> tuple[int, bytes]:
        """Return status and body, as they come over the wire, of a page for a session."""
        headers = {"Cookie": f"{COOKIE}={token}", "Accept-Encoding": "gzip"}
        self._server.request("GET", path, None, headers)
        answer = self._server.getresponse()
        return answer.status, answer.read()

    def log(self, no: int) -> tuple[str, int]:
        """Let an agent log a meeting of just now; return the path of the day and the position.

        Raises click.ClickException when it is not accepted.
        """
        started = _just_now()
        path = f"/api/v1/daily-logs/A{no:05}/{started.astimezone(ZONE).date()}"
        entry = {
            "kind": "face_meeting",
            "customer_id": f"C-{no}",
            "started_at": started.isoformat(),
            "result": "interested",
            "minutes": 5,
            "note": NOTE,
            "repeat_is_meant": True,
        }
        status, answer = self.ask("POST", f"{path}/activities", entry, no)
        if status != 201:
            raise click.ClickException(f"an entry was refused with {status}: {answer[:200]!r}")
        return path, int(json.loads(answer)["position"])


def _just_now() -> datetime:
    """Return ten minutes ago, or the day's beginning if that was later."""
    now = datetime.now(ZONE)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return max(now - timedelta(minutes=10), midnight).astimezone(UTC)
