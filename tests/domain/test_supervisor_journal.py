"""The supervisor's journal: notes, filed with a digest, questions answered (R-80 to R-85)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.application import TeamRecord
from domain.refusals import (
    AlreadyAnswered,
    BadValue,
    EmptyText,
    JournalSubmitted,
    NotYours,
    UnknownQuestion,
)
from domain.scheduled_check import CheckKey
from domain.supervisor_journal import (
    Asked,
    NoteKind,
    Question,
    SupervisorJournal,
    digest_of,
    journal_stream,
)
from domain.words import By, Check, Role
from tests.domain.conftest import DAY, NOON, a_by

FACTS = [(7, "aa"), (9, "bb")]


def boss() -> By:
    return a_by("S1", Role.SUPERVISOR)


def events(team: TeamRecord) -> list[Any]:
    return list(team.events.get(journal_stream("S1", DAY)))


def asked(team: TeamRecord) -> None:
    """Let the nightly check ask one question."""
    key = CheckKey(Check.SELF_CHECK, "S1", DAY)
    by = By("system", Role.SYSTEM, NOON, NOON, key.command_id, "worker")
    questions = [Asked(Question.SAME_CUSTOMERS, 0.4, 10)]
    team.scheduled_checks.finish(
        key,
        "T1",
        NOON,
        ["same_customers"],
        by=by,
        effects=lambda: team.journals.self_checked("S1", DAY, questions, 5, by),
    )


def test_a_journal_is_handed_in_and_filed_in_one_append(team: TeamRecord) -> None:
    team.journals.submit(DAY, "两个回访", FACTS, by=boss())

    filed = events(team)[-1]
    assert isinstance(filed, SupervisorJournal.Archived)
    assert (filed.positions, filed.digest) == ((7, 9), digest_of(FACTS))


def test_the_digest_tells_a_fact_added_left_out_or_changed() -> None:
    others = [FACTS[:1], [*FACTS, (11, "cc")], [(7, "aa"), (9, "b0")]]

    assert digest_of(FACTS) not in {digest_of(other) for other in others}


def test_a_filed_journal_takes_no_more(team: TeamRecord) -> None:
    team.journals.submit(DAY, "两个回访", FACTS, by=boss())

    with pytest.raises(JournalSubmitted):
        team.journals.add_note(DAY, NoteKind.OTHER, "还有", by=boss())


def test_workplace_affairs_are_noted_by_hand(team: TeamRecord) -> None:
    team.journals.add_note(DAY, NoteKind.FUNCTION_GROUP, "推荐一位进培训组", by=boss())

    assert events(team)[-1].kind is NoteKind.FUNCTION_GROUP


@pytest.mark.parametrize("days", [1, -32])
def test_a_journal_is_of_today_or_a_day_not_long_past(team: TeamRecord, days: int) -> None:
    with pytest.raises(BadValue):
        team.journals.submit(DAY + timedelta(days=days), "总结", [], by=boss())


def test_a_journal_of_a_day_before_is_late(team: TeamRecord) -> None:
    team.journals.submit(DAY - timedelta(days=1), "补写", [], by=boss())

    found = list(team.events.get(journal_stream("S1", DAY - timedelta(days=1))))
    assert [e.late for e in found if isinstance(e, SupervisorJournal.Submitted)] == [True]


def test_a_summary_says_something(team: TeamRecord) -> None:
    with pytest.raises(EmptyText):
        team.journals.submit(DAY, "  ", FACTS, by=boss())


def test_an_agent_keeps_no_such_journal(team: TeamRecord) -> None:
    with pytest.raises(NotYours):
        team.journals.submit(DAY, "总结", [], by=a_by("A1"))


def test_a_question_is_answered_once_also_when_the_day_is_filed(team: TeamRecord) -> None:
    asked(team)
    team.journals.submit(DAY, "两个回访", FACTS, by=boss())

    team.journals.answer_question(DAY, Question.SAME_CUSTOMERS, "明天换名单", by=boss())

    with pytest.raises(AlreadyAnswered):
        team.journals.answer_question(DAY, Question.SAME_CUSTOMERS, "再说", by=boss())


def test_a_question_nobody_asked_is_not_answered(team: TeamRecord) -> None:
    asked(team)

    with pytest.raises(UnknownQuestion):
        team.journals.answer_question(DAY, Question.HASTY_REVIEWS, "没有", by=boss())
