"""What somebody was refused is on record; a flood of refusals is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.access_refusal import NOT_KEPT, TOLD_ONE_BY_ONE, Refused
from domain.words import By, Role
from service.refused import Notary, Note
from tests.access.world import World
from tests.service.conftest import NOON, TODAY


@pytest.fixture
def asked(tmp_path: Path) -> World:
    return World(tmp_path)


def refusals(world: World) -> list[Any]:
    """Return the refusals on record, once all are written."""
    notary(world).flush()
    record = world.home.record
    stored = record.recorder.select_notifications(None, limit=10**6)
    events = [record.mapper.to_domain_event(row) for row in stored]
    return [event for event in events if event.TOPIC == "access.refused.v1"]


def notary(world: World) -> Notary:
    found: Notary = world.home.app.extensions["shilu.refused"]
    return found


def test_what_one_may_not_know_is_on_record_with_whom_it_was_about(asked: World) -> None:
    asked.ask("s1", "GET", "/agents/B1")

    (refused,) = refusals(asked)
    assert (refused.by.actor, refused.by.role, refused.by.source) == ("S1", Role.SUPERVISOR, "web")
    assert (refused.method, refused.route, refused.status) == ("GET", "/agents/<agent_id>", 404)
    assert refused.about == ("agent_id=B1",)
    assert (refused.team_id, refused.count) == ("T1", 1)


def test_a_refusal_of_the_api_says_so(asked: World) -> None:
    asked.ask("m1", "GET", "/api/v1/events")

    (refused,) = refusals(asked)
    assert (refused.status, refused.by.source, refused.by.actor) == (403, "api", "M1")


def test_what_was_granted_or_asked_by_nobody_is_no_refusal(asked: World) -> None:
    asked.ask("a1", "GET", "/today")
    asked.ask("", "GET", "/agents/A1")
    asked.ask("", "GET", "/api/v1/events")
    asked.ask("a1", "GET", "/no-such-page")

    assert refusals(asked) == []


def test_a_number_that_was_looked_for_is_not_kept(asked: World) -> None:
    asked.ask("a1", "GET", "/customers/13812341234")

    (refused,) = refusals(asked)
    assert refused.about == (NOT_KEPT,)
    assert "13812341234" not in repr(refused)


def test_a_flood_is_told_by_its_doublings_alone(asked: World) -> None:
    for _ in range(200):
        asked.ask("s1", "GET", "/agents/B1")
        notary(asked).flush()

    counts = [refused.count for refused in refusals(asked)]
    assert counts == [*range(1, TOLD_ONE_BY_ONE + 1), 40, 80, 160]
    assert asked.topics().count("access.refusals_opened.v1") == 1


def test_one_flood_hides_nobody_elses_refusals(asked: World) -> None:
    for _ in range(50):
        asked.ask("s1", "GET", "/agents/B1")
    asked.ask("m1", "GET", "/events")

    assert [r.by.actor for r in refusals(asked)].count("M1") == 1


def test_the_answer_is_the_same_when_nothing_can_be_put_on_record(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OSError("no space left")

    book = asked.home.record.access_refusals
    monkeypatch.setattr(book, "note", away)
    assert asked.ask("s1", "GET", "/agents/B1").status_code == 404
    notary(asked).flush()

    monkeypatch.undo()
    assert asked.ask("s1", "GET", "/agents/B1").status_code == 404
    assert [refused.count for refused in refusals(asked)] == [2]  # the lost one is counted


def test_what_waits_is_written_before_the_process_ends(asked: World) -> None:
    book, refused = Notary(asked.home.record), Refused("GET", "/events", 403)
    for _ in range(5):
        by = By("A1", Role.AGENT, NOON, NOON, uuid4(), "web")
        book.note(Note(refused, TODAY, "T1", by))

    book.close()

    assert len(refusals(asked)) == 5


def test_a_domain_refusal_is_no_access_refusal(asked: World) -> None:
    body = {"name": "张三", "reason": ""}

    assert asked.ask("a1", "POST", "/customers/C-1", body).status_code == 422
    assert refusals(asked) == []
