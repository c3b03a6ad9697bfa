"""A branch with a real store, two teams and a clock that tests may move, seen through its pages."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pyotp
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain.application import TeamRecord
from domain.callback import callback_id_of
from domain.daily_log import Activity
from domain.rulebook import ScriptStep
from domain.scheduled_check import CheckKey
from domain.verification_case import Contradiction, Evidence, EvidenceItem
from domain.words import (
    ActivityKind,
    ActivityResult,
    By,
    CallbackOutcome,
    Check,
    ContactSource,
    Role,
)
from projections import ALL, VIEW_METADATA
from projections.follower import Follower
from service.context import Context
from service.sessions import COOKIE
from store.accounts import Accounts
from store.branch import BranchStore
from store.engines import engine_of
from store.migrate import migrate
from tests.copies import app_over, copy_of, create_account
from tests.hours import ANY_TIME

PASSWORD = "correct horse battery"
NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Shanghai
TODAY = date(2026, 11, 18)
PEOPLE = {
    "A1": ("王小梅", Role.AGENT, "T1"),
    "A2": ("李建国", Role.AGENT, "T1"),
    "B1": ("孙浩", Role.AGENT, "T2"),
    "S1": ("周志强", Role.SUPERVISOR, "T1"),
    "S2": ("郑雪", Role.SUPERVISOR, "T2"),
    "U1": ("吴磊", Role.UPPER_SUPERVISOR, None),
    "X1": ("陈思远", Role.AUDITOR, None),
    "M1": ("赵丽", Role.ADMINISTRATOR, None),
}
CUSTOMERS = {"C-1": ("A1", "张三丰", "13812341234"), "C-2": ("A2", "刘芳", "13912345678")}


class Visitor:
    """Somebody with a browser."""

    def __init__(self, branch: Branch, login: str = "") -> None:
        self.branch = branch
        self.client: FlaskClient = branch.app.test_client()
        self.csrf = ""
        if login:
            account = branch.accounts.find(login)
            assert account is not None
            session = branch.accounts.start_session(account)
            self.csrf = session.csrf
            self.client.set_cookie(COOKIE, session.token)

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, headers=headers)

    def post(self, path: str, _id: str = "", **fields: object) -> TestResponse:
        """Send a form with the hidden fields that pages carry."""
        sent = {"csrf_token": self.csrf, "command_id": _id or str(uuid4()), **fields}
        return self.client.post(path, data=sent)

    def follow(self, response: TestResponse) -> str:
        """Follow a redirect after a command; give the page's text."""
        assert response.status_code == 303, (response.status_code, errors_of(response))
        page = self.client.get(response.headers["Location"])
        assert page.status_code == 200
        return page.text


