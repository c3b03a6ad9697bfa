"""A branch whose clock the play moves: its pages, its workers, its signer, all over one store."""

from __future__ import annotations

import subprocess
import sys
import threading
import time as clock
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import dramatiq
from werkzeug.serving import make_server

from domain.application import TeamRecord
from domain.words import By, Role
from projections import ALL, VIEW_METADATA
from projections.base import wait_for
from projections.due import DueCheck, checks_due
from projections.evidence import Evidence
from projections.follower import Follower
from projections.retention import steps_due
from projections.season import contests_due
from projections.supervision_due import supervision_due
from service import build_app
from service.context import Context, Proofs
from store.accounts import Accounts
from store.branch import BranchStore
from store.checkpoints import Checkpoints, checkpoints_engine
from store.engines import engine_of
from store.migrate import migrate
from store.signer_client import SignerClient
from tests.journeys.every_page import Quiet
from workers.actors import declare_actors
from workers.bookmark import Bookmark
from workers.broker import build_broker
from workers.checkpoints import CheckpointMaker
from workers.dispatcher import Dispatcher
from workers.logs import configure_logs
from workers.process import THREADS
from workers.scheduler import Scheduler, sender
from workers.tasks import CHECKS, COMPARE

ZONE = ZoneInfo("Asia/Shanghai")
ORIGIN = "shilu.test/main"
TEAM = "T1"
PEOPLE = {
    "M1": ("赵丽", Role.ADMINISTRATOR, None),
    "U1": ("吴磊", Role.UPPER_SUPERVISOR, None),
    "X1": ("陈思远", Role.AUDITOR, None),
    "S1": ("周志强", Role.SUPERVISOR, TEAM),
    "A1": ("王小梅", Role.AGENT, TEAM),
    "A2": ("李建国", Role.AGENT, TEAM),
    "A3": ("孙晓雨", Role.AGENT, TEAM),
}
CUSTOMERS = {
    "A1": ("张三丰", "刘芳华", "何秀兰"),
    "A2": ("高建军", "林月如", "马向东"),
    "A3": ("朱丽娟", "胡一鸣", "郭大力"),
}
PATIENCE = 60.0  # seconds; a busy machine is no fault
ROUNDS = 20  # of one look at what is due; each does what the one before made due


def instant(day: date, wall: str) -> datetime:
    """Return the instant of a time of day, as 08:30, on the branch's wall clock."""
    return datetime.combine(day, time.fromisoformat(wall), ZONE).astimezone(UTC)


class Stage:
    """The branch; ``moment`` is what every clock in it shows."""

    def __init__(self, folder: Path, began: datetime) -> None:
        configure_logs("warning")
        self.folder, self.moment = folder, began
        self.store = BranchStore("main", folder)
        accounts_url = f"sqlite:///{folder / 'accounts.db'}"
        migrate(self.store, accounts_url, folder / "queue.db", VIEW_METADATA)
        self.record = TeamRecord(self.store.log_env(), self.store.index_phone)
        self.record.mapper._clock = self.now  # type: ignore[attr-defined]
        self.accounts = Accounts(engine_of(accounts_url), self.store.vault())
        self.views = self.store.views_engine()
        self._ending: list[Callable[[], object]] = []
        self._follow()
        proofs = self._sign()
        self._serve(proofs)
        self._work()

    def now(self) -> datetime:
        """Return the present instant, aware."""
        return self.moment

    def go(self, day: date, wall: str) -> None:
        """Let it be a time of day; time goes on only."""
        to = instant(day, wall)
        assert to >= self.moment, f"{to} is over"
        self.moment = to

    def by(self, actor: str) -> By:
        """Return who-and-when for a given."""
        return By(actor, PEOPLE[actor][1], self.moment, self.moment, uuid4(), "cli")

    def keep_up(self) -> None:
        """Wait until every view has what is on record."""
        head = self.record.recorder.max_notification_id() or 0
        for projection in ALL:
            assert wait_for(self.views, projection.name, head, PATIENCE), projection.name

    def let_workers_run(self) -> None:
        """Do whatever is due by now, and what becomes due by that; sign a checkpoint behind it."""
        for _ in range(ROUNDS):
            while self._dispatcher.step():
                pass
            self._scheduler.sweep()
            sent = self._scheduler.tick(self.moment)
            for queue in (CHECKS, COMPARE):
                self._broker.join(queue, timeout=int(PATIENCE * 1000))
            self.keep_up()
            if not sent:
                break
        self._checkpoints.step()

    def stop(self) -> None:
        """End what was started, the last first."""
        while self._ending:
            self._ending.pop()()

    def _follow(self) -> None:
        follower, enough = Follower(self.store.reader(), self.views, ALL), threading.Event()
        follower.prepare()
        thread = threading.Thread(target=follower.run, args=(enough,), daemon=True)
        thread.start()
        self._ending += [lambda: thread.join(5), enough.set]

    def _sign(self) -> Proofs:
        key, socket, public = (self.folder / f"signer.{end}" for end in ("key", "sock", "vkey"))
        process = subprocess.Popen(
            [sys.executable, "-m", "store.signer", ORIGIN, key, socket, public]
        )
        self._ending += [lambda: process.wait(10), process.terminate]
        until = clock.monotonic() + 20
        while not socket.exists() and clock.monotonic() < until:
            clock.sleep(0.02)
        signer = SignerClient(socket)
        kept = Checkpoints(checkpoints_engine(self.store), ORIGIN)
        messages = self.folder / "checkpoints"
        self._checkpoints = CheckpointMaker(self.views, kept, signer, messages, self.now)
        return Proofs(signer, kept, public, (), Evidence(self.store, ORIGIN, public, socket))

    def _serve(self, proofs: Proofs) -> None:
        context = Context(
            record=self.record,
            views=self.views,
            accounts=self.accounts,
            branch="main",
            head=self.store.reader().head,
            clock=self.now,
            proofs=proofs,
        )
        app = build_app(context)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        self.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self._ending += [lambda: thread.join(5), server.shutdown]

    def _work(self) -> None:
        self._broker = build_broker("", self.folder / "queue.db", "main")
        declare_actors(self._broker, self.record, self.views, self.now)
        send = sender(self._broker)
        self._dispatcher = Dispatcher(self.store.reader(), Bookmark(self.views), send)
        self._scheduler = Scheduler(self._due, send, self._broker)
        worker = dramatiq.Worker(self._broker, worker_timeout=100, worker_threads=THREADS)
        worker.start()
        self._ending += [self._broker.close, lambda: worker.stop(5_000)]

    def _due(self, now: datetime) -> list[DueCheck]:
        asked = (checks_due, steps_due, supervision_due, contests_due)
        with self.views.connect() as connection:
            return [check for ask in asked for check in ask(connection, now)]
