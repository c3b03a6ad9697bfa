"""A branch with a real store, two teams, and somebody signed in for every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain.application import TeamRecord
from domain.scheduled_check import CheckKey
from domain.verification_case import Contradiction, Evidence, EvidenceItem
from domain.words import By, CallbackOutcome, Check, ContactSource, Role
from projections import ALL, VIEW_METADATA
from projections.follower import Follower
from service.context import Context
from store.accounts import Accounts
from store.branch import BranchStore
from store.engines import engine_of
from store.migrate import migrate
from tests.copies import app_over, copy_of, create_account
from tests.hours import ANY_TIME

TICKS = ["prepared", "list_confirmed", "agent_briefed", "last_action_known", "objections_known"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSWORD = "correct horse battery"
PEOPLE = {
    "A1": (Role.AGENT, "T1"),
    "A2": (Role.AGENT, "T1"),
    "A3": (Role.AGENT, "T2"),
    "S1": (Role.SUPERVISOR, "T1"),
    "S2": (Role.SUPERVISOR, "T2"),
    "U1": (Role.UPPER_SUPERVISOR, None),
    "R1": (Role.AUDITOR, None),
    "M1": (Role.ADMINISTRATOR, None),
}


class Branch:
    """A running branch as programs see it: its API and, for givens, its record."""

    def __init__(self, folder: Path, name: str = "main", database_url: str = "") -> None:
        """Open the branch of a folder; an empty one becomes a copy of the branch with its people."""
        if not (folder / "accounts.db").exists():
            found(folder, name, database_url) if database_url else copy_of(found, folder)
        self.name = name
        self.store = BranchStore(name, folder, database_url)
        accounts_url = f"sqlite:///{folder / 'accounts.db'}"
        self.accounts = Accounts(engine_of(accounts_url), self.store.vault())
        self.record = TeamRecord(self.store.log_env(), self.store.index_phone)
        self._tokens: dict[str, str] = {}
        self.app = self._app()
        self.follower = Follower(self.store.reader(), self.store.views_engine(), ALL)
        self.follower.prepare()

    def _app(self) -> Flask:
        return app_over(
            Context(
                record=self.record,
                views=self.store.views_engine(),
                accounts=self.accounts,
                branch=self.name,
                head=self.store.reader().head,
            )
        )

    def let_join(self) -> None:
        """Let the people of the branch join, three of them with a customer."""
        organisation, since = self.record.organisation, date(2026, 1, 1)
        self.record.rulebook.adopt(by=a_by("M1", Role.ADMINISTRATOR))
        self.record.rulebook.set_call_hours(ANY_TIME, by=a_by("M1", Role.ADMINISTRATOR))
        for team_id, supervisor_id in (("T1", "S1"), ("T2", "S2")):
            organisation.form_team(team_id, team_id, supervisor_id, by=a_by())
        for person_id, (role, team_id) in PEOPLE.items():
            organisation.join(person_id, person_id, role, team_id, since, by=a_by())
        for owner_id in ("A1", "A2", "A3"):
            self.record.customers.register(
                f"C-{owner_id}", owner_id, "张三丰", "13800001234", ContactSource.OWN, by=a_by()
            )

    def token(self, person_id: str) -> str:
        """Return a token of this person, whose account is made at the first call."""
        if person_id not in self._tokens:
            role = str(PEOPLE[person_id][0])
            account = create_account(self.accounts, person_id, PASSWORD, person_id, self.name, role)
            self._tokens[person_id] = self.accounts.start_session(account).token
        return self._tokens[person_id]

    def catch_up(self) -> None:
        """Let the views follow the log to its end."""
        while self.follower.step():
            pass

    def client(self) -> FlaskClient:
        """Return a client that is not signed in."""
        return self.app.test_client()

    def ask(
        self, person_id: str, method: str, path: str, body: Any = None, **headers: str
    ) -> TestResponse:
        """Send a request as this person; a POST gets a key of its own unless ``Key`` gives one."""
        sent = {"Authorization": f"Bearer {self.token(person_id)}"}
        if method == "POST":
            sent["Idempotency-Key"] = headers.pop("Key", None) or str(uuid4())
        if "Match" in headers:
            sent["If-Match"] = headers.pop("Match")
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.client().open(f"/api/v1{path}", method=method, json=body, headers=sent)


def found(folder: Path, name: str = "main", database_url: str = "") -> None:
    """Make the branch with which every test begins."""
    store = BranchStore(name, folder, database_url)
    migrate(store, f"sqlite:///{folder / 'accounts.db'}", None, VIEW_METADATA)
    branch = Branch(folder, name, database_url)
    branch.let_join()
    branch.record.close()


def a_by(actor: str = "M1", role: Role = Role.ADMINISTRATOR) -> By:
    """Return who-and-when for a given."""
    now = datetime.now(UTC)
    return By(actor, role, now, now, uuid4(), "cli")


def an_entry(**changes: Any) -> dict[str, Any]:
    """Return a meeting of a moment ago, today in Shanghai, with A1's customer, with ``changes``."""
    return {
        "kind": "face_meeting",
        "customer_id": "C-A1",
        "started_at": _a_moment_ago().isoformat(),
        "result": "interested",
        "minutes": 30,
    } | changes


