"""Commands that come in twice, and streams that somebody else changes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eventsourcing.persistence import IntegrityError

from domain.application import TeamRecord
from domain.daily_log import DailyLog
from domain.organisation import Member
from domain.recording import Aggregate
from domain.refusals import AlreadyExists
from domain.words import LeaveKind, Role

from .conftest import DAY, a_by, an_activity

Events = Callable[[], list[Any]]


def test_a_refusal_because_of_ones_own_other_attempt_is_answered_with_its_receipt(
    team: TeamRecord,
) -> None:
    by, first = a_by(), []

    def decide() -> list[Aggregate]:
        first.append(team.daily_logs.log_activity("A1", an_activity(), by=by))
        raise AlreadyExists(what="activity", id="V1")

    receipt = team.recording.answer(by, decide)

    assert (receipt.position, receipt.repeated) == (first[0].position, True)


def test_a_true_refusal_is_raised(team: TeamRecord) -> None:
    def decide() -> list[Aggregate]:
        raise AlreadyExists(what="activity", id="V1")

    with pytest.raises(AlreadyExists):
        team.recording.answer(a_by(), decide)


def test_a_stream_changed_meanwhile_is_decided_again(team: TeamRecord, events: Events) -> None:
    team.daily_logs.log_activity("A1", an_activity(activity_id="V1"), by=a_by())
    logs, tries = team.daily_logs, []
    find = logs.find

    def find_and_let_somebody_in(agent_id: str, day: Any) -> DailyLog | None:
        found = find(agent_id, day)
        if not tries:
            tries.append(1)
            logs.write_summary("A1", day, "中间写的", by=a_by())
        return found

    logs.find = find_and_let_somebody_in  # type: ignore[method-assign]
    logs.log_activity("A1", an_activity(), by=a_by(), repeat_is_meant=True)

    assert [type(e).__name__ for e in events()[-2:]] == ["SummaryWritten", "ActivityLogged"]


def test_a_stream_that_stays_contended_is_given_up(team: TeamRecord) -> None:
    def decide() -> list[Aggregate]:
        raise IntegrityError

    with pytest.raises(IntegrityError):
        team.recording.answer(a_by(), decide)


def test_what_is_only_read_is_as_the_record_is_now(team: TeamRecord) -> None:
    before = team.organisation.member("A1")
    assert before is not None
    assert not before.leaves

    leave = DAY, DAY, LeaveKind.SICK
    team.organisation.register_leave("A1", *leave, by=a_by("M1", Role.ADMINISTRATOR))

    now = team.organisation.member("A1")
    assert now is not None
    assert now.leaves == [(DAY, DAY)]
    assert not before.leaves, "who read it earlier keeps what was so then"


def test_what_is_only_read_is_read_from_the_record_once(team: TeamRecord) -> None:
    assert team.organisation.member("A1") is team.organisation.member("A1")


def test_what_is_only_to_be_read_cannot_be_changed(team: TeamRecord) -> None:
    member = team.organisation.member("A1")
    assert member is not None
    by = a_by("M1", Role.ADMINISTRATOR)
    with pytest.raises(TypeError, match="find"):
        member.trigger_event(
            Member.Departed, person_id="A1", team_id="T1", last_day=DAY, reason="", by=by
        )
