"""The daily log: R-01, R-02, R-40, R-42, R-54, R-55."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.application import TeamRecord
from domain.daily_log import Changes, DailyLog
from domain.refusals import (
    ActivityInFuture,
    AlreadySubmitted,
    AlreadyWithdrawn,
    EmptyText,
    LateReasonMissing,
    LooksRepeated,
    NotYours,
    Stale,
    UnknownActivity,
    UnknownCustomer,
    UnknownLog,
    WithdrawalTooLate,
)
from domain.words import ActivityKind, Role

from .conftest import DAY, NOON, a_by, an_activity

Events = Callable[[], list[Any]]


def test_an_activity_is_logged_on_the_local_day_on_which_it_started(
    team: TeamRecord, events: Events
) -> None:
    team.daily_logs.log_activity("A1", an_activity(activity_id="V1"), by=a_by())

    logged = events()[-1]
    assert isinstance(logged, DailyLog.ActivityLogged)
    assert (logged.day, logged.activity_id, logged.team_id) == (DAY, "V1", "T1")


def test_an_entry_in_time_is_not_late(team: TeamRecord, events: Events) -> None:
    team.daily_logs.log_activity("A1", an_activity(), by=a_by())

    assert events()[-1].late is False


def test_an_entry_after_the_deadline_is_marked_late_and_kept(
    team: TeamRecord, events: Events
) -> None:
    team.daily_logs.log_activity("A1", an_activity(), by=a_by(at=NOON + timedelta(hours=10)))

    assert events()[-1].late is True


def test_an_entry_two_days_late_needs_a_reason(team: TeamRecord) -> None:
    with pytest.raises(LateReasonMissing):
        team.daily_logs.log_activity("A1", an_activity(), by=a_by(at=NOON + timedelta(days=4)))


def test_an_entry_two_days_late_with_a_reason_is_kept(team: TeamRecord, events: Events) -> None:
    entry = an_activity(late_reason="出差无网络")

    team.daily_logs.log_activity("A1", entry, by=a_by(at=NOON + timedelta(days=4)))

    assert events()[-1].late_reason == "出差无网络"


def test_a_visit_in_the_future_is_refused(team: TeamRecord) -> None:
    with pytest.raises(ActivityInFuture):
        team.daily_logs.log_activity(
            "A1", an_activity(started_at=NOON + timedelta(hours=1)), by=a_by()
        )


def test_another_agents_customer_is_refused_as_if_unknown(team: TeamRecord) -> None:
    with pytest.raises(UnknownCustomer):
        team.daily_logs.log_activity("A1", an_activity(customer_id="C2"), by=a_by())


def test_nobody_writes_in_a_colleagues_log(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.daily_logs.log_activity("A2", an_activity(customer_id="C2"), by=a_by("A1"))


def test_a_repeated_command_gives_the_first_answer_and_appends_nothing(
    team: TeamRecord, events: Events
) -> None:
    by, entry = a_by(), an_activity()
    first = team.daily_logs.log_activity("A1", entry, by=by)
    before = len(events())

    again = team.daily_logs.log_activity("A1", entry, by=by)

    assert (again.position, again.repeated, len(events())) == (first.position, True, before)


def test_the_same_customer_within_a_quarter_of_an_hour_is_asked_about(team: TeamRecord) -> None:
    team.daily_logs.log_activity("A1", an_activity(), by=a_by())

    with pytest.raises(LooksRepeated):
        team.daily_logs.log_activity("A1", an_activity(), by=a_by())


def test_a_repeat_that_is_meant_is_kept(team: TeamRecord, events: Events) -> None:
    team.daily_logs.log_activity("A1", an_activity(), by=a_by())

    team.daily_logs.log_activity("A1", an_activity(), by=a_by(), repeat_is_meant=True)

    assert sum(isinstance(e, DailyLog.ActivityLogged) for e in events()) == 2


def test_a_correction_keeps_the_old_value(team: TeamRecord, events: Events) -> None:
    team.daily_logs.log_activity("A1", an_activity(activity_id="V1"), by=a_by())

    team.daily_logs.correct_activity(
        "A1", DAY, "V1", Changes(kind=ActivityKind.CLOSING_VISIT), "选错了", by=a_by()
    )

    assert events()[-1].changes == {"kind": ["face_meeting", "closing_visit"]}


def test_a_correction_needs_a_reason(team: TeamRecord) -> None:
    team.daily_logs.log_activity("A1", an_activity(activity_id="V1"), by=a_by())

    with pytest.raises(EmptyText):
        team.daily_logs.correct_activity("A1", DAY, "V1", Changes(minutes=60), " ", by=a_by())


def test_a_correction_of_what_somebody_changed_meanwhile_is_refused(team: TeamRecord) -> None:
    receipt = team.daily_logs.log_activity("A1", an_activity(activity_id="V1"), by=a_by())
    change = Changes(minutes=60)
    team.daily_logs.correct_activity("A1", DAY, "V1", change, "时长", by=a_by())

    with pytest.raises(Stale):
        team.daily_logs.correct_activity(
            "A1", DAY, "V1", Changes(minutes=90), "时长", by=a_by(), expected=receipt.version
        )


def test_a_correction_of_an_entry_that_is_not_there_is_refused(team: TeamRecord) -> None:
    team.daily_logs.log_activity("A1", an_activity(), by=a_by())

    with pytest.raises(UnknownActivity):
        team.daily_logs.correct_activity("A1", DAY, "V9", Changes(minutes=5), "x", by=a_by())


def test_a_withdrawn_entry_no_longer_counts(team: TeamRecord) -> None:
    team.daily_logs.log_activity("A1", an_activity(activity_id="V1"), by=a_by())

    team.daily_logs.withdraw_activity("A1", DAY, "V1", "点错了", by=a_by())

    log = team.daily_logs.find("A1", DAY)
    assert log is not None
    assert log.counts() == {}


def test_an_entry_is_withdrawn_once(team: TeamRecord) -> None:
    team.daily_logs.log_activity("A1", an_activity(activity_id="V1"), by=a_by())
    team.daily_logs.withdraw_activity("A1", DAY, "V1", "点错了", by=a_by())

    with pytest.raises(AlreadyWithdrawn):
        team.daily_logs.withdraw_activity("A1", DAY, "V1", "点错了", by=a_by())


def test_after_a_day_an_entry_is_corrected_not_withdrawn(team: TeamRecord) -> None:
    team.daily_logs.log_activity("A1", an_activity(activity_id="V1"), by=a_by())

    with pytest.raises(WithdrawalTooLate):
        team.daily_logs.withdraw_activity(
            "A1", DAY, "V1", "点错了", by=a_by(at=NOON + timedelta(hours=25))
        )


def test_a_withdrawal_from_a_day_without_a_log_is_refused(team: TeamRecord) -> None:
    with pytest.raises(UnknownLog):
        team.daily_logs.withdraw_activity("A1", DAY, "V1", "x", by=a_by())


def test_a_day_is_submitted_with_its_counts_and_summary(team: TeamRecord, events: Events) -> None:
    team.daily_logs.log_activity("A1", an_activity(), by=a_by())

    team.daily_logs.submit("A1", DAY, summary="今天见了一位客户", by=a_by())

    summary, submitted = events()[-2:]
    assert summary.text == "今天见了一位客户"
    assert (submitted.counts, submitted.on_time) == ({"face_meeting": 1}, True)


def test_a_day_is_submitted_once(team: TeamRecord) -> None:
    team.daily_logs.submit("A1", DAY, short_reason="请假", by=a_by())

    with pytest.raises(AlreadySubmitted):
        team.daily_logs.submit("A1", DAY, short_reason="请假", by=a_by())


def test_an_empty_day_is_submitted_only_with_its_reason(team: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        team.daily_logs.submit("A1", DAY, by=a_by())


def test_an_import_may_write_for_the_agent(team: TeamRecord, events: Events) -> None:
    by = a_by("import", Role.SYSTEM, source="import")

    team.daily_logs.log_activity("A1", an_activity(), by=by)

    assert events()[-1].by.source == "import"


def test_a_batch_appends_everything_at_once_in_the_order_told(
    team: TeamRecord, events: Events
) -> None:
    before = len(events())

    with team.batch():
        for agent, customer in (("A1", "C1"), ("A2", "C2"), ("A1", "C1")):
            team.daily_logs.log_activity(
                agent,
                an_activity(customer_id=customer),
                by=a_by(agent, command_id=uuid4()),
                repeat_is_meant=True,
            )

    logged = [e.agent_id for e in events()[before:] if isinstance(e, DailyLog.ActivityLogged)]
    assert logged == ["A1", "A2", "A1"]
