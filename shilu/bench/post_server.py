"""One branch of `shilu bench post`, made and served by the web server that the product runs.

Run as ``python -m shilu.bench.post_server DIR NAME PORT [SOCKET VKEY]``: with a signer's socket and
key everything is as it is in a branch; without, nothing is sealed, no envelope is made and no
receipt signed. DIR/READY tells the sessions, one for each agent, and the server's process number.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask

from domain.application import TeamRecord
from domain.words import By, ContactSource, Role
from projections import VIEW_METADATA
from service import build_app
from service.context import Context, Proofs
from shilu.bench.evidence import ORIGIN
from shilu.web import WebServer
from store.accounts import Accounts
from store.branch import BranchStore
from store.checkpoints import Checkpoints, checkpoints_engine
from store.engines import engine_of
from store.migrate import migrate
from store.signer_client import SignerClient

AGENTS = 100  # each of whom writes a day's entries, not more
NOON = 4  # UTC hours: 12:00 in Shanghai
READY = "ready.json"


@dataclass(frozen=True, slots=True)
class Served:
    """What the measuring side must know: whose sessions there are, the day, and the process."""

    pid: int
    day: str
    sessions: list[tuple[str, str]]  # the cookie's token and the form's, of each agent


class PostServer(WebServer):
    """The product's server around a branch of the benchmark's own."""

    def __init__(self, options: dict[str, Any], store: BranchStore, signer: list[Path]) -> None:
        self.store, self.signer = store, signer
        super().__init__(options)

    def load(self) -> Flask:
        """Make the branch in the process that serves it, and say that it is there."""
        app, served = branch(self.store, self.signer)
        there = self.store.data_dir / "ready.part"
        there.write_text(json.dumps(asdict(served)))
        there.rename(self.store.data_dir / READY)
        return app


def branch(store: BranchStore, signer: list[Path]) -> tuple[Flask, Served]:
    """Return the pages of a new branch, and who is signed in there."""
    accounts_url = f"sqlite:///{store.data_dir / 'accounts.db'}"
    migrate(store, accounts_url, None, VIEW_METADATA)
    record = TeamRecord(store.log_env(), store.index_phone)
    accounts = Accounts(engine_of(accounts_url))
    now = datetime.now(UTC).replace(hour=NOON, minute=0, second=0, microsecond=0)
    people(record, now)
    proofs = None
    if signer:
        socket, vkey = signer
        kept = Checkpoints(checkpoints_engine(store), ORIGIN)
        proofs = Proofs(SignerClient(socket), kept, vkey)
    else:
        strip(record)
    views, head = store.views_engine(), store.reader().head
    context = Context(record, views, accounts, store.name, head, lambda: now, proofs=proofs)
    sessions = [session(accounts, store.name, no) for no in range(AGENTS)]
    return build_app(context), Served(os.getpid(), str(now.date()), sessions)


def people(record: TeamRecord, now: datetime) -> None:
    """Enter a team of agents with a customer each."""
    since, before = date(now.year, 1, 1), now - timedelta(days=1)

    def by(actor: str, role: Role) -> By:
        return By(actor, role, before, before, uuid4(), "cli")

    admin = by("M1", Role.ADMINISTRATOR)
    record.rulebook.adopt(by=admin)
    record.organisation.form_team("T1", "一组", None, by=by("M1", Role.ADMINISTRATOR))
    for no in range(AGENTS):
        agent, new = f"A{no}", by("M1", Role.ADMINISTRATOR)
        record.organisation.join(agent, f"伙伴{no}", Role.AGENT, "T1", since, by=new)
        own, phone = by(agent, Role.AGENT), f"138{no:08}"
        record.customers.register(f"C-{no}", agent, "张三丰", phone, ContactSource.OWN, by=own)


def session(accounts: Accounts, branch_name: str, no: int) -> tuple[str, str]:
    """Sign an agent in; return the cookie's token and the form's."""
    login = f"a{no}"
    accounts.create(login, uuid4().hex, f"A{no}", branch_name, "agent")
    account = accounts.find(login)
    if account is None:
        raise LookupError(login)
    made = accounts.start_session(account)
    return made.token, made.csrf


def strip(record: TeamRecord) -> None:
    """Take sealing and envelopes away from a record, for comparison alone."""
    mapper: Any = record.mapper
    opens = mapper._open  # what was sealed while the branch was made
    mapper._open = lambda found, place, name: (
        opens(found, place, name) if isinstance(found, dict) else found
    )
    mapper.prepare = lambda _events: None
    mapper._seal = lambda _cls, _values, _place: None
    mapper._envelope = lambda _event, _topic, _by, _state: b"{}"


def main(folder: str, name: str, port: str, *signer: str) -> None:
    """Serve the branch until told to stop."""
    store = BranchStore(name, Path(folder))
    options = {"bind": f"127.0.0.1:{port}", "worker_class": "gthread", "threads": 8}
    options |= {"loglevel": "warning", "control_socket_disable": True, "keepalive": 60}
    PostServer(options, store, [Path(each) for each in signer]).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