class Branch:
    """A running branch: its pages, its record for givens, and a follower that keeps up."""

    def __init__(self, folder: Path) -> None:
        """Open the branch of a folder; an empty one becomes a copy of the branch with its people."""
        if not (folder / "accounts.db").exists():
            copy_of(with_people, folder)
        self.moment = NOON
        store = self.store = BranchStore("main", folder)
        accounts_url = f"sqlite:///{folder / 'accounts.db'}"
        self.accounts = Accounts(engine_of(accounts_url), store.vault())
        self.record = TeamRecord(store.log_env(), store.index_phone)
        self.context = Context(
            record=self.record,
            views=store.views_engine(),
            accounts=self.accounts,
            branch="main",
            head=store.reader().head,
            clock=lambda: self.moment,
        )
        self.app = app_over(self.context)
        self.follower = Follower(store.reader(), store.views_engine(), ALL)
        self.follower.prepare()

    def visitor(self, login: str = "") -> Visitor:
        """Return somebody with a browser, signed in as ``login`` if given."""
        if login:
            self.open_account(login)
        return Visitor(self, login)

    def open_account(self, login: str) -> None:
        """Give a person of the branch their login, unless they have it."""
        person_id = login.upper()
        if person_id in PEOPLE and self.accounts.find(login) is None:
            role = str(PEOPLE[person_id][1])
            create_account(self.accounts, login, PASSWORD, person_id, "main", role)

    def by(self, actor: str = "M1", role: Role | None = None) -> By:
        """Return who-and-when for a given."""
        role = role or PEOPLE[actor][1]
        return By(actor, role, self.moment, self.moment, uuid4(), "cli")

    def follow(self) -> None:
        """Let the views come up with the log."""
        self.follower.catch_up()

    def log_visit(
        self, agent_id: str = "A1", customer_id: str = "C-1", minutes_ago: int = 60
    ) -> str:
        """Log a meeting as a given; return its activity id."""
        activity_id = str(uuid4())
        activity = Activity(
            activity_id,
            ActivityKind.FACE_MEETING,
            customer_id,
            self.moment - timedelta(minutes=minutes_ago),
            ActivityResult.INTERESTED,
        )
        self.record.daily_logs.log_activity(
            agent_id, activity, by=self.by(agent_id), repeat_is_meant=True
        )
        return activity_id

    def list_call(self, activity_id: str, supervisor: str = "S1", **fields: str) -> str:
        """Put a visit of A1 on a supervisor's list through the page; return the callback's id."""
        self.visitor(supervisor).post(
            "/callbacks/new",
            **{"agent": "A1", "day": str(TODAY), "activity": activity_id, "mode": "coaching"}
            | {"reason": "新人首访"}
            | fields,
        )
        return callback_id_of(activity_id, supervisor)

    def open_case(self, agent_id: str = "A1") -> None:
        """Open a case as a worker does."""
        self.log_visit(agent_id)
        contradiction = Contradiction(
            agent_id, "T1", "V1", "K-1", "C-1", CallbackOutcome.DENIED, 2.5
        )
        evidence = Evidence(
            0.97,
            0.95,
            "detection-1",
            (EvidenceItem("calls_deny", 3.4, {"count": 2, "total": 3}),),
            (EvidenceItem("calls_confirm", -1.1, {"count": 1, "total": 3}),),
        )
        key = CheckKey(Check.FAKE_ENTRIES, "K-1", TODAY)
        by = By("system", Role.SYSTEM, self.moment, self.moment, key.command_id, "worker")
        self.record.scheduled_checks.finish(
            key,
            "T1",
            self.moment,
            ["V1"],
            by=by,
            effects=lambda: self.record.verification_cases.detected(
                contradiction, agent_id, evidence, by
            ),
        )
        self.follow()

    def found(self) -> None:
        """Let the people of the branch join, twenty days ago."""
        organisation, since = self.record.organisation, date(2026, 1, 1)
        self.moment = NOON - timedelta(days=20)
        self.record.rulebook.adopt(by=self.by())
        self.record.rulebook.set_call_hours(ANY_TIME, by=self.by())
        steps = tuple(ScriptStep(n, f"第{n}步", f"话术{n} 〔伙伴姓名〕") for n in range(1, 7))
        self.record.rulebook.publish_script("default", "zh", steps, by=self.by())
        for team_id, name, supervisor in (("T1", "朝阳组", "S1"), ("T2", "远山组", "S2")):
            organisation.form_team(team_id, name, supervisor, by=self.by())
        for person_id, (name, role, team_id) in PEOPLE.items():
            organisation.join(person_id, name, role, team_id, since, by=self.by())
        for customer_id, (owner, name, phone) in CUSTOMERS.items():
            self.record.customers.register(
                customer_id, owner, name, phone, ContactSource.OWN, by=self.by(owner)
            )
        self.moment = NOON
        self.follow()


def with_people(folder: Path) -> None:
    """Make the branch with which every test begins."""
    store = BranchStore("main", folder)
    migrate(store, f"sqlite:///{folder / 'accounts.db'}", None, VIEW_METADATA)
    branch = Branch(folder)
    branch.found()
    branch.record.close()


def code_now(branch: Branch, totp: pyotp.TOTP) -> str:
    """Return an authenticator's code of now, a step after the last one."""
    later = branch.accounts.clock() + 30
    branch.accounts.clock = lambda: later  # type: ignore[method-assign]
    return totp.at(int(later))


def set_up_factor(branch: Branch, login: str) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """Give an account a second factor; return its authenticator and the recovery codes."""
    branch.open_account(login)
    factors = branch.accounts.factors
    factors.begin(login)
    candidate = factors.candidate(login)
    assert candidate is not None
    totp = pyotp.TOTP(candidate.seed)
    return totp, factors.confirm(login, code_now(branch, totp))


def errors_of(response: TestResponse) -> str:
    """Return the text of the error summary of a page."""
    found = re.search(r'<div class="summary".*?</ul>', response.text, re.S)
    return re.sub(r"<[^>]+>|\s+", " ", found.group()) if found else ""


@pytest.fixture
def branch(tmp_path: Path) -> Iterator[Branch]:
    """A branch whose views follow the log by themselves."""
    made, stop = Branch(tmp_path), threading.Event()
    thread = threading.Thread(target=made.follower.run, args=(stop,), daemon=True)
    thread.start()
    yield made
    stop.set()
    thread.join(5)