def _a_moment_ago() -> datetime:
    """Return ten minutes ago; just after midnight less, so that it is still today in Shanghai."""
    now = datetime.now(SHANGHAI)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return max(now - timedelta(minutes=10), midnight).astimezone(UTC)


def day_of(entry: dict[str, Any]) -> str:
    """Return the local day of an entry in Shanghai."""
    return datetime.fromisoformat(entry["started_at"]).astimezone(SHANGHAI).date().isoformat()


def list_call(branch: Branch, day_path: str, activity_id: str) -> str:
    """Put a visit of A1 on S1's list; gives the callback's path."""
    day = day_path.rsplit("/", 1)[1]
    body = {"activity_id": activity_id, "agent_id": "A1", "visit_day": day, "on_day": day}
    response = branch.ask("S1", "POST", "/callbacks", body | {"reason": "新人"})
    assert response.status_code == 201, response.text
    return f"/callbacks/{response.json['callback_id']}"


def prepare_call(branch: Branch, path: str) -> None:
    """Complete the call sheet."""
    response = branch.ask("S1", "POST", f"{path}/preparation", {"ticks": TICKS}, Match="*")
    assert response.status_code == 201, response.text


def open_case(branch: Branch) -> None:
    """Open a case about A1, as the worker does it."""
    contradiction = Contradiction("A1", "T1", "V1", "K-1", "C-A1", CallbackOutcome.DENIED, 2.5)
    evidence = Evidence(0.97, 0.95, "test", (EvidenceItem("denied", 2.5, {"calls": 2}),))
    key, now = CheckKey(Check.FAKE_ENTRIES, "K-1", date(2026, 11, 20)), datetime.now(UTC)
    by = By("worker", Role.SYSTEM, now, now, key.command_id, "worker")
    cases = branch.record.verification_cases
    branch.record.scheduled_checks.finish(
        key,
        "T1",
        now,
        ["case"],
        by=by,
        effects=lambda: cases.detected(contradiction, "A1", evidence, by),
    )


@pytest.fixture
def branch(tmp_path: Path) -> Iterator[Branch]:
    """A new branch."""
    made = Branch(tmp_path)
    yield made
    made.record.close()


@pytest.fixture
def logged(branch: Branch) -> Callable[..., tuple[str, str]]:
    """Log an entry of A1; gives the path of its day and its id."""

    def log(**changes: Any) -> tuple[str, str]:
        entry = an_entry(**changes)
        path = f"/daily-logs/A1/{day_of(entry)}"
        response = branch.ask("A1", "POST", f"{path}/activities", entry)
        assert response.status_code == 201, response.text
        return path, response.json["activity_id"]

    return log
