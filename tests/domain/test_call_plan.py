"""Drawn calls and second calls: what is on record with them, and when nobody was reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.call_plan import Drawing, SecondCall
from domain.callback import TICKS, Answer, Callback, Preparation
from domain.callback_note import Matching, NotedVisit
from domain.refusals import (
    AlreadyAnswered,
    AlreadyExists,
    EmptyText,
    NotDrawn,
    NotYours,
    SecondAttemptMissing,
    UnknownCallback,
)
from domain.scheduled_check import CheckKey
from domain.words import (
    AttemptResult,
    By,
    CallbackDesign,
    CallbackMode,
    CallbackOutcome,
    Check,
    RepeatReason,
    Role,
)

from .conftest import DAY, NOON, a_by
from .test_callback import a_listing, by_s1

Events = Callable[[], list[Any]]
DRAWING = Drawing(12, 0.1, 0.2, "ab" * 32, 2**63, "detection-2/published", {"opted_out": 1})
NOBODY = Answer(CallbackOutcome.UNREACHABLE)


def planned(team: TeamRecord, how: Drawing | SecondCall = DRAWING, **changes: Any) -> None:
    """Put a drawn call on S1's list, as the worker does."""
    listing = a_listing(
        mode=CallbackMode.AUDIT, design=CallbackDesign.RISK, probability=0.1, **changes
    )
    key = CheckKey(Check.CALL_PLAN, f"T1/{listing.callback_id}", DAY)
    by = By("system", Role.SYSTEM, NOON, NOON, key.command_id, "worker")
    team.scheduled_checks.finish(
        key, "T1", NOON, ["K1"], by=by, effects=lambda: team.call_plans.planned(listing, how, by)
    )


def attempted(team: TeamRecord, hours: int) -> None:
    by = a_by("S1", Role.SUPERVISOR, at=NOON + timedelta(hours=hours))
    team.callbacks.attempt("K1", AttemptResult.NO_ANSWER, by=by)


def test_a_drawn_call_has_everything_to_draw_it_again(team: TeamRecord, events: Events) -> None:
    planned(team)

    drawn = next(e for e in events() if isinstance(e, Callback.Drawn))

    assert (drawn.frame_size, drawn.probability, drawn.random_share) == (12, 0.1, 0.2)
    assert (drawn.seed, drawn.model_version) == (str(2**63), "detection-2/published")
    assert drawn.left_out == {"opted_out": 1}


def test_planning_what_is_listed_adds_nothing(team: TeamRecord) -> None:
    planned(team)

    assert team.call_plans.planned(a_listing(), DRAWING, by_s1()) == []


def test_nobody_was_reached_only_after_two_attempts_at_different_hours(team: TeamRecord) -> None:
    planned(team)
    team.callbacks.prepare("K1", Preparation(frozenset(TICKS)), by=by_s1())
    attempted(team, 0)
    attempted(team, 1)

    with pytest.raises(SecondAttemptMissing):
        team.callbacks.record_outcome("K1", NOBODY, by=by_s1())
    attempted(team, 6)
    team.callbacks.record_outcome("K1", NOBODY, by=by_s1())

    assert team.callbacks.find("K1").outcome is CallbackOutcome.UNREACHABLE  # type: ignore[union-attr]


def test_a_call_that_somebody_chose_may_end_after_one_attempt(team: TeamRecord) -> None:
    team.callbacks.list_call(a_listing(), by=by_s1())
    team.callbacks.prepare("K1", Preparation(frozenset(TICKS)), by=by_s1())
    attempted(team, 0)

    team.callbacks.record_outcome("K1", NOBODY, by=by_s1())


def test_a_drawn_call_is_set_aside_with_a_reason_and_then_closed(team: TeamRecord) -> None:
    planned(team)

    with pytest.raises(EmptyText):
        team.call_plans.set_aside("K1", " ", by=by_s1())
    team.call_plans.set_aside("K1", "昨天陪访过", by=by_s1())

    with pytest.raises(AlreadyAnswered):
        team.callbacks.prepare("K1", Preparation(frozenset(TICKS)), by=by_s1())
    with pytest.raises(AlreadyAnswered):
        team.call_plans.set_aside("K1", "再一次", by=by_s1())


def test_only_the_caller_sets_a_call_aside_and_only_a_drawn_one(team: TeamRecord) -> None:
    planned(team)
    team.callbacks.list_call(a_listing(callback_id="K9", activity_id="V9"), by=by_s1())

    with pytest.raises(NotYours):
        team.call_plans.set_aside("K1", "我来", by=a_by("U1", Role.UPPER_SUPERVISOR))
    with pytest.raises(NotDrawn):
        team.call_plans.set_aside("K9", "不打了", by=by_s1())
    with pytest.raises(UnknownCallback):
        team.call_plans.set_aside("K8", "不打了", by=by_s1())


def test_a_second_call_names_the_first_and_belongs_to_its_caller(
    team: TeamRecord, events: Events
) -> None:
    planned(team, SecondCall("K0", RepeatReason.SAMPLE), supervisor_id="U1")

    repeats = next(e for e in events() if isinstance(e, Callback.Repeats))
    with pytest.raises(NotYours):
        team.callbacks.prepare(
            "K1", Preparation(frozenset(TICKS)), by=a_by("U2", Role.UPPER_SUPERVISOR)
        )

    assert (repeats.of_callback_id, repeats.why) == ("K0", RepeatReason.SAMPLE)


NOTED = NotedVisit("K5", "V1", "face_meeting", DAY, "A1", "T1", "S1", "C1")
FOUND = Matching(24.5, 9.25, 2, by_person=True)


def test_a_note_is_recorded_with_how_its_visit_was_found(team: TeamRecord, events: Events) -> None:
    team.callback_notes.record(NOTED, FOUND, Answer(CallbackOutcome.DENIED), DAY, by=by_s1())

    told = {type(e).__name__: e for e in events()}

    assert (told["Matched"].weight, told["Matched"].by_person) == (24.5, True)
    assert told["OutcomeRecorded"].probability is None
    assert told["OutcomeRecorded"].design is CallbackDesign.CHOSEN
    assert set(told["Prepared"].overrides) == set(TICKS)


def test_a_visit_on_the_own_list_takes_no_note(team: TeamRecord) -> None:
    team.callbacks.list_call(a_listing(callback_id="K5"), by=by_s1())

    with pytest.raises(AlreadyExists):
        team.callback_notes.record(
            replace(NOTED), FOUND, Answer(CallbackOutcome.CONFIRMED), DAY, by=by_s1()
        )
