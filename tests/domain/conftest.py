"""Given/when/then without a store: a record in memory, and people to start from."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic, register_topic

from domain.application import TeamRecord
from domain.daily_log import Activity
from domain.words import ActivityKind, ActivityResult, By, ContactSource, Role
from tests.hours import ANY_TIME

DAY = date(2026, 11, 20)  # a Friday
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


class PlainMapper(Mapper[UUID]):
    """Keeps events as they are: domain tests ask what happened, not how it is stored."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        state = dict(vars(domain_event))
        topic = get_topic(type(domain_event))
        return StoredEvent(
            state.pop("originator_id"), state.pop("originator_version"), topic, pickle.dumps(state)
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        from eventsourcing.utils import resolve_topic

        event: Any = object.__new__(resolve_topic(stored_event.topic))
        state = pickle.loads(stored_event.state)
        state["originator_id"] = stored_event.originator_id
        state["originator_version"] = stored_event.originator_version
        object.__setattr__(event, "__dict__", state)
        return event  # type: ignore[no-any-return]


register_topic("tests.domain.plain_mapper", PlainMapper)


def a_by(
    actor: str = "A1",
    role: Role = Role.AGENT,
    *,
    at: datetime = NOON,
    command_id: UUID | None = None,
    source: str = "web",
) -> By:
    """Return who-and-when for a command told at ``at``."""
    return By(actor, role, at, at, command_id or uuid4(), source)


def an_activity(**changes: Any) -> Activity:
    """Return a meeting with customer C1, one hour before noon, with ``changes``."""
    facts: dict[str, Any] = {
        "activity_id": str(uuid4()),
        "kind": ActivityKind.FACE_MEETING,
        "customer_id": "C1",
        "started_at": NOON - timedelta(hours=1),
        "result": ActivityResult.INTERESTED,
        "minutes": 30,
    }
    return Activity(**{**facts, **changes})


@pytest.fixture
def record() -> TeamRecord:
    """An empty record in memory."""
    return TeamRecord({"MAPPER_TOPIC": "tests.domain.plain_mapper"}, index_phone=lambda p: "i" + p)


@pytest.fixture
def team(record: TeamRecord) -> TeamRecord:
    """A branch with team T1 of supervisor S1, agents A1 and A2 with a customer each, U1 above."""
    admin = Role.ADMINISTRATOR
    record.rulebook.adopt(by=a_by("M1", admin))
    record.rulebook.set_call_hours(ANY_TIME, by=a_by("M1", admin))
    record.organisation.form_team("T1", "一组", by=a_by("M1", admin))
    for person, role, team_id in (
        ("S1", Role.SUPERVISOR, "T1"),
        ("A1", Role.AGENT, "T1"),
        ("A2", Role.AGENT, "T1"),
        ("U1", Role.UPPER_SUPERVISOR, None),
    ):
        record.organisation.join(
            person, f"某{person}", role, team_id, date(2026, 1, 5), by=a_by("M1", admin)
        )
    for agent, customer in (("A1", "C1"), ("A2", "C2")):
        record.customers.register(
            customer, agent, "陈小明", "13812341234", ContactSource.OWN, by=a_by(agent)
        )
    return record


@pytest.fixture
def events(team: TeamRecord) -> Callable[[], list[Any]]:
    """Return all events of the record, oldest first."""

    def all_events() -> list[Any]:
        rows = team.recorder.select_notifications(1, 10_000)
        return [team.mapper.to_domain_event(row) for row in rows]

    return all_events
