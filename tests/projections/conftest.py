"""A branch with people and a follower, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine

import projections
from domain.application import TeamRecord
from domain.callback import TICKS, Answer, Listing, Preparation
from domain.daily_log import Activity
from domain.words import (
    ActivityKind,
    ActivityResult,
    AttemptResult,
    By,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    ContactSource,
    Role,
)
from projections.follower import Follower
from store.branch import BranchStore
from store.migrate import migrate
from tests.hours import ANY_TIME

DAY = date(2026, 11, 20)  # a Friday
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


@dataclass
class Office:
    """A branch: its record, its views and a follower between them."""

    store: BranchStore
    record: TeamRecord
    views: Engine
    follower: Follower

    def by(self, actor: str = "A1", role: Role = Role.AGENT, at: datetime = NOON) -> By:
        return By(actor, role, at, at, uuid4(), "web")

    def log(self, agent_id: str = "A1", at: datetime = NOON, **changes: Any) -> str:
        """Log a meeting an hour before ``at``; return the entry's id."""
        facts: dict[str, Any] = {
            "activity_id": str(uuid4()),
            "kind": ActivityKind.FACE_MEETING,
            "customer_id": f"C-{agent_id}",
            "started_at": at - timedelta(hours=1),
            "result": ActivityResult.INTERESTED,
            "late_reason": "测试",
        }
        activity = Activity(**{**facts, **changes})
        by = self.by(agent_id, at=at)
        self.record.daily_logs.log_activity(agent_id, activity, by=by, repeat_is_meant=True)
        return activity.activity_id

    def call_back(self, activity_id: str, outcome: CallbackOutcome, agent_id: str = "A1") -> str:
        """Make the callback about a visit from list to outcome; return its id."""
        calls, by = self.record.callbacks, lambda: self.by("S1", Role.SUPERVISOR)
        call_id = f"K-{activity_id}"[:60]
        people = agent_id, "T1", "S1", f"C-{agent_id}"
        how = CallbackMode.COACHING, CallbackDesign.RANDOM
        calls.list_call(
            Listing(call_id, activity_id, "face_meeting", DAY, *people, *how, "随机抽样", DAY, 0.1),
            by=by(),
        )
        calls.prepare(call_id, Preparation(frozenset(TICKS)), by=by())
        calls.attempt(call_id, AttemptResult.ANSWERED, by=by())
        calls.record_outcome(call_id, Answer(outcome), by=by())
        return call_id

    def read(self, query: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Catch up, then ask a query function."""
        self.follower.catch_up()
        with self.views.connect() as connection:
            return query(connection, *args, **options)


Ask = Callable[[Connection], Any]


def an_office(folder: Path, url: str) -> Office:
    """Return a branch with team T1 of S1 and agents A1, A2, each with a customer."""
    store = BranchStore(f"p{uuid4().hex[:12]}", folder, url)
    accounts = url or f"sqlite:///{folder}/accounts.db"
    migrate(store, accounts, None, projections.VIEW_METADATA)
    record = TeamRecord(store.log_env(), store.index_phone)
    views = store.views_engine()
    office = Office(store, record, views, Follower(store.reader(), views, projections.ALL))
    office.follower.prepare()
    admin = lambda: office.by("M1", Role.ADMINISTRATOR)  # noqa: E731
    record.rulebook.adopt(by=admin())
    record.rulebook.set_call_hours(ANY_TIME, by=admin())
    record.organisation.form_team("T1", "一组", "S1", by=admin())
    since = date(2026, 1, 5)
    for person, role in (("S1", Role.SUPERVISOR), ("A1", Role.AGENT), ("A2", Role.AGENT)):
        record.organisation.join(person, f"某{person}", role, "T1", since, by=admin())
    for agent in ("A1", "A2"):
        record.customers.register(
            f"C-{agent}", agent, "陈小明", "13812341234", ContactSource.OWN, by=office.by(agent)
        )
    return office


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    """The branch on each store."""
    url = "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    return an_office(tmp_path, url)


@pytest.fixture
def lite(tmp_path: Path) -> Office:
    """The branch on SQLite only, for what does not depend on the store."""
    return an_office(tmp_path, "")
