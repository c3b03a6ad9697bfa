"""An installation of several branches, each with a team, on SQLite or PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import projections
from domain.application import TeamRecord
from domain.daily_log import Activity
from domain.words import ActivityKind, ActivityResult, By, ContactSource, Role
from projections.follower import Follower
from projections.followers import Followers
from projections.turns import ring
from service import receipts
from service.branches import Branches
from service.context import Context
from service.sessions import COOKIE
from store.accounts import Accounts
from store.branch import BranchStore
from store.branches import Directory
from store.engines import engine_of
from store.migrate import create_branch, migrate
from tests.copies import app_over, create_account

PASSWORD = "correct horse battery"
TITLES = {"main": "总部营业部", "north": "朝阳营业部", "south": "远山营业部"}
NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Shanghai
TODAY = date(2026, 11, 18)


class Company:
    """The branches of TITLES: in each a supervisor, two agents and an auditor, under the same ids."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self.folder, self.moment = folder, NOW
        self.accounts_url = database_url or f"sqlite:///{folder / 'accounts.db'}"
        first = BranchStore("main", folder, database_url)
        migrate(first, self.accounts_url, folder / "queue.db", projections.VIEW_METADATA)
        engine = engine_of(self.accounts_url, schema="accounts")
        self.directory = Directory(engine, first)
        self.accounts = Accounts(engine, first.vault())
        for name, title in TITLES.items():
            create_branch(self.directory.new_store(name), projections.VIEW_METADATA)
            self.directory.enter(name, title)
        self.records = {name: self.open_record(name) for name in TITLES}
        for name, record in self.records.items():
            self.found(name, record)
        main = self.context(first)
        self.branches = Branches(main, self.directory, self.context)
        self.app = app_over(main, self.branches)

    def store(self, name: str) -> BranchStore:
        """Return where a branch lies."""
        found = self.directory.store(name)
        assert found is not None
        return found

    def open_record(self, name: str) -> TeamRecord:
        """Return a record of a branch beside that of the pages."""
        store = self.store(name)
        return TeamRecord(store.log_env(), store.index_phone)

    def context(self, store: BranchStore) -> Context:
        """Return a branch as the pages see it."""
        made = Context(
            record=TeamRecord(store.log_env(), store.index_phone),
            views=store.views_engine(),
            accounts=self.accounts,
            branch=store.name,
            head=store.reader().head,
            clock=lambda: self.moment,
            rang=partial(ring, store),
        )
        receipts.listen(made)
        return made

    def by(self, actor: str = "M1", role: Role = Role.ADMINISTRATOR) -> By:
        """Return who-and-when for a given."""
        return By(actor, role, self.moment, self.moment, uuid4(), "cli")

    def found(self, name: str, record: TeamRecord) -> None:
        """Let a branch's people join."""
        since = date(2026, 1, 1)
        record.rulebook.adopt(by=self.by())
        record.organisation.form_team("T1", f"{TITLES[name]}一组", "S1", by=self.by())
        people = {
            "A1": Role.AGENT,
            "A2": Role.AGENT,
            "S1": Role.SUPERVISOR,
            "X1": Role.AUDITOR,
            "U1": Role.UPPER_SUPERVISOR,
            "M1": Role.ADMINISTRATOR,
        }
        for person_id, role in people.items():
            team = "T1" if role in (Role.AGENT, Role.SUPERVISOR) else None
            title = f"{TITLES[name][:2]}{person_id}"
            record.organisation.join(person_id, title, role, team, since, by=self.by())
        for owner, customer_id, phone in (
            ("A1", "C-1", "13812341234"),
            ("A2", "C-2", "13912345678"),
        ):
            record.customers.register(
                customer_id,
                owner,
                "张三丰",
                phone,
                ContactSource.OWN,
                by=self.by(owner, Role.AGENT),
            )

    def visit(self, name: str, agent_id: str = "A1", minutes_ago: int = 60) -> int:
        """Log a meeting of an agent; return its position."""
        activity = Activity(
            str(uuid4()),
            ActivityKind.FACE_MEETING,
            "C-1" if agent_id == "A1" else "C-2",
            self.moment - timedelta(minutes=minutes_ago),
            ActivityResult.INTERESTED,
        )
        receipt = self.records[name].daily_logs.log_activity(
            agent_id, activity, by=self.by(agent_id, Role.AGENT), repeat_is_meant=True
        )
        ring(self.store(name))
        return receipt.position

    def heads(self) -> dict[str, int]:
        """Return the newest position of each branch."""
        return {name: store.reader().head() for name, store in self.directory.stores().items()}

    def follow(self) -> None:
        """Let every branch's views come up with its log."""
        for store in self.directory.stores().values():
            follower = Follower(store.reader(), store.views_engine(), projections.ALL)
            follower.prepare()
            follower.catch_up()

    @contextmanager
    def following(self) -> Iterator[Followers]:
        """Run the follower process's loops meanwhile."""
        followers, stop = Followers(self.directory.stores, projections.ALL), threading.Event()
        thread = threading.Thread(target=followers.run, args=(stop,))
        thread.start()
        try:
            yield followers
        finally:
            stop.set()
            thread.join(20)

    def visitor(self, name: str, role: Role, person_id: str, branches: str = "") -> Visitor:
        """Return somebody of a branch with a browser, signed in."""
        login = f"{name}.{person_id}".lower()
        if self.accounts.find(login) is None:
            create_account(self.accounts, login, PASSWORD, person_id, name, str(role))
            if branches:
                self.accounts.grant(login, branches)
        return Visitor(self, login)

    def close(self) -> None:
        """Close the records."""
        for record in self.records.values():
            record.close()


class Visitor:
    """Somebody with a browser, who may go from branch to branch."""

    def __init__(self, company: Company, login: str) -> None:
        self.company, self.login = company, login
        self.client: FlaskClient = company.app.test_client()
        account = company.accounts.find(login)
        assert account is not None
        session = company.accounts.start_session(account)
        self.token = session.token
        self.client.set_cookie(COOKIE, session.token)

    @property
    def csrf(self) -> str:
        """The token of the forms of now."""
        session = self.company.accounts.session(self.token)
        assert session is not None
        return session.csrf

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def post(self, path: str, csrf: str = "", **fields: object) -> TestResponse:
        """Send a form."""
        sent = {"csrf_token": csrf or self.csrf, "command_id": str(uuid4()), **fields}
        return self.client.post(path, data=sent)

    def api(self, method: str, path: str, body: object = None) -> TestResponse:
        """Ask the API with this session as a bearer token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if method != "GET":
            headers["Idempotency-Key"] = str(uuid4())
        return self.client.open(path, method=method, json=body, headers=headers)


def drop_all(url: str) -> None:
    """Take away what an earlier test left in a PostgreSQL."""
    schemas = ["accounts", "vault", *(f"branch_{name}" for name in (*TITLES, "west"))]
    with psycopg.connect(url, autocommit=True) as connection:
        for schema in schemas:
            connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
