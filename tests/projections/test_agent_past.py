"""An agent's day as of an instant equals a replay of the projection up to it."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from domain.daily_log import Changes
from domain.words import ActivityKind
from projections import timeline
from projections.agent_day import AGENT_DAY, AgentDay, agent_day
from projections.agent_past import agent_day_as_of
from projections.base import Writer

from .conftest import DAY, NOON, Office
from .test_as_of import MANY, instants, live_a_while


def replayed(office: Office, position: int) -> list[AgentDay]:
    """Return three days of A1 from a replay into empty tables."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        AGENT_DAY.metadata.create_all(connection)
        events = [e for e in office.store.reader().all() if e.position <= position]
        AGENT_DAY.apply(Writer(connection, AGENT_DAY.live_tables()), events)
        return [agent_day(connection, "A1", DAY + timedelta(days=n)) for n in range(3)]


@pytest.mark.parametrize("seed", range(3))
def test_at_random_instants_the_day_equals_a_replay(office: Office, seed: int) -> None:
    rng = random.Random(seed)
    live_a_while(office, [rng.choice(MANY) for _ in range(40)], rng)
    office.follower.catch_up()

    for at in instants(office, rng, 8):
        with office.views.connect() as connection:
            position = timeline.position_at(connection, at)
            days = [DAY + timedelta(days=n) for n in range(3)]
            live = [agent_day_as_of(connection, "A1", day, position) for day in days]
        assert live == replayed(office, position), at


def test_what_had_happened_holds_late_entries_and_not_those_taken_back(lite: Office) -> None:
    evening, logs = NOON + timedelta(hours=11), lite.record.daily_logs
    late = lite.log(at=evening, started_at=NOON)
    gone = lite.log(at=evening, started_at=NOON + timedelta(minutes=20))
    logs.withdraw_activity("A1", DAY, gone, "点错", by=lite.by(at=evening))
    changes = Changes(kind=ActivityKind.CLOSING_VISIT, started_at=NOON + timedelta(minutes=5))
    logs.correct_activity("A1", DAY, late, changes, "选错", by=lite.by(at=evening))
    head = lite.store.reader().head()

    def at(minutes: int) -> list[tuple[str, str]]:
        then = NOON + timedelta(minutes=minutes)
        day = lite.read(agent_day_as_of, "A1", DAY, head, then)
        return [(e.activity_id, e.kind) for e in day.entries]

    assert at(4) == []
    assert at(30) == [(late, "closing_visit")]


def test_a_day_of_which_nothing_had_happened_is_as_if_never_opened(lite: Office) -> None:
    lite.log(at=NOON + timedelta(hours=5), started_at=NOON + timedelta(hours=4))
    head = lite.store.reader().head()

    assert lite.read(agent_day_as_of, "A1", DAY, head, NOON).version == 0


def test_a_submission_is_there_from_its_own_instant(lite: Office) -> None:
    lite.log()
    lite.record.daily_logs.submit("A1", DAY, by=lite.by(at=NOON + timedelta(hours=8)))
    head = lite.store.reader().head()

    days = [
        lite.read(agent_day_as_of, "A1", DAY, head, NOON + timedelta(hours=hours))
        for hours in (7, 8)
    ]

    assert [d.submitted_at is not None for d in days] == [False, True]
