"""Commands that come in twice, and streams that somebody else changes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eventsourcing.persistence import IntegrityError

from domain.application import TeamRecord
from domain.daily_log import DailyLog
from domain.recording import Aggregate
from domain.refusals import AlreadyExists

from .conftest import a_by, an_activity

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
