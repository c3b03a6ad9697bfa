"""Every event is applied once, by however many followers."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

import projections
from projections import team_day, team_facts
from projections.base import POSITION, Overtaken, Writer, advance, positions, wait_for
from projections.follower import Follower
from store.log_reader import LoggedEvent

from .conftest import DAY, Office


def test_every_projection_comes_to_the_head_of_the_log(office: Office) -> None:
    office.log()

    office.follower.catch_up()

    assert set(positions(office.views).values()) == {office.store.reader().head()}


def test_two_followers_apply_every_event_once(office: Office) -> None:
    followers = [Follower(office.store.reader(), office.views, projections.ALL) for _ in range(2)]
    done = threading.Event()

    def follow(follower: Follower) -> None:
        while not done.is_set():
            follower.step()

    threads = [threading.Thread(target=follow, args=(f,)) for f in followers]
    for thread in threads:
        thread.start()
    for _ in range(25):
        office.log()
    assert wait_for(office.views, "team_day", office.store.reader().head(), 20)
    done.set()
    for thread in threads:
        thread.join()

    state = office.read(team_day.team_state, "T1", DAY)
    assert state.members[0].kinds["face_meeting"] == 25


def test_a_position_advances_only_from_where_it_is(office: Office) -> None:
    office.follower.catch_up()

    with pytest.raises(Overtaken), office.views.begin() as connection:
        advance(connection, projections.ALL[:1], expected=0, position=99)


def test_projections_advance_together_or_not_at_all(office: Office) -> None:
    office.follower.catch_up()
    head = office.store.reader().head()
    first, second = projections.ALL[:2]
    other_version = replace(second, version=second.version + 1)

    with pytest.raises(Overtaken), office.views.begin() as connection:
        advance(connection, [first, other_version], expected=head, position=head + 1)

    assert {positions(office.views)[one.name] for one in (first, second)} == {head}


def test_a_batch_that_fails_half_way_leaves_nothing(office: Office) -> None:
    office.follower.catch_up()
    before = positions(office.views)["team_day"]
    office.log()

    def fail(_writer: Writer, _event: LoggedEvent) -> None:
        raise ValueError("a faulty handler")

    faulty = replace(
        team_facts.TEAM_DAY,
        handlers={**team_facts.TEAM_DAY.handlers, "daily_log.activity_logged.v1": fail},
    )
    Follower(office.store.reader(), office.views, [faulty]).step()

    assert positions(office.views)["team_day"] == before
    with office.views.connect() as connection:
        count = connection.execute(select(func.count()).select_from(team_facts.FACT)).scalar()
    assert count == 0


def test_a_faulty_projection_does_not_stop_the_others(office: Office) -> None:
    office.follower.catch_up()

    def fail(_writer: Writer, _events: Iterable[LoggedEvent]) -> None:
        raise ValueError("a faulty handler")

    handlers = dict.fromkeys(team_facts.TEAM_DAY.handlers, fail)
    faulty = replace(team_facts.TEAM_DAY, handlers=handlers)  # type: ignore[arg-type]
    others = [p for p in projections.ALL if p.name != "team_day"]
    office.log()
    follower = Follower(office.store.reader(), office.views, [faulty, *others])
    while follower.step():
        pass

    reached = positions(office.views)
    assert reached["agent_day"] == office.store.reader().head()
    assert reached["team_day"] < reached["agent_day"]


def test_waiting_for_what_never_comes_ends(office: Office) -> None:
    assert wait_for(office.views, "team_day", 10**9, timeout=0.05) is False


def test_a_new_version_is_rebuilt_at_the_start(office: Office) -> None:
    office.log()
    office.follower.catch_up()
    newer = replace(team_facts.TEAM_DAY, version=team_facts.TEAM_DAY.version + 1)

    Follower(office.store.reader(), office.views, [newer]).prepare()

    with office.views.connect() as connection:
        query = select(POSITION.c.version).where(POSITION.c.name == "team_day")
        assert connection.execute(query).scalar() == newer.version
        state = team_day.team_state(connection, "T1", DAY)
    assert state is not None
    assert state.members[0].kinds["face_meeting"] == 1
