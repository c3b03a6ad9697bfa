"""A rebuild equals the live tables, and a check names the first difference."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, update

import projections
from domain.words import CallbackOutcome
from projections import agent_day, rebuilding, team_day, team_facts
from projections.base import Projection
from shilu import rebuild

from .conftest import DAY, Office


@pytest.fixture
def busy(office: Office) -> Office:
    """An office with entries, a correction, a callback."""
    visit = office.log()
    office.log("A2")
    office.call_back(visit, CallbackOutcome.DENIED)
    office.record.daily_logs.submit("A1", DAY, summary="今天不错", by=office.by())
    office.follower.catch_up()
    return office


@pytest.mark.parametrize("projection", projections.ALL, ids=[p.name for p in projections.ALL])
def test_a_rebuild_equals_the_live_tables(busy: Office, projection: Projection) -> None:
    assert rebuilding.check(busy.store.reader(), busy.views, projection) is None


def test_a_swapped_rebuild_serves_readers_and_follows_on(busy: Office) -> None:
    for projection in projections.ALL:
        rebuilding.rebuild(busy.store.reader(), busy.views, projection)
    busy.log()

    state = busy.read(team_day.team_state, "T1", DAY)

    assert [m.kinds["face_meeting"] for m in state.members] == [2, 1]


def test_a_projection_can_be_rebuilt_twice(busy: Office) -> None:
    for _ in range(2):
        rebuilding.rebuild(busy.store.reader(), busy.views, agent_day.AGENT_DAY)

    assert rebuilding.check(busy.store.reader(), busy.views, agent_day.AGENT_DAY) is None


def test_a_changed_value_is_named(busy: Office) -> None:
    with busy.views.begin() as connection:
        connection.execute(update(agent_day.ENTRY).values(result="signed"))

    found = rebuilding.check(busy.store.reader(), busy.views, agent_day.AGENT_DAY)

    assert found is not None
    assert (found.table, found.column, found.live, found.rebuilt) == (
        "agent_day_entry",
        "result",
        "signed",
        "interested",
    )


def test_a_missing_row_is_named(busy: Office) -> None:
    with busy.views.begin() as connection:
        connection.execute(delete(team_facts.FACT))

    found = rebuilding.check(busy.store.reader(), busy.views, team_facts.TEAM_DAY)

    assert found is not None
    assert (found.table, found.column, found.live) == ("team_day_fact", "*", None)


def test_an_invented_row_is_named(busy: Office) -> None:
    row = {
        "position": 10**6,
        "no": 0,
        "agent_id": "A1",
        "day": "2026-11-20",
        "counter": "face_meeting",
        "n": 1,
        "happened_at": "2026-11-20T03:00:00.000000Z",
    }
    with busy.views.begin() as connection:
        connection.execute(insert(team_facts.FACT), [row])

    found = rebuilding.check(busy.store.reader(), busy.views, team_facts.TEAM_DAY)

    assert found is not None
    assert found.rebuilt is None


def test_all_are_rebuilt_and_checked_by_several_processes(busy: Office) -> None:
    told: dict[str, tuple[int, int]] = {}

    def progress(name: str, done: int, total: int) -> None:
        told[name] = done, total

    rebuild.rebuild(busy.store, [], progress, processes=2)
    found = rebuild.check(busy.store, [], processes=2)

    names = [projection.name for projection in projections.ALL]
    assert found == dict.fromkeys(names)
    assert list(found) == names
    head = busy.store.reader().head()
    assert told == dict.fromkeys(names, (head, head))


def test_a_difference_is_found_by_another_process(busy: Office) -> None:
    with busy.views.execution_options(write=True).begin() as connection:
        connection.execute(update(agent_day.DAY).values(policies=7))

    found = rebuild.check(busy.store, ["agent_day", "sheets"], processes=2)

    assert found["sheets"] is None
    assert found["agent_day"] is not None
    assert found["agent_day"].column == "policies"
